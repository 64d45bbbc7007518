"""Bounds on what a tree may ask for and on how long a proof may take, so that no text makes the rest slow."""

from __future__ import annotations

import math
from fractions import Fraction

from bptutor.notation import tree as t

MAX_EXPONENT = 10_000
MAX_FACTORIAL = 170
MAX_RANGE = 60
MAX_TREE_DEPTH = 60
_MAX_BITS = 40_000
PROOF_SECONDS = 4.0
"""How long a proof may take, unless said."""


class TooLarge(Exception):
    """A constant is too large to be worked out."""


def constant(expr: t.Expr) -> Fraction | None:
    """Return the exact value of an expression of numbers, None for any other.

    Raises:
        TooLarge: If the value has more than about 12,000 digits, or an exponent is over the bound.
    """
    if isinstance(expr, t.Number):
        return expr.value
    if isinstance(expr, t.Neg):
        value = constant(expr.arg)
        return None if value is None else -value
    if isinstance(expr, t.Pow):
        return _power(constant(expr.base), constant(expr.exponent))
    if isinstance(expr, (t.Add, t.Mul, t.Div)):
        values = [constant(child) for child in t.children(expr)]
        known = [value for value in values if value is not None]
        return _combined(expr, known) if len(known) == len(values) else None
    return None


def _combined(expr: t.Expr, values: list[Fraction]) -> Fraction | None:
    if sum(_bits(value) for value in values) > 4 * _MAX_BITS:
        raise TooLarge
    if isinstance(expr, t.Add):
        return sum(values, Fraction(0))
    if isinstance(expr, t.Mul):
        return math.prod(values, start=Fraction(1))
    return values[0] / values[1] if values[1] else None


def _power(base: Fraction | None, exponent: Fraction | None) -> Fraction | None:
    if exponent is not None and abs(exponent) > MAX_EXPONENT:
        raise TooLarge
    if base is None or exponent is None or exponent.denominator != 1 or (base == 0 and exponent < 0):
        return None
    if abs(base) not in (0, 1) and _bits(base) * abs(exponent) > _MAX_BITS:
        raise TooLarge
    return base ** int(exponent)


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def whole_number(expr: t.Expr) -> int | None:
    """Return an integer below 10^6 that was written as one, `-3`; None for any other expression."""
    if isinstance(expr, t.Neg):
        value = whole_number(expr.arg)
        return None if value is None else -value
    if isinstance(expr, t.Number) and expr.value.denominator == 1 and abs(expr.value) < 10**6:
        return int(expr.value)
    return None


def degree(expr: t.Expr) -> Fraction:
    """Return the largest product of constant exponents on top of each other; 1 without any.

    Raises:
        TooLarge: If a constant inside is too large.
    """
    below = max((degree(child) for child in t.children(expr)), default=Fraction(1))
    if isinstance(expr, t.Pow):
        exponent = constant(expr.exponent)
        constant(expr.base)
        if exponent is not None:
            return below * max(abs(exponent), Fraction(1))
    return below


def bounded(expr: t.Expr) -> bool:
    """Say whether the constant exponents of an expression are within the bound."""
    try:
        return degree(expr) <= MAX_EXPONENT
    except TooLarge:
        return False


def depth(expr: t.Expr) -> int:
    """Return how many nodes are above each other at most, without recursion."""
    level, found = [expr], 0
    while level:
        found += 1
        level = [child for node in level for child in t.children(node)]
    return found
