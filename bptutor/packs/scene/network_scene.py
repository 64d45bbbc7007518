"""A network as a scene: the same names as `bptutor trace`, each defined by its formula.

So a formula about a network is read, proved and explained like any other; the numbers can be held against the
engine's trace, which computes them another way.
"""

from __future__ import annotations

from bptutor.engine.functions import LEAK
from bptutor.engine.network import Spec, given, names, sizes
from bptutor.notation.scope import NetworkRole
from bptutor.packs.scene.network import Network, target_of

TARGETS: dict[str, object] = {
    "one-hot": "one-hot",
    "binary": {"pick": ["0", "1"]},
    "inside": {"from": "0.1", "to": "0.9", "step": "0.1"},
}
"""How a target is drawn, as a scene says it; `grid` is what a scene draws when nothing is said."""
GIVEN_ROLES = {
    "x": NetworkRole.INPUT,
    "y": NetworkRole.TARGET,
    "W": NetworkRole.WEIGHT,
    "b": NetworkRole.BIAS,
}
"""By what the names that `engine.spec` gives begin with."""
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def scene_of(network: Network) -> dict[str, dict[str, object]]:
    """Return the keys `sizes`, `given`, `define` and `alias` that a network stands for.

    Args:
        network: What was written.

    Returns:
        Plain data as a scene has it; axes without a fixed size are left out.
    """
    spec = network.spec
    if not isinstance(spec, Spec):
        raise TypeError("a scene takes dense layers")  # the reader of scenes has refused it with its place
    fixed: dict[str, object] = {axis: str(size) for axis, size in sizes(spec).items()}
    softmax = spec.activations[-1] == "softmax"
    alias: dict[str, object] = {"a0": "x", "da0": "dx"}
    if softmax:
        alias |= {f"a{spec.depth}": "p", f"da{spec.depth}": "dp"}
    if spec.rows is not None:
        fixed["B"] = {"is": fixed.get("B", ""), "role": NetworkRole.BATCH.value}
    return {"sizes": fixed, "given": _given(network), "define": _define(spec, alias), "alias": alias}


def _given(network: Network) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, axes in given(network.spec).items():
        entry: dict[str, object] = {"axes": axes, "show": shown(name), "role": GIVEN_ROLES[name[0]].value}
        if name == "y" and (how := TARGETS.get(target_of(network.spec))):
            entry["draw"] = how
        if name in network.given:
            entry["value"] = network.given[name]
        found[name] = entry
    return found


def _define(spec: Spec, alias: dict[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    below, last = "x", "x"
    for n, activation in enumerate(spec.activations, 1):
        product = f"W{n} @ {below}" if spec.rows is None else f"{below} @ W{n}.T"
        softmax = activation == "softmax"
        enters = NetworkRole.LOGIT if softmax else NetworkRole.PRE_ACTIVATION
        leaves = NetworkRole.OUTPUT if n == spec.depth else NetworkRole.ACTIVATION
        leaves = NetworkRole.PROBABILITY if softmax else leaves
        found[f"z{n}"] = {"is": f"{product} + b{n}", "show": shown(f"z{n}"), "role": enters.value}
        last = str(alias.get(f"a{n}", f"a{n}"))
        found[last] = {"is": _activated(activation, f"z{n}"), "show": shown(last), "role": leaves.value}
        below = last
    found["L"] = {"is": _loss(spec, last)}
    known = {*given(spec), *found}
    for name in names(spec):
        of = str(alias.get(name, name)).removeprefix("d")
        if name.startswith("d") and name not in alias and of in known:
            found[name] = {"is": f"∂L/∂{of}", "show": shown(name)}
    return found


def _activated(activation: str, z: str) -> str:
    """Return the activation of z as a formula."""
    if activation == "identity":
        return z
    if activation == "leaky-relu":
        return f"where({z} > 0, {z}, {LEAK} * {z})"
    return f"{activation}({z})"


def _loss(spec: Spec, a: str) -> str:
    """Return the loss as a formula: summed over the outputs, and the mean of the rows of a batch."""
    at = "k" if spec.rows is None else "sk"
    letters = "_k" if spec.rows is None else "_{s,k}"
    inner = {
        "cross-entropy": f"-Σ{letters} (y_{at} log({a}_{at}))",
        "quadratic": f"(1/2) * Σ{letters} ({a}_{at} - y_{at})^2",
        "binary-cross-entropy": f"-Σ{letters} (y_{at} * log({a}_{at}) + (1 - y_{at}) * log(1 - {a}_{at}))",
        "sum": f"Σ{letters} {a}_{at}",
    }[spec.loss]
    return inner if spec.rows is None else f"(1/B) * ({inner})"


def shown(name: str) -> str:
    """Return how a name of a network is shown: `W¹` for W1."""
    stem = name.rstrip("0123456789")
    return stem + name[len(stem) :].translate(SUPERSCRIPTS) if stem != name else ""
