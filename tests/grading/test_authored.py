"""A wrong answer that the author has named is met with the author's words, whatever it is written as."""

from __future__ import annotations

import pytest

from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene

SCENE = Scene.from_mapping({"sizes": {"K": "3"}, "given": {"N": {"axes": ["K"], "value": ["4", "1", "3"]}}})
SAY = "Your largest output is 1. Look at what the three outputs add up to."
OTHER = "Your outputs are above 1. Look at which of the two is the whole."


def asked(kind: str, answer: str, *wrong: tuple[str, str]) -> dict[str, object]:
    return {"type": kind, "answer": answer, "wrong": [{"answer": a, "say": s} for a, s in wrong]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("N / N.max()", SAY),
        ("N / np.max(N)", SAY),
        ("N.sum() / N", OTHER),
    ],
)
def test_an_expression_meets_the_words_of_its_author(text: str, said: str) -> None:
    mapping = asked("numpy", "N / N.sum()", ("N / N.max()", SAY), ("N.sum() / N", OTHER))
    verdict = grade(question(mapping), text, SCENE)
    assert verdict.mark is Mark.WRONG
    assert [finding.message for finding in verdict.findings] == [said]


def test_a_number_meets_the_words_of_its_author() -> None:
    """The shares of 4, 1, 3 are 4/8, 1/8, 3/8; over the largest the second is 1/4."""
    mapping = asked("numeric", "N_2/Σ_k N_k", ("N_2/N_1", SAY))
    verdict = grade(question(mapping), "0.25", SCENE)
    assert [finding.message for finding in verdict.findings] == [SAY]
    assert grade(question(mapping), "1/8", SCENE).mark is Mark.RIGHT


def test_other_answers_are_not_met_with_them() -> None:
    mapping = asked("numpy", "N / N.sum()", ("N / N.max()", SAY))
    messages = [finding.message for finding in grade(question(mapping), "N / N.min()", SCENE).findings]
    assert messages
    assert SAY not in messages


def test_a_wrong_answer_that_is_no_expression_is_passed_over() -> None:
    mapping = {**asked("einsum", "i->i", ("not an index", SAY)), "operands": ["N"]}
    verdict = grade(question(mapping), "i->", SCENE)
    assert verdict.mark is Mark.WRONG
    assert SAY not in [finding.message for finding in verdict.findings]


def test_a_vector_may_be_asked_entry_by_entry() -> None:
    """The slopes of 3 x^2 t at x = 2, t = 5 are 6 x t = 60 and 3 x^2 = 12 (Parr and Howard's example)."""
    scene = Scene.from_mapping({"given": {"x": {"value": "2"}, "t": {"value": "5"}}, "define": {"f": "3 x^2 t"}})
    mapping = asked("vector", "[∂f/∂x, ∂f/∂t]", ("[∂f/∂t, ∂f/∂x]", OTHER))
    assert grade(question(mapping), "[60, 12]", scene).mark is Mark.RIGHT
    verdict = grade(question(mapping), "[12, 60]", scene)
    assert verdict.mark is Mark.WRONG
    assert verdict.findings[0].message == OTHER
