"""No key can crash the tutor, whatever it follows."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from textual import events
from textual.command import CommandList
from textual.geometry import Size

from bptutor.tui.widgets.course_list import CourseList
from tests.tui.random_keys import Person
from tests.tui.stage import stage

pytestmark = pytest.mark.normal


@pytest.mark.parametrize(
    ("seed", "count"), [(1, 200), *(pytest.param(seed, 4_000, marks=pytest.mark.long) for seed in range(2, 7))]
)
def test_no_key_crashes(tmp_path: Path, seed: int, count: int) -> None:
    print(f"seed {seed}")
    Person(tmp_path, Random(seed)).press(count)


async def test_a_size_that_is_no_longer_so_is_left(tmp_path: Path, monkeypatch: Any) -> None:
    """Two of them, below another screen, would call up each other for ever."""
    async with stage(tmp_path, "output-error") as s:
        await s.until("enter go on")
        laid_out: list[Size] = []
        monkeypatch.setattr(s.app.screen, "_screen_resized", laid_out.append)
        for width in (100, 120, 80):
            s.app.screen.post_message(events.Resize(Size(width, 24), Size(width, 24)))
            s.app.screen.call_later(lambda: None)  # else Textual takes the last for all of them
        await s.until_true(lambda: bool(laid_out))
        assert laid_out == [Size(80, 24)]


async def test_the_map_turns_no_pages_that_are_not_there(tmp_path: Path) -> None:
    async with stage(tmp_path, "reading") as s:
        await s.until("Only prose.")
        await s.press("f9")
        await s.until("/ search")
        lessons = s.app.screen.query_one(CourseList)
        lessons.styles.height = 0  # as on a terminal of a few rows
        await s.until_true(lambda: not lessons.scrollable_content_region)
        lessons.add_option("one more")  # the rows are counted anew
        await s.press("pageup", "pagedown")
        assert s.app.is_running


async def test_the_palette_turns_no_pages_that_are_not_there(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await s.until("enter go on")
        await s.press("ctrl+p")
        await s.until("Go on  (enter)")
        commands = s.app.screen.query_one(CommandList)
        await s.press("pagedown", "pageup")
        commands.styles.max_height = 0  # as on a terminal of a few rows
        await s.until_true(lambda: not commands.scrollable_content_region)
        await s.press("n")  # what is found is listed anew
        await s.press("pageup", "pagedown", "ctrl+home", "pagedown", "ctrl+end", "pageup", "escape")
        await s.until("enter go on")
