"""What people write who meet the notation for the first time, and what is said to them: facts, on the numbers shown."""

from __future__ import annotations

import pytest

from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark, Verdict
from bptutor.packs.model import Place, Question
from bptutor.packs.question_types.read import question
from bptutor.packs.question_types.rule import WHY
from bptutor.packs.scene.scene import Scene

SCENE = Scene.from_mapping(
    {
        "sizes": {"K": "3", "D": "2"},
        "given": {
            "p": {"axes": ["K"], "value": [0.2, 0.3, 0.5]},
            "y": {"axes": ["K"], "value": [0, 1, 0]},
            "a": {"axes": ["D"], "value": [0.5, 2]},
            "c": {"value": 3},
            "r": {"value": 0.25},
        },
    }
)


def asked(kind: str, answer: str, **more: object) -> Question:
    return question({"type": kind, "answer": answer, **more}, Place())


def said(verdict: Verdict) -> str:
    return " ".join(finding.message for finding in verdict.said)


HOLE = {"line": "p_i (1 - ?)"}


@pytest.mark.parametrize("text", ["p", "p_i", "1 - (1 - p)"])
def test_a_hole_takes_an_array_without_its_letters(text: str) -> None:
    assert grade(asked("fill", "p_i", **HOLE), text, SCENE).mark is Mark.RIGHT


@pytest.mark.parametrize("text", ["p_i (1 - p_i)", "p_i - p_i^2", "p*(1 - p)"])
def test_the_whole_line_is_as_good_as_what_stands_in_its_hole(text: str) -> None:
    assert grade(asked("fill", "p_i", **HOLE), text, SCENE).mark is Mark.RIGHT


def test_what_is_neither_the_part_nor_the_line_is_wrong() -> None:
    assert grade(asked("fill", "p_i", **HOLE), "y", SCENE).mark is Mark.WRONG


def test_the_witness_is_on_the_numbers_shown_where_they_tell() -> None:
    finding = grade(asked("symbolic", "p_i - y_i"), "p_2 - y_2", SCENE, seed=3).findings[0]
    assert finding.values["p"] == [0.2, 0.3, 0.5]
    assert "it is 0.2 and yours is −0.7 at i = 1" in finding.message


def test_the_witness_is_on_other_numbers_where_those_shown_hide_it() -> None:
    finding = grade(asked("symbolic", "r"), "c/12", SCENE).findings[0]
    assert finding.values["c"] != 3


def test_the_witness_is_no_place_that_rounding_explains() -> None:
    assert "at i = 2" in said(grade(asked("symbolic", "p_i - y_i"), "0.2004", SCENE))


def test_shapes_that_do_not_pair_are_said_in_the_sizes_shown() -> None:
    assert "(3,) and (2,) do not pair" in said(grade(asked("numpy", "np.outer(p, a)"), "p - y*a", SCENE))


@pytest.mark.parametrize(
    ("kind", "answer", "text", "message"),
    [
        ("numpy", "np.outer(p, a)", "p", "Your answer has shape (3,), what is asked has shape (3, 2)."),
        ("numpy", "p - y", "r", "Your answer is one number, what is asked has shape (3,)."),
        ("symbolic", "p_i - y_i", "np.outer(p, p)", "what is asked has an entry for each i."),
    ],
)
def test_another_shape_is_said_in_the_sizes_shown(kind: str, answer: str, text: str, message: str) -> None:
    assert message in said(grade(asked(kind, answer), text, SCENE))


def test_a_number_that_is_typed_is_no_quantity_that_equals_it_by_chance() -> None:
    assert "This is" not in said(grade(asked("symbolic", "p_2 r"), "3", SCENE))


@pytest.mark.parametrize(
    ("answer", "text", "message"),
    [
        ("c + r", "-3.25", "the other sign. Look at each minus."),
        ("c + r", "6.5", "twice what is asked, or half of it."),
        ("p_2", "3", "more than 0.0005 away"),  # c is 3 too, by chance
    ],
)
def test_of_a_number_nothing_is_said_that_speaks_of_slopes(answer: str, text: str, message: str) -> None:
    assert message in said(grade(asked("numeric", answer), text, SCENE))


def test_a_percent_sign_is_answered_with_a_number_to_write() -> None:
    error = grade(asked("symbolic", "p_i"), "20 %", SCENE).error
    assert error is not None
    assert "percent" in error.message


@pytest.mark.parametrize(("prompt", "has_line"), [("Which rule comes first?", False), ("", False), (WHY, True)])
def test_a_rule_asked_by_itself_has_no_line_above(prompt: str, has_line: bool) -> None:
    rule = asked("rule", "sum-rule", options=["sum-rule", "product-rule"], prompt=prompt)
    assert ("line above" in said(grade(rule, "product-rule", SCENE))) is has_line


MENU = [{"text": "it rises"}, {"text": "it falls", "right": True}, {"text": "it stays as it was"}]


@pytest.mark.parametrize(
    ("text", "mark"), [("falls", Mark.RIGHT), ("Falls.", Mark.RIGHT), ("rises", Mark.WRONG), ("it", Mark.UNREADABLE)]
)
def test_a_choice_is_taken_by_words_that_only_it_has(text: str, mark: Mark) -> None:
    assert grade(question({"type": "choice", "choices": MENU}, Place()), text, None).mark is mark


SHARES = Scene.from_mapping(
    {
        "sizes": {"K": "3"},
        "given": {"m": {"axes": ["K"], "value": [1, 9, 13]}, "t": {"axes": ["K"], "value": [1, 0, 0]}},
        "define": {"q_i": "m_i/Σ_k m_k", "L": "-Σ_k t_k log q_k"},
    }
)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("3.135", Mark.RIGHT),  # log 23
        ("3.147", Mark.RIGHT),  # -log 0.043, and the screen shows 0.043
        ("3.141", Mark.WRONG),
        ("3.170", Mark.WRONG),  # -log 0.042
    ],
)
def test_a_number_made_of_the_digits_shown_is_right(text: str, mark: Mark) -> None:
    verdict = grade(asked("numeric", "L"), text, SHARES)
    assert verdict.mark is mark
    assert ("With all digits it is 3.135." in said(verdict)) is (text == "3.147")


def test_digits_that_the_question_prints_itself_are_all_there() -> None:
    question = asked("numeric", "L", prompt="The share is {{ q_1 | 6 }}. What is the loss?")
    assert grade(question, "3.147", SHARES).mark is Mark.WRONG


def test_a_number_that_is_asked_is_not_rounded_before_it_is_compared() -> None:
    assert grade(asked("numeric", "q_1", decimals=4), "0.043", SHARES).mark is Mark.WRONG
