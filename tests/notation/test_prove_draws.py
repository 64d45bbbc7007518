"""What draws promise: the author's grid for learners, conditions met, sizes apart."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from bptutor.notation.scope import Declared, Draw, Scope, Source
from bptutor.notation.values.sampling import NoDraw, draw
from bptutor.notation.values.sizes import draw_sizes, integer
from tests.notation.proof_scenes import scope_of

SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_learner_sees_numbers_of_the_grid(seed: int) -> None:
    scope = Scope({"z": Declared("z", ("K",), draw=Draw(low="-1", high="1", step="0.1"))}, {"K": "4"})
    given, sizes = draw(scope, Random(seed), literals=True)
    assert sizes == {"K": 4}
    assert all(Fraction(str(v)) * 10 % 1 == 0 and abs(v) <= 1 for v in given["z"])


def test_the_ends_of_the_grid_are_drawn() -> None:
    scope = Scope({"z": Declared("z", ("K",))}, {"K": "5"})
    seen = {float(v) for seed in range(200) for v in draw(scope, Random(seed), literals=True)[0]["z"]}
    assert seen == {n / 10 for n in range(-10, 11)}


def test_literals_are_the_authors_numbers_and_proofs_draw_in_their_place() -> None:
    how = Draw(Source.LITERAL, literal=("0", "0.35"))
    scope = Scope({"b": Declared("b", ("K",), draw=how)}, {"K": "2"})
    assert draw(scope, Random(1), literals=True)[0]["b"].tolist() == [0, 0.35]
    assert 0 not in draw(scope, Random(1), literals=False)[0]["b"]


@pytest.mark.parametrize("seed", SEEDS)
def test_conditions_hold_after_a_draw(seed: int) -> None:
    scope = scope_of({"given": {"y": ["B", "K"], "p": ["K"]}, "assume": ["Σ_k y_bk = 1", "Σ_k p_k = 1", "p_k > 0"]})
    given, sizes = draw(scope, Random(seed), literals=False)
    assert np.allclose(given["y"].sum(axis=1), 1, atol=1e-12)
    assert np.isclose(given["p"].sum(), 1, atol=1e-12)
    assert (given["p"] > 0).all()
    assert sizes["B"] != sizes["K"]


def test_a_condition_that_cannot_hold_is_reported() -> None:
    scope = scope_of({"given": {"x": {"axes": [], "positive": True}}, "assume": ["x < 0"]})
    with pytest.raises(NoDraw):
        draw(scope, Random(0), literals=False)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_hot_and_simplex_rows(seed: int) -> None:
    names = {
        "y": Declared("y", ("B", "K"), draw=Draw(Source.ONE_HOT)),
        "q": Declared("q", ("B", "K"), draw=Draw(Source.SIMPLEX)),
    }
    scope = Scope(names, {"B": "", "K": ""})
    for literals in (True, False):
        given, _ = draw(scope, Random(seed), literals=literals)
        assert sorted(set(given["y"].flat)) == [0, 1]
        assert (given["y"].sum(axis=1) == 1).all()
        assert np.allclose(given["q"].sum(axis=1), 1)
    assert (draw(scope, Random(seed), literals=True)[0]["q"] >= 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_sizes_are_apart_and_derived_ones_computed(seed: int) -> None:
    scope = Scope({}, {"H": "", "M": "", "P": "H - M + 1", "K": "3"})
    sizes = draw_sizes(scope, Random(seed), fixed=True, least={"M": 3})
    assert sizes["P"] == sizes["H"] - sizes["M"] + 1 >= 1
    assert sizes["K"] == 3
    assert sizes["M"] >= 3
    assert len({sizes["H"], sizes["M"], sizes["K"]}) == 3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("H - M + 1", 4),
        ("(H - M) / 2 + 1", None),
        ("2*H", 12),
        ("H // 4", 1),
        ("H / 2 - -1", 4),
        ("H +", None),
        ("x", None),
    ],
)
def test_a_size_is_read(text: str, value: int | None) -> None:
    assert integer(text, {"H": 6, "M": 3}) == value


def test_the_same_seed_gives_the_same_draw() -> None:
    scope = scope_of({"given": {"z": ["K"], "y": {"axes": ["K"], "draw": "one-hot"}}})
    first, second = (draw(replace(scope), Random(5), literals=False) for _ in range(2))
    assert first[1] == second[1]
    assert all(np.array_equal(first[0][n], second[0][n]) for n in first[0])
