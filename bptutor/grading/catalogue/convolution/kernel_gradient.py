"""Mistakes about ∂L/∂K of a convolution, which slides ∂L/∂Z along X as it is, and about strides."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.catalogue.base import Mistake, any_of, on_tree
from bptutor.grading.catalogue.convolution.cross_correlations import (
    Slide,
    Way,
    flipped,
    on_kernels,
    one_of,
    one_place,
    one_step,
)
from bptutor.notation.transform.rewrite import Made, letters_in, main_name, substituted
from bptutor.notation.tree import Add, At, Expr, Letter, Mul, Neg, Number, Sum, rebuild, walk

Array = NDArray[np.float64]


def needless_flip(slide: Slide) -> Iterator[tuple[Way, str]]:
    """Turn what comes back, or the result, as one turns the kernel for the input."""
    for turn in product((1, 0), repeat=slide.along):
        axes = tuple(axis for axis, turns in zip(slide.axes, turn, strict=True) if turns)
        if axes:
            yield Way(change=flipped(axes)), main_name(slide.kernel)
            yield Way(after=partial(_turned, axes)), ""


def _turned(axes: tuple[int, ...], made: Array, _: tuple[int, ...]) -> Array:
    return np.flip(made, axes)


def exchanged(slide: Slide) -> Iterator[tuple[Way, str]]:
    """Take channels for filters in the result."""
    if slide.kind.out == "oc":
        yield Way(after=lambda made, _: made.swapaxes(0, 1)), ""


def next_to(slide: Slide) -> Iterator[tuple[Way, str]]:
    """Begin one place earlier or later, on every axis or on one of several."""
    yield from ((Way(steps=steps), main_name(slide.outer)) for steps in one_step(slide))


def one_output(slide: Slide) -> Iterator[tuple[Way, str]]:
    """Follow one output, the first or the last."""
    yield from ((Way(change=one_place(n)), main_name(slide.kernel)) for n in (0, -1))


def first_example(slide: Slide) -> Iterator[tuple[Way, str]]:
    """Keep the first example of the batch."""
    if "s" in slide.kind.outer:
        yield Way(change=one_of("s", 0)), ""


def needless_turn(expr: Expr) -> Made:
    """Subtract what is added in a computed place, the summed letters or the free ones: `x_{p−m}` for `x_{p+m}`."""
    if isinstance(expr, Sum):
        for part in dict.fromkeys(part for part in walk(expr.body) if isinstance(part, At)):
            for places in _turned_about(part, frozenset(expr.letters)):
                yield substituted(expr, part, At(part.base, places)), main_name(part)


def _turned_about(part: At, bound: frozenset[str]) -> Iterator[tuple[Expr, ...]]:
    """Yield the places of an entry with some of them turned, where only sums of letters stand."""
    forward = [place for place in part.subscripts if isinstance(place, Add) and _runs_forward(place, bound)]
    for count in range(len(forward), 0, -1):
        for chosen in combinations(forward, count):
            for summed, constants in product((False, True), repeat=2):
                yield tuple(
                    _subtracting(place, bound, summed, constants) if place in chosen else place
                    for place in part.subscripts
                )


def _runs_forward(place: Expr, bound: frozenset[str]) -> bool:
    """Return whether a place adds up summed letters and free ones."""
    letters = [term.id in bound for term in place.terms if isinstance(term, Letter)] if isinstance(place, Add) else []
    subtracted = any(isinstance(part, Neg) and letters_in(part) for part in walk(place))
    return True in letters and False in letters and not subtracted


def _subtracting(place: Expr, bound: frozenset[str], summed: bool, constants: bool) -> Expr:
    def turns(term: Expr) -> bool:
        letters = letters_in(term)
        return any((x in bound) is summed for x in letters) if letters else constants

    terms = place.terms if isinstance(place, Add) else ()
    return Add(tuple(Neg(term) if turns(term) else term for term in terms))


def no_stride(expr: Expr) -> Made:
    """Move a window by one place: `x_{p+m}` for `x_{2p+m}`."""
    if isinstance(expr, At):
        places = tuple(_by_one(place) for place in expr.subscripts)
        if places != expr.subscripts:
            yield At(expr.base, places), main_name(expr)


def _by_one(place: Expr) -> Expr:
    done = rebuild(place, _by_one)
    if isinstance(done, Mul) and isinstance(done.factors[-1], Letter) and isinstance(done.factors[0], Number):
        return done.factors[-1] if len(done.factors) == 2 else done
    return done


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
