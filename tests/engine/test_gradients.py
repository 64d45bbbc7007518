"""Gradients against measurement, and the corners where formulas overflow or kink."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from bptutor.engine import functions
from bptutor.engine.functions import ACTIVATIONS, softmax_backward
from bptutor.engine.gradcheck import central_differences, check, complex_step, directional, loss_by
from bptutor.engine.graph import Array, Graph, Node, add, multiply
from bptutor.engine.losses import LOSSES
from bptutor.engine.network import NetworkError, Spec, given, names, shape, trace

LOGARITHMS = {"cross-entropy", "binary-cross-entropy"}


def random_values(spec: Spec, seed: int) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    values = {name: rng.normal(size=shape(spec, axes)) for name, axes in given(spec).items()}
    if spec.loss in LOGARITHMS:
        values["y"] = rng.uniform(size=values["y"].shape)
    return values


CASES = [
    (inner, last, loss, rows)
    for inner, last, loss, rows in product(ACTIVATIONS, ACTIVATIONS, LOSSES, (None, 1, 3))
    if loss not in LOGARITHMS or last in {"sigmoid", "softmax"}
]


@pytest.mark.parametrize(("inner", "last", "loss", "rows"), CASES)
def test_every_pair_of_activation_and_loss(inner: str, last: str, loss: str, rows: int | None) -> None:
    spec = Spec((3, 4, 2), (inner, last), loss, rows)
    values = random_values(spec, 7)
    for one in check(spec, values, ("x", "W1", "b1", "W2", "b2")):
        assert one.complex < 1e-11, one
        assert one.kink or one.central < 1e-6, one
    assert directional(spec, values) < 1e-11


@settings(max_examples=30, deadline=None)
@drawn(
    st.lists(st.integers(1, 4), min_size=2, max_size=5),
    st.sampled_from([*ACTIVATIONS]),
    st.sampled_from([None, 1, 2, 4]),
    st.integers(0, 10_000),
)
def test_random_depths_and_widths(layers: list[int], inner: str, rows: int | None, seed: int) -> None:
    spec = Spec(tuple(layers), (*[inner] * (len(layers) - 2), "softmax"), "cross-entropy", rows)
    assert all(one.ok for one in check(spec, random_values(spec, seed)))


def test_a_wrong_gradient_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check must be able to fail: the sigmoid's slope without its (1 − a)."""
    wrong = functions.Activation(functions.sigmoid, lambda da, z, a: da * a)
    monkeypatch.setattr("bptutor.engine.network.ACTIVATIONS", {**ACTIVATIONS, "sigmoid": wrong})
    spec = Spec((2, 3, 2), ("sigmoid", "identity"), "quadratic")
    values = random_values(spec, 1)
    checked = {one.name: one for one in check(spec, values)}
    assert not checked["W1"].ok
    assert not checked["x"].ok
    assert checked["W2"].ok
    assert directional(spec, values) > 1e-3


def test_both_measurements_of_a_known_slope() -> None:
    """The slope of Σ w³ is 3 w²."""
    w = np.array([[0.5, -2.0], [0.0, 3.0]])

    def cubes(array: Array) -> complex:
        return complex((array * array * array).sum())

    np.testing.assert_allclose(central_differences(cubes, w), 3 * w**2, atol=1e-8)
    np.testing.assert_allclose(complex_step(cubes, w), 3 * w**2, atol=1e-50, rtol=1e-15)


def test_measured_loss_is_the_traced_loss() -> None:
    spec = Spec((3, 2), ("softmax",), "cross-entropy", 2)
    values = random_values(spec, 3)
    assert loss_by(spec, values, "W1")(values["W1"]) == float(trace(spec, values).values["L"])


