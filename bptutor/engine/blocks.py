"""The kinds of layer: what each is made of, the axes of its tensors, and its node in a graph.

The axes of layer n: `Nn` units; `Cn` channels, `In` rows and `Jn` columns of an image; `KIn` and `KJn` rows and columns
of a kernel. An axis that a layer leaves alone keeps its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from bptutor.engine import layers
from bptutor.engine.functions import ACTIVATIONS
from bptutor.engine.graph import Graph, Node
from bptutor.engine.windows import Pair, Window, WindowError
from bptutor.errors import UsageError

Axes = dict[str, int]
"""Axis name -> size, in the order of the array's axes."""
HALVES = Window((2, 2), (2, 2))
POOLS = ("max", "average", "global-average")


class NetworkError(UsageError):
    """A value does not fit its network; names the layer, and both shapes when shapes are the reason."""

    def __init__(self, name: str, message: str, help: str = "", layer: int | None = None) -> None:  # noqa: A002
        """Keep what is wrong and where.

        Args:
            name: The array (x, W2, ...); empty when the network itself is meant.
            message: What is wrong.
            help: What would be right; may be empty.
            layer: Number of the layer that cannot be built, where it is one.
        """
        self.name = name
        self.layer = layer
        super().__init__(message, help)


@dataclass(frozen=True)
class Dense:
    """z = W x + b: every unit sees all of a vector."""

    units: int
    activation: str = "identity"

    def __post_init__(self) -> None:
        """Refuse an activation that there is not."""
        known_activation(self.activation)

    def output(self, n: int, below: Axes) -> Axes:
        """Return the axes of one sample's z."""
        if len(below) != 1:
            raise NetworkError("", f"layer {n}: dense takes a vector, below it is {shown(below)}", "flatten first", n)
        if self.units < 1:
            raise NetworkError("", f"layer {n} is empty: its width is {self.units}", "a layer has at least 1 unit", n)
        return {f"N{n}": self.units}

    def parameters(self, n: int, below: Axes) -> dict[str, Axes]:
        """Return W (out, in) and b (out,)."""
        return {f"W{n}": {f"N{n}": self.units} | below, f"b{n}": {f"N{n}": self.units}}

    def node(self, graph: Graph, below: Node, given: tuple[Node, ...]) -> Node:
        """Record z."""
        return layers.dense(graph, below, *given)


@dataclass(frozen=True)
class Conv:
    """z = K ⋆ x + b: the same kernels at every position of an image."""

    filters: int
    window: Window
    activation: str = "identity"

    def __post_init__(self) -> None:
        """Refuse an activation that there is not, or that does not work entry by entry."""
        known_activation(self.activation)
        if self.activation == "softmax":
            raise NetworkError("", "softmax is over the units of a dense layer", "take relu, for instance")

    def output(self, n: int, below: Axes) -> Axes:
        """Return the axes of one sample's z."""
        rows, columns = _positions(n, "conv", self.window, below)
        if self.filters < 1:
            raise NetworkError("", f"layer {n} is empty: it has {self.filters} filters", "at least 1 filter", n)
        return {f"C{n}": self.filters, f"I{n}": rows, f"J{n}": columns}

    def parameters(self, n: int, below: Axes) -> dict[str, Axes]:
        """Return K (filters, channels, rows, columns) and b (filters,)."""
        channels, size = dict([*below.items()][:1]), self.window.size
        K = {f"C{n}": self.filters} | channels | {f"KI{n}": size[0], f"KJ{n}": size[1]}
        return {f"K{n}": K, f"b{n}": {f"C{n}": self.filters}}

    def node(self, graph: Graph, below: Node, given: tuple[Node, ...]) -> Node:
        """Record z."""
        return layers.convolve(graph, below, self.window, *given)


@dataclass(frozen=True)
class Pool:
    """Each window becomes one number; `global-average` makes one number of each channel, so that a vector is left."""

    kind: str
    window: Window = HALVES
    """Of no meaning for `global-average`."""
    activation: str | None = None

    def __post_init__(self) -> None:
        """Refuse a kind that there is not, and padding, which nobody could average honestly."""
        if self.kind not in POOLS:
            raise NetworkError("", f"unknown pooling {self.kind}", f"one of {', '.join(POOLS)}")
        if any(self.window.padding):
            raise NetworkError("", "pooling has no padding", "leave padding out")

    def output(self, n: int, below: Axes) -> Axes:
        """Return the axes of one sample's a."""
        if self.kind == "global-average":
            _image(n, "pool", below)
            return dict([*below.items()][:1])
        rows, columns = _positions(n, "pool", self.window, below)
        return dict([*below.items()][:1]) | {f"I{n}": rows, f"J{n}": columns}

    def parameters(self, n: int, below: Axes) -> dict[str, Axes]:
        """Return nothing: pooling does not learn."""
        return {}

    def node(self, graph: Graph, below: Node, given: tuple[Node, ...]) -> Node:
        """Record a."""
        return layers.pool(graph, below, self.kind, self.window)


@dataclass(frozen=True)
class Flatten:
    """The numbers of an image in one row: channel by channel, row by row."""

    activation: str | None = None

    def output(self, n: int, below: Axes) -> Axes:
        """Return the axis of one sample's a."""
        return {f"N{n}": prod(below.values())}

    def parameters(self, n: int, below: Axes) -> dict[str, Axes]:
        """Return nothing."""
        return {}

    def node(self, graph: Graph, below: Node, given: tuple[Node, ...]) -> Node:
        """Record a."""
        return layers.flatten(graph, below)


Block = Dense | Conv | Pool | Flatten
"""A layer after the input."""


def known_activation(name: str) -> None:
    """Refuse an activation that there is not.

    Raises:
        NetworkError: It is not a key of `functions.ACTIVATIONS`.
    """
    if name not in ACTIVATIONS:
        raise NetworkError("", f"unknown activation {name}", f"one of {', '.join(ACTIVATIONS)}")


def shown(axes: Axes) -> str:
    """Return the shape of one sample with its axes, for a message."""
    sizes = ", ".join(str(size) for size in axes.values())
    return f"({sizes}{',' if len(axes) == 1 else ''}) = ({', '.join(axes)})"


def _image(n: int, kind: str, below: Axes) -> Pair:
    """Return the size of the image below."""
    if len(below) != 3:
        message = f"layer {n}: {kind} takes an image (channels, rows, columns), below it is {shown(below)}"
        raise NetworkError("", message, "put it before flatten, global-average and dense", n)
    rows, columns = [*below.values()][1:]
    return rows, columns


def _positions(n: int, kind: str, window: Window, below: Axes) -> Pair:
    """Return how many positions a window has on the image below."""
    image = _image(n, kind, below)
    try:
        return window.positions(image)
    except WindowError as error:
        raise NetworkError("", f"layer {n}: {error.message}", error.help, n) from error
