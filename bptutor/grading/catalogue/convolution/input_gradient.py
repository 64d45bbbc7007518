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
    AHEAD,
    FULL,
    SAME,
    VALID,
    Slide,
    Way,
    on_inputs,
    on_kernels,
)
from bptutor.notation.transform.rewrite import (
    Made,
    computes_places,
    is_place,
    letters_in,
    main_name,
    mapped,
    negated,
    subscripts_swapped,
    substituted,
)
from bptutor.notation.tree import Add, At, Expr, Letter, Name, Neg, Sum, walk

Array = NDArray[np.float64]
NamedWays = Iterator[tuple[Way, str]]


def _name(slide: Slide) -> str:
    return slide.kernel.id if isinstance(slide.kernel, Name) else ""


def no_flip(s: Slide) -> NamedWays:
    """Slide the kernel as it is, from the first place where it hangs over, or from the first inside."""
    yield from ((s.way(modes=mode), _name(s)) for mode in (FULL, AHEAD))


def one_axis(s: Slide) -> NamedWays:
    """Flip the kernel on one axis of several."""
    for mode, axis in product((FULL, AHEAD), s.axes if s.along > 1 else ()):
        modes = tuple(FULL if other == axis else mode for other in s.axes)
        yield s.way(partial(np.flip, axis=axis), modes), _name(s)


def transposed(s: Slide) -> NamedWays:
    """Transpose the kernel, flipped or not, for the flip."""
    if s.along == 2:  # rows and columns
        yield s.way(lambda k: k.swapaxes(-1, -2), FULL), _name(s)
        yield s.way(lambda k: s.flipped(k).swapaxes(-1, -2), FULL), _name(s)


def kept_inside(s: Slide) -> NamedWays:
    """Keep the kernel inside the array, or its middle; or fill up with zeros what it does not reach."""
    for mode, kernel in product((VALID, SAME), (s.flipped, np.asarray)):
        yield s.way(kernel, mode), _name(s)
    yield lambda x, k: _surrounded(s, s.correlate(x, s.flipped(k)), k), ""
    yield lambda x, k: _surrounded(s, s.correlate(x, k), k), ""


def _surrounded(s: Slide, x: Array, k: Array, value: float = 0.0) -> Array:
    """Return an array with all the places around it that a kernel may hang over."""
    around = [(0, 0)] * (x.ndim - s.along) + [(n - 1, n - 1) for n in k.shape[-s.along :]]
    return np.pad(x, around, constant_values=value)


def channels_kept(s: Slide) -> NamedWays:
    """Sum over the channels of the kernel where its filters are summed."""
    if "c" in s.kind.out:
        yield s.way(lambda k: s.flipped(k).swapaxes(0, 1), FULL), _name(s)
        yield s.way(lambda k: k.swapaxes(0, 1), FULL), _name(s)


def next_to(s: Slide) -> NamedWays:
    """Stand one place earlier or later, on every axis or on one of several."""
    yield from ((s.way(s.flipped, FULL, steps), _name(s)) for steps in s.neighbours())


def one_filter(s: Slide) -> NamedWays:
    """Keep what reaches the input through one filter, the first or the last; or by one place of the kernel."""
    yield from ((partial(_through_filter, s, n), _name(s)) for n in (0, -1) if "o" in s.kind.outer)
    yield from ((partial(_through_place, s, n), _name(s)) for n in (0, -1))


def last_filter(s: Slide) -> NamedWays:
    """Keep what reaches the input through the last filter."""
    if "o" in s.kind.outer:
        yield partial(_through_filter, s, -1), _name(s)


def _through_filter(s: Slide, n: int, x: Array, k: Array) -> Array:
    return s.correlate(*s.one_of("o", n, x, s.flipped(k)), FULL)


def _through_place(s: Slide, n: int, x: Array, k: Array) -> Array:
    return s.correlate(x, s.flipped(s.one_place(n, k)), FULL)


def without_errors(s: Slide) -> NamedWays:
    """Add up the kernel, what reaches an input of it or all, without what comes back."""
    for around in (0.0, 1.0):  # what lies outside: nothing, or ones too
        yield partial(_kernel_added_up, s, around), _name(s)


def _kernel_added_up(s: Slide, around: float, x: Array, k: Array) -> Array:
    return s.correlate(_surrounded(s, np.ones_like(x), k, around), s.flipped(k))


# --- in index notation -------------------------------------------------------------------------------------------


def not_flipped(expr: Expr) -> Made:
    """Let every place of a Σ run forward: `D_{a+m}` for `D_{a−m}`."""
    if isinstance(expr, Sum):
        yield from _forward(expr, set(expr.letters))


def one_flipped(expr: Expr) -> Made:
    """Let one of several places of a Σ run forward."""
    if isinstance(expr, Sum):
        terms = [term for part in walk(expr.body) if isinstance(part, Add) and is_place(part) for term in part.terms]
        turned = [x for x in expr.letters if any(_subtracted(term, {x}) for term in terms)]
        for letter in turned if len(turned) > 1 else ():
            yield from _forward(expr, {letter})


def _forward(expr: Sum, letters: set[str]) -> Made:
    """Add what is subtracted: these letters, then also the numbers beside them."""

    def forward(part: Expr, constants: bool) -> Expr:
        if not isinstance(part, Add) or not any(_subtracted(term, letters) for term in part.terms):
            return part
        turns = [_subtracted(term, letters) or (constants and not letters_in(term)) for term in part.terms]
        return Add(tuple(negated(term) if turn else term for term, turn in zip(part.terms, turns, strict=True)))

    for constants in (False, True):
        done = mapped(expr, partial(forward, constants=constants))
        if done != expr:
            yield done, main_name(expr)


def _subtracted(term: Expr, letters: set[str]) -> bool:
    return isinstance(term, Neg) and isinstance(term.arg, Letter) and term.arg.id in letters


def indices_exchanged(expr: Expr) -> Made:
    """Exchange two indices among the computed places of a Σ, both summed or both free: `x_{i+n,j+m}`."""
    if not isinstance(expr, Sum):
        return
    for part in dict.fromkeys(part for part in walk(expr.body) if isinstance(part, At)):
        computed = [place for place in part.subscripts if isinstance(place, Add)]
        letters = {x: x in expr.letters for place in computed for x in letters_in(place)}
        for one, other in combinations(sorted(letters), 2):
            if letters[one] is letters[other] and not any({one, other} <= letters_in(place) for place in computed):
                swap: dict[Expr, Expr] = {Letter(one): Letter(other), Letter(other): Letter(one)}
                places = tuple(mapped(s, partial(_swapped, swap)) if s in computed else s for s in part.subscripts)
                yield substituted(expr, part, At(part.base, places)), ""


def _swapped(swap: dict[Expr, Expr], part: Expr) -> Expr:
    return swap.get(part, part)


def kernel_transposed(expr: Expr) -> Made:
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
        any_of(on_inputs(transposed), on_tree(kernel_transposed), on_tree(indices_exchanged)),
        says={"whole": "Your answer exchanges rows and columns. Look at an entry off the diagonal."},
    ),
    Mistake(
        "valid-for-full",
        "the kernel kept inside",
        "Your answer has fewer entries than the input. Look at the outputs that the first input reaches.",
        on_inputs(kept_inside),
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
