"""Two expressions at many points: a refutation with its witness, or agreement."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from random import Random

import numpy as np

from bptutor.errors import BptutorError
from bptutor.notation.equality.compare import Difference, Pair
from bptutor.notation.equality.kinks import around, sites, spread
from bptutor.notation.scope import Role
from bptutor.notation.tree import Add
from bptutor.notation.values.backends import DIGITS, Array
from bptutor.notation.values.conditions import names_under, satisfied
from bptutor.notation.values.sampling import Held, NoDraw, draw

COUNT = 20
_POINTS = 4
_DIGIT_TOLERANCE = 1e-30
_FEW = 16
"""Entries of given arrays up to which 50 digits cost little."""
_DIGIT_KINKS = 8
"""Points beside kinks of larger arrays that are compared at 50 digits."""
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
    timed_out: bool = False


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

    def probe(self, held: Held, *, count: int = COUNT, digits: bool = True) -> Probed:
        """Compare at `count` draws, on both sides of kinks, and at 50 digits."""
        rng = Random(20_220_314)  # noqa: S311 - a fixed stream, so that a proof can be repeated
        agreed = 0
        kept: list[Point] = []
        for point in self.points(held, rng, count):
            if point.difference.agrees:
                agreed += 1
                kept.append(point)
            elif self.refutes(point, held):
                return Probed(agreed, point)
        if not agreed:
            return Probed(0)
        for point in kept[: 1 if self.own_kinks else 2]:
            found = self._kinks(point, held, rng)
            if found:
                return Probed(agreed, found, "probes" if found.difference.clear else "digits")
        if digits:
            found = self._digits(kept, held)
            if found:
                return Probed(agreed, found, "digits")
        return Probed(agreed, timed_out=time.monotonic() > self.deadline)

    def points(self, held: Held, rng: Random, count: int) -> Iterator[Point]:
        """Yield points where both sides have a value; trouble with the domain draws anew."""
        found = 0
        for n in range(8 * count):
            if found >= count or (time.monotonic() > self.deadline and found):
                return
            point = self.drawn(held, rng, everything_positive=n > count // 2 and n > 2 * found and bool(n % 2))
            if point is not None:
                found += 1
                yield point

    def drawn(self, held: Held, rng: Random, *, everything_positive: bool = False) -> Point | None:
        """Return one point, or None where there is none."""
        if everything_positive:
            held = Held(held.equations, held.one_hot, held.unit_sum, held.positive | self.under, held.pick)
        try:
            given, sizes = draw(self.pair.scope, rng, sizes=self.fixed, literals=False, held=held, least=self.least)
        except (NoDraw, BptutorError):
            return None
        return self.at(given, sizes)

    def at(self, given: Given, sizes: dict[str, int]) -> Point | None:
        """Return the point with the two sides there; None where a side has no value."""
        difference = self.pair.at(given, sizes)
        return None if difference is None else Point(given, sizes, difference)

    def refutes(self, point: Point, held: Held) -> bool:
        """Tell whether a difference is real and not rounding: where it is small, 50 digits decide."""
        if point.difference.clear:
            return True
        exact = self.exactly(point.given, point.sizes, held)
        return not point.difference.agrees if exact is None else exact.gap > 1e-12 * exact.scale

    def exactly(self, given: Given, sizes: Mapping[str, int], held: Held) -> Difference | None:
        """Compare at 50 digits, with the conditions solved to 50 digits."""
        try:
            entries = satisfied(self.pair.scope, given, sizes, held, DIGITS)
        except (BptutorError, ArithmeticError, ValueError, TypeError):
            return None
        return None if entries is None else self.pair.at(entries, sizes, DIGITS)

    def _kinks(self, start: Point, held: Held, rng: Random) -> Point | None:
        fast = held.one_hot | held.pick
        names = self.pair.scope.names
        looked, few = 0, sum(start.given[n].size for n in self.under & start.given.keys()) <= _FEW
        movable = {n for n in start.given if n in self.under - fast and names[n].role is not Role.POSITION}
        beside = around(self.pair, start.given, start.sizes, rng, movable, self.own_kinks)
        kinked = few and bool(sites(self.pair, start.given, start.sizes, self.own_kinks))
        for moved in chain(beside, spread(start.given, rng, movable) if kinked else ()):
            if time.monotonic() > self.deadline:
                return None
            if any(bool(np.any(moved[n] <= 0)) for n in held.positive if n in moved):
                continue
            solved = satisfied(self.pair.scope, moved, start.sizes, held)
            point = self.at(solved, start.sizes) if solved is not None else None
            if point and not point.difference.agrees and self._refutes_beside(point, held):
                return point
            if point and (few or (point.difference.gap and looked < _DIGIT_KINKS)):
                looked += 1
                exact = self._apart(point, held)
                if exact is not None:
                    return exact
        return None

    def _refutes_beside(self, point: Point, held: Held) -> bool:
        """Tell whether a difference next to a kink is real: rounding may put a float on the kink's other side."""
        exact = self.exactly(point.given, point.sizes, held)
        return point.difference.clear if exact is None else exact.gap > 1e-12 * exact.scale

    def _apart(self, point: Point, held: Held) -> Point | None:
        """Return the point where 50 digits show a difference that floats round away, such as far beyond a kink."""
        exact = self.exactly(point.given, point.sizes, held)
        if exact is None or exact.gap <= _DIGIT_TOLERANCE * exact.scale:
            return None
        return Point(point.given, point.sizes, exact)

    def _digits(self, kept: list[Point], held: Held) -> Point | None:
        """Compare at 50 digits, at the points whose numbers are of middle size."""
        small = sorted(kept, key=lambda p: sum(a.size for a in p.given.values()))[:_POINTS]
        for point in small:
            if time.monotonic() > self.deadline:
                return None
            exact = self._apart(point, held)
            if exact is not None:
                return exact
        return None


