"""Wrong keys, floods of text, other sizes, a disk that cannot be written: never a crash, always a clear sentence."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from bptutor.progress.event_log import Log
from bptutor.tui.app import TutorApp
from bptutor.tui.screens.lesson import LessonScreen
from tests.session.fakes import FakeGrader, FakeLibrary
from tests.tui.stage import SMALL, Stage, stage

pytestmark = pytest.mark.normal

WRONG = ["f2", "f3", "f4", "f5", "f7", "tab", "up", "down", "left", "right", "home", "end", "pageup", "pagedown"]


async def asked(s: Stage) -> None:
    await s.until("enter go on")
    await s.press("enter", "enter")
    await s.until("Carry the derivative")


async def test_every_key_at_every_stop(tmp_path: Path) -> None:
    async with stage(tmp_path, "first-minutes") as s:
        for _ in range(4):
            await s.until("First ten minutes")
            await s.press(*WRONG, "y", "c", "t", "space", "shift+tab", "f6")
            assert s.app.is_running
            if "stop here" in s.text:
                break


async def test_an_empty_answer_is_told_apart_from_a_wrong_one(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await asked(s)
        await s.press("enter")
        await s.until("Nothing is typed yet.")
        await s.press("space", "enter")
        await s.until("Nothing is typed yet.")
        assert not s.grader.graded


async def test_a_flood_of_pasted_text_is_refused(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await asked(s)
        s.app.post_message(events.Paste("x" * 100_000))
        await s.until("100,000 characters")
        assert "xxx" not in s.text
        s.app.post_message(events.Paste("p_i\n - \x1b[31my_i\t"))
        await s.until("> p_i  - [31my_i")


async def test_unreadable_text_is_pointed_at_and_not_counted(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await asked(s)
        await s.type("p?!")
        await s.until("column 2")
        bar = next(n for n, row in enumerate(s.rows) if row.startswith(" > p?!"))
        assert s.rows[bar + 1].index("^") == s.rows[bar].index("?")
        await s.press("enter")
        await s.until("not counted")


async def test_a_small_terminal_says_so_and_waits(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await asked(s)
        await s.type("y_k")
        await s.pilot.resize_terminal(50, 12)
        await s.until("bptutor needs 60x16")
        await s.press("enter", "f1", "escape", "x")
        for size in ((40, 8), (10, 3), (60, 16), (200, 60), SMALL):
            await s.pilot.resize_terminal(*size)
        await s.until("> y_k")


async def test_a_record_that_cannot_be_written_is_a_banner(tmp_path: Path) -> None:
    first = Log.open(tmp_path)
    second = Log.open(tmp_path)  # another window holds the record
    async with stage(tmp_path, "output-error", log=second) as s:
        await s.until("Nothing is saved")
        await asked(s)
    first.close()
    second.close()


async def test_help_explains_what_has_the_focus_and_the_palette_lists_actions(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await asked(s)
        await s.press("f1")
        await s.until("Spellings that are understood")
        await s.press("escape", "ctrl+p")
        await s.until("Other numbers  (F5)")
        await s.type("report")
        await s.until("Report this verdict")


@pytest.mark.parametrize("no_color", [False, True])
async def test_nothing_is_told_by_colour_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_color: bool) -> None:
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    async with stage(tmp_path, "output-error") as s:
        assert (s.app.theme == "ansi-dark") is no_color
        await asked(s)
        await s.type("p_i")
        await s.press("enter")
        await s.until("✗ wrong")


def test_every_key_has_an_id_and_a_tooltip() -> None:
    from bptutor.tui import keys

    places = (keys.EVERYWHERE, keys.MAP, keys.LESSON, keys.BAR, keys.NUMBERS, keys.STEPS, keys.CLOSE)
    everything = [binding for place in places for binding in keys.bindings(place)]
    assert len(everything) == sum(len(place) for place in places)
    assert all(binding.id and binding.tooltip for binding in everything)
    assert len({binding.id for binding in everything}) == len(everything)


def test_styles_are_nested_under_a_screen() -> None:
    folder = Path(__file__).parents[2] / "bptutor" / "tui" / "styles"
    for path in folder.glob("*.tcss"):
        heads = [line.split()[0] for line in path.read_text().splitlines() if line.endswith("{") and line[0] != " "]
        assert heads and all(head.endswith("Screen") for head in heads), path.name


def test_the_app_can_be_made_twice(tmp_path: Path) -> None:
    for _ in range(2):
        log = Log.open(tmp_path)
        TutorApp(FakeLibrary(), log, grader=FakeGrader())
        log.close()


async def test_a_view_that_comes_while_another_is_painted_waits_for_it(tmp_path: Path) -> None:
    """Enter in the middle of opening must neither break the steps nor leave the older view's answer line."""
    async with stage(tmp_path, "output-error") as s:
        await s.until("enter go on")
        screen = s.app.screen
        assert isinstance(screen, LessonScreen)
        short = screen._session.view()
        long = replace(short, shown=short.shown * 4)
        await asyncio.gather(screen.show(long), screen.show(short), screen.show(long), screen.show(short))
        await s.until("enter go on")
        assert len(screen.query(".step")) == len(short.shown)
