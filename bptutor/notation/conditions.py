"""Solving the conditions of a scene into a draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from bptutor.errors import BptutorError
from bptutor.notation.draws import Held
from bptutor.notation.field import FLOATS, Array, Field
from bptutor.notation.scope import Role, Scope, Source
from bptutor.notation.tree import Compare, Expr, Name, Relation, walk
from bptutor.notation.value import Values, evaluate

_EXACT = 1e-9


def satisfied(
    scope: Scope,
    given: Mapping[str, Array],
    sizes: Mapping[str, int],
    held: Held,
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
    for condition in held.equations:
        if condition.relation is Relation.EQ and not _solve(scope, out, sizes, condition, held, field):
            return None
    if all(_holds(scope, out, sizes, condition, field) for condition in held.equations):
        return out
    return None


def _unit_rows(array: Array) -> Any:
    sums = array.sum(axis=-1, keepdims=True)
    return None if bool(np.any(abs(sums) < 1e-2)) else array / sums


def _holds(scope: Scope, given: Mapping[str, Array], sizes: Mapping[str, int], condition: Compare, field: Field) -> bool:
    try:
        gap = _gap(scope, given, sizes, condition, field)
    except (BptutorError, ArithmeticError, ValueError, KeyError):
        return False
    tests = {
        Relation.EQ: abs(gap) <= _EXACT,
        Relation.NE: abs(gap) > _EXACT,
        Relation.GT: gap > 0,
        Relation.GE: gap >= 0,
        Relation.LT: gap < 0,
        Relation.LE: gap <= 0,
    }
    return bool(np.all(tests[condition.relation]))


def _gap(
    scope: Scope, given: Mapping[str, Array], sizes: Mapping[str, int], condition: Compare, field: Field
) -> Array:
    """Left side less right side, with letters in order of appearance."""
    values = Values(scope, given, sizes, field)
    from bptutor.notation.tree import Add, Neg

    return evaluate(Add((condition.left, Neg(condition.right))), values)


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


def _solve(
    scope: Scope, given: dict[str, Array], sizes: Mapping[str, int], condition: Compare, held: Held, field: Field
) -> bool:
    """Meet an equation, one component after the other; False when nothing solves it."""
    movable = [
        name
        for name in names_under(scope, condition)
        if name not in held.one_hot and name not in held.pick and name not in held.unit_sum
        and scope.names[name].draw.source is not Source.LITERAL
    ] or [n for n in names_under(scope, condition) if n not in held.one_hot | held.pick | held.unit_sum]
    gap = _gap(scope, given, sizes, condition, field)
    for place in np.ndindex(gap.shape):
        if abs(_gap(scope, given, sizes, condition, field)[place]) <= (1e-40 if field is not FLOATS else 1e-13):
            continue
        for name, change in _moves(given, sorted(movable), held):
            solved = _along(scope, given, sizes, condition, field, place, name, change)
            if solved is not None:
                given[name] = solved
                break
        else:
            return False
    return True


Place = tuple[Any, ...]
Move = tuple[Place, bool]
"""Which entries move, and whether they are scaled (True) or shifted."""


def _moves(given: Mapping[str, Array], names: list[str], held: Held) -> Iterator[tuple[str, Move]]:
    for name in names:
        shape = given[name].shape
        if name in held.positive and shape:
            for row in np.ndindex(shape[:-1]):
                yield name, ((*row, slice(None)), True)
        for place in reversed(list(np.ndindex(shape))):
            yield name, (place, False)


def _along(
    scope: Scope,
    given: Mapping[str, Array],
    sizes: Mapping[str, int],
    condition: Compare,
    field: Field,
    component: Place,
    name: str,
    move: Move,
) -> Array | None:
    """Solve one component of an equation along one move, where it is affine; None where it is not."""
    where, scaled = move

    def moved(t: Any) -> Array:
        array = given[name].copy()
        array[where] = array[where] * t if scaled else array[where] + t
        return array

    def gap_at(t: Any) -> Any:
        return _gap(scope, {**given, name: moved(t)}, sizes, condition, field)[component]

    try:
        start, one, two = (gap_at(field.array(np.array(n))[()]) for n in (0, 1, 2))
        slope = one - start
        if abs(slope) < 1e-9 or abs(two - one - slope) > 1e-9 * (1 + abs(slope)):
            return None
        t = -start / slope
    except (BptutorError, ArithmeticError, ValueError, KeyError):
        return None
    return None if scaled and t <= 0 else moved(t)
