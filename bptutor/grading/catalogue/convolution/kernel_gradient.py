"""Mistakes about ∂L/∂K of a convolution, which slides ∂L/∂Z along X as it is, and about strides."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import combinations, product

import numpy as np

from bptutor.grading.catalogue.base import Mistake, any_of, on_tree
from bptutor.grading.catalogue.convolution.cross_correlations import Array, Slide, Way, on_kernels
from bptutor.notation.transform.rewrite import Made, letters_in, main_name, mapped, substituted
from bptutor.notation.tree import Add, At, Expr, Letter, Mul, Neg, Number, Sum, walk

NamedWays = Iterator[tuple[Way, str]]


def needless_flip(s: Slide) -> NamedWays:
    """Turn what comes back, or the result, as one turns the kernel for the input."""
    for turn in product((True, False), repeat=s.along):
        axes = tuple(axis for axis, turns in zip(s.axes, turn, strict=True) if turns)
        if axes:
            yield s.way(partial(np.flip, axis=axes)), s.names[1]
            yield partial(_turned, s, axes), ""


def _turned(s: Slide, axes: tuple[int, ...], x: Array, k: Array) -> Array:
    return np.flip(s.correlate(x, k), axes)


def exchanged(s: Slide) -> NamedWays:
    """Take channels for filters in the result."""
    if s.kind.out == "oc":
        yield lambda x, k: s.correlate(x, k).swapaxes(0, 1), ""


def next_to(s: Slide) -> NamedWays:
    """Begin one place earlier or later, on every axis or on one of several."""
    yield from ((s.way(steps=steps), s.names[0]) for steps in s.neighbours())


def one_output(s: Slide) -> NamedWays:
    """Follow one output, the first or the last."""
    yield from ((s.way(partial(s.one_place, n)), s.names[1]) for n in (0, -1))


def first_example(s: Slide) -> NamedWays:
    """Keep the first example of the batch."""
    if "s" in s.kind.outer:
        yield lambda x, k: s.correlate(*s.one_of("s", 0, x, k)), ""


# --- in index notation -------------------------------------------------------------------------------------------


def needless_turn(expr: Expr) -> Made:
    """Subtract what is added in a computed place, the summed letters or the free ones: `x_{p−m}` for `x_{p+m}`."""
    if isinstance(expr, Sum):
        for part in dict.fromkeys(part for part in walk(expr.body) if isinstance(part, At)):
            for places in _turned_about(part, frozenset(expr.letters)):
                yield substituted(expr, part, At(part.base, places)), main_name(part)


def _turned_about(part: At, bound: frozenset[str]) -> Iterator[tuple[Expr, ...]]:
    """Yield the places of an entry with some of them turned, where only sums of letters stand."""
    forward = [place for place in part.subscripts if isinstance(place, Add) and _runs_forward(place, bound)]
    chosen = [some for count in range(len(forward), 0, -1) for some in combinations(forward, count)]
    for some, summed, constants in product(chosen, (False, True), (False, True)):
        yield tuple(
            _subtracting(place, bound, summed, constants) if isinstance(place, Add) and place in some else place
            for place in part.subscripts
        )


def _runs_forward(place: Add, bound: frozenset[str]) -> bool:
    """Return whether a place adds up summed letters and free ones."""
    letters = [term.id in bound for term in place.terms if isinstance(term, Letter)]
    subtracted = any(isinstance(part, Neg) and letters_in(part) for part in walk(place))
    return True in letters and False in letters and not subtracted


def _subtracting(place: Add, bound: frozenset[str], summed: bool, constants: bool) -> Expr:
    def turns(term: Expr) -> bool:
        letters = letters_in(term)
        return any((x in bound) is summed for x in letters) if letters else constants

    return Add(tuple(Neg(term) if turns(term) else term for term in place.terms))


def no_stride(expr: Expr) -> Made:
    """Move a window by one place: `x_{p+m}` for `x_{2p+m}`."""
    if isinstance(expr, At):
        places = tuple(mapped(place, _by_one) for place in expr.subscripts)
        if places != expr.subscripts:
            yield At(expr.base, places), main_name(expr)


def _by_one(part: Expr) -> Expr:
    twice = isinstance(part, Mul) and len(part.factors) == 2 and isinstance(part.factors[0], Number)
    return part.factors[1] if twice and isinstance(part, Mul) and isinstance(part.factors[1], Letter) else part


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "needless-flip",
        "turned where nothing turns",
        "Your answer turns {part} round. Look at which input the first weight met each time.",
        any_of(on_kernels(needless_flip), on_tree(needless_turn)),
        says={
            "whole": "Your answer counts places from the other end. Look at which input the first weight met each time."
        },
    ),
    Mistake(
        "no-stride",
        "the window moved by one place",
        "In your answer the window moves one place at a time. Look at where the second window of {part} begins.",
        on_tree(no_stride),
        says={
            "whole": "In your answer the window moves one place at a time. Look at where the second window begins.",
        },
    ),
)
