"""A polynomial, or a number, as a product: its sign, its root and its logarithm are read from its factors."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sympy.ntheory import factorint

from bptutor.notation.algebra.sympy_ring import (
    Factor,
    Polynomial,
    Ring,
    fraction,
    ring_of_size,
    without_monomial,
)

Factors = tuple[Fraction, dict[Factor, Any]]
"""A number, and the exponent of each factor."""

_MOST_TERMS = 40
_MOST_GENERATORS = 8
_MOST_DEGREE = 24
_LARGEST_TRIED = 1000


def factors(ring: Ring, p: Polynomial) -> Factors:
    """Return a number and powers of factors whose product is the polynomial."""
    above, below = ring.cleared(p)
    if not above:
        return Fraction(0), {}
    c, powers, rest = without_monomial(ring, above)
    parts = {} if rest is None else {rest: 1}
    for generator, n in below.items():
        parts[generator.inverse_of] = parts.get(generator.inverse_of, 0) - n
    number, out = _joined((_factored(ring, part), n) for part, n in parts.items())
    return _joined([((number, out), 1), ((fraction(c), powers), 1)])


def _joined(parts: Iterable[tuple[Factors, int]]) -> Factors:
    number, out = Fraction(1), dict[Factor, Any]()
    for (own, powers), n in parts:
        number *= own**n
        for factor, m in powers.items():
            out[factor] = out.get(factor, 0) + m * n
    return number, {factor: n for factor, n in out.items() if n}


def _factored(ring: Ring, rest: Polynomial) -> Factors:
    if rest not in ring.factored:
        ring.factored[rest] = _by_sympy(ring, rest) or (Fraction(1), {rest: 1})
    return ring.factored[rest]


def _by_sympy(ring: Ring, rest: Polynomial) -> Factors | None:
    """Split a small polynomial; None when it is large or does not split."""
    if not ring.split or len(rest) > _MOST_TERMS:
        return None
    scale = {k: math.lcm(*(m[k].denominator for m in rest)) for k in range(ring.size) if any(m[k] for m in rest)}
    whole = {tuple(int(m[k] * s) for k, s in scale.items()): c for m, c in rest.items()}
    if len(scale) > _MOST_GENERATORS or not 2 <= max(map(sum, whole)) <= _MOST_DEGREE:
        return None
    c, found = ring_of_size(len(scale)).from_dict(whole).factor_list()
    if sum(n for _, n in found) < 2:
        return None
    pieces = [(_piece(ring, piece, scale), n) for piece, n in found]
    return _joined([((fraction(c), {}), 1), *pieces])


def _piece(ring: Ring, piece: Polynomial, scale: Mapping[int, int]) -> Factors:
    """Return a factor in the generators of the ring."""
    terms = []
    for exponents, c in piece.items():
        pairs = zip(exponents, scale.items(), strict=True)
        terms.append(ring.term({ring.generators[k]: Fraction(n, s) for n, (k, s) in pairs}, c))
    c, powers, rest = without_monomial(ring, ring.add(terms))
    return fraction(c), powers | ({} if rest is None else {rest: 1})


def primes(number: Fraction) -> Iterator[tuple[int, int]]:
    """Yield the prime powers of a positive rational; a rest without small factors may count as prime."""
    yield from _prime_powers(number.numerator)
    for p, n in _prime_powers(number.denominator):
        yield p, -n


@lru_cache(maxsize=1000)
def _prime_powers(n: int) -> tuple[tuple[int, int], ...]:
    found = factorint(n, limit=_LARGEST_TRIED, use_rho=False, use_pm1=False, use_ecm=False)
    return tuple((int(p), int(k)) for p, k in found.items())
