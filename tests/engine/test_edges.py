"""Corners of networks on images: overflow, kinks, ties, one of everything, and values that do not fit."""

from __future__ import annotations

import numpy as np
import pytest

from bptutor.engine.blocks import Block, Conv, Dense, Flatten, NetworkError, Pool
from bptutor.engine.conv import conv2d_backward
from bptutor.engine.gradcheck import check, directional
from bptutor.engine.graph import Array, Graph, add
from bptutor.engine.layers import convolve
from bptutor.engine.network import ImageSpec, given, shape, trace
from bptutor.engine.train import Trainer, Training
from bptutor.engine.windows import Window

CONV = Conv(1, Window.of(1))


def values_of(spec: ImageSpec, seed: int = 0) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=shape(spec, axes)) for name, axes in given(spec).items()}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_logits_of_ten_thousand(kind: type) -> None:
    """z is (1e4, −1e4): p is (1, 0), and ∂L/∂z = p − y is exact for either target."""
    spec = ImageSpec((1, 1, 2), (CONV, Flatten(), Dense(2, "softmax")), "cross-entropy", 1)
    fixed = {"x": [[[[1e4, -1e4]]]], "K1": [[[[1]]]], "b1": [0], "W3": np.eye(2), "b3": [0, 0]}
    for y, loss in (([1, 0], 0), ([0, 1], 2e4)):
        values: dict[str, Array] = {name: np.array(value, kind) for name, value in (fixed | {"y": [y]}).items()}
        found = trace(spec, values).values
        assert found["L"] == loss
        np.testing.assert_array_equal(found["dz3"], [[1 - y[0], -y[1]]])
        trainer = Trainer(spec, values, Training(0.1))
        assert trainer.slope() == loss
        np.testing.assert_array_equal(trainer.parameters.slopes["b3"], [1 - y[0], -y[1]])


def test_one_class_has_no_gradient() -> None:
    spec = ImageSpec((1, 3, 3), (Conv(2, Window.of(2), "tanh"), Flatten(), Dense(1, "softmax")), "cross-entropy", 2)
    found = trace(spec, values_of(spec) | {"y": [[1], [1]]}).values
    np.testing.assert_array_equal(found["p"], [[1], [1]])
    assert found["L"] == 0
    assert not found["dK1"].any()


def test_a_batch_of_one_is_the_single_sample() -> None:
    blocks = (Conv(2, Window.of((2, 1), 1, 1), "sigmoid"), Pool("max"), Pool("average"), Flatten(), Dense(2, "softmax"))
    one, batch = (ImageSpec((2, 4, 3), blocks, "cross-entropy", rows) for rows in (None, 1))
    values = values_of(one)
    alone = trace(one, values).values
    together = trace(batch, values | {"x": values["x"][None], "y": values["y"][None]}).values
    for name, array in alone.items():
        np.testing.assert_allclose(together[name].reshape(array.shape), array, atol=1e-15, err_msg=name)


def test_a_relu_at_zero_lets_nothing_through() -> None:
    """The slope at the kink is 0, in the trace, in training and in the complex step."""
    spec = ImageSpec((1, 2, 2), (Conv(1, Window.of(1), "relu"), Flatten(), Dense(1)), "sum")
    values = {"x": [[[0, 1], [-1, 2]]], "K1": [[[[1]]]], "b1": [0], "W3": [[1, 1, 1, 1]], "b3": [0]}
    found = trace(spec, values).values
    np.testing.assert_array_equal(found["dx"], [[[0, 1], [0, 1]]])
    trainer = Trainer(spec, values, Training(0.1))
    trainer.slope()
    assert trainer.parameters.slopes["b1"] == 2
    assert all(one.ok and one.kink for one in check(spec, {name: np.array(v, float) for name, v in values.items()}))


