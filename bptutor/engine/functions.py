"""Activation functions: the value and the backward step side by side.

Each takes float or complex arrays forward (complex for complex-step checks: which branch is taken is decided by the
real part) and carries ∂L/∂a back to ∂L/∂z. None overflows, whatever the size of z. With `out` the result goes into that
array, which may be z itself (backward: ∂L/∂a itself), and the work is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from bptutor.engine.graph import Array

LEAK = 0.01
"""Slope of the leaky ReLU for z ≤ 0."""
LOWEST: Mapping[np.dtype[Any], Array] = MappingProxyType(
    {np.dtype(kind): np.asarray(lowest, kind) for kind, lowest in ((np.float32, -87), (np.float64, -709))}
)
"""Where e^{−z} is about to overflow."""


def identity(z: Array, out: Array | None = None) -> Array:
    """Return z itself: a_i = z_i."""
    return _into(out, z)


def identity_backward(da: Array, z: Array, a: Array, out: Array | None = None) -> Array:
    """∂L/∂z_i = ∂L/∂a_i."""
    return _into(out, da)


def sigmoid(z: Array, out: Array | None = None) -> Array:
    """Squash to (0, 1): a_i = 1 / (1 + e^{−z_i})."""
    lowest = LOWEST.get(z.dtype, -709)  # below, e^{−z} overflows and a is smaller than any float
    cut = np.maximum(z, lowest)  # of complex numbers `maximum` compares the real parts
    a: Array = np.exp(np.negative(cut), out=out)
    np.add(a, np.ones((), a.dtype), a)
    return np.reciprocal(a, a)


def sigmoid_backward(da: Array, z: Array, a: Array, out: Array | None = None) -> Array:
    """∂L/∂z_i = ∂L/∂a_i · a_i (1 − a_i)."""
    rest: Array = np.subtract(np.ones((), a.dtype), a)
    np.multiply(rest, a, rest)
    return np.multiply(da, rest, out=out)


def tanh(z: Array, out: Array | None = None) -> Array:
    """Squash to (−1, 1): a_i = tanh z_i."""
    a: Array = np.tanh(z, out=out)
    return a


def tanh_backward(da: Array, z: Array, a: Array, out: Array | None = None) -> Array:
    """∂L/∂z_i = ∂L/∂a_i · (1 − a_i²)."""
    slope: Array = np.multiply(a, a)
    np.subtract(np.ones((), a.dtype), slope, slope)
    return np.multiply(da, slope, out=out)


def relu(z: Array, out: Array | None = None) -> Array:
    """Cut off below zero: a_i = max(z_i, 0)."""
    if z.dtype.kind == "c":
        return np.where(z.real > 0, z, 0)
    a: Array = np.maximum(z, np.zeros(z.shape[-1:], z.dtype), out=out)  # three times as fast as with the number 0
    return a


def relu_backward(da: Array, z: Array, a: Array, out: Array | None = None) -> Array:
    """∂L/∂z_i = ∂L/∂a_i where z_i > 0, else 0; at the kink the slope is 0."""
    dz: Array = np.multiply(da, np.greater(z, np.zeros((), z.dtype)), out=out)
    return dz


def leaky_relu(z: Array, out: Array | None = None) -> Array:
    """Lean below zero: a_i = z_i where z_i > 0, else 0.01 z_i."""
    return _into(out, np.where(z.real > 0, z, LEAK * z))


def leaky_relu_backward(da: Array, z: Array, a: Array, out: Array | None = None) -> Array:
    """∂L/∂z_i = ∂L/∂a_i where z_i > 0, else 0.01 ∂L/∂a_i; at the kink the slope is 0.01."""
    return _into(out, np.where(z > 0, da, LEAK * da))


def softmax(z: Array, out: Array | None = None) -> Array:
    """Turn logits into probabilities along the last axis: p_i = e^{z_i} / Σ_k e^{z_k}.

    Args:
        z: Logits, shape (..., K).
        out: Where to put p; a new array when left out.

    Returns:
        p, shape (..., K); every row sums to 1.
    """
    shifted = np.subtract(z, z.real.max(axis=-1, keepdims=True))  # e^{−m} cancels; without it e^{1000} is inf
    p: Array = np.exp(shifted, out=out)
    np.divide(p, p.sum(axis=-1, keepdims=True), p)
    return p


def softmax_backward(dp: Array, z: Array, p: Array, out: Array | None = None) -> Array:
    """Carry ∂L/∂p back to the logits: ∂L/∂z_i = Σ_k ∂L/∂p_k · p_k (δ_ki − p_i).

    The Jacobian diag(p) − p pᵀ is never built: its product with a vector needs one dot product.

    Args:
        dp: ∂L/∂p, shape (..., K).
        z: The logits; not needed.
        p: The forward result, shape (..., K).
        out: Where to put the result; a new array when left out.

    Returns:
        ∂L/∂z, shape (..., K).
    """
    dz: Array = np.subtract(dp, (dp * p).sum(axis=-1, keepdims=True), out=out)
    return np.multiply(dz, p, dz)


def _into(out: Array | None, found: Array) -> Array:
    """Return what was found, copied into `out` where there is one."""
    if out is None or out is found:
        return found
    np.copyto(out, found)
    return out


@dataclass(frozen=True)
class Activation:
    """A function of the logits z and the way back."""

    value: Callable[..., Array]
    """(z, out) -> a, same shape."""
    backward: Callable[..., Array]
    """(∂L/∂a, z, a, out) -> ∂L/∂z, all of one shape. In place of z that is gone, a will do:
    the two have one sign."""
    kink: bool = False
    """Whether the slope jumps at 0."""


ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        "identity": Activation(identity, identity_backward),
        "sigmoid": Activation(sigmoid, sigmoid_backward),
        "tanh": Activation(tanh, tanh_backward),
        "relu": Activation(relu, relu_backward, kink=True),
        "leaky-relu": Activation(leaky_relu, leaky_relu_backward, kink=True),
        "softmax": Activation(softmax, softmax_backward),
    }
)
"""Every activation under the name that a network file uses."""
