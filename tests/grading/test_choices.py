from __future__ import annotations

import pytest

from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark
from bptutor.packs.model import Choice, Question
from bptutor.session.view.question_view import Asked

LINES = Question("o", "order", lines=("one", "two", "three", "four", "five"))


def test_a_minus_in_a_choice_counts() -> None:
    menu = Question("q", "choice", choices=(Choice("1"), Choice("-1", right=True)))
    assert grade(menu, "-1", None).mark is Mark.RIGHT
    assert grade(menu, "−1", None).mark is Mark.RIGHT
    assert grade(menu, "1", None).mark is Mark.WRONG


def test_letter_case_counts_where_it_tells_choices_apart() -> None:
    menu = Question("q", "choice", choices=(Choice("W x"), Choice("w x", right=True), Choice("z")))
    assert grade(menu, "w x", None).mark is Mark.RIGHT
    assert grade(menu, "W x", None).mark is Mark.WRONG
    assert grade(menu, "Z", None).mark is Mark.WRONG


def test_the_first_misplaced_line_is_shown() -> None:
    verdict = grade(LINES, "1,3,2,4,5", None)
    assert verdict.findings[0].where == (1,)
    assert "Line 2 of your order" in verdict.findings[0].message


@pytest.mark.parametrize("seed", range(6))
def test_a_line_is_named_by_its_place_in_what_was_typed_however_the_lines_are_shuffled(seed: int) -> None:
    asked = Asked.of(LINES, seed)
    shown = asked.shown(str).lines
    typed = ",".join(str(shown.index(line) + 1) for line in ("one", "two", "four", "three", "five"))
    verdict = grade(LINES, asked.for_grading(typed), None)
    assert verdict.findings[0].message.startswith("Line 3 of your order ")


@pytest.mark.parametrize("text", ["7", "1,9", "one", "1,1", "½"])
def test_what_names_no_line_is_unreadable(text: str) -> None:
    assert grade(LINES, text, None).mark is Mark.UNREADABLE


RULES = Question("r", "rule", answer="product-rule", options=("product-rule", "quotient-rule", "power-rule"))


@pytest.mark.parametrize(("text", "right"), [("product", True), ("Product", True), ("quotient", False), ("a", True)])
def test_the_beginning_of_a_rule_names_it(text: str, right: bool) -> None:
    assert (grade(RULES, text, None).mark is Mark.RIGHT) is right


def test_a_beginning_that_two_rules_share_names_none() -> None:
    rules = Question("r", "rule", answer="sum-rule", options=("sum-rule", "sum-sign", "chain-rule"))
    assert grade(rules, "sum", None).mark is Mark.UNREADABLE
