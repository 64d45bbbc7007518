"""Products in their simplest form: flat, numbers multiplied, signs in front."""

from __future__ import annotations

from fractions import Fraction

from bptutor.notation.tree import Add, Div, Expr, Mul, Neg, Number

ONE = Number(Fraction(1))
TWO = Number(Fraction(2))


def times(*factors: Expr) -> Expr:
    """Return a product: flat, numbers multiplied, signs brought to the front."""
    number, rest, waiting = Fraction(1), list[Expr](), list(reversed(factors))
    while waiting:
        factor = waiting.pop()
        constant = value_of(factor)
        if constant is not None:
            number *= constant
        elif isinstance(factor, Neg):
            number = -number
            waiting.append(factor.arg)
        elif isinstance(factor, Mul):
            waiting.extend(reversed(factor.factors))
        else:
            rest.append(factor)
    negative, number = number < 0, abs(number)
    if number != 1 or not rest:
        rest.insert(0, Number(number))
    made = rest[0] if len(rest) == 1 else Mul(tuple(rest))
    return Neg(made) if negative else made


def minus(left: Expr, right: Expr) -> Expr:
    """Return left − right."""
    return Add((left, Neg(right)))


def value_of(expr: Expr) -> Fraction | None:
    """Return the number that a literal or a quotient of literals is."""
    if isinstance(expr, Number):
        return expr.value
    if isinstance(expr, Div) and isinstance(expr.num, Number) and isinstance(expr.den, Number) and expr.den.value:
        return expr.num.value / expr.den.value
    return None
