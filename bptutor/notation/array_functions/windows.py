"""Sliding windows, cross-correlation and convolution, of any kind of entries.

Floats of whole images are computed faster by `engine.conv`; here entries may also be numbers of 50 digits, symbols, or
carry derivatives, arrays may have one axis, and the modes are NumPy's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from bptutor.notation import tree as t
from bptutor.notation.array_functions.arguments import Evaluation, NoSuchForm, lengths, sizes
from bptutor.notation.array_functions.call import Called
from bptutor.notation.shapes.inference import Inference, Kind
from bptutor.notation.values.labelled_array import Labelled

_MODES = ("valid", "full", "same")


def windowed(call: Called) -> t.Expr:
    """Read corr, conv and their NumPy and SciPy names: two arrays and a mode."""
    call.only("mode")
    args = call.first(2)
    default = "valid" if call.function == "corr" and not call.word.endswith("2d") else "full"
    mode = call.named("mode", 2) or default
    if mode not in _MODES:
        raise call.error("needs a mode", 'write "valid", "full" or "same"')
    return t.Call(call.function, args, (("mode", mode),))


def window(call: Called) -> t.Expr:
    """Read an array and the shape of its sliding window."""
    call.only("window_shape")
    args = call.arrays(1, 5)
    shape = call.options.get("window_shape", args[1] if len(args) == 2 else None)
    sizes = shape.items if isinstance(shape, t.Stack) else (shape,) if isinstance(shape, t.Expr) else args[1:]
    if not sizes:
        raise call.error("needs the shape of the window", "write sliding_window_view(X, (2, 2))")
    return t.Call("sliding_window_view", (args[0], *sizes))


def window_axes(run: Inference, call: t.Call, kinds: Sequence[Kind]) -> Kind:
    """The axes of an array and, after them, those of the window."""
    return Kind(kinds[0].letters, (*("" for _ in kinds[0].axes), *(name for name, _ in lengths(call, 1))))


def window_value(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """A window slid over every axis: shape (positions along each axis, size of the window along each axis).

    Raises:
        NoSuchForm: The window has another number of axes, or is larger than the array.
    """
    x, counts = args[0], sizes(run, call, 1)
    if len(counts) != x.rank:
        raise NoSuchForm("the window needs one size for each axis")
    places = tuple(range(len(x.letters), len(x.data.shape)))
    if any(not 1 <= size <= x.data.shape[place] for size, place in zip(counts, places, strict=True)):
        raise NoSuchForm("the window is larger than the array")
    return Labelled(x.letters, run.arithmetic.shaped(lambda v: sliding_window_view(v, counts, places), x.data))


def correlate(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """Cross-correlation ⋆ (`corr`) or true convolution (`conv`: the kernel is flipped), mode valid, full or same.

    Raises:
        NoSuchForm: The arrays have different numbers of axes, or the kernel is larger.
    """
    (x, k), f = args, run.arithmetic
    if x.letters or k.letters or x.rank != k.rank:
        raise NoSuchForm("an array and a kernel with the same number of axes are needed")
    mode, size = call.option("mode", "valid"), k.data.shape
    smaller = bool(x.rank) and all(a < b for a, b in zip(x.data.shape, size, strict=True))
    if smaller and (x.rank == 1 or mode == "valid"):
        swapped = correlate(run, call, (k, x))  # as NumPy and SciPy do: the shorter one slides
        return swapped if call.function == "conv" else Labelled((), f.shaped(np.flip, swapped.data))
    kernel = k.data if call.function == "corr" else f.shaped(np.flip, k.data)
    data = x.data
    if mode != "valid":
        pairs = [_zeros(s, mode == "full", call.function == "corr" and x.rank > 1) for s in size]
        zero = f.constant(0)[()]
        data = f.shaped(lambda v: np.pad(v, pairs, constant_values=zero), data)
    if any(a > b for a, b in zip(size, data.shape, strict=True)):
        raise NoSuchForm("the kernel is larger than the array")
    windows = f.shaped(lambda v: sliding_window_view(v, size), data)
    return Labelled((), f.sum(f.mul(windows, kernel), tuple(range(x.rank, 2 * x.rank))))


def _zeros(size: int, full: bool, of_images: bool) -> tuple[int, int]:
    """How many zeros are before and after an axis; for `same` and an even kernel SciPy's images differ from vectors."""
    before = size - 1 if full else (size - 1) // 2 if of_images else size // 2
    return before, size - 1 if full else size - 1 - before
