"""Convolution and pooling: against PyTorch's frozen figures, the lesson's own words, and hand arithmetic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from bptutor.engine.conv import conv2d, conv2d_backward, input_gradient, kernel_gradient
from bptutor.engine.graph import Array
from bptutor.engine.pool import (
    average_pool,
    average_pool_backward,
    global_average,
    global_average_backward,
    max_pool,
    max_pool_backward,
)
from bptutor.engine.windows import Window, WindowError

FILE = Path(__file__).parents[1] / "data" / "engine" / "torch_images.json"
CASES: dict[str, list[dict[str, Any]]] = json.loads(FILE.read_text(encoding="utf-8"))
NINE = np.arange(1.0, 10.0).reshape(3, 3)


def close(got: Array, expected: Any) -> None:
    np.testing.assert_allclose(got, expected, atol=1e-12, rtol=1e-12)


def test_the_fixture_covers_what_it_should() -> None:
    convolutions, poolings = CASES["convolution"], CASES["pooling"]
    assert (len(convolutions), len(poolings)) == (40, 20)
    assert {s for case in convolutions for s in case["stride"]} == {1, 2, 3}
    assert {p for case in convolutions for p in case["padding"]} == {0, 1, 2}
    shapes = [(np.shape(case["X"]), np.shape(case["K"]), case) for case in convolutions]
    assert {x[1] for x, _, _ in shapes} == {1, 2, 3}
    assert any(k[2] != k[3] for _, k, _ in shapes)
    rests = [(x[2] + 2 * case["padding"][0] - k[2]) % case["stride"][0] for x, k, case in shapes]
    assert any(rests)
    ties = [case for case in poolings if case["kind"] == "max" and len(np.unique(case["X"])) <= 3]
    assert len(ties) > 3


@pytest.mark.parametrize("case", CASES["convolution"], ids=range(40))
def test_convolution_agrees_with_pytorch(case: dict[str, Any]) -> None:
    X, K, b, dZ = (np.array(case[name]) for name in ("X", "K", "b", "dZ"))
    window = tuple(case["stride"]), tuple(case["padding"])
    close(conv2d(X, K, b, *window), case["Z"])
    for got, name in zip(conv2d_backward(dZ, X, K, *window), ("dX", "dK", "db"), strict=True):
        close(got, case[name])


@pytest.mark.parametrize("case", CASES["pooling"], ids=range(20))
def test_pooling_agrees_with_pytorch(case: dict[str, Any]) -> None:
    run, back = {"max": (max_pool, max_pool_backward), "average": (average_pool, average_pool_backward)}[case["kind"]]
    X, dY = np.array(case["X"]), np.array(case["dY"])
    window = tuple(case["size"]), tuple(case["stride"])
    close(run(X, *window), case["Y"])
    close(back(dY, X, *window), case["dX"])


pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@settings(max_examples=60, deadline=None)
@drawn(pairs, pairs, st.tuples(st.integers(0, 2), st.integers(0, 2)), pairs, pairs, st.integers(0, 999))
def test_patches_say_what_the_lesson_says(
    size: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    more: tuple[int, int],
    channels: tuple[int, int],
    seed: int,
) -> None:
    """∂L/∂K is X ⋆ δ and ∂L/∂X is δ *full K; the fast way through patches finds the same."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(2, channels[0], size[0] + more[0], size[1] + more[1]))
    K = rng.normal(size=(channels[1], channels[0], *size))
    dZ = rng.normal(size=conv2d(X, K, None, stride, padding).shape)
    dX, dK, _ = conv2d_backward(dZ, X, K, stride, padding)
    np.testing.assert_allclose(kernel_gradient(dZ, X, K, stride, padding), dK, atol=1e-12)
    np.testing.assert_allclose(input_gradient(dZ, X, K, stride, padding), dX, atol=1e-12)


def test_numbers_of_the_lesson() -> None:
    """Hand arithmetic of lesson 20, on plain matrices."""
    np.testing.assert_array_equal(conv2d(NINE, np.eye(2)), [[6, 8], [12, 14]])
    dX, dK, db = conv2d_backward(np.array([[1.0, 0], [0, 0]]), NINE, np.eye(2))
    np.testing.assert_array_equal(dK, [[1, 2], [4, 5]])
    np.testing.assert_array_equal(dX, [[1, 0, 0], [0, 1, 0], [0, 0, 0]])
    assert db == 1
    K = np.array([[1.0, 2], [3, 4]])
    np.testing.assert_array_equal(input_gradient(np.ones((1, 1)), np.zeros((2, 2)), K), K)
    assert Window.of(5, 1, 2).positions((32, 32)) == (32, 32)
    X = np.array([[1.0, 3], [4, 2]])
    np.testing.assert_array_equal(max_pool_backward(np.array([[5.0]]), X), [[0, 0], [5, 0]])
    np.testing.assert_array_equal(average_pool_backward(np.array([[8.0]]), X), [[2, 2], [2, 2]])
    np.testing.assert_array_equal(max_pool(np.array([[1.0, 3, 2, 0], [4, 2, 1, 5]])), [[4, 5]])


