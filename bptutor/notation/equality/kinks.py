"""Points on both sides of every kink: where abs, max, relu and comparisons change their branch.

The arguments of kinks are not found in the tree but watched while it is evaluated: the k-th call of such a function
is the same kink at every draw of the same sizes. A name is moved along a straight line; where an argument changes its
sign between two steps, the crossing is found by halving, and points are set beside all crossings and between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from random import Random

import numpy as np

from bptutor.errors import BptutorError
from bptutor.notation.equality.pairs import Pair
from bptutor.notation.scope import Scope
from bptutor.notation.tree import Call, Cases, Compare, Expr, Name, Relation, walk
from bptutor.notation.values.backends import FLOATS, Array, Field

Given = dict[str, Array]

_TURNING = frozenset(
    ("relu", "leaky_relu", "abs", "max", "min", "maximum", "minimum", "sign", "floor", "argmax", "where")
)
_WATCHED = frozenset(("abs", "relu", "leaky_relu", "sign", "floor"))
_NEAR = tuple(2.0**n for n in range(-2, 7))
"""Steps of a line, as numbers of a lesson go; on both sides of 0."""
_FAR = tuple(_NEAR[-1] * 16.0**n for n in range(1, 7))
"""Steps to where a kink is looked for that no near step crosses."""
_BESIDE = 1e-12
"""How close to a crossing points are set, by the size of the place: two kinks that lie closer are taken for one."""
_HALVINGS = 48
_MOST_KINKS = 12
_TOGETHER = 4
"""Lines on which all names are moved, so that of two any signs go together."""
_CROSSINGS = 3
"""Crossings of one kink that are enough."""


def has_kink(expr: Expr, scope: Scope, seen: frozenset[str] = frozenset()) -> bool:
    """Tell whether an expression, or what its names are made of, may change its branch."""
    for part in walk(expr):
        if isinstance(part, Cases) or (isinstance(part, Call) and part.function.rstrip("'") in _TURNING):
            return True
        if isinstance(part, Compare) and any(isinstance(side, Name) for side in walk(part)):
            return True
        if isinstance(part, Name) and part.id not in seen:
            seen |= {part.id}
            declared = scope.names.get(part.id)
            if declared and declared.definition and has_kink(declared.definition, scope, seen):
                return True
    return False


def _watching(seen: list[Array]) -> Field:
    """Return the float field, noting the argument of every kink in `seen`."""

    def watched(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
        def call(x: Array) -> Array:
            seen.append(np.asarray(x))
            return function(x)

        return call

    def compare(relation: Relation, a: Array, b: Array) -> Array:
        seen.append(np.asarray(a - b))
        return FLOATS.compare(relation, a, b)

    def maximum(a: Array, b: Array) -> Array:
        seen.append(np.asarray(a - b))
        return FLOATS.maximum(a, b)

    unary = {n: watched(f) if n in _WATCHED else f for n, f in FLOATS.unary.items()}
    return replace(FLOATS, name="watched floats", unary=unary, compare=compare, maximum=maximum)


def sites(pair: Pair, given: Mapping[str, Array], sizes: Mapping[str, int], own: bool = False) -> list[Array]:
    """Return the kink arguments met at a point, in the order of evaluation; empty where there is no value.

    Args:
        pair: The two sides.
        given: The point.
        sizes: Size of each axis.
        own: Whether only kinks that are written in the sides count, not those in what their names are defined by.
    """
    seen: list[Array] = []
    try:
        with np.errstate(all="ignore"):
            values = pair.values(given, sizes, _watching(seen))
            if own:
                for name in pair.names():
                    values.operand(name)
                seen.clear()
            pair.sides(values)
    except (BptutorError, ArithmeticError, ValueError, KeyError, TypeError):
        return []
    return seen


class _Line:
    """A straight line through one point: some names are moved; each point is evaluated once for all kinks."""

    def __init__(self, at: Callable[[Given], list[Array]], given: Given, directions: Given) -> None:
        self._at, self.given, self.directions = at, given, directions
        self._seen: dict[float, list[Array]] = {}

    def __call__(self, t: float) -> Given:
        return {**self.given, **{name: self.given[name] + t * way for name, way in self.directions.items()}}

    def seen(self, t: float) -> list[Array]:
        """Return the kink arguments at a point of the line."""
        if t not in self._seen:
            self._seen[t] = self._at(self(t))
        return self._seen[t]

    def turned(self, n: int, low: float, high: float) -> tuple[Array, Array] | None:
        """Return the entries of the n-th kink's argument that change their sign between two points; None for none."""
        below, above = self.seen(low), self.seen(high)
        if n >= min(len(below), len(above)) or below[n].shape != above[n].shape:
            return None
        turned = np.sign(below[n]) != np.sign(above[n])
        return (below[n][turned], above[n][turned]) if turned.any() else None

    def crossing(self, n: int, low: float, high: float) -> tuple[float, float]:
        """Return two close points on either side of a crossing; a straight argument is aimed at once."""
        for _ in range(_HALVINGS):
            gap, middle = _BESIDE * max(1.0, abs(low), abs(high)), (low + high) / 2
            ends = self.turned(n, low, high)
            if high - low <= 3 * gap or ends is None:
                break
            a, b = float(ends[0][0]), float(ends[1][0])
            root = low + (high - low) * a / (a - b) if np.isfinite(a - b) and a != b else middle
            for t in (root - gap, root + gap, middle):
                if low < t < high:
                    low, high = (low, t) if self.turned(n, low, t) is not None else (t, high)
        return low, high

    def beside(self, crossings: Collection[tuple[float, float]]) -> Iterator[Given]:
        """Yield points close to crossings on both sides, between neighbouring ones, and outside of the outermost."""
        found = sorted(crossings)
        outer = [(sign * _NEAR[0] * max(1.0, abs(t)) + t) for sign, t in ((-1, found[0][0]), (1, found[-1][1]))]
        between = [(high + low) / 2 for (_, high), (low, _) in pairwise(found) if low > high]
        for t in (*outer, *between, *(t for ends in found for t in ends)):
            point = self(t)
            if all(np.any(point[name]) for name in self.directions):  # where all entries are 0, all of them tie
                yield point


