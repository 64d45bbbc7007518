"""Polynomials of SymPy whose generators are names, exponentials, roots, ..., and the inverses of other polynomials.

An element is one of `sympy.polys.rings`, sparse over the rationals. Its exponents may also be negative or
fractions, as those of SymPy's Puiseux series, so that 1/x, e^{-x} and e^{x/2} need no generators of their own.

A polynomial D under a fraction bar has a generator v with v · D = 1. Sums of quotients then need no common
denominator and no greatest common divisor: an element is zero exactly if nothing is left when the inverses are
cleared, one after the other. Its value at a point modulo a prime refuses nearly all that is not zero before that.
"""

from __future__ import annotations

import math
import operator
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeVar

from sympy.polys.domains import QQ
from sympy.polys.rings import ring as sympy_ring

from bptutor.notation.algebra.expression import Sym, TooHard

Polynomial = Any
"""A `PolyElement` of SymPy: monomial -> coefficient, none of them 0."""
Monomial = tuple[Any, ...]
"""The exponent of each generator, an integer or a fraction."""
Factor = Any
"""A `Generator`, or a `Polynomial` with leading coefficient 1 and no monomial factor."""
T = TypeVar("T")

_MOST_PRODUCTS = 300_000
_MOST_TERMS = 20_000
_MOST_EXPONENT = 1 << 16
_MOST_ROUNDS = 1000
_SIZES = (8, 12, 18, 27, 40, 60, 90, 135, 200, 300, 450, 675, 1000)


@dataclass(eq=False)
class Generator:
    """Something that polynomials treat as a variable; compared by identity."""

    index: int
    key: tuple[Any, ...]
    """What it stands for, its kind first: `symbol`, `inverse`, `exp`, `log`, `root`, `abs`, `step`, ..."""
    positive: bool = False
    node: Sym | None = None
    """The entry it stands for, where it is a symbol."""
    degree: int = 0
    """With `tail`: this generator to the power `degree` equals `tail`."""
    tail: Polynomial = None
    inverse_of: Polynomial = None
    """With this polynomial its product is 1."""
    log: Polynomial = None
    """Its logarithm, for an exponential or a root."""
    relation: tuple[Polynomial, Monomial] | None = None
    """Of an inverse v of D: 1 - v D, and the leading monomial of v D."""


class TooSmall(Exception):
    """The ring has too few generators, or angles are read in too large parts."""

    def __init__(self, size: int, part: int) -> None:
        """Keep what is needed."""
        super().__init__(f"{size} generators, angles in parts of 1/{part}")
        self.size = size
        self.part = part


@lru_cache(maxsize=32)
def ring_of_size(size: int) -> Any:
    """Return SymPy's ring over the rationals with so many generators."""
    return sympy_ring([f"g{n}" for n in range(size)], QQ)[0]


def with_room(size: int, work: Callable[[Ring], T], deadline: float = math.inf, split: bool = False) -> T:
    """Do some work in a ring, and anew in a larger one as long as generators are wanting."""
    part = 1
    while True:
        try:
            return work(Ring(next(n for n in _SIZES if n >= min(size, _SIZES[-1])), deadline, split, part))
        except TooSmall as wanted:
            size, part = wanted.size, wanted.part
            if size > _SIZES[-1]:
                raise TooHard("too many generators") from None