def test_shapes_with_and_without_a_batch() -> None:
    rng = np.random.default_rng(0)
    X, K, b = rng.normal(size=(2, 3, 5, 6)), rng.normal(size=(4, 3, 3, 2)), rng.normal(size=4)
    Z = conv2d(X, K, b)
    assert Z.shape == (2, 4, 3, 5)
    np.testing.assert_array_equal(conv2d(X[1], K, b), Z[1])
    one, all_ = conv2d_backward(Z[1], X[1], K), conv2d_backward(Z[1:], X[1:], K)
    for got, expected in zip(one, (all_[0][0], *all_[1:]), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_of_equals_the_first_takes_all() -> None:
    """Row-major order: in [[2, 2], [1, 2]] the first 2; overlapping windows each choose for themselves."""
    X = np.array([[2.0, 2.0], [1.0, 2.0]])
    np.testing.assert_array_equal(max_pool_backward(np.array([[1.0]]), X), [[1, 0], [0, 0]])
    flat = np.zeros((2, 3))
    np.testing.assert_array_equal(max_pool_backward(np.array([[1.0, 10.0]]), flat, 2, 1), [[1, 10, 0], [0, 0, 0]])
    seen = np.array([[1 + 0j, 1 + 5j], [0j, 0j]])
    np.testing.assert_array_equal(max_pool(seen), [[1]])  # a complex step must not choose


def test_a_rest_gets_no_gradient() -> None:
    X = np.arange(25.0).reshape(5, 5)
    for back in (max_pool_backward, average_pool_backward):
        dX = back(np.ones((2, 2)), X, 2)
        assert not dX[4].any()
        assert not dX[:, 4].any()
    dX, _, _ = conv2d_backward(np.ones((2, 2)), X, np.ones((2, 2)), 2)
    assert dX.sum() == 16
    assert not dX[4].any()


def test_global_average() -> None:
    X = np.arange(24.0).reshape(2, 3, 4)
    np.testing.assert_array_equal(global_average(X), [5.5, 17.5])
    np.testing.assert_array_equal(
        global_average_backward(np.array([12.0, 24.0]), X), np.ones((2, 3, 4)) * [[[1]], [[2]]]
    )


def test_a_value_that_is_not_a_number_is_not_lost() -> None:
    assert np.isnan(max_pool(np.array([[1.0, np.nan], [2.0, 3.0]]))).all()


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_precision_is_kept(kind: type) -> None:
    X: Array = np.ones((1, 2, 4, 4), kind)
    K: Array = np.ones((3, 2, 2, 2), kind)
    Z = conv2d(X, K, np.ones(3, kind), 1, 1)
    arrays = [Z, *conv2d_backward(Z, X, K, 1, 1), max_pool(X), max_pool_backward(max_pool(X), X), average_pool(X)]
    assert {array.dtype for array in arrays} == {np.dtype(kind)}


ONES = np.ones((1, 2, 4, 4))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: conv2d(ONES, np.ones((1, 3, 2, 2))), r"2 channels, shape \(1, 2, 4, 4\); K takes 3, shape \(1, 3, 2"),
        (lambda: conv2d(ONES, np.ones((2, 2))), r"X has shape \(1, 2, 4, 4\), K has shape \(2, 2\)"),
        (lambda: conv2d(ONES, np.ones((1, 2, 5, 2))), r"window \(5, 2\) is larger than the image \(4, 4\)"),
        (lambda: conv2d(ONES, np.ones((1, 2, 7, 1)), None, 1, 1), r"\(6, 6\) with padding \(1, 1\)"),
        (lambda: conv2d(ONES, np.ones((3, 2, 2, 2)), np.ones(2)), r"b has shape \(2,\), K has shape \(3, 2, 2, 2\)"),
        (lambda: conv2d(ONES[:0], np.ones((3, 2, 2, 2))), r"nothing to convolve: X has shape \(0, 2, 4, 4\)"),
        (lambda: conv2d(ONES, np.ones((1, 2, 2, 2)), None, 0), "the stride is 0"),
        (lambda: conv2d(ONES, np.ones((1, 2, 2, 2)), None, 1, -1), "the padding is -1"),
        (
            lambda: conv2d_backward(np.ones((1, 1, 2, 2)), ONES, np.ones((1, 2, 2, 2))),
            r"dZ has shape \(1, 1, 2, 2\), Z has shape \(1, 1, 3, 3\)",
        ),
        (lambda: max_pool(ONES, 5), r"window \(5, 5\) is larger"),
        (lambda: max_pool(np.ones(4)), r"X has shape \(4,\)"),
        (lambda: max_pool_backward(np.ones((2, 2)), ONES), r"dY has shape \(2, 2\), Y has shape \(1, 2, 2, 2\)"),
        (lambda: average_pool(ONES, (2, 2, 2)), "the size is"),  # type: ignore[arg-type] # what a learner may write
    ],
)
def test_what_does_not_fit_is_named(call: Any, said: str) -> None:
    with pytest.raises(WindowError, match=said):
        call()
