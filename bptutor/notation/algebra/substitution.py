"""Putting other entries in place of symbols, and sums of entries."""

from __future__ import annotations

from collections.abc import Mapping

from bptutor.notation.algebra.expression import (
    ONE,
    ZERO,
    Apply,
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
