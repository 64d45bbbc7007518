"""The keys of a network mapping, each read with its place; every problem is collected, none stops the reading."""

from __future__ import annotations

import re
from math import prod

from bptutor.engine.functions import ACTIVATIONS
from bptutor.engine.losses import LOSSES
from bptutor.engine.network import ImageSpec, NetworkError, Plan, Spec, given, sizes
from bptutor.engine.optimizers import OPTIMIZERS
from bptutor.engine.spec import learned
from bptutor.engine.train import Training
from bptutor.errors import Problem
from bptutor.packs.scene.network_layers import Layers
from bptutor.packs.scene.network_numbers import NUMBER, WHOLE, meant
from bptutor.packs.yaml.reader import Located, problem

KEYS = ("layers", "activations", "loss", "batch", "sizes", "x", "y", "train")
TRAIN_KEYS = ("rate", "steps", "update", "optimizer", "minibatch")
ARRAY = re.compile(r"([WKb])([1-9][0-9]?)", re.ASCII)
MAX_LAYERS = 64
MAX_WIDTH = 10_000
MAX_NUMBERS = 2_000_000
"""Weights and biases, or entries of a batch."""
MAX_PRODUCTS = 50_000_000
"""Multiplications of one forward pass of a network on images."""
MAX_STEPS = 1_000_000
MAX_WORK = 4_000_000_000
"""Multiplications of the forward passes of a training."""


