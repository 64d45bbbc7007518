"""What `bptutor trace NETWORK.yaml` does: every tensor of one forward and backward pass, as text or as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import BinaryIO

import numpy as np

from bptutor.authoring.network_words import dot as dot_of
from bptutor.authoring.network_words import heading
from bptutor.authoring.tensors import tensor
from bptutor.engine import gradcheck
from bptutor.engine.graph import Array
from bptutor.engine.network import trace
from bptutor.engine.spec import Plan
from bptutor.engine.trace import Trace, plain
from bptutor.engine.train import train
from bptutor.errors import UsageError
from bptutor.notation.equality.tolerances import DIRECTION
from bptutor.packs.scene.network import read_network

CHECK_LIMIT = 2_000
"""Most parameters and inputs of which every one is nudged; above, only the direction is checked."""


def run(
    source: str | Path | BinaryIO,
    *,
    as_json: bool = False,
    dot: bool = False,
    seed: int = 0,
    check: bool = False,
    jacobians: Sequence[str] = (),
) -> tuple[str, int]:
    """Trace a network file.

    Args:
        source: The network file, or an open stream.
        as_json: Whether to return one JSON object instead of text.
        dot: Whether to return the graph for Graphviz instead, and nothing else.
        seed: For the values that the file does not give.
        check: Whether to measure the gradients too.
        jacobians: Pairs such as `p:z1`.

    Returns:
        What to print, and the exit code: 0, or 1 when a gradient check failed.

    Raises:
        PackError: The file is wrong; carries every problem with its place. Exit code 1.
        UsageError: The file cannot be opened, a Jacobian cannot be had, or `dot` stands beside others. Exit code 2.
    """
    if dot and (as_json or check or jacobians):
        raise UsageError("--dot prints the graph alone", "leave out --json, --check and --jacobian")
    network = read_network(Path(source) if isinstance(source, str) else source)
    values = network.values(seed)
    pass_ = trace(network.spec, values)
    if dot:
        return dot_of(network.spec, pass_), 0
    slopes = {pair: pass_.jacobian(*_pair(pair)) for pair in jacobians}
    trained = train(network.spec, values, network.train) if network.train else None
    checked = _checked(network.spec, values) if check else None
    code = 0 if checked is None or checked["ok"] else 1
    if as_json:
        return _json(pass_, slopes, trained, checked), code
    parts = [heading(network, seed), _passes(pass_)]
    if slopes:
        axes = {pair: sum((pass_.axes[name] for name in _pair(pair)), ()) for pair in slopes}
        parts.append(_section("Jacobians: top by bottom", slopes, axes))
    if trained and network.train:
        moved = f"after {network.train.steps} steps of rate {network.train.rate:g}"
        moved += "" if network.train.optimizer == "sgd" else f", {network.train.optimizer}"
        parts.append(_section(moved.replace("after 1 steps", "after 1 step"), trained, pass_.axes))
    if checked is not None:
        parts.append(_check_text(checked))
    return "\n\n".join(parts) + "\n", code


def _pair(text: str) -> tuple[str, str]:
    """Split `p:z1`."""
    top, colon, bottom = text.partition(":")
    if not (top and colon and bottom):
        raise UsageError(f"`{text}` names no Jacobian", "write top:bottom, such as p:z1")
    return top.strip(), bottom.strip()


def _json(
    pass_: Trace, slopes: Mapping[str, Array], trained: Mapping[str, Array] | None, checked: Mapping[str, object] | None
) -> str:
    """Return everything as one JSON object on one line; a value that is not finite is null."""
    found: dict[str, object] = {
        "axes": {name: list(axes) for name, axes in pass_.axes.items()},
        "values": {name: plain(array) for name, array in pass_.values.items()},
    }
    if slopes:
        found["jacobians"] = {pair: plain(array) for pair, array in slopes.items()}
    if trained is not None:
        found["trained"] = {name: plain(array) for name, array in trained.items()}
    if checked is not None:
        found["check"] = checked
    return json.dumps(found, allow_nan=False) + "\n"


def _passes(pass_: Trace) -> str:
    """Return the forward and the backward pass; names that only repeat another are named beside it."""
    last = f"a{max(int(name[1:]) for name in pass_.axes if name[0] == 'a')}"
    same = {last: "p", f"d{last}": "dp"} if "p" in pass_.axes else {}
    hidden = {"a0", *same.values()}
    shown = {name: array for name, array in pass_.values.items() if name not in hidden}
    forward = {name: array for name, array in shown.items() if not name.startswith("d")}
    backward = {name: array for name, array in shown.items() if name.startswith("d")}
    labels = {name: f"{other} = {name}" for name, other in same.items()}
    text = _section("forward", forward, pass_.axes, labels)
    text += "\n\n" + _section("backward: d... is ∂L/∂...", backward, pass_.axes, labels)
    if not all(np.isfinite(array).all() for array in shown.values()):
        text += "\n\n?  is not finite: an overflow, a division by 0 or the logarithm of a value ≤ 0"
    return text


def _section(
    title: str,
    arrays: Mapping[str, Array],
    axes: Mapping[str, tuple[str, ...]],
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return a title and each array with name, shape, axes and numbers."""
    lines = [title]
    for name, array in arrays.items():
        lines += tensor((labels or {}).get(name, name), array, axes[name])
    return "\n".join(lines)


def _checked(spec: Plan, values: Mapping[str, Array]) -> dict[str, object]:
    """Measure the gradients; figures are relative differences, and `ok` says whether all are confirmed."""
    direction = gradcheck.directional(spec, values)
    found: dict[str, object] = {"ok": direction < DIRECTION, "directional": _finite(direction)}
    if spec.parameters + values["x"].size > CHECK_LIMIT:
        return found
    each = gradcheck.check(spec, values)
    found["ok"] = found["ok"] and all(one.ok for one in each)
    found["gradients"] = {
        f"d{one.name}": {
            "ok": one.ok,
            "central": _finite(one.central),
            "complex": _finite(one.complex),
            "kink": one.kink,
        }
        for one in each
    }
    return found


def _finite(figure: float) -> float | None:
    return figure if isfinite(figure) else None


def _check_text(checked: Mapping[str, object]) -> str:
    """Return the gradient check as a table."""
    lines = ["gradient check: relative difference from what was measured"]
    each = checked.get("gradients")
    if isinstance(each, dict):
        lines.append(f"  {'':<6} {'central':>9} {'complex step':>14}")
        for name, one in each.items():
            note = "" if one["ok"] else "  differs"
            note += "  (near a kink of a ReLU or a max: the complex step decides)" if one["kink"] else ""
            lines.append(f"  {name:<6} {_figure(one['central']):>9} {_figure(one['complex']):>14}{note}")
    else:
        lines.append(f"  more than {CHECK_LIMIT:,} numbers: measured along one random direction only")
    lines.append(f"  along one random direction: {_figure(checked['directional'])}")
    lines.append("every gradient is confirmed" if checked["ok"] else "a gradient is not confirmed")
    return "\n".join(lines)


def _figure(figure: object) -> str:
    """Return a relative difference with two digits."""
    return f"{figure:.1e}" if isinstance(figure, float) else "?"
