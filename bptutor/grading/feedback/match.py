"""Which mistakes an answer is: one, or exactly one pair."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.answer.answer_samples import TROUBLE, AnswerSamples, Sample, entries
from bptutor.grading.catalogue.base import Change, Hypothesis, Mistake, changed
from bptutor.grading.catalogue.expected_answer import ExpectedAnswer
from bptutor.grading.catalogue.order import LAST, implied, place, silenced
from bptutor.grading.catalogue.table import CATALOGUE
from bptutor.notation.equality.tolerances import EQUAL, LAST_DIGITS, close
from bptutor.notation.values.evaluate import Values

Array = NDArray[np.float64]
FALSE_POSITIVES = 0.05
"""Largest false-positive probability of a name: that a hypothesis meets the one number of a learner by chance."""
FALSE_POSITIVES_OF_LISTS = 0.1
"""The same for several numbers, which also tell by their pattern, such as zeros: the estimate does not count that."""
ROUND = 3
"""Most decimals of round numbers."""


class Match(NamedTuple):
    """A mistake that an answer is."""

    mistake: Mistake
    part: str
    """The name that it is about; empty for the whole."""
    paired: bool = False
    """Whether only this and another one together give the answer."""
    indices: tuple[str, ...] = ()
    """The two indices of the cases that it is about, where it is about those."""


class Evaluated(NamedTuple):
    """One hypothesis with its value on one draw."""

    mistake: Mistake
    hypothesis: Callable[[Values], Array]
    part: str
    array: Array


class EvaluatedHypotheses:
    """All hypotheses about one question; their values on a draw are computed once."""

    def __init__(self, expected: ExpectedAnswer) -> None:
        """Take the question."""
        self.rows = [(mistake, made, part) for mistake in CATALOGUE for made, part in _made(mistake, expected)]
        self._on: dict[Values, list[Evaluated]] = {}

    def on(self, values: Values) -> list[Evaluated]:
        """Return every hypothesis that has a value on a draw."""
        if values not in self._on:
            tried = ((row, entries(row[1], values)) for row in self.rows)
            self._on[values] = [Evaluated(*row, array) for row, array in tried if array is not None]
        return self._on[values]


def _made(mistake: Mistake, expected: ExpectedAnswer) -> list[Hypothesis]:
    """Return the hypotheses of a mistake; none where the question has no numbers to make them on."""
    try:
        return list(mistake.hypotheses(expected))
    except TROUBLE:
        return []


@lru_cache(maxsize=128)
def hypotheses(expected: ExpectedAnswer) -> EvaluatedHypotheses:
    """Return the hypotheses about a question; kept with it."""
    return EvaluatedHypotheses(expected)


def matches(expected: ExpectedAnswer, samples: AnswerSamples, pairs: bool = True) -> list[Match]:
    """Return the mistakes that equal the answer on every draw, in catalogue order; else the one pair that does.

    Args:
        expected: What is asked.
        samples: The answer on draws.
        pairs: Whether two mistakes at once are looked for.
    """
    if not samples.draws:
        return []
    first = samples.draws[0]
    nothing = not any(draw.got.any() for draw in samples.draws)
    tiny = all(np.abs(draw.got).max(initial=0.0) <= LAST_DIGITS * max(1.0, _size(draw.truth)) for draw in samples.draws)
    found: dict[str, Evaluated] = {}
    for one in hypotheses(expected).on(first.values):
        name = one.mistake.id
        if name in found or nothing is not (name == "bias-zero"):
            continue
        if one.mistake.vague and (found or tiny):  # zeros are many things at once
            continue
        if samples.equal(one.array, first.got, first.counts) and samples.made(one.hypothesis):
            found[name] = one
    if not samples.relative and not nothing:
        found = _likely(found, expected, samples)
    if found or not pairs or nothing:
        return [Match(one.mistake, one.part) for one in found.values()]
    return _pair(expected, samples)


# --- numbers: names that few of them meet by chance --------------------------------------------------------------


def _likely(found: dict[str, Evaluated], expected: ExpectedAnswer, samples: AnswerSamples) -> dict[str, Evaluated]:
    """Return the mistakes that few numbers meet by chance: of the simplest kind, and told apart on other draws."""
    (draw,) = samples.draws
    single = draw.got.size == 1
    tried, most = _tried(expected, samples), FALSE_POSITIVES if single else FALSE_POSITIVES_OF_LISTS
    kept = {
        name: one
        for name, one in found.items()
        if (changed_everywhere(one.mistake, expected, samples) and _is_precise(one.mistake, expected, samples, most))
        or false_positive_probability(tried[complexity(one.mistake)], samples, spacing(draw)) <= most
    }
    less = silenced(set(kept)) | implied(set(kept))
    simplest = min((complexity(one.mistake) for one in kept.values()), default=0)
    few = [one for name, one in kept.items() if complexity(one.mistake) == simplest and name not in less]
    if not few or (single and not all(_alike(few[0], one, expected) for one in few[1:])):
        return {}
    return {
        name: one
        for name, one in kept.items()
        if complexity(one.mistake) == simplest
        or (_same(one.array, few[0].array) and (not single or _alike(few[0], one, expected)))
    }


def complexity(mistake: Mistake) -> int:
    """Return how far-fetched a mistake is: 0 for changes of the value, 2 for what only fits where no other does."""
    if mistake.change is not None:
        return 0
    return 2 if mistake.vague or mistake.id == LAST else 1


def changed_everywhere(mistake: Mistake, expected: ExpectedAnswer, samples: AnswerSamples) -> bool:
    """Return whether a mistake says no more than that every entry is changed in one way, and each of them is."""
    return any(samples.made(partial(changed, expected, change)) for change in _changes_of(mistake, expected))


def _changes_of(mistake: Mistake, expected: ExpectedAnswer) -> tuple[Change, ...]:
    return () if mistake.change is None else tuple(mistake.change(expected))


def _is_precise(mistake: Mistake, expected: ExpectedAnswer, samples: AnswerSamples, most: float) -> bool:
    """Return whether the digits bear out a change of every entry."""
    return false_positive_probability(len(_changes_of(mistake, expected)), samples) <= most


def _tried(expected: ExpectedAnswer, samples: AnswerSamples) -> tuple[int, int, int]:
    """Return how many different numbers, no larger than the answer's, were held against it up to each complexity."""
    (draw,) = samples.draws
    largest = max(_size(draw.truth), _size(draw.got)) + samples.tolerance
    seen: tuple[set[bytes], ...] = (set(), set(), set())
    for one in hypotheses(expected).on(draw.values):
        if one.array.size != draw.got.size or _same(one.array, draw.truth):
            continue
        if _size(one.array) <= largest:
            key = np.round(one.array / samples.tolerance).tobytes()
            for n in range(complexity(one.mistake), len(seen)):
                seen[n].add(key)
    return len(seen[0]), len(seen[1]), len(seen[2])


