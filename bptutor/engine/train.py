"""Gradient descent: as many steps as asked for on one batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bptutor.engine.graph import Array, Graph
from bptutor.engine.network import Spec, checked, forward, given, run


@dataclass(frozen=True)
class Training:
    """How a network is trained."""

    rate: float
    """The learning rate η."""
    steps: int = 1
    update: frozenset[str] = frozenset({"W", "b"})
    """Which arrays move: `W` and `b` mean those of every layer, `W2` one alone."""


def step(spec: Spec, values: dict[str, Array], rate: float, moving: tuple[str, ...]) -> float:
    """Move the parameters by one step, W ← W − η ∂L/∂W, in their own arrays, all from one backward pass.

    Every gradient is taken before any parameter moves: the hidden layer sees the old W2.

    Args:
        spec: The network.
        values: x, y, W1, b1, ...; those in `moving` are written to.
        rate: The learning rate η.
        moving: Names of the parameters that move.

    Returns:
        L before the step.
    """
    graph = Graph()
    nodes = run(graph, spec, values, dx=False)
    graph.backward(nodes["L"])
    for name in moving:
        values[name] -= rate * nodes[name].grad  # type: ignore[operator] # the walk reached all of them
    return float(nodes["L"].value)


def train(spec: Spec, values: Mapping[str, Any], training: Training) -> dict[str, Array]:
    """Train on one batch and return W1, b1, ..., and L after the last step.

    Raises:
        NetworkError: A value does not fit the network.
    """
    arrays = checked(spec, values)
    parameters = [name for name in given(spec) if name[0] in "Wb"]
    moving = tuple(name for name in parameters if {name, name[0]} & training.update)
    arrays |= {name: arrays[name].copy() for name in moving}  # the caller keeps the start
    with np.errstate(all="ignore"):  # a rate that is too large diverges; the result then shows it
        for _ in range(training.steps):
            step(spec, arrays, training.rate, moving)
        loss = forward(spec, arrays)["L"].value
    return {name: arrays[name] for name in parameters} | {"L": loss}
