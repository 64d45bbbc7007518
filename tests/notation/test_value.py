"""Values against NumPy written by hand, loops and central differences; axes by name."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from bptutor.errors import UnreadableAnswer
from bptutor.notation.scope import Declared, Role, Scope
from bptutor.notation.shapes import axes
from bptutor.notation.shapes.axes import ShapeMisfit
from bptutor.notation.tree import (
    Add,
    At,
    Call,
    Cases,
    Compare,
    Delta,
    Derivative,
    Div,
    Einsum,
    Expr,
    Juxtapose,
    Letter,
    MatMul,
    Mul,
    Name,
    Neg,
    Number,
    Outer,
    Pow,
    Relation,
    Slice,
    Span,
    Stack,
    Sum,
    Transpose,
)
from bptutor.notation.values.backends import DIGITS
from bptutor.notation.values.evaluate import NoValue, Values, evaluate


def n(value: int | str) -> Number:
    return Number(Fraction(value))


def at(name: str, *letters: str | int) -> At:
    return At(Name(name), tuple(Letter(x) if isinstance(x, str) else n(x) for x in letters))


def given(name: str, *names: str, **more: Any) -> Declared:
    return Declared(name, names, **more)


def defined(name: str, names: tuple[str, ...], definition: Expr, letters: tuple[str, ...] = ()) -> Declared:
    return Declared(name, names, Role.DEFINED, definition=definition, letters=letters)


LOSS = Neg(Sum(("k",), Mul((at("y", "k"), Call("log", (at("p", "k"),))))))
SCOPE = Scope(
    {
        d.id: d
        for d in (
            given("W1", "H", "D"),
            given("W2", "K", "H"),
            given("x", "D"),
            given("X", "B", "D"),
            given("y", "K"),
            given("Q", "K", "K"),
            defined("z1", ("H",), MatMul(Name("W1"), Name("x"))),
            defined("a1", ("H",), Call("tanh", (Name("z1"),))),
            defined("z2", ("K",), MatMul(Name("W2"), Name("a1"))),
            defined("p", ("K",), Call("softmax", (Name("z2"),))),
            defined("L", (), LOSS),
            defined("e2", ("K",), Call("exp", (at("z2", "i"),)), ("i",)),
            Declared("B", (), Role.SIZE),
        )
    },
    {"H": "", "D": "", "K": "", "B": ""},
)
SIZES = {"H": 4, "D": 2, "K": 3, "B": 5}


def numbers() -> dict[str, np.ndarray[Any, Any]]:
    rng = np.random.default_rng(1)
    arrays = {d.id: rng.normal(size=[SIZES[a] for a in d.axes]) for d in SCOPE.names.values() if d.role is Role.GIVEN}
    return {**arrays, "y": np.array([0.0, 1.0, 0.0])}


G = numbers()
V = Values(SCOPE, G, SIZES)


def forward(W1: Any, W2: Any, x: Any) -> Any:
    z2 = W2 @ np.tanh(W1 @ x)
    return -np.log(np.exp(z2[1]) / np.exp(z2).sum())


def test_defined_names_are_computed_down_to_the_loss() -> None:
    assert V["L"] == pytest.approx(forward(G["W1"], G["W2"], G["x"]), rel=1e-12)
    assert V["e2"] == pytest.approx(np.exp(G["W2"] @ np.tanh(G["W1"] @ G["x"])))


@pytest.mark.parametrize("name", ["W1", "W2", "x"])
def test_gradients_agree_with_central_differences(name: str) -> None:
    slopes = evaluate(Derivative(Name("L"), Name(name)), V)
    h = 1e-6
    for place in np.ndindex(G[name].shape):
        up, down = dict(G), dict(G)
        up[name] = G[name].copy()
        down[name] = G[name].copy()
        up[name][place] += h
        down[name][place] -= h
        measured = (forward(up["W1"], up["W2"], up["x"]) - forward(down["W1"], down["W2"], down["x"])) / (2 * h)
        assert slopes[place] == pytest.approx(measured, rel=1e-6, abs=1e-9)


def test_a_derivative_stops_at_what_it_is_by() -> None:
    by_p = evaluate(Derivative(Name("L"), at("p", "k")), V)
    assert by_p == pytest.approx(-G["y"] / V["p"])


def test_the_chain_rule_joins_two_derivatives() -> None:
    terms = Mul((Derivative(Name("L"), at("p", "k")), Derivative(at("p", "k"), at("z2", "i"))))
    assert evaluate(Sum(("k",), terms), V) == pytest.approx(V["p"] - G["y"])


def test_a_second_derivative_is_the_softmax_jacobian() -> None:
    twice = Derivative(Derivative(Name("L"), at("z2", "i")), at("z2", "j"))
    p = V["p"]
    assert evaluate(twice, V, order=("i", "j")) == pytest.approx(np.diag(p) - np.outer(p, p))


def test_the_same_letter_above_and_below_is_the_diagonal() -> None:
    p = V["p"]
    assert evaluate(Derivative(at("p", "i"), at("z2", "i")), V) == pytest.approx(p * (1 - p))


def test_array_by_array_has_the_axes_of_both() -> None:
    J = evaluate(Derivative(Name("z1"), Name("W1")), V)
    brute = np.zeros((4, 4, 2))
    for i, a, b in np.ndindex(4, 4, 2):
        brute[i, a, b] = (i == a) * G["x"][b]
    assert pytest.approx(brute) == J


W, A1 = Name("W2"), Name("a1")
ROWS: list[tuple[Expr, Any]] = [
    (MatMul(W, A1), lambda g, v: g["W2"] @ v["a1"]),
    (MatMul(Transpose(W), Name("y")), lambda g, v: g["W2"].T @ g["y"]),
    (MatMul(Name("y"), W), lambda g, v: g["y"] @ g["W2"]),
    (MatMul(Name("y"), Transpose(A1)), lambda g, v: np.outer(g["y"], v["a1"])),
    (MatMul(Transpose(Name("y")), Name("p")), lambda g, v: g["y"] @ v["p"]),
    (Outer(Name("y"), A1), lambda g, v: np.outer(g["y"], v["a1"])),
    (Einsum("ij,i->j", (W, Name("y"))), lambda g, v: np.einsum("ij,i->j", g["W2"], g["y"])),
    (Einsum("i,j->ji", (Name("y"), A1)), lambda g, v: np.einsum("i,j->ji", g["y"], v["a1"])),
    (Einsum("ii->", (Name("Q"),)), lambda g, v: np.trace(g["Q"])),
    (Call("diag", (Name("p"),)), lambda g, v: np.diag(v["p"])),
    (Call("sum", (Name("X"),), (("axis", 0),)), lambda g, v: g["X"].sum(axis=0)),
    (Call("mean", (Name("X"),), (("axis", 1), ("keepdims", True))), lambda g, v: g["X"].mean(axis=1, keepdims=True)),
    (Call("max", (Name("X"),), (("axis", 1),)), lambda g, v: g["X"].max(axis=1)),
    (Call("relu'", (Name("X"),)), lambda g, v: (g["X"] > 0).astype(float)),
    (Call("sigmoid'", (Name("x"),)), lambda g, v: np.exp(-g["x"]) / (1 + np.exp(-g["x"])) ** 2),
    (Call("norm", (Name("x"),)), lambda g, v: np.linalg.norm(g["x"])),
    (Call("tensordot", (W, Name("W1")), (("axes", 1),)), lambda g, v: np.tensordot(g["W2"], g["W1"], axes=1)),
    (
        Call("tensordot", (Name("Q"), Name("Q")), (("axes", ((0, 1), (1, 0))),)),
        lambda g, v: np.tensordot(g["Q"], g["Q"], axes=([0, 1], [1, 0])),
    ),
    (Call("corr", (Name("y"), Slice(Name("y"), (Span(0, 2),)))), lambda g, v: np.correlate(g["y"], g["y"][:2])),
    (Call("conv", (Name("p"), Name("y")), (("mode", "full"),)), lambda g, v: np.convolve(v["p"], g["y"])),
    (Call("corr", (Slice(Name("y"), (Span(0, 2),)), Name("y"))), lambda g, v: np.correlate(g["y"][:2], g["y"])),
    (
        Call("conv", (Slice(Name("p"), (Span(1, 3),)), Name("y")), (("mode", "valid"),)),
        lambda g, v: np.convolve(v["p"][1:3], g["y"], "valid"),
    ),
    (Slice(Name("x"), (Span(), None)), lambda g, v: g["x"][:, None]),
    (Slice(Name("X"), (-1,)), lambda g, v: g["X"][-1]),
    (Stack((n(1), n(2))), lambda g, v: np.array([1.0, 2.0])),
    (Stack((Name("x"), Neg(Name("x")))), lambda g, v: np.stack([g["x"], -g["x"]])),
    (Cases(((Name("X"), Compare(Relation.GT, Name("X"), n(0))),), n(0)), lambda g, v: np.maximum(g["X"], 0)),
    (Pow(Name("x"), n(2)), lambda g, v: g["x"] ** 2),
    (Div(n(1), Name("B")), lambda g, v: np.array(1 / 5)),
    (Call("eye", (Name("B"),)), lambda g, v: np.eye(5)),
    (at("W2", 2, 1), lambda g, v: g["W2"][1, 0]),
    (Sum(("k",), at("y", "k"), Compare(Relation.NE, Letter("k"), Letter("i"))), lambda g, v: g["y"].sum() - g["y"]),
    (Sum(("i",), Delta(Letter("i"), Letter("j"))), None),
    (Sum(("k",), Mul((Delta(Letter("k"), Letter("i")), at("p", "k")))), lambda g, v: v["p"]),
    (Sum(("i", "j"), at("Q", "i", "j")), lambda g, v: g["Q"].sum()),
    (Sum(("m",), at("x", "m"), None, n(2), n(2)), lambda g, v: g["x"][1]),
    (at("Q", "i", "i"), lambda g, v: np.diag(g["Q"])),
    (Add((at("y", "i"), Neg(at("p", "j")))), lambda g, v: g["y"][:, None] - v["p"][None, :]),
]


@pytest.mark.parametrize(("expr", "oracle"), ROWS)
def test_values_are_those_of_numpy(expr: Expr, oracle: Any) -> None:
    if oracle is None:
        with pytest.raises(NoValue):
            evaluate(expr, V)
        return
    arrays = {name: V[name] for name in SCOPE.names if name != "B"}
    got = evaluate(expr, V)
    expected = oracle(G, arrays)
    assert got.shape == np.shape(expected)
    assert got == pytest.approx(expected, rel=1e-12)


def test_fifty_digits_agree_with_floats() -> None:
    exact = Values(SCOPE, G, SIZES, DIGITS)
    gradient = Derivative(Name("L"), Name("W1"))
    got = evaluate(gradient, exact)
    assert evaluate(gradient, V) == pytest.approx(got.astype(float), rel=1e-12)


def test_padding_reads_zero_outside_and_other_arrays_refuse() -> None:
    padded = Scope({"x": Declared("x", ("D",), outside_zero=True), "y": Declared("y", ("D",))}, {"D": ""})
    values = Values(padded, {"x": np.array([1.0, 2.0]), "y": np.array([1.0, 2.0])}, {"D": 2})
    shifted = (Add((Letter("i"), n(1))),)
    assert evaluate(At(Name("x"), shifted), values, known={"i": "D"}).tolist() == [2.0, 0.0]
    with pytest.raises(NoValue):
        evaluate(At(Name("y"), shifted), values, known={"i": "D"})


MISFITS: list[tuple[Expr, str]] = [
    (MatMul(W, Name("y")), "would sum H with K"),
    (Mul((Name("y"), A1)), "do not pair"),
    (Add((at("y", "i"), at("a1", "i"))), "i stands over"),
    (MatMul(Name("X"), Name("W1")), "would sum D with H"),
    (Outer(W, A1), "outer takes two vectors"),
]


@pytest.mark.parametrize(("expr", "words"), MISFITS)
def test_axes_that_do_not_fit_are_refused_by_name(expr: Expr, words: str) -> None:
    with pytest.raises(ShapeMisfit, match=words):
        axes.of(expr, SCOPE)


def test_the_wrong_number_of_indices_is_said() -> None:
    with pytest.raises(UnreadableAnswer, match="2 axes"):
        axes.of(at("W2", "i"), SCOPE)


@pytest.mark.parametrize(
    ("factors", "expected"),
    [
        ((n(2), at("p", "i"), at("y", "i")), Mul((n(2), at("p", "i"), at("y", "i")))),
        ((n(2), W, A1), Mul((n(2), MatMul(W, A1)))),
        ((Name("y"), Transpose(A1)), MatMul(Name("y"), Transpose(A1))),
        ((Name("y"), Name("p")), Mul((Name("y"), Name("p")))),
        ((Transpose(Name("y")), Name("p")), MatMul(Transpose(Name("y")), Name("p"))),
    ],
)
def test_factors_side_by_side_mean_what_their_axes_allow(factors: tuple[Expr, ...], expected: Expr) -> None:
    assert axes.resolve(Juxtapose(factors), SCOPE) == expected


def test_one_letter_dimension_is_kept_through_numpy_reading() -> None:
    kind = axes.of(MatMul(Transpose(A1), Transpose(W)), SCOPE, columns=False)
    assert kind.axes == ("K",)