def _alike(one: Evaluated, other: Evaluated, expected: ExpectedAnswer) -> bool:
    """Return whether two mistakes that give one number give one on other numbers too: else it tells neither."""
    try:
        elsewhere = next(iter(expected.comparison.draws()))
    except TROUBLE:
        return False
    here, there = entries(one.hypothesis, elsewhere), entries(other.hypothesis, elsewhere)
    return here is not None and there is not None and _same(here, there)


def _same(one: Array, other: Array) -> bool:
    return one.size == other.size and close(other.ravel(), one.ravel())


def false_positive_probability(tried: int, samples: AnswerSamples, step: float = 0.0) -> float:
    """Return how likely it is that one of so many hypotheses meets numbers as large as these within the tolerance.

    Only entries that differ from what is asked count: the others are samples by what is right too.

    Args:
        tried: How many hypotheses.
        samples: The numbers.
        step: What all numbers are multiples of: of round numbers there are few, which are samples the more often.
    """
    (draw,) = samples.draws
    largest = max(_size(draw.truth), _size(draw.got))
    differ = draw.got.size
    if draw.got.shape == draw.truth.shape:
        differ = int((np.abs(draw.got - draw.truth) > samples.tolerance).sum())
    if not largest:
        return 1.0
    chance = max(min(1.0, samples.tolerance / largest), 1 / (1 + 2 * largest / step) if step else 0.0)
    return float(tried * chance**differ)


def _size(array: Array) -> float:
    return float(np.abs(array).max(initial=0.0))


def spacing(draw: Sample) -> float:
    """Return the power of ten that all entries of an answer and of what is asked are multiples of; 0 for none."""
    both = np.concatenate([draw.truth.ravel(), draw.got.ravel()])
    steps = (decimals for decimals in range(ROUND + 1) if _size(both - np.round(both, decimals)) < EQUAL)
    return next((float(10.0**-decimals) for decimals in steps), 0.0)


# --- two mistakes at once ----------------------------------------------------------------------------------------


def _pair(expected: ExpectedAnswer, samples: AnswerSamples) -> list[Match]:
    """Return the only two mistakes that together give the answer; nothing when there is no such pair, or several.

    Of numbers only mistakes on the value alone are told: a sign with a factor.
    """
    first, few = samples.draws[0], not samples.relative
    found: dict[frozenset[str], list[Match]] = {}
    changes = [(mistake, change) for mistake in CATALOGUE for change in _changes_of(mistake, expected)]
    for mistake, change in changes:
        for one in hypotheses(expected).on(first.values):
            other = one.mistake
            if other.vague or other.id == LAST or other is mistake or (few and other.change is None):
                continue
            both = entries(partial(change, one.array), first.values)
            if both is None or not samples.equal(both, first.got, first.counts):
                continue
            if samples.made(partial(_changed_too, one.hypothesis, change)) and samples.differs(one.hypothesis):
                pair = [Match(mistake, "", paired=True), Match(other, one.part, paired=True)]
                found.setdefault(frozenset({mistake.id, other.id}), pair)
    plain = {names: pair for names, pair in found.items() if all(match.mistake.change is not None for match in pair)}
    found = plain or found  # a sign and a factor explain more simply than what happens to equal them
    if len(found) != 1:
        return []
    if few and false_positive_probability(_pairs_tried(changes, first), samples, spacing(first)) > FALSE_POSITIVES:
        return []
    (pair,) = found.values()
    return sorted(pair, key=lambda match: place(match.mistake.id))


def _pairs_tried(changes: list[tuple[Mistake, Change]], draw: Sample) -> int:
    """Return how many numbers two mistakes on the value alone make of what is right."""
    known = [(mistake.id, change(draw.truth, draw.values)) for mistake, change in changes]
    fitting = [id_ for id_, array in known if array.shape == draw.truth.shape and np.isfinite(array).all()]
    return sum(one != other for one, other in combinations(fitting, 2))


def _changed_too(hypothesis: Callable[[Values], Array], change: Change, values: Values) -> Array:
    return change(hypothesis(values), values)
