"""Numbers on which a mistake gives what is asked: there a wrong answer would be right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from bptutor.authoring.check.report import Checked
from bptutor.errors import BptutorError
from bptutor.grading.answer.answer_samples import entries
from bptutor.grading.answer.submission import make
from bptutor.grading.catalogue.expected_answer import expected_answer
from bptutor.grading.feedback.match import EvaluatedHypotheses, hypotheses
from bptutor.grading.graders.number import asked_of, held_against, seen
from bptutor.notation.equality.compare import Comparison
from bptutor.notation.equality.tolerances import EQUAL, SHOWN, close, of_decimals
from bptutor.notation.values.evaluate import Values
from bptutor.notation.values.sampling import fresh
from bptutor.packs.model import Lesson, Question
from bptutor.packs.scene.scene import Scene

RULE = "accepted-mistake"
BY_NATURE = frozenset({"other-quantity", "updated-weights"})
"""Mistakes that may lie close whatever the numbers are: another array, and a step as small as its rate."""
OFTEN = 0.5
"""Part of the seeds on which a mistake may give the right numbers, as draws do now and then."""


def check_numbers(question: Question, scene: Scene, seeds: Iterable[int], lesson: Lesson, checked: Checked) -> None:
    """Report every mistake of the catalogue that gives the right numbers on most seeds, but not in general."""
    if RULE in lesson.allow:
        return
    found: Counter[tuple[str, str]] = Counter()
    count = 0
    for seed in seeds:
        case = make(question, "0", scene, seed)
        asked = asked_of(case)
        if asked.tree is None or asked.literal is not None:
            return
        values = seen(case)
        comparison = held_against(case, asked.tree, values)
        try:
            made = hypotheses(expected_answer(comparison))
            found.update(_hidden(made, comparison, values, of_decimals(question.decimals)))
        except BptutorError:
            return
        count += 1
    place = question.at("answer")
    for (rule, title), times in sorted(found.items()):
        if times > OFTEN * count:
            what = f"on the numbers shown the mistake `{rule}` ({title}) gives what is asked"
            help_ = "choose other numbers, ask for more decimals, or `allow: {accepted-mistake: why}`"
            checked.wrong(place, what, help_, RULE)


def _hidden(
    made: EvaluatedHypotheses, comparison: Comparison, values: Values, tolerance: float
) -> set[tuple[str, str]]:
    """Return the mistakes within the tolerance of what is asked, which are not what is asked on other numbers."""
    truth, other = comparison.truth(values), fresh(comparison.scene, 0)
    elsewhere = comparison.truth(other)
    found = set()
    for guess in made.on(values):
        if guess.array.shape != truth.shape:
            continue
        gap = float(np.abs(guess.array - truth).max(initial=0.0))
        if not EQUAL < gap <= tolerance or guess.mistake.vague or guess.mistake.id in BY_NATURE:
            continue
        there = entries(guess.hypothesis, other)
        if there is None or there.shape != elsewhere.shape or not close(elsewhere, there, SHOWN):
            found.add((guess.mistake.id, guess.mistake.title))
    return found
