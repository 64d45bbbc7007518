"""Which mistakes an answer is: one, or exactly one pair."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.answer.answer_samples import TROUBLE, Draw, Met, entries
from bptutor.grading.catalogue.base import Change, Guess
from bptutor.grading.catalogue.base import Mistake as Row
from bptutor.grading.catalogue.expected_answer import Target
from bptutor.grading.catalogue.order import implied, place, silenced
from bptutor.grading.catalogue.table import CATALOGUE
from bptutor.notation.values.evaluate import Values

Array = NDArray[np.float64]
ZERO = 1e-13
"""Sizes up to which an answer is 0 but for rounding."""
CHANCE = 0.05
"""Most likely it may be that one of the guesses meets the one number of a learner by accident."""
CHANCE_OF_LISTS = 0.1
"""The same for several numbers, which also tell by their pattern, such as zeros: the estimate does not count that."""
ROUND = 3
"""Most decimals of round numbers."""
RESOLVED = 1e-9
"""How far a round number may be from its decimals."""


class Fit(NamedTuple):
    """A mistake that an answer is."""

    mistake: Row
    part: str
    """The name that it is about; empty for the whole."""
    paired: bool = False
    """Whether only this and another one together give the answer."""
    indices: tuple[str, ...] = ()
    """The two indices of the cases that it is about, where it is about those."""


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


def fits(target: Target, met: Met, pairs: bool = True) -> list[Fit]:
    """Return the mistakes that equal the answer on every draw, in catalogue order; else the one pair that does.

    Args:
        target: What is asked.
        met: The answer on draws.
        pairs: Whether two mistakes at once are looked for.
    """
    if not met.draws:
        return []
    first = met.draws[0]
    nothing = not any(draw.got.any() for draw in met.draws)
    tiny = all(np.abs(draw.got).max(initial=0.0) <= ZERO * _scale(draw) for draw in met.draws)
    found: dict[str, tuple[Fit, Made]] = {}
    for made in guesses(target).on(first.values):
        name = made.mistake.id
        if name in found or nothing is not (name == "bias-zero"):
            continue
        if made.mistake.vague and (found or tiny):  # zeros are many things at once
            continue
        if met.equal(made.array, first.got, first.counts) and met.made(made.guess):
            found[name] = (Fit(made.mistake, made.part), made)
    if not met.relative and not nothing:
        found = _unlikely(found, target, met)
    return [fit for fit, _ in found.values()] or (_pair(target, met) if pairs and not nothing else [])


def _scale(draw: Draw) -> float:
    return max(1.0, float(np.abs(draw.truth).max(initial=0.0)))


def _unlikely(found: dict[str, tuple[Fit, Made]], target: Target, met: Met) -> dict[str, tuple[Fit, Made]]:
    """Return the mistakes that few numbers meet by accident: of the plainest kind, and told apart on other draws."""
    (draw,) = met.draws
    tried, most = _tried(target, met), CHANCE if draw.got.size == 1 else CHANCE_OF_LISTS
    kept = {
        name: one
        for name, one in found.items()
        if (changed_everywhere(one[0].mistake, target, met) and _is_precise(one[0].mistake, target, met, most))
        or by_accident(tried[plainness(one[0].mistake)], met, spacing(draw)) <= most
    }
    if not kept:
        return {}
    less = silenced(set(kept)) | implied(set(kept))
    plainest = min(plainness(fit.mistake) for fit, _ in kept.values())
    few = [made for fit, made in kept.values() if plainness(fit.mistake) == plainest and fit.mistake.id not in less]
    if not few or (draw.got.size == 1 and not all(_alike(few[0], made, target) for made in few[1:])):
        return {}
    arrays = [made.array for made in few]
    return {
        name: one
        for name, one in kept.items()
        if plainness(one[0].mistake) == plainest
        or (_same(one[1].array, arrays[0]) and (draw.got.size > 1 or _alike(few[0], one[1], target)))
    }


def plainness(mistake: Row) -> int:
    """Return how soon a mistake is thought of: 0 for changes of the value, 2 for what only fits where no other does."""
    if mistake.change is not None:
        return 0
    return 2 if mistake.vague or mistake.id == "other-quantity" else 1


def changed_everywhere(mistake: Row, target: Target, met: Met) -> bool:
    """Return whether a mistake says no more than that every entry is changed in one way, and each of them is."""
    changes = () if mistake.change is None else mistake.change(target)
    return any(met.made(partial(_on_truth, target, change)) for change in changes)


def _is_precise(mistake: Row, target: Target, met: Met, most: float) -> bool:
    """Return whether the digits bear out a change of every entry."""
    changes = () if mistake.change is None else tuple(mistake.change(target))
    return by_accident(len(changes), met) <= most


def _on_truth(target: Target, change: Change, values: Values) -> Array:
    return change(target.truth(values), values)


def _elsewhere(target: Target) -> Values | None:
    """Return other numbers of the scene; None where it has none."""
    try:
        return next(iter(target.comparison.draws()))
    except TROUBLE:
        return None


def _tried(target: Target, met: Met) -> tuple[int, int, int]:
    """Return how many different numbers, no larger than the answer's, were held against it up to each plainness."""
    (draw,) = met.draws
    largest = _largest(draw) + met.tolerance
    seen: tuple[set[bytes], ...] = (set(), set(), set())
    for made in guesses(target).on(draw.values):
        if made.array.size != draw.got.size or _same(made.array, draw.truth):
            continue
        if np.abs(made.array).max(initial=0.0) <= largest:
            key = np.round(made.array / met.tolerance).tobytes()
            for n in range(plainness(made.mistake), len(seen)):
                seen[n].add(key)
    return len(seen[0]), len(seen[1]), len(seen[2])