def around(
    pair: Pair, given: Given, sizes: Mapping[str, int], rng: Random, movable: Collection[str], own: bool = False
) -> Iterator[Given]:
    """Yield points close to both sides of every kink that can be reached from one point.

    The movable names are moved along lines: all at once, as one kink may matter behind another one only, then each for
    itself, one entry or all of them. Where the steps of numbers in a lesson cross a kink nowhere, it is looked for
    further out.
    """
    start = sites(pair, given, sizes, own)
    if not start:
        return
    lines = list(_lines(lambda at: sites(pair, at, sizes, own), given, rng, movable))
    moves = [_moved(line, start) for line in lines]
    distinct: dict[tuple[object, ...], int] = {}
    for n in sorted({n for moved in moves for n in moved}):
        distinct.setdefault((start[n].shape, start[n].tobytes()), n)
    kinks = list(distinct.values())[:_MOST_KINKS]
    crossed: Counter[int] = Counter()
    for far in (False, True):
        wanted = {n for n in kinks if not crossed[n]}
        for line, moved in zip(lines, moves, strict=True):
            if any(crossed[n] < _CROSSINGS for n in wanted & moved):
                found = [(n, line.crossing(n, *ends)) for n in kinks if n in moved for ends in _crossed(line, n, far)]
                crossed.update(n for n, _ in found)
                yield from line.beside({ends for _, ends in found}) if found else ()


def _lines(at: Callable[[Given], list[Array]], given: Given, rng: Random, movable: Collection[str]) -> Iterator[_Line]:
    arrays = {name: array for name, array in given.items() if name in movable}
    for _ in range(_TOGETHER if len(arrays) > 1 else 0):
        ways = {n: np.full(a.shape, (1 + rng.random()) * (1 if rng.random() < 0.5 else -1)) for n, a in arrays.items()}
        yield _Line(at, given, ways)
    for name, array in arrays.items():
        yield _Line(at, given, {name: np.ones(array.shape)})
        if array.size > 1:
            one = np.zeros(array.size)
            one[int(rng.random() * array.size)] = 1.0
            yield _Line(at, given, {name: one.reshape(array.shape)})
            yield _Line(at, given, {name: -array})  # through 0, where norms turn


def _moved(line: _Line, start: list[Array]) -> set[int]:
    """Return the numbers of the kinks whose argument changes along a line, be it only on one side of another kink."""
    found: set[int] = set()
    for t in (_NEAR[0], _NEAR[-1], -_NEAR[-1]):
        other = line.seen(t)
        if len(other) == len(start):
            pairs = enumerate(zip(start, other, strict=True))
            found |= {n for n, (a, b) in pairs if a.shape == b.shape and bool(np.any(a != b))}
    return found


def _crossed(line: _Line, n: int, far: bool) -> Iterator[tuple[float, float]]:
    """Yield neighbouring steps between which the n-th kink is crossed."""
    outwards = (_NEAR[-1], *_FAR) if far else (0.0, *_NEAR)
    for sign in (-1, 1):
        for ends in pairwise(sign * step for step in outwards):
            low, high = sorted(ends)
            if line.turned(n, low, high) is not None:
                yield low, high
