"""The other rooms on the screen: what is due, a quiz, what a lesson needs, the pages to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from bptutor.progress.event_log import Log
from bptutor.session import Wants
from tests.session.clock import Desk, through
from tests.session.test_rounds import library
from tests.tui.stage import LARGE, stage

pytestmark = pytest.mark.normal


async def learned(home: Path, **back: float) -> None:
    """Put a lesson behind the learner, some time ago."""
    desk = Desk(home)
    desk.clock.pass_by(**{key: -value for key, value in back.items()})
    with desk.session() as session:
        await through(session, session.open("first-minutes"), Wants.FINISHED)


async def test_coming_back_starts_with_what_is_due_and_leads_to_the_lesson(tmp_path: Path) -> None:
    await learned(tmp_path, days=30)
    async with stage(tmp_path, seed=None) as s:
        await s.until("v 2 due")
        await s.press("c")
        await s.until("Before you go on")
        assert "esc lesson" in s.text
        await s.press("f6")
        await s.until("2/2")
        await s.press("escape")
        await s.until("Both derivatives you know")


@pytest.mark.parametrize(("key", "there"), [("enter", "Both derivatives you know"), ("m", "c continue")])
async def test_the_end_of_what_is_due_before_a_lesson_says_what_its_keys_do(
    tmp_path: Path, key: str, there: str
) -> None:
    await learned(tmp_path, days=30)
    async with stage(tmp_path, seed=None) as s:
        await s.until("v 2 due")
        await s.press("c")
        await s.until("1/2")
        await s.press("f6")
        await s.until("2/2")
        await s.press("f6")
        await s.until("enter the lesson")
        assert "m map" in s.text and "esc lesson" in s.text
        await s.press(key)
        await s.until(there)


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_nothing_that_is_due_keeps_anybody_from_a_lesson(
    tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much is still said to be due: each key that leaves the end of it leads to the lesson."""
    await learned(tmp_path, days=30)
    monkeypatch.setattr("bptutor.session.review.due.Due.warm_up", lambda self: 3)
    async with stage(tmp_path, seed=None) as s:
        await s.until("v 2 due")
        await s.press("c")
        await s.until("Before you go on")
        await s.press("f6")
        await s.until("2/2")
        await s.press("f6")
        await s.until("enter the lesson")
        await s.press(key)
        await s.until("Both derivatives you know")


async def test_a_review_is_begun_from_the_map_and_leads_on(tmp_path: Path) -> None:
    await learned(tmp_path, days=30)
    async with stage(tmp_path, seed=None, size=LARGE) as s:
        await s.until("v 2 due")
        await s.press("v")
        await s.until("1/2")
        assert s.rows[0].strip().startswith("Review")
        await s.press("f6")
        await s.press("f6")
        await s.until("0 of 2")
        assert "go on: The output error" in s.text and "F5" not in s.text
        await s.press("enter")
        await s.until("Both derivatives you know")


async def test_a_quiz_stands_behind_its_chapter_and_takes_one_answer(tmp_path: Path) -> None:
    async with stage(tmp_path, "first-minutes", library=library()) as s:
        await s.until("What does L do?")
        await s.press("escape")
        await s.until("Quiz one")
        rows = [row for row in s.rows if "○" in row or "◇" in row or "◐" in row]
        assert "Quiz one" in rows[-1]
        await s.press("end", "enter")
        await s.until("1/4")
        assert "one try" in s.text
        await s.press("f2")
        await s.until("A quiz has no hints")
        letter = next(row.split()[0] for row in s.rows if "It stays." in row)
        await s.type(letter)
        await s.press("enter")
        await s.until("✗ wrong")
        await s.until("go on")
        await s.press("enter")
        await s.until("2/4")


async def test_a_lesson_opened_too_early_says_what_it_needs(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error", seed=None) as s:
        await s.until("needs: First ten minutes")
        await s.press("enter")
        await s.until("Both derivatives you know")
    async with stage(tmp_path / "other", "output-error", seed=None) as s:
        await s.until("needs: First ten minutes")
        await s.press("g")
        await s.until("What does L do?")


async def test_progress_and_glossary_are_pages_over_the_lesson(tmp_path: Path) -> None:
    await learned(tmp_path, days=1)
    log = Log.open(tmp_path)
    async with stage(tmp_path, "first-minutes", None, log=log) as s:
        await s.until("Before you go on")
        await s.press("escape")
        await s.until("stop here")
        await s.press("f12")
        await s.until("Answers by day")
        assert "The loss" in s.text
        await s.press("escape")
        await s.press("f10")
        await s.until("Symbols")
        assert "chain rule" in s.text
        await s.press("escape")
        await s.until("stop here")
    log.close()
