"""`bptutor trace`: what it prints for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bptutor.authoring.tensors import number, tensor
from bptutor.authoring.trace import run
from bptutor.errors import UsageError
from tests.packs.test_network import MAZUR

pytestmark = pytest.mark.normal

HOUSE = "layers: [4, 2, 3]\nactivations: [relu, softmax]\nloss: cross-entropy\nbatch: rows\n"


@pytest.fixture
def mazur(tmp_path: Path) -> Path:
    path = tmp_path / "mazur.yaml"
    path.write_text(MAZUR.replace("steps: 3", "steps: 1"), encoding="utf-8")
    return path


@pytest.fixture
def house(tmp_path: Path) -> Path:
    path = tmp_path / "house.yaml"
    path.write_text(HOUSE, encoding="utf-8")
    return path


def test_json_is_one_line_with_the_promised_keys(mazur: Path) -> None:
    text, code = run(mazur, as_json=True)
    found = json.loads(text)
    assert (code, text.count("\n")) == (0, 1)
    assert set(found) == {"axes", "values", "trained"}
    assert found["axes"]["W1"] == ["N1", "N0"]
    assert found["axes"].keys() == found["values"].keys()
    assert found["values"]["L"] == pytest.approx(0.298371109, abs=5e-10)
    assert found["trained"]["L"] == pytest.approx(0.29102777369359933, abs=1e-15)
    assert set(found["trained"]) == {"W1", "b1", "W2", "b2", "L"}


def test_text_fits_and_names_shapes_and_axes(mazur: Path) -> None:
    text, code = run(mazur)
    assert code == 0
    assert max(len(line) for line in text.splitlines()) <= 80
    assert all(line == line.rstrip() for line in text.splitlines())
    assert "network  2-2-2, sigmoid, sigmoid, loss quadratic, one sample" in text
    assert "  dW1      (2, 2)  N1 N0  0.000439  0.000877\n" + " " * 26 + "0.000498  0.000995\n" in text
    assert "after 1 step of rate 0.5" in text
    assert text.rstrip().endswith("0.291028")


def test_a_wide_batch_stays_within_eighty_columns(tmp_path: Path) -> None:
    path = tmp_path / "wide.yaml"
    widths, names = [20, 18, 30], ["tanh", "softmax"]
    path.write_text(f"layers: {widths}\nactivations: {names}\nloss: cross-entropy\nbatch: rows\n".replace("'", ""))
    text, _ = run(path, seed=3, check=True, jacobians=["p:x"])
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "(18, 20)" in text
    assert "not shown (--json has them)" in text
    assert "every gradient is confirmed" in text


def test_seed_and_check_and_jacobian(house: Path) -> None:
    first, again, other = (json.loads(run(house, as_json=True, seed=s)[0]) for s in (1, 1, 2))
    assert first == again != other
    text, code = run(house, as_json=True, check=True, jacobians=["p:z2", "L:a1"])
    found = json.loads(text)
    assert code == 0
    assert found["check"]["ok"] is True
    assert set(found["check"]["gradients"]) == {"dx", "dW1", "db1", "dW2", "db2"}
    p = np.array(found["values"]["p"])
    for n in range(len(p)):
        jacobian = np.array(found["jacobians"]["p:z2"])[n, :, n]
        np.testing.assert_allclose(jacobian, np.diag(p[n]) - np.outer(p[n], p[n]), atol=1e-15)
    assert found["jacobians"]["L:a1"] == found["values"]["da1"]


def test_a_failed_check_is_exit_code_one(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bptutor.engine.gradcheck.directional", lambda spec, values: 0.5)
    text, code = run(house, check=True)
    assert code == 1
    assert "a gradient is not confirmed" in text


def test_what_is_not_finite_is_null_and_a_question_mark(tmp_path: Path) -> None:
    """Cross-entropy of a ReLU that gives 0 is infinite; nothing is printed as a number that is none."""
    path = tmp_path / "infinite.yaml"
    text = "layers: [1, 1]\nactivations: [relu]\nloss: cross-entropy\nx: [1]\ny: [1]\nW1: [[-1]]\nb1: [0]\n"
    path.write_text(text, encoding="utf-8")
    found = json.loads(run(path, as_json=True)[0])
    assert found["values"]["L"] is None
    assert found["values"]["da1"] == [None]
    shown, _ = run(path)
    assert "?  is not finite" in shown


@pytest.mark.parametrize("pair", ["p", "p:", "p:q", "dW1:x", ":z1"])
def test_a_jacobian_that_cannot_be_had(house: Path, pair: str) -> None:
    with pytest.raises(UsageError):
        run(house, jacobians=[pair])


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.0, "0"), (0.5, "0.5"), (2.0, "2"), (1e-7, "1.00000e-07"), (-1e-9, "-1.00000e-09"), (float("nan"), "?")],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_three_axes_stand_in_blocks() -> None:
    lines = tensor("J", np.arange(8.0).reshape(2, 2, 2), ("K", "I", "J"))
    assert [line.strip() for line in lines[1:]] == ["[0]", "0  1", "2  3", "[1]", "4  5", "6  7"]


IMAGE = """\
layers:
  - input: [1, 6, 5]
  - conv: {filters: 2, size: [3, 2], activation: tanh}
  - pool: {kind: max, size: 2}
  - {flatten}
  - dense: {units: 3, activation: softmax}
