"""What has another name today goes on under it; a record of old is still understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bptutor.progress.code_export import program
from bptutor.progress.event import Event, EventKind
from bptutor.progress.event_log import Log
from bptutor.progress.record.memory import cards, mastery
from bptutor.session import ShownQuestion, Wants
from bptutor.session.attempt import OTHER_FORM
from bptutor.session.session import Session
from tests.session.changing import LINES, PACK, Desk, on, said, walked, written
from tests.session.fakes import FakeGrader

pytestmark = pytest.mark.normal

QUIZ = "~quiz/test"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    found = Log.open(tmp_path)
    yield found
    found.close()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def session(desk: Desk, log: Log) -> Session:
    return Session(desk.library(), log, FakeGrader())


RENAMED = {
    "lesson": [("walk.md", "id: walk", "id: stroll\nwas: [walk]"), ("pack.yaml", "[walk,", "[stroll,")],
    "pack": [("pack.yaml", "id: lines", "id: all-lines\nwas: [lines]")],
    "question": [("walk.md", "id: height", "id: level\nwas: height")],
    "all of them": [
        ("walk.md", "id: walk", "id: stroll\nwas: [walk]"),
        ("pack.yaml", "[walk,", "[stroll,"),
        ("pack.yaml", "id: lines", "id: all-lines\nwas: [lines]"),
        ("walk.md", "id: height", "id: level\nwas: [height]"),
        ("walk.md", "id: program", "id: code\nwas: [program]"),
        ("walk.md", "id: steps", "id: way\nwas: [steps]"),
    ],
}
"""What is renamed -> how the author says so."""


@pytest.mark.parametrize("what", RENAMED)
@pytest.mark.parametrize("stops", [2, 3, 4])
async def test_place_seed_and_draft_follow_a_new_name(desk: Desk, log: Log, what: str, stops: int) -> None:
    first = session(desk, log)
    view, _ = await walked(first, "walk", stops)
    if view.wants is Wants.ANSWER:
        first.keep_draft("half of it")
    before = first.view()
    for edit in RENAMED[what]:
        desk.edit(*edit)
    again = session(desk, log)
    id_ = "walk" if what in {"pack", "question"} else "stroll"
    found = again.where_to_continue()
    after = again.open(id_)
    assert found == (id_, before.stop, "A walk")
    assert (after.stop, after.seed, after.draft, written(after)) == (
        before.stop,
        before.seed,
        before.draft,
        written(before),
    )


@pytest.mark.parametrize("what", RENAMED)
async def test_the_program_follows_a_new_name(desk: Desk, log: Log, what: str) -> None:
    await walked(session(desk, log), "walk")
    for edit in RENAMED[what]:
        desk.edit(*edit)
    made = program(log, desk.library())
    assert [one.name for one in made.written] == ["line"]


async def test_a_lesson_of_another_name_is_new_where_it_is_not_said(desk: Desk, log: Log) -> None:
    await walked(session(desk, log), "walk")
    desk.edit("walk.md", "id: walk", "id: stroll")
    desk.edit("pack.yaml", "[walk,", "[stroll,")
    again = session(desk, log)
    assert again.open("stroll").stop == 1
    assert {event.lesson for event in log.events()} == {"walk", "stroll"}


async def test_a_skill_of_another_name_keeps_its_standing_and_its_card(desk: Desk, log: Log) -> None:
    await walked(session(desk, log), "walk")
    held, card = mastery(log, "lines")["slope"], cards(log, "lines")["slope"]
    desk.edit("pack.yaml", "slope: Slopes", "rise: {title: Rises, was: [slope]}")
    desk.edit("walk.md", "skills: [slope]", "skills: [rise]")
    session(desk, log)
    assert "slope" not in mastery(log, "lines")
    assert mastery(log, "lines")["rise"] == replace(held, skill="rise")
    assert cards(log, "lines")["rise"].due == card.due


async def test_a_pack_takes_back_what_another_took_that_says_it_was_this_one(desk: Desk, log: Log) -> None:
    view, _ = await walked(session(desk, log), "walk", 4)
    desk.edit("pack.yaml", "id: lines", "id: fork\nwas: [lines]")
    assert session(desk, log).open("walk").stop == view.stop
    (desk.pack / "pack.yaml").write_text(PACK, encoding="utf-8")
    assert session(desk, log).open("walk").stop == view.stop
    assert {(event.pack, bool(event.renamed)) for event in log.events()} == {("lines", False)}


async def test_an_event_keeps_what_it_said_at_first(desk: Desk, log: Log) -> None:
    await walked(session(desk, log), "walk", 3)
    for edit in RENAMED["all of them"]:
        desk.edit(*edit)
    session(desk, log)
    events = list(log.events())
    assert {(event.pack, event.lesson) for event in events} == {("all-lines", "stroll")}
    assert all(event.renamed == {"pack": "lines", "lesson": "walk"} for event in events)
    assert [Event.from_json(event.to_json()) for event in events] == events


# --- quizzes and banks --------------------------------------------------------------------------------


CHANGED = {
    "nothing": [],
    "a quiz of another name": [("test.md", "id: test", "id: exam\nwas: [test]")],
    "a bank of another name": [("banks/more.yaml", "title: More", "title: More\nwas: [more]")],
    "a line before": [("walk.md", "lines:\n", "lines:\n  - math: ∂z/∂w\n")],
    "a lesson of another name": RENAMED["lesson"],
    "a bank's question of another name": [("banks/more.yaml", "id: two,", "id: couple, was: [two],")],
}


@pytest.mark.parametrize("name", CHANGED)
@pytest.mark.parametrize("done", [1, 2, 4])
async def test_a_quiz_that_was_begun_goes_on(desk: Desk, log: Log, name: str, done: int) -> None:
    view, asked = await walked(session(desk, log), QUIZ, done)
    for edit in CHANGED[name]:
        desk.edit(*edit)
    id_ = "~quiz/exam" if "quiz" in name else QUIZ
    if "bank of" in name:
        (desk.pack / "banks/more.yaml").rename(desk.pack / "banks/rest.yaml")
        desk.edit("test.md", "bank: more", "bank: rest")
    if "lesson of" in name:
        desk.edit("test.md", "{lesson: walk,", "{lesson: stroll,")
    again, left = await walked(session(desk, log), id_, seed=None)
    assert len(asked) + len(left) == view.stops == again.stops == 5
    assert again.wants is Wants.FINISHED


@pytest.mark.parametrize("gone", ["bank", "quiz", "lesson"])
async def test_what_a_quiz_has_no_more_is_left_out(desk: Desk, log: Log, gone: str) -> None:
    await walked(session(desk, log), QUIZ, 2)
    if gone == "bank":
        desk.edit("banks/more.yaml", '  - {id: three, type: numeric, prompt: How much is three?, answer: "3"}\n', "")
    elif gone == "quiz":
        desk.edit("test.md", "  - {lesson: other}\n", "")
    else:
        desk.edit("pack.yaml", "[walk, other]", "[walk]")
    again, asked = await walked(session(desk, log), QUIZ, seed=None)
    assert again.wants is Wants.FINISHED
    assert len(asked) == {"bank": 2, "quiz": 3, "lesson": 2}[gone]


# --- records of old ---------------------------------------------------------------------------------------


def of_old(event: Event, names: dict[str, str]) -> Event:
    """Return an event as it was written before stops were called by what stands there."""
    return replace(event, stop=names.get(event.stop, event.stop), version="", prompt="", chosen=(), key=(), through=())


async def test_a_record_of_old_is_understood(desk: Desk, tmp_path: Path, log: Log) -> None:
    view, _ = await walked(session(desk, log), "walk")
    course = session(desk, log).rounds.cut(desk.library().lesson("walk"))
    names = {today: old for old, today in course.renamed.items()}
    assert sorted(names.values()) == ["nudge-2", "rest-1", "steps.1", "steps.2", "steps.3"]
    old = Log.open(tmp_path / "old")
    old.append(*(of_old(event, names) for event in log.events()))
    again, asked = await walked(session(desk, old), "walk", seed=None)
    assert asked == []
    assert written(again) == written(view)
    old.close()


async def test_what_is_typed_stays_with_its_line(desk: Desk, log: Log) -> None:
    first = session(desk, log)
    view, _ = await walked(first, "walk", 6)
    while view.question is None or view.question.answer != "x":
        view = await on(first, view)
    first.keep_draft("half")
    desk.edit("walk.md", *LINES)
    again = session(desk, log)
    view = again.open("walk")
    assert view.question is not None
    assert (view.question.answer, view.draft) == ("1 ∂(w x + b)/∂w", "")
    while view.question is None or view.question.answer != "x":
        view = await on(again, view)
    assert view.draft == "half"


async def test_a_later_line_that_was_reached_stays_reached(desk: Desk, log: Log) -> None:
    first = session(desk, log)
    view, _ = await walked(first, "walk", 6)
    while view.question is None or view.question.answer != "∂(w x)/∂w + ∂b/∂w":
        view = await on(first, view)
    await first.submit("x")
    desk.edit("walk.md", *LINES)
    view, asked = await walked(session(desk, log), "walk", seed=None)
    assert asked == ["program"]
    assert [one.about for one in written(view)].count("x") == 1
    assert "1 ∂(w x + b)/∂w" not in [one.about for one in written(view)]


async def test_an_answer_to_what_was_never_there_counts_for_nothing(desk: Desk, log: Log) -> None:
    answered = Event(EventKind.ANSWERED, "walk", "lines", "steps.99", text="x", mark="right", reached=7)
    log.append(Event(EventKind.OPENED, "walk", "lines", seed=3), replace(answered, through=("a", "b")))
    assert session(desk, log).open("walk").stop == 1


# --- how it is shown ------------------------------------------------------------------------------------------


async def shown_after(desk: Desk, log: Log, *edits: tuple[str, str, str]) -> ShownQuestion:
    await walked(session(desk, log), "walk")
    for edit in edits:
        desk.edit(*edit)
    pieces = session(desk, log).open("walk").shown
    return next(piece for piece in pieces if isinstance(piece, ShownQuestion))


async def test_a_choice_that_is_still_there_is_shown_in_its_new_place(desk: Desk, log: Log) -> None:
    first = "  - {text: it rises, right: true}\n"
    found = await shown_after(desk, log, ("walk.md", first, "  - {text: it turns}\n" + first))
    assert said(found) == "it rises"
    assert len(found.question.choices) == 4
    assert found.question.solution


async def test_what_was_asked_otherwise_is_shown_as_it_was_asked(desk: Desk, log: Log) -> None:
    found = await shown_after(desk, log, ("walk.md", "text: it rises", "text: it climbs"))
    assert found.answer == "it rises"
    assert found.question.prompt.startswith(OTHER_FORM)
    assert not found.question.choices
    assert not found.question.solution


async def test_numbers_that_are_others_today_are_shown_as_they_were(desk: Desk, log: Log) -> None:
    before = await shown_after(desk, log)
    desk.edit("walk.md", "from: 1, to: 9", "from: 100, to: 900")
    pieces = session(desk, log).open("walk").shown
    found = next(piece for piece in pieces if isinstance(piece, ShownQuestion))
    assert found.question.prompt == f"{OTHER_FORM}\n\n{before.question.prompt}"
