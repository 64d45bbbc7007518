"""A scene and trees that the tests of the faces share."""

from __future__ import annotations

from fractions import Fraction

from bptutor.notation import tree as t
from bptutor.notation.scope import Declared, Role, Scope

SCOPE = Scope(
    names={
        d.id: d
        for d in (
            Declared("K", role=Role.SIZE),
            *(Declared("C", role=Role.SIZE), Declared("H", role=Role.SIZE)),
            *(Declared("z", ("K",)), Declared("p", ("K",), positive=True), Declared("y", ("K",))),
            *(Declared("s"), Declared("L"), Declared("A", ("C", "H")), Declared("Q", ("H", "K"))),
            *(
                Declared("W2", ("C", "H"), show="W²"),
                Declared("d2", ("C",), show="δ²"),
                Declared("a1", ("H",), show="a¹"),
            ),
        )
    },
    sizes={"K": "", "C": "", "H": ""},
)


def n(value: int) -> t.Number:
    """A whole number."""
    return t.Number(Fraction(value))


def at(name: str, *letters: str) -> t.At:
    """An element by letters."""
    return t.At(t.Name(name), tuple(t.Letter(letter) for letter in letters))


def one_minus(expr: t.Expr) -> t.Expr:
    """1 − expr."""
    return t.Add((n(1), t.Neg(expr)))


def slope(of: str, by: str, *letters: str) -> t.Expr:
    """∂of/∂by at letters."""
    return t.Derivative(t.Name(of), at(by, *letters))
