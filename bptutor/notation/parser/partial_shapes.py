"""The axes of what was read so far, and their sizes: `(P - Y).shape[0]`, `np.size(X, 0)`."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from bptutor.errors import UnreadableAnswer
from bptutor.notation.parser.cursor import Reader
from bptutor.notation.shapes import axes
from bptutor.notation.tree import Expr, Juxtapose, Mul, Name, Number, Stack, walk


def axes_of(reader: Reader, expr: Expr) -> tuple[str, ...] | None:
    """Return the axes of an expression; None where they do not fit, or cannot be seen yet."""
    if any(isinstance(node, Juxtapose) for node in walk(expr)):
        return None
    try:
        return axes.of(expr, reader.scope, columns=not reader.python).axes
    except UnreadableAnswer:
        return None


def count(names: Sequence[str]) -> Expr:
    """Return how many entries stand over some axes: the product of their sizes."""
    sizes = [Number(Fraction(1), "1") if name == "1" else Name(name) for name in names]
    return sizes[0] if len(sizes) == 1 else Mul(tuple(sizes))


def shape(names: Sequence[str]) -> Stack:
    """Return the sizes of some axes, as `.shape` gives them."""
    return Stack(tuple(count([name]) for name in names))


def known_axes(reader: Reader, expr: Expr) -> tuple[str, ...]:
    """Return the axes of an array; empty for one number and where they have no names."""
    found = axes_of(reader, expr) or ()
    return found if all(found) else ()
