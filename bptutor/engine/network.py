"""One pass through a network: whether given values fit it, the way forward, and every tensor of both passes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bptutor.engine.blocks import NetworkError
from bptutor.engine.functions import ACTIVATIONS
from bptutor.engine.graph import Array, Graph, Node
from bptutor.engine.layers import activate, lose, lose_from_logits
from bptutor.engine.losses import FROM_LOGITS, LOSSES
from bptutor.engine.spec import ImageSpec, Plan, Spec, given, names, shape, sizes
from bptutor.engine.trace import Trace

__all__ = [
    "ImageSpec",
    "NetworkError",
    "Plan",
    "Spec",
    "Values",
    "checked",
    "fitted",
    "forward",
    "given",
    "names",
    "run",
    "shape",
    "sizes",
    "trace",
]

Values = Mapping[str, Array]
"""Name -> array, for the names that a pass starts from: x, y, W1, b1, ..."""


def checked(spec: Plan, values: Mapping[str, Any]) -> dict[str, Array]:
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


def fitted(spec: Plan, name: str, value: object) -> Array:
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


def layer_of(spec: Plan, name: str) -> str:
    """Return the layer that a given array belongs to, for a message."""
    if name == "x":
        return "layer 0 (the input)"
    return f"layer {spec.depth} (the output)" if name == "y" else f"layer {name[1:]}"


def _shape_help(name: str, got: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """Say what would be right where the mistake can be told from the two shapes."""
    if name.startswith("W") and got == wanted[::-1]:
        return f"{name} is (out, in): transpose it"
    if name.startswith("K"):
        return f"{name} is (filters, channels, rows, columns)"
    if name == "x" and len(wanted) > 2:
        return "an image is (channels, rows, columns); with batch: rows one image after the other"
    if name in {"x", "y"} and len(got) != len(wanted):
        return "batch: rows takes one sample a row, batch: one a single vector"
    return ""


def forward(spec: Plan, values: Values, dx: bool = True) -> dict[str, Node]:
    """Run the network forward and return the nodes x, W1, b1, z1, a1, ..., L.

    Args:
        spec: The network.
        values: What `checked` returned; or the same with one complex array, for a complex step.
        dx: Whether ∂L/∂x is wanted; training leaves it out.
    """
    return run(Graph(), spec, values, dx)


def run(graph: Graph, spec: Plan, values: Values, dx: bool = True) -> dict[str, Node]:
    """Run the network forward, as `forward` does, and record every node in `graph`."""
    a = graph.given(values["x"], wanted=dx)
    nodes = {"x": a}
    z = a
    for placed in spec.placed:
        parameters = {name: graph.given(values[name]) for name in placed.parameters}
        z = a = placed.block.node(graph, a, tuple(parameters.values()))
        nodes |= parameters
        if placed.block.activation is not None:
            nodes[f"z{placed.n}"] = z
            a = activate(graph, z, ACTIVATIONS[placed.block.activation])
        nodes[f"a{placed.n}"] = a
    y = values.get("y", a.value)
    from_logits = FROM_LOGITS.get((spec.last_activation, spec.loss))
    if from_logits:
        nodes["L"] = lose_from_logits(graph, z, a, y, from_logits, spec.rows or 1)
    else:
        nodes["L"] = lose(graph, a, y, LOSSES[spec.loss], spec.rows or 1)
    return nodes


def trace(spec: Plan, values: Mapping[str, Any]) -> Trace:
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
        if (spec.last_activation, spec.loss) in FROM_LOGITS:  # the walk went past the last activation
            found[f"d{last}"] = LOSSES[spec.loss].backward(found[last], arrays["y"]) / (spec.rows or 1)
    found |= {"a0": found["x"], "p": found[last], "dp": found[f"d{last}"]}
    if "y" in arrays:
        found["y"] = arrays["y"]
    axes = names(spec)
    return Trace({name: found[name] for name in axes}, axes, graph, nodes | {"p": nodes[last], "a0": nodes["x"]})
