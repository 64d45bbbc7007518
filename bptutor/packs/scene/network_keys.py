"""The keys of a network mapping, each read with its place."""

from __future__ import annotations

import re
from math import prod

from bptutor.engine.functions import ACTIVATIONS
from bptutor.engine.losses import LOSSES
from bptutor.engine.network import ImageSpec, NetworkError, Plan, Spec, sizes
from bptutor.engine.optimizers import OPTIMIZERS
from bptutor.engine.spec import learned
from bptutor.engine.train import Training
from bptutor.errors import Problem
from bptutor.packs.scene.network_layers import NetworkReader, nearest_of
from bptutor.packs.yaml.reader import Located, problem

KEYS = ("layers", "activations", "loss", "batch", "sizes", "x", "y", "train")
TRAIN_KEYS = ("rate", "steps", "update", "optimizer", "minibatch")
ARRAY = re.compile(r"([WKb])([1-9][0-9]?)", re.ASCII)
NUMBER = re.compile(r"[+\-−]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
COUNTS = ("no", "one", "two", "three", "four")
MAX_DIGITS = 40
MAX_LAYERS = 64
MAX_WIDTH = 10_000
MAX_NUMBERS = 2_000_000
"""Weights and biases, or entries of a batch."""
MAX_PRODUCTS = 50_000_000
"""Multiplications of one forward pass of a network on images."""
MAX_STEPS = 1_000_000
MAX_WORK = 4_000_000_000
"""Multiplications of the forward passes of a training."""


class NetworkKeys(NetworkReader):
    """One network mapping while it is read."""

    def __init__(self, node: Located, problems: list[Problem]) -> None:
        """Take the mapping and report the keys that a network does not have."""
        super().__init__(node, problems)
        self.entries = node.mapping
        if node.kind != "a mapping":
            self.refuse(node, f"a network is a mapping, not {node.kind}", "write `layers: [2, 2, 2]` and so on")
        for key in self.entries:
            if key not in KEYS and not ARRAY.fullmatch(key):
                help_ = nearest_of(key, (*KEYS, "W1", "b1"))
                self.problems.append(problem(node.keys[key], f"a network has no key `{key}`", help_, "unknown-key"))
        layers = self.entries.get("layers")
        self.images = layers is not None and bool(layers.items) and layers.items[0].kind == "a mapping"
        """Whether the layers are written out, one by one, and not as widths."""

    def arrays(self) -> dict[str, object]:
        """Return the numbers that are written, name by name: nested tuples of decimal texts; None where one is none."""
        found: dict[str, object] = {}
        for name, node in self.entries.items():
            if name in {"x", "y"} or ARRAY.fullmatch(name):
                axes = 4 if name[0] == "K" or (self.images and name in {"x", "y"}) else 2
                found[name] = self.numbers(node, name, axes)
        return found

    def numbers(self, node: Located, name: str, axes: int, depth: int = 0) -> object:
        """Return nested tuples of decimal texts; None when something in it is no number.

        Args:
            node: A number, or lists of numbers.
            name: The array it belongs to, for messages.
            axes: How many axes it may have at most.
            depth: How many lists stand around it.
        """
        if isinstance(node.value, tuple):
            return self._rows(node, name, axes, depth)
        if isinstance(node.value, str) and len(node.text) <= MAX_DIGITS and NUMBER.fullmatch(node.text.strip()):
            return node.text.strip().replace("−", "-")
        said = f"`{node.text[:MAX_DIGITS]}`" if isinstance(node.value, str) else node.kind
        self.refuse(node, f"{name}: {said} is not a number", "write a decimal such as -0.35", "number")
        return None

    def _rows(self, node: Located, name: str, axes: int, depth: int) -> object:
        if depth == axes:
            help_ = "write a list of rows" if axes == 2 else ""
            self.refuse(node, f"{name} has more than {COUNTS[axes]} axes", help_, "shape")
            return None
        parts = tuple(self.numbers(item, name, axes, depth + 1) for item in node.items)
        if not parts:
            self.refuse(node, f"{name} is empty", "write at least one number", "shape")
        if not parts or None in parts:
            return None
        lengths = [f"{len(part)} entries" if isinstance(part, tuple) else "no list" for part in parts]
        for n, length in enumerate(lengths):
            if length != lengths[0]:
                what = f"row {n + 1} of {name} has {length}, row 1 has {lengths[0]}"
                self.refuse(node.items[n], what, "rows need equal lengths", "shape")
                return None
        return parts

    # --- layers, loss and batch -----------------------------------------------------------------------

    def spec(self, rows: int | None) -> Plan | None:
        """Read layers, activations, loss and batch; `rows` is the batch size of the scene around it."""
        if self.images:
            return self._image_spec(rows)
        layers = self._widths()
        activations = self._activations(layers)
        loss = self._loss()
        batch = self._rows_of_batch(rows, layers)
        if not (layers and activations and loss):
            return None
        try:
            spec = Spec(layers, activations, loss, batch)
        except NetworkError as error:
            self.refuse(self.node, error.message, error.help, "network")
            return None
        if spec.parameters > MAX_NUMBERS or (batch or 1) * max(layers) > MAX_NUMBERS:
            what = f"the network is larger than {MAX_NUMBERS:,} numbers"
            self.refuse(self.node, what, "take fewer units", "too-long")
            return None
        return spec

    def _image_spec(self, batch: int | None) -> ImageSpec | None:
        """Read a network whose layers are written out."""
        node = self.entries["layers"]
        if "activations" in self.entries:
            what = "each layer names its own activation here"
            self.problems.append(problem(self.node.keys["activations"], what, "write it in the layer"))
        if len(node.items) > MAX_LAYERS:
            self.refuse(node, f"more than {MAX_LAYERS} layers", "take fewer", "too-long")
            return None
        found, loss = self.image_layers(node), self._loss()
        if found is None or not loss:
            return None
        try:
            spec = ImageSpec(*found, loss)
            spec = ImageSpec(*found, loss, self._rows_of_batch(batch, tuple(sizes(spec).values())))
        except NetworkError as error:
            self.refuse(node if error.layer is None else node.items[error.layer], error.message, error.help, "network")
            return None
        rows, most = spec.rows or 1, max(prod(placed.below.values()) for placed in spec.placed)
        if max(spec.parameters, most * rows) > MAX_NUMBERS or spec.products * rows > MAX_PRODUCTS:
            what = f"the network is larger than {MAX_NUMBERS:,} numbers or {MAX_PRODUCTS:,} products"
            self.refuse(node, what, "take a smaller image, fewer filters or fewer rows", "too-long")
            return None
        return spec

    def _required(self, key: str, example: str) -> Located | None:
        """Return the value of a key, or report that it is missing."""
        if key not in self.entries and self.node.kind == "a mapping":
            self.refuse(self.node, f"the key `{key}` is missing", f"write `{key}: {example}`", "missing-key")
        return self.entries.get(key)

    def _widths(self) -> tuple[int, ...]:
        """Read the widths; the empty tuple when they cannot be used."""
        node = self._required("layers", "[2, 2, 2]")
        if node is None:
            return ()
        widths = [self.whole(item, 1, MAX_WIDTH) for item in node.items]
        for item, width in zip(node.items, widths, strict=True):
            if item.kind == "a mapping":
                help_ = "write the number of units, such as 3; or begin with `{input: [1, 8, 8]}`"
                self.refuse(item, "a layer is its width here", help_, "number")
            elif width is None:
                self.refuse(item, f"a width is a whole number from 1 to {MAX_WIDTH:,}", "such as 3", "number")
        if not 2 <= len(widths) <= MAX_LAYERS:
            what = f"layers lists the widths of the input and of 1 to {MAX_LAYERS - 1} layers"
            self.refuse(node, what, "such as [2, 3, 2]", "shape")
            return ()
        known = tuple(width for width in widths if width)
        return known if len(known) == len(widths) else ()

    def _activations(self, layers: tuple[int, ...]) -> tuple[str, ...]:
        """Read one activation for each layer after the input."""
        node = self._required("activations", "[sigmoid, softmax]")
        if node is None:
            return ()
        known = tuple(self.one_of(item, ACTIVATIONS, "there is no activation") for item in node.items)
        if not node.items or (layers and len(node.items) != len(layers) - 1):
            what = f"activations has {len(node.items)} entries, layers asks for {len(layers) - 1}"
            self.refuse(node, what, "write one for each layer after the input", "shape")
            return ()
        return known if all(known) else ()

    def _loss(self) -> str:
        """Read the loss; the empty text when there is no such loss."""
        node = self._required("loss", "quadratic")
        return self.one_of(node, LOSSES, "there is no loss") if node else ""

    def _rows_of_batch(self, rows: int | None, layers: tuple[int, ...]) -> int | None:
        """Read the batch size: from x or y, else from `sizes: {B: 5}`, else the first number that no layer has."""
        node, size = self.entries.get("batch"), None
        if node is not None and node.text not in {"one", "rows"}:
            self.refuse(node, f"there is no batch `{node.text}`", "one of one, rows", "unknown-name")
        if written := self.entries.get("sizes"):
            for other in written.keys.keys() - {"B"}:
                self.problems.append(problem(written.keys[other], f"no `{other}` here", "write `B`", "unknown-key"))
            item = written.mapping.get("B", written)
            size = self.whole(item, 1, MAX_WIDTH)
            if size is None:
                self.refuse(item, f"B is a whole number from 1 to {MAX_WIDTH:,}", "such as {B: 5}", "number")
        if node is None or node.text != "rows":
            return None
        for name in ("x", "y"):
            if name in self.entries and self.entries[name].items:
                return len(self.entries[name].items)
        return size or rows or next(n for n in range(2, MAX_WIDTH) if n not in layers)

    # --- training -------------------------------------------------------------------------------------

    def training(self, spec: Plan) -> Training | None:
        """Read `train: {rate: 0.5, steps: 1, update: [W]}`."""
        node = self.entries.get("train")
        if node is None:
            return None
        if node.kind != "a mapping":
            self.refuse(node, f"train is a mapping, not {node.kind}", "write `train: {rate: 0.5, steps: 1}`")
            return None
        self.unknown_keys(node, TRAIN_KEYS, "train")
        rate, steps = node.mapping.get("rate"), node.mapping.get("steps")
        if rate is None or not NUMBER.fullmatch(rate.text) or not 0 < float(rate.text.replace("−", "-")) < 1e9:
            self.refuse(rate or node, "train needs a rate above 0", "write `rate: 0.5`", "number")
            return None
        count = self.whole(steps, 0, MAX_STEPS) if steps else 1
        if steps and count is None:
            self.refuse(steps, f"steps is a whole number up to {MAX_STEPS:,}", "such as 10", "number")
        if count is None:
            return None
        if count * spec.products * (spec.rows or 1) > MAX_WORK:
            self.refuse(steps or node, "that is too much training for one run", "take fewer steps", "too-long")
        optimizer, written = Training.optimizer, node.mapping.get("optimizer")
        update = self._update(node.mapping.get("update"), spec)
        if written is not None:
            optimizer = self.one_of(written, OPTIMIZERS, "there is no optimizer") or optimizer
        return Training(
            float(rate.text), count, update, optimizer, self._minibatch(node.mapping.get("minibatch"), spec)
        )

    def _minibatch(self, node: Located | None, spec: Plan) -> int | None:
        """Read how many rows one step takes."""
        most = spec.rows or 1
        found = self.whole(node, 1, most) if node else None
        if node and found is None:
            self.refuse(node, f"a minibatch takes 1 to {most} rows of this batch", "see `batch` and `x`", "number")
        return found

    def _update(self, node: Located | None, spec: Plan) -> frozenset[str]:
        """Read which arrays move; weights and biases when nothing is said."""
        if node is None:
            return Training.update
        if not node.items:
            self.refuse(node, "update lists what moves", "such as [W, b]", "invalid")
        known = {*learned(spec), *(name[0] for name in learned(spec))}
        for item in node.items:
            if item.text not in known:
                help_ = nearest_of(item.text, sorted(known))
                self.refuse(item, f"`{item.text}` cannot be trained", help_, "unknown-name")
        return frozenset(item.text for item in node.items)