def shrunk(prober: Prober, point: Point, held: Held) -> Point:
    """Return a point that refutes with small, readable numbers, if one is found; else the point."""
    rng = Random(7)  # noqa: S311 - a fixed stream, so that a witness can be repeated
    scope = prober.pair.scope
    small = {a: max(2, prober.least.get(a, 0)) for a, t in scope.sizes.items() if not t.strip() or t.strip().isdigit()}
    for sizes in [prober.fixed] if prober.fixed else [small, None]:
        for n in range(24):
            try:
                given, chosen = draw(scope, rng, sizes=sizes, literals=False, held=held, least=prober.least)
                rounded = _rounded(prober, given, held, 0 if n < 12 else 1)
                solved = satisfied(scope, rounded, chosen, held)
            except (NoDraw, BptutorError):
                continue
            found = prober.at(solved, chosen) if solved is not None else None
            if found and found.difference.gap > 1e-2 * found.difference.scale:
                return found
    for digits in (0, 1, 2, 3):
        solved = satisfied(scope, _rounded(prober, point.given, held, digits), point.sizes, held)
        found = prober.at(solved, point.sizes) if solved is not None else None
        if found and not found.difference.agrees and prober.refutes(found, held):
            return found
    return point


def _rounded(prober: Prober, given: Given, held: Held, digits: int) -> Given:
    out: Given = {}
    for name, array in given.items():
        declared = prober.pair.scope.names[name]
        if declared.role is Role.POSITION or name in held.one_hot | held.pick | held.unit_sum:
            out[name] = array
            continue
        rounded = np.array([float(round(Fraction(float(x)), digits)) for x in array.flat]).reshape(array.shape)
        rounded = np.where(rounded == 0, 1.0, rounded) if digits == 0 else rounded
        floor = 10.0**-digits
        out[name] = np.where(rounded <= 0, floor, rounded) if name in held.positive else rounded
    return out
