"""Entries of an array as trees of symbols: what the exact proof starts from.

A `Sym` records how an entry was computed. It folds constants and flattens sums and products, and no more;
whether it is zero is decided by `zero_test`. Nodes are immutable, so equal parts can be shared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction


class TooHard(Exception):
    """The exact test gives up: too large, too slow, or a function it does not know."""


class Sym:
    """Base of all symbolic entries."""

    __slots__ = ("_free",)

    @property
    def free(self) -> frozenset[Symbol]:
        """The symbols in it."""
        try:
            return self._free
        except AttributeError:
            self._free: frozenset[Symbol] = self._symbols()
            return self._free

    def _symbols(self) -> frozenset[Symbol]:
        return frozenset().union(*(part.free for part in self.parts()))

    def parts(self) -> tuple[Sym, ...]:
        """The nodes directly below."""
        return ()

    def __add__(self, other: object) -> Sym:
        return add(self, entry(other))

    def __radd__(self, other: object) -> Sym:
        return add(entry(other), self)

    def __sub__(self, other: object) -> Sym:
        return add(self, multiply(MINUS_ONE, entry(other)))

    def __rsub__(self, other: object) -> Sym:
        return add(entry(other), multiply(MINUS_ONE, self))

    def __mul__(self, other: object) -> Sym:
        return multiply(self, entry(other))

    def __rmul__(self, other: object) -> Sym:
        return multiply(entry(other), self)

    def __truediv__(self, other: object) -> Sym:
        return multiply(self, power(entry(other), Fraction(-1)))

    def __rtruediv__(self, other: object) -> Sym:
        return multiply(entry(other), power(self, Fraction(-1)))

    def __neg__(self) -> Sym:
        return multiply(MINUS_ONE, self)

    def __pow__(self, other: object) -> Sym:
        return raised(self, entry(other))


class Constant(Sym):
    """An exact rational."""

    __slots__ = ("value",)

    def __init__(self, value: Fraction) -> None:
        """Keep the number."""
        self.value = value

    def __float__(self) -> float:
        """Return the nearest float."""
        return float(self.value)

    def _symbols(self) -> frozenset[Symbol]:
        return frozenset()


class Symbol(Sym):
    """An independent real number; two symbols are the same only if they are the same object."""

    __slots__ = ("name", "positive")

    def __init__(self, name: str, positive: bool = False) -> None:
        """Keep the name, which is only for people, and whether the number is known to be above 0."""
        self.name = name
        self.positive = positive

    def _symbols(self) -> frozenset[Symbol]:
        return frozenset((self,))


class Total(Sym):
    """A sum of two or more terms."""

    __slots__ = ("terms",)

    def __init__(self, terms: tuple[Sym, ...]) -> None:
        """Keep the terms."""
        self.terms = terms

    def parts(self) -> tuple[Sym, ...]:
        """The terms."""
        return self.terms


class Product(Sym):
    """A product of two or more factors; at most one is a constant, and it stands first."""

    __slots__ = ("factors",)

    def __init__(self, factors: tuple[Sym, ...]) -> None:
        """Keep the factors."""
        self.factors = factors

    def parts(self) -> tuple[Sym, ...]:
        """The factors."""
        return self.factors


class Power(Sym):
    """A rational power."""

    __slots__ = ("base", "exponent")

    def __init__(self, base: Sym, exponent: Fraction) -> None:
        """Keep base and exponent."""
        self.base = base
        self.exponent = exponent

    def parts(self) -> tuple[Sym, ...]:
        """The base."""
        return (self.base,)


class Apply(Sym):
    """A function of one argument: `exp log sin cos abs floor arctan arcsin arccos`."""

    __slots__ = ("arg", "function")

    def __init__(self, function: str, arg: Sym) -> None:
        """Keep function and argument."""
        self.function = function
        self.arg = arg

    def parts(self) -> tuple[Sym, ...]:
        """The argument."""
        return (self.arg,)


ZERO = Constant(Fraction(0))
ONE = Constant(Fraction(1))
MINUS_ONE = Constant(Fraction(-1))
HALF = Constant(Fraction(1, 2))
E = Apply("exp", ONE)
PI = Symbol("π", positive=True)


def entry(value: object) -> Sym:
    """Return an entry as a node; integers and fractions are exact."""
    if isinstance(value, Sym):
        return value
    if isinstance(value, int | Fraction):
        return Constant(Fraction(value))
    if isinstance(value, float) and math.isfinite(value):
        return Constant(Fraction(value))
    raise TooHard(f"{type(value).__name__} is no exact entry")


def add(a: Sym, b: Sym) -> Sym:
    """Return a + b."""
    if isinstance(a, Constant):
        if not a.value:
            return b
        if isinstance(b, Constant):
            return Constant(a.value + b.value)
    if isinstance(b, Constant) and not b.value:
        return a
    left = a.terms if isinstance(a, Total) else (a,)
    right = b.terms if isinstance(b, Total) else (b,)
    return Total(left + right)


def multiply(a: Sym, b: Sym) -> Sym:
    """Return a · b; the constant comes first, and 0 absorbs."""
    if isinstance(b, Constant) and not isinstance(a, Constant):
        a, b = b, a
    left = a.factors if isinstance(a, Product) else (a,)
    right = b.factors if isinstance(b, Product) else (b,)
    number = Fraction(1)
    rest: list[Sym] = []
    for factor in left + right:
        if isinstance(factor, Constant):
            number *= factor.value
        else:
            rest.append(factor)
    if not number:
        return ZERO
    if not rest:
        return Constant(number)
    if number != 1:
        rest.insert(0, Constant(number))
    return rest[0] if len(rest) == 1 else Product(tuple(rest))


def power(base: Sym, exponent: Fraction) -> Sym:
    """Return base to a rational exponent; 1/0 is refused."""
    if exponent == 1:
        return base
    if exponent == 0:
        return ONE
    if isinstance(base, Constant) and exponent.denominator == 1:
        if not base.value and exponent < 0:
            raise TooHard("division by zero")
        if abs(exponent) <= 10_000:
            return Constant(base.value ** int(exponent))
    if isinstance(base, Power) and exponent.denominator == 1:
        return power(base.base, base.exponent * exponent)
    return Power(base, exponent)


def raised(base: Sym, exponent: Sym) -> Sym:
    """Return base to any exponent; e^{b log a} where the exponent is no number."""
    if isinstance(exponent, Constant):
        return power(base, exponent.value)
    if base is E:
        return apply("exp", exponent)
    return apply("exp", multiply(exponent, apply("log", base)))


def apply(function: str, arg: Sym) -> Sym:
    """Return a function of one argument, with the constants that are exact."""
    if isinstance(arg, Constant):
        known = _AT_CONSTANTS.get(function)
        exact = known(arg.value) if known else None
        if exact is not None:
            return Constant(exact)
    return Apply(function, arg)


_AT_CONSTANTS: Mapping[str, Callable[[Fraction], Fraction | None]] = {
    "exp": lambda q: Fraction(1) if q == 0 else None,
    "log": lambda q: Fraction(0) if q == 1 else None,
    "sin": lambda q: Fraction(0) if q == 0 else None,
    "cos": lambda q: Fraction(1) if q == 0 else None,
    "arctan": lambda q: Fraction(0) if q == 0 else None,
    "abs": abs,
    "floor": lambda q: Fraction(math.floor(q)),
}
