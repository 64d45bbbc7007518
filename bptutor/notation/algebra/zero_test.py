"""The exact test: is every entry of an array zero, whatever its symbols stand for?

`SYMBOLS` lets the walk of `value` build the entries; `zero` reads each as a rational function (see
`rationalize`) and, where signs matter, goes through the cases. It says "proved" or "do not know",
never "wrong". SymPy is used to split polynomials inside logarithms.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from bptutor.notation.algebra.denominators import grain_of
from bptutor.notation.algebra.derivative import Replacement
from bptutor.notation.algebra.expression import (
    HALF,
    ONE,
    PI,
    Constant,
    E,
    Sym,
    Symbol,
    TooHard,
    apply,
    entry,
    multiply,
    power,
    raised,
)
from bptutor.notation.algebra.normal_form import Rationalizer
from bptutor.notation.algebra.piecewise import choose, step
from bptutor.notation.algebra.polynomial import Factor, Generator, Poly, Ratio
from bptutor.notation.algebra.rational_function import Algebra, Factorizer, OutsideDomain
from bptutor.notation.algebra.sign_cases import possible
from bptutor.notation.algebra.solve import solved_for
from bptutor.notation.tree import Relation
from bptutor.notation.values.backends import LEAK, Array, Field

# --- the field ------------------------------------------------------------------------------------


def _entrywise(function: Callable[..., Sym], count: int) -> Callable[..., Array]:
    lifted = np.frompyfunc(function, count, 1)

    def on_arrays(*arrays: Array) -> Array:
        out = np.empty(np.broadcast_shapes(*(np.shape(a) for a in arrays)), dtype=object)
        out[...] = lifted(*arrays)
        return out

    return on_arrays


def _of(function: str) -> Callable[[object], Sym]:
    return lambda u: apply(function, entry(u))


def _exp(u: object) -> Sym:
    return apply("exp", entry(u))


def _sigmoid(u: object) -> Sym:
    return power(ONE + _exp(-entry(u)), Fraction(-1))


def _tanh(u: object) -> Sym:
    return ONE - 2 * power(ONE + _exp(2 * entry(u)), Fraction(-1))


def _abs(u: object) -> Sym:
    return apply("abs", entry(u))


def _larger(a: object, b: object) -> Sym:
    left, right = entry(a), entry(b)
    if left is right:
        return left
    return multiply(HALF, left + right + _abs(left - right))


def _sign(u: object) -> Sym:
    return step(Relation.GT, entry(u)) - step(Relation.GT, -entry(u))


def _kinked(u: object, below: Fraction) -> Sym:
    x = entry(u)
    return choose(step(Relation.GT, x), x, Constant(below) * x)


def _logarithm(base: int) -> Callable[[object], Sym]:
    return lambda u: apply("log", entry(u)) / apply("log", Constant(Fraction(base)))


_UNARY: Mapping[str, Callable[[object], Sym]] = {
    **{name: _of(name) for name in ("exp", "log", "sin", "cos", "arctan", "arcsin", "arccos", "abs", "floor")},
    "log2": _logarithm(2),
    "log10": _logarithm(10),
    "sqrt": lambda u: power(entry(u), Fraction(1, 2)),
    "tan": lambda u: apply("sin", entry(u)) / apply("cos", entry(u)),
    "sinh": lambda u: HALF * (_exp(u) - _exp(-entry(u))),
    "cosh": lambda u: HALF * (_exp(u) + _exp(-entry(u))),
    "tanh": _tanh,
    "sign": _sign,
    "sigmoid": _sigmoid,
    "relu": lambda u: _kinked(u, Fraction(0)),
    "leaky_relu": lambda u: _kinked(u, LEAK),
    "softplus": lambda u: apply("log", ONE + _exp(u)),
}


def fresh(name: str, shape: tuple[int, ...], positive: bool = False) -> Array:
    """Return an array of new independent symbols, of the given shape."""
    out = np.empty(shape, dtype=object)
    for place in np.ndindex(shape):
        out[place] = Symbol(name + "".join(f"_{n + 1}" for n in place), positive)
    return out


def _substitute(entries: Array, mapping: Mapping[Any, Any]) -> Array:
    replace = Replacement({symbol: entry(value) for symbol, value in mapping.items()})
    return _entrywise(lambda node: replace(entry(node)), 1)(entries)


SYMBOLS = Field(
    name="symbols",
    dtype=object,
    number=Constant,
    unary={name: _entrywise(function, 1) for name, function in _UNARY.items()},
    power=_entrywise(lambda a, b: raised(entry(a), entry(b)), 2),
    compare=lambda relation, a, b: _entrywise(lambda x, y: step(relation, entry(x) - entry(y)), 2)(a, b),
    where=_entrywise(lambda mask, a, b: choose(entry(mask), entry(a), entry(b)), 3),
    maximum=_entrywise(_larger, 2),
    symbolic=True,
    substitute=_substitute,
    constants={"e": E, "pi": PI},
)


# --- the test -------------------------------------------------------------------------------------

_MOST_CASES = 400


def zero(entries: Iterable[object], deadline: float = math.inf) -> bool | None:
    """Return True when every entry is proved to be zero, False when one surely is not, None otherwise.

    Sure is only what is rational in the symbols themselves.

    Args:
        entries: `Sym` nodes, integers or fractions.
        deadline: A time of `time.monotonic()` after which the answer is None.
    """
    nodes = [entry(e) for e in entries]
    for factors in (None, _SymPyFactors()):
        algebra = Algebra(deadline)
        if all(_proved(node, algebra, factors) for node in nodes):
            return True
        if time.monotonic() > deadline or not any(_has_log_of_sum(algebra)):
            break
    return False if _of_symbols(algebra) and _nonzero(nodes, deadline) else None


def _of_symbols(algebra: Algebra) -> bool:
    """Tell whether nothing but the symbols themselves was met."""
    return all(isinstance(generator.node, Symbol) for generator in algebra.generators)


def _nonzero(nodes: list[Sym], deadline: float) -> bool:
    """Tell whether an entry is a rational function of the symbols alone that is not zero."""
    algebra = Algebra(deadline)
    try:
        found = [Rationalizer(algebra, {})(node) for node in nodes]
    except (TooHard, OutsideDomain, RecursionError, OverflowError):
        return False
    return any(r.coefficient for r in found) and _of_symbols(algebra)


def _has_log_of_sum(algebra: Algebra) -> Iterable[bool]:
    for generator in algebra.generators:
        key = generator.key
        yield isinstance(key, tuple) and key[0] == "log" and isinstance(key[1], Poly)


def _proved(node: Sym, algebra: Algebra, factors: Factorizer | None) -> bool:
    try:
        return Cases(algebra, factors).zero(node, {})
    except (TooHard, RecursionError, OverflowError):
        return False


class Cases:
    """Goes through the signs that an entry depends on."""

    def __init__(self, algebra: Algebra, factors: Factorizer | None) -> None:
        """Start the count of cases."""
        self.algebra = algebra
        self.factors = factors
        self.count = 0

    def zero(self, node: Sym, signs: Mapping[Factor, int]) -> bool:
        """Return whether an entry is zero wherever the factors have these signs."""
        self.count += 1
        if self.count > _MOST_CASES:
            raise TooHard("too many cases")
        reading = Rationalizer(self.algebra, signs, grain_of(node), self.factors)
        try:
            if not reading(node).coefficient:
                return True
        except OutsideDomain:
            if signs:
                return True  # neither side has a value in this case
            raise TooHard("no value anywhere") from None
        if not reading.undecided:
            return False
        factor = min(reading.undecided, key=self._nested)
        for sign in (1, -1):
            assumed = {**signs, factor: sign}
            if possible(self.algebra, assumed) and not self.zero(node, assumed):
                return False
        return factor not in reading.jumps or self._zero_at_jump(node, factor)

    def _nested(self, factor: Factor) -> int:
        """Count the undecided parts inside a factor: those are decided first."""
        if isinstance(factor, Generator):
            return 0
        inside = {g for monomial in factor.terms for g, _ in self.algebra.decoded(monomial)}
        return sum(isinstance(g.key, tuple) and g.key[0] in ("abs", "step", "root") for g in inside)

    def _zero_at_jump(self, node: Sym, factor: Factor) -> bool:
        solved = solved_for(self.algebra, factor)
        if solved is None:
            return False
        symbol, value = solved
        return self.zero(Replacement({symbol: value})(node), {})


class _SymPyFactors(Factorizer):
    """Factors polynomials over the integers with SymPy, when they are small."""

    def __init__(self) -> None:
        self._known: dict[Poly, Ratio | None] = {}

    def split(self, algebra: Algebra, poly: Poly) -> Ratio | None:
        """Return the factored form; None when the polynomial is irreducible or large."""
        if poly not in self._known:
            self._known[poly] = self._split(algebra, poly)
        return self._known[poly]

    def _split(self, algebra: Algebra, poly: Poly) -> Ratio | None:
        monomials = {m: algebra.decoded(m) for m in poly.terms}
        used = sorted({g for powers in monomials.values() for g, _ in powers}, key=lambda g: g.index)
        degree = max(sum(n for _, n in powers) for powers in monomials.values())
        if len(used) > 8 or len(monomials) > 40 or degree > 24:
            return None
        from sympy.polys.domains import ZZ
        from sympy.polys.rings import ring

        variables = ring([f"x{n}" for n in range(len(used))], ZZ)[0]
        place = {g: n for n, g in enumerate(used)}
        source = {}
        for m, powers in monomials.items():
            exponents = [0] * len(used)
            for g, n in powers:
                exponents[place[g]] = n
            source[tuple(exponents)] = poly.terms[m]
        content, found = variables.from_dict(source).factor_list()
        if sum(n for _, n in found) < 2:
            return None
        parts = [algebra.number(Fraction(int(content)))]
        for piece, n in found:
            terms = [
                Ratio(Fraction(int(c)), {g: e for g, e in zip(used, exponents, strict=True) if e})
                for exponents, c in piece.terms()
            ]
            parts.append(algebra.power(algebra.add(terms), n))
        return algebra.multiply(parts)


def warm() -> None:
    """Prove one small line, so that the next proof finds everything loaded."""
    x = Symbol("x")
    line = (
        apply("log", ONE - power(_tanh(x), Fraction(2))) - apply("log", ONE - _tanh(x)) - apply("log", ONE + _tanh(x))
    )
    if not zero([line]):  # pragma: no cover
        raise RuntimeError("the exact test does not work")
