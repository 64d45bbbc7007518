"""Two trees brought to common letters and axes, and whether their values agree at a point: in floats, or at 50 digits.

Letters and positional axes may stand for each other: `p - y` is read as `p_i - y_i` where the other side has the
letter i.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bptutor.errors import BptutorError
from bptutor.notation.equality.tolerances import CLEAR, EQUAL
from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes
from bptutor.notation.tree import Call, Expr, Letter, Name, Number, walk
from bptutor.notation.values.backends import DIGITS, FLOATS, Array, Field
from bptutor.notation.values.conditions import Constraints, satisfied
from bptutor.notation.values.evaluate import Values, evaluate

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

    def agrees(self, tolerance: float = EQUAL) -> bool:
        """Return whether the sides are equal up to rounding."""
        return self.gap <= tolerance * self.scale

    @property
    def clear(self) -> bool:
        """Whether the sides differ by more than rounding could explain."""
        return not self.agrees(CLEAR)


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

    def exactly(self, given: Mapping[str, Array], sizes: Mapping[str, int], held: Constraints) -> Difference | None:
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
