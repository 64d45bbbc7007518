"""A network of dense layers: which tensors it has, whether given values fit, and one pass through it.

Names are those of the lessons: x, W1, b1, z1, a1, ..., y, L, and ∂L/∂(name) is `d` + name. W is (out, in). The axis of
layer n is `Nn` (N0 is the input), `B` counts the rows of a batch and comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from bptutor.engine.functions import ACTIVATIONS
from bptutor.engine.graph import Array, Graph, Node
from bptutor.engine.layers import activate, batch_rows, dense, lose, lose_from_logits
from bptutor.engine.losses import FROM_LOGITS, LOSSES
from bptutor.engine.trace import Trace
from bptutor.errors import UsageError

Values = Mapping[str, Array]
"""Name -> array, for the names that a pass starts from: x, y, W1, b1, ..."""


class NetworkError(UsageError):
    """A value does not fit its network; names the layer, and both shapes when shapes are the reason."""

    def __init__(self, name: str, message: str, help: str = "") -> None:  # noqa: A002
        """Keep the name of the array (x, W2, ...; empty when the network itself is meant) and the message."""
        self.name = name
        super().__init__(message, help)


@dataclass(frozen=True)
class Spec:
    """What a network is made of, without its numbers."""

    layers: tuple[int, ...]
    """Widths: input first, output last."""
    activations: tuple[str, ...]
    """One for each layer after the input; keys of `functions.ACTIVATIONS`."""
    loss: str
    """A key of `losses.LOSSES`."""
    rows: int | None = None
    """Batch size B; None for a single sample, whose arrays have no batch axis."""

    def __post_init__(self) -> None:
        """Refuse what cannot be a network.

        Raises:
            NetworkError: Too few layers, an empty layer or batch, a wrong count or an unknown name.
        """
        if len(self.layers) < 2:
            raise NetworkError("", f"a network needs an input and one layer; layers is {list(self.layers)}")
        for n, width in enumerate(self.layers):
            if width < 1:
                raise NetworkError("", f"layer {n} is empty: its width is {width}", "a layer has at least 1 unit")
        if len(self.activations) != len(self.layers) - 1:
            after = len(self.layers) - 1
            message = f"{len(self.activations)} activations for {after} layers after the input"
            raise NetworkError("", message, "write one activation for each layer after the input")
        for unknown in set(self.activations) - set(ACTIVATIONS):
            raise NetworkError("", f"unknown activation {unknown}", f"one of {', '.join(ACTIVATIONS)}")
        if self.loss not in LOSSES:
            raise NetworkError("", f"unknown loss {self.loss}", f"one of {', '.join(LOSSES)}")
        if self.rows is not None and self.rows < 1:
            raise NetworkError("x", "the batch is empty", "a batch has at least one row")

    @property
    def depth(self) -> int:
        """Number of layers after the input."""
        return len(self.activations)

    @property
    def parameters(self) -> int:
        """Number of weights and biases."""
        return sum(out * (into + 1) for into, out in pairwise(self.layers))


def sizes(spec: Spec) -> dict[str, int]:
    """Return axis name -> size."""
    found = {} if spec.rows is None else {"B": spec.rows}
    return found | {f"N{n}": width for n, width in enumerate(spec.layers)}


def given(spec: Spec) -> dict[str, tuple[str, ...]]:
    """Return the names that a pass starts from, with their axes: x, y (where the loss has a target), W1, b1, ..."""
    batch = () if spec.rows is None else ("B",)
    found: dict[str, tuple[str, ...]] = {"x": (*batch, "N0")}
    if LOSSES[spec.loss].needs_target:
        found["y"] = (*batch, f"N{spec.depth}")
    for n in range(1, spec.depth + 1):
        found |= {f"W{n}": (f"N{n}", f"N{n - 1}"), f"b{n}": (f"N{n}",)}
    return found


def names(spec: Spec) -> dict[str, tuple[str, ...]]:
    """Return every tensor of both passes with its axes, in the order in which a pass makes them.

    With softmax last, `p` stands for the last activation; `a0` for the input.
    """
    starts = given(spec)
    batch = () if spec.rows is None else ("B",)
    last = (*batch, f"N{spec.depth}")
    found = {"x": starts["x"], "a0": starts["x"]}
    for n in range(1, spec.depth + 1):
        axes = (*batch, f"N{n}")
        found |= {f"W{n}": starts[f"W{n}"], f"b{n}": starts[f"b{n}"], f"z{n}": axes, f"a{n}": axes}
    if spec.activations[-1] == "softmax":
        found["p"] = last
    if "y" in starts:
        found["y"] = last
    found["L"] = ()
    if spec.activations[-1] == "softmax":
        found["dp"] = last
    for n in range(spec.depth, 0, -1):
        for name in (f"a{n}", f"z{n}", f"W{n}", f"b{n}"):
            found[f"d{name}"] = found[name]
    return found | {"dx": starts["x"]}


def shape(spec: Spec, axes: tuple[str, ...]) -> tuple[int, ...]:
    """Return the sizes of some axes of the network."""
    known = sizes(spec)
    return tuple(known[axis] for axis in axes)


def checked(spec: Spec, values: Mapping[str, Any]) -> dict[str, Array]:
    """Return the values as arrays that fit the network; float32 stays float32, all else becomes float64.

    Raises:
        NetworkError: A name is missing or unknown, a shape does not fit, or a number is not finite.
    """
    expected = given(spec)
    for unknown in values.keys() - expected.keys() - {"y"}:
        raise NetworkError(unknown, f"the network has no {unknown}", f"it has {', '.join(expected)}")
    for name in expected.keys() - values.keys():
        raise NetworkError(name, f"{layer_of(spec, name)}: {name} is missing")
    return {name: fitted(spec, name, values[name]) for name in expected}


def fitted(spec: Spec, name: str, value: object) -> Array:
    """Return one given value as an array that fits the network.

    Raises:
        NetworkError: The shape does not fit, or a number is not finite.
    """
    where, axes = layer_of(spec, name), given(spec)[name]
    try:
        array = np.asarray(value)
        array = array if array.dtype == np.float32 else array.astype(np.float64)
    except (ValueError, TypeError) as error:
        raise NetworkError(name, f"{where}: {name} is not an array of numbers", "rows need equal lengths") from error
    wanted = shape(spec, axes)
    if array.shape != wanted:
        said = f"{where}: {name} has shape {array.shape}, the network needs {wanted} = ({', '.join(axes)})"
        raise NetworkError(name, said, _shape_help(name, array.shape, wanted))
    if not np.isfinite(array).all():
        at = tuple(int(n) for n in np.argwhere(~np.isfinite(array))[0])
        raise NetworkError(name, f"{where}: {name} holds a value that is not finite, at {list(at)}")
    return array


def layer_of(spec: Spec, name: str) -> str:
    """Return the layer that a given array belongs to, for a message."""
    if name == "x":
        return "layer 0 (the input)"
    return f"layer {spec.depth} (the output)" if name == "y" else f"layer {name[1:]}"


def _shape_help(name: str, got: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """Say what would be right where the mistake can be told from the two shapes."""
    if name.startswith("W") and got == wanted[::-1]:
        return f"{name} is (out, in): transpose it"
    if name in {"x", "y"} and len(got) != len(wanted):
        return "batch: rows takes one sample a row, batch: one a single vector"
    return ""


def forward(spec: Spec, values: Values, dx: bool = True) -> dict[str, Node]:
    """Run the network forward and return the nodes x, W1, b1, z1, a1, ..., L.

    Args:
        spec: The network.
        values: What `checked` returned; or the same with one complex array, for a complex step.
        dx: Whether ∂L/∂x is wanted; training leaves it out.
    """
    return run(Graph(), spec, values, dx)


def run(graph: Graph, spec: Spec, values: Values, dx: bool = True) -> dict[str, Node]:
    """Run the network forward, as `forward` does, and record every node in `graph`."""
    a = graph.given(values["x"], wanted=dx)
    nodes = {"x": a}
    for n, activation in enumerate(spec.activations, 1):
        W = nodes[f"W{n}"] = graph.given(values[f"W{n}"])
        b = nodes[f"b{n}"] = graph.given(values[f"b{n}"])
        z = nodes[f"z{n}"] = dense(graph, a, W, b)
        a = nodes[f"a{n}"] = activate(graph, z, ACTIVATIONS[activation])
    y = values.get("y", a.value)
    from_logits = FROM_LOGITS.get((spec.activations[-1], spec.loss))
    if from_logits:
        nodes["L"] = lose_from_logits(graph, z, a, y, from_logits)
    else:
        nodes["L"] = lose(graph, a, y, LOSSES[spec.loss])
    return nodes


def trace(spec: Spec, values: Mapping[str, Any]) -> Trace:
    """Run one forward and one backward pass and return every tensor of both under its lesson name.

    Args:
        spec: The network.
        values: x, y, W1, b1, ...: arrays or nested lists.

    Raises:
        NetworkError: A value does not fit.
    """
    arrays = checked(spec, values)
    graph = Graph()
    with np.errstate(all="ignore"):  # what is not finite is kept as it is and shown as missing
        nodes = run(graph, spec, arrays)
        graph.backward(nodes["L"])
        found = {name: node.value for name, node in nodes.items()}
        found |= {f"d{name}": node.grad for name, node in nodes.items() if node.grad is not None}
        last = f"a{spec.depth}"
        if (spec.activations[-1], spec.loss) in FROM_LOGITS:  # the walk went past the last activation
            slope = LOSSES[spec.loss].backward(found[last], arrays["y"])
            found[f"d{last}"] = slope / batch_rows(slope)
    found |= {"a0": found["x"], "p": found[last], "dp": found[f"d{last}"]}
    if "y" in arrays:
        found["y"] = arrays["y"]
    axes = names(spec)
    return Trace({name: found[name] for name in axes}, axes, graph, nodes | {"p": nodes[last], "a0": nodes["x"]})
