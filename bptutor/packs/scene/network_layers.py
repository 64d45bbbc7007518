"""The `layers` of a network on images, each with its place.

    layers:
      - input: [1, 8, 8]                       # channels, rows, columns
      - conv: {filters: 2, size: [3, 3], stride: 1, padding: 0, activation: relu}
      - pool: {kind: max, size: [2, 2], stride: 2}
      - flatten:
      - dense: {units: 3, activation: softmax}

A single number stands for rows and columns alike. Left out: stride 1 (pool: its size), padding 0, activation identity.
`kind` is max, average, or global-average, which takes nothing else and leaves one number for each channel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bptutor.engine.blocks import POOLS, Block, Conv, Dense, Flatten, NetworkError, Pool
from bptutor.engine.functions import ACTIVATIONS
from bptutor.engine.windows import Pair, Window
from bptutor.errors import Problem
from bptutor.packs.scene.network_numbers import WHOLE, meant
from bptutor.packs.yaml.reader import Located, problem

MAX_SIZE = 10_000


class Layers:
    """The list of layers while it is read; every problem goes into `problems`, none stops the reading."""

    def __init__(self, node: Located, problems: list[Problem]) -> None:
        """Take the list."""
        self.node = node
        self.problems = problems

    def read(self) -> tuple[tuple[int, int, int], tuple[Block, ...]] | None:
        """Return the image and the layers after it; None when something is wrong."""
        before = len(self.problems)
        first, *others = self.node.items
        image = self._image(first)
        blocks = [self._block(n, item) for n, item in enumerate(others, 1)]
        if not others:
            self._problem(self.node, "there is no layer after the input", "such as `- dense: {units: 3}`", "shape")
        found = tuple(block for block in blocks if block is not None)
        return (image, found) if image and len(self.problems) == before else None

    def _problem(self, node: Located, what: str, help_: str = "", rule: str = "invalid") -> None:
        self.problems.append(problem(node.place, what, help_, rule))

    def _image(self, item: Located) -> tuple[int, int, int] | None:
        """Read `input: [channels, rows, columns]`."""
        node = item.mapping.get("input")
        if node is None or len(item.mapping) != 1:
            self._problem(item, "the first layer is the input", "write `- input: [1, 8, 8]`: channels, rows, columns")
            return None
        sizes = [self._number(part) for part in node.items]
        if len(sizes) != 3:
            help_ = "such as [1, 8, 8]; for dense layers alone write `layers: [4, 2, 3]`"
            self._problem(node, "input is [channels, rows, columns]", help_, "shape")
        for part, size in zip(node.items, sizes, strict=True):
            if not size:
                self._whole(part, "input", 1)
        return (sizes[0], sizes[1], sizes[2]) if len(sizes) == 3 and all(sizes) else None

    def _block(self, n: int, item: Located) -> Block | None:
        """Read one layer; None when something in it is wrong."""
        entries = item.mapping if item.kind == "a mapping" else {item.text: Located({}, item.place)}
        kind = next(iter(entries), "")
        if len(entries) != 1 or kind not in READERS:
            said = f"`{kind}`" if len(entries) == 1 and kind else item.kind
            place = item.keys.get(kind, item.place)
            help_ = "the input stands first" if kind == "input" else meant(kind, READERS)
            self.problems.append(problem(place, f"layer {n}: {said} is no kind of layer", help_, "unknown-name"))
            return None
        keys, reader = READERS[kind]
        who, node = f"layer {n}: {kind}", entries[kind]
        if node.kind != "a mapping" and (node.text or node.items):
            help_ = f"its keys: {', '.join(keys)}" if keys else "it has no keys"
            self._problem(node, f"{who} takes a mapping, not {node.text or node.kind}", help_)
            return None
        before = len(self.problems)
        for key in node.mapping.keys() - set(keys):
            help_ = meant(key, keys) if keys else "it has no keys"
            self.problems.append(problem(node.keys[key], f"{who} has no key `{key}`", help_, "unknown-key"))
        try:
            block = reader(self, who, node)
        except NetworkError as error:
            self._problem(node, f"layer {n}: {error.message}", error.help, "network")
            return None
        return block if len(self.problems) == before else None

    def _number(self, node: Located) -> int:
        """Return a whole number from 0 to `MAX_SIZE`; 0 when it is none."""
        found = isinstance(node.value, str) and WHOLE.fullmatch(node.text.strip())
        return int(node.text) if found and int(node.text) <= MAX_SIZE else 0

    def _whole(self, node: Located, what: str, least: int) -> int:
        """Read a whole number; a number that will do in place of one that is reported."""
        number = self._number(node)
        if number >= least and (number or node.text.strip() == "0"):
            return number
        said = f"{what} is a whole number from {least} to {MAX_SIZE:,}, not `{node.text or node.kind}`"
        self._problem(node, said, f"such as {max(least, 2)}", "number")
        return 1

    def _count(self, who: str, node: Located, key: str) -> int:
        """Read a number that has to be there."""
        if key in node.mapping:
            return self._whole(node.mapping[key], f"{who}: {key}", 1)
        self._problem(node, f"{who} needs `{key}`", f"write `{key}: 2`", "missing-key")
        return 1

    def _pair(self, who: str, node: Located, key: str, default: Pair | None = None) -> Pair:
        """Read `[rows, columns]`, or one number for both."""
        item, least = node.mapping.get(key), 0 if key == "padding" else 1
        if item is None:
            if default is None:
                self._problem(node, f"{who} needs `{key}`", f"write `{key}: [2, 2]`", "missing-key")
            return default or (1, 1)
        if len(item.items) not in (0, 2):
            what = f"{who}: {key} is [rows, columns], not {len(item.items)} numbers"
            self._problem(item, what, "such as [3, 3], or 3", "shape")
            return 1, 1
        numbers = [self._whole(part, f"{who}: {key}", least) for part in item.items or (item,)]
        return numbers[0], numbers[-1]

    def _activation(self, who: str, node: Located) -> str:
        """Read the activation; identity when it is left out."""
        item = node.mapping.get("activation")
        if item is None or item.text in ACTIVATIONS:
            return item.text if item else "identity"
        said = f"`{item.text}`" if item.text else item.kind
        self._problem(item, f"{who}: there is no activation {said}", meant(item.text, ACTIVATIONS), "unknown-name")
        return "identity"

    def conv(self, who: str, node: Located) -> Block:
        """Read a convolution."""
        size, stride = self._pair(who, node, "size"), self._pair(who, node, "stride", (1, 1))
        window = Window(size, stride, self._pair(who, node, "padding", (0, 0)))
        return Conv(self._count(who, node, "filters"), window, self._activation(who, node))

    def pool(self, who: str, node: Located) -> Block:
        """Read pooling."""
        kind = node.mapping.get("kind")
        if kind is None or kind.text not in POOLS:
            said = f"{who}: there is no pooling `{kind.text}`" if kind else f"{who} needs `kind`"
            self._problem(kind or node, said, meant(kind.text if kind else "", POOLS), "unknown-name")
        elif kind.text == "global-average":
            for key in node.mapping.keys() & {"size", "stride"}:
                self._problem(node.mapping[key], f"{who}: global-average takes no {key}", "it takes the whole image")
            return Pool(kind.text)
        size = self._pair(who, node, "size")
        window = Window(size, self._pair(who, node, "stride", size))
        return Pool(kind.text if kind and kind.text in POOLS else "max", window)

    def flatten(self, who: str, node: Located) -> Block:
        """Read flatten."""
        return Flatten()

    def dense(self, who: str, node: Located) -> Block:
        """Read a dense layer."""
        return Dense(self._count(who, node, "units"), self._activation(who, node))


Reader = Callable[[Layers, str, Located], Block]

READERS: Mapping[str, tuple[tuple[str, ...], Reader]] = MappingProxyType(
    {
        "conv": (("filters", "size", "stride", "padding", "activation"), Layers.conv),
        "pool": (("kind", "size", "stride"), Layers.pool),
        "flatten": ((), Layers.flatten),
        "dense": (("units", "activation"), Layers.dense),
    }
)
"""Kind of layer -> its keys and what reads it."""
