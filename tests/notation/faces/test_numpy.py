"""NumPy source has the value of its tree: what is printed is read as Python would and evaluated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from bptutor.notation import parse
from bptutor.notation import tree as t
from bptutor.notation.printers import numpy as face
from bptutor.notation.printers.broadcasting import NoNumpyForm
from bptutor.notation.values.evaluate import Values, evaluate

from . import trees
from .scenes import SCOPE, at, n

SIZES = {"K": 4, "C": 2, "H": 3}


def values(seed: int = 0) -> Values:
    """Numbers for the shared scene, all between 0.5 and 1.5, so that logarithms and powers exist."""
    rng = np.random.default_rng(seed)
    given = {d.id: rng.uniform(0.5, 1.5, [SIZES[a] for a in d.axes]) for d in SCOPE.names.values() if d.id not in SIZES}
    return Values(SCOPE, given, SIZES)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Σ_i W2_ij d2_i", 'np.einsum("ij,i->j", W2, d2)'),
        ("-Σ_k y_k (δ_ki - p_i)", '-np.einsum("k,ki->i", y, np.eye(K) - p)'),
        ("W2.T @ d2 ⊙ σ'(a1)", "W2.T @ d2 * (sigmoid(a1) * (1 - sigmoid(a1)))"),
        ("d2 a1ᵀ", "np.outer(d2, a1)"),
        ("p_1 + A_{21}", "p[0] + A[1, 0]"),
        ("Σ_k p_k", "p.sum()"),
        ("p_i (δ_ij - p_j)", "p[:, None] * (np.eye(K) - p)"),
    ],
)
def test_reads_like_hand_written(text: str, source: str) -> None:
    assert face.source(parse.read(text, SCOPE), SCOPE) == source


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("Σ_j A_ij Q_jk", "ik"),
        ("Σ_j A_ij Q_jk", "ki"),
        ("A_ij - Σ_k Q_jk p_k", "ij"),
        ("Q_jk / p_k + a1_j", "jk"),
        ("p_i y_j + δ_ij z_i", "ij"),
        ("e^{z_i}/Σ_k e^{z_k}", "i"),
        ("Σ_{ij} A_ij A_ij / s", ""),
        ("where(z_i > 1, z_i, 0)", "i"),
        ("(W2ᵀ d2)_j a1_j", "j"),
        ("-p_i p_j^2", "ij"),
    ],
)
def test_has_the_value_of_the_index_form(text: str, order: str) -> None:
    expr = parse.read(text, SCOPE)
    code = parse.read(face.source(expr, SCOPE, tuple(order)), SCOPE, parse.Spelling.NUMPY)
    found = evaluate(code, values(), columns=False)
    np.testing.assert_allclose(found, evaluate(expr, values(), order=tuple(order)), rtol=1e-12)


@settings(max_examples=100, deadline=None)
@given(expr=trees.arrays())
def test_matrix_forms_have_the_same_value(expr: t.Expr) -> None:
    source = face.source(expr, SCOPE)
    with np.errstate(all="ignore"):
        found = evaluate(parse.read(source, SCOPE, parse.Spelling.NUMPY), values(), columns=False)
        np.testing.assert_allclose(found, evaluate(expr, values()), rtol=1e-9, err_msg=source)


@pytest.mark.parametrize(
    "expr",
    [
        t.Derivative(t.Name("L"), at("z", "i")),
        t.Sum(("k",), at("y", "k"), where=t.Compare(t.Relation.NE, t.Letter("k"), t.Letter("i"))),
        t.Sum(("k",), at("y", "k"), low=n(1), high=n(2)),
        t.Add((at("p", "i"), t.Name("y"))),
    ],
)
def test_says_when_there_is_no_form(expr: t.Expr) -> None:
    with pytest.raises(NoNumpyForm):
        face.source(expr, SCOPE)
