"""What is said of a mistake matches the case: nothing contradicts, nothing is told by accident, no place is false."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bptutor.grading.answer.answer_samples import AnswerSamples, Sample
from bptutor.grading.catalogue.table import BY_ID
from bptutor.grading.feedback.match import false_positive_probability
from bptutor.grading.grade import grade
from bptutor.grading.verdict import Finding, Verdict, telling
from bptutor.packs.model import Place
from bptutor.packs.question_types.read import question
from tests.grading.test_mistakes import scenes

pytestmark = pytest.mark.normal


def said(scene: str, answer: str, text: str, **keys: Any) -> Verdict:
    asks = question({"type": "symbolic", "answer": answer, **keys}, Place())
    return grade(asks, text, scenes()[scene])


@pytest.mark.parametrize(
    ("scene", "answer", "text", "place"),
    [
        ("softmax", "p_i - y_i", "2(p_i - y_i)", "each factor"),  # a loss with logarithms only
        ("scalar", "∂L/∂a", "2(a - y)", "the square in the loss"),
        ("scalar", "σ(z)", "2σ(z)", "each factor"),  # no slope of the loss
    ],
)
def test_a_square_is_spoken_of_where_the_loss_has_one(scene: str, answer: str, text: str, place: str) -> None:
    (finding,) = said(scene, answer, text).findings
    assert finding.rule == "factor-two"
    assert finding.message.endswith(f"Look at {place}.")


def test_another_quantity_is_named_without_a_sign_that_the_goal_may_lack() -> None:
    (finding,) = said("scalar", "a - y", "z").findings
    assert (finding.rule, "∂" in finding.message) == ("other-quantity", False)


@pytest.mark.parametrize("text", ["-2(p_i - y_i)", "2(y_i - p_i)", "(y_i - p_i)/2"])
def test_of_a_sign_with_a_factor_nothing_says_that_the_size_is_right(text: str) -> None:
    verdict = said("softmax", "p_i - y_i", text)
    assert verdict.rules == ("sign", "factor-two")
    assert not any("right size" in finding.message for finding in verdict.findings)


def test_a_sign_with_a_factor_is_told_of_one_number_too() -> None:
    """The slope is (a − y) a (1 − a) = 0.1043 for w x + b = 1.8: a = 0.8581, y = 0."""
    right = 0.858148935 * 0.858148935 * (1 - 0.858148935)
    verdict = said("sn", "∂C/∂b", f"{-2 * right:.3f}", type="numeric")
    assert verdict.rules == ("sign", "factor-two")
    assert said("sn", "∂C/∂b", f"{-2.6 * right:.3f}", type="numeric").rules == ("cells",)


def test_one_decimal_is_one() -> None:
    """ln 2 = 0.6931."""
    (finding,) = said("lv", "L", "0.7", type="numeric").findings
    assert finding.rule == "rounding" and "agrees to one decimal. " in finding.message
    (finding,) = said("lv", "L", "0.69", type="numeric").findings
    assert "agrees to 2 decimals. " in finding.message


def test_zero_is_named_only_where_zeros_are_typed() -> None:
    for text, rules in (("0.02", ("cells",)), ("0", ("bias-zero",)), ("-0.0", ("bias-zero",))):
        assert said("sn", "∂C/∂b", text, type="numeric", decimals=1).rules == rules
    for text, first in (("[0, 0, 0]", "bias-zero"), ("[0.01, 0, 0.01]", "cells")):
        assert said("house", "db2", text, type="vector", decimals=1).rules[0] == first


@pytest.mark.parametrize(
    ("answer", "decimals", "few"),
    [("dW1[0,1]", 3, 0), ("dW2[1,0]", 3, 8), ("dW2[1,0]", 1, 0), ("L", 1, 0)],
)
def test_numbers_that_many_guesses_lie_near_are_given_no_name(answer: str, decimals: int, few: int) -> None:
    """dW1_12 is about −0.003: with three decimals a guess in six meets any number of that size."""
    house = scenes()["house"]
    asks = question({"type": "numeric", "answer": answer, "decimals": decimals}, Place())
    right = float(
        np.asarray(house.draw(0)[answer.partition("[")[0]])[{"dW1": (0, 1), "dW2": (1, 0)}.get(answer[:3], ())]
    )
    rng = np.random.default_rng(11)
    named = 0
    for x in rng.uniform(-2 * abs(right), 2 * abs(right), 150):
        verdict = grade(asks, f"{x:.{decimals}f}", house)
        named += any(rule in BY_ID and rule != "sign" for rule in verdict.rules)
    assert named <= few


def test_only_cells_that_differ_count_against_accident() -> None:
    """A number as large as 1 meets one within 0.1 of it once in ten; two meet two once in a hundred."""
    house = scenes()["house"].draw(0)
    right = np.array([1.0, 0.5, -0.5])
    for got, chance in ((np.array([0.0, 0.5, -0.5]), 0.1), (np.array([0.0, 0.5, 0.0]), 0.01)):
        met = AnswerSamples((Sample(house, right, got),), 0.1, relative=False)
        assert false_positive_probability(1, met) == pytest.approx(chance)
        assert false_positive_probability(7, met) == pytest.approx(7 * chance)


def test_draws_on_which_all_is_zero_tell_no_mistake_from_another() -> None:
    """Where y s > 1 the slope of a hinge is 0; −x_j differs from −y x_j by a factor only where y = −1 and y s < 1."""
    verdict = said("hinge", "∂L/∂w_j", "-x_j [y s < 1]")
    assert verdict.rules == ("missing-factor",)


def test_a_mean_is_spoken_of_where_it_stands() -> None:
    loss = said("msen", "L", "Σ_s r_s^2", type="symbolic")
    assert loss.rules == ("no-batch-mean",)
    assert "gradient" not in loss.findings[0].message
    slope = said("ridge", "∂L/∂w", "-2*X.T @ r - 2*B*λ*w", type="numpy")
    assert slope.rules == ("sign", "no-batch-mean")
    assert slope.findings[1].message.endswith("Look at what precedes Σ_s in L.")


def test_classes_are_spoken_of_where_there_are_targets() -> None:
    """Weights of a sum are shares too, and nobody says what they should be."""
    with_targets, without = said("soft", "∂E/∂s_i", "-t_i (1-q_i)"), said("attn", "∂L/∂s_i", "p_i (1-p_i) Σ_d V_id r_d")
    assert with_targets.rules[0] == without.rules[0] == "diagonal-softmax"
    assert "classes" in with_targets.findings[0].message and "classes" not in without.findings[0].message


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (("one-path", "last-path"), ("one-path",)),
        (("no-transpose", "reversed", "shape"), ("no-transpose", "shape")),
        (("no-activation-derivative", "other-quantity"), ("no-activation-derivative",)),
        (("other-quantity", "shape"), ("other-quantity", "shape")),
        (("last-path",), ("last-path",)),
    ],
)
def test_the_same_is_not_said_twice(rules: tuple[str, ...], told: tuple[str, ...]) -> None:
    findings = [Finding(rule, "") for rule in rules]
    assert tuple(finding.rule for finding in telling(findings)) == told
