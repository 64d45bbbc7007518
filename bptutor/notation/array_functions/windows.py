"""Sliding windows, cross-correlation and convolution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bptutor.notation.array_functions.arguments import NoSuchForm, lengths, sizes
from bptutor.notation.tree import Call
from bptutor.notation.values.labelled_array import Labelled

if TYPE_CHECKING:
    from bptutor.notation.shapes.axes import Inference, Kind
    from bptutor.notation.values.evaluate import Walk


def window_axes(run: Inference, call: Call, kinds: Sequence[Kind]) -> Kind:
    """The axes of an array and, after them, those of the window."""
    from bptutor.notation.shapes.axes import Kind

    x = kinds[0]
    window = call.option("window_shape")
    pairs = lengths(run, call, 1)
    names = [name for name, _ in pairs] if pairs else [""] * (len(window) if isinstance(window, tuple) else 1)
    return Kind(x.letters, (*("" for _ in x.axes), *names))


def window(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    """Slide a window over every axis, as NumPy's `sliding_window_view`."""
    x = args[0]
    window: Any = call.option("window_shape")
    counts = sizes(run, call, 1) if len(call.args) > 1 else list(window) if isinstance(window, tuple) else [window]
    if len(counts) != x.rank:
        raise NoSuchForm("the window needs one size for each axis")
    f, n = run.arithmetic, len(x.letters)
    data = x.data
    for k, size in enumerate(counts):
        if not 1 <= size <= data.shape[n + k]:
            raise NoSuchForm("the window is larger than the array")
        places = np.arange(data.shape[n + k] - size + 1)[:, None] + np.arange(size)[None, :]
        axis = n + k
        end = len(data.shape)
        data = f.shaped(lambda v, a=axis, p=places: np.moveaxis(v.take(p, axis=a), a + 1, -1), data)  # type: ignore[misc]
        assert len(data.shape) == end + 1  # noqa: S101
    return Labelled(x.letters, data)


def correlated_axes(run: Inference, call: Call, kinds: Sequence[Kind]) -> Kind:
    """As many axes as the array has, of unknown names."""
    from bptutor.notation.shapes.axes import Kind

    return Kind({**kinds[0].letters, **kinds[1].letters}, ("",) * len(kinds[0].axes))


def correlate(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    """Cross-correlation ⋆ (`corr`) or true convolution (`conv`, kernel flipped), mode valid, full or same."""
    x, k = args[0], args[1]
    if x.letters or k.letters or x.rank != k.rank:
        raise NoSuchForm("an array and a kernel with the same number of axes are needed")
    f = run.arithmetic
    sizes = list(zip(x.data.shape, k.data.shape, strict=True))
    if call.option("mode", "valid") == "valid" and x.rank and all(a < b for a, b in sizes):
        swapped = correlate(run, call, (k, x))  # as NumPy and SciPy do: the shorter one slides
        return swapped if call.function == "conv" else Labelled((), f.shaped(np.flip, swapped.data))
    kernel = k.data if call.function == "corr" else f.shaped(np.flip, k.data)
    mode = call.option("mode", "valid")
    data = x.data
    if mode != "valid":
        pairs = [(s - 1, s - 1) if mode == "full" else ((s - 1) // 2, s // 2) for s in kernel.shape]
        zero = f.constant(0)[()]
        data = f.shaped(lambda v: np.pad(v, pairs, constant_values=zero), data)
    rank = x.rank
    for a, size in enumerate(kernel.shape):
        if size > data.shape[a]:
            raise NoSuchForm("the kernel is larger than the array")
        places = np.arange(data.shape[a] - size + 1)[:, None] + np.arange(size)[None, :]
        data = f.shaped(lambda v, a=a, p=places: np.moveaxis(v.take(p, axis=a), a + 1, -1), data)  # type: ignore[misc]
    return Labelled((), f.sum(f.mul(data, kernel), tuple(range(rank, 2 * rank))))
