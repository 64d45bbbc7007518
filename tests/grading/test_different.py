"""Numbers that are no known mistake: one multiple, one difference away, or told cell by cell."""

from __future__ import annotations

import pytest

from bptutor.grading.grade import grade
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene

SCENE = Scene.from_mapping({"given": {"v": {"axes": ["N"], "value": [1, -2, 3]}}, "define": {"q_i": "v_i^2 - v_i"}})
ASKS = question({"type": "vector", "answer": "q"})  # 0, 6, 6


@pytest.mark.parametrize(
    ("typed", "rule", "part"),
    [
        ("[0, 24, 24]", "cells", ""),  # two numbers and a 0: any factor would do
        ("[0.5, 6.5, 6.5]", "offset", "0.5 everywhere"),
        ("[1, 6, 6]", "cells", "1 of 3"),
    ],
)
def test_where_few_entries_count(typed: str, rule: str, part: str) -> None:
    finding = grade(ASKS, typed, SCENE).findings[0]
    assert finding.rule == rule
    assert part in finding.message


WIDE = Scene.from_mapping({"given": {"v": {"axes": ["N"], "value": [1, -2, 3, 5]}}, "define": {"q_i": "v_i^3 + 2"}})
ASKS_WIDE = question({"type": "vector", "answer": "q"})  # 3, −6, 29, 127


@pytest.mark.parametrize(
    ("typed", "rule", "part"),
    [
        ("[12, -24, 116, 508]", "factor", "4 times"),
        ("[0.6, -1.2, 5.8, 25.4]", "factor", "0.2 times"),
        ("[-9, 18, -87, -381]", "factor", "−3 times"),
        ("[12, -24, 116, 500]", "cells", "4 of 4"),
        ("[3.7, -5.3, 29.7, 127.7]", "offset", "0.7 everywhere"),
    ],
)
def test_one_multiple_or_one_difference(typed: str, rule: str, part: str) -> None:
    finding = grade(ASKS_WIDE, typed, WIDE).findings[0]
    assert finding.rule == rule, finding
    assert part in finding.message


def test_what_is_nothing_but_for_rounding_is_no_multiple() -> None:
    scene = Scene.from_mapping({"given": {"z": ["K"], "u": ["K"]}, "define": {"p": "softmax(z)"}})
    asks = question({"type": "symbolic", "answer": "Σ_k u_k", "names": ["u", "p"]})
    finding = grade(asks, "Σ_k (p_k - p_k/3 - p_k/3 - p_k/3)", scene).findings[0]
    assert finding.rule == "witness"
