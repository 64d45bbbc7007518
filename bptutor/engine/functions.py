"""Activation functions: the value and the backward step side by side.

Each takes float or complex arrays forward (complex for complex-step checks: which branch is taken is decided by the
real part) and carries ∂L/∂a back to ∂L/∂z. None overflows, whatever the size of z.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from bptutor.engine.graph import Array

LEAK = 0.01
"""Slope of the leaky ReLU for z ≤ 0."""


def identity(z: Array) -> Array:
    """Return z itself: a_i = z_i."""
    return z


def identity_backward(da: Array, z: Array, a: Array) -> Array:
    """∂L/∂z_i = ∂L/∂a_i."""
    return da


def sigmoid(z: Array) -> Array:
    """Squash to (0, 1): a_i = 1 / (1 + e^{−z_i})."""
    lowest = -87 if z.dtype == np.float32 else -709  # below, e^{−z} overflows and a is smaller than any float
    a: Array = 1 / (1 + np.exp(-np.maximum(z, lowest)))  # of complex numbers `maximum` compares the real parts
    return a


def sigmoid_backward(da: Array, z: Array, a: Array) -> Array:
    """∂L/∂z_i = ∂L/∂a_i · a_i (1 − a_i)."""
    dz: Array = da * a * (1 - a)
    return dz


def tanh(z: Array) -> Array:
    """Squash to (−1, 1): a_i = tanh z_i."""
    a: Array = np.tanh(z)
    return a


def tanh_backward(da: Array, z: Array, a: Array) -> Array:
    """∂L/∂z_i = ∂L/∂a_i · (1 − a_i²)."""
    dz: Array = da * (1 - a * a)
    return dz


def relu(z: Array) -> Array:
    """Cut off below zero: a_i = max(z_i, 0)."""
    if z.dtype.kind == "c":
        return np.where(z.real > 0, z, 0)
    a: Array = np.maximum(z, 0)
    return a


def relu_backward(da: Array, z: Array, a: Array) -> Array:
    """∂L/∂z_i = ∂L/∂a_i where z_i > 0, else 0; at the kink the slope is 0."""
    dz: Array = da * (z > 0)
    return dz


def leaky_relu(z: Array) -> Array:
    """Lean below zero: a_i = z_i where z_i > 0, else 0.01 z_i."""
    a: Array = np.where(z.real > 0, z, LEAK * z)
    return a


def leaky_relu_backward(da: Array, z: Array, a: Array) -> Array:
    """∂L/∂z_i = ∂L/∂a_i where z_i > 0, else 0.01 ∂L/∂a_i; at the kink the slope is 0.01."""
    dz: Array = np.where(z > 0, da, LEAK * da)
    return dz


def softmax(z: Array) -> Array:
    """Turn logits into probabilities along the last axis: p_i = e^{z_i} / Σ_k e^{z_k}.

    Args:
        z: Logits, shape (..., K).

    Returns:
        p, shape (..., K); every row sums to 1.
    """
    e = np.exp(z - z.real.max(axis=-1, keepdims=True))  # e^{−m} cancels; without it e^{1000} is inf
    p: Array = e / e.sum(axis=-1, keepdims=True)
    return p


def softmax_backward(dp: Array, z: Array, p: Array) -> Array:
    """Carry ∂L/∂p back to the logits: ∂L/∂z_i = Σ_k ∂L/∂p_k · p_k (δ_ki − p_i).

    The Jacobian diag(p) − p pᵀ is never built: its product with a vector needs one dot product.

    Args:
        dp: ∂L/∂p, shape (..., K).
        z: The logits; not needed.
        p: The forward result, shape (..., K).

    Returns:
        ∂L/∂z, shape (..., K).
    """
    dz: Array = p * (dp - (dp * p).sum(axis=-1, keepdims=True))
    return dz


@dataclass(frozen=True)
class Activation:
    """A function of the logits z and the way back."""

    value: Callable[[Array], Array]
    """z -> a, same shape."""
    backward: Callable[[Array, Array, Array], Array]
    """(∂L/∂a, z, a) -> ∂L/∂z, all of one shape."""
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
