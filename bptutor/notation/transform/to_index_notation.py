"""From arrays to their entries: `p - y` with the letter i is `p_i - y_i`."""

from __future__ import annotations

from fractions import Fraction

from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes
from bptutor.notation.tree import (
    Add,
    At,
    Call,
    Cases,
    Div,
    Expr,
    Letter,
    Mul,
    Name,
    Neg,
    Number,
    Outer,
    Pow,
    Transpose,
    rebuild,
)


def by_letters(expr: Expr, letters: tuple[str, ...], scope: Scope) -> Expr:
    """Return the entry of an array expression at these letters, carried inwards as far as it stays the same.

    Args:
        expr: An expression with as many positional axes as there are letters, and no free letters.
        letters: One for each axis, in order.
        scope: The names.
    """
    kind = axes.of(expr, scope)
    if not kind.axes:
        return expr
    if len(kind.axes) != len(letters):
        return _at(expr, letters)
    if isinstance(expr, Add | Neg | Mul | Div | Pow) or entrywise(expr):
        if all(_same(part, len(letters), scope) for part in _operands(expr)):
            return rebuild(expr, lambda part: by_letters(part, letters, scope))
        return _at(expr, letters)
    if isinstance(expr, Transpose):
        return by_letters(expr.arg, letters[::-1], scope)
    if isinstance(expr, Outer) and len(letters) == 2:
        left, right = letters[:1], letters[1:]
        return Mul((by_letters(expr.left, left, scope), by_letters(expr.right, right, scope)))
    return _at(expr, letters)


def entrywise(expr: Expr) -> bool:
    """Return whether a node is a function of one array, entry by entry."""
    if not isinstance(expr, Call) or len(expr.args) != 1 or expr.options:
        return False
    from bptutor.notation.values.forward_autodiff import ELEMENTWISE

    return expr.function.rstrip("'") in ELEMENTWISE


def leaky(expr: Expr) -> Expr | None:
    """Return z of `where(z > 0, z, 0.01 z)`."""
    if not isinstance(expr, Cases) or len(expr.branches) != 1 or not isinstance(expr.otherwise, Mul):
        return None
    value, _ = expr.branches[0]
    slope, *rest = expr.otherwise.factors
    known = isinstance(slope, Number) and slope.value == Fraction(1, 100) and rest == [value]
    return value if known else None


def _operands(expr: Expr) -> tuple[Expr, ...]:
    if isinstance(expr, Add):
        return expr.terms
    if isinstance(expr, Mul):
        return expr.factors
    if isinstance(expr, Neg):
        return (expr.arg,)
    if isinstance(expr, Div):
        return (expr.num, expr.den)
    if isinstance(expr, Pow):
        return (expr.base, expr.exponent)
    return expr.args if isinstance(expr, Call) else ()


def _same(part: Expr, count: int, scope: Scope) -> bool:
    kind = axes.of(part, scope)
    return not kind.axes or (len(kind.axes) == count and "1" not in kind.axes)


def _at(expr: Expr, letters: tuple[str, ...]) -> Expr:
    subscripts = tuple(Letter(letter) for letter in letters)
    return At(expr, subscripts) if not isinstance(expr, Name) or letters else expr
