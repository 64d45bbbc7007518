"""Cosine and sine of a sum, by the addition theorems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from bptutor.notation.algebra.polynomial import Factor, Ratio
from bptutor.notation.algebra.rational_function import Algebra

_MOST_TURNS = 12

Turn = tuple[Ratio, Ratio]
"""Cosine and sine of one angle."""


def turn(algebra: Algebra, monomials: Iterable[tuple[Mapping[Factor, int], Fraction]], grain: int) -> Turn:
    """Return cosine and sine of a sum of monomials, each a small multiple of an angle of its own."""
    out = (algebra.one, algebra.zero)
    for powers, c in monomials:
        part = grain if grain % c.denominator == 0 else c.denominator
        count = int(c * part)
        key: object = ("angle", part, frozenset(powers.items()))
        sign = 1 if count >= 0 else -1
        if abs(count) > _MOST_TURNS:
            key, sign, count = ("angle", c, frozenset(powers.items())), 1, 1
        for _ in range(abs(count)):
            out = _turned(algebra, out, _basic(algebra, key, sign))
    return out


def _basic(algebra: Algebra, key: object, sign: int) -> Turn:
    cosine = algebra.of(algebra.generator(("cos", key)))
    tail = algebra.add([algebra.one, _scaled(algebra, algebra.power(cosine, 2), -1)])
    sine = algebra.of(algebra.generator(("sin", key), degree=2, tail=tail))
    return cosine, _scaled(algebra, sine, sign)


def _turned(algebra: Algebra, a: Turn, b: Turn) -> Turn:
    cosine = [algebra.multiply([a[0], b[0]]), _scaled(algebra, algebra.multiply([a[1], b[1]]), -1)]
    sine = [algebra.multiply([a[1], b[0]]), algebra.multiply([a[0], b[1]])]
    return algebra.add(cosine), algebra.add(sine)


def _scaled(algebra: Algebra, ratio: Ratio, by: int) -> Ratio:
    return algebra.multiply([algebra.number(Fraction(by)), ratio])
