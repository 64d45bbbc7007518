"""Two trees compared by value: on which letters and axes, and on which draws.

The expected tree fixes an order of letters (first their appearance in the goal, then in the answer);
what a learner wrote is brought to it. Letters and positional axes may stand for each other: `p - y`
is read as `p_i - y_i` where the goal has the letter i, and the other way round.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bptutor.errors import BptutorError
from bptutor.grading.answer.fast_gradients import quick
from bptutor.notation.array_functions.arguments import NoSuchForm, NotComputed
from bptutor.notation.scope import Scope
from bptutor.notation.shapes.axes import ShapeMisfit
from bptutor.notation.shapes.layout import Layout
from bptutor.notation.tree import Call, Derivative, Expr, Name, Neg, Number, Pow, walk
from bptutor.notation.values.backends import DIGITS
from bptutor.notation.values.complex_backend import COMPLEX
from bptutor.notation.values.conditions import satisfied
from bptutor.notation.values.evaluate import NoValue, UnknownLetter, Values, evaluate
from bptutor.notation.values.sampling import Held

Array = NDArray[np.float64]

PROBES = 3
"""Draws that decide at first."""
MORE = 3
"""Draws that confirm an agreement."""
REDRAWS = 24
"""Draws tried before a text counts as having no value anywhere."""
CLOSE = 1e-9
"""Largest accepted difference, relative to the largest value met."""
MOST_LOST = 3
"""On so many draws an answer that agrees elsewhere may not be without a value where what is asked has one."""
APART = 1e-6
"""Least difference of complex values that counts."""
DIGIT_DRAWS = 2
"""Draws on which 50 digits must agree too."""
DIGITS_CLOSE = 1e-30
"""Largest difference at 50 digits, relative to the sides."""
LAST_BITS = 1e-13
"""Largest relative difference of floats that is rounding and nothing else."""
SMALL_EXPONENT = 6
"""From this exponent on a written power may be too small for floats to count."""
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
            ShapeMisfit: It has no value on these sizes: a position outside an array, a kernel larger than its
                image, a list of another length than the axis it meets.
        """
        try:
            return value(expr, values, self.layout, self.columns)
        except NotComputed:
            raise
        except UnknownLetter as unknown:
            raise NotComputed(str(unknown)) from unknown
        except (NoValue, NoSuchForm) as nothing:
            raise ShapeMisfit(
                f"your answer asks for {nothing}" if "outside" in str(nothing) else str(nothing)
            ) from None
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
        agreed = lost = 0
        for values in self.draws():
            truth, got = self.truth(values), self.given(expr, values)
            _fitting(truth, got)
            same = self.same(truth, got, values)
            if same is False:
                return Outcome.DIFFERENT
            agreed += same is True
            lost += same is None and bool(np.isfinite(truth[self.mask(values, truth.shape)]).all())
            if agreed == probes:
                break
        if agreed >= PROBES and lost < MOST_LOST:
            return Outcome.EQUAL
        return Outcome.DIFFERENT if not agreed and self._apart_as_complex(expr) else Outcome.NO_VALUE

    def _apart_as_complex(self, expr: Expr) -> bool:
        """Return whether an answer without a real value has a complex one, other than what is asked: √(−x²) for |x|."""
        for values in itertools.islice(self.draws(), PROBES):
            given = {name: values[name] for name in values.given}
            at = Values(quick(self.scene), given, values.sizes, COMPLEX)
            order, known = self.layout.letters, self.layout.known
            try:
                with np.errstate(all="ignore"):
                    got = evaluate(expr, at, order=order, columns=self.columns, known=known)
                    gaps = np.abs(got - self.truth(values))
            except (BptutorError, ArithmeticError, ValueError, KeyError, TypeError):
                return False
            counted = gaps[self.mask(values, gaps.shape)]
            if not np.isfinite(counted).all() or counted.max(initial=0.0) < APART:
                return False
        return True

    def borne_out(self, expr: Expr) -> bool:
        """Return whether 50 digits agree too: floats take 1e-12 too much, or e^{-40}, for nothing.

        Derivatives of whole definitions take long at 50 digits; there the floats must agree to the last bits.
        """
        if slow(quick(self.scene), (self.expected, expr)):
            return self._to_the_last_bits(expr) and not any(_tiny(part) for part in walk(expr))
        found = 0
        for values in self.draws():
            same = self._same_digits(expr, values)
            if same is False:
                return False
            found += same is True
            if found == DIGIT_DRAWS:
                return True
        return self._to_the_last_bits(expr)

    def _same_digits(self, expr: Expr, values: Values) -> bool | None:
        """Return whether both sides agree at 50 digits on a draw; None where one has no value."""
        scope = quick(self.scene)
        given = {name: values[name] for name in values.given}
        try:
            exact = satisfied(scope, given, values.sizes, Held.of(scope), DIGITS)
            if exact is None:
                return None
            at = Values(scope, exact, values.sizes, DIGITS)
            left, right = (
                evaluate(side, at, order=self.layout.letters, columns=self.columns, known=self.layout.known)
                for side in (self.expected, expr)
            )
            gaps = np.broadcast_arrays(abs(left - right), abs(left), abs(right))
        except (BptutorError, ArithmeticError, ValueError, KeyError, TypeError):
            return None
        counts = self.mask(values, gaps[0].shape)
        gap, *sizes = (max((abs(x) for x in part[counts].flat), default=0) for part in gaps)
        if not np.isfinite(float(gap)):
            return None
        return bool(gap <= DIGITS_CLOSE * max(sizes))

    def _to_the_last_bits(self, expr: Expr) -> bool:
        for n, values in enumerate(self.draws()):
            left, right = np.broadcast_arrays(self.truth(values), self.given(expr, values))
            counts = self.mask(values, left.shape)
            gap, scale = np.abs(left - right)[counts], np.abs(left)[counts]
            if gap.size and np.isfinite(gap).all() and gap.max() > LAST_BITS * scale.max():
                return False
            if n == PROBES:
                break
        return True

    def same(self, truth: Array, got: Array, values: Values) -> bool | None:
        """Return whether two arrays agree where the condition holds; None when they do as far as both are finite."""
        try:
            shape = np.broadcast_shapes(truth.shape, got.shape)
        except ValueError:
            return False
        counts = self.mask(values, shape)
        left, right = (np.broadcast_to(side, shape)[counts] for side in (truth, got))
        known = np.isfinite(left) & np.isfinite(right)
        if not close(left[known], right[known]):
            return False
        return True if known.all() else None


