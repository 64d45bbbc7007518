"""Rational functions, kept as products of powers, whose sums are expanded exactly.

A `Ratio` is c · Π fₖ^nₖ with c rational and every fₖ a `Generator` (a name, an exponential, a root, ...)
or a `Poly` (a primitive polynomial in generators). Products and quotients only add exponents, so p/p
cancels at once and no greatest common divisor is ever needed. A sum takes out the common powers and
expands the rest over the integers: it is zero exactly if no term is left.

A monomial is one integer: generator number n has the bits from n·WIDTH on for its exponent.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from fractions import Fraction

from bptutor.notation.algebra.expression import TooHard
from bptutor.notation.algebra.polynomial import WIDTH, Factor, Generator, Poly, Ratio, Terms

_MASK = (1 << WIDTH) - 1
_MAX_EXPONENT = 1 << 16
_MAX_TERMS = 60_000


class Algebra:
    """The generators of one proof, and the arithmetic over them."""

    def __init__(self, deadline: float = math.inf) -> None:
        """Start without generators; `deadline` is a time of `time.monotonic()`."""
        self.deadline = deadline
        self.generators: list[Generator] = []
        self._by_key: dict[object, Generator] = {}
        self._polys: dict[frozenset[tuple[int, int]], Poly] = {}
        self._bound: list[Generator] = []
        self.zero = Ratio(Fraction(0), {})
        self.one = self.number(Fraction(1))

    def check_time(self) -> None:
        """Give up when the deadline is over."""
        if time.monotonic() > self.deadline:
            raise TooHard("out of time")

    def number(self, value: Fraction) -> Ratio:
        """Return a rational number."""
        return Ratio(value, {})

    def generator(self, key: object, **known: object) -> Generator:
        """Return the generator of a key, made with what is known of it when it is new."""
        found = self._by_key.get(key)
        if found is None:
            found = Generator(len(self.generators), key, **known)  # type: ignore[arg-type]  # fields by name
            self.generators.append(found)
            self._by_key[key] = found
            if found.degree:
                self._bound.append(found)
        return found

    def of(self, factor: Factor, exponent: int = 1) -> Ratio:
        """Return a power of one factor."""
        if isinstance(factor, Generator) and factor.degree:
            return self._within_degree(Ratio(Fraction(1), {factor: exponent}))
        return Ratio(Fraction(1), {factor: exponent})

    # --- products -------------------------------------------------------------------------------

    def multiply(self, ratios: Iterable[Ratio]) -> Ratio:
        """Return the product."""
        coefficient = Fraction(1)
        powers: dict[Factor, int] = {}
        for ratio in ratios:
            coefficient *= ratio.coefficient
            for factor, n in ratio.powers.items():
                powers[factor] = powers.get(factor, 0) + n
        if not coefficient:
            return self.zero
        return self._within_degree(Ratio(coefficient, {f: n for f, n in powers.items() if n}))

    def power(self, ratio: Ratio, n: int) -> Ratio:
        """Return an integer power; 1/0 is refused."""
        if not ratio.coefficient and n <= 0:
            raise TooHard("division by zero")
        if abs(n) > _MAX_EXPONENT or (ratio.coefficient.numerator.bit_length() * abs(n) > 100_000):
            raise TooHard("too large a power")
        raised = Ratio(ratio.coefficient**n, {f: e * n for f, e in ratio.powers.items() if e * n})
        return self._within_degree(raised)

    def _within_degree(self, ratio: Ratio) -> Ratio:
        """Bring powers of generators that satisfy an equation between 0 and its degree."""
        if not self._bound:
            return ratio
        for factor, n in ratio.powers.items():
            if isinstance(factor, Generator) and factor.degree and not 0 <= n < factor.degree:
                assert factor.tail is not None  # noqa: S101  # a degree comes with a tail
                times, rest = divmod(n, factor.degree)
                others = {f: e for f, e in ratio.powers.items() if f is not factor}
                if rest:
                    others[factor] = rest
                return self.multiply([Ratio(ratio.coefficient, others), self.power(factor.tail, times)])
        return ratio

    # --- sums -----------------------------------------------------------------------------------

    def add(self, ratios: Iterable[Ratio]) -> Ratio:
        """Return the sum, exactly zero if it is."""
        parts = _collected(ratios)
        if not parts:
            return self.zero
        if len(parts) == 1:
            return parts[0]
        self.check_time()
        common = _common(parts)
        scale = math.lcm(*(p.coefficient.denominator for p in parts))
        total: Terms = {}
        for part in parts:
            for monomial, c in self._residue(part, common, scale).items():
                value = total.get(monomial, 0) + c
                if value:
                    total[monomial] = value
                else:
                    total.pop(monomial, None)
        total = self._reduced(total)
        content, powers = self._primitive(total)
        if not content:
            return self.zero
        return self.multiply([Ratio(Fraction(content, scale), powers), Ratio(Fraction(1), common)])

    def _residue(self, part: Ratio, common: Mapping[Factor, int], scale: int) -> Terms:
        """Expand what is left of a term when the common powers are taken out."""
        monomial = 0
        polys: list[tuple[Poly, int]] = []
        for factor in {**common, **part.powers}:
            n = part.powers.get(factor, 0) - common.get(factor, 0)
            if n > _MAX_EXPONENT:
                raise TooHard("too large a power")
            if not n:
                continue
            if isinstance(factor, Generator):
                monomial += n * factor.unit
            else:
                polys.append((factor, n))
        out = {monomial: int(part.coefficient * scale)}
        for poly, n in sorted(polys, key=lambda pair: len(pair[0].terms)):
            out = self.times(out, self._expanded(poly, n))
        return out

    def expanded(self, polys: Mapping[Factor, int]) -> Terms:
        """Return a product of positive powers of polynomials, multiplied out."""
        return self._reduced(self._residue(Ratio(Fraction(1), dict(polys)), {}, 1))

    def _expanded(self, poly: Poly, n: int) -> Terms:
        if not poly.powers:
            poly.powers.append(poly.terms)
        while len(poly.powers) < n:
            poly.powers.append(self.times(poly.powers[-1], poly.terms))
        return poly.powers[n - 1]

    def times(self, a: Terms, b: Terms) -> Terms:
        """Return the product of two polynomials."""
        if len(a) * len(b) > 4 * _MAX_TERMS:
            raise TooHard("too many terms")
        if len(a) == 1:
            ((monomial, c),) = a.items()
            return {monomial + m: c * k for m, k in b.items()}
        out: Terms = {}
        for m, c in a.items():
            for n, k in b.items():
                out[m + n] = out.get(m + n, 0) + c * k
        if len(out) > _MAX_TERMS:
            raise TooHard("too many terms")
        self.check_time()
        return {m: c for m, c in out.items() if c}

    def _reduced(self, terms: Terms) -> Terms:
        """Put the tail of every generator's equation in its place, until no power is too high."""
        for generator in reversed(self._bound):
            shift = WIDTH * generator.index
            while True:
                high = {m: c for m, c in terms.items() if (m >> shift) & _MASK >= generator.degree}
                if not high:
                    break
                rest = {m: c for m, c in terms.items() if m not in high}
                lowered = {m - (generator.degree << shift): c for m, c in high.items()}
                terms = rest
                for m, c in self.times(lowered, self._tail(generator)).items():
                    terms[m] = terms.get(m, 0) + c
                terms = {m: c for m, c in terms.items() if c}
        return terms

    def _tail(self, generator: Generator) -> Terms:
        tail = generator.tail
        if tail is None or tail.coefficient.denominator != 1 or any(n < 0 for n in tail.powers.values()):
            raise TooHard("an equation with a fraction")
        return self._residue(tail, {}, 1)

    def _primitive(self, terms: Terms) -> tuple[int, dict[Factor, int]]:
        """Return content and factors of a polynomial; the content carries the sign."""
        if not terms:
            return 0, {}
        lead = max(terms)
        content = math.gcd(*terms.values()) * (1 if terms[lead] > 0 else -1)
        if len(terms) == 1:
            return terms[lead], dict(self.decoded(lead))
        powers: dict[Factor, int] = {}
        shared = 0
        for generator, _ in self.decoded(min(terms)):
            shift = WIDTH * generator.index
            least = _MASK
            for m in terms:
                least = min(least, (m >> shift) & _MASK)
                if not least:
                    break
            if least:
                powers[generator] = least
                shared += least * generator.unit
        poly = self.poly({m - shared: c // content for m, c in terms.items()})
        powers[poly] = 1
        return content, powers

    def poly(self, terms: Terms) -> Poly:
        """Return the one object for a primitive polynomial."""
        key = frozenset(terms.items())
        found = self._polys.get(key)
        if found is None:
            found = self._polys[key] = Poly(terms)
        return found

    def decoded(self, monomial: int) -> list[tuple[Generator, int]]:
        """Return the generators of a monomial with their exponents (none negative)."""
        out = []
        index = 0
        while monomial:
            n = monomial & _MASK
            if n:
                out.append((self.generators[index], n))
            monomial >>= WIDTH
            index += 1
        return out


def _collected(ratios: Iterable[Ratio]) -> list[Ratio]:
    """Add the coefficients of terms with the same powers, and drop what cancels."""
    sums: dict[frozenset[tuple[Factor, int]], Ratio] = {}
    for ratio in ratios:
        if not ratio.coefficient:
            continue
        key = frozenset(ratio.powers.items())
        old = sums.get(key)
        sums[key] = ratio if old is None else Ratio(old.coefficient + ratio.coefficient, ratio.powers)
    return [r for r in sums.values() if r.coefficient]


def _common(parts: list[Ratio]) -> dict[Factor, int]:
    """Return the least power of every factor over all terms; absent counts as 0."""
    common = dict(parts[0].powers)
    for part in parts[1:]:
        for factor in common.keys() - part.powers.keys():
            common[factor] = min(common[factor], 0)
        for factor, n in part.powers.items():
            common[factor] = min(common.get(factor, 0), n)
    return {f: n for f, n in common.items() if n}


class Factorizer:
    """Splits a polynomial into factors (see `symbolic`)."""

    def split(self, algebra: Algebra, poly: Poly) -> Ratio | None:
        """Return the polynomial as a product of smaller ones; None when it does not split."""
        raise NotImplementedError


class OutsideDomain(Exception):
    """Under the assumed signs the entry has no value: the logarithm or root of a negative number."""
