"""The table of functions: every row against NumPy, and against the tables of entries beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bptutor.errors import UnreadableAnswer
from bptutor.notation import parse
from bptutor.notation.array_functions.table import _FUNCTIONS, ARRAY_FUNCTIONS, ELEMENTWISE, METHODS, NUMPY_NAMES, WORDS
from bptutor.notation.parse import Spelling
from bptutor.notation.printers import latex, unicode
from bptutor.notation.scope import Declared, Role, Scope
from bptutor.notation.shapes import axes
from bptutor.notation.tree import Call
from bptutor.notation.values import forward_autodiff
from bptutor.notation.values.backends import DIGITS, FLOATS
from bptutor.notation.values.complex_backend import COMPLEX
from bptutor.notation.values.evaluate import Values, evaluate

NAMES = {
    "x": ("K",),
    "y": ("K",),
    "A": ("B", "K"),
    "C": ("B", "K"),
    "Q": ("K", "K"),
    "k": ("M",),
    "S": ("M", "M"),
    "s": (),
}
SIZES = {"K": 4, "B": 3, "M": 2}
SCOPE = Scope(
    {name: Declared(name, shape) for name, shape in NAMES.items()} | {a: Declared(a, role=Role.SIZE) for a in SIZES},
    {axis: str(size) for axis, size in SIZES.items()},
)
_RNG = np.random.default_rng(5)
GIVEN = {name: _RNG.uniform(-2, 2, [SIZES[a] for a in shape]) for name, shape in NAMES.items()}
Oracle = Callable[..., Any]


def softmax(x: Any) -> Any:
    return np.array([np.exp(row) / sum(np.exp(row)) for row in np.atleast_2d(x)]).reshape(np.shape(x))


def slid(X: Any, K: Any, around: Any) -> Any:
    """The sum of products at every place of a kernel on an image with zeros around, by loops."""
    X, (m, n) = np.pad(X, around), K.shape
    rows, columns = X.shape[0] - m + 1, X.shape[1] - n + 1
    return np.array([[np.sum(X[i : i + m, j : j + n] * K) for j in range(columns)] for i in range(rows)])


CASES: dict[str, list[tuple[str, Oracle]]] = {
    "sum": [
        ("np.sum(A)", lambda A, **_: A.sum()),
        ("A.sum(axis=0, keepdims=True)", lambda A, **_: A.sum(0, keepdims=True)),
    ],
    "mean": [("np.mean(A, axis=1)", lambda A, **_: A.mean(1)), ("np.average(A)", lambda A, **_: A.mean())],
    "max": [("np.max(A, axis=0)", lambda A, **_: A.max(0)), ("np.amax(A)", lambda A, **_: A.max())],
    "min": [("A.min(axis=-1, keepdims=True)", lambda A, **_: A.min(-1, keepdims=True))],
    "argmax": [("np.argmax(A, axis=1)", lambda A, **_: A.argmax(1)), ("x.argmax()", lambda x, **_: x.argmax())],
    "softmax": [("softmax(A)", lambda A, **_: softmax(A))],
    "log_softmax": [("log_softmax(x)", lambda x, **_: np.log(softmax(x)))],
    "diag": [("np.diag(x)", lambda x, **_: np.diag(x)), ("np.diag(Q)", lambda Q, **_: np.diag(Q))],
    "trace": [("np.trace(Q)", lambda Q, **_: np.trace(Q))],
    "norm": [("np.linalg.norm(A)", lambda A, **_: np.linalg.norm(A))],
    "pinv": [
        ("np.linalg.pinv(A)", lambda A, **_: np.linalg.pinv(A)),
        ("np.linalg.inv(Q)", lambda Q, **_: np.linalg.inv(Q)),
    ],
    "dot": [("np.dot(A, x)", lambda A, x, **_: A @ x), ("x.dot(y)", lambda x, y, **_: x @ y)],
    "kron": [("np.kron(x, y)", lambda x, y, **_: np.kron(x, y)), ("np.kron(S, Q)", lambda S, Q, **_: np.kron(S, Q))],
    "tensordot": [
        ("np.tensordot(A, C, axes=([0, 1], [0, 1]))", lambda A, C, **_: np.tensordot(A, C, ([0, 1], [0, 1]))),
        ("np.tensordot(A, Q, axes=1)", lambda A, Q, **_: np.tensordot(A, Q, 1)),
        ("np.tensordot(A, C, axes=(1, 1))", lambda A, C, **_: np.tensordot(A, C, (1, 1))),
    ],
    "maximum": [("np.maximum(A, 0)", lambda A, **_: np.maximum(A, 0))],
    "minimum": [("np.fmin(A, C)", lambda A, C, **_: np.minimum(A, C))],
    "eye": [("np.eye(K)", lambda **_: np.eye(4)), ("np.eye(2, 3)", lambda **_: np.eye(2, 3))],
    "arange": [("np.arange(K)", lambda **_: np.arange(4))],
    "ones": [("np.ones((B, 1))", lambda **_: np.ones((3, 1)))],
    "zeros": [("np.zeros(K)", lambda **_: np.zeros(4))],
    "ones_like": [("np.ones_like(A)", lambda A, **_: np.ones_like(A))],
    "zeros_like": [("np.zeros_like(x)", lambda x, **_: np.zeros_like(x))],
    "ravel": [("A.ravel()", lambda A, **_: A.ravel()), ("A.flatten()", lambda A, **_: A.ravel())],
    "reshape": [
        ("A.reshape(2, -1)", lambda A, **_: A.reshape(2, -1)),
        ("np.reshape(x, (S.shape))", lambda x, **_: x.reshape(2, 2)),
    ],
    "flip": [("np.flip(A)", lambda A, **_: np.flip(A)), ("np.flip(A, axis=1)", lambda A, **_: np.flip(A, 1))],
    "pad": [
        ("np.pad(A, 1)", lambda A, **_: np.pad(A, 1)),
        ("np.pad(A, ((1, 0), (0, 2)))", lambda A, **_: np.pad(A, ((1, 0), (0, 2)))),
    ],
    "sliding_window_view": [
        ("sliding_window_view(A, (2, 3))", lambda A, **_: np.lib.stride_tricks.sliding_window_view(A, (2, 3)))
    ],
    "corr": [
        ('np.correlate(x, k, "same")', lambda x, k, **_: np.correlate(x, k, "same")),
        ('scipy.signal.correlate2d(A, S, mode="full")', lambda A, S, **_: slid(A, S, 1)),
        ("np.correlate(k, x, mode='same')", lambda x, k, **_: np.correlate(k, x, "same")),
        # SciPy: zeros after the last row and column of the image, for a kernel of 2 × 2
        ('scipy.signal.correlate2d(A, S, "same")', lambda A, S, **_: slid(A, S, (0, 1))),
        ("corr(A, S)", lambda A, S, **_: slid(A, S, 0)),
        ('np.correlate(k, x, "valid")', lambda x, k, **_: np.correlate(k, x, "valid")),
    ],
    "conv": [
        ('np.convolve(x, k, "same")', lambda x, k, **_: np.convolve(x, k, "same")),
        ('np.convolve(k, x, "same")', lambda x, k, **_: np.convolve(k, x, "same")),
        ('scipy.signal.convolve2d(A, S, "same")', lambda A, S, **_: slid(A, S[::-1, ::-1], (1, 0))),
        ("conv(A, S)", lambda A, S, **_: slid(A, S[::-1, ::-1], 1)),
        ('conv(A, S, "valid")', lambda A, S, **_: slid(A, S[::-1, ::-1], 0)),
    ],
}
REWRITTEN: dict[str, tuple[str, Oracle]] = {
    "add": ("np.add(A, C)", lambda A, C, **_: A + C),
    "subtract": ("np.subtract(A, C)", lambda A, C, **_: A - C),
    "multiply": ("np.multiply(A, C)", lambda A, C, **_: A * C),
    "divide": ("np.true_divide(A, C)", lambda A, C, **_: A / C),
    "power": ("np.power(A, 2)", lambda A, **_: A**2),
    "negative": ("np.negative(A)", lambda A, **_: -A),
    "square": ("np.square(A)", lambda A, **_: A**2),
    "reciprocal": ("np.reciprocal(A)", lambda A, **_: 1 / A),
    "log1p": ("np.log1p(np.abs(A))", lambda A, **_: np.log1p(np.abs(A))),
    "expm1": ("np.expm1(A)", lambda A, **_: np.expm1(A)),
    "logaddexp": ("np.logaddexp(A, C)", lambda A, C, **_: np.logaddexp(A, C)),
    "logsumexp": ("scipy.special.logsumexp(x)", lambda x, **_: np.log(np.exp(x).sum())),
    "ceil": ("np.ceil(A)", lambda A, **_: np.ceil(A)),
    "sech": ("sech(x)", lambda x, **_: 1 / np.cosh(x)),
    "var": ("A.var(axis=0)", lambda A, **_: A.var(0)),
    "std": ("np.std(A)", lambda A, **_: A.std()),
    "reduce": ("np.add.reduce(A)", lambda A, **_: A.sum(0)),
    "matmul": ("np.matmul(A, Q)", lambda A, Q, **_: A @ Q),
    "outer": ("np.outer(x, k)", lambda x, k, **_: np.outer(x, k)),
    "inner": ("np.inner(A, C)", lambda A, C, **_: np.inner(A, C)),
    "vdot": ("np.vdot(A, C)", lambda A, C, **_: np.vdot(A, C)),
    "multi_dot": ("np.linalg.multi_dot([A, Q, x])", lambda A, Q, x, **_: A @ Q @ x),
    "einsum": ('np.einsum("bk,bk->b", A, C)', lambda A, C, **_: (A * C).sum(1)),
    "full": ("np.full((2, K), 0.5)", lambda **_: np.full((2, 4), 0.5)),
    "size": ("np.size(A, 1)", lambda **_: 4),
    "shape": ("np.shape(A)", lambda **_: (3, 4)),
    "len": ("len(A)", lambda **_: 3),
    "transpose": ("np.transpose(A, (1, 0))", lambda A, **_: A.T),
    "swapaxes": ("A.swapaxes(0, 1)", lambda A, **_: A.T),
    "moveaxis": ("np.moveaxis(A, 0, 1)", lambda A, **_: A.T),
    "expand_dims": ("np.expand_dims(A, 1)", lambda A, **_: A[:, None]),
    "squeeze": ("np.squeeze(A[:, None])", lambda A, **_: A),
    "repeat": ("np.repeat(x, 2)", lambda x, **_: np.repeat(x, 2)),
    "rot90": ("np.rot90(A, 3)", lambda A, **_: np.rot90(A, 3)),
    "flipud": ("np.flipud(A)", lambda A, **_: A[::-1]),
    "fliplr": ("np.fliplr(A)", lambda A, **_: A[:, ::-1]),
    "array": ("np.asarray([1, 2])", lambda **_: np.array([1, 2])),
    "stack": ("np.stack([x, y])", lambda x, y, **_: np.stack([x, y])),
    "float": ("(A > 0).astype(float)", lambda A, **_: (A > 0).astype(float)),
    "where": ("np.where(A > 0, A, 0)", lambda A, **_: np.maximum(A, 0)),
    "cases": ("cases(A, A > 0, 0)", lambda A, **_: np.maximum(A, 0)),
    "heaviside": ("np.heaviside(A, 0.5)", lambda A, **_: np.heaviside(A, 0.5)),
    "clip": ("np.clip(A, -1, 1)", lambda A, **_: np.clip(A, -1, 1)),
    "greater": ("np.greater(A, C)", lambda A, C, **_: A > C),
    "greater_equal": ("np.greater_equal(A, C)", lambda A, C, **_: A >= C),
    "less": ("np.less(A, C)", lambda A, C, **_: A < C),
    "less_equal": ("np.less_equal(A, C)", lambda A, C, **_: A <= C),
    "equal": ("np.equal(A, A)", lambda A, **_: np.equal(A, A)),
    "not_equal": ("np.not_equal(A, C)", lambda A, C, **_: A != C),
    "logical_not": ("np.logical_not(A > 0)", lambda A, **_: A <= 0),
}


def values() -> Values:
    return Values(SCOPE, GIVEN, SIZES)


def value(text: str) -> Any:
    return evaluate(parse.read(text, SCOPE, Spelling.NUMPY), values(), columns=False)


@pytest.mark.parametrize("name", [row.name for row in _FUNCTIONS if row.name not in ELEMENTWISE])
def test_a_function_gives_what_numpy_gives(name: str) -> None:
    for text, oracle in CASES.get(name) or [REWRITTEN[name]]:
        wanted = np.asarray(oracle(**GIVEN), dtype=float)
        got = value(text)
        assert got.shape == wanted.shape and np.allclose(got, wanted), text


@pytest.mark.parametrize("name", ARRAY_FUNCTIONS)
def test_the_axes_are_as_many_as_the_value_has(name: str) -> None:
    for text, oracle in CASES[name]:
        tree = parse.read(text, SCOPE, Spelling.NUMPY)
        sizes = [SIZES.get(axis, 1 if axis == "1" else None) for axis in axes.of(tree, SCOPE, columns=False).axes]
        shape = np.shape(oracle(**GIVEN))
        assert len(sizes) == len(shape) and all(s in (None, n) for s, n in zip(sizes, shape, strict=True)), text


@pytest.mark.parametrize("name", ARRAY_FUNCTIONS)
def test_what_is_printed_reads_back(name: str) -> None:
    for text, _ in CASES[name]:
        tree = parse.read(text, SCOPE)
        assert isinstance(tree, Call) and tree.function == name
        assert parse.read(unicode.line(tree, SCOPE), SCOPE) == tree
        assert parse.read(latex.source(tree, SCOPE), SCOPE) == tree


def test_an_elementwise_function_has_a_value_in_every_field_and_a_derivative() -> None:
    for entries in (FLOATS.unary, DIGITS.unary, COMPLEX.unary, forward_autodiff.ELEMENTWISE):
        assert set(entries) == set(ELEMENTWISE)


def test_no_two_functions_have_one_name() -> None:
    for table in (NUMPY_NAMES, METHODS, WORDS):
        assert set(table.values()) <= {row.name for row in _FUNCTIONS}
    names = Counter(name for row in _FUNCTIONS for name in ((row.name,) if row.numpy is None else row.numpy))
    words = Counter(word for row in _FUNCTIONS for word in row.words)
    methods = Counter(method for row in _FUNCTIONS for method in row.methods)
    assert {**names, **words, **methods} and max(*names.values(), *words.values(), *methods.values()) == 1


@pytest.mark.parametrize("text", ["np.sum(A, ((0, 1), (1, 0)))", "np.flip(A, axis=2)", "np.pad(s, 1)", "np.clip()"])
def test_a_call_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(UnreadableAnswer):
        value(text)
