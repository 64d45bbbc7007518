"""Training: where PyTorch ends after 2000 steps, and that the laid-out program is the traced network."""

from __future__ import annotations

import json
import tracemalloc
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bptutor.engine.blocks import Conv, Dense, Flatten, NetworkError, Pool
from bptutor.engine.graph import Array
from bptutor.engine.network import ImageSpec, Plan, Spec, given, shape, trace
from bptutor.engine.optimizers import Descent
from bptutor.engine.spec import learned
from bptutor.engine.train import Trainer, Training, progress, train
from bptutor.engine.windows import Window

FILE = Path(__file__).parents[1] / "data" / "engine" / "torch_training.json"
RUNS: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
DEEP = ImageSpec(
    (2, 9, 8),
    (
        Pool("average", Window.of(2, 1)),
        Conv(3, Window.of((3, 2), (2, 1), 1), "leaky-relu"),
        Pool("max", Window.of(2, 1)),
        Conv(2, Window.of(2), "sigmoid"),
        Conv(3, Window.of(1), "relu"),
        Flatten(),
        Dense(4, "softmax"),
        Dense(3, "tanh"),
    ),
    "quadratic",
    5,
)


def values_of(spec: Plan, seed: int, kind: type = np.float64) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=shape(spec, axes)).astype(kind) for name, axes in given(spec).items()}


def spec_of(run: dict[str, Any]) -> Plan:
    if run["network"] == "dense":
        return Spec((2, 8, 2), ("tanh", "softmax"), "cross-entropy", 24)
    blocks = Conv(3, Window.of((3, 2)), "sigmoid"), Pool("average", Window.of(2, 2)), Flatten(), Dense(3, "softmax")
    return ImageSpec((1, 6, 5), blocks, "cross-entropy", 12)


@pytest.mark.parametrize("run", RUNS, ids=[f"{run['network']}-{run['optimizer']}" for run in RUNS])
def test_two_thousand_steps_end_where_pytorch_ends(run: dict[str, Any]) -> None:
    assert run["steps"] == 2000
    training = Training(run["rate"], optimizer=run["optimizer"])
    trainer = Trainer(spec_of(run), {"x": run["x"], "y": run["y"]} | run["start"], training)
    losses = [trainer.step() for _ in range(run["steps"])] + [trainer.loss()]
    for step, loss in run["losses"].items():
        assert losses[int(step)] == pytest.approx(loss, abs=1e-9, rel=0)
    for name, expected in run["end"].items():
        np.testing.assert_allclose(trainer.parameters.arrays[name], expected, atol=1e-9, rtol=0, err_msg=name)


@pytest.mark.parametrize(("kind", "near"), [(np.float32, 2e-5), (np.float64, 1e-13)])
@pytest.mark.parametrize(
    "spec",
    [
        DEEP,
        Spec((3, 4, 2), ("sigmoid", "softmax"), "cross-entropy", 3),
        Spec((3, 4, 1), ("relu", "sigmoid"), "binary-cross-entropy"),
        Spec((3, 4, 2), ("identity", "leaky-relu"), "sum", 1),
        ImageSpec((1, 4, 4), (Conv(2, Window.of(3, 1, 1), "relu"), Pool("global-average"), Dense(2)), "quadratic"),
        ImageSpec((1, 4, 4), (Flatten(), Dense(2, "softmax")), "cross-entropy", 2),
        ImageSpec((1, 5, 5), (Conv(2, Window.of(2, 2), "tanh"), Pool("max", Window.of(2, 1))), "sum", 2),
    ],
    ids=range(7),
)
def test_the_program_is_the_traced_network(spec: Plan, kind: type, near: float) -> None:
    values = values_of(spec, 4, kind)
    found = trace(spec, values).values
    trainer = Trainer(spec, values, Training(0.1))
    assert trainer.slope() == pytest.approx(float(found["L"]), rel=near)
    assert trainer.parameters.gradient.dtype == found["L"].dtype == np.dtype(kind)
    for name in learned(spec):
        np.testing.assert_allclose(trainer.parameters.slopes[name], found[f"d{name}"], atol=near, rtol=near)
        assert np.shares_memory(trainer.parameters.arrays[name], trainer.parameters.values)


def test_a_step_allocates_no_large_array() -> None:
    """Both passes compute into arrays that are there; what a ReLU needs is one byte for each number."""
    spec = ImageSpec((1, 30, 30), (Conv(8, Window((3, 3)), "relu"), Flatten(), Dense(4, "softmax")), "cross-entropy", 8)
    trainer = Trainer(spec, values_of(spec, 0), Training(0.1))
    trainer.step()
    tracemalloc.start()
    trainer.step()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    z = 8 * 8 * 28 * 28 * 8
    assert peak < z / 2


def test_the_first_step_is_the_gradient_for_every_optimizer() -> None:
    spec = Spec((3, 2), ("tanh",), "quadratic", 4)
    values = values_of(spec, 1)
    slope = trace(spec, values).values["dW1"]
    for optimizer, move in (("sgd", 0.1 * slope), ("momentum", 0.1 * slope), ("adam", 0.1 * np.sign(slope))):
        moved = train(spec, values, Training(0.1, 1, optimizer=optimizer))
        np.testing.assert_allclose(values["W1"] - moved["W1"], move, atol=1e-6)


