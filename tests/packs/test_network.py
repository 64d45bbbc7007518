"""Reading a network: literals, draws, and every problem of a file at its place."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from bptutor.engine.network import Spec
from bptutor.errors import PackError, Problem, UsageError
from bptutor.packs.model import Place
from bptutor.packs.scene.network import Network, draw, network_from, read_network
from bptutor.packs.scene.scene import Scene
from bptutor.packs.yaml.reader import located

MAZUR = """\
layers: [2, 2, 2]
activations: [sigmoid, sigmoid]
loss: quadratic              # ½ Σ (a − y)²
batch: one
x: [0.05, 0.10]
y: [0.01, 0.99]
W1: [[0.15, 0.20], [0.25, 0.30]]
b1: [0.35, 0.35]
W2: [[0.40, 0.45], [0.50, 0.55]]
b2: [0.60, 0.60]
train: {rate: 0.5, steps: 3, update: [W]}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "network.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(PackError) as caught:
        read_network(written(folder, text))
    return [f"{p.line}:{p.column} {p.what} | {p.help}" for p in caught.value.problems]


def from_mapping(mapping: object, place: Place | None = None) -> Network:
    """Read a network from plain data."""
    problems: list[Problem] = []
    network = network_from(located(mapping, place), problems, images=True)
    if problems or network is None:
        raise PackError(*problems)
    return network


def test_a_whole_file(tmp_path: Path) -> None:
    network = read_network(written(tmp_path, MAZUR))
    assert network.spec == Spec((2, 2, 2), ("sigmoid", "sigmoid"), "quadratic")
    assert network.given["x"] == ("0.05", "0.10")
    np.testing.assert_array_equal(network.values(0)["W1"], [[0.15, 0.20], [0.25, 0.30]])
    assert network.train is not None
    assert (network.train.rate, network.train.steps, network.train.update) == (0.5, 3, frozenset({"W"}))


def test_numbers_of_json_and_texts_are_the_same() -> None:
    text = {"layers": ["1", "2"], "activations": ["tanh"], "loss": "sum", "W1": [["-.5"], ["1e-3"]]}
    numbers = {"layers": [1, 2], "activations": ["tanh"], "loss": "sum", "W1": [[-0.5], [1e-3]]}
    for name, array in from_mapping(text).values(4).items():
        np.testing.assert_array_equal(array, from_mapping(numbers).values(4)[name])


@pytest.mark.parametrize("loss", ["cross-entropy", "binary-cross-entropy", "quadratic"])
def test_draws_lie_on_the_grid_and_repeat(loss: str) -> None:
    spec = Spec((4, 2, 3), ("sigmoid", "softmax"), loss, rows=6)
    first, again, other = (draw(spec, Random(seed)) for seed in (5, 5, 6))
    grid = {float(f"{n / 10:.1f}") for n in range(-10, 11)}
    for name, array in first.items():
        np.testing.assert_array_equal(array, again[name])
        assert set(array.ravel().tolist()) <= grid
    assert any((first[name] != other[name]).any() for name in first)
    if loss != "quadratic":
        assert set(first["y"].ravel().tolist()) <= {0.0, 1.0}
    if loss == "cross-entropy":
        np.testing.assert_array_equal(first["y"].sum(axis=1), 1)


def test_a_literal_leaves_the_other_draws_alone() -> None:
    spec = Spec((2, 2), ("sigmoid",), "quadratic")
    free, fixed = draw(spec, Random(1)), draw(spec, Random(1), {"x": ("7", "8")})
    np.testing.assert_array_equal(fixed["x"], [7, 8])
    np.testing.assert_array_equal(fixed["W1"], free["W1"])


@pytest.mark.parametrize(
    ("extra", "rows"),
    [
        ({"batch": "rows"}, 2),
        ({"batch": "rows", "sizes": {"B": "7"}}, 7),
        ({"batch": "rows", "x": [["1"], ["2"], ["3"], ["4"]]}, 4),
        ({"batch": "one"}, None),
        ({}, None),
    ],
)
def test_batch_size(extra: dict[str, object], rows: int | None) -> None:
    network = from_mapping({"layers": ["1", "3"], "activations": ["softmax"], "loss": "sum"} | extra)
    assert network.spec.rows == rows


