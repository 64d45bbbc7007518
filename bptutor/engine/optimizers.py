"""How parameters move once their gradient g is known; each rule works on one vector of all parameters, in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

import numpy as np

from bptutor.engine.graph import Array

PIECE = 262_144
"""How many bytes move at a time: what is computed in between stays in the processor's cache."""


class Optimizer(Protocol):
    """A rule with its memory."""

    def move(self, w: Array, g: Array) -> None:
        """Move w by one step; g stays."""


class Descent:
    """w ← w − η g."""

    def __init__(self, rate: float) -> None:
        """Take the learning rate η."""
        self.rate = rate
        self.work = np.zeros(0)

    def move(self, w: Array, g: Array) -> None:
        """Move w by one step; g stays."""
        size = PIECE // w.itemsize
        if self.work.dtype != w.dtype or len(self.work) != min(len(w), size):
            self.work, self.eta = np.empty(min(len(w), size), w.dtype), np.asarray(self.rate, w.dtype)
        for at in range(0, len(w), size):
            piece, move = w[at : at + size], self.work[: len(w) - at]
            np.multiply(g[at : at + size], self.eta, move)
            np.subtract(piece, move, piece)


class Momentum:
    """v ← μ v + g, w ← w − η v: what rolled one way goes on rolling."""

    def __init__(self, rate: float, keep: float = 0.9) -> None:
        """Take the learning rate η and how much of the speed is kept, μ."""
        self.rate = rate
        self.keep = keep
        self.v = np.zeros(0)

    def move(self, w: Array, g: Array) -> None:
        """Move w by one step; g stays."""
        if self.v.shape != w.shape:
            self.v = np.zeros_like(w)
        self.v *= self.keep
        self.v += g
        w -= self.rate * self.v


class Adam:
    """Each parameter at its own pace, by the running means of g and g².

    m ← β₁ m + (1 − β₁) g and v ← β₂ v + (1 − β₂) g², both divided by 1 − βᵗ since they start at 0; then
    w ← w − η m / (√v + ε).
    """

    def __init__(self, rate: float, keep: tuple[float, float] = (0.9, 0.999), epsilon: float = 1e-8) -> None:
        """Take the learning rate η, the two β and ε."""
        self.rate = rate
        self.keep = keep
        self.epsilon = epsilon
        self.t = 0
        self.m = self.v = np.zeros(0)

    def move(self, w: Array, g: Array) -> None:
        """Move w by one step; g stays."""
        if self.m.shape != w.shape:
            self.m, self.v = np.zeros_like(w), np.zeros_like(w)
        self.t += 1
        first, second = self.keep
        self.m += (1 - first) * (g - self.m)
        self.v *= second
        self.v += (1 - second) * g * g
        spread = np.sqrt(self.v) / float(np.sqrt(1 - second**self.t)) + self.epsilon
        w -= self.rate / (1 - first**self.t) * self.m / spread


OPTIMIZERS: Mapping[str, Callable[[float], Optimizer]] = MappingProxyType(
    {"sgd": Descent, "momentum": Momentum, "adam": Adam}
)
"""Name -> rule, given the learning rate."""
