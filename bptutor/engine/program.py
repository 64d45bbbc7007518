"""A network laid out for many steps: every array is allocated once, and both passes compute into them.

The mathematics is that of `layers`, where it is easier to read; here a batch always has its axis, an activation takes
the place of its z, and ∂L/∂z that of ∂L/∂a. A test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from types import MappingProxyType

import numpy as np

from bptutor.engine.blocks import Conv, Dense, Flatten, Pool
from bptutor.engine.functions import ACTIVATIONS
from bptutor.engine.graph import Array
from bptutor.engine.layers import POOLING
from bptutor.engine.losses import FROM_LOGITS, LOSSES
from bptutor.engine.parameters import Parameters
from bptutor.engine.spec import Placed, Plan
from bptutor.engine.windows import Window


@dataclass(frozen=True)
class Flow:
    """What stands between two layers: an array of the forward pass and its gradient."""

    value: Array
    """Shape (B, ...)."""
    slope: Array | None
    """∂L/∂value, same shape; None where nothing below learns."""


@dataclass(frozen=True)
class Stage:
    """One layer, ready to run: `forward` fills `out.value`, `backward` turns `out.slope` into all gradients below."""

    out: Flow
    forward: Callable[[], object]
    backward: Callable[[], object]


class Program:
    """Both passes of a network over arrays that stay where they are."""

    def __init__(self, spec: Plan, parameters: Parameters) -> None:
        """Lay out all arrays for the batch size of `spec`.

        Args:
            spec: The network.
            parameters: What it learns; shared by programs for other batch sizes.
        """
        self.rows = spec.rows or 1
        dtype = parameters.values.dtype
        self.x = np.zeros((self.rows, *spec.input.values()), dtype)
        self.y = np.zeros((self.rows, *spec.placed[-1].above.values()), dtype)
        flow, stages = Flow(self.x, None), []
        learns = False
        for placed in spec.placed:
            learns = learns or bool(placed.parameters)
            direct = placed.n == spec.depth and (spec.last_activation, spec.loss) in FROM_LOGITS
            stage = STAGES[type(placed.block)](placed.block, placed, flow, parameters, learns, direct)
            stages.append(stage)
            flow = stage.out
        self.last = flow
        self._forward = [stage.forward for stage in stages]
        self._backward = [stage.backward for stage in reversed(stages) if stage.out.slope is not None]
        self._from_logits = (spec.last_activation, spec.loss) in FROM_LOGITS
        self._loss = FROM_LOGITS[spec.last_activation, spec.loss] if self._from_logits else LOSSES[spec.loss]
        self._share = np.asarray(1 / self.rows, dtype)

    def load(self, x: Array, y: Array | None) -> None:
        """Take in another batch; a single sample may come without its batch axis."""
        np.copyto(self.x, x.reshape(self.x.shape))
        if y is not None:
            np.copyto(self.y, y.reshape(self.y.shape))

    def forward(self) -> float:
        """Run forward and return L; `last` then holds the last activation."""
        for forward in self._forward:
            forward()
        value = self.last.value
        loss = self._loss.value(value, self.y, value) if self._from_logits else self._loss.value(value, self.y)
        return float(loss) / self.rows

    def backward(self) -> None:
        """Run backward after `forward`: every gradient of the parameters is then in its place."""
        value, slope = self.last.value, self.last.slope
        if slope is not None:
            np.multiply(self._loss.backward(value, self.y), self._share, slope)
        for backward in self._backward:
            backward()


def _dense(block: Dense, placed: Placed, below: Flow, parameters: Parameters, learns: bool, direct: bool) -> Stage:
    """Lay out a dense layer; `direct` leaves the activation to the loss."""
    W, b = (parameters.arrays[name] for name in placed.parameters)
    dW, db = (parameters.slopes[name] for name in placed.parameters)
    x, dx, W_T = below.value, below.slope, W.T
    z, dz = np.empty((len(x), *b.shape), W.dtype), np.empty((len(x), *b.shape), W.dtype)
    dz_T, ones = dz.T, np.ones(len(x), W.dtype)
    activation = ACTIVATIONS[block.activation]
    value, back = activation.value, activation.backward

    def forward() -> None:
        x.dot(W_T, z)
        np.add(z, b, z)
        if not direct:
            value(z, z)

    def backward() -> None:
        if not direct:
            back(dz, z, z, dz)
        dz_T.dot(x, dW)
        ones.dot(dz, db)
        if dx is not None:
            dz.dot(W, dx)

    return Stage(Flow(z, dz), forward, backward)


def _conv(block: Conv, placed: Placed, below: Flow, parameters: Parameters, learns: bool, direct: bool) -> Stage:
    """Lay out a convolution: patches P and, below them, a row of ones, so that [K b] [P; 1] = K P + b.

    The bias is thus one more weight, and one product gives the gradients of both.
    """
    x, window = below.value, block.window
    Kb, dKb = parameters.joint[placed.n]
    rows, columns = [*placed.above.values()][1:]
    image = window.padded(x)
    P = np.ones((len(x), Kb.shape[1], rows * columns), Kb.dtype)
    parts = P[:, :-1].reshape(len(x), x.shape[1], *window.size, rows, columns)
    slots = [parts[:, :, m, n] for m in range(window.size[0]) for n in range(window.size[1])]
    slabs = list(window.slabs(image))
    z, dz = (np.empty((len(x), len(Kb), rows * columns), Kb.dtype) for _ in range(2))
    flat, dflat = z.reshape(len(x), -1), dz.reshape(len(x), -1)
    each, P_T, K_T, dP = np.empty((len(x), *Kb.shape), Kb.dtype), P.transpose(0, 2, 1), Kb[:, :-1].T, P[:, :-1]
    spread = None if below.slope is None else _spread(below.slope, image is x, window, slots)
    activation = ACTIVATIONS[block.activation]

    def forward() -> None:
        if image is not x:
            np.copyto(window.cropped(image), x)
        for slot, slab in zip(slots, slabs, strict=True):
            np.copyto(slot, slab)
        np.matmul(Kb, P, z)
        activation.value(flat, flat)

    def backward() -> None:
        activation.backward(dflat, flat, flat, dflat)
        np.matmul(dz, P_T, each)
        each.sum(axis=0, out=dKb)
        if spread is not None:
            np.matmul(K_T, dz, dP)  # P is not needed any more
            spread()

    shape = len(x), len(Kb), rows, columns
    return Stage(Flow(z.reshape(shape), dz.reshape(shape)), forward, backward)


def _spread(dx: Array, bare: bool, window: Window, slots: list[Array]) -> Callable[[], None]:
    """Return what adds the gradients of the patches, in `slots`, into those of the image; `bare` has no padding."""
    dimage = dx if bare else np.empty_like(window.padded(dx))
    inside, slabs = window.cropped(dimage), list(window.slabs(dimage))

    def spread() -> None:
        dimage.fill(0)
        for slot, slab in zip(slots, slabs, strict=True):
            np.add(slab, slot, slab)
        if not bare:
            np.copyto(dx, inside)

    return spread


def _pool(block: Pool, placed: Placed, below: Flow, parameters: Parameters, learns: bool, direct: bool) -> Stage:
    """Lay out pooling."""
    x, dx, window = below.value, below.slope, block.window
    run, back = POOLING[block.kind]
    arguments = () if block.kind == "global-average" else (window.size, window.stride)
    y = np.empty((len(x), *placed.above.values()), x.dtype)
    dy = np.empty_like(y) if learns else None

    def forward() -> None:
        run(x, *arguments, out=y)

    def backward() -> None:
        if dx is not None:
            back(dy, x, *arguments, out=dx)

    return Stage(Flow(y, dy), forward, backward)


def _flatten(block: Flatten, placed: Placed, below: Flow, parameters: Parameters, learns: bool, direct: bool) -> Stage:
    """Lay out flatten: the same numbers seen as rows, so that there is nothing to do."""
    shape = len(below.value), prod(placed.above.values())
    slope = None if below.slope is None else below.slope.reshape(shape)
    return Stage(Flow(below.value.reshape(shape), slope), _nothing, _nothing)


def _nothing() -> None:
    """Do nothing."""


STAGES: Mapping[type, Callable[..., Stage]] = MappingProxyType(
    {Dense: _dense, Conv: _conv, Pool: _pool, Flatten: _flatten}
)
"""Kind of layer -> how it is laid out."""
