"""From a symbolic entry to a polynomial of SymPy whose generators are names, exponentials, roots, ...

σ, tanh, softmax and softplus become rational in e^x; a logarithm is split over factors; a root is a
generator with an equation; |u| and steps are opaque until the sign of every factor of u is known.

A logarithm is read as log|u|, and a root as that of |u|: the same where the entry has a value at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from bptutor.notation.algebra.expression import Apply, Constant, Power, Product, Sym, Symbol, TooHard, Total
from bptutor.notation.algebra.factors import factors as factors_of
from bptutor.notation.algebra.factors import primes
from bptutor.notation.algebra.piecewise import Choice, Step
from bptutor.notation.algebra.sympy_ring import Factor, Generator, Monomial, Polynomial, Ring, TooSmall, fraction
from bptutor.notation.tree import Relation

_MOST_TURNS = 12
_FINEST_PART = 5040


Known = dict[int, tuple[Sym, Polynomial]]
"""By the identity of an entry, which is kept with it: how it is read."""


class OutsideDomain(Exception):
    """Under the assumed signs the entry has no value: the logarithm or root of a negative number."""


class Reader:
    """Reads entries under an assumption about signs.

    Args:
        ring: Where the generators live.
        signs: 1 or -1 for factors whose sign is assumed.
        settled: What was read already and is the same whatever is assumed; it grows.
    """

    def __init__(self, ring: Ring, signs: Mapping[Factor, int], settled: Known | None = None) -> None:
        """Start with nothing read under this assumption."""
        self.ring = ring
        self.signs = signs
        self._settled: Known = {} if settled is None else settled
        self.undecided: dict[Factor, None] = {}
        """Factors whose sign was asked for and is not known, in order."""
        self.jumps: set[Factor] = set()
        """Those at whose zero the entry may jump."""
        self._known: Known = {}
        self._asked = 0
        """How often it mattered what is assumed of signs."""
        self._perhaps = 0
        """How many cases deep the reading is, whose condition is open."""

    def __call__(self, node: Sym) -> Polynomial:
        """Return the entry as a polynomial."""
        found = self._settled.get(id(node))
        if found is not None:
            return found[1]
        found, asked = self._known.get(id(node)), self._asked
        if found is None:
            found = node, self._read(node)
            settled = self._asked == asked and not self._perhaps
            (self._settled if settled else self._known)[id(node)] = found
        else:
            self._asked += 1
        return found[1]

    def _read(self, node: Sym) -> Polynomial:
        ring = self.ring
        match node:
            case Constant():
                return ring.number(node.value)
            case Symbol():
                return ring.of(ring.generator("symbol", node, positive=node.positive, node=node))
            case Total():
                return ring.add([self(t) for t in node.terms])
            case Product():
                return ring.product([self(f) for f in node.factors])
            case Power():
                return self._power(node.base, node.exponent)
            case Apply():
                return self._apply(node)
            case Step():
                return self._step(node.relation, self(node.arg))
            case Choice():
                return self._choice(node)
        raise TooHard(type(node).__name__)  # pragma: no cover

    def _apply(self, node: Apply) -> Polynomial:
        arg = self.ring.normal(self(node.arg))
        match node.function:
            case "exp":
                return self._exp(arg)
            case "log":
                return self._log(arg)
            case "abs":
                return self._absolute(arg)
            case "sin" | "cos":
                return self._turn(arg)[node.function == "sin"]
        return self.ring.of(self.ring.generator(node.function, arg))

    def _choice(self, node: Choice) -> Polynomial:
        ring = self.ring
        condition = ring.normal(self(node.condition))
        if condition.is_ground:
            return self(node.then if condition else node.otherwise)
        self._perhaps += 1
        try:
            parts = (condition, node.then), (ring.add([ring.one, -condition]), node.otherwise)
            return ring.add([ring.times(c, self(value)) for c, value in parts])
        finally:
            self._perhaps -= 1

    def _in_domain(self, number: Fraction, factors: Mapping[Factor, Any]) -> None:
        """Stop where the argument of a root or a logarithm is known to be negative."""
        sign = 1 if number > 0 else -1
        for factor, n in factors.items():
            sign *= 1 if n % 2 == 0 else self._sign(factor, strict=True)
        if sign < 0 and not self._perhaps:
            raise OutsideDomain

    # --- signs ------------------------------------------------------------------------------------

    def _sign(self, factor: Factor, strict: bool = False) -> int:
        """Return 1 or -1 where the sign is known, else 0; `strict` excludes that it may vanish."""
        if factor in self.signs:
            self._asked += 1
            return self.signs[factor]
        if isinstance(factor, Generator):
            self._asked += not factor.positive
            return 1 if factor.positive else 0
        terms = [self._sign_of_term(monomial, c) for monomial, c in factor.items()]
        if len({sign for sign, _ in terms}) > 1 or (strict and not any(firm for _, firm in terms)):
            return 0
        return terms[0][0]

    def _sign_of_term(self, monomial: Monomial, c: Any) -> tuple[int, bool]:
        """Return 1 or -1 or, where it is open, 0; and whether the term cannot vanish."""
        sign, firm = 1 if c > 0 else -1, True
        for generator, n in self.ring.powers(monomial):
            own = self._sign(generator)
            if n % 2:
                sign *= own
            firm = firm and bool(own)
        return sign, firm

    def _absolute(self, p: Polynomial) -> Polynomial:
        number, factors = factors_of(self.ring, p)
        return self.ring.product([self.ring.number(abs(number)), *(self._abs_power(f, n) for f, n in factors.items())])

    def _abs_power(self, factor: Factor, n: int) -> Polynomial:
        """Return |factor^n|."""
        ring = self.ring
        if n % 2 == 0:
            return ring.of(factor, n)
        sign = self._sign(factor)
        if sign:
            return sign * ring.of(factor, n)
        self.undecided[factor] = None
        generator = ring.generator("abs", factor, degree=2, tail=ring.of(factor, 2))
        return ring.times(ring.of(generator), ring.of(factor, n - 1))

    def _step(self, relation: Relation, p: Polynomial) -> Polynomial:
        """Return 1 where p > 0 (≥ 0, = 0), else 0."""
        ring = self.ring
        number, factors = factors_of(ring, p)
        if not number:
            return ring.zero if relation is Relation.GT else ring.one
        sign = 1 if number > 0 else -1
        unknown: list[tuple[Factor, int]] = []
        for factor, n in factors.items():
            own = self._sign(factor, strict=True)
            if own:
                sign *= own if n % 2 else 1
            else:
                unknown.append((factor, n % 2))
        if not unknown:
            return ring.one if sign > 0 and relation is not Relation.EQ else ring.zero
        for factor, _ in unknown:
            self.undecided[factor] = None
            self.jumps.add(factor)
        above, below = self._above(frozenset(unknown), sign), self._above(frozenset(unknown), -sign)
        if relation is Relation.GT:
            return above
        return ring.add([ring.one, -below] if relation is Relation.GE else [ring.one, -above, -below])

    def _above(self, unknown: frozenset[tuple[Factor, int]], sign: int) -> Polynomial:
        generator = self.ring.generator("step", unknown, sign, degree=2)
        generator.tail = self.ring.of(generator)
        return generator.tail

    # --- powers and logarithms ----------------------------------------------------------------------

    def _power(self, base: Sym, exponent: Fraction) -> Polynomial:
        ring = self.ring
        if exponent.denominator == 1:
            if isinstance(base, Product):
                return ring.product([self._power(f, exponent) for f in base.factors])
            return ring.power(self(base), int(exponent))
        number, factors = factors_of(ring, self(base))
        if not number:
            if exponent > 0:
                return ring.zero
            raise TooHard("division by zero")
        self._in_domain(number, factors)
        parts = [self._prime_power(p, n * exponent) for p, n in primes(abs(number))]
        return ring.product([*parts, *(self._factor_power(f, n * exponent) for f, n in factors.items())])

    def _prime_power(self, prime: int, exponent: Fraction) -> Polynomial:
        ring = self.ring
        if exponent.denominator == 1:
            return ring.number(Fraction(prime) ** int(exponent))
        tail = ring.number(Fraction(prime))
        root = ring.generator("root", prime, positive=True, degree=1, tail=tail, log=self._log_number(prime))
        return ring.normal(ring.of(root, exponent))

    def _factor_power(self, factor: Factor, exponent: Fraction) -> Polynomial:
        """Return |factor|^exponent."""
        ring, sign = self.ring, self._sign(factor)
        if exponent.denominator == 1:
            return self._abs_power(factor, int(exponent))
        if isinstance(factor, Generator) and sign > 0 and not factor.degree:
            return ring.of(factor, exponent)
        tail, log = self._abs_power(factor, 1), self._log_factor(factor)
        root = ring.generator("root", factor, sign, positive=bool(sign), degree=1, tail=tail, log=log)
        return ring.normal(ring.of(root, exponent))

    def _log(self, p: Polynomial) -> Polynomial:
        """Return log|p|, split over its factors."""
        ring = self.ring
        number, factors = factors_of(ring, p)
        if not number:
            raise TooHard("the logarithm of 0")
        self._in_domain(number, factors)
        parts = [(self._log_number(p), n) for p, n in primes(abs(number))]
        parts += [(self._log_factor(f), n) for f, n in factors.items()]
        return ring.add([ring.times(log, ring.number(Fraction(n))) for log, n in parts])

    def _log_number(self, prime: int) -> Polynomial:
        return self.ring.of(self.ring.generator("log", prime))

    def _log_factor(self, factor: Factor) -> Polynomial:
        if isinstance(factor, Generator) and factor.log is not None:
            return factor.log
        return self.ring.of(self.ring.generator("log", factor))

    # --- exponentials and angles --------------------------------------------------------------------

    def _exp(self, p: Polynomial) -> Polynomial:
        """Return e^p as a product of powers of few exponentials: those whose exponents no others add up to."""
        ring = self.ring
        out: list[Polynomial] = []
        left: dict[Monomial, Any] = {}
        for monomial, c in p.items():
            log = self._single_log(monomial)
            if log is None:
                left[monomial] = c
            else:
                power = self._prime_power if isinstance(log, int) else self._factor_power
                out.append(power(log, fraction(c)))
        powers: dict[Generator, Fraction] = {}
        for generator, row, pivot in ring.exponents:
            if pivot in left:
                times = left[pivot] / row[pivot]
                powers[generator] = fraction(times)
                for monomial, c in row.items():
                    left[monomial] = left.get(monomial, 0) - times * c
                left = {m: c for m, c in left.items() if c}
        if left:
            generator = ring.generator("exp", len(ring.exponents), positive=True, log=ring.polynomial(left))
            ring.exponents.append((generator, left, max(left)))
            powers[generator] = Fraction(1)
        return ring.product([*out, ring.term(powers)])

    def _single_log(self, monomial: Monomial) -> Factor | int | None:
        """Return what a monomial is the logarithm of, if it is one."""
        powers = self.ring.powers(monomial)
        if len(powers) == 1 and powers[0][1] == 1 and powers[0][0].key[0] == "log":
            return powers[0][0].key[1]
        return None

    def _turn(self, p: Polynomial) -> tuple[Polynomial, Polynomial]:
        """Return cosine and sine of a sum by the addition theorems, each monomial a multiple of its own angle."""
        ring = self.ring
        cosine, sine = ring.one, ring.zero
        for monomial, c in p.items():
            count = fraction(c) * ring.part
            if count.denominator > 1 and ring.part * count.denominator <= _FINEST_PART:
                raise TooSmall(ring.size, ring.part * count.denominator)
            if count.denominator > 1 or abs(count) > _MOST_TURNS:
                turns = [self._angle(("once", monomial, c), 1)]
            else:
                turns = [self._angle((monomial,), 1 if count > 0 else -1)] * abs(int(count))
            for cos, sin in turns:
                cosine, sine = (
                    ring.add([ring.times(cosine, cos), -ring.times(sine, sin)]),
                    ring.add([ring.times(sine, cos), ring.times(cosine, sin)]),
                )
        return ring.normal(cosine), ring.normal(sine)

    def _angle(self, key: tuple[Any, ...], sign: int) -> tuple[Polynomial, Polynomial]:
        ring = self.ring
        cosine = ring.of(ring.generator("cos", *key))
        tail = ring.add([ring.one, -ring.times(cosine, cosine)])
        return cosine, sign * ring.of(ring.generator("sin", *key, degree=2, tail=tail))
