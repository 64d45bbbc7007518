"""Deciding whether a polynomial is zero: a point modulo a prime refuses nearly all that is not, before it grows."""

from __future__ import annotations

from random import Random

from sympy.polys.domains import QQ

from bptutor.notation.algebra.sympy_ring import Generator, Polynomial, Ring

PRIME = (1 << 61) - 1
_VALUES = Random(0)  # noqa: S311 - any point will do


def is_zero(ring: Ring, p: Polynomial) -> bool:
    """Tell whether a polynomial is 0 by the equations of its generators."""
    p = ring.normal(p)
    return not p or (not surely_not_zero(ring, p) and not ring.cleared(p)[0])


def surely_not_zero(ring: Ring, p: Polynomial) -> bool:
    """Tell whether a polynomial has a value other than 0 at the ring's point."""
    try:
        for generator in ring.generators[len(ring.values) :]:
            ring.values.append(_coordinate(ring, generator))
        return bool(_value(ring, p))
    except (LookupError, ValueError):  # a root that is not there, or a division by 0
        return False


def _coordinate(ring: Ring, generator: Generator) -> int | None:
    """Return a value that meets the equation of a generator; None where there may be none."""
    if generator.inverse_of is not None:
        return pow(_value(ring, generator.inverse_of), -1, PRIME)
    match generator.key[0]:
        case "abs":
            return _value(ring, ring.of(generator.key[1]))
        case "step":
            return 1
        case "root" | "sin":
            return None
    return _VALUES.randrange(2, PRIME)


def _value(ring: Ring, p: Polynomial) -> int:
    total = 0
    for monomial, c in p.items():
        value = int(QQ.numer(c)) * pow(int(QQ.denom(c)), -1, PRIME)
        for k, n in enumerate(monomial):
            if n:
                base = ring.values[k]
                if base is None or n.denominator != 1:
                    raise LookupError
                value = value * pow(base, int(n), PRIME) % PRIME
        total += value
    return total % PRIME