def test_softmax_cross_entropy_meets_the_long_way() -> None:
    """What goes through p, Σ_k ∂L/∂p_k ∂p_k/∂z_i, is p − y."""
    spec = Spec((3, 4), ("softmax",), "cross-entropy", 5)
    values = random_values(spec, 5)
    values["y"] = np.eye(4)[[0, 3, 1, 1, 2]]
    traced = trace(spec, values).values
    np.testing.assert_allclose(softmax_backward(traced["dp"], traced["z1"], traced["p"]), traced["dz1"], atol=1e-15)
    np.testing.assert_array_equal(traced["dz1"], (traced["p"] - traced["y"]) * (1 / 5))
    np.testing.assert_array_equal(traced["dp"][traced["y"] == 0], 0)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("right", [0, 1, 2])
def test_logits_of_ten_thousand(right: int) -> None:
    """One unit through an identity weight: z is exactly (1e4, −1e4, 0)."""
    spec = Spec((1, 3), ("softmax",), "cross-entropy")
    y = np.eye(3)[right]
    values = trace(spec, {"x": [1], "y": y, "W1": [[1e4], [-1e4], [0]], "b1": [0, 0, 0]}).values
    assert values["L"] == [0, 2e4, 1e4][right]
    np.testing.assert_array_equal(values["p"], [1, 0, 0])
    np.testing.assert_array_equal(values["dz1"], np.array([1, 0, 0]) - y)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("z", "y", "loss", "slope"), [(1e4, 0, 1e4, 1), (-1e4, 1, 1e4, -1), (1e4, 1, 0, 0)])
def test_sigmoid_at_ten_thousand(z: float, y: int, loss: float, slope: float) -> None:
    spec = Spec((1, 1), ("sigmoid",), "binary-cross-entropy")
    values = trace(spec, {"x": [1], "y": [y], "W1": [[z]], "b1": [0]}).values
    assert values["L"] == loss
    np.testing.assert_array_equal(values["dz1"], [slope])


def test_slopes_at_the_kink() -> None:
    at = np.array([0.0, -0.0])
    np.testing.assert_array_equal(ACTIVATIONS["relu"].backward(np.ones(2), at, at), [0, 0])
    np.testing.assert_array_equal(ACTIVATIONS["leaky-relu"].backward(np.ones(2), at, at), [0.01, 0.01])


def test_a_relu_at_its_kink_is_confirmed_by_the_complex_step() -> None:
    spec = Spec((1, 1), ("relu",), "sum")
    values = {"x": np.array([0.5]), "W1": np.array([[1.0]]), "b1": np.array([-0.5])}
    checked = check(spec, values)
    assert all(one.kink and one.ok for one in checked)
    assert max(one.central for one in checked) > 0.1


def test_a_batch_is_the_mean_of_its_rows() -> None:
    """Row by row with single samples, and one factor 1/B."""
    spec = Spec((3, 4, 2), ("tanh", "softmax"), "cross-entropy", 3)
    values = random_values(spec, 11)
    batch = trace(spec, values).values
    one = Spec(spec.layers, spec.activations, spec.loss)
    rows = [trace(one, values | {"x": values["x"][n], "y": values["y"][n]}).values for n in range(3)]
    for name in ("L", "dW1", "db1", "dW2", "db2"):
        np.testing.assert_allclose(batch[name], sum(row[name] for row in rows) / 3, atol=1e-15)
    for name in ("dz1", "dz2", "da1", "dp", "dx"):
        np.testing.assert_allclose(batch[name], np.stack([row[name] for row in rows]) / 3, atol=1e-15)


def test_broadcast_gradients_sum_back() -> None:
    graph = Graph()
    u, v = graph.given(np.array([[1.0], [2.0]])), graph.given(np.array([3.0, 4.0, 5.0]))
    product_ = multiply(graph, u, v)
    graph.backward(add(graph, product_, v))
    np.testing.assert_array_equal(u.grad, [[12], [12]])
    np.testing.assert_array_equal(v.grad, [5, 5, 5])


