"""Lines that may be wrong: how their numbers are typed, and that what is said of one line is true of it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from bptutor.grading.answer.submission import make
from bptutor.grading.grade import grade, preview
from bptutor.grading.types import of
from bptutor.grading.verdict import Mark, Verdict
from bptutor.packs.lesson.stop_ids import mark
from bptutor.packs.model import Choice, Question
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene
from bptutor.session.attempt import is_other, key

SCENE = Scene.from_mapping(
    {
        "sizes": {"K": "3", "J": "2"},
        "given": {"a": {"axes": ["J"]}, "W": {"axes": ["K", "J"]}, "y": {"axes": ["K"], "draw": "one-hot"}},
        "define": {"z": "W @ a", "p": "softmax(z)", "L": "-Σ_k y_k log p_k"},
    }
)


def asked(*lines: str, wrong: list[int], **more: object) -> Question:
    return question({"type": "wrong-line", "id": "q", "lines": list(lines), "wrong": wrong, **more})


STEPS = asked("p_i - y_i", "-(y_i - p_i)", "y_i - p_i", "-(p_i - y_i)", "p_i + y_i", wrong=[3, 5])
HOLDS = asked("p_i - y_i", "-(y_i - p_i)", "p_i - y_i + 0", wrong=[])
CODE = asked(
    "d = p - y",
    "W = W - 0.1 * np.outer(d, a)",
    "g = W.T @ d; dW = np.outer(a, d)",
    wrong=[2, 3],
    means={"d": "∂L/∂z", "g": "∂L/∂a", "dW": "∂L/∂W"},
    say={1: "Look at what softmax makes of the loss."},
)


def answer(one: Question, text: str) -> Verdict:
    return grade(one, text, SCENE, 3)


@pytest.mark.parametrize(
    "text",
    [
        "3,5",
        "5, 3",
        "3 and 5",
        "lines 3 and 5",
        "35",
        "3; 5",
        "Line 3, line 5.",
        "third and fifth",
        "three, five",
        "`3,5`",
    ],
)
def test_the_numbers_may_come_in_any_order_and_in_words(text: str) -> None:
    verdict = answer(STEPS, text)
    assert (verdict.mark, verdict.read_as) == (Mark.RIGHT, "lines 3 and 5")
    assert preview(STEPS, SCENE, text).read_as == "lines 3 and 5"


@pytest.mark.parametrize(
    "text",
    ["none", "None.", "all follow", "they all follow", "no line", "every line follows", "all lines are right", "[]"],
)
def test_that_every_line_follows_may_be_said_in_words(text: str) -> None:
    assert answer(HOLDS, text).mark is Mark.RIGHT
    assert answer(STEPS, text).mark is Mark.WRONG


def test_a_line_may_be_typed_out() -> None:
    assert answer(asked("p_i - y_i", "y_i - p_i", wrong=[2]), "y_i-p_i").mark is Mark.RIGHT
    assert answer(CODE, "d = p - y").read_as == "line 1"


@pytest.mark.parametrize(
    "text",
    [
        *("0", "6", "1", "9" * 99, "35e7", "3, x", "½", "-", "p_i", "all", "not 3", "all but 3", "line 3 follows"),
        *("all do not follow", "none follows", "no line is right"),
    ],
)
def test_what_names_no_line_is_unreadable(text: str) -> None:
    verdict = answer(STEPS, text)
    assert verdict.mark is Mark.UNREADABLE
    assert verdict.error is not None and (verdict.error.help or "nothing stands above" in verdict.error.message)


def test_a_line_that_follows_is_said_to_and_the_wrong_one_is_not_given_away() -> None:
    first = answer(STEPS, "2,3").findings[0]
    assert first.message.startswith("Line 2 follows: it equals line 1, proved.")
    assert not re.search(r"\b[35]\b", first.message)
    left_out = answer(STEPS, "5").findings[0]
    assert left_out.message.startswith("Line 5 does not follow, and is not all.")
    assert "3" not in left_out.message


def test_a_second_try_is_told_the_lines_in_numbers() -> None:
    values = SCENE.draw(3)
    truth = np.asarray(values["p"] - values["y"], dtype=float)
    said = answer(STEPS, "2").findings[0].again
    place = int(re.findall(r"i = (\d)", said)[0]) - 1
    numbers = [float(text.replace("−", "-")) for text in re.findall(r"line \d: (−?\d[\d.e−]*\d)", said)]
    total = float(np.asarray(values["p"] + values["y"], dtype=float)[place])
    assert numbers == pytest.approx([truth[place], truth[place], -truth[place], -truth[place], total], rel=1e-3)


def test_a_line_of_a_program_is_tried_with_right_values_of_what_it_reads() -> None:
    said = answer(CODE, "1").findings[0].message
    assert said == "Line 1 gives the right d from right values of what it reads, proved. " + CODE.wrong[0][1]
    assert answer(CODE, "2,3").mark is Mark.RIGHT
    assert answer(CODE, "2").findings[0].message.startswith("Line 2 does not follow, and is not all.")


def test_an_update_that_nothing_reads_is_not_said_to_be_compared() -> None:
    one = asked("d = y - p", "W = W - 0.1 * np.outer(d, a)", wrong=[1], means={"d": "∂L/∂z"})
    assert answer(one, "2").findings[0].message.startswith("Line 2 overwrites nothing that a later line reads.")


@pytest.mark.parametrize(
    ("wrong", "text", "expected"),
    [
        ([2], "3", Mark.UNDECIDED),
        ([], "3", Mark.UNDECIDED),
        ([2], "none", Mark.UNDECIDED),
        ([3], "2", Mark.WRONG),
        ([3], "none", Mark.WRONG),
        ([], "2", Mark.WRONG),
    ],
)
def test_nothing_is_called_wrong_where_computing_and_the_author_disagree(
    wrong: list[int], text: str, expected: Mark
) -> None:
    """Line 2 follows and line 3 does not, whatever the author says."""
    assert answer(asked("p_i - y_i", "-(y_i - p_i)", "y_i - p_i", wrong=wrong), text).mark is expected


def test_the_first_line_may_be_wrong_where_the_goal_stands_above_it() -> None:
    one = asked("y_i - p_i", "-(p_i - y_i)", wrong=[1], goal="∂L/∂z_i")
    assert answer(one, "1").mark is Mark.RIGHT
    assert list(of(one).faults(make(one, "", SCENE))) == []


def test_shapes_that_do_not_fit_do_not_follow() -> None:
    one = asked("Wᵀ (p - y)", "W (p - y)", wrong=[2])
    assert list(of(one).faults(make(one, "", SCENE))) == []
    assert answer(one, "2").mark is Mark.RIGHT


# --- it was a menu once ------------------------------------------------------------------------------------------


def test_who_answered_it_as_a_menu_has_answered_it() -> None:
    for text in ("line 2", "in line 2", "line 2: `d = y - p`"):
        menu = Question("q", "choice", choices=(Choice(text, right=True), Choice("line 3")))
        today = asked("p - y", "d = y - p", "p", wrong=[2])
        assert not is_other(today, key(menu))
        assert is_other(asked("p - y", "d = y - p", "p", wrong=[3]), key(menu))
    assert is_other(asked("p - y", "p", wrong=[2]), (mark("choice"), mark("something else")))


def test_lines_in_other_words_are_the_same_question_and_other_wrong_lines_are_not() -> None:
    kept = key(STEPS)
    assert not is_other(asked(*STEPS.lines[:4], "y_i + p_i", wrong=[3, 5]), kept)
    assert is_other(asked(*STEPS.lines, wrong=[3]), kept)
