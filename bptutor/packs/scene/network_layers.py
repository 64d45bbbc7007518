"""The `layers` of a network on images, each with its place.

    layers:
      - input: [1, 8, 8]                       # channels, rows, columns
      - conv: {filters: 2, size: [3, 3], stride: 1, padding: 0, activation: relu}
      - pool: {kind: max, size: [2, 2], stride: 2}
      - flatten:
      - dense: {units: 3, activation: softmax}

A single number is rows and columns alike. Left out: stride 1 (pool: its size), padding 0, activation identity.
`kind` is max, average, or global-average, which takes nothing else and leaves one number for each channel.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from bptutor.engine.blocks import POOLS, Block, Conv, Dense, Flatten, NetworkError, Pool
from bptutor.engine.functions import ACTIVATIONS
from bptutor.engine.windows import Pair, Window
from bptutor.errors import Problem
from bptutor.packs.yaml.reader import Located, problem

WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
MAX_SIZE = 10_000
KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "conv": ("filters", "size", "stride", "padding", "activation"),
        "pool": ("kind", "size", "stride"),
        "flatten": (),
        "dense": ("units", "activation"),
    }
)
"""Kind of layer -> its keys."""


def nearest_of(written: str, known: Iterable[str]) -> str:
    """Return a help sentence: the nearest known name, or all of them."""
    names = tuple(known)
    near = get_close_matches(written.lower().replace("_", "-").replace(" ", "-"), names, 1)
    return f"did you mean {near[0]}?" if near else f"one of {', '.join(names)}"


class NetworkReader:
    """Reads values of a network; every problem is collected, none stops the reading."""

    def __init__(self, node: Located, problems: list[Problem]) -> None:
        """Take the mapping of the network, or of a scene's `network`."""
        self.node = node
        self.problems = problems

    def refuse(self, node: Located, what: str, help_: str = "", rule: str = "invalid") -> None:
        """Report a problem at the place of a node."""
        self.problems.append(problem(node.place, what, help_, rule))

    def unknown_keys(self, node: Located, known: Collection[str], who: str) -> None:
        """Report the keys of a mapping that are none of those known."""
        for key in node.mapping.keys() - set(known):
            help_ = nearest_of(key, known) if known else "it has no keys"
            self.problems.append(problem(node.keys[key], f"{who} has no key `{key}`", help_, "unknown-key"))

    def one_of(self, node: Located, known: Iterable[str], what: str) -> str:
        """Read one of some words; empty where it is another, which is reported (`there is no loss`)."""
        if node.text in (words := tuple(known)):
            return node.text
        said = f"`{node.text}`" if isinstance(node.value, str) else node.kind
        self.refuse(node, f"{what} {said}", nearest_of(node.text, words), "unknown-name")
        return ""

    def whole(self, node: Located, least: int, most: int) -> int | None:
        """Read a whole number; None where it is none, or beyond the two bounds, inclusive."""
        found = int(node.text) if isinstance(node.value, str) and WHOLE.fullmatch(node.text.strip()) else -1
        return found if least <= found <= most else None

    # --- layers written out, one by one ---------------------------------------------------------------

    def image_layers(self, node: Located) -> tuple[tuple[int, int, int], tuple[Block, ...]] | None:
        """Return the image (channels, rows, columns) and the layers after it; None when something is wrong."""
        before = len(self.problems)
        first, *others = node.items
        image = self._image(first)
        blocks = [self._block(n, item) for n, item in enumerate(others, 1)]
        if not others:
            self.refuse(node, "there is no layer after the input", "such as `- dense: {units: 3}`", "shape")
        return (image, tuple(filter(None, blocks))) if image and len(self.problems) == before else None

    def _image(self, item: Located) -> tuple[int, int, int] | None:
        """Read `input: [channels, rows, columns]`."""
        node = item.mapping.get("input")
        if node is None or len(item.mapping) != 1:
            self.refuse(item, "the first layer is the input", "write `- input: [1, 8, 8]`: channels, rows, columns")
            return None
        if len(node.items) != 3:
            help_ = "such as [1, 8, 8]; for dense layers alone write `layers: [4, 2, 3]`"
            self.refuse(node, "input is [channels, rows, columns]", help_, "shape")
        sizes = [self._size(part, "input", 1) for part in node.items]
        return (sizes[0], sizes[1], sizes[2]) if len(sizes) == 3 else None

    def _block(self, n: int, item: Located) -> Block | None:
        """Read one layer; None when something in it is wrong."""
        entries = item.mapping if item.kind == "a mapping" else {item.text: Located({}, item.place)}
        kind = next(iter(entries), "")
        if len(entries) != 1 or kind not in KEYS:
            said = f"`{kind}`" if len(entries) == 1 and kind else item.kind
            place = item.keys.get(kind, item.place)
            help_ = "the input stands first" if kind == "input" else nearest_of(kind, KEYS)
            self.problems.append(problem(place, f"layer {n}: {said} is no kind of layer", help_, "unknown-name"))
            return None
        keys, who, node = KEYS[kind], f"layer {n}: {kind}", entries[kind]
        if node.kind != "a mapping" and (node.text or node.items):
            help_ = f"its keys: {', '.join(keys)}" if keys else "it has no keys"
            self.refuse(node, f"{who} takes a mapping, not {node.text or node.kind}", help_)
            return None
        before = len(self.problems)
        self.unknown_keys(node, keys, who)
        try:
            block = self._built(kind, who, node)
        except NetworkError as error:
            self.refuse(node, f"layer {n}: {error.message}", error.help, "network")
            return None
        return block if len(self.problems) == before else None

    def _built(self, kind: str, who: str, node: Located) -> Block:
        """Build a layer of a known kind; what is reported is replaced by a number or a word that can be built."""
        if kind == "flatten":
            return Flatten()
        if kind == "dense":
            return Dense(self._count(who, node, "units"), self._activation(who, node))
        if kind == "pool":
            return self._pool(who, node)
        size, stride = self._pair(who, node, "size"), self._pair(who, node, "stride", (1, 1))
        window = Window(size, stride, self._pair(who, node, "padding", (0, 0)))
        return Conv(self._count(who, node, "filters"), window, self._activation(who, node))

    def _pool(self, who: str, node: Located) -> Block:
        kind = "max"
        if written := node.mapping.get("kind"):
            kind = self.one_of(written, POOLS, f"{who}: there is no pooling") or kind
        else:
            self.refuse(node, f"{who} needs `kind`", nearest_of("", POOLS), "unknown-name")
        if kind == "global-average":
            for key in node.mapping.keys() & {"size", "stride"}:
                self.refuse(node.mapping[key], f"{who}: global-average takes no {key}", "it takes the whole image")
            return Pool(kind)
        size = self._pair(who, node, "size")
        return Pool(kind, Window(size, self._pair(who, node, "stride", size)))

    def _size(self, node: Located, what: str, least: int) -> int:
        """Read a whole number; one that is reported becomes 1."""
        number = self.whole(node, least, MAX_SIZE)
        if number is None:
            said = f"{what} is a whole number from {least} to {MAX_SIZE:,}, not `{node.text or node.kind}`"
            self.refuse(node, said, f"such as {max(least, 2)}", "number")
        return 1 if number is None else number

    def _count(self, who: str, node: Located, key: str) -> int:
        """Read a number that has to be there."""
        if key in node.mapping:
            return self._size(node.mapping[key], f"{who}: {key}", 1)
        self.refuse(node, f"{who} needs `{key}`", f"write `{key}: 2`", "missing-key")
        return 1

    def _pair(self, who: str, node: Located, key: str, default: Pair | None = None) -> Pair:
        """Read `[rows, columns]`, or one number for both."""
        item = node.mapping.get(key)
        if item is None:
            if default is None:
                self.refuse(node, f"{who} needs `{key}`", f"write `{key}: [2, 2]`", "missing-key")
            return default or (1, 1)
        if len(item.items) not in (0, 2):
            what = f"{who}: {key} is [rows, columns], not {len(item.items)} numbers"
            self.refuse(item, what, "such as [3, 3], or 3", "shape")
            return 1, 1
        least = 0 if key == "padding" else 1
        numbers = [self._size(part, f"{who}: {key}", least) for part in item.items or (item,)]
        return numbers[0], numbers[-1]

    def _activation(self, who: str, node: Located) -> str:
        """Read the activation; identity when it is left out."""
        item = node.mapping.get("activation")
        known = self.one_of(item, ACTIVATIONS, f"{who}: there is no activation") if item else ""
        return known or "identity"