@pytest.mark.parametrize("rows", [None, 4])
def test_jacobians_against_the_complex_step(rows: int | None) -> None:
    spec = Spec((2, 3, 3), ("sigmoid", "softmax"), "quadratic", rows)
    values = random_values(spec, 2)
    pass_ = trace(spec, values)
    jacobian = pass_.jacobian("p", "W1")
    assert jacobian.shape == (*pass_.values["p"].shape, 3, 2)

    def entry(index: tuple[int, ...]) -> Array:
        from bptutor.engine.network import forward

        return complex_step(lambda W: complex(forward(spec, {**values, "W1": W})["a2"].value[index]), values["W1"])

    for index in np.ndindex(pass_.values["p"].shape):
        np.testing.assert_allclose(jacobian[index], entry(index), atol=1e-15)
    np.testing.assert_array_equal(pass_.jacobian("L", "p"), pass_.values["dp"])
    np.testing.assert_array_equal(pass_.jacobian("x", "z1"), 0)


def test_names_and_axes() -> None:
    spec = Spec((4, 2, 3), ("sigmoid", "softmax"), "cross-entropy", 5)
    pass_ = trace(spec, random_values(spec, 0))
    assert list(pass_.values) == list(names(spec))
    assert " ".join(pass_.values) == "x a0 W1 b1 z1 a1 W2 b2 z2 a2 p y L dp da2 dz2 dW2 db2 da1 dz1 dW1 db1 dx"
    assert pass_.axes["dW2"] == ("N2", "N1")
    assert pass_.axes["dp"] == ("B", "N2")
    assert pass_.axes["L"] == ()
    for name, axes in pass_.axes.items():
        assert pass_.values[name].shape == shape(spec, axes), name
    np.testing.assert_array_equal(pass_.values["p"], pass_.values["a2"])
    np.testing.assert_array_equal(pass_.values["dp"], pass_.values["da2"])
    assert "y" not in names(Spec((1, 1), ("sigmoid",), "sum"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W2": np.ones((2, 3))}, "layer 2: W2 has shape (2, 3), the network needs (3, 2) = (N2, N1)"),
        ({"x": np.ones(4)}, "layer 0 (the input): x has shape (4,), the network needs (5, 4) = (B, N0)"),
        ({"b1": [0, np.nan]}, "layer 1: b1 holds a value that is not finite, at [1]"),
        ({"x": np.ones((0, 4))}, "layer 0 (the input): x has shape (0, 4), the network needs (5, 4) = (B, N0)"),
        ({"W1": [[1, 2], [3]]}, "layer 1: W1 is not an array of numbers"),
        ({"W3": [1]}, "the network has no W3"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, object], message: str) -> None:
    spec = Spec((4, 2, 3), ("sigmoid", "softmax"), "cross-entropy", 5)
    with pytest.raises(NetworkError) as caught:
        trace(spec, random_values(spec, 0) | change)
    assert caught.value.message == message


def test_what_is_no_network() -> None:
    for layers, rows, message in [
        ((2,), None, "needs an input"),
        ((2, 0), None, "empty"),
        ((2, 2), 0, "batch is empty"),
    ]:
        with pytest.raises(NetworkError, match=message):
            Spec(layers, ("sigmoid",) * (len(layers) - 1), "quadratic", rows)
    with pytest.raises(NetworkError, match="layer 1: b1 is missing"):
        trace(Spec((1, 1), ("sigmoid",), "sum"), {"x": [1], "W1": [[1]]})


@pytest.mark.parametrize("layers", [(2, 2), (30, 40, 20, 5)])
def test_one_direction_costs_two_forward_passes(layers: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    from bptutor.engine import network

    seen: list[str] = []

    def counted(graph: Graph, spec: Spec, values: dict[str, Array], dx: bool = True) -> dict[str, Node]:
        seen.append(values["x"].dtype.kind)
        return run(graph, spec, values, dx)

    run = network.run
    monkeypatch.setattr(network, "run", counted)
    spec = Spec(layers, ("tanh",) * (len(layers) - 1), "quadratic", 3)
    assert directional(spec, random_values(spec, 0)) < 1e-12
    assert sorted(seen) == ["c", "f"]
