"""Weights and biases of a network as views into one vector, so that an optimizer moves them all at once."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy as np

from bptutor.engine.blocks import Conv
from bptutor.engine.graph import Array
from bptutor.engine.spec import Placed, Plan


class Parameters:
    """All that a network learns, and the gradient of each."""

    def __init__(self, spec: Plan, given: Mapping[str, Array], dtype: np.dtype[np.floating]) -> None:
        """Copy the given values into one vector.

        Args:
            spec: The network.
            given: W1, b1, ... of the right shapes.
            dtype: float32 or float64.
        """
        self.values = np.zeros(spec.parameters, dtype)
        """Every number in one vector."""
        self.gradient = np.zeros(spec.parameters, dtype)
        """∂L/∂values."""
        self.arrays = _views(spec, self.values)
        """Name -> view into `values`, in the shape of the array."""
        self.slopes = _views(spec, self.gradient)
        """Name -> view into `gradient`."""
        self.joint = {
            n: (_joint(spec, n, self.values), _joint(spec, n, self.gradient))
            for n, block in enumerate(spec.blocks, 1)
            if isinstance(block, Conv)
        }
        """Number of a convolution -> [K b], shape (filters, channels · k rows · k columns + 1), and its gradient."""
        for name, array in self.arrays.items():
            array[...] = given[name]

    def norms(self) -> dict[str, float]:
        """Return the length of each gradient, √(Σ of the squares), by the parameter's name."""
        return {name: float(np.sqrt(np.square(slope).sum())) for name, slope in self.slopes.items()}


def _views(spec: Plan, vector: Array) -> dict[str, Array]:
    """Return a view for each parameter; the bias of a filter stands behind its kernel."""
    found: dict[str, Array] = {}
    at = 0
    for placed in spec.placed:
        if isinstance(placed.block, Conv):
            K, b = placed.parameters
            joint = _joint(spec, placed.n, vector)
            found |= {K: joint[:, :-1].reshape(_shape(placed, K)), b: joint[:, -1]}
            at += joint.size
            continue
        for name in placed.parameters:
            size = prod(_shape(placed, name))
            found[name] = vector[at : at + size].reshape(_shape(placed, name))
            at += size
    return found


def _joint(spec: Plan, n: int, vector: Array) -> Array:
    """Return kernel and bias of the convolution n as one matrix."""
    before = sum(prod(axes.values()) for placed in spec.placed[: n - 1] for axes in placed.parameters.values())
    K, b = spec.placed[n - 1].parameters.values()
    size = prod(K.values()) + prod(b.values())
    return vector[before : before + size].reshape(prod(b.values()), -1)


def _shape(placed: Placed, name: str) -> tuple[int, ...]:
    """Return the shape of a parameter."""
    return tuple(placed.parameters[name].values())
