"""Which mistakes an answer is: one, or exactly one pair."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.guesses import Change, Guess, Target
from bptutor.grading.guesses import Mistake as Row
from bptutor.grading.met import TROUBLE, Draw, Met, entries
from bptutor.grading.mistakes import CATALOGUE, PLACE
from bptutor.notation.value import Values

Array = NDArray[np.float64]
Fit = tuple[Row, str]
"""A mistake, and the name that it is about."""
FEWEST = 4
"""Entries that numbers must have for two mistakes at once to be told from chance."""


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
    found: dict[str, Fit] = {}
    for made in guesses(target).on(first.values):
        name = made.mistake.id
        if name in found or (made.mistake.vague and found) or (nothing and name != "bias-zero"):
            continue  # zeros are many things at once
        if met.equal(made.array, first.got, first.counts) and met.made(made.guess):
            found[name] = (made.mistake, made.part)
    return list(found.values()) or ([] if nothing else _pair(target, met))


def _pair(target: Target, met: Met) -> list[Fit]:
    """Return the only two mistakes that together give the answer; nothing when there is no such pair, or several."""
    first = met.draws[0]
    if not met.relative and first.got.size < FEWEST:
        return []
    found: dict[frozenset[str], list[Fit]] = {}
    for change, change_of in _changes(target):
        for made in guesses(target).on(first.values):
            if made.mistake.vague or made.mistake.id == "other-quantity" or made.mistake is change:
                continue
            if not _fits_first(made, change_of, first, met):
                continue
            if met.made(partial(_changed, made.guess, change_of)) and met.differs(made.guess):
                found.setdefault(frozenset({change.id, made.mistake.id}), [(change, ""), (made.mistake, made.part)])
    if len(found) != 1:
        return []
    (pair,) = found.values()
    return sorted(pair, key=lambda fit: PLACE[fit[0].id])


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
