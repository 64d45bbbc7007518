"""Mistakes about the slope by what a kernel slid along: ∂L/∂X of a convolution."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.catalogue.convolution.cross_correlations import (
    Change,
    Edge,
    Slide,
    Way,
    fully,
    one_of,
    one_place,
    one_step,
    turned,
)
from bptutor.notation.tree import Name

Array = NDArray[np.float64]
Made = Iterator[tuple[Way, str]]


def _part(slide: Slide) -> str:
    return slide.kernel.id if isinstance(slide.kernel, Name) else ""


def no_flip(slide: Slide) -> Made:
    """Slide the kernel as it is, from the first place where it hangs over, or from the first inside."""
    for edge in (Edge.FULL, Edge.AHEAD):
        yield Way((edge,) * slide.along), _part(slide)


def one_axis(slide: Slide) -> Made:
    """Flip the kernel on one axis of several."""
    if slide.along > 1:
        for edge, axis in product((Edge.FULL, Edge.AHEAD), slide.axes):
            edges = tuple(Edge.FULL if other == axis else edge for other in slide.axes)
            yield Way(edges, turned((axis,))), _part(slide)


def turned_kernel(slide: Slide) -> Made:
    """Transpose the kernel, flipped or not, for the flip."""
    if slide.along == 2:  # rows and columns
        yield Way(fully(slide), _mirrored), _part(slide)
        yield Way(fully(slide), lambda s, x, k: _mirrored(s, x, np.flip(k, s.axes))), _part(slide)


def _mirrored(_: Slide, x: Array, k: Array) -> tuple[Array, Array]:
    return x, k.swapaxes(-1, -2)


def valid(slide: Slide) -> Made:
    """Keep the kernel inside the array, or its middle; or fill up with zeros what it does not reach."""
    for edge, change in product((Edge.INSIDE, Edge.SAME), (turned(slide.axes), turned(()))):
        yield Way((edge,) * slide.along, change), _part(slide)
    for change in (turned(slide.axes), turned(())):
        yield Way((), change, after=_filled), ""


def _filled(made: Array, sizes: tuple[int, ...]) -> Array:
    around = [(0, 0)] * (made.ndim - len(sizes)) + [(n - 1, n - 1) for n in sizes]
    return np.pad(made, around)


def channels_kept(slide: Slide) -> Made:
    """Sum over the channels of the kernel where its filters are summed."""
    if "c" in slide.kind.out:
        for change in (turned(slide.axes), turned(())):
            yield Way(fully(slide), partial(_exchanged, change)), _part(slide)


def _exchanged(change: Change, slide: Slide, x: Array, k: Array) -> tuple[Array, Array]:
    x, k = change(slide, x, k)
    return x, k.swapaxes(0, 1)


def next_to(slide: Slide) -> Made:
    """Stand one place earlier or later, on every axis or on one of several."""
    change = turned(slide.axes)
    yield from ((Way(fully(slide), change, steps), _part(slide)) for steps in one_step(slide))


def one_filter(slide: Slide) -> Made:
    """Keep what reaches the input through one filter, the first or the last; or by one place of the kernel."""
    if "o" in slide.kind.outer:
        yield from ((Way(fully(slide), _flipped(one_of("o", n))), _part(slide)) for n in (0, -1))
    yield from ((Way(fully(slide), _flipped(one_place(n))), _part(slide)) for n in (0, -1))


def last_filter(slide: Slide) -> Made:
    """Keep what reaches the input through the last filter."""
    if "o" in slide.kind.outer:
        yield Way(fully(slide), _flipped(one_of("o", -1))), _part(slide)


def _flipped(change: Change) -> Change:
    def both(slide: Slide, x: Array, k: Array) -> tuple[Array, Array]:
        x, k = change(slide, x, k)
        return x, np.flip(k, slide.axes)

    return both


def without_errors(slide: Slide) -> Made:
    """Add up the kernel, what reaches an input of it or all, without what comes back."""
    for around in (0, 1):  # what lies outside: nothing, or ones too
        yield Way((), partial(_of_ones, around)), _part(slide)


def _of_ones(around: int, slide: Slide, x: Array, k: Array) -> tuple[Array, Array]:
    room = [(0, 0)] * (x.ndim - slide.along) + [(n - 1, n - 1) for n in k.shape[-slide.along :]]
    return np.pad(np.ones_like(x), room, constant_values=around), np.flip(k, slide.axes)
