"""Solving an entry for one symbol that stands in it once, times a number."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from bptutor.notation.algebra.expression import ZERO, Constant, Sym, Symbol, TooHard, entry, multiply, power
from bptutor.notation.algebra.factors import factors as factors_of
from bptutor.notation.algebra.substitution import total
from bptutor.notation.algebra.sympy_ring import Factor, Generator, Ring, fraction, with_room
from bptutor.notation.algebra.to_polynomial import OutsideDomain, Reader


def solved_for(ring: Ring, factor: Factor) -> tuple[Symbol, Sym] | None:
    """Solve factor = 0 for a symbol that stands in it once, times a number; None if there is none."""
    if isinstance(factor, Generator):
        return (factor.node, ZERO) if isinstance(factor.node, Symbol) and not factor.positive else None
    terms = [(fraction(c), ring.powers(m)) for m, c in factor.items()]
    if any(g.node is None for _, powers in terms for g, _ in powers):
        return None
    for n, (number, powers) in enumerate(terms):
        if len(powers) != 1 or powers[0][1] != 1 or powers[0][0].positive:
            continue
        others = terms[:n] + terms[n + 1 :]
        symbol = powers[0][0].node
        if isinstance(symbol, Symbol) and all(g.node is not symbol for _, other in others for g, _ in other):
            return symbol, total([_term(-c / number, other) for c, other in others])
    return None


def solved_entry(node: object) -> dict[Symbol, Sym] | None:
    """Solve entry = 0 for one symbol; empty when it is zero already, None when that is not possible."""
    gap = entry(node)
    try:
        return with_room(len(gap.free) + 6, lambda ring: _solved(gap, ring))
    except (TooHard, OutsideDomain):
        return None


def _solved(gap: Sym, ring: Ring) -> dict[Symbol, Sym] | None:
    number, powers = factors_of(ring, Reader(ring, {})(gap))
    if not number:
        return {}
    above = [f for f, n in powers.items() if n > 0]
    solved = solved_for(ring, above[0]) if len(above) == 1 else None
    return None if solved is None else dict([solved])


def _term(number: Fraction, powers: list[tuple[Generator, Any]]) -> Sym:
    out: Sym = Constant(number)
    for generator, n in powers:
        assert generator.node is not None  # noqa: S101  # the caller has looked
        out = multiply(out, power(generator.node, Fraction(n)))
    return out
