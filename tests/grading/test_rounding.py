"""No right answer is refuted by rounding: where floats cancel, 50 digits decide."""

from __future__ import annotations

import pytest

from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark
from bptutor.packs.model import Place
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene

pytestmark = pytest.mark.normal

SCENE = Scene.from_mapping({"given": {"z": ["K"], "y": ["K"]}, "define": {"p": "softmax(z)"}})
RIGHT = [
    "1000000000 + p_i - y_i - 1000000000",
    "(p_i + 10^10) - (y_i + 10^10)",
    "100000000000000 + p_i - y_i - 100000000000000",
    "(e^{z_i} + 10^12)/(Σ_k e^{z_k}) - 10^12/Σ_k e^{z_k} - y_i",
]
WRONG = [
    "1000000000 + p_i - y_i - 1000000000 + 1/10000000",
    "100000000000000 + p_i - y_i - 100000000000001",
    "(p_i + 10^10) - (y_i + 10^10) + 10^-12",
    "p_i - y_i + 10^-8",
]


def mark(answer: str) -> Mark:
    return grade(question({"type": "symbolic", "answer": "p_i - y_i"}, Place()), answer, SCENE, 0, None).mark


@pytest.mark.parametrize("answer", RIGHT)
def test_what_cancels_is_not_refuted(answer: str) -> None:
    assert mark(answer) is Mark.RIGHT


@pytest.mark.parametrize("answer", WRONG)
def test_what_is_small_and_real_is_refuted(answer: str) -> None:
    assert mark(answer) is Mark.WRONG
