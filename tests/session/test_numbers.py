"""What is revealed where numbers are asked, and slopes measured through a real scene."""

from __future__ import annotations

import numpy as np
import pytest

from bptutor.packs.lesson.templates import number_text
from bptutor.packs.model import Nudge, Question, Show
from bptutor.packs.scene.scene import Scene
from bptutor.session.view.numbers import Numbers
from bptutor.session.view.question_view import Asked

SCENE = Scene.from_mapping(
    {
        "sizes": {"K": "3", "J": "2"},
        "given": {
            "z": {"axes": ["K"], "draw": {"from": "-1", "to": "1", "step": "0.1"}},
            "y": {"axes": ["K"], "draw": "one-hot"},
            "W": {"axes": ["K", "J"]},
        },
        "define": {"p": "softmax(z)", "L": "-Σ_k y_k log p_k"},
    }
)


def revealed(question: Question, seed: int = 5) -> str:
    return Asked.of(question, seed).right_text(SCENE, seed)


def test_a_vector_is_revealed_in_numbers() -> None:
    z = np.asarray(SCENE.draw(5)["z"], dtype=float)
    p = np.exp(z) / np.exp(z).sum()
    text = revealed(Question("q", "vector", answer="p"))
    assert text == "[" + ", ".join(f"{entry:.3f}" for entry in p) + "]"


def test_numbers_given_for_one_question_count() -> None:
    question = Question("q", "numeric", answer="2 w", decimals=1, given={"w": {"axes": [], "value": "1.25"}})
    assert revealed(question) == "2.5"


def test_a_shape_is_revealed_as_a_shape() -> None:
    assert revealed(Question("q", "shape", answer="W")) == "(3, 2)"
    assert revealed(Question("q", "shape", answer="z")) == "(3,)"
    assert revealed(Question("q", "shape", answer="L")) == "()"
    assert revealed(Question("q", "shape", answer="(z yᵀ W).T")) == "(2, 3)"
    assert revealed(Question("q", "shape", answer="(4, 7)")) == "(4, 7)"


def test_what_is_written_out_or_has_no_value_stays() -> None:
    assert revealed(Question("q", "symbolic", answer="p - y")) == "p - y"
    assert revealed(Question("q", "numeric", answer="nothing here")) == "nothing here"
    assert Asked.of(Question("q", "numeric", answer="0.5"), 0).right_text(None, 0) == "0.5"


def test_no_minus_before_zero() -> None:
    assert number_text([-0.0004, 0.0, -0.0006], 3) == "[0.000, 0.000, -0.001]"


def test_measured_slopes_are_p_minus_y() -> None:
    numbers = Numbers(SCENE, 5)
    assert numbers.values is not None
    expected = np.asarray(numbers.values["p"] - numbers.values["y"], dtype=float)
    column = numbers.column(Show(("z",), Nudge("L", "z")))
    assert column == pytest.approx(tuple(expected), abs=1e-8)
    assert set(numbers.drawn()) == {"z", "y", "W"}