class Keys:
    """One network mapping while it is read."""

    def __init__(self, node: Located, problems: list[Problem]) -> None:
        """Take the mapping and report the keys that a network does not have."""
        self.node = node
        self.problems = problems
        self.entries = node.mapping
        if node.kind != "a mapping":
            self.refuse(node, f"a network is a mapping, not {node.kind}", "write `layers: [2, 2, 2]` and so on")
        for key in self.entries:
            if key not in KEYS and not ARRAY.fullmatch(key):
                known = (*KEYS, "W1", "b1")
                self.problems.append(
                    problem(node.keys[key], f"a network has no key `{key}`", meant(key, known), "unknown-key")
                )

    def refuse(self, node: Located, what: str, help_: str = "", rule: str = "invalid") -> None:
        """Report a problem at the place of a node."""
        self.problems.append(problem(node.place, what, help_, rule))

    def arrays(self) -> list[str]:
        """Return the keys that hold numbers of the network."""
        return [key for key in self.entries if key in {"x", "y"} or ARRAY.fullmatch(key)]

    def axes(self, name: str) -> int:
        """Return how many axes the literal of an array may have."""
        return 4 if name[0] == "K" or (self.images and name in {"x", "y"}) else 2

    def refuse_array(self, name: str, spec: Plan) -> None:
        """Report an array that this network has no place for; a target beside `loss: sum` is left alone."""
        if name != "y":
            known = given(spec)
            what = f"a network of {spec.depth} layers has no {name}"
            self.problems.append(problem(self.node.keys[name], what, f"it has {', '.join(known)}", "unknown-key"))

    def required(self, key: str, example: str) -> Located | None:
        """Return the value of a key, or report that it is missing."""
        if key not in self.entries and self.node.kind == "a mapping":
            self.refuse(self.node, f"the key `{key}` is missing", f"write `{key}: {example}`", "missing-key")
        return self.entries.get(key)

    @property
    def images(self) -> bool:
        """Whether the layers are written out, one by one, and not as widths."""
        node = self.entries.get("layers")
        return node is not None and bool(node.items) and node.items[0].kind == "a mapping"

    def spec(self, rows: int | None) -> Plan | None:
        """Read layers, activations, loss and batch."""
        if self.images:
            return self.image_spec(rows)
        layers = self.layers()
        activations = self.activations(layers)
        loss = self.loss()
        batch = self.rows(rows, layers)
        if not (layers and activations and loss):
            return None
        try:
            spec = Spec(layers, activations, loss, batch)
        except NetworkError as error:
            self.refuse(self.node, error.message, error.help, "network")
            return None
        if spec.parameters > MAX_NUMBERS or (batch or 1) * max(layers) > MAX_NUMBERS:
            self.refuse(
                self.node, f"the network is larger than {MAX_NUMBERS:,} numbers", "take fewer units", "too-long"
            )
            return None
        return spec

    def image_spec(self, batch: int | None) -> ImageSpec | None:
        """Read a network whose layers are written out."""
        node = self.entries["layers"]
        if "activations" in self.entries:
            what = "each layer names its own activation here"
            self.problems.append(problem(self.node.keys["activations"], what, "write it in the layer"))
        if len(node.items) > MAX_LAYERS:
            self.refuse(node, f"more than {MAX_LAYERS} layers", "take fewer", "too-long")
            return None
        found, loss = Layers(node, self.problems).read(), self.loss()
        if found is None or not loss:
            return None
        try:
            spec = ImageSpec(*found, loss)
            spec = ImageSpec(*found, loss, self.rows(batch, tuple(sizes(spec).values())))
        except NetworkError as error:
            self.refuse(node if error.layer is None else node.items[error.layer], error.message, error.help, "network")
            return None
        rows, most = spec.rows or 1, max(prod(placed.below.values()) for placed in spec.placed)
        if max(spec.parameters, most * rows) > MAX_NUMBERS or spec.products * rows > MAX_PRODUCTS:
            what = f"the network is larger than {MAX_NUMBERS:,} numbers or {MAX_PRODUCTS:,} products"
            self.refuse(node, what, "take a smaller image, fewer filters or fewer rows", "too-long")
            return None
        return spec

    def layers(self) -> tuple[int, ...]:
        """Read the widths; the empty tuple when they cannot be used."""
        node = self.required("layers", "[2, 2, 2]")
        if node is None:
            return ()
        widths: list[int] = []
        for item in node.items:
            if isinstance(item.value, str) and WHOLE.fullmatch(item.text) and 1 <= int(item.text) <= MAX_WIDTH:
                widths.append(int(item.text))
            elif item.kind == "a mapping":
                help_ = "write the number of units, such as 3; or begin with `{input: [1, 8, 8]}`"
                self.refuse(item, "a layer is its width here", help_, "number")
            else:
                self.refuse(item, f"a width is a whole number from 1 to {MAX_WIDTH:,}", "such as 3", "number")
        if not 2 <= len(node.items) <= MAX_LAYERS:
            what = f"layers lists the widths of the input and of 1 to {MAX_LAYERS - 1} layers"
            self.refuse(node, what, "such as [2, 3, 2]", "shape")
            return ()
        return tuple(widths) if len(widths) == len(node.items) else ()

    def activations(self, layers: tuple[int, ...]) -> tuple[str, ...]:
        """Read one activation for each layer after the input."""
        node = self.required("activations", "[sigmoid, softmax]")
        if node is None:
            return ()
        for item in node.items:
            if item.text not in ACTIVATIONS:
                said = f"`{item.text}`" if item.text else item.kind
                self.refuse(item, f"there is no activation {said}", meant(item.text, ACTIVATIONS), "unknown-name")
        if not node.items or (layers and len(node.items) != len(layers) - 1):
            what = f"activations has {len(node.items)} entries, layers asks for {len(layers) - 1}"
            self.refuse(node, what, "write one for each layer after the input", "shape")
            return ()
        known = all(item.text in ACTIVATIONS for item in node.items)
        return tuple(item.text for item in node.items) if known else ()

    def loss(self) -> str:
        """Read the loss; the empty text when there is no such loss."""
        node = self.required("loss", "quadratic")
        if node is None or node.text in LOSSES:
            return node.text if node else ""
        self.refuse(node, f"there is no loss `{node.text}`", meant(node.text, LOSSES), "unknown-name")
        return ""

    def rows(self, rows: int | None, layers: tuple[int, ...]) -> int | None:
        """Read the batch size: from x or y, else from `sizes: {B: 5}`, else the first number that no layer has."""
        node = self.entries.get("batch")
        if node is not None and node.text not in {"one", "rows"}:
            self.refuse(node, f"there is no batch `{node.text}`", "one of one, rows", "unknown-name")
        sizes = self.entries.get("sizes")
        size = self.whole(sizes, "B", MAX_WIDTH) if sizes else None
        if node is None or node.text != "rows":
            return None
        for name in ("x", "y"):
            if name in self.entries and self.entries[name].items:
                return len(self.entries[name].items)
        return size or rows or next(n for n in range(2, MAX_WIDTH) if n not in layers)

    def whole(self, node: Located, key: str, most: int) -> int | None:
        """Read the one whole number of a small mapping, such as `{B: 5}`."""
        for other in node.keys.keys() - {key}:
            self.problems.append(problem(node.keys[other], f"no `{other}` here", f"write `{key}`", "unknown-key"))
        item = node.mapping.get(key)
        if item is not None and WHOLE.fullmatch(item.text) and 1 <= int(item.text) <= most:
            return int(item.text)
        self.refuse(item or node, f"{key} is a whole number from 1 to {most:,}", f"such as {{{key}: 5}}", "number")
        return None

    def training(self, spec: Plan) -> Training | None:
        """Read `train: {rate: 0.5, steps: 1, update: [W]}`."""
        node = self.entries.get("train")
        if node is None:
            return None
        if node.kind != "a mapping":
            self.refuse(node, f"train is a mapping, not {node.kind}", "write `train: {rate: 0.5, steps: 1}`")
            return None
        for key in node.keys.keys() - set(TRAIN_KEYS):
            what = f"train has no key `{key}`"
            self.problems.append(problem(node.keys[key], what, meant(key, TRAIN_KEYS), "unknown-key"))
        rate, steps = node.mapping.get("rate"), node.mapping.get("steps")
        if rate is None or not NUMBER.fullmatch(rate.text) or not 0 < float(rate.text.replace("−", "-")) < 1e9:
            self.refuse(rate or node, "train needs a rate above 0", "write `rate: 0.5`", "number")
            return None
        count = 1
        if steps is not None:
            if not WHOLE.fullmatch(steps.text) or int(steps.text) > MAX_STEPS:
                self.refuse(steps, f"steps is a whole number up to {MAX_STEPS:,}", "such as 10", "number")
                return None
            count = int(steps.text)
        work = count * spec.products * (spec.rows or 1)
        if work > MAX_WORK:
            self.refuse(steps or node, "that is too much training for one run", "take fewer steps", "too-long")
        update, optimizer = self.update(node, spec), self.optimizer(node)
        return Training(float(rate.text), count, update, optimizer, self.minibatch(node, spec))

    def optimizer(self, node: Located) -> str:
        """Read the rule by which parameters move."""
        item = node.mapping.get("optimizer")
        if item is None or item.text in OPTIMIZERS:
            return item.text if item else Training.optimizer
        self.refuse(item, f"there is no optimizer `{item.text}`", meant(item.text, OPTIMIZERS), "unknown-name")
        return Training.optimizer

    def minibatch(self, node: Located, spec: Plan) -> int | None:
        """Read how many rows one step takes."""
        item = node.mapping.get("minibatch")
        if item is None:
            return None
        if WHOLE.fullmatch(item.text) and 1 <= int(item.text) <= (spec.rows or 1):
            return int(item.text)
        most = spec.rows or 1
        self.refuse(item, f"a minibatch takes 1 to {most} rows of this batch", "see `batch` and `x`", "number")
        return None

    def update(self, node: Located, spec: Plan) -> frozenset[str]:
        """Read which arrays move; weights and biases when nothing is said."""
        listed = node.mapping.get("update")
        if listed is None:
            return Training.update
        known = {*learned(spec), *(name[0] for name in learned(spec))}
        if not listed.items:
            self.refuse(listed, "update lists what moves", "such as [W, b]", "invalid")
        for item in listed.items:
            if item.text not in known:
                self.refuse(item, f"`{item.text}` cannot be trained", meant(item.text, sorted(known)), "unknown-name")
        return frozenset(item.text for item in listed.items)
