"""Formulas in two dimensions: the targets stand in tests/data/faces/formulas.txt, drawn by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from bptutor.notation import tree as t
from bptutor.notation.printers import layout
from bptutor.notation.printers.box import cells
from bptutor.notation.scope import Declared, Scope

from .scenes import SCOPE, at, n, one_minus

TARGETS = Path(__file__).parents[2] / "data" / "faces" / "formulas.txt"
LAYERS = Scope(
    {
        d.id: d
        for d in (
            *(Declared("W", ("M", "N"), show="Wˡ"), Declared("Wn", ("M", "N"), show="Wˡ⁺¹"), Declared("L")),
            *(Declared("d", ("M",), show="δˡ"), Declared("dn", ("M",), show="δˡ⁺¹"), Declared("z", ("M",), show="zˡ")),
            *(Declared("a", ("N",), show="aˡ⁻¹"), Declared("x"), Declared("b")),
        )
    }
)


def equal(*sides: t.Expr) -> t.Chain:
    """Sides between equals signs."""
    return t.Chain(sides, ("=",) * (len(sides) - 1))


def exp(name: str, letter: str) -> t.Expr:
    """The exponential of an element."""
    return t.Call("exp", (at(name, letter),))


def equals(left: str, right: str, relation: t.Relation = t.Relation.EQ) -> t.Compare:
    """A condition on letters."""
    return t.Compare(relation, t.Letter(left), t.Letter(right))


def root3() -> t.Expr:
    """Half the root of 3."""
    return t.Div(t.Call("sqrt", (n(3),)), n(2))


def variance(k: int) -> t.Expr:
    """p_k (1 − p_k) by position."""
    p = t.At(t.Name("p"), (n(k),))
    return t.Mul((p, one_minus(p)))


def covariance(j: int, k: int) -> t.Expr:
    """−p_j p_k by positions."""
    return t.Neg(t.Mul((t.At(t.Name("p"), (n(j),)), t.At(t.Name("p"), (n(k),)))))


W, X = t.Name("W"), t.Name("x")
SLOPE = t.Derivative(at("p", "i"), at("z", "j"))
ROWS = tuple(t.Stack(tuple(variance(j) if j == k else covariance(j, k) for k in (1, 2, 3))) for j in (1, 2, 3))
HALF = t.Div(n(1), n(2))
SIGMOID = t.Call("sigmoid", (X,))
FORMULAS: dict[str, tuple[t.Expr, Scope]] = {
    "softmax": (
        equal(at("p", "i"), t.Div(exp("z", "i"), t.Sum(("k",), exp("z", "k"), low=n(1), high=t.Name("K")))),
        SCOPE,
    ),
    "cross-entropy": (
        equal(t.Name("L"), t.Neg(t.Sum(("i",), t.Mul((at("y", "i"), t.Call("log", (at("p", "i"),))))))),
        SCOPE,
    ),
    "softmax-jacobian": (
        equal(
            SLOPE,
            t.Mul((at("p", "i"), t.Add((t.Delta(t.Letter("i"), t.Letter("j")), t.Neg(at("p", "j")))))),
            t.Cases(
                ((t.Mul((at("p", "i"), one_minus(at("p", "i")))), equals("i", "j")),),
                t.Neg(t.Mul((at("p", "i"), at("p", "j")))),
            ),
        ),
        SCOPE,
    ),
    "weight-gradient": (
        equal(t.Derivative(t.Name("L"), W), t.MatMul(t.Name("d"), t.Transpose(t.Name("a")))),
        LAYERS,
    ),
    "delta-recursion": (
        equal(
            t.Name("d"),
            t.Mul((t.MatMul(t.Transpose(t.Name("Wn")), t.Name("dn")), t.Call("sigmoid'", (t.Name("z"),)))),
        ),
        LAYERS,
    ),
    "inverse-rotation": (
        t.Pow(t.Stack((t.Stack((HALF, t.Neg(root3()))), t.Stack((root3(), HALF)))), t.Number(n(-1).value)),
        SCOPE,
    ),
    "convolution": (
        t.Add(
            (
                t.Sum(
                    ("m",),
                    t.Mul(
                        (at("W", "m", "n"), t.At(W, tuple(t.Add((t.Letter(a), t.Letter(b))) for a, b in ("im", "jn"))))
                    ),
                ),
                t.Name("b"),
            )
        ),
        Scope({"W": Declared("W", ("M", "N")), "b": Declared("b")}),
    ),
    "jacobian-3x3": (
        equal(
            t.Name("J"),
            t.Stack(ROWS),
            t.Add((t.Call("diag", (t.Name("p"),)), t.Neg(t.Outer(t.Name("p"), t.Name("p"))))),
        ),
        SCOPE,
    ),
    "sigmoid": (
        t.Chain(
            (
                SIGMOID,
                t.Div(n(1), t.Add((n(1), t.Call("exp", (t.Neg(X),))))),
                t.Call("sigmoid'", (X,)),
                t.Mul((SIGMOID, one_minus(SIGMOID))),
            ),
            ("=", ",", "="),
        ),
        LAYERS,
    ),
    "nested": (
        t.Derivative(t.Div(t.Pow(at("z", "j"), n(2)), t.Add((n(1), t.Call("sqrt", (at("z", "k"),))))), at("y", "j")),
        SCOPE,
    ),
}


def targets() -> dict[str, str]:
    """Read the hand-drawn formulas by name."""
    blocks = TARGETS.read_text(encoding="utf-8").split("--- ")[1:]
    return {name: drawn.rstrip("\n") for name, _, drawn in (block.partition("\n") for block in blocks)}


@pytest.mark.parametrize("name", FORMULAS)
def test_looks_as_drawn(name: str) -> None:
    expr, scope = FORMULAS[name]
    assert str(layout.box(expr, scope)) == targets()[name]


@pytest.mark.parametrize("name", FORMULAS)
def test_lines_are_of_one_width_and_parts_stand_inside(name: str) -> None:
    found = layout.box(*FORMULAS[name])
    assert {cells(line) for line in found.lines} == {found.width}
    for part in found.parts:
        assert part.row >= 0 and part.row + part.height <= found.height
        assert part.column >= 0 and part.column + part.width <= found.width


def test_vectors_are_bold_and_their_elements_slanted() -> None:
    (whole,) = layout.box(t.Name("p"), SCOPE).parts
    assert whole.style is layout.Style.BOLD
    assert {part.style for part in layout.box(at("p", "i"), SCOPE).parts} == {layout.Style.ITALIC}


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("width", [18, 30, 44])
def test_nothing_is_wider_than_its_place_or_lost(name: str, width: int) -> None:
    expr, scope = FORMULAS[name]
    found = layout.fit(expr, scope, width)
    assert found.width <= width
    letters = {c for c in str(layout.box(expr, scope)) if c.isascii() and c.isalpha()}
    assert letters - set("otherwisf") <= set("".join(found.lines)) or name == "nested"


def test_a_chain_is_broken_at_its_relations() -> None:
    expr, scope = FORMULAS["softmax-jacobian"]
    lines = layout.fit(expr, scope, 40).lines
    assert [lines[n].index("=") for n in (1, 5)] == [4, 4]
