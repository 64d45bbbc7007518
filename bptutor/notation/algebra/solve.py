"""Solving an entry for one symbol that stands in it once, times a number."""

from __future__ import annotations

from fractions import Fraction

from bptutor.notation.algebra.denominators import grain_of
from bptutor.notation.algebra.derivative import total
from bptutor.notation.algebra.expression import ZERO, Constant, Sym, Symbol, TooHard, entry, multiply, power
from bptutor.notation.algebra.normal_form import Rationalizer
from bptutor.notation.algebra.polynomial import Factor, Generator
from bptutor.notation.algebra.rational_function import Algebra, OutsideDomain


def solved_for(algebra: Algebra, factor: Factor) -> tuple[Symbol, Sym] | None:
    """Solve factor = 0 for a symbol that stands in it once, times a number; None if there is none."""
    if isinstance(factor, Generator):
        return (factor.node, ZERO) if isinstance(factor.node, Symbol) and not factor.positive else None
    terms = {m: algebra.decoded(m) for m in factor.terms}
    if any(g.node is None for powers in terms.values() for g, _ in powers):
        return None
    for monomial, powers in terms.items():
        if len(powers) != 1 or powers[0][1] != 1:
            continue
        generator = powers[0][0]
        symbol = generator.node
        if not isinstance(symbol, Symbol) or symbol.positive:
            continue
        if any(generator is g for m, others in terms.items() if m != monomial for g, _ in others):
            continue
        rest = [
            _monomial(Fraction(-c, factor.terms[monomial]), terms[m]) for m, c in factor.terms.items() if m != monomial
        ]
        return symbol, total(rest)
    return None


def solved_entry(node: object) -> dict[Symbol, Sym] | None:
    """Solve entry = 0 for one symbol; empty when it is zero already, None when that is not possible."""
    algebra = Algebra()
    try:
        ratio = Rationalizer(algebra, {}, grain_of(entry(node)))(entry(node))
    except (TooHard, OutsideDomain):
        return None
    if not ratio.coefficient:
        return {}
    over = [f for f, n in ratio.powers.items() if n > 0]
    solved = solved_for(algebra, over[0]) if len(over) == 1 else None
    return None if solved is None else {solved[0]: solved[1]}


def _monomial(c: Fraction, powers: list[tuple[Generator, int]]) -> Sym:
    out: Sym = Constant(c)
    for generator, n in powers:
        assert generator.node is not None  # noqa: S101  # the caller has looked
        out = multiply(out, power(generator.node, Fraction(n)))
    return out
