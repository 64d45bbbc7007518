"""One line of Unicode, as the design of the screens writes it."""

from __future__ import annotations

import pytest

from bptutor.notation import parse
from bptutor.notation import tree as t
from bptutor.notation.printers.scripts import in_type
from bptutor.notation.printers.unicode import line
from bptutor.notation.scope import Declared, Scope

from .scenes import SCOPE, at, n


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("-sum_k y_k(delta_ki - p_i)", "−Σₖ yₖ(δₖᵢ − pᵢ)"),
        ("dL/dz_i", "∂L/∂zᵢ"),
        ("W2.T @ d2 ⊙ sigmoid'(a1)", "(W²)ᵀδ² ⊙ σ′(a¹)"),
        ("-sum_k (y_k/p_k) ∂p_k/∂z_i", "−Σₖ (yₖ/pₖ) ∂pₖ/∂zᵢ"),
        ("-sum_k y_k d(log p_k)/dz_i", "−Σₖ yₖ ∂log pₖ/∂zᵢ"),
        ("((p_i)) * (1 - (p_i))", "pᵢ(1 − pᵢ)"),
        ("p_i sum_k y_k - y_i", "pᵢ Σₖ yₖ − yᵢ"),
        ("exp(-s)", "e⁻ˢ"),
        ("exp(z_i)", "e^(zᵢ)"),
        ("log(p_i) y_i", "log(pᵢ)yᵢ"),
        ("sum_{k!=i} y_k", "Σ_{k≠i} yₖ"),
        ("2*3", "2·3"),
        ("2 * .5", "2·.5"),
        ("(s + 1) * .5", "(s + 1)·.5"),
    ],
)
def test_line(typed: str, shown: str) -> None:
    assert line(parse.read(typed, SCOPE), SCOPE) == shown


def test_a_script_is_lowered_whole_or_not_at_all() -> None:
    expr = t.At(t.Name("A"), (t.Add((t.Letter("i"), t.Letter("b"))), t.Letter("j")))
    assert line(expr, SCOPE) == "A_{i+b,j}"


def test_a_power_beside_a_layer_of_that_display_is_bracketed() -> None:
    scope = Scope({"x": Declared("x"), "x2": Declared("x2", show="x²")})
    assert line(t.Pow(t.Name("x"), n(2)), scope) == "(x)²"
    assert line(t.Name("x2"), scope) == "x²"


def test_a_declared_delta_is_not_kroneckers() -> None:
    scope = Scope({"δ": Declared("δ", ("K",)), "y": Declared("y", ("K",))})
    assert line(t.Mul((t.Delta(t.Letter("i"), t.Letter("j")), at("y", "j"))), scope) == "[i = j] yⱼ"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("the share p_2, and Z_sop.", "the share p₂, and Zₛₒₚ."),
        ("dz_i of K_ocm", "dzᵢ of K_ocm"),
        ("np.x_1, is_in, x_{i}, a_b(3), max_pool", "np.x_1, is_in, x_{i}, a_b(3), max_pool"),
    ],
)
def test_names_in_running_text(typed: str, shown: str) -> None:
    assert in_type(typed) == shown
