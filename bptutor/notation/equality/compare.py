"""The comparator: whether what a learner wrote has the value of what is asked.

The expected tree fixes an order of letters (first their appearance in the goal, then in the answer), to which what a
learner wrote is brought. Floats decide first, on a few draws; 50 digits confirm what they say where rounding may be in
play; `probes` and `kinks` look at both sides of kinks too.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bptutor.notation.array_functions.arguments import NoSuchForm, NotComputed
from bptutor.notation.equality import tolerances
from bptutor.notation.equality.pairs import Difference, Pair
from bptutor.notation.equality.tolerances import close
from bptutor.notation.shapes.axes import ShapeMisfit
from bptutor.notation.shapes.layout import Layout
from bptutor.notation.transform.fast_gradients import quick
from bptutor.notation.tree import Call, Derivative, Expr, Name, Neg, Number, Pow, walk
from bptutor.notation.values.backends import Array
from bptutor.notation.values.complex_backend import COMPLEX
from bptutor.notation.values.conditions import Constraints
from bptutor.notation.values.evaluate import NoValue, UnknownLetter, Values, evaluate
from bptutor.notation.values.sampling import SceneLike, fresh

PROBES = 3
"""Draws that decide at first, and as many again that confirm an agreement."""
REDRAWS = 24
"""Draws tried before a text counts as having no value anywhere."""
MOST_LOST = 3
"""On so many draws an answer that agrees elsewhere may not be without a value where what is asked has one."""
DIGIT_DRAWS = 2
"""Draws on which 50 digits must agree too."""
SMALL_EXPONENT = 6
"""From this exponent on a written power may be too small for floats to count."""


def value(expr: Expr, values: Values, expected: Layout, columns: bool) -> NDArray[np.float64]:
    """Return the entries of a tree in the expected order; letters that it lacks are broadcast."""
    with np.errstate(all="ignore"):
        found = evaluate(expr, values, order=expected.letters, columns=columns, known=expected.known)
    return np.asarray(found, dtype=float)


@dataclass(frozen=True)
class Comparison:
    """How a learner's tree is held against an expected one."""

    scene: SceneLike
    expected: Expr
    layout: Layout
    columns: bool
    where: Expr | None = None
    sizes: tuple[tuple[str, int], ...] = ()
    """Sizes that hold on every draw: those the learner sees, where a position or a written list needs them."""

    def truth(self, values: Values) -> NDArray[np.float64]:
        """Return the expected entries, on all letters of the layout."""
        return value(self.expected, values, self.layout, self.columns)

    def given(self, expr: Expr, values: Values) -> NDArray[np.float64]:
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

    def compare(self, expr: Expr, probes: int = 2 * PROBES) -> bool | None:
        """Return whether an answer is equal on draws where both sides are finite; None where there are none."""
        agreed = lost = 0
        for values in self.draws():
            truth, got = self.truth(values), self.given(expr, values)
            _fitting(truth, got)
            same = self.same(truth, got, values)
            if same is False and not self._rounded(expr, truth, got, values):
                return False
            agreed += same is not None
            lost += same is None and bool(np.isfinite(truth[self.mask(values, truth.shape)]).all())
            if agreed == probes:
                break
        if agreed >= PROBES and lost < MOST_LOST:
            return True
        return False if not agreed and self._apart_as_complex(expr) else None

    def same(self, truth: Array, got: Array, values: Values, tolerance: float = tolerances.EQUAL) -> bool | None:
        """Return whether two arrays agree where the condition holds; None when they do as far as both are finite."""
        try:
            shape = np.broadcast_shapes(truth.shape, got.shape)
        except ValueError:
            return False
        counts = self.mask(values, shape)
        left, right = (np.broadcast_to(side, shape)[counts] for side in (truth, got))
        known = np.isfinite(left) & np.isfinite(right)
        if not close(left[known], right[known], tolerance):
            return False
        return True if known.all() else None

    def borne_out(self, expr: Expr) -> bool:
        """Return whether 50 digits agree too: floats take 1e-12 too much, or e^{-40}, for nothing.

        Derivatives of whole definitions take long at 50 digits; there the floats must agree to the last bits.
        """
        if self._slow(expr):
            return self._to_the_last_bits(expr) and not any(_tiny(part) for part in walk(expr))
        exact = (self._exactly(expr, values) for values in self.draws())
        known = list(itertools.islice((one.agrees(tolerances.DIGITS) for one in exact if one), DIGIT_DRAWS))
        return all(known) and (len(known) == DIGIT_DRAWS or self._to_the_last_bits(expr))

    def _pair(self, expr: Expr) -> Pair:
        letters, known = self.layout.letters, self.layout.known
        return Pair(self.expected, expr, quick(self.scene), self.where, self.columns, letters, letters, known)

    def _exactly(self, expr: Expr, values: Values) -> Difference | None:
        pair = self._pair(expr)
        given = {name: values[name] for name in values.given}
        return pair.exactly(given, values.sizes, Constraints.of(pair.scope))

    def _rounded(self, expr: Expr, truth: Array, got: Array, values: Values) -> bool:
        """Return whether a difference of floats is rounding alone, as 50 digits show: 10^14 takes what is added to it.

        They are asked where it is small, or where what may swallow something is written.
        """
        clear = self.same(truth, got, values, tolerances.CLEAR) is False
        if (clear and not any(_tiny(part) for part in walk(expr))) or self._slow(expr):
            return False
        exact = self._exactly(expr, values)
        return exact is not None and exact.agrees(tolerances.DIGITS)

    def _apart_as_complex(self, expr: Expr) -> bool:
        """Return whether an answer without a real value has a complex one, other than what is asked: √(−x²) for |x|."""
        pair = self._pair(expr)
        for values in itertools.islice(self.draws(), PROBES):
            found = pair.at({name: values[name] for name in values.given}, values.sizes, COMPLEX)
            if found is None or found.gap < tolerances.COMPLEX or not np.isfinite(self.truth(values)).all():
                return False
        return True

    def _to_the_last_bits(self, expr: Expr) -> bool:
        for values in itertools.islice(self.draws(), PROBES + 1):
            left, right = np.broadcast_arrays(self.truth(values), self.given(expr, values))
            counts = self.mask(values, left.shape)
            gap, scale = np.abs(left - right)[counts], np.abs(left)[counts]
            if gap.size and np.isfinite(gap).all() and gap.max() > tolerances.LAST_DIGITS * scale.max():
                return False
        return True

    def _slow(self, expr: Expr) -> bool:
        """Return whether a side holds a derivative, itself or in what its names are defined by."""
        scope, seen, waiting = quick(self.scene), set[str](), [self.expected, expr]
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


def _fitting(truth: Array, got: Array) -> None:
    """Refuse arrays whose shapes do not pair.

    Raises:
        ShapeMisfit: They do not.
    """
    try:
        np.broadcast_shapes(truth.shape, got.shape)
    except ValueError:
        raise ShapeMisfit(f"your answer has the shape {got.shape}, what is asked has {truth.shape}") from None


def _tiny(part: Expr) -> bool:
    """Return whether something is written that floats may swallow: a number of many digits, 10^-9, e^{-40}."""
    if isinstance(part, Number):
        return max(abs(part.value.numerator), part.value.denominator) > 10**6
    above = part.exponent if isinstance(part, Pow) else part.args[0] if isinstance(part, Call) and part.args else None
    above = above.arg if isinstance(above, Neg) else above
    return isinstance(above, Number) and abs(above.value) >= SMALL_EXPONENT
