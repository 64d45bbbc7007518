"""The keys of a network mapping, each read with its place; every problem is collected, none stops the reading."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from bptutor.engine.functions import ACTIVATIONS
from bptutor.engine.losses import LOSSES
from bptutor.engine.network import NetworkError, Spec, given
from bptutor.engine.train import Training
from bptutor.errors import Problem
from bptutor.packs.yaml import Located, problem

KEYS = ("layers", "activations", "loss", "batch", "sizes", "x", "y", "train")
TRAIN_KEYS = ("rate", "steps", "update")
NUMBER = re.compile(r"[+\-−]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
ARRAY = re.compile(r"([Wb])([1-9][0-9]?)", re.ASCII)
MAX_DIGITS = 40
MAX_LAYERS = 64
MAX_WIDTH = 10_000
MAX_NUMBERS = 2_000_000
"""Weights and biases, or entries of a batch."""
MAX_STEPS = 1_000_000
MAX_WORK = 4_000_000_000
"""Steps times parameters times rows."""


def meant(written: str, known: Iterable[str]) -> str:
    """Return a help sentence: the nearest known name, or all of them."""
    names = tuple(known)
    near = get_close_matches(written.lower().replace("_", "-").replace(" ", "-"), names, 1)
    return f"did you mean {near[0]}?" if near else f"one of {', '.join(names)}"


def nested(node: Located, name: str, problems: list[Problem], depth: int = 0) -> object:
    """Return nested tuples of decimal texts; None when something in it is no number.

    Args:
        node: A number, or lists of numbers.
        name: The array it belongs to, for messages.
        problems: Where problems are added.
        depth: How many lists stand around it.
    """
    if isinstance(node.value, tuple):
        if depth == 2:
            problems.append(problem(node.place, f"{name} has more than two axes", "write a list of rows", "shape"))
            return None
        parts = tuple(nested(item, name, problems, depth + 1) for item in node.items)
        if not parts:
            problems.append(problem(node.place, f"{name} is empty", "write at least one number", "shape"))
        ragged = next((n for n, part in enumerate(parts) if _length(part) != _length(parts[0])), None)
        if ragged and None not in parts:
            lengths = f"row {ragged + 1} of {name} has {_length(parts[ragged])}, row 1 has {_length(parts[0])}"
            problems.append(problem(node.items[ragged].place, lengths, "rows need equal lengths", "shape"))
            return None
        return None if not parts or None in parts else parts
    if isinstance(node.value, str) and len(node.text) <= MAX_DIGITS and NUMBER.fullmatch(node.text.strip()):
        return node.text.strip().replace("−", "-")
    said = f"`{node.text[:MAX_DIGITS]}`" if isinstance(node.value, str) else node.kind
    problems.append(problem(node.place, f"{name}: {said} is not a number", "write a decimal such as -0.35", "number"))
    return None


def _length(part: object) -> str:
    return f"{len(part)} entries" if isinstance(part, tuple) else "no list"


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

    def refuse_array(self, name: str, spec: Spec) -> None:
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

    def spec(self, rows: int | None) -> Spec | None:
        """Read layers, activations, loss and batch."""
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
                self.refuse(item, "a layer is its width here", "write the number of units, such as 3", "number")
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

    def training(self, spec: Spec) -> Training | None:
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
        work = count * spec.parameters * (spec.rows or 1)
        if work > MAX_WORK:
            self.refuse(steps or node, "that is too much training for one run", "take fewer steps", "too-long")
        return Training(float(rate.text), count, self.update(node, spec))

    def update(self, node: Located, spec: Spec) -> frozenset[str]:
        """Read which arrays move; weights and biases when nothing is said."""
        listed = node.mapping.get("update")
        if listed is None:
            return Training.update
        known = {"W", "b", *(name for name in given(spec) if name[0] in "Wb")}
        if not listed.items:
            self.refuse(listed, "update lists what moves", "such as [W, b]", "invalid")
        for item in listed.items:
            if item.text not in known:
                self.refuse(item, f"`{item.text}` cannot be trained", meant(item.text, sorted(known)), "unknown-name")
        return frozenset(item.text for item in listed.items)
