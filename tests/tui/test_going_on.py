"""Enter goes on and never quits; what is typed stays with its question; keys that do nothing say what fits the room."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.widgets import Input

from bptutor.packs.lesson.outline import Pack
from bptutor.packs.library import Library
from bptutor.packs.model import Lesson, Prose, Question
from bptutor.progress.event_log import Log
from bptutor.session import QUIZ, Wants
from bptutor.tui.commands import occur
from bptutor.tui.screens.course_map import MapScreen
from bptutor.tui.screens.lesson import LessonScreen
from bptutor.tui.widgets.answer_bar import AnswerBar
from bptutor.tui.widgets.code_editor import CodeEditor, into_body
from tests.session.clock import Desk
from tests.session.fakes import ERROR_LINES, FakeLibrary
from tests.session.test_order import finish, library
from tests.tui.stage import LARGE, Stage, stage

pytestmark = pytest.mark.normal


async def behind(home: Path, lessons: FakeLibrary, *ids: str) -> None:
    """Put lessons and quizzes behind the learner, just now."""
    with desk(home, lessons).session() as session:
        for id_ in ids:
            await finish(session, id_)


def desk(home: Path, lessons: FakeLibrary) -> Desk:
    """Return a desk whose clock goes a little after that of the machine."""
    made = Desk(home, lessons)
    made.clock.time = datetime.now(UTC) - timedelta(minutes=9)
    return made


def enters(s: Stage) -> str:
    """Return the id of the room that is open; empty for the map."""
    return s.app.screen._entry.id if isinstance(s.app.screen, LessonScreen) else ""


async def test_enter_goes_through_the_course_and_never_quits(tmp_path: Path) -> None:
    lessons = library(q1="see")
    await behind(tmp_path, lessons, "first-minutes", "output-error")
    async with stage(tmp_path, "first-minutes", None, library=lessons) as s:
        await s.until("enter go on: Quiz q1")
        assert "esc stop here, saved" in s.text
        await s.press("enter")
        await s.until_true(lambda: enters(s) == f"{QUIZ}q1")
        await s.until("1/2")
        await s.press("f6")
        await s.until("2/2")
        await s.press("f6")
        await s.until("0 of 2")
        await s.until("enter go on: To read")  # what is done is passed over
        await s.press("enter")
        await s.until("Only prose.")
        await s.press("enter")
        await s.until("More prose.")
        await s.until("enter go on: Quiz q1")
        assert s.app.is_running


async def test_behind_the_last_of_all_stands_the_map_with_a_sentence(tmp_path: Path) -> None:
    await behind(tmp_path, FakeLibrary(), "first-minutes", "output-error", "reading")
    async with stage(tmp_path, "reading", None) as s:
        await s.until("enter go on")
        await s.press("enter")
        await s.until("That was the last of the course")
        assert isinstance(s.app.screen, MapScreen)
        await s.press("q")
        await s.until_true(lambda: not s.app.is_running)


async def test_at_a_rest_enter_goes_on_and_letters_are_keys(tmp_path: Path) -> None:
    questions = tuple(Question(f"q{n}", "symbolic", f"Question {n}?", answer="p") for n in range(8))
    lessons = FakeLibrary({"many": Lesson("many", "Many", questions, skills=("loss",))})
    with desk(tmp_path, lessons).session() as session:
        view = session.open("many")
        while not any(stop.id.startswith("recall:") for stop in session._here.stops):
            view = (await session.submit("p")).view if view.wants is Wants.ANSWER else session.advance()
    async with stage(tmp_path, "many", None, library=lessons) as s:
        await s.until("Once more from memory")
        await s.type("p")
        await s.press("enter")
        await s.until("✔ right")
        await s.press("m", "slash", "y", "c")  # an answer typed one Enter too early leads nowhere
        assert isinstance(s.app.screen, LessonScreen) and "✔ right" in s.text
        await s.press("enter")
        await s.until("A good place to stop.")
        assert "enter go on   esc stop here, saved" in s.text
        await s.press("enter")
        await s.until("Question ")
        assert s.app.is_running


async def test_c_on_the_map_goes_on_with_a_quiz_that_comes_next(tmp_path: Path) -> None:
    lessons = library(q1="see")
    await behind(tmp_path, lessons, "first-minutes")
    async with stage(tmp_path, None, None, library=lessons) as s:
        await s.until("c continue: Quiz q1")
        await s.press("c")
        await s.until_true(lambda: enters(s) == f"{QUIZ}q1")


async def test_a_passed_quiz_that_is_opened_and_left_is_still_passed(tmp_path: Path) -> None:
    lessons = library(q1="see")
    await behind(tmp_path, lessons, "first-minutes", f"{QUIZ}q1")
    async with stage(tmp_path, f"{QUIZ}q1", None, library=lessons) as s:
        await s.until("1/2")
        await s.press("f6")
        await s.until("2/2")
        await s.press("escape")
        await s.until("passed, again")
        await s.until("again: 1 of 2 asked")
        assert "c continue: The output error" in s.text


# --- what is typed ------------------------------------------------------------------------------------------


async def asked(s: Stage) -> None:
    await s.until("enter go on")
    await s.press("enter")
    await s.press("enter")
    await s.until("Carry the derivative")


@pytest.mark.parametrize("leave", ["f6", "escape", "f9"])
async def test_what_is_typed_is_back_when_its_question_comes_again(tmp_path: Path, leave: str) -> None:
    log = Log.open(tmp_path)
    async with stage(tmp_path, "output-error", log=log) as s:
        await asked(s)
        await s.type("y_k")
        await s.press("f2", leave)
        await s.until_any(("Insert it and cancel.", "continue:"))
    assert log.drafts("fake", "output-error")[ERROR_LINES[1]] == "y_k"
    log.close()


async def test_other_numbers_keep_what_is_typed_and_take_back_what_was_said_of_it(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await asked(s)
        await s.type("p_i")
        await s.press("enter")
        await s.until("✗ wrong")
        await s.type("b")
        await s.press("f5")
        await s.until_true(lambda: "seed 7 " not in s.text)
        assert "> p_ib" in s.text and "wrong" not in s.text
        await s.press("f2")
        await s.until("hint 1/3")
        assert "> p_ib" in s.text


async def test_a_program_is_kept_while_something_easier_is_asked(tmp_path: Path) -> None:
    code = Library.open(Path(__file__).parents[1] / "data" / "packs" / "valid" / "code").lesson("code")
    program = next(block for block in code.blocks if isinstance(block, Question) and block.code is not None)
    first = Question("first", "numpy", "First?", answer="p", skills=("loss",))
    lessons = FakeLibrary(
        {"mixed": Lesson("mixed", "Mixed", (first, replace(program, skills=("loss",))), scene=code.scene)}
    )
    async with stage(tmp_path, "mixed", library=lessons) as s:
        await s.until("First?")
        await s.paste("p")
        await s.enter()
        await s.until("enter go on")
        await s.enter()
        await s.until("F8 run it")
        await s.until_true(lambda: isinstance(s.app.focused, CodeEditor))
        await s.type("return q")
        await s.press("f11")
        await s.until("Something easier first")
        await s.paste("p")
        await s.enter()
        await s.until("enter go on")
        await s.enter()
        await s.until("return q")


async def test_a_function_is_begun_in_its_body(tmp_path: Path) -> None:
    code = Library.open(Path(__file__).parents[1] / "data" / "packs" / "valid" / "code")
    async with stage(tmp_path, "code", library=code) as s:
        await s.until("enter go on")
        await s.press("enter")
        await s.until("F8 run it")
        assert s.app.screen.query_one(CodeEditor).cursor_location[1] == 4
    assert into_body("def f(x):") == "def f(x):\n    "
    assert into_body('def f(x):\n    """Doc."""\n\n') == 'def f(x):\n    """Doc."""\n    '
    assert into_body("x = 1\n") == "x = 1\n"


# --- keys that do nothing here ------------------------------------------------------------------------------


async def test_a_quiz_offers_no_hint_and_every_refusal_fits_it(tmp_path: Path) -> None:
    async with stage(tmp_path, f"{QUIZ}q1", None, library=library(q1="see")) as s:
        await s.until("1/2")
        await s.until_true(lambda: isinstance(s.app.focused, AnswerBar))
        for key in ("enter", "f2", "f4", "f5", "f11"):
            await s.press(key)
            await s.until_any(("Nothing is typed yet", "A quiz "))
            notice = next(row for row in s.rows if "Nothing is typed" in row or "A quiz " in row)
            assert not any(offer in notice for offer in ("F2", "F4", "F5"))
        assert not any(offer in s.rows[-1] for offer in ("F2", "F4", "F5"))


async def test_an_empty_review_says_so_and_offers_no_other_numbers(tmp_path: Path) -> None:
    async with stage(tmp_path, "~review", None) as s:
        await s.until("Nothing is due now.")
        assert "F5" not in s.text
        await s.press("f5")
        await s.until("A review asks what is due")


async def test_an_answered_question_stays_answered_where_there_are_no_other_numbers(tmp_path: Path) -> None:
    question = Question("q", "symbolic", "Twice?", answer="p")
    lessons = FakeLibrary({"one": Lesson("one", "One", (question, Prose("The end.")), skills=("loss",))})
    async with stage(tmp_path, "one", library=lessons) as s:
        await s.until("Twice?")
        await s.type("p")
        await s.press("enter")
        await s.until("✔ right")
        title = s.rows[0]
        await s.press("f5")
        await s.until("There are no other numbers here")
        assert "✔ right" in s.text and s.rows[0] == title


async def test_the_palette_finds_lessons_and_quizzes_and_says_when_it_finds_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path, "reading", None, size=LARGE, library=library(q1="see")) as s:
        await s.until("Only prose.")
        for typed, found in (("q1", "Quiz q1"), ("output-err", "The output error"), ("zzz", "nothing found for zzz")):
            await s.press("ctrl+p")
            await s.until_true(lambda: bool(s.app.screen.query(Input)))
            await s.type(typed)
            await s.until(found)
            await s.press("escape")
            await s.until_true(lambda: isinstance(s.app.screen, LessonScreen))
        await s.press("ctrl+p")
        await s.until_true(lambda: bool(s.app.screen.query(Input)))
        await s.type("output error")
        await s.until("The output error")
        await s.press("down", "enter")
        await s.until("The output error needs: First ten minutes.")
        assert s.app._open_lesson is not None and s.app._open_lesson._entry.id == "output-error"


def test_a_search_needs_every_word() -> None:
    assert occur(["back"], "Back to the map")
    assert occur(["map", "back"], "Back to the map")
    assert not occur(["theme"], "Back to the map")
    assert not occur(["bk"], "Back to the map")
    assert not occur([], "Back to the map")


async def test_a_page_opens_in_place_of_a_page(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await s.until("enter go on")
        await s.press("f1")
        await s.until("Keys")
        await s.press("f10")
        await s.until("Symbols")
        await s.press("f12")
        await s.until("Progress")
        await s.press("escape")
        await s.until("enter go on")
        assert isinstance(s.app.screen, LessonScreen)


async def test_t_says_what_it_does_and_marks_nothing(tmp_path: Path) -> None:
    lessons = FakeLibrary()
    lessons.lessons["code"] = Lesson("code", "Arrays", (Prose("Arrays."),), chapter="code")
    await behind(tmp_path, lessons, "first-minutes", "code")
    async with stage(tmp_path, "code", None, library=lessons) as s:
        await s.until("enter go on: The output error")
        assert "I know the mathematics" not in s.text  # the chapter lies behind
        await s.press("t")
        assert isinstance(s.app.screen, LessonScreen)
    async with stage(tmp_path, "first-minutes", None, library=WithCode(lessons.lessons)) as s:
        await s.until("t I know the mathematics: show Code")
        await s.press("t")
        await s.until("Here begins Code: enter opens it. Nothing was marked as done")


class WithCode(FakeLibrary):
    """Its last lesson stands in a chapter on code."""

    @property
    def pack(self) -> Pack:
        return replace(super().pack, chapters={"see": "See", "why": "Why", "code": "Code"})
