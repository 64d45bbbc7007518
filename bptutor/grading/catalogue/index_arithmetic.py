"""Mistakes about computed places, such as `x_{p−m}` for `x_{p+m}`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.catalogue.base import NOTHING, Change, Mistake, any_of, on_tree, on_trees, on_value
from bptutor.grading.catalogue.convolution import input_gradient, kernel_gradient
from bptutor.grading.catalogue.convolution.cross_correlations import on_inputs, on_kernels
from bptutor.notation.printers import unicode
from bptutor.notation.scope import Role
from bptutor.notation.transform.rewrite import Made, Rule, main_name, negated, replaced, summed
from bptutor.notation.tree import Add, At, Derivative, Expr, Mul, Name, Number, Slice, Sum, rebuild, walk
from bptutor.notation.values.evaluate import Values

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer

Array = NDArray[np.float64]


def other_place(expr: Expr) -> Made:
    """Turn the sign of a part of a computed place, or of all of it, or leave a part out: `x_{p−m}` for `x_{p+m}`."""
    if isinstance(expr, At):
        for n, place in enumerate(expr.subscripts):
            for other in _other_places(place.terms) if isinstance(place, Add) else ():
                yield At(expr.base, replaced(expr.subscripts, n, other)), main_name(expr)


def _other_places(terms: tuple[Expr, ...]) -> Iterator[Expr]:
    yield Add(tuple(negated(term) for term in terms))
    for n, term in enumerate(terms):
        yield Add(replaced(terms, n, negated(term)))
        if not isinstance(term, Number):
            yield summed(replaced(terms, n))


def all_off_by_one(expr: Expr) -> Made:
    """Move every computed place of a Σ by one."""
    if isinstance(expr, Sum):
        yield from ((_moved(expr, Add, step), main_name(expr)) for step in (1, -1))


def every_number_off(expr: Expr) -> Made:
    """Move all places that are written as numbers: `q_3 − t_3` for `q_2 − t_2`."""
    if isinstance(expr, Add | Mul) and sum(map(_at_number, walk(expr))) > 1:
        yield from ((_moved(expr, Number, step), main_name(expr)) for step in (1, -1))


def _at_number(part: Expr) -> bool:
    return isinstance(part, At) and all(isinstance(place, Number) for place in part.subscripts)


def _moved(expr: Expr, kind: type[Add | Number], step: int) -> Expr:
    """Return a tree with the places of one kind moved; numbers only where no letter stands beside them."""
    if isinstance(expr, At) and (kind is Add or _at_number(expr)):
        places = tuple(plus(place, step) if isinstance(place, kind) else place for place in expr.subscripts)
        return replace(expr, subscripts=places)
    return rebuild(expr, lambda part: _moved(part, kind, step))


def plus(place: Expr, step: int) -> Expr:
    """Return a place moved by a step."""
    return Number(place.value + step) if isinstance(place, Number) else Add((place, Number(Fraction(step))))


def off_by_one(expected: ExpectedAnswer) -> Rule:
    """Return the rule that counts a position from the other end: from 0 for from 1."""

    def rule(expr: Expr) -> Made:
        if not isinstance(expr, At | Slice):
            return
        gradient = isinstance(expr.base, Derivative)  # called as it is shown
        part = unicode.line(expr.base, expected.scope) if gradient else main_name(expr)
        for step in (1, -1):
            if isinstance(expr, At):
                yield from ((At(expr.base, places), part) for places in _next_to(expr.subscripts, step))
            else:
                whole = [(n, item) for n, item in enumerate(expr.items) if isinstance(item, int)]
                for n, item in whole:
                    yield Slice(expr.base, (*expr.items[:n], item + step, *expr.items[n + 1 :])), part

    return rule


def _next_to(places: tuple[Expr, ...], step: int) -> Iterator[tuple[Expr, ...]]:
    """Yield places with all their numbers moved by a step, then each computed or written place alone."""
    if any(isinstance(place, Number) for place in places):
        yield tuple(plus(place, step) if isinstance(place, Number) else place for place in places)
    for n, place in enumerate(places):
        if isinstance(place, Number | Add) or (isinstance(place, Name) and len(places) == 1):
            yield replaced(places, n, plus(place, step))


def next_class(expected: ExpectedAnswer) -> Iterator[Change]:
    """The number that is asked for, with each one-hot row turned to the class beside it."""
    if expected.comparison.layout.all_axes:
        return
    for name, made in expected.scope.names.items():
        if made.role is Role.GIVEN and made.axes:
            yield from (partial(_beside, expected, name, step) for step in (1, -1))


def _beside(expected: ExpectedAnswer, name: str, step: int, _: Array, values: Values) -> Array:
    given = {other: np.asarray(array) for other, array in values.given.items()}
    rows = given[name]
    if not np.isin(rows, (0, 1)).all() or not (rows.sum(axis=-1) == 1).all():
        return NOTHING
    given[name] = np.roll(rows, step, axis=-1)
    return expected.comparison.truth(Values(values.scope, given, values.sizes))


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "off-by-one",
        "a position counted from the other start",
        "Your answer stands at a neighbouring place of {part}. Look at where counting starts.",
        any_of(
            on_trees(off_by_one),
            on_tree(all_off_by_one),
            on_tree(every_number_off),
            on_inputs(input_gradient.next_to),
            on_kernels(kernel_gradient.next_to),
            on_value(next_class),
        ),
        says={"whole": "Your answer stands at a neighbouring place. Look at where counting starts."},
    ),
    Mistake(
        "other-place",
        "a computed place with another sign, or with a part left out",
        "Your answer picks other entries of {part}. Look at what the places of {part} add up to.",
        on_tree(other_place),
        says={"whole": "Your answer picks other entries. Look at what each place is added up from."},
        vague=True,
    ),
)
