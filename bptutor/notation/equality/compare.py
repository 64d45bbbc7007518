"""The comparator: two trees brought to common letters and axes, and whether their values agree.

A `Comparison` is what answers are held against: the expected tree fixes an order of letters (first their appearance in
the goal, then in the answer), and what a learner wrote is brought to it. A `Pair` is two trees, whose letters and
positional axes may stand for each other: `p - y` is read as `p_i - y_i` where the other side has the letter i. Both
compare in floats first, then at 50 digits; `probes` looks at both sides of kinks too.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptutor.errors import BptutorError
from bptutor.notation.array_functions.arguments import NoSuchForm, NotComputed
from bptutor.notation.equality import tolerances
from bptutor.notation.equality.tolerances import close
from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes
from bptutor.notation.shapes.axes import ShapeMisfit
from bptutor.notation.shapes.layout import Layout
from bptutor.notation.transform.fast_gradients import quick
from bptutor.notation.tree import Call, Derivative, Expr, Letter, Name, Neg, Number, Pow, walk
from bptutor.notation.values.backends import DIGITS, FLOATS, Array, Field
from bptutor.notation.values.complex_backend import COMPLEX
from bptutor.notation.values.conditions import Held, satisfied
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
TROUBLE = (BptutorError, ArithmeticError, ValueError, KeyError, TypeError)
"""What evaluating raises where a side has no value."""


class Misfit(Exception):
    """The two sides have different free letters or axes."""

    def __init__(self, rule: str, text: str) -> None:
        """Keep the rule (`free-index` or `shape`) and what is wrong."""
        self.rule = rule
        super().__init__(text)


@dataclass(frozen=True)
class Difference:
    """The two sides at one point."""

    left: Array
    right: Array
    gap: float
    """Largest |left − right| over the entries that are compared."""
    scale: float
    """Largest magnitude met on the way, at least that of the sides."""

    def agrees(self, tolerance: float = tolerances.EQUAL) -> bool:
        """Return whether the sides are equal up to rounding."""
        return self.gap <= tolerance * self.scale

    @property
    def clear(self) -> bool:
        """Whether the sides differ by more than rounding could explain."""
        return not self.agrees(tolerances.CLEAR)


@dataclass(frozen=True)
class Pair:
    """Two expressions, and how their axes correspond."""

    left: Expr
    right: Expr
    scope: Scope
    where: Expr | None = None
    columns: bool = True
    left_order: tuple[str, ...] = ()
    right_order: tuple[str, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)

    def values(self, given: Mapping[str, Array], sizes: Mapping[str, int], entries: Field) -> Values:
        """Return the values of the scope at a point."""
        return Values(self.scope, given, sizes, entries)

    def sides(self, values: Values) -> tuple[Array, Array, Array | None]:
        """Return both sides and the mask of entries to compare, broadcast to one shape."""
        left = evaluate(self.left, values, order=self.left_order, columns=self.columns, known=self.known)
        right = evaluate(self.right, values, order=self.right_order, columns=self.columns, known=self.known)
        left, right = np.broadcast_arrays(left, right)
        if self.where is None:
            return left, right, None
        floats = Values(self.scope, {}, values.sizes, FLOATS)
        mask = evaluate(self.where, floats, order=self.left_order, columns=self.columns, known=self.known)
        return left, right, np.broadcast_to(mask != 0, left.shape)

    def at(self, given: Mapping[str, Array], sizes: Mapping[str, int], entries: Field = FLOATS) -> Difference | None:
        """Compare at a point; None where a side has no finite value."""
        try:
            with np.errstate(all="ignore"):
                values = self.values(given, sizes, entries)
                left, right, mask = self.sides(values)
                gaps = np.asarray(abs(left - right))
            gap = _largest(gaps if mask is None else gaps[mask])
            scale = max(_largest(a, finite=True) for a in (left, right, *values.given.values(), *values.computed()))
        except TROUBLE:
            return None
        if not np.isfinite(gap):
            return None
        return Difference(np.asarray(left), np.asarray(right), gap, scale or np.finfo(float).tiny)

    def exactly(self, given: Mapping[str, Array], sizes: Mapping[str, int], held: Held) -> Difference | None:
        """Compare at 50 digits, with the conditions solved to 50 digits; None where a side has no value."""
        try:
            entries = satisfied(self.scope, given, sizes, held, DIGITS)
        except TROUBLE:
            return None
        return None if entries is None else self.at(entries, sizes, DIGITS)

    def names(self) -> frozenset[str]:
        """Return the names in both sides and the condition."""
        exprs = [e for e in (self.left, self.right, self.where) if e is not None]
        return frozenset(n.id for e in exprs for n in walk(e) if isinstance(n, Name))


def _largest(array: Any, finite: bool = False) -> float:
    """Return the largest magnitude in an array of any field, 0 for none; with `finite`, of its finite entries."""
    found = np.abs(np.atleast_1d(array)).astype(float)
    return float(np.max(found, initial=0.0, where=np.isfinite(found) if finite else True))


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
        return pair.exactly(given, values.sizes, Held.of(pair.scope))

    def _rounded(self, expr: Expr, truth: Array, got: Array, values: Values) -> bool:
        """Return whether a small difference of floats is rounding alone, as 50 digits show."""
        if self.same(truth, got, values, tolerances.CLEAR) is False or self._slow(expr):
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


def pair(
    left: Expr,
    right: Expr,
    scope: Scope,
    where: Expr | None = None,
    *,
    order: tuple[str, ...] = (),
    known: Mapping[str, str] | None = None,
    columns: bool = True,
) -> Pair:
    """Match the axes of two expressions by name; `known` holds axes of letters that neither side fixes.

    Raises:
        Misfit: Free letters or axes differ.
        UnreadableAnswer: A side has no axes that fit.
    """
    a, b = axes.of(left, scope, columns), axes.of(right, scope, columns)
    known = {k: v for letters in (known or {}, a.letters, b.letters) for k, v in letters.items() if v}
    if known:
        a, b = axes.of(left, scope, columns, known), axes.of(right, scope, columns, known)
    bound = {x.id for x in walk(where) if isinstance(x, Letter)} if where is not None else set()
    if (a.letters.keys() ^ b.letters.keys()) <= bound and not (bound and (a.axes or b.axes)):
        _same_axes(a.axes, b.axes, left, right)
        free = {**a.letters, **b.letters, **{x: axis for x, axis in known.items() if x in bound}}
        letters = (*(x for x in order if x in free), *(x for x in free if x not in order))
        return Pair(left, right, scope, where, columns, letters, letters, known)
    if _is_number(left) or _is_number(right):
        letters = tuple({**a.letters, **b.letters})
        return Pair(left, right, scope, where, columns, letters, letters, known)
    if a.axes and b.letters and not a.letters and not b.axes:
        return Pair(left, right, scope, where, columns, (), _arranged(b, a.axes, order), known)
    if b.axes and a.letters and not b.letters and not a.axes:
        return Pair(left, right, scope, where, columns, _arranged(a, b.axes, order), (), known)
    lone = sorted(a.letters.keys() ^ b.letters.keys())
    side = "left" if lone[0] in a.letters else "right"
    raise Misfit("free-index", f"{lone[0]} is free on the {side} side only")


def _is_number(expr: Expr) -> bool:
    return not any(isinstance(n, Name | Letter | Call) for n in walk(expr)) and any(
        isinstance(n, Number) for n in walk(expr)
    )


def _same_axes(a: tuple[str, ...], b: tuple[str, ...], left: Expr, right: Expr) -> None:
    if a == b or _is_number(left) or _is_number(right):
        return
    short, long = sorted((tuple(x for x in a if x), tuple(x for x in b if x)), key=len)
    if len(a) == len(b) and all(x == y or not x or not y or x == "1" or y == "1" for x, y in zip(a, b, strict=True)):
        return
    if short == long:
        return
    raise Misfit("shape", f"({', '.join(a)}) against ({', '.join(b)})")


def _arranged(kind: axes.Kind, names: tuple[str, ...], order: tuple[str, ...]) -> tuple[str, ...]:
    """Return the letters in the order of positional axes: by axis where these differ, else i before j."""
    letters = [*(x for x in order if x in kind.letters), *sorted(x for x in kind.letters if x not in order)]
    if "" in names and len(names) == len(letters):  # an axis without a name is matched by place
        names = tuple(name or kind.letters[x] for name, x in zip(names, letters, strict=True))
    if sorted(kind.letters.values()) != sorted(names):
        raise Misfit("shape", f"({', '.join(kind.letters.values())}) against ({', '.join(names)})")
    if len(set(names)) < len(names):
        return tuple(letters)
    by_axis = {axis: letter for letter, axis in kind.letters.items()}
    return tuple(by_axis[name] for name in names)
