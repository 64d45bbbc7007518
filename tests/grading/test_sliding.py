"""What is said of answers about convolution and pooling holds for them, and what is right is accused of nothing."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark, Verdict
from bptutor.packs.model import Place
from bptutor.packs.question_types.read import question
from tests.grading.test_mistakes import mistakes, scenes


def said(scene: str, kind: str, answer: str, text: str, **keys: Any) -> Verdict:
    asks = question({"type": kind, "answer": answer, **keys}, Place())
    return grade(asks, text, scenes()[scene])


ERROR = np.array([1.0, -2, 4, 3, -1])
MET = np.array([1.0, 3, -2, 5, 2, -1, 4])
KERNEL = np.array([2.0, -1, 3])


def test_a_result_in_reversed_order_is_not_said_to_turn_the_error() -> None:
    right = np.correlate(MET, ERROR, "valid")
    (told, _) = said("echon", "vector", "∂J/∂w", str(right[::-1].tolist())).findings
    assert (told.rule, "turns" in told.message) == ("needless-flip", False)
    (told, _) = said("echon", "vector", "∂J/∂w", str(np.convolve(MET, ERROR, "valid").tolist())).findings
    assert (told.rule, told.message.startswith("Your answer turns e round.")) == ("needless-flip", True)


def test_zeros_where_the_kernel_would_hang_over_are_entries() -> None:
    inside = np.convolve(ERROR, KERNEL, "valid")
    for text, fewer in ((np.pad(inside, 2), False), (inside, True)):
        told = said("echon", "vector", "∂J/∂s", str(text.tolist())).findings[0]
        assert (told.rule, "fewer entries" in told.message) == ("valid-for-full", fewer)


def test_one_axis_of_several_is_told_of_axes_that_are_slid_along() -> None:
    """A filter is summed too, and nothing slides along it."""
    verdict = said("bank", "symbolic", "Σ_{h,l} E_{n,h,g-l} G_hdl", "Σ_{h,l} E_{n,h,g+l} G_hdl", goal="∂J/∂Q_ndg")
    assert mistakes(verdict) == ["no-flip"]


@pytest.mark.parametrize(
    ("right", "text", "goal"),
    [
        ("Σ_{a,b} E_{f-a,g-b} V_ab", "Σ_{a,b} E_{f-b,g-a} V_ab", "∂J/∂F_fg"),
        ("Σ_{u,v} E_uv F_{u+a,v+b}", "Σ_{u,v} E_uv F_{u+b,v+a}", "∂J/∂V_ab"),
    ],
)
def test_no_row_or_column_is_counted_from_1_where_a_scene_counts_from_0(right: str, text: str, goal: str) -> None:
    verdict = said("film", "symbolic", right, text, goal=goal)
    (told,) = (finding.message for finding in verdict.findings if finding.rule == "transposed-kernel")
    assert not re.search(r"\d", told)


def test_the_neighbour_of_an_entry_is_told_of_the_array_that_it_is_an_entry_of() -> None:
    verdict = said("netn", "numeric", "∂L/∂W_21", "-0.155")
    assert verdict.findings[0].message.startswith("Your answer stands at a neighbouring place of ∂L/∂W.")


def test_one_output_met_forward_is_no_path_back() -> None:
    """The first place of the kernel alone: forward no slope comes back, so nothing is said of paths."""
    alone = MET[:5] * KERNEL[0]
    assert "one-path" not in mistakes(said("echon", "vector", "r", str(alone.tolist())))


@pytest.mark.parametrize(
    ("scene", "right", "texts", "goal"),
    [
        ("echo", "Σ_q e_q s_{q+l}", ["Σ_q s_{l+q} e_q", "Σ_b s_b e_{b-l}"], "∂J/∂w_l"),
        ("echo", "Σ_q e_q w_{b-q}", ["Σ_l e_{b-l} w_l", "Σ_l w_l e_{-l+b}"], "∂J/∂s_b"),
        ("film", "Σ_{u,v} E_uv F_{u+a,v+b}", ["Σ_{f,g} F_fg E_{f-a,g-b}"], "∂J/∂V_ab"),
        ("film", "Σ_{a,b} E_{f-a,g-b} V_ab", ["Σ_{u,v} E_uv V_{f-u,g-v}"], "∂J/∂F_fg"),
        ("bank", "Σ_{h,l} E_{n,h,g-l} G_hdl", ["Σ_h Σ_q E_nhq G_{h,d,g-q}"], "∂J/∂Q_ndg"),
        ("bank", "Σ_{n,q} E_nhq Q_{n,d,q+l}", ["Σ_n Σ_g E_{n,h,g-l} Q_ndg"], "∂J/∂G_hdl"),
    ],
)
def test_other_spellings_of_what_is_right_are_right(scene: str, right: str, texts: list[str], goal: str) -> None:
    for text in (right, *texts):
        verdict = said(scene, "symbolic", right, text, goal=goal)
        assert (verdict.mark, mistakes(verdict)) == (Mark.RIGHT, [])
