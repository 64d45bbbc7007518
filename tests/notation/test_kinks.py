"""Sides that differ only beyond a kink, or between two that lie close together, are told apart; equal ones are not."""

from __future__ import annotations

import pytest

from bptutor.notation.equality.prove import Outcome, prove
from bptutor.notation.parse import read
from tests.notation.proof_scenes import scope_of

pytestmark = pytest.mark.normal

SCENE = scope_of(
    {
        "axes": {"N": "", "M": ""},
        "given": {"W": ["N", "M"], "x": ["M"], "u": ["N"], "s": []},
        "define": {"z_i": "Σ_j W_ij x_j", "n": "sqrt(Σ_i u_i^2)"},
    }
)
APART = {
    "a nanometre": ("[z_i > 0]", "[z_i > 1/1000000000]"),
    "a nanometre on the other side": ("[z_i > 0]", "[z_i > -1/1000000000]"),
    "of a curved argument": ("[e^{z_i} > 2]", "[e^{z_i} > 2 + 1/1000000000]"),
    "of another unit": ("[z_i > 0]", "[1000 z_i > 1/1000000]"),
    "a kink far away": ("relu(z_i - 40) + z_i", "z_i"),
    "very far away": ("max(u_i, -100000)", "u_i"),
    "behind another one": ("max(max(u_i, -7000), u_i/10)", "max(u_i, u_i/10)"),
    "a cut of a branch": ("where(u_i > 0, u_i, max(u_i/10, -600))", "where(u_i > 0, u_i, u_i/10)"),
    "a narrow window": ("relu(u_i) + [|u_i - 1/2| < 1/100000]", "relu(u_i)"),
    "a cut that a common move does not reach": ("max(u_i - 1/N Σ_j u_j, -1000000)", "u_i - 1/N Σ_j u_j"),
    "behind a flat side": ("min(relu(s), 100000)", "relu(s)"),
    "behind the other flat side": ("min(relu(-s), 100000)", "relu(-s)"),
    "a small norm": ("u_i/max(n, 1/100000000)", "u_i/n"),
    "one slope of the two": ("max(z_i, 0)", "max(z_i, z_i/100)"),
    "one side of two kinks": ("|z_i| + |x_1|", "|z_i + x_1|"),
}
EQUAL = [
    ("relu(z_i)", "z_i [z_i > 0]"),
    ("relu(z_i)", "(z_i + |z_i|)/2"),
    ("relu(z_i) - relu(-z_i)", "z_i"),
    ("[e^{z_i} > 1]", "[z_i > 0]"),
    ("max(z_i, x_1)", "x_1 + relu(z_i - x_1)"),
]


@pytest.mark.parametrize("agreed", [False, True])
@pytest.mark.parametrize("name", APART)
def test_close_and_far_kinks_refute(name: str, agreed: bool) -> None:
    left, right = (read(side, SCENE) for side in APART[name])
    proof = prove(left, right, SCENE, exact=False, agreed=agreed)
    assert proof.outcome is Outcome.REFUTED
    assert proof.witness


@pytest.mark.parametrize("agreed", [False, True])
@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_equal_kinks_are_not_refuted(left: str, right: str, agreed: bool) -> None:
    proof = prove(read(left, SCENE), read(right, SCENE), SCENE, exact=False, agreed=agreed)
    assert proof.outcome is Outcome.PROBES
