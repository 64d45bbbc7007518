"""Points on both sides of every kink: where abs, max, relu and comparisons change their branch.

The arguments of kinks are not found in the tree but watched while it is evaluated: the k-th call of
such a function is the same kink at every draw of the same sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from itertools import islice, pairwise
from random import Random
from typing import NamedTuple

import numpy as np

from bptutor.errors import BptutorError
from bptutor.notation.equality.compare import Pair
from bptutor.notation.tree import Relation
from bptutor.notation.values.backends import FLOATS, Array, Field

Given = dict[str, Array]

_STEPS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 200.0, 1000.0)
_MOST_SITES = 12
_SCALES = (1.0, -1.0, 8.0, -8.0, 64.0, -64.0)
_SPREAD = 48
_GAPS = (1e-6, 1e-8, 1e-11, 1e-14)
"""How close to a crossing points are set where several kinks meet, so that two of them 1e-7 apart are told apart."""
_BESIDE = 1e-9
"""How close to a crossing points are set in any case, by the size of the place."""
_MOST_FAR = 4
_FARTHEST = 1e9
"""Steps of the search, as far as a straight argument is followed to where it is 0."""
_OWN_CROSSINGS = 3
_HALVINGS = 48
_AIMS = 3
_CLOSE, _CLOSER = 1e-4, 1e-7


def watching(seen: list[Array]) -> Field:
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

    unary = {n: watched(f) if n in _KINKED else f for n, f in FLOATS.unary.items()}
    return replace(FLOATS, name="watched floats", unary=unary, compare=compare, maximum=maximum)


_KINKED = frozenset({"abs", "relu", "leaky_relu", "sign", "floor"})


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
            values = pair.values(given, sizes, watching(seen))
            if own:
                for name in pair.names():
                    values.operand(name)
                seen.clear()
            pair.sides(values)
    except (BptutorError, ArithmeticError, ValueError, KeyError, TypeError):
        return []
    return seen


def around(
    pair: Pair, given: Given, sizes: Mapping[str, int], rng: Random, movable: Collection[str], own: bool = False
) -> Iterator[Given]:
    """Yield points close to both sides of every kink that can be reached from one point.

    Each of the movable names is moved along a line, one entry or all of them, until a kink's argument changes its
    sign; the crossing is found by halving.
    """
    start = sites(pair, given, sizes, own)
    if not start:
        return
    lines = [_Watched(pair, sizes, line, own) for line in _lines(given, rng, movable)]
    moving = _moving(lines, start)[:_MOST_SITES]
    alone = len(moving) == 1
    for n in moving:
        near = list(islice(_near(lines, n), _OWN_CROSSINGS if own else None))
        for line, low, high in near:
            yield from _beside(line, n, low, high, alone)
        if near and alone:  # both sides turn there and nowhere else
            return
    for n in moving:
        for line in (line for line in lines if n in line.moves):
            for low, high in _far_crossings(line, n):
                yield from _beside(line, n, low, high, alone)


def _near(lines: list[_Watched], n: int) -> Iterator[tuple[_Watched, float, float]]:
    """Yield crossings of a kink among the steps: line by line, until there are enough."""
    crossed = 0
    for line in lines:
        if n in line.moves and crossed < _OWN_CROSSINGS:
            for low, high in _crossings(line, n):
                yield line, low, high
                crossed += 1


def _beside(line: _Watched, n: int, low: float, high: float, alone: bool) -> Iterator[Given]:
    """Yield points on both sides of a crossing, and close to it; closer where several kinks meet."""
    way = (high - low) / (abs(high - low) or 1.0)
    root = _root(line, n, *((low, high) if alone else _narrowed(line, n, low, high, _CLOSER)))
    gaps = (_BESIDE,) if alone or line.crosses_one(low, high, root) else _GAPS
    close = (root + sign * gap * max(1.0, abs(root)) for gap in gaps for sign in (1, -1))
    for t in (low, high, low - 0.02 * way, high + 0.02 * way, *close):
        if np.any(line(t)[line.line.name]):  # where all entries are 0, all of them tie
            yield line(t)


def spread(given: Given, rng: Random, movable: Collection[str]) -> Iterator[Given]:
    """Yield points of several scales, each name with its own: there several kinks are passed at once."""
    for _ in range(_SPREAD):
        yield {
            n: (a * (1 + rng.random()) * _SCALES[int(rng.random() * 6)] if n in movable else a)
            for n, a in given.items()
        }


class Line(NamedTuple):
    """Points on a straight line through one point: one name is moved."""

    given: Given
    name: str
    direction: Array

    def __call__(self, t: float) -> Given:
        """Return the point t steps away."""
        return {**self.given, self.name: self.given[self.name] + t * self.direction}


class _Watched:
    """A line of points, with the kink arguments met at each; every point is walked once for all kinks."""

    def __init__(self, pair: Pair, sizes: Mapping[str, int], line: Line, own: bool) -> None:
        self.pair, self.sizes, self.line, self.own = pair, sizes, line, own
        self.met: dict[float, list[Array]] = {}
        self.moves: set[int] = set()
        """The kinks whose argument changes along the line."""
        self.far: tuple[float, ...] = ()
        """Crossings outside of the steps: behind one of them another kink may turn to 0."""

    def __call__(self, t: float) -> Given:
        return self.line(t)

    def seen(self, t: float) -> list[Array]:
        """Return the kink arguments at a point of the line."""
        if t not in self.met:
            self.met[t] = sites(self.pair, self.line(t), self.sizes, self.own)
        return self.met[t]

    def crosses_one(self, low: float, high: float, root: float) -> bool:
        """Tell whether all kinks that are crossed between two points have the same argument, but for its sign.

        A kink that turns at the root only, as in |x| < 1e-6, is another one.
        """
        below, beside = self.seen(low), root + _BESIDE * max(1.0, abs(root))
        crossed = [below[n] for n in range(len(below)) if self.crosses(n, low, high)]
        if any(self.crosses(n, low, beside) and self.crosses(n, beside, high) for n in range(len(below))):
            return False
        return len({(a.shape, min(a.tobytes(), (-a).tobytes())) for a in crossed}) < 2

    def crosses(self, n: int, low: float, high: float) -> bool:
        """Tell whether the n-th kink's argument changes its sign between two points; not where it has no value."""
        below, above = self.seen(low), self.seen(high)
        if n >= min(len(below), len(above)) or below[n].shape != above[n].shape:
            return False
        return bool(np.any(np.sign(below[n]) != np.sign(above[n])))


