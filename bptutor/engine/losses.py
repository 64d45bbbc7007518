"""Losses: the value and its slope side by side, each a sum over all entries.

The mean over a batch (one factor 1/B) is taken in one place, `layers.lose`.

Two pairs of activation and loss are written from the logits, where the quotient cancels: softmax with
cross-entropy and sigmoid with binary cross-entropy. Both are exact where e^z overflows or p is rounded to 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from bptutor.engine.functions import sigmoid
from bptutor.engine.graph import Array


def cross_entropy(a: Array, y: Array) -> Array:
    """L = −Σ_k y_k log a_k; terms with y_k = 0 are 0, whatever a_k."""
    total: Array = -(y * np.log(np.where(y == 0, 1, a))).sum()
    return total


def cross_entropy_backward(a: Array, y: Array) -> Array:
    """∂L/∂a_k = −y_k / a_k; 0 where y_k is 0."""
    da: Array = np.where(y == 0, 0, -y / np.where(y == 0, 1, a))
    return da


def quadratic(a: Array, y: Array) -> Array:
    """L = ½ Σ_k (a_k − y_k)²."""
    d = (a - y).reshape(-1)
    total: Array = 0.5 * d.dot(d)  # not vdot, which would conjugate a complex step
    return total


def quadratic_backward(a: Array, y: Array) -> Array:
    """∂L/∂a_k = a_k − y_k."""
    da: Array = a - y
    return da


def binary_cross_entropy(a: Array, y: Array) -> Array:
    """L = −Σ_k [y_k log a_k + (1 − y_k) log(1 − a_k)]."""
    return cross_entropy(a, y) + cross_entropy(1 - a, 1 - y)


def binary_cross_entropy_backward(a: Array, y: Array) -> Array:
    """∂L/∂a_k = −y_k / a_k + (1 − y_k) / (1 − a_k)."""
    return cross_entropy_backward(a, y) - cross_entropy_backward(1 - a, 1 - y)


def entry_sum(a: Array, y: Array) -> Array:
    """L = Σ_k a_k: no target; for single neurons and Jacobians."""
    total: Array = a.sum()
    return total


def entry_sum_backward(a: Array, y: Array) -> Array:
    """∂L/∂a_k = 1."""
    return np.ones_like(a)


def softmax_cross_entropy(z: Array, y: Array, out: Array | None = None) -> Array:
    """L = Σ_k y_k (log Σ_j e^{z_j} − z_k): cross-entropy of softmax(z), from the logits.

    Args:
        z: Logits, shape (..., K).
        y: Target, same shape.
        out: Where to leave softmax(z), which half of the work is for; may be z.
    """
    shifted = z - z.real.max(axis=-1, keepdims=True)  # the largest is 0, so no e^z overflows
    e = np.exp(shifted, out=out)
    sums = e.sum(axis=-1, keepdims=True)
    total: Array = y.reshape(-1).dot((np.log(sums) - shifted).reshape(-1))
    if out is not None:
        np.divide(e, sums, out)
    return total


def softmax_cross_entropy_backward(p: Array, y: Array) -> Array:
    """∂L/∂z_i = p_i Σ_k y_k − y_i, which is p − y when the target sums to 1."""
    dz: Array = p * y.sum(axis=-1, keepdims=True) - y
    return dz


def sigmoid_binary_cross_entropy(z: Array, y: Array, out: Array | None = None) -> Array:
    """L = Σ_k [log(1 + e^{z_k}) − y_k z_k]: binary cross-entropy of sigmoid(z), from the logits; that goes to `out`."""
    above = z.real > 0
    softplus = np.log1p(np.exp(np.where(above, -z, z))) + np.where(above, z, 0)
    total: Array = (softplus - y * z).sum()
    if out is not None:
        sigmoid(z, out)
    return total


def sigmoid_binary_cross_entropy_backward(a: Array, y: Array) -> Array:
    """∂L/∂z_k = a_k − y_k."""
    dz: Array = a - y
    return dz


@dataclass(frozen=True)
class Loss:
    """A loss of the last activation a (or, in `FROM_LOGITS`, of the last z) and its slope."""

    value: Callable[..., Array]
    """(a, y) -> the sum over all entries, shape (); in `FROM_LOGITS` (z, y, out), which leaves a in `out`."""
    backward: Callable[[Array, Array], Array]
    """(a, y) -> ∂L/∂a; in `FROM_LOGITS` -> ∂L/∂z. Shape of a; not yet divided by B."""
    needs_target: bool = True


LOSSES: Mapping[str, Loss] = MappingProxyType(
    {
        "cross-entropy": Loss(cross_entropy, cross_entropy_backward),
        "quadratic": Loss(quadratic, quadratic_backward),
        "binary-cross-entropy": Loss(binary_cross_entropy, binary_cross_entropy_backward),
        "sum": Loss(entry_sum, entry_sum_backward, needs_target=False),
    }
)
"""Every loss under the name that a network file uses."""

FROM_LOGITS: Mapping[tuple[str, str], Loss] = MappingProxyType(
    {
        ("softmax", "cross-entropy"): Loss(softmax_cross_entropy, softmax_cross_entropy_backward),
        ("sigmoid", "binary-cross-entropy"): Loss(sigmoid_binary_cross_entropy, sigmoid_binary_cross_entropy_backward),
    }
)
"""Pairs (last activation, loss) whose slope by z is taken directly."""
