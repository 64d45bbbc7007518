"""Pooling: each window is one number, its largest entry or its mean. X is any array (..., H, W).

`stride` is the window's size when left out, so that windows touch. A rest that no window sees gets gradient 0.
"""

from __future__ import annotations

import numpy as np

from bptutor.engine.graph import Array
from bptutor.engine.windows import Pair, Window, WindowError


def max_pool(X: Array, size: int | Pair = 2, stride: int | Pair | None = None, out: Array | None = None) -> Array:
    """Y_ij = max_mn X_is+m,js+n.

    Args:
        X: Images, shape (..., H, W).
        size: Of the window; rows and columns alike, or a pair.
        stride: By how much it moves; its size when left out.
        out: Where to put Y; a new array when left out.

    Returns:
        Y, shape (..., H', W') with n' = ⌊(n − k) / s⌋ + 1.

    Raises:
        WindowError: The window is larger than the image.
    """
    slabs = _window(X, size, stride).slabs(X)
    first = next(slabs)
    Y = first.copy() if out is None else out
    np.copyto(Y, first)
    for slab in slabs:
        if X.dtype.kind == "c":  # of complex numbers the real parts decide, and of equals the first stays
            np.copyto(Y, slab, where=slab.real > Y.real)
        else:
            np.maximum(Y, slab, out=Y)
    return Y


def max_pool_backward(
    dY: Array, X: Array, size: int | Pair = 2, stride: int | Pair | None = None, out: Array | None = None
) -> Array:
    """∂L/∂X_ab = Σ_ij δ_ij over the windows whose largest entry is X_ab; of equals the first in row-major order.

    Args:
        dY: ∂L/∂Y, shape (..., H', W').
        X: What `max_pool` got, and `size` and `stride` likewise.
        size: The same.
        stride: The same.
        out: Where to put the result; a new array when left out.

    Raises:
        WindowError: The shapes do not fit.
    """
    window = _window(X, size, stride)
    dX = _start(dY, X, window, out)
    Y = max_pool(X, size, stride)
    open_ = np.ones(Y.shape, bool)
    for slab, into in zip(window.slabs(X), window.slabs(dX), strict=True):
        wins = (slab == Y) & open_
        open_ &= ~wins
        np.add(into, dY * wins, out=into)
    return dX


def average_pool(X: Array, size: int | Pair = 2, stride: int | Pair | None = None, out: Array | None = None) -> Array:
    """Y_ij = Σ_mn X_is+m,js+n / (k rows · k columns); arguments as for `max_pool`."""
    window = _window(X, size, stride)
    slabs = window.slabs(X)
    total = np.array(next(slabs))
    for slab in slabs:
        total += slab
    Y: Array = np.divide(total, _count(window), out=out)
    return Y


def average_pool_backward(
    dY: Array, X: Array, size: int | Pair = 2, stride: int | Pair | None = None, out: Array | None = None
) -> Array:
    """∂L/∂X_ab = Σ_ij δ_ij / (k rows · k columns) over the windows that see X_ab; of X only the shape counts."""
    window = _window(X, size, stride)
    dX = _start(dY, X, window, out)
    share = dY / _count(window)
    for into in window.slabs(dX):
        np.add(into, share, out=into)
    return dX


def global_average(X: Array, out: Array | None = None) -> Array:
    """Y_c = Σ_ij X_cij / (H W): one number for each channel, shape (...)."""
    Y: Array = X.mean(axis=(-2, -1), out=out)
    return Y


def global_average_backward(dY: Array, X: Array, out: Array | None = None) -> Array:
    """∂L/∂X_cij = δ_c / (H W); of X only the shape counts."""
    dX = np.empty(X.shape, dY.dtype) if out is None else out
    dX[...] = (dY / (X.shape[-2] * X.shape[-1]))[..., None, None]
    return dX


def _window(X: Array, size: int | Pair, stride: int | Pair | None) -> Window:
    """Return the window.

    Raises:
        WindowError: X is no image, or smaller than the window.
    """
    if X.ndim < 2 or not X.size:
        raise WindowError(f"X has shape {X.shape}", "pooling takes images, shape (..., H, W)")
    window = Window.of(size, size if stride is None else stride)
    window.seen(X)
    return window


def _count(window: Window) -> int:
    """Return the number of entries of a window."""
    return window.size[0] * window.size[1]


def _start(dY: Array, X: Array, window: Window, out: Array | None) -> Array:
    """Return the zeros that the gradients are added to.

    Raises:
        WindowError: dY is not of the shape that pooling gives.
    """
    wanted = (*X.shape[:-2], *window.seen(X))
    if dY.shape != wanted:
        raise WindowError(f"dY has shape {dY.shape}, Y has shape {wanted}", "a gradient has the shape of its array")
    if out is None:
        return np.zeros(X.shape, dY.dtype)
    out[...] = 0
    return out
