"""From a question and a text to a verdict: its type reads and grades it. Pure; knows no screen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bptutor.errors import UnreadableAnswer
from bptutor.grading import types
from bptutor.grading.answer.submission import make
from bptutor.grading.verdict import Mark, ProofMark, Reading, ReadingError, Verdict
from bptutor.notation.shapes.axes import ShapeMisfit
from bptutor.packs.model import Question
from bptutor.packs.question_types import of

if TYPE_CHECKING:
    from bptutor.packs.scene.scene import Scene

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


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
    kind = types.of(question)
    if of(question).program:
        text = text.replace("\r\n", "\n")
    try:
        bounded(text, kind.longest)
        verdict = kind.grade(make(question, text, scene, seed, earlier))
    except UnreadableAnswer as wrong:
        error = ReadingError(min(wrong.column, len(text) + 1), wrong.message, wrong.help)
        return Verdict(Mark.UNREADABLE, error=error)
    return prove_answer(question, text, scene, verdict) if exact else verdict


def prove_answer(question: Question, text: str, scene: Scene | None, verdict: Verdict) -> Verdict:
    """Return a verdict with its proof: of a right expression by SymPy, of any other as it stands.

    A proof that refutes what the draws accepted is a disagreement: the verdict is then "cannot decide".
    """
    right = verdict.mark in {Mark.RIGHT, Mark.RIGHT_OTHER_FORM}
    if not right or verdict.proof is not ProofMark.PROBES or not types.of(question).provable:
        return verdict
    from bptutor.grading.proof import proved

    return proved(make(question, text, scene), verdict)


def preview(question: Question, scene: Scene | None, text: str, seed: int = 0) -> Reading:
    """Read an answer while it is typed, without grading it.

    Args:
        question: What is asked; its type says how the text is read.
        scene: The names in force.
        text: What stands in the answer bar so far.
        seed: Which numbers the learner sees.
    """
    if not text.strip() or of(question).program:  # a program is read when it runs
        return Reading()
    kind = types.of(question)
    try:
        bounded(text, kind.longest)
        return kind.preview(make(question, text, scene, seed))
    except UnreadableAnswer as wrong:
        counted = len(text) <= kind.longest and kind.counts(make(question, text, scene), wrong)
        misfit = counted and isinstance(wrong, ShapeMisfit)
        advice = (wrong.help, "Enter counts it as it stands" if misfit else "")
        column = min(wrong.column, len(text) + 1)
        return Reading("", "", wrong.message, column, "; ".join(part for part in advice if part), counted)


def bounded(text: str, longest: int) -> None:
    """Refuse what cannot be an answer, before anything reads it."""
    if not text.strip():
        raise UnreadableAnswer(1, "nothing is written", "")
    if len(text) > longest:
        raise UnreadableAnswer(longest + 1, f"an answer has at most {longest} characters", "write it shorter")
    control = _CONTROL.search(text)
    if control:
        message = "a character that cannot be shown stands here"
        raise UnreadableAnswer(control.start() + 1, message, "delete it")
