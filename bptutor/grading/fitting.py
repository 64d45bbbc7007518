"""Which mistakes an answer is: one, or exactly one pair."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.guesses import Change, Guess, Target
from bptutor.grading.guesses import Mistake as Row
from bptutor.grading.met import TROUBLE, Draw, Met, entries
from bptutor.grading.mistakes import CATALOGUE, PLACE
from bptutor.notation.value import Values

Array = NDArray[np.float64]
FEWEST = 4
"""Entries that numbers must have for two mistakes at once to be looked for among all pairs."""
ZERO = 1e-13
"""Sizes up to which an answer is 0 but for rounding."""
CHANCE = 0.02
"""Most likely it may be that one of the guesses of a mistake meets the learner's numbers by accident."""


class Fit(NamedTuple):
    """A mistake that an answer is."""

    mistake: Row
    part: str
    """The name that it is about; empty for the whole."""
    paired: bool = False
    """Whether only this and another one together give the answer."""


@dataclass(frozen=True)
class Made:
    """One guess with its value on one draw."""

    mistake: Row
    guess: Callable[[Values], Array]
    part: str
    array: Array


class Guesses:
    """All guesses about one question; their values on a draw are computed once."""

    def __init__(self, target: Target) -> None:
        """Take the question."""
        self.target = target
        self.rows = [(mistake, guess, part) for mistake in CATALOGUE for guess, part in _made(mistake, target)]
        self._made: dict[int, tuple[Values, list[Made]]] = {}

    def on(self, values: Values) -> list[Made]:
        """Return every guess that has a value on a draw."""
        if id(values) not in self._made:
            found = [
                Made(mistake, guess, part, array)
                for mistake, guess, part in self.rows
                if (array := entries(guess, values)) is not None
            ]
            self._made[id(values)] = (values, found)
        return self._made[id(values)][1]


def _made(mistake: Row, target: Target) -> list[Guess]:
    """Return the guesses of a mistake; none where the question has no numbers to make them on."""
    try:
        return list(mistake.guesses(target))
    except TROUBLE:
        return []


def guesses(target: Target) -> Guesses:
    """Return the guesses about a question; kept with it."""
    if target.guesses is None:
        target.guesses = Guesses(target)
    assert isinstance(target.guesses, Guesses)  # noqa: S101  # made above
    return target.guesses


def fits(target: Target, met: Met) -> list[Fit]:
    """Return the mistakes that equal the answer on every draw, in catalogue order; else the one pair that does."""
    if not met.draws:
        return []
    first = met.draws[0]
    nothing = not any(draw.got.any() for draw in met.draws)
    tiny = all(np.abs(draw.got).max(initial=0.0) <= ZERO * _scale(draw) for draw in met.draws)
    found: dict[str, tuple[Fit, Made]] = {}
    for made in guesses(target).on(first.values):
        name = made.mistake.id
        if name in found or (made.mistake.vague and (found or tiny)) or nothing is not (name == "bias-zero"):
            continue  # zeros are many things at once
        if met.equal(made.array, first.got, first.counts) and met.made(made.guess):
            found[name] = (Fit(made.mistake, made.part), made)
    if not met.relative and not nothing:
        found = _unlikely(found, target, met)
    return [fit for fit, _ in found.values()] or ([] if nothing else _pair(target, met))


def _scale(draw: Draw) -> float:
    return max(1.0, float(np.abs(draw.truth).max(initial=0.0)))


def _unlikely(found: dict[str, tuple[Fit, Made]], target: Target, met: Met) -> dict[str, tuple[Fit, Made]]:
    """Return the mistakes that few numbers meet by accident; where values differ, the plainest of them."""
    (draw,) = met.draws
    tried = {name: _tried(name, target, met) for name in found}
    kept = {name: one for name, one in found.items() if by_accident(tried[name], met) <= CHANCE}
    arrays = [made.array for _, made in kept.values()]
    if all(np.allclose(arrays[0], array, rtol=1e-9, atol=1e-12) for array in arrays[1:] if array.size == draw.got.size):
        return kept
    fewest = min(tried[name] for name in kept)
    few = {name: one for name, one in kept.items() if tried[name] == fewest}
    on_value = {name: one for name, one in few.items() if one[0].mistake.change is not None}
    return on_value or few


def _tried(name: str, target: Target, met: Met) -> int:
    """Return how many different numbers a mistake is held to be on the first draw."""
    (draw,) = met.draws
    arrays = (made.array for made in guesses(target).on(draw.values) if made.mistake.id == name)
    same = (array for array in arrays if array.size == draw.got.size and np.isfinite(array).all())
    return len({np.round(array / met.tolerance).tobytes() for array in same})


def by_accident(tried: int, met: Met) -> float:
    """Return how likely it is that one of so many guesses meets numbers as large as these within the tolerance.

    Only entries that differ from what is asked count: the others are met by what is right too.
    """
    (draw,) = met.draws
    largest = max(float(np.abs(side).max(initial=0.0)) for side in (draw.truth, draw.got))
    differ = draw.got.size
    if draw.got.shape == draw.truth.shape:
        differ = int((np.abs(draw.got - draw.truth) > met.tolerance).sum())
    return float(tried * min(1.0, met.tolerance / largest) ** differ) if largest else 1.0


def _pair(target: Target, met: Met) -> list[Fit]:
    """Return the only two mistakes that together give the answer; nothing when there is no such pair, or several.

    Of few numbers only mistakes on the value alone are told: a sign with a factor.
    """
    first = met.draws[0]
    few = not met.relative and first.got.size < FEWEST
    found: dict[frozenset[str], list[Fit]] = {}
    for change, change_of in _changes(target):
        for made in guesses(target).on(first.values):
            row = made.mistake
            if row.vague or row.id == "other-quantity" or row is change or (few and row.change is None):
                continue
            if not _fits_first(made, change_of, first, met):
                continue
            if met.made(partial(_changed, made.guess, change_of)) and met.differs(made.guess):
                pair = [Fit(change, "", paired=True), Fit(row, made.part, paired=True)]
                found.setdefault(frozenset({change.id, row.id}), pair)
    plain = {names: both for names, both in found.items() if all(fit.mistake.change is not None for fit in both)}
    found = plain or found  # a sign and a factor explain more plainly than what happens to equal them
    if len(found) != 1 or (few and by_accident(_pairs_tried(target, first), met) > CHANCE):
        return []
    (both,) = found.values()
    return sorted(both, key=lambda fit: PLACE[fit.mistake.id])


def _pairs_tried(target: Target, draw: Draw) -> int:
    """Return how many numbers two mistakes on the value alone make of what is right."""
    known = [(row.id, change(draw.truth, draw.values)) for row, change in _changes(target)]
    fitting = [id_ for id_, array in known if array.shape == draw.truth.shape and np.isfinite(array).all()]
    return sum(one != other for one, other in combinations(fitting, 2))


def _changes(target: Target) -> Iterator[tuple[Row, Change]]:
    for mistake in CATALOGUE:
        if mistake.change is not None:
            for change in mistake.change(target):
                yield mistake, change


def _changed(guess: Callable[[Values], Array], change: Change, values: Values) -> Array:
    return change(guess(values), values)


def _fits_first(made: Made, change: Change, draw: Draw, met: Met) -> bool:
    try:
        both = change(made.array, draw.values)
    except TROUBLE:
        return False
    return met.equal(both, draw.got, draw.counts)
