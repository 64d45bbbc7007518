"""Numbers that other people printed: the engine has to reproduce them to all printed digits."""

from __future__ import annotations

import numpy as np
import pytest

from bptutor.engine.functions import softmax
from bptutor.engine.graph import Graph, Node, add, multiply, power
from bptutor.engine.network import Spec, trace
from bptutor.engine.train import Training, train

MAZUR = Spec((2, 2, 2), ("sigmoid", "sigmoid"), "quadratic")
MAZUR_VALUES = {
    "x": [0.05, 0.10],
    "y": [0.01, 0.99],
    "W1": [[0.15, 0.20], [0.25, 0.30]],
    "b1": [0.35, 0.35],
    "W2": [[0.40, 0.45], [0.50, 0.55]],
    "b2": [0.60, 0.60],
}


def test_mazur_both_passes() -> None:
    values = trace(MAZUR, MAZUR_VALUES).values
    assert values["z1"][0] == pytest.approx(0.3775, abs=1e-15)
    np.testing.assert_allclose(values["a1"], [0.593269992, 0.596884378], atol=5e-10, rtol=0)
    assert values["z2"][0] == pytest.approx(1.105905967, abs=5e-10)
    np.testing.assert_allclose(values["a2"], [0.75136507, 0.772928465], atol=5e-9, rtol=0)
    errors = 0.5 * (values["a2"] - values["y"]) ** 2
    np.testing.assert_allclose(errors, [0.274811083, 0.023560026], atol=5e-10, rtol=0)
    assert values["L"] == pytest.approx(0.2983711087600027, abs=1e-15)
    assert values["dW2"][0, 0] == pytest.approx(0.082167041, abs=5e-10)
    assert values["dz2"][0] == pytest.approx(0.138498562, abs=5e-10)
    assert values["da1"][0] == pytest.approx(0.036350306, abs=5e-10)
    assert values["dW1"][0, 0] == pytest.approx(0.000438568, abs=5e-10)


def test_mazur_one_step_of_the_weights() -> None:
    trained = train(MAZUR, MAZUR_VALUES, Training(0.5, 1, frozenset({"W"})))
    W1 = [[0.1497807161327628, 0.19956143226552567], [0.24975114363236958, 0.29950228726473915]]
    W2 = [[0.35891647971788465, 0.4086661860762334], [0.5113012702387375, 0.5613701211079891]]
    np.testing.assert_allclose(trained["W1"], W1, atol=1e-15, rtol=0)
    np.testing.assert_allclose(trained["W2"], W2, atol=1e-15, rtol=0)
    np.testing.assert_array_equal(trained["b1"], MAZUR_VALUES["b1"])
    assert trained["L"] == pytest.approx(0.29102777369359933, abs=1e-15)


def test_mazur_ten_thousand_steps() -> None:
    """The page's 0.000035085 comes from moving W2 before the hidden step; this is the gradient's own figure."""
    trained = train(MAZUR, MAZUR_VALUES, Training(0.5, 10_000, frozenset({"W"})))
    assert trained["L"] == pytest.approx(3.510188e-05, abs=5e-12)
    outputs = trace(MAZUR, MAZUR_VALUES | {n: trained[n] for n in ("W1", "W2")}).values["a2"]
    np.testing.assert_allclose(outputs, [0.01591362, 0.98406427], atol=5e-9, rtol=0)


def test_mazur_with_biases() -> None:
    trained = train(MAZUR, MAZUR_VALUES, Training(0.5))
    np.testing.assert_allclose(trained["b2"], [0.530750719, 0.619049119], atol=1e-9, rtol=0)
    np.testing.assert_allclose(trained["b1"], [0.345614, 0.345023], atol=5e-7, rtol=0)


def test_cs231n_neuron() -> None:
    """w = [2, −3, −3] with the bias last, x = [−1, −2]."""
    neuron = Spec((2, 1), ("sigmoid",), "sum")
    values = trace(neuron, {"x": [-1, -2], "W1": [[2, -3]], "b1": [-3]}).values
    np.testing.assert_array_equal(values["dx"], [0.3932238664829637, -0.5898357997244456])
    np.testing.assert_array_equal(values["dW1"], [[-0.19661193324148185, -0.3932238664829637]])
    np.testing.assert_array_equal(values["db1"], [0.19661193324148185])


def test_cs231n_softmax_scores() -> None:
    """Scores −2.85, 0.86, 0.28; the third class is right."""
    spec = Spec((1, 3), ("softmax",), "cross-entropy")
    values = trace(spec, {"x": [1], "y": [0, 0, 1], "W1": [[-2.85], [0.86], [0.28]], "b1": [0, 0, 0]}).values
    np.testing.assert_allclose(values["p"], [0.016, 0.631, 0.353], atol=1e-3, rtol=0)
    assert values["L"] == pytest.approx(1.04, abs=1e-2)


def test_softmax_of_one_to_five() -> None:
    p = softmax(np.arange(1.0, 6.0))
    np.testing.assert_allclose(p, [0.01165623, 0.03168492, 0.08612854, 0.23412166, 0.63640865], atol=5e-9, rtol=0)


