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
from bptutor.grading.code.expected import Expected, Path
from bptutor.grading.feedback.match import hypotheses
from bptutor.grading.graders.code import judge
from bptutor.grading.verdict import Mark
from bptutor.notation.equality.compare import PROBES, Comparison
from bptutor.notation.values.evaluate import Values
from bptutor.notation.values.sampling import fresh
from bptutor.packs.model import Lesson, Place, Question

Made = Callable[[Values], Any]
"""What a mistake makes of a draw."""


def check_code(question: Question, lesson: Lesson, seeds: int, checked: Checked) -> None:
    """Run the model answer on `seeds` draws of all cases, and what must not be right on one.

    Each program runs in the sandbox, as a learner's does.
    """
    checked.questions += 1
    place = question.at("answer")
    case = make(question, str(question.answer), lesson.scene)
    rounds = -(-seeds // code_of(case).count)
    try:
        _right(case, calls(case, rounds), place, checked)
        asked = calls(case)
    except BptutorError as error:
        help_ = getattr(error, "help", "")
        checked.wrong(place, getattr(error, "message", str(error)), help_, "model-answer")
        return
    _not_right(case, asked, checked)
    if code_of(case).cases and "accepted-mistake" not in lesson.allow:
        _told_apart(case, asked, checked)


def _right(case: Case, asked: Calls, place: Place, checked: Checked) -> None:
    verdict = judge(case, asked)
    checked.grades += 1
    if verdict.mark is Mark.RIGHT:
        return
    why = verdict.error.message if verdict.error else verdict.findings[0].message if verdict.findings else ""
    what = f"the model answer is graded {verdict.mark.value}"
    checked.wrong(place, what, why.rstrip("."), "model-answer")


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
                place = question.at(key)
                checked.wrong(place, what, "leave something to write", rule)


# --- mistakes that the written cases do not show ------------------------------------------------------------------


def _told_apart(case: Case, asked: Calls, checked: Checked) -> None:
    """Report every mistake of the catalogue that gives the right numbers on each written case, but not in general."""
    hidden: dict[str, str] = {}
    for expected, path, comparison in _compared(asked):
        written = [(call.values, part(call.truth, path)) for call in asked.calls if call.expected is expected]
        drawn = [(values, comparison.truth(values)) for values in (fresh(case.scene, n) for n in range(PROBES))]
        for mistake, guess, _ in hypotheses(expected_answer(comparison)).rows:
            if _always(guess, written) and _never(guess, drawn):
                hidden[mistake.id] = mistake.title
    place = case.question.at("cases")
    for rule, title in hidden.items():
        what = f"no case shows the mistake `{rule}` ({title})"
        help_ = "add a case with other numbers, or `allow: {accepted-mistake: why}`"
        checked.wrong(place, what, help_, "accepted-mistake")


def _compared(asked: Calls) -> list[tuple[Expected, Path, Comparison]]:
    """Return each part that is asked with what the author expects of it."""
    different = dict.fromkeys(call.expected for call in asked.calls)
    return [(expected, path, comparison) for expected in different for path, comparison in expected.comparisons.items()]


def _always(guess: Made, draws: list[tuple[Values, Any]]) -> bool:
    return all(_gives(guess, values, truth) is True for values, truth in draws)


def _never(guess: Made, draws: list[tuple[Values, Any]]) -> bool:
    return all(_gives(guess, values, truth) is False for values, truth in draws)


def _gives(guess: Made, values: Values, truth: Any) -> bool | None:
    """Return whether a mistake gives the right numbers on a draw; None when it cannot be made there."""
    try:
        with np.errstate(all="ignore"):
            made = np.asarray(guess(values), dtype=float)
    except (BptutorError, ValueError, KeyError, IndexError, TypeError, StopIteration):
        return None
    return made.shape == truth.shape and not wrong_cells(truth, made, 0.0).any()
