"""Prime powers, and the common denominator of the numbers inside exponents."""

from __future__ import annotations

import math
from fractions import Fraction

from bptutor.notation.algebra.expression import Apply, Constant, Power, Sym

_GRAIN = 5040


def primes(number: Fraction) -> list[tuple[int, int]]:
    """Return the prime powers of a positive rational; a rest without small factors counts as prime."""
    out = _prime_powers(number.numerator)
    out += [(p, -n) for p, n in _prime_powers(number.denominator)]
    return out


def _prime_powers(n: int) -> list[tuple[int, int]]:
    out = []
    p = 2
    while p * p <= n and p < 1000:
        count = 0
        while n % p == 0:
            n //= p
            count += 1
        if count:
            out.append((p, count))
        p += 1 if p == 2 else 2
    if n > 1:
        out.append((n, 1))
    return out


def grain_of(node: Sym) -> int:
    """Return the least common denominator of the numbers inside exponents and angles, if it is small."""
    seen: set[int] = set()
    found = 1
    stack: list[tuple[Sym, bool]] = [(node, False)]
    while stack:
        part, inside = stack.pop()
        if id(part) in seen and not inside:
            continue
        seen.add(id(part))
        if isinstance(part, Constant) and inside and part.value.denominator <= _GRAIN:
            grown = math.lcm(found, part.value.denominator)
            found = grown if grown <= _GRAIN else found
        if isinstance(part, Power) and part.exponent.denominator > 1:
            found = math.lcm(found, part.exponent.denominator)
        deeper = inside or (isinstance(part, Apply) and part.function in ("exp", "sin", "cos"))
        stack.extend((p, deeper) for p in part.parts())
    return found if found <= _GRAIN else 1
