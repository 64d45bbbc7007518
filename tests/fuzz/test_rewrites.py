"""No right answer refused however it is written, and no near one accepted however near it is."""

from __future__ import annotations

from random import Random

import pytest

from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark
from tests.fuzz.rewrites import answers, nudged, printed, rewritten

pytestmark = pytest.mark.normal


def refused(count: int, seed: int) -> list[str]:
    """Return the rewritten right answers that were not right, of `count`."""
    rng, real, found = Random(seed), answers(), []
    for _ in range(count):
        answer = rng.choice(real)
        text = printed(rng, answer, rewritten(rng, answer.tree, answer.scene.scope))
        if text is not None:
            verdict = grade(answer.question, text, answer.scene)
            if verdict.mark is not Mark.RIGHT:
                found.append(f"{answer.question.answer} | {answer.text} | {text} | {verdict}")
    return found


def accepted(count: int, seed: int) -> list[str]:
    """Return the nudged answers that were right, of `count`."""
    rng, real, found = Random(seed), answers(), []
    for _ in range(count):
        answer = rng.choice(real)
        text = printed(rng, answer, nudged(rng, answer.tree))
        if text is not None and grade(answer.question, text, answer.scene).mark is Mark.RIGHT:
            found.append(f"{answer.question.answer} | {answer.text} | {text}")
    return found


def test_rewritten_answers_stay_right() -> None:
    assert not refused(400, seed=1)


def test_nudged_answers_are_not_right() -> None:
    assert not accepted(250, seed=1)


@pytest.mark.long
def test_ten_thousand_rewritten_answers_stay_right() -> None:
    assert not refused(10_000, seed=2)


@pytest.mark.long
def test_three_thousand_nudged_answers_are_not_right() -> None:
    assert not accepted(3_000, seed=2)
