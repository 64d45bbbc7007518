"""Reverse mode over NumPy arrays: every array knows its backward step, and one reversed walk calls them all.

A `Graph` keeps its nodes in the order they were made, so that reversed order is a valid order for the chain rule: a
node is met only after everything that was made from it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
"""float64 as a rule; float32 where speed is measured, complex128 in complex-step checks (forward only)."""

Step = Callable[[Array], tuple[Array | None, ...]]
"""From ∂L/∂(this) to one ∂L/∂(parent) for each parent; None for a parent that wants no gradient."""


class Node:
    """An array, what it was made from, and how its gradient goes back there."""

    __slots__ = ("grad", "parents", "step", "value", "wanted")

    def __init__(self, value: Array, parents: tuple[Node, ...] = (), step: Step | None = None, wanted: bool = True):
        """Keep the parts.

        Args:
            value: The array of the forward pass.
            parents: The nodes it was made from; empty for given arrays.
            step: The backward step; None for given arrays.
            wanted: Whether somebody asks for its gradient. Costly products are left out where nobody does.
        """
        self.value = value
        self.parents = parents
        self.step = step
        self.wanted = wanted
        self.grad: Array | None = None
        """∂L/∂(this), same shape as `value`; None until a walk reaches it."""


class Graph:
    """The nodes of one forward pass, oldest first."""

    __slots__ = ("nodes",)

    def __init__(self) -> None:
        self.nodes: list[Node] = []

    def given(self, value: Array, wanted: bool = True) -> Node:
        """Take in an array that nothing here made: a weight, a bias, an input."""
        node = Node(value, wanted=wanted)
        self.nodes.append(node)
        return node

    def made(self, value: Array, parents: tuple[Node, ...], step: Step) -> Node:
        """Record an array together with the backward step that belongs to the forward one."""
        node = Node(value, parents, step)
        self.nodes.append(node)
        return node

    def backward(self, last: Node, seed: Array | None = None) -> None:
        """Fill `grad` of every node that `last` was made from, by one reversed walk.

        Args:
            last: Where the walk starts, as a rule the loss.
            seed: ∂L/∂last, same shape as `last`; ones when left out.
        """
        for node in self.nodes:
            node.grad = None
        last.grad = np.ones_like(last.value) if seed is None else seed
        for node in reversed(self.nodes):
            if node.step is None or node.grad is None:
                continue
            for parent, part in zip(node.parents, node.step(node.grad), strict=True):
                if part is not None:
                    # Where paths meet, their parts add up. A new array: `part` may be shared between parents.
                    parent.grad = part if parent.grad is None else parent.grad + part


def add(graph: Graph, u: Node, v: Node) -> Node:
    """Add with broadcasting, c = u + v: ∂L/∂u = ∂L/∂c, and the same for v."""

    def step(dc: Array) -> tuple[Array, Array]:
        return unbroadcast(dc, u.value.shape), unbroadcast(dc, v.value.shape)

    return graph.made(u.value + v.value, (u, v), step)


def multiply(graph: Graph, u: Node, v: Node) -> Node:
    """Multiply entry by entry, c = u v: ∂L/∂u = ∂L/∂c · v, and the same for v."""

    def step(dc: Array) -> tuple[Array, Array]:
        return unbroadcast(dc * v.value, u.value.shape), unbroadcast(dc * u.value, v.value.shape)

    return graph.made(u.value * v.value, (u, v), step)


def power(graph: Graph, u: Node, n: float) -> Node:
    """Raise entry by entry, c = uⁿ with a constant n: ∂L/∂u = ∂L/∂c · n uⁿ⁻¹."""

    def step(dc: Array) -> tuple[Array]:
        return (dc * n * u.value ** (n - 1),)

    return graph.made(u.value**n, (u,), step)


def unbroadcast(grad: Array, shape: tuple[int, ...]) -> Array:
    """Sum a gradient over the axes along which its array was repeated.

    Args:
        grad: Gradient in the shape of the result.
        shape: Shape of the array before broadcasting.
    """
    extra = grad.ndim - len(shape)
    stretched = tuple(n for n, size in enumerate(grad.shape) if n < extra or (shape[n - extra] == 1 and size != 1))
    total: Array = np.asarray(grad.sum(axis=stretched)) if stretched else grad
    return total.reshape(shape)
