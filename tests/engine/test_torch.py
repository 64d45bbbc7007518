"""Sixty random networks whose tensors PyTorch computed; the fixture is frozen, its script lies beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bptutor.engine.network import Spec, trace

FILE = Path(__file__).parents[1] / "data" / "engine" / "torch_networks.json"
NETWORKS: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))


def test_the_fixture_covers_what_it_should() -> None:
    specs = [network["spec"] for network in NETWORKS]
    assert len(specs) == 60
    assert {len(spec["activations"]) for spec in specs} == {1, 2, 3, 4, 5}
    assert {spec["rows"] for spec in specs} == {None, 1, 2, 3, 4, 5, 6}
    assert {spec["loss"] for spec in specs} == {"cross-entropy", "quadratic", "binary-cross-entropy", "sum"}
    used = {activation for spec in specs for activation in spec["activations"]}
    assert used == {"identity", "sigmoid", "tanh", "relu", "leaky-relu", "softmax"}


@pytest.mark.parametrize("network", NETWORKS, ids=range(len(NETWORKS)))
def test_every_tensor_agrees(network: dict[str, Any]) -> None:
    spec = network["spec"]
    made = Spec(tuple(spec["layers"]), tuple(spec["activations"]), spec["loss"], spec["rows"])
    values = trace(made, network["given"]).values
    assert len(network["expected"]) > 4 * made.depth
    for name, expected in network["expected"].items():
        np.testing.assert_allclose(values[name], expected, atol=1e-12, rtol=1e-12, err_msg=name)
