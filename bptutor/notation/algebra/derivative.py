"""Derivatives of symbolic entries, and putting other entries in place of symbols."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from bptutor.notation.algebra.expression import (
    ONE,
    ZERO,
    Apply,
    Constant,
    Power,
    Product,
    Sym,
    Symbol,
    TooHard,
    Total,
    add,
    apply,
    multiply,
    power,
)
from bptutor.notation.algebra.piecewise import Choice, Step, choose, step
from bptutor.notation.tree import Relation

_SLOPES: Mapping[str, Callable[[Sym], Sym]] = {
    "exp": lambda u: apply("exp", u),
    "log": lambda u: power(u, Fraction(-1)),
    "sin": lambda u: apply("cos", u),
    "cos": lambda u: -apply("sin", u),
    "arctan": lambda u: power(ONE + u * u, Fraction(-1)),
    "arcsin": lambda u: power(ONE - u * u, Fraction(-1, 2)),
    "arccos": lambda u: -power(ONE - u * u, Fraction(-1, 2)),
    "abs": lambda u: step(Relation.GT, u) - step(Relation.GT, -u),
    "floor": lambda u: ZERO,
}


class Slope:
    """The derivative by one symbol; parts that are shared are differentiated once."""

    def __init__(self, by: Symbol) -> None:
        """Start with nothing known."""
        self.by = by
        self._known: dict[int, tuple[Sym, Sym]] = {}

    def __call__(self, node: Sym) -> Sym:
        """Return ∂node/∂by; a step has slope 0, and the kink of |u| slope 0."""
        if self.by not in node.free:
            return ZERO
        found = self._known.get(id(node))
        if found is None:
            found = (node, self._compute(node))
            self._known[id(node)] = found
        return found[1]

    def _compute(self, node: Sym) -> Sym:
        match node:
            case Symbol():
                return ONE
            case Total():
                return total([self(t) for t in node.terms])
            case Product():
                return total([self._one_factor(node.factors, n) for n in range(len(node.factors))])
            case Power():
                outer = multiply(Constant(node.exponent), power(node.base, node.exponent - 1))
                return multiply(outer, self(node.base))
            case Apply():
                slope = _SLOPES.get(node.function)
                if slope is None:
                    raise TooHard(f"no slope of {node.function}")
                outer = node if node.function == "exp" else slope(node.arg)
                return multiply(outer, self(node.arg))
            case Choice():
                return choose(node.condition, self(node.then), self(node.otherwise))
        return ZERO

    def _one_factor(self, factors: tuple[Sym, ...], n: int) -> Sym:
        inner = self(factors[n])
        if inner is ZERO:
            return ZERO
        out = inner
        for k, factor in enumerate(factors):
            if k != n:
                out = multiply(out, factor)
        return out


def total(terms: list[Sym]) -> Sym:
    """Return the sum of terms."""
    out: Sym = ZERO
    for t in terms:
        out = add(out, t)
    return out


class Replacement:
    """Entries in place of symbols, all at once; parts that are shared are rebuilt once."""

    def __init__(self, mapping: Mapping[Symbol, Sym]) -> None:
        """Keep what stands for what."""
        self.mapping = mapping
        self._touched = frozenset(mapping)
        self._known: dict[int, tuple[Sym, Sym]] = {}

    def __call__(self, node: Sym) -> Sym:
        """Return the node with every symbol replaced."""
        if self._touched.isdisjoint(node.free):
            return node
        found = self._known.get(id(node))
        if found is None:
            found = (node, self._compute(node))
            self._known[id(node)] = found
        return found[1]

    def _compute(self, node: Sym) -> Sym:
        match node:
            case Symbol():
                return self.mapping[node]
            case Total():
                return total([self(t) for t in node.terms])
            case Product():
                out: Sym = ONE
                for factor in node.factors:
                    out = multiply(out, self(factor))
                return out
            case Power():
                return power(self(node.base), node.exponent)
            case Apply():
                return apply(node.function, self(node.arg))
            case Step():
                return step(node.relation, self(node.arg))
            case Choice():
                return choose(self(node.condition), self(node.then), self(node.otherwise))
        raise TooHard(f"cannot replace in {type(node).__name__}")  # pragma: no cover
