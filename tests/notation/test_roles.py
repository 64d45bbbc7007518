"""What a name is in a network follows from structure: what an author would say of it is what is inferred."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bptutor.errors import PackError
from bptutor.notation.scope import NetworkRole, Scope
from bptutor.notation.transform.roles import Parts, parts
from bptutor.packs.library import Library
from bptutor.packs.model import Place
from bptutor.packs.scene.scene import Scene

pytestmark = pytest.mark.normal

TARGET = {"axes": ["C"], "draw": "one-hot"}
RATE: dict[str, object] = {"axes": [], "positive": True}


def scene(**keys: Any) -> Scene:
    return Scene.from_mapping(keys, Place())


def found(**keys: Any) -> Parts:
    return parts(scene(**keys).scope)


def roles(**keys: Any) -> dict[str, str]:
    return {name: role.value for name, role in found(**keys).roles.items()}


def unsaid(scope: Scope) -> Scope:
    """The same scope with nothing said about roles."""
    return replace(scope, names={id_: replace(made, network_role=None) for id_, made in scope.names.items()})


def networks() -> dict[str, Scene]:
    library = Library.builtin()
    banks = [f"@{file.stem}" for file in (library.pack.root / "banks").iterdir()]
    scenes = {id_: library.lesson(id_).scene for id_ in (*(entry.id for entry in library.entries()), *banks)}
    return {id_: one for id_, one in scenes.items() if one is not None and "network" in one.source}


def test_what_is_inferred_of_a_network_is_what_a_network_says() -> None:
    scenes = networks()
    assert len(scenes) > 8
    for id_, network in scenes.items():
        written = network.source.get("given", {})
        assert isinstance(written, dict)
        names = {name: made for name, made in network.scope.names.items() if name not in written}
        said = {name: made.network_role for name, made in names.items() if made.network_role}
        inferred = parts(unsaid(network.scope)).roles
        assert {name: inferred.get(name) for name in said} == said, id_


SPECS = [
    {"layers": [3, 4, 2], "activations": ["relu", "identity"], "loss": "quadratic"},
    {"layers": [3, 4, 2], "activations": ["leaky-relu", "sigmoid"], "loss": "binary-cross-entropy", "batch": "rows"},
    {"layers": [2, 3], "activations": ["softmax"], "loss": "cross-entropy", "batch": "rows"},
    {"layers": [2, 3], "activations": ["softmax"], "loss": "quadratic"},
    {"layers": [4, 3, 2], "activations": ["tanh", "tanh"], "loss": "sum", "batch": "rows"},
    {"layers": [4, 5, 3, 2], "activations": ["identity", "sigmoid", "relu"], "loss": "quadratic", "batch": "rows"},
]


@pytest.mark.parametrize("network", SPECS, ids=lambda spec: "-".join(spec["activations"]))
def test_so_of_networks_of_every_activation_and_loss(network: dict[str, Any]) -> None:
    scope = scene(network=network).scope
    said = {name: made.network_role for name, made in scope.names.items() if made.network_role}
    assert parts(unsaid(scope)).roles == said
    assert NetworkRole.WEIGHT in said.values()


def test_the_factor_that_nothing_computes_is_the_weight() -> None:
    given = {"a": ["D"], "x": ["H", "D"], "t": ["C", "H"], "w": TARGET}
    define = {"y": "x @ a", "b": "tanh(y)", "s": "t @ b", "W": "softmax(s)", "E": "-Σ_k w_k log W_k"}
    assert roles(given=given, define=define) == {
        **{"a": "input", "x": "weight", "y": "pre-activation", "b": "activation", "t": "weight", "s": "logit"},
        **{"W": "probability", "w": "target"},
    }


def test_examples_tell_a_vector_of_weights_from_an_input() -> None:
    given = {"w": ["S", "D"], "x": ["D"], "t": ["S"]}
    mean = found(given=given, define={"r": "w @ x", "L": "(1/S) Σ_s (r_s - t_s)^2"})
    assert (mean.layers[0].weight, mean.layers[0].below, mean.batch) == ("x", "w", "S")
    bias = found(given={**given, "c": []}, define={"r": "w @ x + c", "L": "Σ_s (r_s - t_s)^2"})
    assert (bias.layers[0].weight, bias.layers[0].below, bias.batch) == ("x", "w", "S")
    one = found(given=given, define={"r": "w @ x", "L": "Σ_s (r_s - t_s)^2"})
    assert (one.layers[0].weight, one.layers[0].below) == ("w", "x")


@pytest.mark.parametrize("product", ["X @ V", "X @ U.T"])
def test_rows_of_examples_tell_two_matrices_apart(product: str) -> None:
    given = {"X": ["E", "D"], "V": ["D", "C"], "U": ["C", "D"], "b": ["C"]}
    layer = found(given=given, define={"Z": f"{product} + b", "A": "relu(Z)"})
    assert (layer.layers[0].below, layer.batch, layer.biases) == ("X", "E", frozenset({"b"}))


def test_nothing_tells_two_given_numbers_apart_but_a_step_a_gradient_or_the_author() -> None:
    given: dict[str, object] = {"p": [], "q": [], "t": []}
    define = {"z": "p*q", "L": "(z - t)^2"}
    assert found(given=given, define=define).untold == (("p", "q", "z"),)
    assert found(given=given, define={**define, "g": "∂L/∂q"}).weights() == ("q",)
    both = {**define, "g": "∂L/∂q", "h": "∂L/∂p"}
    assert found(given=given, define=both).untold == (("p", "q", "z"),)
    assert found(given={**given, "c": []}, define={**both, "n": "p - c h"}).weights() == ("p",)
    assert found(given={**given, "p": {"axes": [], "role": "input"}}, define=define).weights() == ("q",)
    assert found(given={**given, "p": {"axes": [], "role": "weight"}}, define=define).below() == ("q",)


def test_targets_times_logits_are_no_layer() -> None:
    given = {"y": TARGET, "u": ["C"]}
    define = {"p": "softmax(u)", "M": "log(Σ_k e^{u_k})", "L": "M - Σ_k y_k u_k"}
    assert found(given=given, define=define).untold == ()


def test_a_rate_multiplies_a_gradient_or_moves_no_loss() -> None:
    given = {"V": ["C", "H"], "h": ["H"], "t": ["C"], "c": RATE}
    define = {"o": "V @ h", "L": "Σ_i (o_i - t_i)^2"}
    assert found(given=given, define=define).named(NetworkRole.RATE) == ("c",)
    assert not found(given=given, define={**define, "L": "Σ_i (o_i - t_i)^2 + c Σ_i t_i"}).named(NetworkRole.RATE)
    assert not found(given={**given, "d": RATE}, define=define).named(NetworkRole.RATE)
    momentum = {**define, "G": "∂L/∂V", "N": "d*V - c*G"}
    assert found(given={**given, "d": RATE}, define=momentum).named(NetworkRole.RATE) == ("c",)


def test_rows_that_add_up_to_one_are_probabilities_and_one_hot_ones_targets() -> None:
    drawn = roles(given={"a": {"axes": ["K"], "draw": "simplex"}, "b": {"axes": ["K"], "draw": "one-hot"}})
    assert drawn == {"a": "probability", "b": "target"}
    written = {"a": {"axes": ["K"], "value": [0.2, 0.5, 0.3]}, "b": {"axes": ["K"], "value": [0, 1, 0]}}
    assert roles(given=written) == drawn
    assert roles(given={"a": {"axes": ["K"], "value": [0.2, 0.5, 0.4]}}) == {}


def test_what_the_author_says_counts_before_what_is_inferred() -> None:
    given = {"a": {"axes": ["D"], "role": "weight"}, "x": {"axes": ["H", "D"], "role": "input"}}
    layer = found(sizes={"H": {"is": 4, "role": "batch"}}, given=given, define={"z": "x @ a"})
    assert (layer.layers[0].weight, layer.batch) == ("a", "H")
    said = found(given=given, define={"z": {"is": "x @ a", "role": "output"}})
    assert said.roles["z"] is NetworkRole.OUTPUT


def test_a_size_with_a_role_is_fixed_or_drawn_like_any_other() -> None:
    of = scene(sizes={"S": {"is": 5, "role": "batch"}, "T": {"role": "batch"}}, given={"X": ["S", "T"]})
    assert dict(of.scope.sizes) == {"S": "5", "T": ""}
    assert all(of.fresh(seed).sizes["T"] >= 3 for seed in range(20))


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"given": {"a": {"axes": [], "role": "wieght"}}}, "did you mean `weight`?"),
        ({"given": {"a": {"axes": [], "role": "batch"}}}, "`role` is `batch`"),
        ({"sizes": {"B": {"is": 3, "role": "weight"}}, "given": {"a": ["B"]}}, "known are `batch`"),
        ({"sizes": {"B": {"iz": 3}}, "given": {"a": ["B"]}}, "the size `B` has no key `iz`"),
    ],
)
def test_a_role_that_there_is_not_is_refused(keys: dict[str, Any], says: str) -> None:
    with pytest.raises(PackError) as refused:
        scene(**keys)
    assert says in str(refused.value) or any(says in f"{one.what} {one.help}" for one in refused.value.problems)
