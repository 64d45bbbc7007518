"""Solving the conditions of a scene into a draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from bptutor.errors import BptutorError
from bptutor.notation.equality.tolerances import EQUAL, LAST_DIGITS, SMALLEST_SUM, SOLVED
from bptutor.notation.scope import Role, Scope, Source
from bptutor.notation.tree import Add, At, Compare, Expr, Letter, Name, Neg, Number, Relation, walk
from bptutor.notation.values.backends import FLOATS, Array, Field
from bptutor.notation.values.evaluate import Values, evaluate


@dataclass(frozen=True)
class Constraints:
    """The conditions that a draw keeps."""

    equations: tuple[Compare, ...] = ()
    one_hot: frozenset[str] = frozenset()
    unit_sum: frozenset[str] = frozenset()
    """Names whose last axis sums to 1."""
    positive: frozenset[str] = frozenset()
    pick: frozenset[str] = frozenset()

    @staticmethod
    def of(scope: Scope) -> Constraints:
        """Return all conditions of a scope."""
        given = [d for d in scope.names.values() if d.role is Role.GIVEN]
        return Constraints(
            equations=scope.conditions,
            one_hot=frozenset(d.id for d in given if d.draw.source is Source.ONE_HOT),
            unit_sum=frozenset(d.id for d in given if d.draw.source is Source.SIMPLEX),
            positive=frozenset(d.id for d in given if d.positive or d.draw.source is Source.SIMPLEX)
            | positive_by_condition(scope),
            pick=frozenset(d.id for d in given if d.draw.source is Source.PICK),
        )


def positive_by_condition(scope: Scope) -> frozenset[str]:
    """Return the given names that a condition such as `p_k > 0` makes positive."""
    found = set()
    for condition in scope.conditions:
        left, right = condition.left, condition.right
        if condition.relation in (Relation.LT, Relation.LE):
            left, right = right, left
        if condition.relation in (Relation.EQ, Relation.NE) or not isinstance(right, Number) or right.value < 0:
            continue
        base = left.base if isinstance(left, At) and all(isinstance(s, Letter) for s in left.subscripts) else left
        if isinstance(base, Name) and base.id in scope.names and scope.names[base.id].role is Role.GIVEN:
            found.add(base.id)
    return frozenset(found)


Place = tuple[Any, ...]
Move = tuple[Place, bool]
"""Which entries move, and whether they are scaled (True) or shifted."""


def satisfied(
    scope: Scope,
    given: Mapping[str, Array],
    sizes: Mapping[str, int],
    held: Constraints,
    field: Field = FLOATS,
    *,
    literals: bool = False,
) -> dict[str, Array] | None:
    """Return the draw changed so that the conditions hold; None when it must be drawn anew.

    Equations are solved by rescaling a row or by moving one entry; inequalities are only looked at.
    Run with 50 digits on the same floats, it gives values that meet the equations to 50 digits.
    """
    out = {name: field.array(a) if scope.names[name].role is not Role.POSITION else a for name, a in given.items()}
    if not literals:
        for name in held.unit_sum:
            out[name] = _unit_rows(out[name])
            if out[name] is None or (name in held.positive and bool(np.any(out[name] <= 0))):
                return None
    conditions = [_Condition(scope, sizes, c, field) for c in held.equations]
    for condition in conditions:
        if condition.compare.relation is Relation.EQ and not condition.solve(out, held):
            return None
    return out if all(condition.holds(out) for condition in conditions) else None


def _unit_rows(array: Array) -> Any:
    sums = array.sum(axis=-1, keepdims=True)
    return None if bool(np.any(abs(sums) < SMALLEST_SUM)) else array / sums


@dataclass(frozen=True)
class _Condition:
    """One condition of a scene, in the entries of a field, at the sizes of a draw."""

    scope: Scope
    sizes: Mapping[str, int]
    compare: Compare
    field: Field

    def gap(self, given: Mapping[str, Array]) -> Array:
        """Left side less right side, with letters in order of appearance."""
        values = Values(self.scope, given, self.sizes, self.field)
        return np.asarray(evaluate(Add((self.compare.left, Neg(self.compare.right))), values))

    def holds(self, given: Mapping[str, Array]) -> bool:
        """Tell whether it is met, equations up to rounding."""
        try:
            gap = self.gap(given)
        except (BptutorError, ArithmeticError, ValueError, KeyError):
            return False
        tests = {
            Relation.EQ: abs(gap) <= EQUAL,
            Relation.NE: abs(gap) > EQUAL,
            Relation.GT: gap > 0,
            Relation.GE: gap >= 0,
            Relation.LT: gap < 0,
            Relation.LE: gap <= 0,
        }
        return bool(np.all(tests[self.compare.relation]))

    def solve(self, given: dict[str, Array], held: Constraints) -> bool:
        """Meet an equation in place, one component after the other; False when nothing solves it."""
        fixed = held.one_hot | held.pick | held.unit_sum
        names = sorted(names_under(self.scope, self.compare) - fixed)
        free = [n for n in names if self.scope.names[n].draw.source is not Source.LITERAL]
        try:
            components = list(np.ndindex(self.gap(given).shape))
            for component in components:
                if abs(self.gap(given)[component]) > self._rounding and not self._met(
                    given, component, free or names, held
                ):
                    return False
        except (BptutorError, ArithmeticError, ValueError, KeyError):
            return False
        return True

    @property
    def _rounding(self) -> float:
        return LAST_DIGITS if self.field is FLOATS else SOLVED

    def _met(self, given: dict[str, Array], component: Place, names: list[str], held: Constraints) -> bool:
        for name, move in _moves(given, names, held):
            solved = self._along(given, component, name, move)
            if solved is not None:
                given[name] = solved
                return True
        return False

    def _along(self, given: Mapping[str, Array], component: Place, name: str, move: Move) -> Array | None:
        """Solve one component along one move, where it is affine; None where it is not."""
        where, scaled = move

        def moved(t: Any) -> Array:
            array = given[name].copy()
            array[where] = array[where] * t if scaled else array[where] + t
            return array

        def gap_at(n: int) -> Any:
            return self.gap({**given, name: moved(self.field.number(Fraction(n)))})[component]

        start, one, two = gap_at(0), gap_at(1), gap_at(2)
        slope = one - start
        if abs(slope) < EQUAL or abs(two - one - slope) > EQUAL * (1 + abs(slope)):
            return None
        t = -start / slope
        return None if scaled and t <= 0 else moved(t)


def names_under(scope: Scope, expr: Expr) -> set[str]:
    """Return the given names that an expression depends on, through definitions too."""
    found: set[str] = set()
    stack = [node.id for node in walk(expr) if isinstance(node, Name)]
    while stack:
        name = stack.pop()
        declared = scope.names.get(name)
        if declared is None or name in found:
            continue
        found.add(name)
        if declared.definition is not None:
            stack.extend(node.id for node in walk(declared.definition) if isinstance(node, Name))
    return {n for n in found if scope.names[n].role is Role.GIVEN}


def _moves(given: Mapping[str, Array], names: list[str], held: Constraints) -> Iterator[tuple[str, Move]]:
    for name in names:
        shape = given[name].shape
        if name in held.positive and shape:
            for row in np.ndindex(shape[:-1]):
                yield name, ((*row, slice(None)), True)
        for place in reversed(list(np.ndindex(shape))):
            yield name, (place, False)
