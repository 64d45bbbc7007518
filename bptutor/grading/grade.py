"""From a question and a text to a verdict: one table, question type to grader. Pure; knows no screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bptutor.errors import UnreadableAnswer
from bptutor.grading.answer.submission import Case, make
from bptutor.grading.types import choice
from bptutor.grading.verdict import Mark, ProofMark, ReadingError, Verdict
from bptutor.packs.model import Kind, Question

if TYPE_CHECKING:
    from bptutor.packs.scene.scene import Scene

LONGEST = 1000
"""Most characters of an answer."""
LONGEST_CODE = 8000
"""Most characters of a program: what a learner's record keeps."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

EXPRESSIONS = frozenset({Kind.SYMBOLIC, Kind.MATRIX_EXPRESSION, Kind.NUMPY, Kind.EINSUM, Kind.FILL})
"""Kinds whose answers can be proved."""


def _expression(case: Case) -> Verdict:
    from bptutor.grading.types.expression import grade_expression

    return grade_expression(case)


def _number(case: Case) -> Verdict:
    from bptutor.grading.types.number import grade_number

    return grade_number(case)


def _grid(case: Case) -> Verdict:
    from bptutor.grading.types.number import grade_grid

    return grade_grid(case)


def _shape(case: Case) -> Verdict:
    from bptutor.grading.types.shape import grade_shape

    return grade_shape(case)


def _code(case: Case) -> Verdict:
    from bptutor.grading.types.code import grade_code

    return grade_code(case)


GRADERS: Mapping[Kind, Callable[[Case], Verdict]] = {
    Kind.NUMERIC: _number,
    Kind.VECTOR: _grid,
    Kind.MATRIX: _grid,
    Kind.SHAPE: _shape,
    Kind.SYMBOLIC: _expression,
    Kind.MATRIX_EXPRESSION: _expression,
    Kind.NUMPY: _expression,
    Kind.EINSUM: _expression,
    Kind.CHOICE: lambda case: choice.grade_choice(case.question, case.text),
    Kind.ORDER: lambda case: choice.grade_order(case.question, case.text),
    Kind.RULE: lambda case: choice.grade_rule(case.question, case.text),
    Kind.FILL: _expression,
    Kind.CODE: _code,
}
"""A new question type is one row more."""


def grade(
    question: Question,
    text: str,
    scene: Scene | None,
    seed: int = 0,
    earlier: Mapping[str, object] | None = None,
    *,
    exact: bool = False,
) -> Verdict:
    """Grade one answer.

    Args:
        question: What was asked.
        text: What the learner wrote.
        scene: The names and numbers of the lesson; None when the question needs none.
        seed: Which numbers the learner saw.
        earlier: Values that the learner computed before, by name (nested lists): an answer that follows
            from them is right from an earlier value.
        exact: Whether a right expression is also proved, which loads SymPy and may take seconds.
    """
    if question.kind is Kind.CODE:
        text = text.replace("\r\n", "\n")
    try:
        bounded(text, LONGEST_CODE if question.kind is Kind.CODE else LONGEST)
        verdict = GRADERS[question.kind](make(question, text, scene, seed, earlier))
    except UnreadableAnswer as wrong:
        error = ReadingError(min(wrong.column, len(text) + 1), wrong.message, wrong.help)
        return Verdict(Mark.UNREADABLE, error=error)
    return prove_answer(question, text, scene, verdict) if exact else verdict


def prove_answer(question: Question, text: str, scene: Scene | None, verdict: Verdict) -> Verdict:
    """Return a verdict with its proof: of a right expression by SymPy, of any other as it stands.

    A proof that refutes what the draws accepted is a disagreement: the verdict is then "cannot decide".
    """
    right = verdict.mark in {Mark.RIGHT, Mark.RIGHT_OTHER_FORM}
    if not right or verdict.proof is not ProofMark.PROBES or question.kind not in EXPRESSIONS:
        return verdict
    from bptutor.grading.proof import proved

    return proved(make(question, text, scene), verdict)


def bounded(text: str, longest: int = LONGEST) -> None:
    """Refuse what cannot be an answer, before anything reads it."""
    if not text.strip():
        raise UnreadableAnswer(1, "nothing is written", "")
    if len(text) > longest:
        raise UnreadableAnswer(longest + 1, f"an answer has at most {longest} characters", "write it shorter")
    control = _CONTROL.search(text)
    if control:
        message = "a character that cannot be shown stands here"
        raise UnreadableAnswer(control.start() + 1, message, "delete it")