def test_every_problem_of_a_file_at_once(tmp_path: Path) -> None:
    text = "layers: [2, x, 2]\nactivations: [sigmod, Tanh]\nloss: quadrtic\nbatchs: one\n"
    text += "x: [0.1, nan]\nW1: [[1, 2], [3]]\n"
    found = problems_of(tmp_path, text)
    assert [line.split(" ")[0] for line in found] == ["1:13", "2:15", "2:23", "3:7", "4:1", "5:10", "6:14"]
    assert found[1].endswith("did you mean sigmoid?")
    assert found[2].endswith("did you mean tanh?")
    assert found[3].endswith("did you mean quadratic?")
    assert found[4].endswith("did you mean batch?")
    assert "`nan` is not a number" in found[5]
    assert "row 2 of W1 has 1 entries, row 1 has 2 entries" in found[6]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("W1: [[1, 2], [3, 4], [5, 6]]", "layer 1: W1 has shape (3, 2), the network needs (2, 2) = (N1, N0)"),
        ("x: [[0.1, 0.2]]", "layer 0 (the input): x has shape (1, 2), the network needs (2,) = (N0)"),
        ("x: []", "x is empty"),
        ("W9: [1]", "a network of 2 layers has no W9"),
        ("b1: [1e999, 0]", "layer 1: b1 holds a value that is not finite, at [0]"),
        ("b1: &b [1, 0]", "`&b` would be an anchor"),
        ("b1: !!set {1, 0}", "`!!set` would be a tag"),
        ("loss: sum", "the key `loss` stands here a second time"),
        ("batch: columns", "there is no batch `columns`"),
        ("train: {rate: 0}", "train needs a rate above 0"),
        ("train: {rate: 1, steps: 1.5}", "steps is a whole number up to 1,000,000"),
        ("train: {rate: 1, update: [V]}", "`V` cannot be trained"),
        ("W1: [[[1]]]", "W1 has more than two axes"),
        ("x: {a: 1}", "x: a mapping is not a number"),
    ],
)
def test_problems(tmp_path: Path, line: str, said: str) -> None:
    text = f"layers: [2, 2, 1]\nactivations: [relu, identity]\nloss: quadratic\n{line}\n"
    assert any(f" {said} |" in found and found.startswith("4:") for found in problems_of(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the key `layers` is missing"),
        ("- 1\n", "a network is a mapping, not a list"),
        ("layers: [3]\nactivations: []\nloss: sum\n", "layers lists the widths"),
        ("layers: [2, 2]\nactivations: [relu, relu]\nloss: sum\n", "activations has 2 entries, layers asks for 1"),
        ("layers: [9999, 9999]\nactivations: [relu]\nloss: sum\n", "the network is larger than 2,000,000 numbers"),
        ("layers: [2, {conv: {}}]\nactivations: [relu]\nloss: sum\n", "a layer is its width here"),
        ("layers: [2, 2", "not YAML"),
    ],
)
def test_what_is_no_network(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in found for found in problems_of(tmp_path, text))


def test_targets_outside_zero_and_one_are_no_probabilities(tmp_path: Path) -> None:
    text = "layers: [1, 2]\nactivations: [softmax]\nloss: cross-entropy\ny: [2, 0]\n"
    assert problems_of(tmp_path, text) == ["4:4 cross-entropy takes targets from 0 to 1 | "]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read_network(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"loss: \xff\n")
    with pytest.raises(PackError, match="not UTF-8"):
        read_network(tmp_path / "latin.yaml")


def test_plain_data_reports_the_place_it_is_given() -> None:
    with pytest.raises(PackError) as caught:
        from_mapping({"layers": ["1", "1"], "activations": ["relu"], "loss": "mse"}, Place("lesson.md", 9, 3))
    assert str(caught.value).startswith("lesson.md:9:3: there is no loss `mse`")


@pytest.mark.parametrize(
    ("last", "low", "high"), [("sigmoid", 0, 1), ("tanh", -1, 1), ("relu", 0, 2), ("softmax", 0, 1)]
)
@pytest.mark.parametrize("batch", ["one", "rows"])
def test_a_target_of_squares_is_drawn_where_the_outputs_reach(last: str, low: float, high: float, batch: str) -> None:
    mapping = {"layers": [2, 4, 3], "activations": ["tanh", last], "loss": "quadratic", "batch": batch}
    network = from_mapping(mapping)
    scene = Scene.from_mapping({"network": mapping})
    targets = [drawn for seed in range(30) for drawn in (network.values(seed)["y"], scene.draw(seed)["y"])]
    assert all((low <= y).all() and (y <= high).all() for y in targets)
    assert len({y.tobytes() for y in targets}) > 2
    if last == "softmax":
        assert all((y.sum(axis=-1) == 1).all() for y in targets)
    else:
        assert all(low < abs(y).max() for y in targets)
