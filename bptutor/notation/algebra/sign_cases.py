"""Going through the signs that an entry depends on, as far as they can hold together.

Monomials are taken as independent numbers, so only what is impossible for linear reasons is left out;
"possible" is the safe answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from bptutor.notation.algebra.expression import Sym, TooHard
from bptutor.notation.algebra.modular_point import is_zero
from bptutor.notation.algebra.solve import solved_for
from bptutor.notation.algebra.substitution import Replacement
from bptutor.notation.algebra.sympy_ring import Factor, Generator, Monomial, Ring, fraction
from bptutor.notation.algebra.to_polynomial import Known, OutsideDomain, Reader

Row = tuple[dict[Monomial, Fraction], Fraction, bool]
"""Σ c·monomial + constant > 0 (True) or ≥ 0 (False)."""

_MOST_CASES = 400
_MOST_ROWS = 80


class Cases:
    """Decides entries, case by case."""

    def __init__(self, ring: Ring) -> None:
        """Start with nothing read."""
        self.ring = ring
        self.count = 0
        self._settled: Known = {}

    def all_zero(self, nodes: Iterable[Sym]) -> bool:
        """Return whether all entries are zero, whatever the signs."""
        for node in nodes:
            self.count = 0
            if not self.zero(node, {}):
                return False
        return True

    def zero(self, node: Sym, signs: Mapping[Factor, int]) -> bool:
        """Return whether an entry is zero wherever the factors have these signs."""
        self.count += 1
        if self.count > _MOST_CASES:
            raise TooHard("too many cases")
        read = Reader(self.ring, signs, self._settled)
        try:
            if is_zero(self.ring, read(node)):
                return True
        except OutsideDomain:
            if signs:
                return True  # neither side has a value in this case
            raise TooHard("no value anywhere") from None
        if not read.undecided:
            return False
        factor = min(read.undecided, key=self._nested)
        for sign in (1, -1):
            assumed = {**signs, factor: sign}
            if possible(self.ring, assumed) and not self.zero(node, assumed):
                return False
        return factor not in read.jumps or self._zero_at_jump(node, factor)

    def _nested(self, factor: Factor) -> int:
        """Count the undecided parts inside a factor: those are decided first."""
        if isinstance(factor, Generator):
            return 0
        inside = {g for monomial in factor for g, _ in self.ring.powers(monomial)}
        return sum(g.key[0] in ("abs", "step", "root") for g in inside)

    def _zero_at_jump(self, node: Sym, factor: Factor) -> bool:
        solved = solved_for(self.ring, factor)
        return solved is not None and self.zero(Replacement(dict([solved]))(node), {})


def possible(ring: Ring, signs: Mapping[Factor, int]) -> bool:
    """Return False when no values of the monomials give every factor its sign."""
    rows: list[Row] = [_row(ring, factor, sign) for factor, sign in signs.items()]
    monomials = {m for row in rows for m in row[0]}
    for m in monomials:
        known = _sign_of_monomial(ring, m, signs)
        if known is not None:
            sign, strict = known
            rows.append(({m: Fraction(sign)}, Fraction(0), strict))
    return _satisfiable(rows, sorted(monomials))


def _row(ring: Ring, factor: Factor, sign: int) -> Row:
    terms = ring.of(factor) if isinstance(factor, Generator) else factor
    row = {m: sign * fraction(c) for m, c in terms.items()}
    return row, row.pop((0,) * ring.size, Fraction(0)), True


def _sign_of_monomial(ring: Ring, monomial: Monomial, signs: Mapping[Factor, int]) -> tuple[int, bool] | None:
    sign, strict = 1, True
    for generator, n in ring.powers(monomial):
        own = signs.get(generator, 1 if generator.positive else 0)
        if n % 2 and not own:
            return None
        sign *= own if n % 2 else 1
        strict = strict and bool(own)
    return sign, strict


def _satisfiable(rows: list[Row], monomials: list[Monomial]) -> bool:
    """Eliminate one monomial after the other (Fourier and Motzkin)."""
    for m in monomials:
        above = [r for r in rows if r[0].get(m, 0) > 0]
        below = [r for r in rows if r[0].get(m, 0) < 0]
        rest = [r for r in rows if not r[0].get(m, 0)]
        if len(above) * len(below) + len(rest) > _MOST_ROWS:
            return True
        rows = rest + [_combined(a, b, m) for a in above for b in below]
    return all(constant > 0 or (constant == 0 and not strict) for _, constant, strict in rows)


def _combined(a: Row, b: Row, m: Monomial) -> Row:
    s, t = -b[0][m], a[0][m]
    row = {k: s * a[0].get(k, Fraction(0)) + t * b[0].get(k, Fraction(0)) for k in a[0].keys() | b[0].keys()}
    return {k: c for k, c in row.items() if c}, s * a[1] + t * b[1], a[2] or b[2]
