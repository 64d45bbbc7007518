"""One evaluation of an expression: the arrays of a scope, and the walk over a tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from bptutor.notation.caching import cached_by_identity
from bptutor.notation.scope import Role, Scope
from bptutor.notation.shapes import axes as axis_names
from bptutor.notation.tree import Expr, Name, walk
from bptutor.notation.values.backends import FLOATS, Array, Field
from bptutor.notation.values.forward_autodiff import Arithmetic, Operand, plain
from bptutor.notation.values.labelled_array import MAX_TERMS, Labelled, NoValue, aligned, relabel


class UnknownLetter(NoValue):
    """An index of no array, and of no δ with an index of one."""


class Values:
    """The arrays of a scope for one draw; defined names are computed when asked for, and kept.

    Args:
        scope: The names and definitions.
        given: Array of each given name, floats or entries of the field; positions count as letters do.
        sizes: Size of each axis.
        field: The kind of entries.
    """

    def __init__(
        self, scope: Scope, given: Mapping[str, Array], sizes: Mapping[str, int], field: Field = FLOATS
    ) -> None:
        """Keep the given arrays in the field's entries."""
        self.scope = scope
        self.sizes = dict(sizes)
        self.field = field
        self.arithmetic = Arithmetic(field)
        self.given: dict[str, Operand] = {
            name: np.asarray(array) if self.is_position(name) else field.array(np.asarray(array))
            for name, array in given.items()
        }
        self._known: dict[str, Operand] = {}

    def is_position(self, name: str) -> bool:
        """Tell whether a name is a position on an axis."""
        declared = self.scope.names.get(name)
        return declared is not None and declared.role is Role.POSITION

    def __getitem__(self, name: str) -> Array:
        """Return the array of a name, in the shape of its declared axes, without tangents."""
        return plain(self.operand(name))

    def operand(self, name: str) -> Operand:
        """Return the array of a name, in the shape of its declared axes; in a derivative it may carry tangents."""
        if name in self.given:
            return self.given[name]
        if name not in self._known:
            self._known[name] = self._compute(name)
        return self._known[name]

    def _compute(self, name: str) -> Operand:
        declared = self.scope.names.get(name)
        if declared is None:
            if name in self.sizes:
                return self.arithmetic.constant(self.sizes[name])
            raise NoValue(f"{name} is not declared")
        if declared.role is Role.SIZE:
            return self.arithmetic.constant(self.sizes[name])
        if declared.definition is None:
            raise NoValue(f"{name} has no value")
        return evaluate_operand(declared.definition, self, order=declared.letters)

    def computed(self) -> list[Array]:
        """Return the arrays of the defined names that were needed so far, each in its own shape, without tangents."""
        return [plain(x) for x in self._known.values()]

    def supposing(self, name: str, array: Operand) -> Values:
        """Return the same values with one name set, and all that is defined by it computed anew."""
        other = Values.__new__(Values)
        other.scope, other.sizes, other.field, other.arithmetic = self.scope, self.sizes, self.field, self.arithmetic
        other.given = {**self.given, name: array}
        stale = dependents(self.scope).get(name, frozenset())
        other._known = {k: v for k, v in self._known.items() if k not in stale and k != name}
        for k in stale:
            other.given.pop(k, None)
        other.given[name] = array
        return other


@cached_by_identity(256)
def dependents(scope: Scope) -> dict[str, frozenset[str]]:
    """Return, for each name, the defined names that change with it."""
    uses: dict[str, set[str]] = {}
    for name, declared in scope.names.items():
        if declared.definition is None:
            continue
        direct = {node.id for node in walk(declared.definition) if isinstance(node, Name)}
        uses[name] = direct.union(*(uses.get(d, set()) for d in direct))
    out: dict[str, frozenset[str]] = {}
    for name, used in uses.items():
        for u in used:
            out[u] = out.get(u, frozenset()) | {name}
    return out


@dataclass(frozen=True)
class Range:
    """The values an index runs through."""

    start: int
    count: int

    def array(self) -> Array:
        """Return the values, shape (count,).

        Raises:
            NoValue: They are too many.
        """
        if self.count > MAX_TERMS:
            raise NoValue(f"{self.count:,} terms are too many to compute: take a smaller range")
        return np.arange(self.start, self.start + self.count)


RULES: dict[type[Expr], Callable[[Walk, Any], Labelled]] = {}
"""The value of one node, by its type; filled by `evaluate`, since the rules walk on."""


class Walk:
    """One evaluation: the values, how vectors are read, and the indices in force."""

    def __init__(self, root: Expr, values: Values, columns: bool, known: Mapping[str, str]) -> None:
        """Start with no bound index."""
        self.root = root
        self.values = values
        self.scope = values.scope
        self.field = values.field
        self.arithmetic = values.arithmetic
        self.columns = columns
        self.known = known
        self.sizes = values.sizes
        self.ranges: dict[str, Range] = {}
        self.binders: dict[str, Expr] = {}
        self.parameters: dict[str, Labelled] = {}

    @cached_property
    def _free(self) -> Mapping[str, str]:
        return axis_names.of(self.root, self.scope, self.columns, self.known).letters

    def range_of(self, letter: str) -> Range:
        """Return what an index runs through; an axis's places unless its Σ says otherwise."""
        if letter in self.ranges:
            return self.ranges[letter]
        if letter in self.binders:
            body = self.binders[letter]
            outer = {**self.known, **{k: v for k, v in self._free.items() if v}}
            axis = axis_names.letter_axes(body, [letter], self.scope, outer)[letter]
        else:
            axis = self._free.get(letter) or self.known.get(letter) or self.scope.indices.get(letter, "")
        if not axis or axis not in self.values.sizes:
            raise UnknownLetter(f"nothing here tells what {letter} runs through")
        found = Range(self.scope.count_from, self.values.sizes[axis])
        self.ranges[letter] = found
        return found

    def __call__(self, expr: Expr) -> Labelled:
        """Return the value of a node."""
        rule = RULES.get(type(expr))
        if rule is None:
            raise NoValue("this has no value")
        return rule(self, expr)

    def bound(self, letters: tuple[str, ...], body: Expr) -> _Bound:
        """Shadow letters by a Σ for the time of a `with` block."""
        return _Bound(self, letters, body)


class _Bound:
    def __init__(self, walk_: Walk, letters: tuple[str, ...], body: Expr) -> None:
        self.walk, self.letters, self.body = walk_, letters, body

    def __enter__(self) -> None:
        self.saved = (dict(self.walk.ranges), dict(self.walk.binders))
        for letter in self.letters:
            self.walk.ranges.pop(letter, None)
            self.walk.binders[letter] = self.body

    def __exit__(self, *_: object) -> None:
        self.walk.ranges, self.walk.binders = self.saved


def evaluate_operand(
    expr: Expr,
    values: Values,
    *,
    order: tuple[str, ...] = (),
    columns: bool = True,
    known: Mapping[str, str] | None = None,
) -> Operand:
    """Return the value with its tangents, axes as `evaluate` orders them."""
    run = Walk(expr, values, columns, known or {})
    result = run(expr)
    letters = (*order, *(x for x in result.letters if x not in order))
    missing = [x for x in letters if x not in result.letters]
    if missing:  # a letter of the goal that the expression does not use: constant along it
        ones = Labelled(tuple(missing), run.field.array(np.ones([run.range_of(x).count for x in missing])))
        names, (a, b) = aligned([ones, result])
        result = Labelled(names, run.arithmetic.mul(a, b))
    return relabel(run.arithmetic, result, letters).data
