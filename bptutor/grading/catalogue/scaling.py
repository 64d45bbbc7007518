"""Mistakes that are seen on the value: a factor, a mean, an axis, a part of the batch."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.notation.equality.tolerances import EQUAL, FACTOR, close
from bptutor.notation.scope import Role
from bptutor.notation.transform.definitions import scalars
from bptutor.notation.tree import Call, Div, Expr, Name, walk
from bptutor.notation.values.evaluate import Values

if TYPE_CHECKING:
    from bptutor.grading.catalogue.hypotheses import Change, Target

Array = NDArray[np.float64]
NOTHING: Array = np.full((), np.nan)
"""What equals no answer."""
BASES = (float(np.log(10)), float(np.log(2)))
DEGREE = float(np.pi / 180)


def size(values: Values, axis: str) -> float:
    """Return the size of an axis on a draw."""
    return float(values.sizes[axis]) if axis in values.sizes else float(values[axis])


def negative(_: Target) -> Iterator[Change]:
    """−truth."""
    yield lambda truth, values: -truth


def _batch_axes(target: Target) -> Iterator[str]:
    """Yield the axes that a mean runs over, without that of the classes."""
    yield from dict.fromkeys(axis for axis in (*_means(target), target.parts.batch) if axis)


def _means(target: Target) -> Iterator[str]:
    """Yield the axes whose size divides the loss, or what is asked."""
    yield from target.parts.mean_over
    for part in walk(target.comparison.expected):
        below = getattr(part, "den", None)
        if isinstance(below, Expr):
            yield from (p.id for p in walk(below) if isinstance(p, Name) and p.id in target.scope.sizes)


def times_batch(target: Target) -> Iterator[Change]:
    """B · truth."""
    if any(_means(target)):
        yield from (partial(_times, axis) for axis in _batch_axes(target))


def over_batch(target: Target) -> Iterator[Change]:
    """Truth / B."""
    yield from (partial(_over, axis) for axis in _batch_axes(target))


def twice_or_half(_: Target) -> Iterator[Change]:
    """2 · truth, truth / 2."""
    yield lambda truth, values: 2 * truth
    yield lambda truth, values: truth / 2


def over_last(target: Target) -> Iterator[Change]:
    """Truth / C, with C the outputs of the last layer."""
    axes = [target.scope.names[made.a].axes for made in reversed(target.parts.activations)]
    for of in target.losses:
        loss = target.scope.names[of].definition
        known = [part.id for part in walk(loss) if isinstance(part, Name)] if loss is not None else []
        axes = [target.scope.names[name].axes for name in known if name in target.scope.names] + axes
    for found in axes:
        if found and found[-1] not in _batch_axes(target):
            yield partial(_over, found[-1])
            return


def _over(axis: str, truth: Array, values: Values) -> Array:
    return truth / size(values, axis)


def _times(axis: str, truth: Array, values: Values) -> Array:
    return truth * size(values, axis)


def transposed(_: Target) -> Iterator[Change]:
    """truthᵀ."""
    yield lambda truth, values: truth.T if truth.ndim == 2 else NOTHING


def first_example(target: Target) -> Iterator[Change]:
    """Row 0 of what has a row for each example; the rest computed from row 0 of the batch alone."""
    batch = target.parts.batch
    if batch:
        yield lambda truth, values: truth[0] if truth.ndim and len(truth) == size(values, batch) else NOTHING
        yield lambda truth, values: _in_every_row(truth, int(size(values, batch)))
        yield partial(_first, target, False)
        yield partial(_first, target, True)


def _in_every_row(truth: Array, examples: int) -> Array:
    """Return row 0 in the place of each row of a batch."""
    return np.broadcast_to(truth[:1], truth.shape) if truth.ndim and len(truth) == examples else NOTHING


def next_class(target: Target) -> Iterator[Change]:
    """The number that is asked for, with each one-hot row turned to the class beside it."""
    if target.comparison.layout.all_axes:
        return
    for name, made in target.scope.names.items():
        if made.role is Role.GIVEN and made.axes:
            yield from (partial(_beside, target, name, step) for step in (1, -1))


def _beside(target: Target, name: str, step: int, _: Array, values: Values) -> Array:
    given = {other: np.asarray(array) for other, array in values.given.items()}
    rows = given[name]
    if not np.isin(rows, (0, 1)).all() or not (rows.sum(axis=-1) == 1).all():
        return NOTHING
    given[name] = np.roll(rows, step, axis=-1)
    return target.comparison.truth(Values(values.scope, given, values.sizes))


def _first(target: Target, shared: bool, truth: Array, values: Values) -> Array:
    batch = target.parts.batch
    given = {name: np.asarray(array) for name, array in values.given.items()}
    for name, array in given.items():
        declared = target.scope.names.get(name)
        if declared and declared.role is Role.GIVEN and batch in declared.axes:
            given[name] = array.take([0], axis=declared.axes.index(batch))
    alone = Values(values.scope, given, {**values.sizes, batch: 1})
    made = target.comparison.truth(alone)
    return made / size(values, batch) if shared else made


def slope_added(target: Target) -> Iterator[Change]:
    """Multiply by s(1 − s) or 1 − s², with s a sum that goes through no activation, or an input."""
    through = {made.z for made in target.parts.activations} | {made.a for made in target.parts.activations}
    names = dict.fromkeys((*(layer.z for layer in target.parts.layers), *target.parts.below()))
    for name in names:
        if name not in through and target.scope.names[name].axes == target.comparison.layout.all_axes:
            yield partial(_sloped, name, 1)
            yield partial(_sloped, name, 2)


def _sloped(name: str, power: int, truth: Array, values: Values) -> Array:
    s = np.asarray(values[name], dtype=float)
    sloped: Array = truth * (s * (1 - s) if power == 1 else 1 - s**2)
    return sloped


def of_log(target: Target) -> Iterator[Change]:
    """What a logarithm to base 10 or 2 leaves in a slope: truth / ln 10; or ln 10 on the wrong side."""
    if _uses(target, {"log"}) or any(isinstance(part, Div) for tree in target.trees for part in walk(tree)):
        for base in BASES:
            yield from (partial(_scaled, factor) for factor in (1 / base, base))


def _scaled(factor: float, truth: Array, _: Values) -> Array:
    return truth * factor


def of_degrees(target: Target) -> Iterator[Change]:
    """What an angle in degrees leaves in a slope: truth · π/180; or 180/π."""
    if _uses(target, {"sin", "cos", "tan"}):
        yield lambda truth, values: truth * DEGREE
        yield lambda truth, values: truth / DEGREE


def _uses(target: Target, functions: set[str]) -> bool:
    """Return whether what is asked, or the number it is the gradient of, is made with one of these functions."""
    made = (target.scope.names[name].definition for name in scalars(target.scope) if target.asked)
    trees = (*target.trees, *(tree for tree in made if tree is not None))
    calls = (part for tree in trees for part in walk(tree) if isinstance(part, Call))
    return any(call.function.rstrip("'") in functions for call in calls)


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
