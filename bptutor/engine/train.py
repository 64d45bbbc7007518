"""Training: gradient descent and its kin, step by step, on a whole batch or on mini-batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from random import Random
from typing import Any

import numpy as np

from bptutor.engine.blocks import NetworkError
from bptutor.engine.graph import Array
from bptutor.engine.network import checked
from bptutor.engine.optimizers import OPTIMIZERS, Optimizer
from bptutor.engine.parameters import Parameters
from bptutor.engine.program import Program
from bptutor.engine.spec import Plan, learned


@dataclass(frozen=True)
class Training:
    """How a network is trained."""

    rate: float
    """The learning rate η."""
    steps: int = 1
    update: frozenset[str] = frozenset({"W", "K", "b"})
    """Which arrays move: `W`, `K` and `b` mean those of every layer, `W2` one alone."""
    optimizer: str = "sgd"
    """A key of `optimizers.OPTIMIZERS`."""
    minibatch: int | None = None
    """Rows of one step; all rows when None. They are shuffled anew for each round, whose last step takes the rest."""
    seed: int = 0
    """For the shuffles."""


@dataclass(frozen=True)
class Progress:
    """What one step found, before it moved anything."""

    step: int
    """From 1."""
    loss: float
    norms: Mapping[str, float]
    """Parameter -> the length of its gradient."""


class Trainer:
    """A network that learns: its parameters, and both passes laid out once for each batch size."""

    def __init__(self, spec: Plan, values: Mapping[str, Any], training: Training) -> None:
        """Copy the values; float32 throughout when all of them are.

        Args:
            spec: The network.
            values: x, y, W1, b1, ...: arrays or nested lists.
            training: How it learns; `steps` is not looked at.

        Raises:
            NetworkError: A value does not fit, or there is no such optimizer or mini-batch.
        """
        if training.optimizer not in OPTIMIZERS:
            raise NetworkError("", f"unknown optimizer {training.optimizer}", f"one of {', '.join(OPTIMIZERS)}")
        if training.minibatch is not None and not 1 <= training.minibatch <= (spec.rows or 1):
            raise NetworkError("x", f"a mini-batch of {training.minibatch} from {spec.rows or 1} rows")
        arrays = checked(spec, values)
        self.spec = spec
        self.x, self.y = arrays["x"], arrays.get("y")
        self.parameters = Parameters(spec, arrays, np.result_type(*arrays.values()))
        self.optimizer: Optimizer = OPTIMIZERS[training.optimizer](training.rate)
        self._programs: dict[int, Program] = {}
        self._rest = _resting(self.parameters, training.update)
        self._batches = _shuffled(spec.rows or 1, training) if training.minibatch else None
        self._program = self._load(None)

    def step(self) -> float:
        """Take one step and return L before it; every gradient is taken before any parameter moves."""
        with np.errstate(all="ignore"):  # a rate that is too large diverges; the result then shows it
            loss = self.slope()
            self.move()
        return loss

    def slope(self) -> float:
        """Run both passes on the next batch and return L; the gradients are in `parameters.gradient`."""
        program = self._program
        if self._batches is not None:
            program = self._load(next(self._batches))
        loss = program.forward()
        program.backward()
        return loss

    def move(self) -> None:
        """Move the parameters along the gradients of the last `slope`."""
        if self._rest is not None:
            self.parameters.gradient[self._rest] = 0
        self.optimizer.move(self.parameters.values, self.parameters.gradient)

    def loss(self) -> float:
        """Return L over all rows, with the parameters as they are now."""
        with np.errstate(all="ignore"):
            return self._load(None).forward()

    def progress(self) -> Iterator[Progress]:
        """Take steps without end and yield what each found; leave the loop to stop."""
        step = 0
        while True:
            step += 1
            with np.errstate(all="ignore"):
                loss = self.slope()
                norms = self.parameters.norms()
                self.move()
            yield Progress(step, loss, norms)

    def _load(self, rows: Array | None) -> Program:
        """Return the program of some rows of x and y, or of all, with them in its arrays."""
        count = (self.spec.rows or 1) if rows is None else len(rows)
        if count not in self._programs:
            spec = self.spec if count == (self.spec.rows or 1) else replace(self.spec, rows=count)  # type: ignore[type-var] # every plan is a dataclass
            self._programs[count] = Program(spec, self.parameters)
        program = self._programs[count]
        x, y = (self.x, self.y) if rows is None else (self.x[rows], None if self.y is None else self.y[rows])
        program.load(x, y)
        return program


def train(spec: Plan, values: Mapping[str, Any], training: Training) -> dict[str, Array]:
    """Train and return W1, b1, ..., and L after the last step.

    Raises:
        NetworkError: A value does not fit the network.
    """
    trainer = Trainer(spec, values, training)
    for _ in range(training.steps):
        trainer.step()
    found = {name: trainer.parameters.arrays[name].copy() for name in learned(spec)}
    return found | {"L": np.asarray(trainer.loss())}


def progress(spec: Plan, values: Mapping[str, Any], training: Training) -> Iterator[Progress]:
    """Yield what each of `training.steps` steps found; a caller may stop at any time."""
    return islice(Trainer(spec, values, training).progress(), training.steps)


def _resting(parameters: Parameters, update: frozenset[str]) -> Array | None:
    """Return which entries of the gradient do not move, as a mask; None when all move."""
    resting = [name for name in parameters.arrays if not {name, name[0]} & update]
    if not resting:
        return None
    kept = parameters.gradient.copy()
    parameters.gradient[...] = 0
    for name in resting:
        parameters.slopes[name][...] = 1
    mask: Array = parameters.gradient == 1
    parameters.gradient[...] = kept
    return mask


def _shuffled(rows: int, training: Training) -> Iterator[Array]:
    """Yield the row numbers of one mini-batch after the other, without end."""
    random = Random(training.seed)  # noqa: S311 - a documented stream, not a secret
    size = training.minibatch or rows
    while True:
        draws = [random.random() for _ in range(rows)]
        order = np.argsort(draws, kind="stable")
        for start in range(0, rows, size):
            yield order[start : start + size]
