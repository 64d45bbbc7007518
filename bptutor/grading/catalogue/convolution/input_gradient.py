"""Mistakes about ∂L/∂X of a convolution: the kernel slides flipped, and hangs over the edges."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.catalogue.base import Mistake, any_of, on_tree
from bptutor.grading.catalogue.convolution import kernel_gradient
from bptutor.grading.catalogue.convolution.cross_correlations import (
    Change,
    Edge,
    Slide,
    Way,
    flipped,
    fully,
    on_inputs,
    on_kernels,
    one_of,
    one_place,
    one_step,
)
from bptutor.notation.transform.rewrite import (
    Made,
    computes_places,
    is_place,
    letters_in,
    main_name,
    subscripts_swapped,
    substituted,
)
from bptutor.notation.tree import Add, At, Expr, Letter, Name, Neg, Number, Sum, rebuild, walk

Array = NDArray[np.float64]


Ways = Iterator[tuple[Way, str]]


def _part(slide: Slide) -> str:
    return slide.kernel.id if isinstance(slide.kernel, Name) else ""


def no_flip(slide: Slide) -> Ways:
    """Slide the kernel as it is, from the first place where it hangs over, or from the first inside."""
    for edge in (Edge.FULL, Edge.AHEAD):
        yield Way((edge,) * slide.along), _part(slide)


def one_axis(slide: Slide) -> Ways:
    """Flip the kernel on one axis of several."""
    if slide.along > 1:
        for edge, axis in product((Edge.FULL, Edge.AHEAD), slide.axes):
            edges = tuple(Edge.FULL if other == axis else edge for other in slide.axes)
            yield Way(edges, flipped((axis,))), _part(slide)


def turned_kernel(slide: Slide) -> Ways:
    """Transpose the kernel, flipped or not, for the flip."""
    if slide.along == 2:  # rows and columns
        yield Way(fully(slide), _mirrored), _part(slide)
        yield Way(fully(slide), lambda s, x, k: _mirrored(s, x, np.flip(k, s.axes))), _part(slide)


def _mirrored(_: Slide, x: Array, k: Array) -> tuple[Array, Array]:
    return x, k.swapaxes(-1, -2)


def valid(slide: Slide) -> Ways:
    """Keep the kernel inside the array, or its middle; or fill up with zeros what it does not reach."""
    for edge, change in product((Edge.INSIDE, Edge.SAME), (flipped(slide.axes), flipped(()))):
        yield Way((edge,) * slide.along, change), _part(slide)
    for change in (flipped(slide.axes), flipped(())):
        yield Way((), change, after=_filled), ""


def _filled(made: Array, sizes: tuple[int, ...]) -> Array:
    around = [(0, 0)] * (made.ndim - len(sizes)) + [(n - 1, n - 1) for n in sizes]
    return np.pad(made, around)


def channels_kept(slide: Slide) -> Ways:
    """Sum over the channels of the kernel where its filters are summed."""
    if "c" in slide.kind.out:
        for change in (flipped(slide.axes), flipped(())):
            yield Way(fully(slide), partial(_exchanged, change)), _part(slide)


def _exchanged(change: Change, slide: Slide, x: Array, k: Array) -> tuple[Array, Array]:
    x, k = change(slide, x, k)
    return x, k.swapaxes(0, 1)


def next_to(slide: Slide) -> Ways:
    """Stand one place earlier or later, on every axis or on one of several."""
    change = flipped(slide.axes)
    yield from ((Way(fully(slide), change, steps), _part(slide)) for steps in one_step(slide))


def one_filter(slide: Slide) -> Ways:
    """Keep what reaches the input through one filter, the first or the last; or by one place of the kernel."""
    if "o" in slide.kind.outer:
        yield from ((Way(fully(slide), _flipped(one_of("o", n))), _part(slide)) for n in (0, -1))
    yield from ((Way(fully(slide), _flipped(one_place(n))), _part(slide)) for n in (0, -1))


def last_filter(slide: Slide) -> Ways:
    """Keep what reaches the input through the last filter."""
    if "o" in slide.kind.outer:
        yield Way(fully(slide), _flipped(one_of("o", -1))), _part(slide)


def _flipped(change: Change) -> Change:
    def both(slide: Slide, x: Array, k: Array) -> tuple[Array, Array]:
        x, k = change(slide, x, k)
        return x, np.flip(k, slide.axes)

    return both


def without_errors(slide: Slide) -> Ways:
    """Add up the kernel, what reaches an input of it or all, without what comes back."""
    for around in (0, 1):  # what lies outside: nothing, or ones too
        yield Way((), partial(_of_ones, around)), _part(slide)


def _of_ones(around: int, slide: Slide, x: Array, k: Array) -> tuple[Array, Array]:
    room = [(0, 0)] * (x.ndim - slide.along) + [(n - 1, n - 1) for n in k.shape[-slide.along :]]
    return np.pad(np.ones_like(x), room, constant_values=around), np.flip(k, slide.axes)


def not_flipped(expr: Expr) -> Made:
    """Let every place of a Σ run forward: `D_{a+m}` for `D_{a−m}`."""
    if isinstance(expr, Sum):
        for constants in (False, True):
            done = _forward(expr, set(expr.letters), constants)
            if done != expr:
                yield done, main_name(expr)


def one_flipped(expr: Expr) -> Made:
    """Let one of several places of a Σ run forward."""
    turned = _subtracted_letters(expr) if isinstance(expr, Sum) else []
    if len(turned) > 1:
        for letter in turned:
            for constants in (False, True):
                done = _forward(expr, {letter}, constants)
                if done != expr:
                    yield done, main_name(expr)


def _subtracted_letters(expr: Sum) -> list[str]:
    """Return the summed letters that are subtracted in a place: those along which something is flipped."""
    places = [part for part in walk(expr.body) if isinstance(part, Add) and is_place(part)]
    return [x for x in expr.letters if any(_subtracted(term, {x}) for place in places for term in place.terms)]


def _forward(expr: Expr, letters: set[str], constants: bool) -> Expr:
    """Add what is subtracted: these letters, and with `constants` the numbers beside them."""
    if isinstance(expr, Add) and any(_subtracted(term, letters) for term in expr.terms):
        return Add(tuple(_added(term, letters, constants) for term in expr.terms))
    return rebuild(expr, lambda part: _forward(part, letters, constants))


def _subtracted(term: Expr, letters: set[str]) -> bool:
    return isinstance(term, Neg) and isinstance(term.arg, Letter) and term.arg.id in letters


def _added(term: Expr, letters: set[str], constants: bool) -> Expr:
    if isinstance(term, Neg) and _subtracted(term, letters):
        return term.arg
    if constants and isinstance(term, Number):
        return Number(-term.value)
    return term.arg if constants and isinstance(term, Neg) and isinstance(term.arg, Number) else term


def letters_exchanged(expr: Expr) -> Made:
    """Exchange two letters among the computed places of a Σ, both summed or both free: `x_{i+n,j+m}`."""
    if not isinstance(expr, Sum):
        return
    for part in dict.fromkeys(part for part in walk(expr.body) if isinstance(part, At)):
        computed = [place for place in part.subscripts if isinstance(place, Add)]
        letters = {x.id: x.id in expr.letters for place in computed for x in walk(place) if isinstance(x, Letter)}
        for one, other in combinations(sorted(letters), 2):
            if letters[one] is letters[other] and not any({one, other} <= letters_in(place) for place in computed):
                yield substituted(expr, part, At(part.base, _swapped(part.subscripts, one, other))), ""


def _swapped(places: tuple[Expr, ...], one: str, other: str) -> tuple[Expr, ...]:
    swap = {one: Letter(other), other: Letter(one)}

    def put(part: Expr) -> Expr:
        return swap.get(part.id, part) if isinstance(part, Letter) else rebuild(part, put)

    return tuple(put(place) if isinstance(place, Add) else place for place in places)


def kernel_turned(expr: Expr) -> Made:
    """Swap the subscripts of the kernel in a sum over places."""
    if isinstance(expr, Sum) and computes_places(expr):
        yield from subscripts_swapped(expr, set(expr.letters))


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "no-flip",
        "the kernel not flipped",
        "Your answer slides {part} as it went forward. Look at which output used the first input.",
        any_of(on_inputs(no_flip), on_tree(not_flipped)),
        says={"whole": "Your answer slides the kernel as it went forward. Look at which output used the first input."},
    ),
    Mistake(
        "one-axis-flip",
        "the kernel flipped on one axis",
        "Your answer treats rows and columns of {part} in two ways. Look at both indices of {part}.",
        any_of(on_inputs(one_axis), on_tree(one_flipped)),
        says={"whole": "Your answer treats rows and columns in two ways. Look at both indices of the kernel."},
    ),
    Mistake(
        "transposed-kernel",
        "the kernel transposed",
        "Your answer exchanges rows and columns of {part}. Look at an entry off the diagonal.",
        any_of(
            on_inputs(turned_kernel),
            on_tree(kernel_turned),
            on_tree(letters_exchanged),
        ),
        says={"whole": "Your answer exchanges rows and columns. Look at an entry off the diagonal."},
    ),
    Mistake(
        "valid-for-full",
        "the kernel kept inside",
        "Your answer has fewer entries than the input. Look at the outputs that the first input reaches.",
        on_inputs(valid),
        says={"whole": "Your answer is zero where the kernel would hang over. Look at what the first input reaches."},
    ),
    Mistake(
        "channels-not-swapped",
        "channels and filters exchanged",
        "Your sum runs over the other channel axis of {part}. Look at what one input channel reaches.",
        any_of(on_inputs(channels_kept), on_kernels(kernel_gradient.exchanged)),
        says={
            "numbers+part": "These numbers are added up over the other channel axis of {part}. "
            "Look at what one input channel reaches.",
            "whole": "Your answer exchanges channels and filters. Look at which of them comes first in the kernel.",
        },
    ),
)
