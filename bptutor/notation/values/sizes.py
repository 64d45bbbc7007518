"""Sizes of axes: fixed ones, drawn ones that are pairwise distinct, and those derived from others."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from random import Random

from bptutor.errors import UsageError
from bptutor.notation import tree as t
from bptutor.notation.scope import NetworkRole, Scope

_NAME = re.compile(r"[^\W\d]\w*")
_SIGNS = str.maketrans({"−": "-", "·": "*"})
_LONGEST = 200
_OPERATORS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.floordiv,
    ast.FloorDiv: operator.floordiv,
}
EXAMPLES = 3
"""Least size of an axis over examples: with fewer a missing mean could be a factor of two."""
_TRIES = 200


def draw_sizes(
    scope: Scope,
    rng: Random,
    given: Mapping[str, int] | None = None,
    *,
    fixed: bool,
    least: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Return the size of every axis.

    Args:
        scope: The axes.
        rng: Only its `random()` is used.
        given: Sizes that are wanted.
        fixed: Whether the author's fixed sizes hold; else they are drawn too.
        least: The largest position used on an axis.

    Raises:
        UsageError: No sizes fit the derived ones.
    """
    given = given or {}
    said = (name for name, made in scope.names.items() if made.network_role is NetworkRole.BATCH)
    floors = dict.fromkeys((*said, *averaged(scope)), EXAMPLES)
    floors |= {axis: max(n, floors.get(axis, 0)) for axis, n in (least or {}).items()}
    chosen = {axis: given[axis] for axis in scope.sizes if axis in given}
    derived: dict[str, str] = {}
    free: list[str] = []
    for axis, text in scope.sizes.items():
        if axis in chosen:
            continue
        if text.strip().isdigit():
            if fixed:
                chosen[axis] = int(text)
            else:
                free.append(axis)
        elif text.strip():
            derived[axis] = text
        else:
            free.append(axis)
    for _ in range(_TRIES):
        sizes = _drawn(free, chosen, floors, rng)
        if _derive(derived, sizes, floors):
            return sizes
    raise UsageError("no sizes of the axes fit each other", "look at the derived sizes of the scene")


def averaged(scope: Scope) -> tuple[str, ...]:
    """Return the axes by whose size a number of a scene is divided, as in a mean over examples."""
    numbers = (made.definition for made in scope.names.values() if not made.axes and made.definition is not None)
    below = (part.den for tree in numbers for part in t.walk(tree) if isinstance(part, t.Div))
    names = (part.id for tree in below for part in t.walk(tree) if isinstance(part, t.Name))
    return tuple(dict.fromkeys(name for name in names if name in scope.sizes))


def _drawn(free: list[str], chosen: Mapping[str, int], floors: Mapping[str, int], rng: Random) -> dict[str, int]:
    sizes = dict(chosen)
    for axis in free:
        low = max(2, floors.get(axis, 0))
        taken = set(sizes.values())
        room = [n for n in range(low, max(8, low + len(free) + len(chosen) + 2)) if n not in taken]
        near = room[:5]
        sizes[axis] = near[int(rng.random() * len(near))]
    return sizes


def _derive(derived: Mapping[str, str], sizes: dict[str, int], floors: Mapping[str, int]) -> bool:
    """Compute derived sizes into `sizes`; False when one is impossible."""
    left = dict(derived)
    while left:
        ready = [a for a, text in left.items() if set(_NAME.findall(text)) <= sizes.keys()]
        if not ready:
            return False
        for axis in ready:
            value = integer(left.pop(axis), sizes)
            if value is None or not max(1, floors.get(axis, 1)) <= value <= 10_000:
                return False
            sizes[axis] = value
    return True


def integer(text: str, sizes: Mapping[str, int]) -> int | None:
    """Return the value of a size such as `H - M + 1`; None when it is no whole number or cannot be read."""
    if len(text) > _LONGEST:
        return None
    try:
        return _value(ast.parse(text.strip().translate(_SIGNS), mode="eval").body, sizes)
    except (SyntaxError, KeyError, ValueError, ZeroDivisionError, RecursionError, MemoryError):
        return None


def _value(node: ast.expr, sizes: Mapping[str, int]) -> int:
    match node:
        case ast.Constant(value=value) if type(value) is int:
            return value
        case ast.Name(id=name):
            return sizes[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, sizes)
        case ast.BinOp(left=left, op=sign, right=right):
            a, b = _value(left, sizes), _value(right, sizes)
            if isinstance(sign, ast.Div) and a % b:
                raise ValueError("no whole number")
            return _OPERATORS[type(sign)](a, b)
    raise ValueError("no sum, product or quotient of whole numbers")


def least_sizes(scope: Scope, exprs: Iterable[t.Expr]) -> dict[str, int]:
    """Return, for each axis, the largest position that the expressions and definitions use."""
    least: dict[str, int] = {}
    definitions = [d.definition for d in scope.names.values() if d.definition is not None]
    for expr in (*exprs, *definitions, *scope.conditions):
        for node in t.walk(expr):
            if isinstance(node, t.At | t.Slice) and isinstance(node.base, t.Name):
                declared = scope.names.get(node.base.id)
                axes = declared.axes if declared else ()
                for axis, place in zip(axes, _places(node, scope.count_from), strict=False):
                    least[axis] = max(least.get(axis, 0), place)
    return least


def _places(node: t.At | t.Slice, count_from: int) -> list[int]:
    """Return, for each axis, how many entries a node's constant positions need."""
    if isinstance(node, t.At):
        return [int(s.value) + 1 - count_from if isinstance(s, t.Number) else 0 for s in node.subscripts]
    out = []
    for item in node.items:
        if isinstance(item, int):
            out.append(item + 1 if item >= 0 else -item)
        elif item is not None:
            out.append(max(item.start or 0, item.stop or 0))
    return out
