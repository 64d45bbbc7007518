"""From a symbolic entry to a rational function whose generators are names, exponentials and roots.

σ, tanh, softmax and softplus become rational in e^x; a logarithm is split over factors; a root is a
generator with an equation; |u| and steps are opaque until the sign of every factor of u is known.

A logarithm is read as log|u|, and a root as that of |u|: the same where the entry has a value at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from bptutor.notation.algebra.angle_sums import turn
from bptutor.notation.algebra.denominators import primes
from bptutor.notation.algebra.expression import Apply, Constant, Power, Product, Sym, Symbol, TooHard, Total
from bptutor.notation.algebra.piecewise import Choice, Step
from bptutor.notation.algebra.polynomial import Factor, Generator, Poly, Ratio
from bptutor.notation.algebra.rational_function import Algebra, Factorizer, OutsideDomain
from bptutor.notation.tree import Relation


class Rationalizer:
    """Reads entries under an assumption about signs.

    Args:
        algebra: Where the generators live.
        signs: 1 or -1 for factors whose sign is assumed.
        grain: Exponentials stand for e^{m/grain}, so that e^{m/2} and e^m share a generator.
        factors: Splits the polynomials inside logarithms; None leaves them whole.
    """

    def __init__(
        self,
        algebra: Algebra,
        signs: Mapping[Factor, int],
        grain: int = 1,
        factors: Factorizer | None = None,
    ) -> None:
        """Start with nothing read."""
        self.algebra = algebra
        self.signs = signs
        self.grain = grain
        self.factors = factors
        self.undecided: dict[Factor, None] = {}
        """Factors whose sign was asked for and is not known, in order."""
        self.jumps: set[Factor] = set()
        """Those at whose zero the entry may jump."""
        self._known: dict[int, tuple[Sym, Ratio]] = {}
        self._perhaps = 0
        """How many cases deep the reading is, whose condition is open."""

    def __call__(self, node: Sym) -> Ratio:
        """Return the entry as a rational function."""
        found = self._known.get(id(node))
        if found is None:
            found = (node, self._read(node))
            self._known[id(node)] = found
        return found[1]

    def _read(self, node: Sym) -> Ratio:
        algebra = self.algebra
        match node:
            case Constant():
                return algebra.number(node.value)
            case Symbol():
                return algebra.of(algebra.generator(("symbol", node), positive=node.positive, node=node))
            case Total():
                return algebra.add([self(t) for t in node.terms])
            case Product():
                return algebra.multiply([self(f) for f in node.factors])
            case Power():
                return self.power(self(node.base), node.exponent)
            case Apply():
                return self._apply(node)
            case Step():
                return self.step(node.relation, self(node.arg))
            case Choice():
                return self._choice(node)
        raise TooHard(type(node).__name__)  # pragma: no cover

    def _apply(self, node: Apply) -> Ratio:
        match node.function:
            case "exp":
                return self.exp(node.arg)
            case "log":
                return self.log(self(node.arg))
            case "abs":
                return self.absolute(self(node.arg))
            case "sin" | "cos":
                pair = turn(self.algebra, self._monomials(node.arg), self.grain)
                return pair[1] if node.function == "sin" else pair[0]
        return self.algebra.of(self.algebra.generator((node.function, self(node.arg).key)))

    def _choice(self, node: Choice) -> Ratio:
        condition = self(node.condition)
        if not condition.coefficient:
            return self(node.otherwise)
        if not condition.powers:
            return self(node.then)
        algebra = self.algebra
        rest = algebra.add([algebra.one, algebra.multiply([algebra.number(Fraction(-1)), condition])])
        parts = [(condition, node.then), (rest, node.otherwise)]
        self._perhaps += 1
        try:
            return algebra.add([algebra.multiply([c, self(value)]) for c, value in parts])
        finally:
            self._perhaps -= 1

    def _in_domain(self, ratio: Ratio) -> None:
        """Stop where the argument of a root or a logarithm is known to be negative."""
        sign = 1 if ratio.coefficient > 0 else -1
        for factor, n in ratio.powers.items():
            sign *= 1 if n % 2 == 0 else self.sign(factor, strict=True)
        if sign < 0 and not self._perhaps:
            raise OutsideDomain

    # --- signs ------------------------------------------------------------------------------------

    def sign(self, factor: Factor, strict: bool = False) -> int:
        """Return 1 or -1 where the sign is known, else 0; `strict` excludes that it may vanish."""
        if factor in self.signs:
            return self.signs[factor]
        if isinstance(factor, Generator):
            return 1 if factor.positive else 0
        seen: set[int] = set()
        firm = False
        for monomial, c in factor.terms.items():
            sign = 1 if c > 0 else -1
            for generator, n in self.algebra.decoded(monomial):
                own = self.sign(generator)
                if n % 2 and not own:
                    return 0
                sign *= own if n % 2 else 1
                seen_strict = bool(own)
                if not seen_strict:
                    break
            else:
                firm = True
            seen.add(sign)
        return seen.pop() if len(seen) == 1 and (firm or not strict) else 0

    def absolute(self, ratio: Ratio) -> Ratio:
        """Return |ratio|."""
        parts = [self.algebra.number(abs(ratio.coefficient))]
        for factor, n in ratio.powers.items():
            parts.append(self._absolute_power(factor, n))
        return self.algebra.multiply(parts)

    def _absolute_power(self, factor: Factor, n: int) -> Ratio:
        algebra = self.algebra
        if n % 2 == 0:
            return algebra.of(factor, n)
        sign = self.sign(factor)
        if sign:
            return algebra.multiply([algebra.number(Fraction(sign)), algebra.of(factor, n)])
        self.undecided[factor] = None
        square = algebra.of(factor, 2)
        generator = algebra.generator(("abs", factor), degree=2, tail=square)
        return algebra.multiply([algebra.of(generator), algebra.of(factor, n - 1)])

    def step(self, relation: Relation, ratio: Ratio) -> Ratio:
        """Return 1 where ratio > 0 (≥ 0, = 0), else 0."""
        algebra = self.algebra
        if not ratio.coefficient:
            return algebra.zero if relation is Relation.GT else algebra.one
        sign = 1 if ratio.coefficient > 0 else -1
        unknown: list[tuple[Factor, int]] = []
        for factor, n in ratio.powers.items():
            own = self.sign(factor, strict=True)
            if own:
                sign *= own if n % 2 else 1
            else:
                unknown.append((factor, n % 2))
        if not unknown:
            return algebra.one if sign > 0 and relation is not Relation.EQ else algebra.zero
        for factor, _ in unknown:
            self.undecided[factor] = None
            self.jumps.add(factor)
        above, below = self._above(frozenset(unknown), sign), self._above(frozenset(unknown), -sign)
        minus = algebra.number(Fraction(-1))
        if relation is Relation.GT:
            return above
        if relation is Relation.GE:
            return algebra.add([algebra.one, algebra.multiply([minus, below])])
        return algebra.add([algebra.one, algebra.multiply([minus, above]), algebra.multiply([minus, below])])

    def _above(self, unknown: frozenset[tuple[Factor, int]], sign: int) -> Ratio:
        generator = self.algebra.generator(("step", unknown, sign), degree=2)
        generator.tail = Ratio(Fraction(1), {generator: 1})
        return Ratio(Fraction(1), {generator: 1})

    # --- powers and logarithms ----------------------------------------------------------------------

    def power(self, ratio: Ratio, exponent: Fraction) -> Ratio:
        """Return a rational power."""
        if exponent.denominator == 1:
            return self.algebra.power(ratio, int(exponent))
        if not ratio.coefficient:
            if exponent > 0:
                return self.algebra.zero
            raise TooHard("division by zero")
        self._in_domain(ratio)
        parts = [self._prime_power(p, n * exponent) for p, n in primes(abs(ratio.coefficient))]
        parts += [self._factor_power(factor, n * exponent) for factor, n in ratio.powers.items()]
        return self.algebra.multiply(parts)

    def _prime_power(self, prime: int, exponent: Fraction) -> Ratio:
        whole, rest = divmod(exponent, 1)
        number = self.algebra.number(Fraction(prime) ** int(whole))
        if not rest:
            return number
        degree = rest.denominator
        tail = self.algebra.number(Fraction(prime))
        log = self._scaled(self._log_number(prime), Fraction(1, degree))
        root = self.algebra.generator(("root", prime, degree), positive=True, degree=degree, tail=tail, log=log)
        return self.algebra.multiply([number, Ratio(Fraction(1), {root: rest.numerator})])

    def _factor_power(self, factor: Factor, exponent: Fraction) -> Ratio:
        if exponent.denominator == 1:
            return self._absolute_power(factor, int(exponent))
        degree = exponent.denominator
        tail = self._absolute_power(factor, 1)
        log = self._scaled(self._log_factor(factor), Fraction(1, degree))
        sign = self.sign(factor)
        key = ("root", factor, degree, sign)
        root = self.algebra.generator(key, positive=bool(sign), degree=degree, tail=tail, log=log)
        return self.algebra.of(root, exponent.numerator)

    def _scaled(self, ratio: Ratio, by: Fraction) -> Ratio:
        return self.algebra.multiply([self.algebra.number(by), ratio])

    def log(self, ratio: Ratio) -> Ratio:
        """Return log|ratio|, split over its factors."""
        if not ratio.coefficient:
            raise TooHard("the logarithm of 0")
        self._in_domain(ratio)
        return self._log_split(ratio)

    def _log_split(self, ratio: Ratio) -> Ratio:
        parts = [self._scaled(self._log_number(p), Fraction(n)) for p, n in primes(abs(ratio.coefficient))]
        for factor, n in ratio.powers.items():
            parts.append(self._scaled(self._log_factor(factor), Fraction(n)))
        return self.algebra.add(parts)

    def _log_number(self, prime: int) -> Ratio:
        return self.algebra.of(self.algebra.generator(("log", prime)))

    def _log_factor(self, factor: Factor) -> Ratio:
        if isinstance(factor, Generator) and factor.log is not None:
            return factor.log
        if isinstance(factor, Poly) and self.factors is not None:
            split = self.factors.split(self.algebra, factor)
            if split is not None:
                return self._log_split(split)
        return self.algebra.of(self.algebra.generator(("log", factor)))

    # --- exponentials and angles --------------------------------------------------------------------

    def exp(self, arg: Sym) -> Ratio:
        """Return e^arg as a product over the monomials of arg."""
        parts = [self._exp_monomial(powers, c) for powers, c in self._monomials(arg)]
        return self.algebra.multiply(parts)

    def _monomials(self, arg: Sym) -> Iterator[tuple[dict[Factor, int], Fraction]]:
        """Yield an argument's monomials, over one denominator at a time, with their coefficients."""
        groups: dict[frozenset[tuple[Factor, int]], list[Ratio]] = {}
        for term in arg.terms if isinstance(arg, Total) else (arg,):
            under, over = _split(self(term))
            groups.setdefault(frozenset(under.items()), []).append(over)
        algebra = self.algebra
        for group, overs in groups.items():
            whole = algebra.multiply([algebra.add(overs), Ratio(Fraction(1), dict(group))])
            under, over = _split(whole)
            if not over.coefficient:
                continue
            polys: dict[Factor, int] = {f: n for f, n in over.powers.items() if isinstance(f, Poly)}
            outside = {**under, **{f: n for f, n in over.powers.items() if f not in polys}}
            for monomial, c in algebra.expanded(polys).items():
                powers: dict[Factor, int] = dict(outside)
                for generator, n in algebra.decoded(monomial):
                    powers[generator] = powers.get(generator, 0) + n
                yield {f: n for f, n in powers.items() if n}, c * over.coefficient

    def _exp_monomial(self, powers: dict[Factor, int], c: Fraction) -> Ratio:
        if len(powers) == 1:
            ((factor, n),) = powers.items()
            if n == 1 and isinstance(factor, Generator) and isinstance(factor.key, tuple) and factor.key[0] == "log":
                of = factor.key[1]
                return self._prime_power(of, c) if isinstance(of, int) else self._factor_power(of, c)
        grain = self.grain if self.grain % c.denominator == 0 else c.denominator
        key = ("exp", grain, frozenset(powers.items()))
        generator = self.algebra.generator(key, positive=True, log=Ratio(Fraction(1, grain), powers))
        return self.algebra.of(generator, int(c * grain))


def _split(ratio: Ratio) -> tuple[dict[Factor, int], Ratio]:
    """Part the polynomial denominators from the rest."""
    under: dict[Factor, int] = {f: n for f, n in ratio.powers.items() if isinstance(f, Poly) and n < 0}
    return under, Ratio(ratio.coefficient, {f: n for f, n in ratio.powers.items() if f not in under})
