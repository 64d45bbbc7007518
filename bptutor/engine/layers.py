"""What a network is made of, as nodes of a graph: dense layers, activations, the loss at the end.

Shapes are for one sample (vectors) or for a batch in rows (one sample a row); the same lines serve both.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bptutor.engine.functions import Activation
from bptutor.engine.graph import Array, Graph, Node
from bptutor.engine.losses import Loss


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


def activate(graph: Graph, z: Node, activation: Activation) -> Node:
    """Apply a = f(z); ∂L/∂z comes from ∂L/∂a by the function's own backward step. Shapes stay."""
    a = activation.value(z.value)

    def step(da: Array) -> tuple[Array]:
        return (activation.backward(da, z.value, a),)

    return graph.made(a, (z,), step)


def lose(graph: Graph, a: Node, y: Array, loss: Loss) -> Node:
    """L = (1/B) Σ of the loss over all rows; B = 1 for a single sample.

    Args:
        graph: Where the new node is recorded.
        a: The last activation, shape (K,) or (B, K).
        y: The target, same shape.
        loss: The loss, a sum over all entries.

    Returns:
        L, shape ().
    """
    rows = batch_rows(a.value)

    def step(dL: Array) -> tuple[Array]:
        return (loss.backward(a.value, y) * (dL / rows),)

    return graph.made(np.asarray(loss.value(a.value, y) / rows), (a,), step)


def lose_from_logits(graph: Graph, z: Node, a: Node, y: Array, loss: Loss) -> Node:
    """The same for a pair of activation and loss that is written from the logits: ∂L/∂z at once, past a.

    Args:
        graph: Where the new node is recorded.
        z: The last logits, shape (K,) or (B, K).
        a: The last activation, made from z.
        y: The target, same shape.
        loss: An entry of `losses.FROM_LOGITS`.

    Returns:
        L, shape ().
    """
    rows = batch_rows(z.value)

    def step(dL: Array) -> tuple[Array]:
        return (loss.backward(a.value, y) * (dL / rows),)

    return graph.made(np.asarray(loss.value(z.value, y) / rows), (z,), step)


def batch_rows(a: Array | Any) -> int:
    """Return how many samples an array of a layer holds: B for (B, K), 1 for (K,)."""
    return int(a.shape[0]) if a.ndim == 2 else 1
