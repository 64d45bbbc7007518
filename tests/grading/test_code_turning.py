"""Functions whose branches turn: a program is run where its numbers are close to the turn, too."""

from __future__ import annotations

import pytest

from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene

SCENE = Scene.from_mapping(
    {"given": {"z": ["N"], "da": ["N"]}, "define": {"a": "relu(z)", "F": "Σ_i da_i a_i", "dz": "∂F/∂z"}}
)
ASKS = question(
    {"type": "code", "entry": "back", "answer": "def back(da, z):\n    return da * (z > 0)\n", "expect": "dz"}
)


@pytest.mark.parametrize(
    ("body", "mark"),
    [
        ("np.where(z > 0, da, 0)", Mark.RIGHT),
        ("da * np.sign(np.maximum(z, 0))", Mark.RIGHT),
        ("da * (z > 0.01)", Mark.WRONG),
        ("da * (np.tanh(1000 * z) + 1) / 2", Mark.WRONG),
    ],
)
def test_a_turn_beside_the_right_one_is_seen(body: str, mark: Mark) -> None:
    assert grade(ASKS, f"def back(da, z):\n    return {body}\n", SCENE).mark is mark