def test_ties_of_a_grid_are_checked_all_the_same() -> None:
    """Equal numbers in a window: the first takes the gradient, and the complex step agrees."""
    spec = ImageSpec((1, 4, 4), (Pool("max", Window.of(2, 1)), Flatten(), Dense(2, "tanh")), "quadratic", 2)
    values = values_of(spec)
    values["x"] = np.round(values["x"])
    assert len(np.unique(values["x"])) < 8
    checked = check(spec, values)
    assert all(one.ok and one.kink for one in checked)
    assert directional(spec, values) < 1e-10


def test_where_paths_meet_their_parts_add_up() -> None:
    """One image under two kernels: z = x ⋆ K + x ⋆ M."""
    rng = np.random.default_rng(0)
    graph = Graph()
    x, K, M = (graph.given(rng.normal(size=size)) for size in ((1, 2, 4, 4), (3, 2, 2, 2), (3, 2, 2, 2)))
    b = graph.given(np.zeros(3))
    window = Window.of(2)
    z = add(graph, convolve(graph, x, window, K, b), convolve(graph, x, window, M, b))
    seed = rng.normal(size=z.value.shape)
    graph.backward(z, seed)
    expected = conv2d_backward(seed, x.value, K.value + M.value)[0]
    assert x.grad is not None
    assert b.grad is not None
    np.testing.assert_allclose(x.grad, expected, atol=1e-14)
    np.testing.assert_allclose(b.grad, 2 * seed.sum(axis=(0, 2, 3)), atol=1e-14)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"K1": np.ones((2, 1, 2, 2))}, "layer 1: K1 has shape (2, 1, 2, 2), the network needs (3, 1, 2, 2)"),
        ({"x": np.ones((0, 1, 4, 4))}, "layer 0 (the input): x has shape (0, 1, 4, 4), the network needs (2, 1, 4, 4)"),
        ({"b1": [0, np.inf, 0]}, "layer 1: b1 holds a value that is not finite, at [1]"),
        ({"x": np.full((2, 1, 4, 4), np.nan)}, "layer 0 (the input): x holds a value that is not finite, at [0, 0, 0,"),
        ({"W1": [[1]]}, "the network has no W1"),
        ({"y": np.ones((2, 3))}, "layer 3 (the output): y has shape (2, 3), the network needs (2, 2)"),
    ],
)
def test_values_that_do_not_fit(change: dict[str, object], message: str) -> None:
    spec = ImageSpec((1, 4, 4), (Conv(3, Window.of(2)), Flatten(), Dense(2)), "quadratic", 2)
    for run in (trace, lambda spec, values: Trainer(spec, values, Training(0.1))):
        with pytest.raises(NetworkError) as caught:
            run(spec, values_of(spec) | change)
        assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    ("image", "blocks", "message"),
    [
        ((1, 0, 2), (Flatten(),), r"layer 0 .* \[1, 0, 2\]"),
        ((1, 2, 2), (), "there is no layer"),
        ((1, 2, 2), (Conv(0, Window.of(1)),), "layer 1 is empty: it has 0 filters"),
        ((1, 2, 2), (CONV, Conv(1, Window.of(3))), r"layer 2: the window \(3, 3\) is larger than the image \(2, 2\)"),
        ((1, 2, 2), (Pool("global-average"), CONV), r"layer 2: conv takes an image .* below it is \(1,\) = \(C0\)"),
        ((1, 2, 2), (Dense(2),), r"layer 1: dense takes a vector, below it is \(1, 2, 2\) = \(C0, I0, J0\)"),
    ],
)
def test_layers_that_do_not_fit(image: tuple[int, int, int], blocks: tuple[Block, ...], message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        ImageSpec(image, blocks, "sum")
    with pytest.raises(NetworkError, match="empty"):
        ImageSpec((1, 2, 2), (CONV,), "sum", 0)


def test_kinds_that_there_are_not() -> None:
    for make in (lambda: Conv(1, Window.of(1), "softmax"), lambda: Dense(1, "rleu"), lambda: Pool("mean")):
        with pytest.raises(NetworkError):
            make()
    with pytest.raises(NetworkError, match="no padding"):
        Pool("max", Window.of(2, 1, 1))
