"""What a network is made of, without its numbers, and the names, axes and shapes of all its tensors.

Names are those of the lessons: x, W1, b1, z1, a1, ..., y, L, and ∂L/∂(name) is `d` + name. W is (out, in), the kernel
K is (filters, channels, rows, columns). `B` counts the rows of a batch and comes first; the other axes: `blocks`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod

from bptutor.engine.blocks import Axes, Block, Dense, NetworkError
from bptutor.engine.losses import LOSSES


@dataclass(frozen=True)
class Placed:
    """One layer in its place."""

    n: int
    """Its number; the input is layer 0."""
    block: Block
    below: Axes
    """Of one sample of the layer below."""
    above: Axes
    """Of one sample of its own z and a."""
    parameters: Mapping[str, Axes]
    """W and b, or K and b, or nothing."""


class Plan(ABC):
    """A network: an input, layers one after the other, a loss. `Spec` is one of dense layers, `ImageSpec` any other."""

    loss: str
    rows: int | None

    @property
    @abstractmethod
    def input(self) -> Axes:
        """The axes of one sample of x."""

    @property
    @abstractmethod
    def blocks(self) -> tuple[Block, ...]:
        """The layers after the input."""

    @property
    def depth(self) -> int:
        """Number of layers after the input."""
        return len(self.blocks)

    @property
    def parameters(self) -> int:
        """Number of weights and biases."""
        return sum(prod(axes.values()) for placed in self.placed for axes in placed.parameters.values())

    @property
    def products(self) -> int:
        """Number of multiplications of one sample's forward pass, about."""
        return sum(
            prod(axes.values()) * (prod([*placed.above.values()][1:]) if len(axes) == 4 else 1)
            for placed in self.placed
            for axes in placed.parameters.values()
        )

    @property
    def last_activation(self) -> str:
        """The activation of the last layer; identity where it has none."""
        return self.blocks[-1].activation or "identity"

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Every layer in its place.

        Raises:
            NetworkError: A layer does not fit on the one below.
        """
        found: list[Placed] = []
        below = self.input
        for n, block in enumerate(self.blocks, 1):
            above = block.output(n, below)
            found.append(Placed(n, block, below, above, block.parameters(n, below)))
            below = above
        return tuple(found)

    def _check(self) -> None:
        """Refuse an unknown loss, an empty batch, and layers that do not fit."""
        if self.loss not in LOSSES:
            raise NetworkError("", f"unknown loss {self.loss}", f"one of {', '.join(LOSSES)}")
        if self.rows is not None and self.rows < 1:
            raise NetworkError("x", "the batch is empty", "a batch has at least one row")
        if not self.placed:
            raise NetworkError("", "a network needs an input and one layer; there is no layer")


@dataclass(frozen=True)
class Spec(Plan):
    """A network of dense layers."""

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
        self._check()

    @property
    def input(self) -> Axes:
        """The axis of one sample of x."""
        return {"N0": self.layers[0]}

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The layers after the input."""
        return tuple(Dense(width, name) for width, name in zip(self.layers[1:], self.activations, strict=True))


@dataclass(frozen=True)
class ImageSpec(Plan):
    """A network on images: convolution, pooling, flatten and dense layers in any order that fits."""

    image: tuple[int, int, int]
    """Channels, rows and columns of the input."""
    layers: tuple[Block, ...]
    """The layers after the input."""
    loss: str
    """A key of `losses.LOSSES`."""
    rows: int | None = None
    """Batch size B; None for a single sample, whose arrays have no batch axis."""

    def __post_init__(self) -> None:
        """Refuse what cannot be a network.

        Raises:
            NetworkError: No layer, an empty image or batch, a layer that does not fit on the one below.
        """
        if len(self.image) != 3 or min(self.image) < 1:
            message = f"layer 0 (the input): an image is (channels, rows, columns), not {list(self.image)}"
            raise NetworkError("", message, "such as [1, 28, 28]", 0)
        self._check()

    @property
    def input(self) -> Axes:
        """The axes of one sample of x."""
        return dict(zip(("C0", "I0", "J0"), self.image, strict=True))

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The layers after the input."""
        return self.layers


def sizes(spec: Plan) -> dict[str, int]:
    """Return axis name -> size."""
    found = ({} if spec.rows is None else {"B": spec.rows}) | spec.input
    for placed in spec.placed:
        for axes in (*placed.parameters.values(), placed.above):
            found |= axes
    return found


def given(spec: Plan) -> dict[str, tuple[str, ...]]:
    """Return the names that a pass starts from, with their axes: x, y (where the loss has a target), W1, b1, ..."""
    batch = () if spec.rows is None else ("B",)
    found: dict[str, tuple[str, ...]] = {"x": (*batch, *spec.input)}
    if LOSSES[spec.loss].needs_target:
        found["y"] = (*batch, *spec.placed[-1].above)
    for placed in spec.placed:
        found |= {name: tuple(axes) for name, axes in placed.parameters.items()}
    return found


def learned(spec: Plan) -> tuple[str, ...]:
    """Return the names of all parameters: W1, b1, ..."""
    return tuple(name for placed in spec.placed for name in placed.parameters)


def names(spec: Plan) -> dict[str, tuple[str, ...]]:
    """Return every tensor of both passes with its axes, in the order in which a pass makes them.

    Pooling and flatten have no z. With softmax last, `p` stands for the last activation; `a0` for the input.
    """
    starts = given(spec)
    batch = () if spec.rows is None else ("B",)
    last = (*batch, *spec.placed[-1].above)
    found = {"x": starts["x"], "a0": starts["x"]}
    back: dict[str, tuple[str, ...]] = {}
    for placed in spec.placed:
        own = {f"{letter}{placed.n}": (*batch, *placed.above) for letter in _tensors(placed.block)}
        parameters = {name: tuple(axes) for name, axes in placed.parameters.items()}
        found |= parameters | own
        back = {f"d{name}": axes for name, axes in (dict(reversed(own.items())) | parameters).items()} | back
    softmax = spec.last_activation == "softmax"
    found |= {"p": last} if softmax else {}
    found |= {"y": last} if "y" in starts else {}
    found["L"] = ()
    return found | ({"dp": last} if softmax else {}) | back | {"dx": starts["x"]}


def _tensors(block: Block) -> str:
    """Return the letters of what a layer makes, in order."""
    return "a" if block.activation is None else "za"


def shape(spec: Plan, axes: tuple[str, ...]) -> tuple[int, ...]:
    """Return the sizes of some axes of the network."""
    known = sizes(spec)
    return tuple(known[axis] for axis in axes)
