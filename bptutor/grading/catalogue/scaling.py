"""Mistakes that multiply every entry: a sign, a mean, a factor of two."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.catalogue import gradient_step
from bptutor.grading.catalogue.base import Change, Mistake, any_of, on_tree, on_trees, on_value, steps
from bptutor.notation.equality.tolerances import EQUAL, FACTOR, close
from bptutor.notation.transform.products import TWO, times
from bptutor.notation.transform.rewrite import Made, is_place, main_name
from bptutor.notation.tree import Expr, Mul, Name, walk
from bptutor.notation.values.evaluate import Values

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer

Array = NDArray[np.float64]


def size(values: Values, axis: str) -> float:
    """Return the size of an axis on a draw."""
    return float(values.sizes[axis]) if axis in values.sizes else float(values[axis])


def negative(_: ExpectedAnswer) -> Iterator[Change]:
    """−truth."""
    yield lambda truth, values: -truth


def _batch_axes(expected: ExpectedAnswer) -> Iterator[str]:
    """Yield the axes that a mean runs over, without that of the classes."""
    yield from dict.fromkeys(axis for axis in (*_means(expected), expected.parts.batch) if axis)


def _means(expected: ExpectedAnswer) -> Iterator[str]:
    """Yield the axes whose size divides the loss, or what is asked."""
    yield from expected.parts.mean_over
    for part in walk(expected.comparison.expected):
        below = getattr(part, "den", None)
        if isinstance(below, Expr):
            yield from (p.id for p in walk(below) if isinstance(p, Name) and p.id in expected.scope.sizes)


def times_batch(expected: ExpectedAnswer) -> Iterator[Change]:
    """B · truth."""
    if any(_means(expected)):
        yield from (partial(_by_size, axis, 1) for axis in _batch_axes(expected))


def over_batch(expected: ExpectedAnswer) -> Iterator[Change]:
    """Truth / B."""
    yield from (partial(_by_size, axis, -1) for axis in _batch_axes(expected))


def twice_or_half(_: ExpectedAnswer) -> Iterator[Change]:
    """2 · truth, truth / 2."""
    yield lambda truth, values: 2 * truth
    yield lambda truth, values: truth / 2


def over_last(expected: ExpectedAnswer) -> Iterator[Change]:
    """Truth / C, with C the outputs of the last layer."""
    axes = [expected.scope.names[made.a].axes for made in reversed(expected.parts.activations)]
    for of in expected.losses:
        loss = expected.scope.names[of].definition
        known = [part.id for part in walk(loss) if isinstance(part, Name)] if loss is not None else []
        axes = [expected.scope.names[name].axes for name in known if name in expected.scope.names] + axes
    for found in axes:
        if found and found[-1] not in _batch_axes(expected):
            yield partial(_by_size, found[-1], -1)
            return


def _by_size(axis: str, power: int, truth: Array, values: Values) -> Array:
    return truth * size(values, axis) ** power


def ratio(truth: Array, got: Array) -> float | None:
    """Return c where got = c · truth in every entry that is not 0; None when there is no such c."""
    counts = np.abs(truth) > EQUAL
    if truth.shape != got.shape or not counts.any() or np.abs(got[~counts]).max(initial=0.0) > EQUAL:
        return None
    factors = got[counts] / truth[counts]
    first = float(factors.flat[0])
    return first if close(np.full(factors.shape, first), factors, FACTOR) else None


def offset(truth: Array, got: Array) -> float | None:
    """Return c where got = truth + c in every entry; None when there is no such c."""
    if truth.shape != got.shape:
        return None
    steps = got - truth
    first = float(steps.flat[0])
    return first if close(np.full(steps.shape, first), steps, FACTOR) else None


def without_two(expr: Expr) -> Made:
    """Leave out a 2 that multiplies."""
    if isinstance(expr, Mul) and TWO in expr.factors and len(expr.factors) > 1 and not is_place(expr):
        yield times(*(factor for factor in expr.factors if factor != TWO)), main_name(expr)


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "sign",
        "the opposite sign",
        "Your step goes up the slope. Look at what a small nudge upwards does.",
        any_of(on_value(negative), on_trees(gradient_step.climbing, steps)),
        says={
            "everywhere+plain": "Your answer has the right size and the other sign. Look at each minus.",
            "everywhere+classes": "Your numbers have the right size and the opposite direction. "
            "Look at the nudge of the true class.",
            "everywhere": "Your answer has the right size and the opposite direction. "
            "Look at what a small nudge upwards does.",
            "paired": "Your answer points the opposite way. Look at what a small nudge upwards does.",
            "part": "Your step goes up the slope. Look at what a small nudge of {part} upwards does.",
        },
        change=negative,
    ),
    Mistake(
        "no-batch-mean",
        "the mean over the batch left out",
        "Your answer is too large by the number of terms of a mean. Look at {averaged}.",
        on_value(times_batch),
        says={
            "paired": "One of two slips here is about a mean. Look at {averaged}.",
            "numbers": "Your numbers are too large by the number of terms of a mean. Look at {averaged}.",
            "batch+slope": "Copying the batch would double your gradient but not {loss}. Look at {averaged}.",
            "batch": "Copying the batch would double your answer, and what is asked stays. Look at {averaged}.",
        },
        change=times_batch,
    ),
    Mistake(
        "twice-batch-mean",
        "the mean over the batch taken twice",
        "Your answer is too small by the number of terms of a mean. Look at how often that number enters.",
        on_value(over_batch),
        says={
            "paired": "One of two slips here is about a mean. Look at how often the number of its terms enters.",
            "numbers": "Your numbers are too small by the number of terms of a mean. "
            "Look at how often that number enters.",
            "batch+slope": "Copying the batch would halve your gradient but not change {loss}. "
            "Look at how often the batch size enters.",
            "batch": "Copying the batch would halve your answer, and what is asked stays. "
            "Look at how often the batch size enters.",
        },
        change=over_batch,
    ),
    Mistake(
        "factor-two",
        "a factor of two",
        "A part of your answer is off by a factor of two. Look at its terms one by one.",
        any_of(on_value(twice_or_half), on_tree(without_two)),
        says={
            "everywhere+square": "Your answer is off by a factor of two everywhere. Look at the square in the loss.",
            "everywhere": "Your answer is twice what is asked, or half of it. Look at each factor.",
            "paired": "One of two slips here is a factor of two. Look at each factor.",
        },
        change=twice_or_half,
    ),
    Mistake(
        "class-mean",
        "averaged over the classes too",
        "Your answer shrinks when outputs are added. Look at what {loss} averages over.",
        on_value(over_last),
        says={
            "paired": "One of two slips here is about a mean. Look at what {loss} averages over.",
            "numbers": "Your numbers are too small by the number of outputs. Look at what {loss} averages over.",
            "softmax": "Your answer shrinks when classes are added. Look at what {loss} averages over.",
        },
        change=over_last,
    ),
)