def _lines(given: Given, rng: Random, movable: Collection[str]) -> Iterator[Line]:
    for name, array in given.items():
        if name not in movable:
            continue
        yield Line(given, name, np.ones(array.shape))
        if array.size > 1:
            one = np.zeros(array.size)
            one[int(rng.random() * array.size)] = 1.0
            yield Line(given, name, one.reshape(array.shape))
            yield Line(given, name, -array)  # through 0, where norms turn


def _moving(lines: list[_Watched], start: list[Array]) -> list[int]:
    """Return the numbers of the kinks whose argument depends on the point, each argument once."""
    for line in lines:
        other = line.seen(0.25)
        if len(other) != len(start):
            continue
        for n, (a, b) in enumerate(zip(start, other, strict=True)):
            if a.shape == b.shape and bool(np.any(a != b)):
                line.moves.add(n)
    distinct: dict[tuple[object, ...], int] = {}
    for n in sorted({n for line in lines for n in line.moves}):
        distinct.setdefault((start[n].shape, start[n].tobytes()), n)
    return list(distinct.values())


def _crossings(line: _Watched, n: int) -> Iterator[tuple[float, float]]:
    """Yield neighbouring steps between which the n-th kink is crossed, close on both sides of it."""
    steps = sorted({0.0, *_STEPS, *(-s for s in _STEPS)})
    for low, high in pairwise(steps):
        if line.crosses(n, low, high):
            yield _narrowed(line, n, low, high)


def _far_crossings(line: _Watched, n: int) -> Iterator[tuple[float, float]]:
    """Yield crossings outside of the steps, where the argument goes on straight; then behind those that were found."""
    ends = [(sign * _STEPS[-2], sign * _STEPS[-1]) for sign in (-1, 1)]
    for inner, outer in (*ends, *((1.5 * far, 3 * far) for far in line.far)):
        beyond = _beyond(line, n, inner, outer)
        if beyond is not None and line.crosses(n, outer, beyond):
            low, high = _narrowed(line, n, *sorted((outer, beyond)))
            line.far = (*line.far, high)[:_MOST_FAR]
            yield low, high


def _beyond(line: _Watched, n: int, inner: float, outer: float) -> float | None:
    """Return a point past the place where the n-th kink's argument would be 0 if it went on straight; else None."""
    near, far = line.seen(inner), line.seen(outer)
    if n >= min(len(near), len(far)) or near[n].shape != far[n].shape:
        return None
    a, b = (np.asarray(side[n], dtype=float).ravel() for side in (near, far))
    falling = (np.sign(a) == np.sign(b)) & (np.abs(b) < np.abs(a))
    if not falling.any():
        return None
    away = float((b[falling] / (a[falling] - b[falling])).min())
    return outer + 1.1 * away * (outer - inner) if away < _FARTHEST else None


def _root(line: _Watched, n: int, low: float, high: float) -> float:
    """Return where the n-th kink lies between two close points, by the straight line between them."""
    below, above = line.seen(low), line.seen(high)
    if n >= min(len(below), len(above)) or below[n].shape != above[n].shape:
        return (low + high) / 2
    a, b = (np.asarray(side[n], dtype=float).ravel() for side in (below, above))
    turned = np.flatnonzero(np.sign(a) != np.sign(b))
    if not turned.size:
        return (low + high) / 2
    x, y = a[turned[0]], b[turned[0]]
    return low + (high - low) * float(x / (x - y)) if x != y else (low + high) / 2


def _narrowed(line: _Watched, n: int, low: float, high: float, close: float = _CLOSE) -> tuple[float, float]:
    """Return two close points on either side of a crossing; most arguments are straight enough to be aimed at."""
    for nth in range(_HALVINGS):
        if high - low < 2 * close:
            break
        if nth < _AIMS:
            root = _root(line, n, low, high)
            near = max(low, root - close), min(high, root + close)
            if line.crosses(n, *near):
                return near
        middle = (low + high) / 2
        low, high = (low, middle) if line.crosses(n, low, middle) else (middle, high)
    return low, high
