"""Mistakes about the backward pass of a convolution, made on its numbers.

What is asked is told from its value: ∂L/∂X is the full convolution of ∂L/∂Z with the kernel, summed over
the filters where there are channels. So a Σ over a and b, `conv(..., "full")` and a name are one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bptutor.grading.comparison import close
from bptutor.notation.scope import Role
from bptutor.notation.tree import Expr, Name
from bptutor.notation.value import Values

if TYPE_CHECKING:
    from bptutor.grading.guesses import Guess, Target

Array = NDArray[np.float64]
MOST_AXES = 4


def correlate(x: Array, k: Array, full: bool = False) -> Array:
    """Slide a kernel over an array: out_i = Σ_m x_{i+m} k_m.

    Args:
        x: The array.
        k: The kernel, with as many axes.
        full: Whether x is padded with zeros, so that the kernel may hang over its edges.
    """
    if full:
        x = np.pad(x, [(n - 1, n - 1) for n in k.shape])
    windows = sliding_window_view(x, k.shape)
    found: Array = (windows * k).sum(axis=tuple(range(-k.ndim, 0)))
    return found


@dataclass(frozen=True)
class Window:
    """An array and the kernel whose full convolution is asked for."""

    outer: Expr
    kernel: Expr
    channels: bool = False
    """Whether the outer array has filters first, and the kernel filters and channels."""
    order: tuple[int, ...] = ()
    """Where each axis of the right answer is found."""

    def arrays(self, target: Target, values: Values) -> tuple[Array, Array]:
        """Return both on a draw."""
        return target.value(self.outer, values), target.value(self.kernel, values)

    def spread(self, d: Array, k: Array, change: Callable[[Array, Array], Array]) -> Array:
        """Apply a way to combine both to each filter and channel, and sum over the filters."""
        if not self.channels:
            made = change(d, k)
        else:
            pairs = [[change(d[o], k[o, c]) for o in range(len(d))] for c in range(k.shape[1])]
            made = np.array([np.sum(row, axis=0) for row in pairs])
        return made.transpose(self.order) if self.order else made


def right(d: Array, k: Array) -> Array:
    """Convolve fully: the kernel is flipped on every axis."""
    return correlate(d, np.flip(k), full=True)


def windows(target: Target) -> tuple[Window, ...]:
    """Return what the right answer is a full convolution of; kept with the target."""
    if not hasattr(target, "_windows"):
        target._windows = tuple(_found(target))  # type: ignore[attr-defined]  # computed once, at need
    return target._windows  # type: ignore[attr-defined, no-any-return]


def _found(target: Target) -> Iterator[Window]:
    values = next(iter(target.comparison.draws()))
    truth = target.truth(values)
    if not 0 < truth.ndim <= MOST_AXES - 1:
        return
    known = [(expr, axes) for expr, axes in arrays(target) if truth.ndim <= len(axes) <= truth.ndim + 1]
    for (outer, one), (kernel, other) in permutations(known, 2):
        stacked = truth.ndim > 1 and len(one) == truth.ndim and len(other) == truth.ndim + 1 and one[0] == other[0]
        if len(one) == len(other) == truth.ndim or stacked:
            if _reached(one, other, stacked, values) != sorted(truth.shape):
                continue
            orders = permutations(range(truth.ndim))
            made = (Window(outer, kernel, stacked, order) for order in orders)
            yield from (window for window in made if _gives(window, target, values, truth))


def _reached(outer: tuple[str, ...], kernel: tuple[str, ...], stacked: bool, values: Values) -> list[int]:
    """Return the sizes of a full convolution, smallest first; empty where a size is not known."""
    try:
        d, k = ([values.sizes[axis] for axis in axes] for axes in (outer, kernel))
    except KeyError:
        return []
    if not stacked:
        return sorted(a + b - 1 for a, b in zip(d, k, strict=True))
    return sorted([k[1], *(a + b - 1 for a, b in zip(d[1:], k[2:], strict=True))])


def arrays(target: Target) -> Iterator[tuple[Expr, tuple[str, ...]]]:
    """Yield the arrays of a scene and its gradients, with their axes."""
    names = target.scope.names
    for name, declared in names.items():
        if declared.axes and declared.role in {Role.GIVEN, Role.DEFINED}:
            yield Name(name), declared.axes
    for of in target.lines.back:
        by = getattr(of, "by", None)
        if isinstance(by, Name) and names[by.id].axes:
            yield of, names[by.id].axes


def _gives(window: Window, target: Target, values: Values, truth: Array) -> bool:
    from bptutor.grading.met import TROUBLE

    try:
        d, k = window.arrays(target, values)
        made = window.spread(d, k, right)
    except TROUBLE:
        return False
    return made.shape == truth.shape and min(d.size, k.size) > 1 and bool(close(truth, made))


def on_windows(change: Callable[[Array, Array], Iterator[Array]]) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses of a mistake about a full convolution; each variant is one guess."""

    def guesses(target: Target) -> Iterator[Guess]:
        for window in windows(target):
            for n in range(VARIANTS):
                yield partial(_variant, target, window, change, n), _name(window.kernel)

    return guesses


VARIANTS = 4
"""Most ways of one mistake."""


def _variant(
    target: Target, window: Window, change: Callable[[Array, Array], Iterator[Array]], n: int, values: Values
) -> Array:
    d, k = window.arrays(target, values)
    return window.spread(d, k, lambda one, other: list(change(one, other))[n])


def _name(expr: Expr) -> str:
    return expr.id if isinstance(expr, Name) else ""


def no_flip(d: Array, k: Array) -> Iterator[Array]:
    """Slide the kernel as it is."""
    yield correlate(d, k, full=True)


def one_axis(d: Array, k: Array) -> Iterator[Array]:
    """Flip one axis of two."""
    if d.ndim > 1:
        for axis in range(d.ndim):
            yield correlate(d, np.flip(k, axis), full=True)


def turned_kernel(d: Array, k: Array) -> Iterator[Array]:
    """Transpose the kernel, flipped or not, for the flip."""
    if d.ndim == 2:  # rows and columns
        yield correlate(d, k.T, full=True)
        yield correlate(d, np.flip(k).T, full=True)


def valid(d: Array, k: Array) -> Iterator[Array]:
    """Keep the kernel inside the array."""
    yield correlate(d, np.flip(k))
    yield correlate(d, k)


def channels_kept(target: Target) -> Iterator[Guess]:
    """Sum over the channels of the kernel where its filters are summed."""
    for window in windows(target):
        if window.channels:
            for flipped in (True, False):
                yield partial(_channels_kept, target, window, flipped), _name(window.kernel)


def _channels_kept(target: Target, window: Window, flipped: bool, values: Values) -> Array:
    d, k = window.arrays(target, values)
    k = k.swapaxes(0, 1)
    return window.spread(d, k, right if flipped else lambda one, other: correlate(one, other, full=True))
