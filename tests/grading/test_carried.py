"""Error carried forward: expected numbers are computed here in plain NumPy from the learner's own values."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark
from bptutor.packs.model import Place
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene
from tests.grading.pairs import scene


def mark(asks: dict[str, Any], text: str, given: Scene | None, earlier: dict[str, object]) -> Mark:
    return grade(question(asks, Place()), text, given, 0, earlier).mark


def typed(numbers: object) -> str:
    return json.dumps(np.round(np.asarray(numbers, dtype=float), 4).tolist())


def house() -> tuple[Scene, dict[str, Any]]:
    given = scene("house")
    assert given is not None
    values = given.draw(0)
    return given, {name: np.asarray(values[name], dtype=float) for name in ("x", "y", "W1", "W2", "a1", "p", "dz2")}


@pytest.mark.parametrize("name", ["dW2", "db2", "da1", "dz1", "dW1", "db1", "dx"])
def test_what_follows_from_a_wrong_output_error_is_right(name: str) -> None:
    given, a = house()
    dz2 = np.array([0.3, -0.2, 0.5])
    da1 = a["W2"].T @ dz2
    dz1 = da1 * a["a1"] * (1 - a["a1"])
    made = {
        "dW2": np.outer(dz2, a["a1"]), "db2": dz2, "da1": da1, "dz1": dz1,
        "dW1": np.outer(dz1, a["x"]), "db1": dz1, "dx": a["W1"].T @ dz1,
    }  # fmt: skip
    asks = {"type": "matrix" if made[name].ndim == 2 else "vector", "answer": name}
    assert mark(asks, typed(made[name]), given, {"dz2": dz2.tolist()}) is Mark.RIGHT_FROM_EARLIER
    assert mark(asks, typed(made[name]), given, {}) is Mark.WRONG
    assert mark(asks, typed(made[name] + 0.1), given, {"dz2": dz2.tolist()}) is Mark.WRONG


def test_a_wrong_p_is_carried_to_the_output_error_and_beyond() -> None:
    given, a = house()
    p = np.array([0.2, 0.7, 0.1])
    assert mark({"type": "vector", "answer": "dz2"}, typed(p - a["y"]), given, {"p": p.tolist()}) is (
        Mark.RIGHT_FROM_EARLIER
    )
    made = np.outer(p - a["y"], a["a1"])
    assert mark({"type": "matrix", "answer": "dW2"}, typed(made), given, {"p": p.tolist()}) is Mark.RIGHT_FROM_EARLIER


def test_a_batch_carries_its_error_too() -> None:
    given = scene("batch")
    assert given is not None
    values = given.draw(0)
    dz2 = np.full(np.shape(values["dz2"]), 0.25)
    dz2[1] = -0.5
    made = dz2.T @ np.asarray(values["a1"], dtype=float)
    earlier: dict[str, object] = {"dz2": dz2.tolist()}
    assert mark({"type": "matrix", "answer": "dW2"}, typed(made), given, earlier) is Mark.RIGHT_FROM_EARLIER
    assert mark({"type": "vector", "answer": "db2"}, typed(dz2.sum(axis=0)), given, earlier) is Mark.RIGHT_FROM_EARLIER


def test_the_right_answer_stays_right_and_the_latest_of_two_values_is_tried_alone() -> None:
    given, a = house()
    right = np.outer(a["dz2"], a["a1"])
    assert mark({"type": "matrix", "answer": "dW2"}, typed(right), given, {"dz2": [1, 2, 3]}) is Mark.RIGHT
    earlier: dict[str, object] = {"a1": [0.5, 0.25], "dz2": [0.3, -0.2, 0.5]}
    made = np.outer([0.3, -0.2, 0.5], a["a1"])
    assert mark({"type": "matrix", "answer": "dW2"}, typed(made), given, earlier) is Mark.RIGHT_FROM_EARLIER


def test_names_of_a_defined_scene_are_computed_anew() -> None:
    defined = Scene.from_mapping(
        {
            "given": {"w": {"axes": [], "value": 0.5}, "x": {"axes": [], "value": 2}, "t": {"axes": [], "value": 1}},
            "define": {"u": "w*x", "h": "tanh(u)", "C": "1/2 (h-t)^2", "dh": "∂C/∂h", "du": "∂C/∂u", "dw": "∂C/∂w"},
        }
    )
    slope = 1 - np.tanh(1.0) ** 2
    carried: list[tuple[str, dict[str, object], float]] = [
        ("h", {"u": 0.3}, np.tanh(0.3)),
        ("du", {"dh": 0.4}, 0.4 * slope),
        ("dw", {"du": -0.25}, -0.5),
        ("dh", {"h": 0.2}, -0.8),
    ]
    for asked, earlier, made in carried:
        assert mark({"type": "numeric", "answer": asked}, f"{made:.4f}", defined, earlier) is Mark.RIGHT_FROM_EARLIER


@pytest.mark.parametrize(
    "value", [[1, 2], [[1, 2, 3]], 5, "dz2", None, {"a": 1}, [1, "x", 3], [[1], [2, 3]], [1e400, 0, 0]]
)
def test_an_earlier_value_that_cannot_be_one_is_left_out(value: object) -> None:
    given, _ = house()
    assert mark({"type": "matrix", "answer": "dW2"}, "[[1,2],[3,4],[5,6]]", given, {"dz2": value, "none": 1}) is (
        Mark.WRONG
    )
