"""What a network is made of, as nodes of a graph: layers, activations, the loss at the end.

Shapes are for one sample (vectors) or for a batch in rows (one sample a row); the same lines serve both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from bptutor.engine import pool as pooling
from bptutor.engine.conv import conv2d, conv2d_backward
from bptutor.engine.functions import Activation
from bptutor.engine.graph import Array, Graph, Node
from bptutor.engine.losses import Loss
from bptutor.engine.windows import Window

POOLING: Mapping[str, tuple[Callable[..., Array], Callable[..., Array]]] = MappingProxyType(
    {
        "max": (pooling.max_pool, pooling.max_pool_backward),
        "average": (pooling.average_pool, pooling.average_pool_backward),
        "global-average": (pooling.global_average, pooling.global_average_backward),
    }
)
"""Kind of pooling -> forward and backward."""


def dense(graph: Graph, x: Node, W: Node, b: Node) -> Node:
    """z_j = Σ_i W_ji x_i + b_j; for rows Z = X Wᵀ + b.

    Backward, with δ = ∂L/∂z: ∂L/∂W_ji = δ_j x_i (summed over the rows of a batch), ∂L/∂b_j = δ_j (summed likewise),
    ∂L/∂x_i = Σ_j δ_j W_ji.

    Args:
        graph: Where the new node is recorded.
        x: Input, shape (in,) or (B, in).
        W: Weights, shape (out, in).
        b: Biases, shape (out,).

    Returns:
        z, shape (out,) or (B, out).
    """

    def step(dz: Array) -> tuple[Array | None, Array, Array]:
        dx = dz.dot(W.value) if x.wanted else None
        if dz.ndim == 1:
            return dx, dz[:, None] * x.value, dz
        return dx, dz.T.dot(x.value), dz.sum(axis=0)

    return graph.made(x.value.dot(W.value.T) + b.value, (x, W, b), step)


def convolve(graph: Graph, x: Node, window: Window, K: Node, b: Node) -> Node:
    """Z = X ⋆ K + b; backward as `conv.conv2d_backward` says, without ∂L/∂X where nobody wants it.

    Args:
        graph: Where the new node is recorded.
        x: Input, shape (channels, H, W) or (B, channels, H, W).
        window: Size, stride and padding.
        K: Kernels, shape (filters, channels, rows, columns).
        b: Biases, shape (filters,).

    Returns:
        z, shape (filters, H', W') or (B, filters, H', W').
    """

    def step(dz: Array) -> tuple[Array | None, Array, Array]:
        dx, dK, db = conv2d_backward(dz, x.value, K.value, window.stride, window.padding)
        return (dx if x.wanted else None), dK, db

    return graph.made(conv2d(x.value, K.value, b.value, window.stride, window.padding), (x, K, b), step)


def pool(graph: Graph, x: Node, kind: str, window: Window) -> Node:
    """Pool each channel: `max`, `average` with a window, or `global-average`."""
    forward, backward = POOLING[kind]
    arguments = () if kind == "global-average" else (window.size, window.stride)

    def step(dy: Array) -> tuple[Array]:
        return (backward(dy, x.value, *arguments),)

    return graph.made(forward(x.value, *arguments), (x,), step)


def flatten(graph: Graph, x: Node) -> Node:
    """Put the numbers of each sample in one row: (channels, H, W) becomes (channels · H · W,), rows of a batch stay."""

    def step(da: Array) -> tuple[Array]:
        return (da.reshape(x.value.shape),)

    batch = x.value.shape[:1] if x.value.ndim in (2, 4) else ()
    return graph.made(x.value.reshape(*batch, -1), (x,), step)


def activate(graph: Graph, z: Node, activation: Activation) -> Node:
    """Apply a = f(z); ∂L/∂z comes from ∂L/∂a by the function's own backward step. Shapes stay."""
    a = activation.value(z.value)

    def step(da: Array) -> tuple[Array]:
        return (activation.backward(da, z.value, a),)

    return graph.made(a, (z,), step)


def lose(graph: Graph, a: Node, y: Array, loss: Loss, rows: int) -> Node:
    """L = (1/B) Σ of the loss over all rows.

    Args:
        graph: Where the new node is recorded.
        a: The last activation, shape (K,) or (B, K).
        y: The target, same shape.
        loss: The loss, a sum over all entries.
        rows: B; 1 for a single sample.

    Returns:
        L, shape ().
    """

    def step(dL: Array) -> tuple[Array]:
        return (loss.backward(a.value, y) * (dL / rows),)

    return graph.made(np.asarray(loss.value(a.value, y) / rows), (a,), step)


def lose_from_logits(graph: Graph, z: Node, a: Node, y: Array, loss: Loss, rows: int) -> Node:
    """The same for a pair of activation and loss that is written from the logits: ∂L/∂z at once, past a.

    Args:
        graph: Where the new node is recorded.
        z: The last logits, shape (K,) or (B, K).
        a: The last activation, made from z.
        y: The target, same shape.
        loss: An entry of `losses.FROM_LOGITS`.
        rows: B; 1 for a single sample.

    Returns:
        L, shape ().
    """

    def step(dL: Array) -> tuple[Array]:
        return (loss.backward(a.value, y) * (dL / rows),)

    return graph.made(np.asarray(loss.value(z.value, y) / rows), (z,), step)
