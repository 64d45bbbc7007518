"""Networks on images: how their layers are written, and every mistake at its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bptutor.engine.blocks import Conv, Dense, Flatten, Pool
from bptutor.engine.network import ImageSpec
from bptutor.engine.windows import Window
from bptutor.errors import PackError
from bptutor.packs.scene.network import read_network
from bptutor.packs.scene.scene import Scene
from tests.packs.test_network import from_mapping, problems_of, written

WHOLE = """\
layers:
  - input: [2, 9, 8]
  - conv: {filters: 3, size: [3, 2], stride: [2, 1], padding: 1, activation: relu}
  - pool: {kind: max, size: 2, stride: 1}
  - {conv: {filters: 4, size: 2}}
  - {flatten}
  - dense: {units: 3, activation: softmax}
loss: cross-entropy
batch: rows
train: {rate: 0.1, steps: 5, update: [K, b5], optimizer: momentum, minibatch: 2}
"""
BLOCKS = (
    Conv(3, Window((3, 2), (2, 1), (1, 1)), "relu"),
    Pool("max", Window((2, 2), (1, 1))),
    Conv(4, Window((2, 2))),
    Flatten(),
    Dense(3, "softmax"),
)


def test_a_whole_file(tmp_path: Path) -> None:
    network = read_network(written(tmp_path, WHOLE))
    spec = network.spec
    assert isinstance(spec, ImageSpec)
    assert (spec.image, spec.layers, spec.loss) == ((2, 9, 8), BLOCKS, "cross-entropy")
    values = network.values(0)
    assert values["x"].shape == (spec.rows, 2, 9, 8)
    assert values["K3"].shape == (4, 3, 2, 2)
    np.testing.assert_array_equal(values["y"].sum(axis=1), 1)
    assert network.train is not None
    assert (network.train.optimizer, network.train.minibatch) == ("momentum", 2)
    assert network.train.update == {"K", "b5"}


@pytest.mark.parametrize("flatten", ["{flatten}", "flatten", "{flatten: }", "{flatten: {}}"])
def test_flatten_is_written_in_many_ways(tmp_path: Path, flatten: str) -> None:
    network = read_network(written(tmp_path, f"layers: [{{input: [1, 2, 3]}}, {flatten}]\nloss: sum\n"))
    assert network.spec.blocks == (Flatten(),)


def test_literals_have_four_axes() -> None:
    layers = [{"input": [1, 2, 2]}, {"conv": {"filters": 1, "size": [2, 1]}}, {"pool": {"kind": "global-average"}}]
    text = {"layers": layers, "loss": "sum", "x": [[[1, 2], [3, 4]]], "K1": [[[[0.5], ["-1"]]]]}
    values = from_mapping(text).values(0)
    np.testing.assert_array_equal(values["x"], [[[1, 2], [3, 4]]])
    np.testing.assert_array_equal(values["K1"], [[[[0.5], [-1]]]])


CONV = "{conv: {filters: 2, size: 2}}"


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ("{conv: {filters: 1, size: [8, 2]}}", "1:30 layer 1: the window (8, 2) is larger than the image (6, 5) |"),
        (
            f"{CONV}, {{dense: {{units: 3}}}}",
            "1:61 layer 2: dense takes a vector, below it is (2, 5, 4)",
        ),
        (f"flatten, {CONV}", "layer 2: conv takes an image (channels, rows, columns), below it is (30,) = (N1)"),
        ("flatten, {pool: {kind: average, size: 1}}", "layer 2: pool takes an image"),
        ("{conv: {size: 2}}", "1:37 layer 1: conv needs `filters` | write `filters: 2`"),
        ("{conv: {filters: 2}}", "1:37 layer 1: conv needs `size` |"),
        ("{conv: {filters: 0, size: 2}}", "1:47 layer 1: conv: filters is a whole number from 1 to 10,000, not `0`"),
        ("{conv: {filters: 2, size: [1, x]}}", "1:60 layer 1: conv: size is a whole number from 1 to 10,000, not `x`"),
        ("{conv: {filters: 2, size: [1, 2, 3]}}", "layer 1: conv: size is [rows, columns], not 3 numbers"),
        ("{conv: {filters: 2, size: 2, stride: 0}}", "stride is a whole number from 1"),
        ("{conv: {filters: 2, size: 2, padding: -1}}", "padding is a whole number from 0 to 10,000, not `-1`"),
        ("{conv: {filters: 2, size: 2, paddin: 1}}", "layer 1: conv has no key `paddin` | did you mean padding?"),
        ("{conv: {filters: 2, size: 2, activation: rleu}}", "there is no activation `rleu` | did you mean relu?"),
        ("{conv: {filters: 2, size: 2, activation: softmax}}", "layer 1: softmax is over the units of a dense layer"),
        ("{pool: {kind: mex, size: 2}}", "layer 1: pool: there is no pooling `mex` | did you mean max?"),
        ("{pool: {size: 2}}", "layer 1: pool needs `kind` | one of max, average, global-average"),
        ("{pool: {kind: max}}", "layer 1: pool needs `size`"),
        ("{pool: {kind: global-average, size: 2}}", "global-average takes no size"),
        ("{dense: 3}", "layer 1: dense takes a mapping, not 3 | its keys: units, activation"),
        ("{flatten: [1]}", "layer 1: flatten takes a mapping, not a list | it has no keys"),
        ("{flaten}", "1:31 layer 1: `flaten` is no kind of layer | did you mean flatten?"),
        ("7", "layer 1: `7` is no kind of layer"),
        ("{input: [1, 2, 2]}", "layer 1: `input` is no kind of layer | the input stands first"),
        ("{flatten, dense}", "layer 1: a mapping is no kind of layer"),
    ],
)
def test_mistakes_in_layers(tmp_path: Path, layers: str, said: str) -> None:
    text = f"layers: [{{input: [1, 6, 5]}}, {layers}]\nloss: sum\n"
    assert any(said in found for found in problems_of(tmp_path, text)), problems_of(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"layers: [{CONV}, flatten]\nloss: sum\n", "1:10 the first layer is the input"),
        ("layers: [{input: [4]}, flatten]\nloss: sum\n", "1:18 input is [channels, rows, columns]"),
        ("layers: [{input: [1, 0, 2]}, flatten]\nloss: sum\n", "1:22 input is a whole number from 1"),
        ("layers: [{input: [1, 2, 2]}]\nloss: sum\n", "1:9 there is no layer after the input"),
        ("layers: [{input: [1, 2, 2]}, flatten]\n", "the key `loss` is missing"),
        ("layers: [{input: [1, 2, 2]}, flatten]\nloss: sum\nactivations: [relu]\n", "3:1 each layer names its own"),
        ("layers: [{input: [9, 999, 999]}, flatten]\nloss: sum\n", "the network is larger than 2,000,000 numbers"),
        (
            "layers: [{input: [1, 3, 3]}, {conv: {filters: 1, size: 2}}]\nloss: sum\nK1: [[[[1, 2, 3]]]]\n",
            "3:5 layer 1: K1 has shape (1, 1, 1, 3), the network needs (1, 1, 2, 2) = (C1, C0, KI1, KJ1) | K1 is",
        ),
        (
            "layers: [{input: [1, 3, 3]}, flatten]\nloss: sum\nx: [[1, 2], [3, 4]]\n",
            "layer 0 (the input): x has shape (2, 2), the network needs (1, 3, 3) = (C0, I0, J0) | an image is",
        ),
        ("layers: [{input: [1, 3, 3]}, flatten]\nloss: sum\nW1: [[1]]\n", "3:1 a network of 1 layers has no W1"),
        ("layers: [{input: [1, 3, 3]}, flatten]\nloss: sum\nx: [[[[[1]]]]]\n", "x has more than four axes"),
        ("layers: [1, 1]\nactivations: [relu]\nloss: sum\ntrain: {rate: 1, optimizer: adm}\n", "did you mean adam?"),
        ("layers: [1, 1]\nactivations: [relu]\nloss: sum\ntrain: {rate: 1, minibatch: 2}\n", "takes 1 to 1 rows"),
    ],
)
def test_mistakes_in_a_file(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in found for found in problems_of(tmp_path, text)), problems_of(tmp_path, text)


def test_all_mistakes_of_a_layer_at_once(tmp_path: Path) -> None:
    conv = "{conv: {filters: 0, size: 2, stride: 0, padding: -1, activation: x}}"
    assert len(problems_of(tmp_path, f"layers: [{{input: [1, 6, 5]}}, {conv}]\nloss: sm\n")) == 5


def test_a_scene_takes_dense_layers() -> None:
    with pytest.raises(PackError, match="a scene takes dense layers"):
        Scene.from_mapping({"network": {"layers": [{"input": [1, 2, 2]}, "flatten"], "loss": "sum"}})
