"""Gradients measured without calculus, to set beside those of the backward pass.

Two ways: central differences, (L(w + h) − L(w − h)) / 2h, as a learner would measure; and the complex step,
Im L(w + ih) / h, which subtracts nothing and so is exact to rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import prod
from random import Random

import numpy as np

from bptutor.engine.blocks import Pool
from bptutor.engine.functions import ACTIVATIONS
from bptutor.engine.graph import Array
from bptutor.engine.network import Values, forward, trace
from bptutor.engine.spec import Placed, Plan, learned
from bptutor.engine.windows import gather

STEP = 1e-5
"""h of central differences: balances h² of the method against 1e-16 / h of rounding."""
COMPLEX_STEP = 1e-30
CENTRAL_LIMIT = 1e-6
COMPLEX_LIMIT = 1e-10
FLOOR = 1e-4
"""Part of L below which a slope counts as if it were that large."""

Function = Callable[[Array], complex]
"""A scalar function of one array."""


def central_differences(f: Function, at: Array, h: float = STEP) -> Array:
    """Return ∂f/∂(each entry) by nudging each entry up and down.

    Args:
        f: The function; called twice for each entry.
        at: Where, any shape.
        h: Size of the nudge.

    Returns:
        The slopes, same shape as `at`.
    """
    slopes = np.zeros(at.shape)
    for index in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[index] += h
        down[index] -= h
        slopes[index] = (f(up) - f(down)).real / (up[index] - down[index])  # the nudge that was really made
    return slopes


def complex_step(f: Function, at: Array, h: float = COMPLEX_STEP) -> Array:
    """Return ∂f/∂(each entry) as Im f(at + ih) / h; `f` has to take complex arrays."""
    slopes = np.zeros(at.shape)
    for index in np.ndindex(at.shape):
        nudged = at.astype(np.complex128)
        nudged[index] += 1j * h
        slopes[index] = f(nudged).imag / h
    return slopes


def difference(gradient: Array, measured: Array, floor: float = 0.0) -> float:
    """Return the largest difference relative to the largest entry of the two, or to `floor` when that is larger."""
    scale = max(float(np.abs(gradient).max()), float(np.abs(measured).max()), floor)
    return float(np.abs(gradient - measured).max()) / scale if scale > 0 else 0.0


@dataclass(frozen=True)
class Checked:
    """One gradient beside its measurements; figures are relative differences."""

    name: str
    """The array whose gradient it is."""
    central: float
    complex: float
    """By complex steps."""
    kink: bool
    """Whether a nudge can carry some z of a ReLU over 0, or another entry of a window over its largest: there central
    differences measure between two slopes."""

    @property
    def ok(self) -> bool:
        """Whether the gradient is confirmed."""
        return self.complex < COMPLEX_LIMIT and (self.kink or self.central < CENTRAL_LIMIT)


def loss_by(spec: Plan, values: Values, name: str) -> Function:
    """Return L as a function of the array `name`, with all others fixed."""

    def f(array: Array) -> complex:
        return complex(forward(spec, {**values, name: array})["L"].value)

    return f


def check(spec: Plan, values: Values, names: Iterable[str] = ()) -> tuple[Checked, ...]:
    """Measure ∂L by the arrays `names` (all parameters and x when empty) and compare with the backward pass.

    Differences count relative to the largest entry of the gradient, or to L / 10,000 when that is larger: what lies
    further below is rounding of L.

    Raises:
        NetworkError: A value does not fit the network.
    """
    pass_ = trace(spec, values)
    arrays = {name: pass_.values[name] for name in pass_.values if not name.startswith("d")}
    chosen = tuple(names) or ("x", *learned(spec))
    floor = FLOOR * abs(float(arrays["L"]))
    kink = near_kink(spec, arrays)
    found = []
    with np.errstate(all="ignore"):
        for name in chosen:
            f = loss_by(spec, arrays, name)
            gradient = pass_.values[f"d{name}"]
            central = difference(gradient, central_differences(f, arrays[name]), floor)
            found.append(Checked(name, central, difference(gradient, complex_step(f, arrays[name]), floor), kink))
    return tuple(found)


def directional(spec: Plan, values: Values, seed: int = 0) -> float:
    """Compare the slope of L along one random direction of all parameters and x with the gradient's.

    v · ∂L against Im L(w + ihv) / h: two forward passes, one of them complex, whatever the number of parameters.

    Returns:
        The difference relative to Σ |v_k ∂L_k|, or to L / 10,000 when that is larger.
    """
    pass_ = trace(spec, values)
    draw = Random(seed)  # noqa: S311 - a documented stream, not a secret
    nudged: dict[str, Array] = {"y": pass_.values["y"]} if "y" in pass_.values else {}
    slope = size = 0.0
    for name in ("x", *learned(spec)):
        array = pass_.values[name]
        v = np.array([2 * draw.random() - 1 for _ in range(array.size)]).reshape(array.shape)
        nudged[name] = array + 1j * COMPLEX_STEP * v
        slope += float((v * pass_.values[f"d{name}"]).sum())
        size += float(np.abs(v * pass_.values[f"d{name}"]).sum())
    with np.errstate(all="ignore"):
        measured = complex(forward(spec, nudged)["L"].value).imag / COMPLEX_STEP
    scale = max(size, FLOOR * abs(float(pass_.values["L"])))
    return abs(slope - measured) / scale if scale > 0 else abs(measured)


def near_kink(spec: Plan, values: Values) -> bool:
    """Return whether a nudge can cross a kink: some z before a ReLU near 0, or a window with two largest entries."""
    largest = max(float(np.abs(array).max()) for array in values.values())
    reach = STEP * (1 + largest) ** 2 * max(_fan(placed) for placed in spec.placed)
    for placed in spec.placed:
        block = placed.block
        if block.activation and ACTIVATIONS[block.activation].kink and (np.abs(values[f"z{placed.n}"]) < reach).any():
            return True
        if isinstance(block, Pool) and block.kind == "max" and _tied(spec, placed, values[f"a{placed.n - 1}"], reach):
            return True
    return False


SIDES = (slice(0, 1), slice(1, None))
"""Of the axes of W or K: out, and in."""


def _fan(placed: Placed) -> int:
    """Return the larger of the numbers of entries that one unit sees and of units (filters) of a layer."""
    return max((prod([*axes.values()][at]) for axes in placed.parameters.values() for at in SIDES), default=1)


def _tied(spec: Plan, placed: Placed, below: Array, reach: float) -> bool:
    """Return whether the two largest entries of some window are that close; zeros of a ReLU do not move."""
    if not isinstance(placed.block, Pool) or prod(placed.block.window.size) == 1:
        return False
    seen = gather(below, placed.block.window)
    rows = np.moveaxis(seen, (-4, -3), (-2, -1)).reshape(-1, prod(placed.block.window.size))
    second, first = np.partition(rows, (-2, -1), axis=1)[:, -2:].T
    close = first - second < reach
    if placed.n > 1 and spec.blocks[placed.n - 2].activation == "relu":
        close &= first != 0
    return bool(close.any())
