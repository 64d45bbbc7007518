"""Two expressions at many points: a refutation with its witness, or agreement."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

import numpy as np

from bptutor.errors import BptutorError
from bptutor.notation.equality.kinks import around
from bptutor.notation.equality.pairs import Difference, Pair
from bptutor.notation.equality.tolerances import DIGITS, PLAIN
from bptutor.notation.scope import Role
from bptutor.notation.tree import Add
from bptutor.notation.values.backends import Array
from bptutor.notation.values.conditions import Constraints, names_under, satisfied
from bptutor.notation.values.sampling import NoDraw, draw

COUNT = 20
_POINTS = 4
"""Points that are compared at 50 digits."""
_DIGIT_KINKS = 8
"""Points beside kinks that are compared at 50 digits where floats agree: far beyond one they round e^{-40} away."""
_FEW = 16
"""Entries of given arrays up to which 50 digits cost little; of more, floats must differ in their last digits."""
Given = dict[str, Array]


@dataclass(frozen=True)
class Point:
    """Values of the given names, the sizes, and the two sides there."""

    given: Given
    sizes: dict[str, int]
    difference: Difference


@dataclass(frozen=True)
class Probed:
    """What probing found: how many points agreed, and the first that did not."""

    agreed: int
    refuted: Point | None = None
    method: str = "probes"


class Prober:
    """Draws points for a pair and compares its sides there.

    Args:
        pair: The two sides.
        least: The largest position used on each axis.
        fixed: Sizes that must hold (an array written out); else None.
        deadline: A time of `time.monotonic()`.
        own_kinks: Whether to look only around kinks that are written in the sides, which is faster.
    """

    def __init__(
        self,
        pair: Pair,
        least: Mapping[str, int],
        fixed: Mapping[str, int] | None,
        deadline: float,
        own_kinks: bool = False,
    ) -> None:
        """Start the stream of draws, the same for every proof."""
        self.own_kinks = own_kinks
        self.pair = pair
        self.least = least
        self.fixed = fixed
        self.deadline = deadline
        self.under = names_under(pair.scope, Add((pair.left, pair.right)))

    def probe(self, held: Constraints, *, count: int = COUNT, digits: bool = True) -> Probed:
        """Compare at `count` draws, on both sides of kinks, and at 50 digits."""
        rng = Random(20_220_314)  # noqa: S311 - a fixed stream, so that a proof can be repeated
        kept: list[Point] = []
        for point in self.points(held, rng, count):
            if point.difference.agrees():
                kept.append(point)
            elif self.refutes(point, held):
                return Probed(len(kept), point)
        for point in kept[: 1 if self.own_kinks else 2]:
            found = self._kinks(point, held, rng)
            if found:
                return Probed(len(kept), found, "probes" if found.difference.clear else "digits")
        if digits:  # at the points with the fewest numbers
            for point in sorted(kept, key=lambda p: sum(a.size for a in p.given.values()))[:_POINTS]:
                exact = None if time.monotonic() > self.deadline else self._apart(point, held)
                if exact is not None:
                    return Probed(len(kept), exact, "digits")
        return Probed(len(kept))

    def points(self, held: Constraints, rng: Random, count: int) -> Iterator[Point]:
        """Yield points where both sides have a value; trouble with the domain draws anew."""
        found = 0
        for n in range(8 * count):
            if found >= count or (time.monotonic() > self.deadline and found):
                return
            point = self.drawn(held, rng, everything_positive=n > count // 2 and n > 2 * found and bool(n % 2))
            if point is not None:
                found += 1
                yield point

    def drawn(self, held: Constraints, rng: Random, *, everything_positive: bool = False) -> Point | None:
        """Return one point, or None where there is none."""
        if everything_positive:
            held = replace(held, positive=held.positive | self.under)
        try:
            given, sizes = draw(self.pair.scope, rng, sizes=self.fixed, literals=False, held=held, least=self.least)
        except (NoDraw, BptutorError):
            return None
        return self.at(given, sizes)

    def at(self, given: Given, sizes: dict[str, int]) -> Point | None:
        """Return the point with the two sides there; None where a side has no value."""
        difference = self.pair.at(given, sizes)
        return None if difference is None else Point(given, sizes, difference)

    def refutes(self, point: Point, held: Constraints, beside: bool = False) -> bool:
        """Tell whether a difference is real and not rounding: where it is small, or beside a kink, 50 digits decide.

        Rounding may put a float on the other side of a kink.
        """
        if point.difference.clear and not beside:
            return True
        exact = self.pair.exactly(point.given, point.sizes, held)
        if exact is None:
            return point.difference.clear if beside else not point.difference.agrees()
        return not exact.agrees(DIGITS)

    def _kinks(self, start: Point, held: Constraints, rng: Random) -> Point | None:
        fixed = held.one_hot | held.pick
        names = self.pair.scope.names
        movable = {n for n in start.given if n in self.under - fixed and names[n].role is not Role.POSITION}
        looked, few = 0, sum(start.given[n].size for n in self.under & start.given.keys()) <= _FEW
        for moved in around(self.pair, start.given, start.sizes, rng, movable, self.own_kinks):
            if time.monotonic() > self.deadline:
                return None
            if any(bool(np.any(moved[n] <= 0)) for n in held.positive if n in moved):
                continue
            solved = satisfied(self.pair.scope, moved, start.sizes, held)
            point = self.at(solved, start.sizes) if solved is not None else None
            if point is None:
                continue
            if not point.difference.agrees():
                if self.refutes(point, held, beside=True):
                    return point
            elif looked < _DIGIT_KINKS and (few or point.difference.gap):
                looked += 1
                exact = self._apart(point, held)
                if exact is not None:
                    return exact
        return None

    def _apart(self, point: Point, held: Constraints) -> Point | None:
        """Return the point where 50 digits show a difference that floats round away; None where they show none."""
        exact = self.pair.exactly(point.given, point.sizes, held)
        return None if exact is None or exact.agrees(DIGITS) else Point(point.given, point.sizes, exact)


def shrunk(prober: Prober, point: Point, held: Constraints) -> Point:
    """Return a point that refutes with small, readable numbers, if one is found; else the point."""
    rng = Random(7)  # noqa: S311 - a fixed stream, so that a witness can be repeated
    scope = prober.pair.scope
    small = {a: max(2, prober.least.get(a, 0)) for a, t in scope.sizes.items() if not t.strip() or t.strip().isdigit()}
    for sizes in [prober.fixed] if prober.fixed else [small, None]:
        for n in range(24):
            try:
                given, chosen = draw(scope, rng, sizes=sizes, literals=False, held=held, least=prober.least)
            except (NoDraw, BptutorError):
                continue
            found = _at_rounded(prober, Point(given, chosen, point.difference), held, 0 if n < 12 else 1)
            if found and not found.difference.agrees(PLAIN):
                return found
    for digits in (0, 1, 2, 3):
        found = _at_rounded(prober, point, held, digits)
        if found and not found.difference.agrees() and prober.refutes(found, held):
            return found
    return point


def _at_rounded(prober: Prober, point: Point, held: Constraints, digits: int) -> Point | None:
    """Return the two sides where the drawn numbers are rounded to so many decimals; None where they have no value."""
    given, fixed = dict(point.given), held.one_hot | held.pick | held.unit_sum
    for name, array in point.given.items():
        if prober.pair.scope.names[name].role is not Role.POSITION and name not in fixed:
            rounded = np.array([float(round(Fraction(float(x)), digits)) for x in array.flat]).reshape(array.shape)
            rounded = np.where(rounded == 0, 1.0, rounded) if digits == 0 else rounded
            given[name] = np.where(rounded <= 0, 10.0**-digits, rounded) if name in held.positive else rounded
    try:
        solved = satisfied(prober.pair.scope, given, point.sizes, held)
    except BptutorError:
        return None
    return prober.at(solved, point.sizes) if solved is not None else None