def test_softmax_of_wikipedia() -> None:
    p = softmax(np.array([1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0]))
    np.testing.assert_allclose(p[:4], [0.02364054, 0.06426166, 0.1746813, 0.474833], atol=5e-8, rtol=0)


def test_kim_softmax_jacobian() -> None:
    spec = Spec((1, 2), ("softmax",), "sum")
    pass_ = trace(spec, {"x": [1], "W1": [[1], [2]], "b1": [0, 0]})
    np.testing.assert_allclose(pass_.values["p"], [0.26894142, 0.73105858], atol=5e-9, rtol=0)
    jacobian = [[0.19661193, -0.19661193], [-0.19661193, 0.19661193]]
    np.testing.assert_allclose(pass_.jacobian("p", "z1"), jacobian, atol=5e-9, rtol=0)


def micrograd_g(graph: Graph, a: Node, b: Node) -> Node:
    """The expression of micrograd's README, line by line; a and b are used many times."""

    def plus(*nodes: Node) -> Node:
        total = nodes[0]
        for node in nodes[1:]:
            total = add(graph, total, node)
        return total

    def number(value: float) -> Node:
        return graph.given(np.array(value), wanted=False)

    def times(u: Node, v: Node) -> Node:
        return multiply(graph, u, v)

    def relu(u: Node) -> Node:
        return times(u, number(float(u.value > 0)))

    c = plus(a, b)
    d = plus(times(a, b), power(graph, b, 3))
    c = plus(c, c, number(1))
    c = plus(c, number(1), c, times(a, number(-1)))
    d = plus(d, times(d, number(2)), relu(plus(b, a)))
    d = plus(d, times(number(3), d), relu(plus(b, times(a, number(-1)))))
    e = plus(c, times(d, number(-1)))
    f = power(graph, e, 2)
    g = times(f, number(0.5))
    return plus(g, times(number(10), power(graph, f, -1)))


def test_micrograd_readme_where_paths_meet() -> None:
    graph = Graph()
    a, b = graph.given(np.array(-4.0)), graph.given(np.array(2.0))
    g = micrograd_g(graph, a, b)
    graph.backward(g)
    assert g.value == pytest.approx(24.70408163265306, abs=1e-12)
    assert a.grad == pytest.approx(138.83381924198252, abs=1e-10)
    assert b.grad == pytest.approx(645.5772594752186, abs=1e-10)


def test_surafelml_binary_cross_entropy() -> None:
    """A 2-2-1 network without biases; its x and weights are those that give the printed a1 and ŷ."""
    spec = Spec((2, 2, 1), ("sigmoid", "sigmoid"), "binary-cross-entropy")
    weights = {"W1": [[0.1, 0.2], [0.3, 0.4]], "b1": [0, 0], "W2": [[0.5, 0.6]], "b2": [0]}
    values = trace(spec, {"x": [1, 0], "y": [1], **weights}).values
    np.testing.assert_allclose(values["a1"], [0.525, 0.5744], atol=6e-5, rtol=0)
    np.testing.assert_allclose(values["a2"], [0.6473], atol=6e-5, rtol=0)
    assert values["L"] == pytest.approx(0.435, abs=6e-5)
    np.testing.assert_allclose(values["dz2"], [-0.3527], atol=6e-5, rtol=0)
    np.testing.assert_allclose(values["dW2"], [[-0.1852, -0.2026]], atol=6e-5, rtol=0)


@pytest.mark.parametrize(("w", "b", "before", "after"), [(0.6, 0.9, 0.82, 0.09), (2.0, 2.0, 0.98, 0.20)])
def test_nielsen_neuron_learns_slowly_from_far(w: float, b: float, before: float, after: float) -> None:
    """Chapter 3: input 1, target 0, rate 0.15, 300 epochs, quadratic cost."""
    spec = Spec((1, 1), ("sigmoid",), "quadratic")
    values = {"x": [1], "y": [0], "W1": [[w]], "b1": [b]}
    assert trace(spec, values).values["a1"][0] == pytest.approx(before, abs=5e-3)
    trained = train(spec, values, Training(0.15, 300))
    learned = trace(spec, values | {n: trained[n] for n in ("W1", "b1")}).values["a1"][0]
    assert learned == pytest.approx(after, abs=5e-3)


def test_goodfellow_xor_network_is_exact() -> None:
    """Chapter 6.1: one ReLU layer solves XOR; a batch of all four inputs."""
    spec = Spec((2, 2, 1), ("relu", "identity"), "quadratic", rows=4)
    weights = {"W1": [[1, 1], [1, 1]], "b1": [0, -1], "W2": [[1, -2]], "b2": [0]}
    target = [[0], [1], [1], [0]]
    values = trace(spec, {"x": [[0, 0], [0, 1], [1, 0], [1, 1]], "y": target, **weights}).values
    np.testing.assert_array_equal(values["a2"], target)
    assert values["L"] == 0
    assert not any(values[f"d{name}"].any() for name in weights)
