"""Convolution as networks mean it: cross-correlation forward, and the three gradients backward.

Z = X ⋆ K + b says Z_soij = Σ_cmn X_sc,i+m,j+n K_ocmn + b_o, with sample s, channel c and filter o. Backward, with δ =
∂L/∂Z:

    ∂L/∂K = X ⋆ δ                 the kernel's entry (m, n) met X_i+m,j+n at every position (i, j)
    ∂L/∂X = δ *full K             X_ab was met by K_mn at position (a − m, b − n): minus signs, so the kernel is flipped
    ∂L/∂b = Σ δ                   one bias, used at every position

`kernel_gradient` and `input_gradient` say it in these words. `conv2d` and `conv2d_backward` compute the same from
patches: with the patches as columns of P, Z = K P, so that ∂L/∂K = δ Pᵀ and ∂L/∂P = Kᵀ δ as in any layer.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from bptutor.engine.graph import Array
from bptutor.engine.windows import Pair, Window, WindowError, gather, scatter


def conv2d(X: Array, K: Array, b: Array | None = None, stride: int | Pair = 1, padding: int | Pair = 0) -> Array:
    """Z_soij = Σ_cmn X_sc,i+m,j+n K_ocmn + b_o.

    Args:
        X: Images, shape (B, channels, H, W); (channels, H, W) for one; (H, W) with a kernel (rows, columns).
        K: Kernels, shape (filters, channels, rows, columns).
        b: Biases, shape (filters,); none when left out.
        stride: By how much the window moves; rows and columns alike, or a pair.
        padding: Zeros around the image.

    Returns:
        Z, shape (B, filters, H', W') with n' = ⌊(n + 2p − k) / s⌋ + 1; without the axes that X does not have.

    Raises:
        WindowError: The arrays do not fit.
    """
    images, kernels = lifted(X, K)
    window = Window.of(kernels.shape[2:], stride, padding)
    places = window.positions(images.shape[2:])
    P = patches(images, window)
    Z: Array = np.matmul(kernels.reshape(len(kernels), -1), P)
    if b is not None:
        if np.size(b) != len(kernels):
            raise WindowError(f"b has shape {np.shape(b)}, K has shape {K.shape}", "one bias for each filter")
        Z = Z + np.reshape(b, (-1, 1))
    Z = Z.reshape(*Z.shape[:2], *places)
    shape = Z.shape[4 - X.ndim :]
    return Z.reshape(shape)


def conv2d_backward(
    dZ: Array, X: Array, K: Array, stride: int | Pair = 1, padding: int | Pair = 0
) -> tuple[Array, Array, Array]:
    """Return ∂L/∂X, ∂L/∂K and ∂L/∂b.

    Args:
        dZ: ∂L/∂Z, shape of Z.
        X: What `conv2d` got.
        K: The same.
        stride: The same.
        padding: The same.

    Raises:
        WindowError: The arrays do not fit.
    """
    images, kernels = lifted(X, K)
    window = Window.of(kernels.shape[2:], stride, padding)
    errors = _errors(dZ, images, kernels, window)
    dK: Array = np.matmul(errors, patches(images, window).transpose(0, 2, 1)).sum(axis=0)
    dX = patches_backward(np.matmul(kernels.reshape(len(kernels), -1).T, errors), images.shape, window)
    db = errors.sum(axis=(0, 2))
    return dX.reshape(X.shape), dK.reshape(K.shape), db if K.ndim == 4 else db[0]


def kernel_gradient(dZ: Array, X: Array, K: Array, stride: int | Pair = 1, padding: int | Pair = 0) -> Array:
    """∂L/∂K_ocmn = Σ_sij δ_soij X_sc,i+m,j+n: correlate the input with the error, X ⋆ δ.

    With a stride the errors stand that far apart: s − 1 zeros between them.
    """
    images, kernels = lifted(X, K)
    window = Window.of(kernels.shape[2:], stride, padding)
    delta = dilated(_errors(dZ, images, kernels, window).reshape(len(images), len(kernels), -1), images, window)
    seen = sliding_window_view(window.padded(images), delta.shape[2:], axis=(2, 3))  # (s, c, m, n, i, j)
    rows, columns = window.size
    dK: Array = np.einsum("scmnij,soij->ocmn", seen[:, :, :rows, :columns], delta)
    return dK.reshape(K.shape)


def input_gradient(dZ: Array, X: Array, K: Array, stride: int | Pair = 1, padding: int | Pair = 0) -> Array:
    """∂L/∂X_scab = Σ_omn δ_so,a−m,b−n K_ocmn: true convolution, which is correlation with the flipped kernel.

    Full: δ counts as 0 outside, so k − 1 zeros stand around it. The padding of the forward pass is cut off at last.
    """
    images, kernels = lifted(X, K)
    window = Window.of(kernels.shape[2:], stride, padding)
    delta = dilated(_errors(dZ, images, kernels, window).reshape(len(images), len(kernels), -1), images, window)
    rows, columns = window.size
    around = np.pad(delta, ((0, 0), (0, 0), (rows - 1, rows - 1), (columns - 1, columns - 1)))
    flipped = kernels[:, :, ::-1, ::-1]
    full = np.einsum("soabmn,ocmn->scab", sliding_window_view(around, window.size, axis=(2, 3)), flipped)
    dX = np.zeros_like(window.padded(images), dtype=full.dtype)
    dX[:, :, : full.shape[2], : full.shape[3]] = full  # a rest that the stride leaves was never seen: 0
    return window.cropped(dX).reshape(X.shape)


def dilated(errors: Array, images: Array, window: Window) -> Array:
    """Put s − 1 zeros between the errors, shape (B, filters, (H' − 1) s + 1, (W' − 1) s + 1)."""
    (rows, columns), (down, right) = window.positions(images.shape[2:]), window.stride
    delta = np.zeros((*errors.shape[:2], (rows - 1) * down + 1, (columns - 1) * right + 1), errors.dtype)
    delta[:, :, ::down, ::right] = errors.reshape(*errors.shape[:2], rows, columns)
    return delta


def patches(images: Array, window: Window) -> Array:
    """Return the patches as columns: P, shape (B, channels · k rows · k columns, positions)."""
    found = gather(window.padded(images), window)
    return found.reshape(len(images), -1, found.shape[-2] * found.shape[-1])


def patches_backward(dP: Array, shape: tuple[int, ...], window: Window) -> Array:
    """Carry ∂L/∂P back to the images: where patches overlap, their parts add up.

    Args:
        dP: Shape of P.
        shape: Shape of the images, (B, channels, H, W).
        window: The window.
    """
    into = window.padded(np.zeros(shape, dP.dtype))
    parts = dP.reshape(*shape[:2], *window.size, *window.seen(into))
    return window.cropped(scatter(parts, window, into))


def lifted(X: Array, K: Array) -> tuple[Array, Array]:
    """Return images (B, channels, H, W) and kernels (filters, channels, rows, columns), adding axes of size 1.

    Raises:
        WindowError: The numbers of axes or of channels do not fit, or nothing is there.
    """
    if (X.ndim, K.ndim) not in {(2, 2), (3, 4), (4, 4)}:
        message = f"X has shape {X.shape}, K has shape {K.shape}"
        raise WindowError(
            message, "X is (B, channels, H, W) or (channels, H, W), K is (filters, channels, rows, columns)"
        )
    images = X.reshape((1,) * (4 - X.ndim) + X.shape)
    kernels = K.reshape((1,) * (4 - K.ndim) + K.shape)
    if images.shape[1] != kernels.shape[1]:
        message = f"X has {images.shape[1]} channels, shape {X.shape}; K takes {kernels.shape[1]}, shape {K.shape}"
        raise WindowError(message, "K is (filters, channels, rows, columns)")
    if not (images.size and kernels.size):
        raise WindowError(f"nothing to convolve: X has shape {X.shape}, K has shape {K.shape}")
    return images, kernels


def _errors(dZ: Array, images: Array, kernels: Array, window: Window) -> Array:
    """Return dZ with its positions in a row, shape (B, filters, positions)."""
    rows, columns = window.positions(images.shape[2:])
    wanted = (len(images), len(kernels), rows, columns)
    if dZ.size != len(images) * len(kernels) * rows * columns or dZ.shape != wanted[4 - dZ.ndim :]:
        raise WindowError(f"dZ has shape {dZ.shape}, Z has shape {wanted}", "a gradient has the shape of its array")
    return dZ.reshape(*wanted[:2], rows * columns)