class Ring:
    """The generators of one proof, and the arithmetic over them.

    Args:
        size: How many generators there may be.
        deadline: A time of `time.monotonic()` at which work stops with `TooHard`.
        split: Whether polynomials whose sign, root or logarithm is asked for are split into factors.
        part: Angles are read as multiples of 1/part.
    """

    def __init__(self, size: int, deadline: float = math.inf, split: bool = False, part: int = 1) -> None:
        """Start without generators."""
        self.sparse = ring_of_size(size)
        self.size = size
        self.deadline = deadline
        self.split = split
        self.part = part
        self.generators: list[Generator] = []
        self.exponents: list[tuple[Generator, dict[Monomial, Any], Monomial]] = []
        """The exponentials, the sum of monomials that each raises e to, and one of these that no later sum has."""
        self._by_key: dict[object, Generator] = {}
        self._bound: list[Generator] = []
        self.values: list[int | None] = []
        """The value of each generator at a point modulo a prime, as far as there is one (see `modular_point`)."""
        self.factored: dict[Polynomial, tuple[Fraction, dict[Factor, Any]]] = {}
        """The factors of polynomials that were split (see `factors`)."""

    @property
    def zero(self) -> Polynomial:
        """The polynomial 0."""
        return self.sparse.zero

    @property
    def one(self) -> Polynomial:
        """The polynomial 1."""
        return self.sparse.one

    def check_time(self) -> None:
        """Give up when the deadline is over."""
        if time.monotonic() > self.deadline:
            raise TooHard("out of time")

    # --- making elements ------------------------------------------------------------------------

    def generator(self, *key: Any, **known: Any) -> Generator:
        """Return the generator of a key, made with what is known of it when it is new."""
        found = self._by_key.get(key)
        if found is None:
            if len(self.generators) == self.size:
                raise TooSmall(self.size + 1, self.part)
            found = self._by_key[key] = Generator(len(self.generators), key, **known)
            self.generators.append(found)
            if found.degree or found.inverse_of is not None:
                self._bound.append(found)
        return found

    def number(self, value: Fraction) -> Polynomial:
        """Return a rational number."""
        return self.sparse.ground_new(QQ(value.numerator, value.denominator))

    def term(self, powers: Mapping[Generator, Any], coefficient: Any = None) -> Polynomial:
        """Return a product of powers of generators times a number of SymPy's."""
        exponents: list[Any] = [0] * self.size
        for generator, n in powers.items():
            exponents[generator.index] += int(n) if n.denominator == 1 else n
        return self.polynomial({tuple(exponents): QQ(1) if coefficient is None else coefficient})

    def polynomial(self, terms: Mapping[Monomial, Any]) -> Polynomial:
        """Return a sum of terms, without those that are 0."""
        out = self.sparse.zero
        for monomial, c in terms.items():
            if c:
                out[monomial] = c
        return out

    def of(self, factor: Factor, n: Any = 1) -> Polynomial:
        """Return a power of one factor."""
        if isinstance(factor, Generator):
            return self.term({factor: n})
        return self.power(factor, n) if n >= 0 else self.term({self._inverse_of(factor): -n})

    def powers(self, monomial: Monomial) -> list[tuple[Generator, Any]]:
        """Return the generators of a monomial with their exponents."""
        return [(self.generators[k], n) for k, n in enumerate(monomial) if n]

    # --- arithmetic -----------------------------------------------------------------------------

    def add(self, parts: Iterable[Polynomial]) -> Polynomial:
        """Return the sum."""
        out: dict[Monomial, Any] = {}
        for part in parts:
            for monomial, c in part.items():
                old = out.get(monomial)
                out[monomial] = c if old is None else old + c
        self.check_time()
        return self.polynomial(out)

    def times(self, a: Polynomial, b: Polynomial) -> Polynomial:
        """Return the product of two polynomials."""
        if len(a) * len(b) > _MOST_PRODUCTS:
            raise TooHard("too many terms")
        self.check_time()
        return a * b

    def product(self, parts: Iterable[Polynomial]) -> Polynomial:
        """Return the product of polynomials, the short ones first."""
        out = self.one
        for part in sorted(parts, key=len):
            out = self.times(out, part)
        return out

    def power(self, p: Polynomial, n: int) -> Polynomial:
        """Return an integer power; 1/0 is refused."""
        if n < 0:
            return self.power(self.inverse(p), -n)
        if n > _MOST_EXPONENT or (len(p) > 1 and math.comb(min(n, 2000) + len(p) - 1, n) > _MOST_TERMS):
            raise TooHard("too large a power")
        if len(p) == 1 and next(iter(p.values())) not in (1, -1) and n > _MOST_ROUNDS:
            raise TooHard("too large a number")
        self.check_time()
        return p**n if n else self.one

    def inverse(self, p: Polynomial) -> Polynomial:
        """Return 1/p."""
        above, below = self.cleared(p)
        if not above:
            raise TooHard("division by zero")
        c, powers, rest = without_monomial(self, above)
        parts = [self.term({g: -n for g, n in powers.items()}, 1 / c)]
        if rest is not None:
            parts.append(self.of(rest, -1))
        parts += [self.power(g.inverse_of, n) for g, n in below.items()]
        return self.normal(self.product(parts))

    def _inverse_of(self, rest: Polynomial) -> Generator:
        return self.generator("inverse", rest, inverse_of=rest)

    # --- relations ------------------------------------------------------------------------------

    def normal(self, p: Polynomial) -> Polynomial:
        """Put the equations of its generators into a polynomial until no term can be made simpler."""
        for generator in reversed(self._bound):
            k = generator.index
            if any(m[k] for m in p):
                p = self._lowered(p, generator)
                if generator.inverse_of is not None:
                    p = self._divided(p, generator)
        return p

    def _lowered(self, p: Polynomial, generator: Generator) -> Polynomial:
        """Bring the powers of a generator between 0 and its degree; those of an inverse above 0."""
        k, degree = generator.index, generator.degree
        for _ in range(_MOST_ROUNDS):
            outside = {m: c for m, c in p.items() if m[k] < 0 or (degree and m[k] >= degree)}
            if not outside:
                return p
            by_power: dict[int, dict[Monomial, Any]] = {}
            for m, c in outside.items():
                n, rest = divmod(m[k], degree) if degree else (-m[k], 0)
                by_power.setdefault(int(n), {})[(*m[:k], rest, *m[k + 1 :])] = c
            parts = [self.polynomial({m: c for m, c in p.items() if m not in outside})]
            for n, terms in by_power.items():
                if n < 0 and generator.key[0] == "step":
                    raise TooHard("the inverse of a step")
                equal = generator.tail if degree else generator.inverse_of
                parts.append(self.times(self.polynomial(terms), self.power(equal, n)))
            p = self.add(parts)
        raise TooHard("no end of powers")

    def _divided(self, p: Polynomial, generator: Generator) -> Polynomial:
        """Put 1 - v (D - M) in the place of v M, where M is the leading monomial of D."""
        if generator.relation is None:
            product = self.times(self.term({generator: 1}), generator.inverse_of)
            generator.relation = self.add([self.one, -product]), max(product)
        relation, lead = generator.relation
        support = [(k, n) for k, n in enumerate(lead) if n]
        for _ in range(_MOST_ROUNDS):
            high = list(p)
            for k, n in support:
                high = [m for m in high if m[k] >= n]
            if not high:
                return p
            quotient = self.polynomial({tuple(map(operator.sub, m, lead)): p[m] for m in high})
            p = self.add([p, self.times(quotient, relation)])
        raise TooHard("no end of division")

    def cleared(self, p: Polynomial) -> tuple[Polynomial, dict[Generator, int]]:
        """Return a polynomial without inverses, and the powers of inverses that it is to be multiplied with."""
        p = self.normal(p)
        below: dict[Generator, int] = {}
        for generator in reversed(self._bound):
            k = generator.index
            if generator.inverse_of is None or not any(m[k] for m in p):
                continue
            by_power: dict[int, dict[Monomial, Any]] = {}
            for m, c in p.items():
                by_power.setdefault(m[k], {})[(*m[:k], 0, *m[k + 1 :])] = c
            below[generator] = max(by_power)
            p = self.zero
            for n in range(min(by_power), max(by_power) + 1):
                p = self.add([self.times(p, generator.inverse_of), self.polynomial(by_power.get(n, {}))])
            p = self.normal(p)
        return p, below


def fraction(number: Any) -> Fraction:
    """Return a rational of SymPy's as one of Python's."""
    return Fraction(int(QQ.numer(number)), int(QQ.denom(number)))


def without_monomial(ring: Ring, p: Polynomial) -> tuple[Any, dict[Generator, Any], Polynomial | None]:
    """Return leading coefficient, monomial factor and the rest; no rest where p is a single term."""
    if len(p) == 1:
        ((monomial, c),) = p.items()
        return c, dict(ring.powers(monomial)), None
    lowest = tuple(map(min, zip(*p, strict=True)))
    lead = p[max(p)]
    rest = ring.polynomial({tuple(map(operator.sub, m, lowest)): c / lead for m, c in p.items()})
    return lead, dict(ring.powers(lowest)), rest
