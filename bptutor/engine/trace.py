"""Every named tensor of one forward and one backward pass, and the Jacobians between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bptutor.engine.graph import Array, Graph, Node
from bptutor.errors import UsageError

JACOBIAN_LIMIT = 1_000_000
"""Largest number of entries of a Jacobian that is computed."""


@dataclass(frozen=True)
class Trace:
    """What one pass computed; made by `network.trace`."""

    values: Mapping[str, Array]
    """Name -> array, float64; L has shape (). In the order in which the passes make them."""
    axes: Mapping[str, tuple[str, ...]]
    """Name -> axis names, one for each axis of the array."""
    graph: Graph = field(repr=False, compare=False)
    nodes: Mapping[str, Node] = field(repr=False, compare=False)
    """The nodes of the forward pass by name, for further walks through the same graph."""

    def jacobian(self, top: str, bottom: str) -> Array:
        """Return ∂top/∂bottom: the axes of `top`, then those of `bottom`.

        One backward walk for each entry of `top`, with a 1 there and 0 elsewhere.

        Raises:
            UsageError: A name is not of the forward pass, or the result would be too large.
        """
        for name in (top, bottom):
            if name not in self.nodes or name not in self.values:
                known = ", ".join(name for name in self.values if name in self.nodes)
                raise UsageError(f"no Jacobian with {name}", f"names of the forward pass: {known}")
        if top == "L" and bottom != "L":
            slope = self.values["dx" if bottom == "a0" else f"d{bottom}"]
            return slope
        above, below = self.nodes[top], self.nodes[bottom]
        if above.value.size * below.value.size > JACOBIAN_LIMIT:
            raise UsageError(f"{top}:{bottom} has more than {JACOBIAN_LIMIT:,} entries")
        result = np.zeros((above.value.size, below.value.size))
        with np.errstate(all="ignore"):
            for n in range(above.value.size):
                seed = np.zeros(above.value.size)
                seed[n] = 1
                self.graph.backward(above, seed.reshape(above.value.shape))
                if below.grad is not None:
                    result[n] = below.grad.reshape(-1)
        return result.reshape(above.value.shape + below.value.shape)


def plain(array: Array) -> object:
    """Return an array as nested lists of floats for JSON: no −0, and None for what is not finite."""
    if array.ndim == 0:
        value = float(array)
        return value + 0.0 if np.isfinite(value) else None  # −0.0 + 0.0 is 0.0
    return [plain(part) for part in array]