def test_a_caller_sees_each_step_and_stops() -> None:
    spec = Spec((3, 4, 2), ("tanh", "softmax"), "cross-entropy", 6)
    values = values_of(spec, 2) | {"y": np.eye(2)[[0, 1, 0, 1, 1, 0]]}
    seen = list(islice(Trainer(spec, values, Training(0.3)).progress(), 3))
    found = trace(spec, values).values
    assert [one.step for one in seen] == [1, 2, 3]
    assert seen[0].loss == pytest.approx(float(found["L"]), abs=1e-14)
    assert set(seen[0].norms) == {"W1", "b1", "W2", "b2"}
    for name, norm in seen[0].norms.items():
        assert norm == pytest.approx(float(np.linalg.norm(found[f"d{name}"])), abs=1e-14)
    assert seen[2].loss < seen[1].loss < seen[0].loss
    assert len(list(progress(spec, values, Training(0.3, 4)))) == 4


@pytest.mark.parametrize("update", [{"W2"}, {"b"}, {"b1", "W1"}, set()])
def test_only_what_is_named_moves(update: set[str]) -> None:
    spec = Spec((3, 4, 2), ("tanh", "tanh"), "quadratic", 2)
    values = values_of(spec, 3)
    for optimizer in ("sgd", "momentum", "adam"):
        moved = train(spec, values, Training(0.1, 3, frozenset(update), optimizer))
        for name in learned(spec):
            assert (moved[name] != values[name]).any() == bool({name, name[0]} & update)


def test_kernels_move_alone() -> None:
    moved, values = train(DEEP, values_of(DEEP, 6), Training(0.1, 1, frozenset({"K"}))), values_of(DEEP, 6)
    assert {name for name in learned(DEEP) if (moved[name] != values[name]).any()} == {"K2", "K4", "K5"}


def test_each_round_of_mini_batches_meets_every_row_once() -> None:
    """With a rate of almost 0 the steps of one round are the rows of the batch: their mean gradient is the batch's."""
    spec = Spec((2, 3), ("tanh",), "quadratic", 7)
    values = values_of(spec, 5)
    trainer = Trainer(spec, values, Training(1e-300, minibatch=3, seed=9))
    total = np.zeros_like(trainer.parameters.gradient)
    losses = []
    for rows in (3, 3, 1):
        losses.append(trainer.slope() * rows)
        total += trainer.parameters.gradient * rows
    found = trace(spec, values).values
    expected = np.concatenate([found["dW1"].ravel(), found["db1"].ravel()])
    np.testing.assert_allclose(total / 7, expected, atol=1e-14)
    assert sum(losses) / 7 == pytest.approx(float(found["L"]), abs=1e-14)
    assert trainer.loss() == pytest.approx(float(found["L"]), abs=1e-14)


def test_mini_batches_learn_and_repeat() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 2))
    y = np.eye(2)[(x[:, 0] * x[:, 1] > 0).astype(int)]
    spec = Spec((2, 8, 2), ("tanh", "softmax"), "cross-entropy", 40)
    values = values_of(spec, 8) | {"x": x, "y": y}
    runs = [train(spec, values, Training(0.05, 600, optimizer="adam", minibatch=8, seed=s)) for s in (1, 1, 2)]
    assert runs[0]["L"] < 0.2 < trace(spec, values).values["L"]
    np.testing.assert_array_equal(runs[0]["W1"], runs[1]["W1"])
    assert (runs[0]["W1"] != runs[2]["W1"]).any()


def test_the_start_stays_as_it_was() -> None:
    values = values_of(DEEP, 0)
    copies = {name: array.copy() for name, array in values.items()}
    train(DEEP, values, Training(0.5, 2))
    for name, array in values.items():
        np.testing.assert_array_equal(array, copies[name])


@pytest.mark.filterwarnings("error")
def test_a_rate_that_is_too_large_shows_in_the_result() -> None:
    spec = Spec((1, 1), ("identity",), "quadratic")
    found = train(spec, {"x": [10], "y": [1], "W1": [[1]], "b1": [0]}, Training(1e6, 60))
    assert not np.isfinite(found["L"])


@pytest.mark.parametrize(
    ("training", "said"),
    [
        (Training(0.1, optimizer="rprop"), "unknown optimizer rprop"),
        (Training(0.1, minibatch=0), "a mini-batch of 0 from 5 rows"),
        (Training(0.1, minibatch=6), "a mini-batch of 6 from 5 rows"),
    ],
)
def test_what_cannot_train(training: Training, said: str) -> None:
    with pytest.raises(NetworkError, match=said):
        train(DEEP, values_of(DEEP, 0), training)


def test_many_parameters_move_like_few() -> None:
    """Descent works piece by piece; the last piece is smaller."""
    w, g = np.arange(150_001.0), np.ones(150_001)
    Descent(0.25).move(w, g)
    np.testing.assert_array_equal(w, np.arange(150_001.0) - 0.25)
    np.testing.assert_array_equal(g, 1)
