"""Checking a `code` question: its model answer is right on many draws, its starter is not, its cases show mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from bptutor.authoring.check.report import Checked
from bptutor.errors import BptutorError
from bptutor.grading import types
from bptutor.grading.answer.submission import Case, make
from bptutor.grading.catalogue.expected_answer import expected_answer
from bptutor.grading.code.cases import Calls, calls, code_of
from bptutor.grading.code.compare_results import part, wrong_cells
from bptutor.grading.feedback.match import hypotheses
from bptutor.grading.graders.code import judge
from bptutor.grading.verdict import Mark
from bptutor.notation.equality.compare import PROBES
from bptutor.notation.values.evaluate import Values
from bptutor.notation.values.sampling import fresh
from bptutor.packs.model import Lesson, Question


def check_code(question: Question, lesson: Lesson, seeds: int, checked: Checked) -> None:
    """Run the model answer on `seeds` draws of all cases, and what must not be right on one.

    Each program runs in the sandbox, as a learner's does.
    """
    checked.questions += 1
    case = make(question, str(question.answer), lesson.scene)
    rounds = -(-seeds // code_of(case).count)
    try:
        verdict = judge(case, calls(case, rounds))
        checked.grades += 1
        if verdict.mark is not Mark.RIGHT:
            why = verdict.error.message if verdict.error else verdict.findings[0].message if verdict.findings else ""
            what = f"the model answer is graded {verdict.mark.value}"
            checked.wrong(question.at("answer"), what, why.rstrip("."), "model-answer")
        asked = calls(case)
    except BptutorError as error:
        what, help_ = getattr(error, "message", str(error)), getattr(error, "help", "")
        checked.wrong(question.at("answer"), what, help_, "model-answer")
        return
    _not_right(case, asked, checked)
    if code_of(case).cases and "accepted-mistake" not in lesson.allow:
        _hidden(case, asked, checked)


def _not_right(case: Case, asked: Calls, checked: Checked) -> None:
    """Run the starter and the authored wrong answers: none may be right."""
    question = case.question
    probes = types.of(question).wrong_probes(case)
    others = [(text, "starter", f"{what} is accepted as it stands", rule) for text, what, rule in probes]
    others += [
        (answer, f"wrong.{n}", "this wrong answer is accepted", "accepted-wrong")
        for n, (answer, _) in enumerate(question.wrong)
    ]
    for text, key, what, rule in others:
        if text.strip():
            checked.grades += 1
            if judge(replace(case, text=text), asked).right:
                checked.wrong(question.at(key), what, "leave something to write", rule)


def _hidden(case: Case, asked: Calls, checked: Checked) -> None:
    """Report every mistake of the catalogue that gives the right numbers on each written case, but not in general."""
    hidden: dict[str, str] = {}
    drawn = [fresh(case.scene, n) for n in range(PROBES)]
    for expected in dict.fromkeys(call.expected for call in asked.calls):
        for path, comparison in expected.comparisons.items():
            written = [(call.values, part(call.truth, path)) for call in asked.calls if call.expected is expected]
            elsewhere = [(values, comparison.truth(values)) for values in drawn]
            for mistake, hypothesis, _ in hypotheses(expected_answer(comparison)).rows:
                if all(_gives(hypothesis, values, truth) is True for values, truth in written) and all(
                    _gives(hypothesis, values, truth) is False for values, truth in elsewhere
                ):
                    hidden[mistake.id] = mistake.title
    for rule, title in hidden.items():
        what = f"no case shows the mistake `{rule}` ({title})"
        help_ = "add a case with other numbers, or `allow: {accepted-mistake: why}`"
        checked.wrong(case.question.at("cases"), what, help_, "accepted-mistake")


def _gives(hypothesis: Callable[[Values], Any], values: Values, truth: Any) -> bool | None:
    """Return whether a mistake gives the right numbers on a draw; None when it cannot be computed there."""
    try:
        with np.errstate(all="ignore"):
            computed = np.asarray(hypothesis(values), dtype=float)
    except (BptutorError, ValueError, KeyError, IndexError, TypeError, StopIteration):
        return None
    return computed.shape == truth.shape and not wrong_cells(truth, computed, 0.0).any()