loss: cross-entropy
"""


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "image.yaml"
    path.write_text(IMAGE, encoding="utf-8")
    return path


def test_every_tensor_of_a_network_on_images(image: Path) -> None:
    text, code = run(image, as_json=True, check=True)
    found = json.loads(text)
    assert code == 0
    assert found["axes"]["K1"] == found["axes"]["dK1"] == ["C1", "C0", "KI1", "KJ1"]
    assert found["axes"]["z1"] == ["C1", "I1", "J1"]
    assert found["axes"]["a2"] == ["C1", "I2", "J2"]
    assert found["axes"]["W4"] == ["N4", "N3"]
    shapes = {name: np.shape(value) for name, value in found["values"].items()}
    assert shapes["z1"] == shapes["da1"] == (2, 4, 4)
    assert shapes["a2"] == shapes["da2"] == (2, 2, 2)
    assert shapes["a3"] == (8,)
    assert found["axes"].keys() == found["values"].keys()
    assert set(found["check"]["gradients"]) == {"dx", "dK1", "db1", "dW4", "db4"}
    v = {name: np.array(value) for name, value in found["values"].items()}
    for o in range(2):  # the definition, entry by entry
        for i in range(4):
            for j in range(4):
                z = (v["x"][0, i : i + 3, j : j + 2] * v["K1"][o, 0]).sum() + v["b1"][o]
                assert v["z1"][o, i, j] == pytest.approx(z, abs=1e-14)
    np.testing.assert_allclose(v["dz4"], v["p"] - v["y"], atol=1e-15)
    np.testing.assert_allclose(v["db1"], v["dz1"].sum(axis=(1, 2)), atol=1e-15)
    np.testing.assert_allclose(v["a2"], v["a1"].reshape(2, 2, 2, 2, 2).max(axis=(2, 4)))


def test_a_network_on_images_fits_the_screen(image: Path) -> None:
    text, _ = run(image)
    assert "network  image 1×6×5, 1: conv 2 of 3×2 tanh, 2: max pool 2×2, 3: flatten," in text
    assert "  K1       (2, 1, 3, 2) C1 C0 KI1 KJ1\n      [0, 0]\n" in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_the_graph_for_graphviz(image: Path, house: Path) -> None:
    text, code = run(image, dot=True)
    assert code == 0
    assert text.startswith("digraph network {\n")
    assert text.endswith("}\n")
    assert r'  K1 [shape=box, label="K1\n(2, 1, 3, 2) C1 C0 KI1 KJ1"];' in text
    assert r'  a2 [shape=ellipse, label="a2\n(2, 2, 2) C1 I2 J2\nmax pool 2×2"];' in text
    edges = {line.strip(" ;") for line in text.splitlines() if "->" in line}
    chain = {"x -> z1", "K1 -> z1", "b1 -> z1", "z1 -> a1", "a1 -> a2", "a2 -> a3", "a3 -> z4", "W4 -> z4", "b4 -> z4"}
    assert edges == chain | {"z4 -> a4", "a4 -> L", "y -> L"}
    assert "x -> z1" in run(house, dot=True)[0]
    with pytest.raises(UsageError, match="--dot"):
        run(house, dot=True, as_json=True)


def test_the_optimizer_is_named(mazur: Path) -> None:
    mazur.write_text(mazur.read_text().replace("update: [W]", "optimizer: adam"))
    assert "after 1 step of rate 0.5, adam" in run(mazur)[0]
