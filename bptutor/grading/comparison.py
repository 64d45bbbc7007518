"""Two trees compared by value: on which letters and axes, and on which draws.

The expected tree fixes an order of letters (first their appearance in the goal, then in the answer);
what a learner wrote is brought to it. Letters and positional axes may stand for each other: `p - y`
is read as `p_i - y_i` where the goal has the letter i, and the other way round.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bptutor.errors import UnreadableAnswer
from bptutor.grading.layouts import Layout
from bptutor.notation.axes import ShapeMisfit
from bptutor.notation.scope import Scope
from bptutor.notation.tree import Expr
from bptutor.notation.value import NoValue, Values, evaluate

Array = NDArray[np.float64]

PROBES = 3
"""Draws that decide at first."""
MORE = 3
"""Draws that confirm an agreement."""
REDRAWS = 24
"""Draws tried before a text counts as having no value anywhere."""
CLOSE = 1e-9
"""Largest accepted difference, relative to the largest value met."""
_kept: OrderedDict[tuple[int, int, tuple[tuple[str, int], ...]], tuple[Fresh, Values]] = OrderedDict()


class Fresh(Protocol):
    """What draws come from: a scene, or what stands for one."""

    @property
    def scope(self) -> Scope:
        """The names."""

    def fresh(self, seed: int, sizes: Mapping[str, int] | None = None) -> Values:
        """Return values for a probe."""


def fresh(scene: Fresh, n: int, sizes: tuple[tuple[str, int], ...] = ()) -> Values:
    """Return draw `n` of a scene for probing: literals redrawn, sizes distinct. Recent draws are kept.

    Args:
        scene: The scene.
        n: Any whole number; the same for the same draw.
        sizes: Axis and size, where they must not be drawn.
    """
    key = (id(scene), n, sizes)
    if key not in _kept:
        _kept[key] = (scene, scene.fresh(n, dict(sizes) or None))
        if len(_kept) > 8 * REDRAWS:
            _kept.popitem(last=False)
    return _kept[key][1]


class Outcome(Enum):
    """What comparing on draws showed."""

    EQUAL = "equal"
    DIFFERENT = "different"
    NO_VALUE = "no value"
    """One of the two has no finite value on any draw."""


def value(expr: Expr, values: Values, expected: Layout, columns: bool) -> Array:
    """Return the entries of a tree in the expected order; letters that it lacks are broadcast."""
    with np.errstate(all="ignore"):
        found = evaluate(expr, values, order=expected.letters, columns=columns, known=expected.known)
    return np.asarray(found, dtype=float)


@dataclass(frozen=True)
class Comparison:
    """How a learner's tree is held against an expected one."""

    scene: Fresh
    expected: Expr
    layout: Layout
    columns: bool
    where: Expr | None = None
    sizes: tuple[tuple[str, int], ...] = ()
    """Sizes that hold on every draw: those the learner sees, where a position or a written list needs them."""

    def truth(self, values: Values) -> Array:
        """Return the expected entries, on all letters of the layout."""
        return value(self.expected, values, self.layout, self.columns)

    def given(self, expr: Expr, values: Values) -> Array:
        """Return the entries of another tree in the same order.

        Raises:
            UnreadableAnswer: It has no value here, such as a position outside an array.
            ShapeMisfit: A list in it has another length than the axis it meets.
        """
        try:
            return value(expr, values, self.layout, self.columns)
        except NoValue as nothing:
            raise UnreadableAnswer(1, str(nothing), "look at the sizes") from None
        except ValueError as apart:
            raise ShapeMisfit("the sizes of two parts do not fit") from apart

    def mask(self, values: Values, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        """Return which entries count: all, or those where the question's condition holds."""
        if self.where is None:
            return np.ones(shape, dtype=bool)
        holds = value(self.where, values, self.layout, self.columns)
        return np.broadcast_to(holds > 0.5, shape)

    def draws(self) -> Iterator[Values]:
        """Yield the draws to compare on, in order."""
        for n in range(REDRAWS):
            yield fresh(self.scene, n, self.sizes)

    def compare(self, expr: Expr, probes: int = PROBES + MORE) -> Outcome:
        """Compare on draws where both sides are finite; draws with domain trouble are replaced."""
        agreed = 0
        for values in self.draws():
            same = self.same(self.truth(values), self.given(expr, values), values)
            if same is False:
                return Outcome.DIFFERENT
            agreed += same is True
            if agreed == probes:
                return Outcome.EQUAL
        return Outcome.EQUAL if agreed >= PROBES else Outcome.NO_VALUE

    def same(self, truth: Array, got: Array, values: Values) -> bool | None:
        """Return whether two arrays agree where the condition holds; None when one is not finite there."""
        try:
            shape = np.broadcast_shapes(truth.shape, got.shape)
        except ValueError:
            return False
        counts = self.mask(values, shape)
        left, right = (np.broadcast_to(side, shape)[counts] for side in (truth, got))
        if not (np.isfinite(left).all() and np.isfinite(right).all()):
            return None
        return bool(close(left, right))


def close(left: Array, right: Array) -> bool:
    """Return whether two arrays of one shape are equal up to rounding."""
    if not left.size:
        return True
    scale = max(1.0, float(np.max(np.abs(left), initial=0.0)))
    return bool(np.max(np.abs(left - right), initial=0.0) <= CLOSE * scale)
