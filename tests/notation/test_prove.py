"""The proof tables: every true line is proved or agrees on all probes, every false one has a witness."""

from __future__ import annotations

import time
from random import Random
from typing import Any

import numpy as np
import pytest

from bptutor.notation import parse
from bptutor.notation.equality import pairs
from bptutor.notation.equality.exact_proof import Contradiction, proved, size_rounds
from bptutor.notation.equality.prove import Outcome, Proof, prove
from bptutor.notation.scope import Role, Scope
from bptutor.notation.values.conditions import Constraints
from bptutor.notation.values.evaluate import Values
from bptutor.notation.values.sampling import draw
from bptutor.notation.values.sizes import least_sizes
from tests.notation.proof_scenes import scenes, table

pytestmark = pytest.mark.normal

TRUE, FALSE = table("true.jsonl"), table("false.jsonl")


def shown(row: dict[str, Any]) -> str:
    return f"{row['scene']}: {row['left']} = {row['right']}"


def proof_of(row: dict[str, Any], **how: Any) -> tuple[Proof, Scope]:
    scope = scenes()[row["scene"]]
    sides = [parse.read(row[side], scope) for side in ("left", "right")]
    where = parse.read(row["where"], scope) if "where" in row else None
    return prove(sides[0], sides[1], scope, where, **how), scope


def line(scene: str, left: str, right: str, where: str | None = None, **how: Any) -> Proof:
    row = {"scene": scene, "left": left, "right": right} | ({"where": where} if where else {})
    return proof_of(row, **how)[0]


def gap_at(row: dict[str, Any], scope: Scope, given: dict[str, Any], sizes: dict[str, int]) -> float:
    """The largest difference of the sides, with derivatives computed by the value walk alone."""
    sides = [parse.read(row[side], scope) for side in ("left", "right")]
    pair = pairs.pair(sides[0], sides[1], scope, parse.read(row["where"], scope) if "where" in row else None)
    left, right, mask = pair.sides(Values(scope, given, sizes))
    gaps = np.abs(np.asarray(left - right, dtype=float))
    return float(np.max(gaps[mask] if mask is not None else gaps, initial=0.0))


def test_the_tables_are_large_enough() -> None:
    assert len(TRUE) >= 150
    assert len(FALSE) >= 100


@pytest.mark.parametrize("row", TRUE, ids=shown)
def test_a_true_line_is_never_refused(row: dict[str, Any]) -> None:
    proof, scope = proof_of(row)
    assert proof.outcome in (Outcome.PROVED, Outcome.PROBES), proof
    finite = 0
    for seed in range(40):
        given, sizes = draw(scope, Random(f"fresh {seed}"), literals=False)
        gap = gap_at(row, scope, given, sizes)
        finite += bool(np.isfinite(gap))
        assert not np.isfinite(gap) or gap < 1e-6
    assert finite


def test_all_but_a_few_true_lines_are_proved() -> None:
    left_open = [shown(row) for row in TRUE if proof_of(row)[0].outcome is not Outcome.PROVED]
    assert len(left_open) <= 2, left_open


@pytest.mark.parametrize("row", FALSE, ids=shown)
def test_a_false_line_is_refuted_by_a_valid_witness(row: dict[str, Any]) -> None:
    proof, scope = proof_of(row)
    assert proof.outcome is Outcome.REFUTED
    if proof.rule:
        return
    assert proof.witness is not None
    given, sizes = full_point(scope, proof.witness)
    assert gap_at(row, scope, given, sizes) > 0 or proof.method == "digits"
    for condition in scope.conditions:
        sides = pairs.pair(condition.left, condition.right, scope)
        difference = sides.at(given, sizes)
        if difference is not None and condition.relation.value == "=" and names(sides) <= proof.witness.keys():
            assert difference.gap < 1e-6


def names(pair: pairs.Pair) -> set[str]:
    return {n for n in pair.names() if pair.scope.names[n].role is Role.GIVEN}


def full_point(scope: Scope, witness: Any) -> tuple[dict[str, Any], dict[str, int]]:
    """Complete a witness by draws for the names that the line does not use."""
    sizes = {axis: int(n) for axis, n in witness.items() if axis in scope.sizes}
    for name, value in witness.items():
        if name in scope.names:
            sizes.update(zip(scope.names[name].axes, np.shape(value), strict=True))
    given, sizes = draw(scope, Random("rest"), sizes=sizes, literals=False)
    return given | {n: np.array(v, dtype=float) for n, v in witness.items() if n in given}, sizes


