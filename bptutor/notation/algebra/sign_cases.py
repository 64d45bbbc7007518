"""Which signs can hold together.

Monomials are taken as independent numbers, so only what is impossible for linear reasons is found;
"possible" is the safe answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from bptutor.notation.algebra.polynomial import Factor, Generator
from bptutor.notation.algebra.rational_function import Algebra

Row = tuple[dict[int, Fraction], Fraction, bool]
"""Σ c·monomial + constant > 0 (True) or ≥ 0 (False)."""

_MOST_ROWS = 80


def possible(algebra: Algebra, signs: Mapping[Factor, int]) -> bool:
    """Return False when no values of the monomials give every factor its sign."""
    rows: list[Row] = [_row(factor, sign) for factor, sign in signs.items()]
    monomials = {m for row in rows for m in row[0]}
    for m in monomials:
        known = _sign_of_monomial(algebra, m, signs)
        if known is not None:
            sign, strict = known
            rows.append(({m: Fraction(sign)}, Fraction(0), strict))
    return _satisfiable(rows, sorted(monomials))


def _row(factor: Factor, sign: int) -> Row:
    if isinstance(factor, Generator):
        return {factor.unit: Fraction(sign)}, Fraction(0), True
    row = {m: Fraction(sign * c) for m, c in factor.terms.items()}
    return row, row.pop(0, Fraction(0)), True


def _sign_of_monomial(algebra: Algebra, monomial: int, signs: Mapping[Factor, int]) -> tuple[int, bool] | None:
    sign, strict = 1, True
    for generator, n in algebra.decoded(monomial):
        own = signs.get(generator, 1 if generator.positive else 0)
        if n % 2 and not own:
            return None
        sign *= own if n % 2 else 1
        strict = strict and bool(own)
    return sign, strict


def _satisfiable(rows: list[Row], monomials: list[int]) -> bool:
    """Eliminate one monomial after the other (Fourier and Motzkin)."""
    for m in monomials:
        above = [r for r in rows if r[0].get(m, 0) > 0]
        below = [r for r in rows if r[0].get(m, 0) < 0]
        rest = [r for r in rows if not r[0].get(m, 0)]
        if len(above) * len(below) + len(rest) > _MOST_ROWS:
            return True
        rows = rest + [_combined(a, b, m) for a in above for b in below]
    return all(constant > 0 or (constant == 0 and not strict) for _, constant, strict in rows)


def _combined(a: Row, b: Row, m: int) -> Row:
    s, t = -b[0][m], a[0][m]
    row = {k: s * a[0].get(k, Fraction(0)) + t * b[0].get(k, Fraction(0)) for k in a[0].keys() | b[0].keys()}
    return {k: c for k, c in row.items() if c}, s * a[1] + t * b[1], a[2] or b[2]
