"""What earlier tries mean: a wrong value that the learner went on with, and the same mistake a second time."""

from __future__ import annotations

import json
from pathlib import Path

from bptutor.grading.grade import grade
from bptutor.grading.verdict import Finding, Mark, Verdict
from bptutor.packs.model import Lesson, Question
from bptutor.packs.scene.scene import Scene
from bptutor.progress.event import Event, EventKind
from bptutor.session.steps import attempts
from bptutor.session.steps.lesson_state import Walk
from bptutor.session.steps.lesson_steps import cut
from bptutor.session.steps.step_standing import Standing

HOUSE = json.loads((Path(__file__).parents[1] / "data" / "grading" / "scenes.json").read_text(encoding="utf-8"))[
    "house"
]
SCENE = Scene.from_mapping(HOUSE)
FIRST = Question("first", "vector", answer="dz2")
NEXT = Question("next", "matrix", answer="dW2")
WORDS = Question("words", "symbolic", answer="p - y")


def walk(*events: Event) -> Walk:
    lesson = Lesson("house", "House", (FIRST, NEXT, WORDS), SCENE)
    return Walk.replay(cut(lesson), (Event(EventKind.OPENED, "house", seed=3), *events))


def answered(stop: str, text: str, mark: Mark, seed: int = 3) -> Event:
    return Event(EventKind.ANSWERED, "house", stop=stop, seed=seed, text=text, mark=mark.value)


SKIPPED = Event(EventKind.SKIPPED, "house", stop="first", seed=3)


def test_a_wrong_value_that_was_left_standing_is_carried() -> None:
    here = walk(answered("first", "[1, 2, 3]", Mark.WRONG), SKIPPED)
    assert attempts.earlier(here, SCENE) == {"dz2": [1.0, 2.0, 3.0]}
    text = "[[0.450, 0.475], [0.900, 0.950], [1.350, 1.425]]"  # 1, 2, 3 times a1 = (0.450166, 0.475021)
    assert grade(NEXT, text, SCENE, 3, attempts.earlier(here, SCENE)).mark is Mark.RIGHT_FROM_EARLIER
    assert grade(NEXT, text, SCENE, 3).mark is Mark.WRONG


def test_what_was_put_right_or_seen_or_is_of_other_numbers_is_not_carried() -> None:
    wrong = answered("first", "[1, 2, 3]", Mark.WRONG)
    for events in (
        (wrong,),
        (wrong, answered("first", "[0.3, -0.6, 0.3]", Mark.RIGHT), SKIPPED),
        (wrong, Event(EventKind.REVEALED, "house", stop="first", seed=3)),
        (answered("first", "[1, 2, 3]", Mark.WRONG, seed=4), SKIPPED),
        (answered("first", "no numbers", Mark.WRONG), SKIPPED),
        (answered("words", "y - p", Mark.WRONG), Event(EventKind.SKIPPED, "house", stop="words", seed=3)),
    ):
        assert attempts.earlier(walk(*events), SCENE) == {}, events
    assert attempts.earlier(walk(wrong, SKIPPED), None) == {}


def test_a_second_identical_try_points_to_the_place_in_numbers() -> None:
    verdict = grade(WORDS, "y - p", SCENE, 3)
    told, *_ = verdict.findings
    assert told.rule == "sign" and told.again
    once = Standing(tries=1, wrong="y - p", wrong_seed=3)
    assert attempts.repeated(verdict, "y-p", once, 3) == verdict
    again = attempts.repeated(verdict, " y - p", once, 3)
    assert again.findings[0].message == told.again and "On these numbers" in told.again
    assert again.findings[0].rule == "sign"
    assert attempts.repeated(verdict, "y - p", once, 4) == verdict
    plain = Verdict(Mark.WRONG, findings=(Finding("cells", "One cell differs. Look at it."),))
    assert attempts.repeated(plain, "1", Standing(wrong="1", wrong_seed=0), 0) == plain