@pytest.mark.parametrize("row", FALSE, ids=shown)
def test_the_exact_test_alone_proves_no_false_line(row: dict[str, Any]) -> None:
    scope = scenes()[row["scene"]]
    left, right = parse.read(row["left"], scope), parse.read(row["right"], scope)
    try:
        pair = pairs.pair(left, right, scope, parse.read(row["where"], scope) if "where" in row else None)
    except pairs.Misfit:
        return
    axes = [a for a, size in scope.sizes.items() if not size]
    rounds = size_rounds(scope, least_sizes(scope, (left, right)), axes)
    try:
        assert not proved(pair, Constraints.of(scope), rounds, time.monotonic() + 5)
    except Contradiction:
        return


@pytest.mark.parametrize(
    ("scene", "left", "right", "conditions"),
    [
        ("labels", "p_i Σ_k y_k - y_i", "p_i - y_i", 1),
        ("labels", "∂L/∂z_i", "p_i - y_i", 1),
        ("labels", "∂L/∂z_i", "p_i Σ_k y_k - y_i", 0),
        ("softmax", "y_i^2", "y_i", 1),
        ("softmax", "log p_i", "z_i - log S", 0),
        ("scalar", "log(u v)", "log u + log v", 0),
        ("scalar", "√(v^2)", "v", 1),
        ("pick", "s^2", "1", 1),
    ],
)
def test_only_the_conditions_that_are_needed_are_named(scene: str, left: str, right: str, conditions: int) -> None:
    proof = line(scene, left, right)
    assert proof.outcome is Outcome.PROVED
    assert len(proof.conditions) == conditions


def test_a_sum_to_one_is_named_and_one_hot_is_not() -> None:
    assert line("softmax", "∂L/∂z_i", "p_i - y_i").conditions == ("Σₖ yₖ = 1",)


def test_the_detail_says_at_which_sizes() -> None:
    assert "K = 2, 3, 4" in line("softmax", "∂p_i/∂z_j", "p_i (δ_ij - p_j)").detail


def test_a_free_letter_on_one_side_only_is_refuted() -> None:
    proof = line("softmax", "p_i - y_i", "Σ_i (p_i - y_i) + 0 p_j")
    assert (proof.outcome, proof.rule) == (Outcome.REFUTED, "free-index")


def test_an_error_below_50_digits_is_a_disagreement() -> None:
    proof = line("scalar", "x", "x + x/10^45")
    assert (proof.outcome, proof.rule) == (Outcome.UNDECIDED, "disagreement")


def test_where_compares_only_those_entries() -> None:
    assert line("softmax", "∂p_i/∂z_j", "-p_i p_j", "i ≠ j").outcome is Outcome.PROVED
    assert line("softmax", "∂p_i/∂z_j", "-p_i p_j").outcome is Outcome.REFUTED


def test_a_step_that_differs_only_at_its_edge_is_accepted_and_not_proved() -> None:
    assert line("scalar", "[x > 0]", "[x >= 0]").outcome is Outcome.PROBES


def test_without_the_exact_test_a_right_line_has_probes() -> None:
    assert line("scalar", "tanh(x)", "2σ(2x) - 1", exact=False).outcome is Outcome.PROBES


def test_a_deadline_that_is_over_gives_probes_at_best() -> None:
    proof = line("network", "∂L/∂W1", "outer((W2.T @ (p - y)) ⊙ a1 ⊙ (1 - a1), x)", deadline=0.0)
    assert (proof.outcome, proof.rule, proof.provers) == (Outcome.PROBES, "time-limit", ())


def test_who_proves_is_said_and_no_time_limit_where_time_was_left() -> None:
    proved, open_ = line("scalar", "tanh(x)", "2σ(2x) - 1"), line("scalar", "[x > 0]", "[x >= 0]")
    assert (proved.provers, proved.rule) == (("sympy",), "")
    assert (open_.provers, open_.rule) == ((), "")


def test_a_line_without_any_value_is_undecided() -> None:
    assert line("scalar", "log(-v^2)", "log(-u^2)").outcome is Outcome.UNDECIDED


def test_a_gradient_of_a_loss_passes_the_gradient_check() -> None:
    assert "gradient check" in line("network", "∂L/∂W2", "outer(p - y, a1)").detail


def test_a_witness_has_small_numbers() -> None:
    witness = line("softmax", "∂L/∂z_i", "y_i - p_i").witness
    assert witness is not None
    assert all(abs(v) <= 5 and float(v).is_integer() for v in np.array([*witness.values()], dtype=float).flat)
