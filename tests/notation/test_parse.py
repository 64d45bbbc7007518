"""What is read, against NumPy and loops written by hand; names, layers, positions, answers and prose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bptutor.errors import UnreadableAnswer
from bptutor.notation.parse import Spelling, read, read_condition, read_integer, read_prose, read_sides
from bptutor.notation.scope import Declared, Role
from bptutor.notation.shapes.axes import ShapeMisfit
from bptutor.notation.tree import (
    At,
    Call,
    Chain,
    Compare,
    Juxtapose,
    Letter,
    Mul,
    Name,
    Neg,
    Number,
    Pow,
    Relation,
    Text,
    walk,
)
from bptutor.notation.values.evaluate import Values, evaluate
from tests.notation.scopes import SCOPES, scope

R = np.random.default_rng(3)
SIZES = {"B": 4, "C": 3, "H": 2, "K": 5}
ARRAYS = {
    "D": R.normal(size=(4, 3)),
    "A": R.normal(size=(4, 2)),
    "W": R.normal(size=(3, 2)),
    "d": R.normal(size=3),
    "a": R.normal(size=2),
    "Q": R.normal(size=(5, 5)),
    "s": np.array(0.7),
}
SCOPE = scope(
    Declared("D", ("B", "C")),
    Declared("A", ("B", "H")),
    Declared("W", ("C", "H")),
    Declared("d", ("C",)),
    Declared("a", ("H",)),
    Declared("Q", ("K", "K")),
    Declared("s"),
)
E = SimpleNamespace(**ARRAYS)
VALUES = Values(SCOPE, ARRAYS, SIZES)


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


NUMPY: dict[str, Callable[[], Any]] = {
    "W.T @ d": lambda: E.W.T @ E.d,
    "d @ W": lambda: E.d @ E.W,
    "D @ W * sigmoid(A)": lambda: E.D @ E.W * sigmoid(E.A),
    "-d**2": lambda: -(E.d**2),
    "2**-s": lambda: 2.0**-E.s,
    "2**3**2/100": lambda: 2**3**2 / 100,
    "s - s - s": lambda: E.s - E.s - E.s,
    "s / s / 3 * 2": lambda: E.s / E.s / 3 * 2,
    "W @ a / 2 @ d": lambda: E.W @ E.a / 2 @ E.d,
    "D.sum(axis=0)": lambda: E.D.sum(axis=0),
    "np.sum(D, axis=1, keepdims=True)": lambda: E.D.sum(axis=1, keepdims=True),
    "sum(D)": lambda: E.D[0] + E.D[1] + E.D[2] + E.D[3],
    "np.sum(D)": E.D.sum,
    "D.mean(0)": lambda: E.D.mean(0),
    "D.max(axis=-1)": lambda: E.D.max(axis=-1),
    "np.outer(d, a)": lambda: np.outer(E.d, E.a),
    "d[:, None] * a[None, :]": lambda: E.d[:, None] * E.a[None, :],
    "d[:, np.newaxis] @ a[np.newaxis, :]": lambda: E.d[:, None] @ E.a[None, :],
    "np.einsum('bc,bh->ch', D, A)": lambda: E.D.T @ E.A,
    "np.einsum('bc,bh', D, A)": lambda: np.einsum("bc,bh", E.D, E.A),
    "np.einsum('kk', Q)": lambda: np.einsum("kk", E.Q),
    "np.dot(D.T, A)": lambda: E.D.T @ E.A,
    "D.T.dot(A)": lambda: E.D.T @ E.A,
    "np.tensordot(D, A, axes=([0], [0]))": lambda: E.D.T @ E.A,
    "np.tensordot(D, W, 1)": lambda: E.D @ E.W,
    "np.where(d > 0, d, 0)": lambda: np.where(E.d > 0, E.d, 0),
    "(d > 0) * d": lambda: (E.d > 0) * E.d,
    "np.maximum(0, d)": lambda: np.maximum(0, E.d),
    "np.diag(d) @ W": lambda: np.diag(E.d) @ E.W,
    "np.eye(C) @ W": lambda: E.W,
    "np.eye(3)[1]": lambda: np.eye(3)[1],
    "np.ones((B, C))": lambda: np.ones((4, 3)),
    "np.ones(C) @ np.diag(d)": lambda: E.d,
    "np.trace(Q)": lambda: np.trace(E.Q),
    "D.reshape(-1)": lambda: E.D.reshape(-1),
    "D.reshape(2, 6)": lambda: E.D.reshape(2, 6),
    "D.ravel()": E.D.ravel,
    "D[0]": lambda: E.D[0],
    "D[0, 1]": lambda: E.D[0, 1],
    "D[0][1]": lambda: E.D[0][1],
    "D[-1]": lambda: E.D[-1],
    "D[1:, ::2]": lambda: E.D[1:, ::2],
    "D[::-1]": lambda: E.D[::-1],
    "np.transpose(D, (1, 0))": lambda: E.D.T,
    "np.linalg.norm(d)**2": lambda: E.d @ E.d,
    "np.pad(d, 1)": lambda: np.pad(E.d, 1),
    "np.pad(D, ((1, 0), (0, 2)))": lambda: np.pad(E.D, ((1, 0), (0, 2))),
    "np.flip(D, 1)": lambda: np.flip(E.D, 1),
    "np.convolve(d, a)": lambda: np.convolve(E.d, E.a),
    "np.correlate(d, a)": lambda: np.correlate(E.d, E.a),
    "np.log1p(s)": lambda: np.log1p(E.s),
    "D / D.shape[0]": lambda: E.D / 4,
    "D / len(D)": lambda: E.D / 4,
    "np.multiply(d, d) - np.square(d)": lambda: np.zeros(3),
    "np.kron(d, a)": lambda: np.kron(E.d, E.a),
    "np.array([[1, 2], [3, 4]])": lambda: np.array([[1, 2], [3, 4]]),
    "np.exp(s) if s > 0 else 0": lambda: np.exp(E.s),
}


@pytest.mark.parametrize("text", NUMPY)
def test_numpy_source_means_what_numpy_gives(text: str) -> None:
    columns = evaluate(read(text, SCOPE, Spelling.NUMPY), VALUES, columns=False)
    np.testing.assert_allclose(columns, NUMPY[text](), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    "text", ["d a", "2s", "d^2", "W'", "D_ij", "Wᵀ", "s·s", "Σ_i d_i", "W[i,j]", "a if s", "x = 1"]
)
def test_numpy_source_must_be_python(text: str) -> None:
    with pytest.raises(UnreadableAnswer):
        read(text, SCOPE, Spelling.NUMPY)


LOOPS: dict[str, Callable[[], Any]] = {
    "Σ_i d_i W_ij": lambda: [sum(E.d[i] * E.W[i, j] for i in range(3)) for j in range(2)],
    "Σ_i d_i^2 - s": lambda: sum(x * x for x in E.d) - E.s,
    "Σ_{i≠j} d_i": lambda: [sum(E.d[i] for i in range(3) if i != j) for j in range(3)],
    "Σ_{i=2}^{C} d_i": lambda: E.d[1] + E.d[2],
    "W_21": lambda: E.W[1, 0],
    "s/2 d_i": lambda: E.s / 2 * E.d,
    "-d_i^2": lambda: -(E.d**2),
    "e^{-d_i}": lambda: np.exp(-E.d),
    "1/(1+e^-d_i)": lambda: sigmoid(E.d),
    "log s d_1 - 1": lambda: np.log(E.s * E.d[0] + 0j).real - 1 if E.s * E.d[0] > 0 else np.nan,
    "max_i d_i": lambda: sorted(E.d)[-1],
    "‖d‖²": lambda: E.d @ E.d,
    "d_i (d_i > 0)": lambda: np.maximum(E.d, 0),
    "1/B Σ_b D_bc": lambda: E.D.mean(0),
}


@pytest.mark.parametrize("text", LOOPS)
def test_index_notation_means_what_loops_give(text: str) -> None:
    np.testing.assert_allclose(evaluate(read(text, SCOPE), VALUES), LOOPS[text](), rtol=1e-12)


def test_numbers_are_exact() -> None:
    assert read("0.1", SCOPE) == Number(Fraction(1, 10))
    assert read("½", SCOPE) == Number(Fraction(1, 2))
    found = read("2.50", SCOPE)
    assert isinstance(found, Number)
    assert found.text == "2.50"


def test_nothing_is_left_undecided() -> None:
    for text in ("W a", "2Wᵀd", "d_i W_ij a_j", "(W a)_i"):
        assert not any(isinstance(node, Juxtapose) for node in walk(read(text, SCOPE)))


def test_axes_must_fit() -> None:
    with pytest.raises(ShapeMisfit):
        read("W @ d", SCOPE)


@pytest.mark.parametrize(("size", "axis"), [("I - d dᵀ", (3, 3)), ("W 𝟏", (3,)), ("𝟏ᵀ W", (2,)), ("D + 𝟏 dᵀ", (4, 3))])
def test_the_size_of_the_identity_and_of_ones_follows(size: str, axis: tuple[int, ...]) -> None:
    assert evaluate(read(size, SCOPE), VALUES).shape == axis


def test_only_allowed_names_stand_in_an_answer() -> None:
    softmax = replace(SCOPES["softmax"], allowed=frozenset(("p", "y")))
    assert read("p_i - y_i", softmax)
    assert read("p_t/K", softmax)
    with pytest.raises(UnreadableAnswer) as caught:
        read("p_i - z_i", softmax)
    assert caught.value.column == 7
    assert "in terms of y, p" in caught.value.help


def test_positions_count_as_the_scope_says() -> None:
    from_zero = replace(SCOPES["softmax"], count_from=0)
    assert read("p_0", from_zero) == read("p[0]", from_zero) == At(Name("p"), (Number(Fraction(0)),))
    assert read("p[0]", SCOPES["softmax"]) == At(Name("p"), (Number(Fraction(1)),))


def test_declared_names_win() -> None:
    names = scope(*(Declared(name) for name in ("e", "d", "T", "I", "pi")), Declared("W", ("M", "N")))
    assert read("e^2", names) == Pow(Name("e"), Number(Fraction(2)))
    assert read("I d", names) == Mul((Name("I"), Name("d")))
    assert read("2^T", names) == Pow(Number(Fraction(2)), Name("T"))
    array = scope(Declared("δ", ("K",)), Declared("y", ("K",)))
    assert read("δ_i y_i", array) == read("delta_iy_i", array)
    assert read("δ_ij y_j", array) != read("δ_i y_i", array)
    network = scope(Declared("dL"), Declared("dz"), Declared("L"), Declared("z"))
    assert read("dL/dz", network) != read("∂L/∂z", network)


def test_after_the_index_of_a_bracket_a_name_with_its_own_index_starts_anew() -> None:
    softmax = SCOPES["softmax"]
    product = Mul((At(Mul((Name("p"), Name("y"))), (Letter("i"),)), At(Name("y"), (Letter("i"),))))
    assert read("(p*y)_iy_i", softmax) == product
    power = read("(p*y)_iy_i^2", softmax)
    assert isinstance(power, Mul) and isinstance(power.factors[1], Pow)
    network = SCOPES["network"]
    assert read("(W1 x + b1)_ix_j", network) == read("(W1 x + b1)_i x_j", network)
    assert read("(W1 + W1)_ij", network) == read("(W1 + W1)_{i,j}", network)


def test_aliases_and_layers_mean_the_declared_name() -> None:
    network = replace(SCOPES["network"], alias={"V": "W2", "a0": "x"})
    assert read("V_ij", network) == read("W2_ij", network)
    assert read("W^{l-1} a^{l-2} + b^{l-1}", network) == read("W1 x + b1", network)
    plain = replace(SCOPES["network"], layers={})
    assert read("z^2_i", plain) == At(Name("z2"), (Letter("i"),))
    squared = scope(Declared("z", ("K",)), Declared("z2", ("K",)))
    assert read("z_i^2", squared) == Pow(At(Name("z"), (Letter("i"),)), Number(Fraction(2)))


def test_a_position_stands_as_a_subscript() -> None:
    t = At(Name("p"), (Name("t"),))
    assert read("-log p_t", SCOPES["softmax"]) == Neg(Call("log", (t,)))
    assert SCOPES["softmax"].names["t"].role is Role.POSITION


def test_of_an_equation_the_right_side_is_the_answer() -> None:
    softmax = SCOPES["softmax"]
    right = read("p_i - y_i", softmax)
    slope = read("∂L/∂z_i", softmax)
    assert read_sides("p_i - y_i", softmax) == (None, right)
    for text in ("dL/dz_i = p_i - y_i", "∂L/∂z_i = p_i - y_i", r"\frac{\partial L}{\partial z_i} = p_i - y_i"):
        assert read_sides(text, softmax) == (slope, right)
    narrow = replace(softmax, allowed=frozenset(("p", "y")))
    assert read_sides("∂L/∂z_i = p_i - y_i", narrow) == (slope, right)
    for text in ("q_i = 2", "p_i = y_i = 1", "p_i ="):
        with pytest.raises(UnreadableAnswer):
            read_sides(text, softmax)


def test_the_sign_between_two_letters_makes_no_equation() -> None:
    for text in ("1 if i = k else 0", r"\begin{cases} 1 & i = k \\ 0 & i \ne k \end{cases}", "[i = k]"):
        left, _ = read_sides(f"({text}) + 0*(p_i + p_k)", SCOPES["softmax"])
        assert left is None


def test_between_vectors_a_dot_and_bars_may_mean_the_product_and_the_length() -> None:
    softmax = SCOPES["softmax"]
    assert read_sides("p · y", softmax)[1] == read("p ⊙ y", softmax)
    assert read_sides("p · y", softmax, vectors=True)[1] == read("dot(p, y)", softmax)
    assert read_sides("|p|^2", softmax, vectors=True)[1] == read("‖p‖^2", softmax)


def test_conditions_are_read() -> None:
    found = read_condition("Σ_k y_k = 1", SCOPES["softmax"])
    assert isinstance(found, Compare)
    assert found.relation is Relation.EQ
    assert read_condition("i ≠ j", SCOPES["softmax"]) == Compare(Relation.NE, Letter("i"), Letter("j"))
    with pytest.raises(UnreadableAnswer):
        read_condition("p_i", SCOPES["softmax"])


def test_sizes_are_read() -> None:
    assert read_integer("B - H + 1", SCOPE) == read("B - H + 1", SCOPE)
    with pytest.raises(UnreadableAnswer):
        read_integer("d_i", SCOPE)


def test_prose_may_hold_unknown_names() -> None:
    softmax = SCOPES["softmax"]
    chain = read_prose(r"\frac{\partial L}{\partial z_i} = p_i - y_i", softmax)
    assert isinstance(chain, Chain)
    assert chain.relations == ("=",)
    assert chain.sides[1] == read("p_i - y_i", softmax)
    unknown = read_prose("E ≈ m c^2, c \\to 1", softmax)
    assert isinstance(unknown, Chain)
    assert unknown.relations == ("≈", ",", "→")
    assert Text("m") in walk(unknown)


def test_an_unknown_layer_in_prose_is_text() -> None:
    assert Text("W") in walk(read_prose("W^k_{ij} a^{k-1}_j", SCOPES["network"]))