def _alike(one: Made, other: Made, target: Target) -> bool:
    """Return whether two mistakes that give one number give one on other numbers too: else it tells neither."""
    elsewhere = _elsewhere(target)
    if elsewhere is None:
        return False
    here, there = entries(one.guess, elsewhere), entries(other.guess, elsewhere)
    return here is not None and there is not None and _same(here, there)


def _same(one: Array, other: Array) -> bool:
    return one.size == other.size and bool(np.allclose(one.ravel(), other.ravel(), rtol=1e-9, atol=1e-12))


def by_accident(tried: int, met: Met, step: float = 0.0) -> float:
    """Return how likely it is that one of so many guesses meets numbers as large as these within the tolerance.

    Only entries that differ from what is asked count: the others are met by what is right too.

    Args:
        tried: How many guesses.
        met: The numbers.
        step: What all numbers are multiples of: of round numbers there are few, which a guess meets the more often.
    """
    (draw,) = met.draws
    largest = _largest(draw)
    differ = draw.got.size
    if draw.got.shape == draw.truth.shape:
        differ = int((np.abs(draw.got - draw.truth) > met.tolerance).sum())
    if not largest:
        return 1.0
    chance = max(min(1.0, met.tolerance / largest), 1 / (1 + 2 * largest / step) if step else 0.0)
    return float(tried * chance**differ)


def _largest(draw: Draw) -> float:
    return max(float(np.abs(side).max(initial=0.0)) for side in (draw.truth, draw.got))


def spacing(draw: Draw) -> float:
    """Return the power of ten that all entries of an answer and of what is asked are multiples of; 0 for none."""
    both = np.concatenate([draw.truth.ravel(), draw.got.ravel()])
    for decimals in range(ROUND + 1):
        if np.abs(both - np.round(both, decimals)).max(initial=0.0) < RESOLVED:
            return float(10.0**-decimals)
    return 0.0


def _pair(target: Target, met: Met) -> list[Fit]:
    """Return the only two mistakes that together give the answer; nothing when there is no such pair, or several.

    Of numbers only mistakes on the value alone are told: a sign with a factor.
    """
    first = met.draws[0]
    few = not met.relative
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
    if len(found) != 1 or (few and by_accident(_pairs_tried(target, first), met, spacing(first)) > CHANCE):
        return []
    (both,) = found.values()
    return sorted(both, key=lambda fit: place(fit.mistake.id))


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
