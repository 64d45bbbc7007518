"""The lines that mistakes are made on: held against ∂ by value, in scenes of many kinds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bptutor.notation import parse
from bptutor.notation.transform.definitions import lines, unfolded
from bptutor.notation.transform.to_matrix_notation import as_array
from bptutor.notation.values.evaluate import evaluate
from bptutor.packs.scene.scene import Scene
from tests.grading.pairs import scene

pytestmark = pytest.mark.normal

DATA = Path(__file__).parents[1] / "data" / "mistakes" / "scenes.json"
SCENES = json.loads(DATA.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(name for name, made in SCENES.items() if "define" in made or "network" in made))
def test_each_line_equals_its_derivative(name: str) -> None:
    given = Scene.from_mapping(SCENES[name])
    made = lines(given)
    for seed in range(2):
        values = given.fresh(seed)
        for of, line in made.gradients.items():
            if made.complete and np.isfinite(evaluate(of, values)).all():
                truth = evaluate(of, values)
                for tree in (line, unfolded(line, made.gradients)):
                    np.testing.assert_allclose(evaluate(tree, values), truth, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    ("entry", "letters"),
    [
        ("Σ_j A_ij u_j", "i"),
        ("Σ_i w_i A_ij", "j"),
        ("Σ_j A_ij B_jk", "ik"),
        ("Σ_s D_si X_sj", "ij"),
        ("Σ_s D_si X_sj", "ji"),
        ("w_i u_j", "ij"),
        ("Σ_j u_j v_j w_i", "i"),
        ("(u_j + v_j) Σ_i A_ij w_i", "j"),
        ("-Σ_i A_ij (w_i - 2)", "j"),
        ("Σ_s D_si", "i"),
        ("A_ij u_j", "ij"),
        ("A_ij w_i", "ij"),
        ("Σ_i Σ_j A_ij", ""),
    ],
)
def test_entries_are_brought_to_whole_arrays(entry: str, letters: str) -> None:
    arrays = scene("arrays")
    assert arrays is not None
    expr = parse.read(entry, arrays.scope)
    whole = as_array(expr, tuple(letters))
    assert whole is not None
    values = arrays.fresh(0)
    np.testing.assert_allclose(evaluate(whole, values), evaluate(expr, values, order=tuple(letters)))


def test_what_no_array_expression_says_is_left_alone() -> None:
    softmax = scene("softmax")
    assert softmax is not None
    for entry, letters in (("p_i δ_ij", "ij"), ("Σ_{k≠i} y_k", "i"), ("p_i p_i", "j")):
        assert as_array(parse.read(entry, softmax.scope), tuple(letters)) is None
