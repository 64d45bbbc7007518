"""Reading a network: the file of `bptutor trace`, and the `network:` of a scene. Both have the same keys.

What the author leaves out is drawn from a seed on a decimal grid, so that the number on the screen is the number
that is used. This module loads NumPy; import it where a network is read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import BinaryIO

from bptutor.engine.graph import Array
from bptutor.engine.network import ImageSpec, NetworkError, Plan, fitted, given, shape
from bptutor.engine.train import Training
from bptutor.errors import PackError, Problem, UsageError
from bptutor.packs.scene.network_keys import NetworkKeys
from bptutor.packs.yaml.reader import Located, problem, read
from bptutor.packs.yaml.text_file import MAX_BYTES, MAX_CHARACTERS, control_problems

GRID = 10
"""Drawn numbers are n / 10 from −1 to 1."""
REACHED: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"sigmoid": (0, 1), "softmax": (0, 1), "tanh": (-1, 1), "relu": (0, math.inf)}
)
"""Activation -> the ends of what it gives: no output comes nearer to a target beyond."""


@dataclass(frozen=True)
class Network:
    """A network as written: what it is made of, the numbers the author gave, how it is trained."""

    spec: Plan
    given: Mapping[str, object] = field(default_factory=dict)
    """Name -> nested tuples of decimal texts, as written."""
    train: Training | None = None

    def values(self, seed: int) -> dict[str, Array]:
        """Return x, y, W1, b1, ...: the author's numbers, and draws from the seed for the others."""
        return draw(self.spec, Random(seed), self.given)  # noqa: S311 - a documented stream, not a secret


def draw(spec: Plan, random: Random, literals: Mapping[str, object] | None = None) -> dict[str, Array]:
    """Return every given array of a network, drawn where there is no literal; float64.

    Weights, biases and inputs come from the grid −1, −0.9, ..., 1; so does y where the last activation reaches that
    far. For the quadratic loss y is one-hot after softmax, and 0.1, 0.2, ..., 0.9 after sigmoid or relu; for
    cross-entropy it is one-hot, for binary cross-entropy 0 or 1. A literal does not change what the other names draw.

    Args:
        spec: The network.
        random: Only `random()` is used, whose stream is documented to stay the same.
        literals: Name -> nested tuples of decimal texts.

    Raises:
        NetworkError: A literal does not fit.
    """
    found: dict[str, Array] = {}
    for name, axes in given(spec).items():
        size = shape(spec, axes)
        drawn = _target(target_of(spec), size, random) if name == "y" else _grid(size, random)
        written = (literals or {}).get(name)
        found[name] = fitted(spec, name, drawn if written is None else _numbers(written))
    return found


def _grid(size: tuple[int, ...], random: Random) -> object:
    """Draw from the decimal grid, row by row."""
    if not size:
        return (int(random.random() * (2 * GRID + 1)) - GRID) / GRID
    return [_grid(size[1:], random) for _ in range(size[0])]


def target_of(spec: Plan) -> str:
    """Return how the target of a network is drawn: `one-hot`, `binary`, `inside` (0.1 to 0.9), or `grid`."""
    last = spec.last_activation
    if spec.loss == "cross-entropy" or (spec.loss == "quadratic" and last == "softmax"):
        return "one-hot"
    if spec.loss == "binary-cross-entropy":
        return "binary"
    return "inside" if REACHED.get(last, (-1, 1))[0] >= 0 else "grid"


def _target(how: str, size: tuple[int, ...], random: Random) -> object:
    """Draw a target that the loss and the last activation are made for."""
    if len(size) > 1:
        return [_target(how, size[1:], random) for _ in range(size[0])]
    if how == "one-hot":
        right = int(random.random() * size[0])
        return [float(k == right) for k in range(size[0])]
    if how == "binary":
        return [float(random.random() < 0.5) for _ in range(size[0])]
    if how == "inside":
        return [(1 + int(random.random() * (GRID - 1))) / GRID for _ in range(size[0])]
    return _grid(size, random)


def _numbers(written: object) -> object:
    """Turn nested tuples of decimal texts into nested lists of floats."""
    return [_numbers(part) for part in written] if isinstance(written, tuple) else float(str(written))


def read_network(source: Path | BinaryIO) -> Network:
    """Read a network file, or an open stream.

    Raises:
        UsageError: The file cannot be opened.
        PackError: The file is wrong; carries every problem found.
    """
    name = str(source) if isinstance(source, Path) else "-"
    try:
        with source.open("rb") if isinstance(source, Path) else nullcontext(source) as file:
            raw = file.read(MAX_BYTES + 4)
        text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror or error}", "give the path of a network file") from error
    except UnicodeDecodeError as error:
        raise PackError(Problem(name, 0, 0, "not UTF-8 text", "save the file as UTF-8", "encoding")) from error
    problems = list(control_problems(text, name))
    node = read(text, name, problems, most=MAX_CHARACTERS)
    if any(found.rule in {"yaml", "too-long"} for found in problems):  # no key can be missed in what was not read
        raise PackError(*problems)
    network = network_from(node, problems, images=True)
    if problems or network is None:
        raise PackError(*sorted(problems, key=lambda found: (found.line, found.column)))
    return network


def network_from(
    node: Located, problems: list[Problem], rows: int | None = None, *, images: bool = False
) -> Network | None:
    """Read a network from a located mapping; every problem found goes into `problems`.

    Args:
        node: The mapping.
        problems: Where problems are added.
        rows: The batch size that the scene gives (`sizes: {B: 5}`), for `batch: rows` without literals.
        images: Whether convolution, pooling and flatten are taken; a scene has no formulas for them.

    Returns:
        The network; None when its layers cannot be made out.
    """
    keys = NetworkKeys(node, problems)
    spec, arrays = keys.spec(rows), keys.arrays()
    if isinstance(spec, ImageSpec) and not images:
        keys.refuse(keys.entries["layers"], "a scene takes dense layers", "write their widths, such as [4, 2, 3]")
        return None
    if spec is None:
        return None
    literals: dict[str, object] = {}
    for name, written in arrays.items():
        if name not in given(spec):
            if name != "y":  # a target beside `loss: sum` is left alone
                what, help_ = f"a network of {spec.depth} layers has no {name}", f"it has {', '.join(given(spec))}"
                problems.append(problem(node.keys[name], what, help_, "unknown-key"))
        elif written is not None:
            literals[name] = written
            _fit(spec, name, written, keys)
    return Network(spec, literals, keys.training(spec))


def _fit(spec: Plan, name: str, written: object, keys: NetworkKeys) -> None:
    """Report a literal whose shape does not fit, or whose numbers are too large; or a target that cannot be one."""
    try:
        array = fitted(spec, name, _numbers(written))
    except NetworkError as error:
        keys.refuse(keys.entries[name], error.message, error.help, "shape")
        return
    if name == "y" and "cross-entropy" in spec.loss and ((array < 0) | (array > 1)).any():
        keys.refuse(keys.entries[name], f"{spec.loss} takes targets from 0 to 1", rule="target")