def _fitting(truth: Array, got: Array) -> None:
    """Refuse arrays whose shapes do not pair.

    Raises:
        ShapeMisfit: They do not.
    """
    try:
        np.broadcast_shapes(truth.shape, got.shape)
    except ValueError:
        raise ShapeMisfit(f"your answer has the shape {got.shape}, what is asked has {truth.shape}") from None


def slow(scope: Scope, exprs: tuple[Expr, ...]) -> bool:
    """Return whether trees hold a derivative, themselves or in what their names are defined by."""
    seen: set[str] = set()
    waiting = list(exprs)
    while waiting:
        for part in walk(waiting.pop()):
            if isinstance(part, Derivative):
                return True
            if isinstance(part, Name) and part.id not in seen:
                seen.add(part.id)
                declared = scope.names.get(part.id)
                if declared and declared.definition is not None:
                    waiting.append(declared.definition)
    return False


def _tiny(part: Expr) -> bool:
    """Return whether something is written that floats may swallow: a number of many digits, 10^-9, e^{-40}."""
    if isinstance(part, Number):
        return max(abs(part.value.numerator), part.value.denominator) > 10**6
    above = part.exponent if isinstance(part, Pow) else part.args[0] if isinstance(part, Call) and part.args else None
    above = above.arg if isinstance(above, Neg) else above
    return isinstance(above, Number) and abs(above.value) >= SMALL_EXPONENT


def close(left: Array, right: Array) -> bool:
    """Return whether two arrays of one shape are equal up to rounding."""
    if not left.size:
        return True
    scale = max(1.0, float(np.max(np.abs(left), initial=0.0)))
    return bool(np.max(np.abs(left - right), initial=0.0) <= CLOSE * scale)
