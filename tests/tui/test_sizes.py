"""Terminals of every size, at the start and later, with whatever is open: one notice that waits, nothing lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.tui.stage import SMALL, Stage, stage

pytestmark = pytest.mark.normal

TINY = ((59, 15), (1, 1), (30, 12), (59, 40), (200, 15))
PAGES = {"f1": "Spellings that", "f10": "Glossary", "f12": "Progress", "ctrl+p": "Search for"}


async def question(s: Stage) -> None:
    await s.until("enter go on")
    await s.press("enter", "enter")
    await s.until("Carry the derivative")
    await s.press("y")
    await s.until("> y")


@pytest.mark.parametrize(
    ("lesson", "size"),
    [("output-error", (59, 15)), (None, (1, 1))]
    + [pytest.param(lesson, size, marks=pytest.mark.long) for size in TINY for lesson in ("output-error", None)],
)
async def test_a_start_that_is_too_small_waits(tmp_path: Path, lesson: str | None, size: tuple[int, int]) -> None:
    async with stage(tmp_path, lesson, size=size) as s:
        await s.until_true(lambda: s.app.current_mode == "small")
        for key in ("ctrl+p", "f1", "f10", "f12", "enter", "escape", "c"):
            s.app.simulate_key(key)
        await s.pilot.pause()
        await s.pilot.resize_terminal(*SMALL)
        await s.until("The output error" if lesson else "First ten minutes")
        await s.until_true(lambda: any("─" * SMALL[0] in row for row in s.rows), "the rule stays narrow")
        assert len(s.app.screen_stack) == 2


@pytest.mark.parametrize("page", ["f1", "ctrl+p", *(pytest.param(key, marks=pytest.mark.long) for key in PAGES)])
async def test_a_page_is_still_open_when_the_terminal_is_large_again(tmp_path: Path, page: str) -> None:
    async with stage(tmp_path, "output-error") as s:
        await question(s)
        await s.press(page)
        await s.until(PAGES[page])
        for size in TINY:
            await s.pilot.resize_terminal(*size)
            await s.until_true(lambda: s.app.current_mode == "small")
            for key in ("ctrl+p", "escape", "q", "enter"):
                s.app.simulate_key(key)
            await s.pilot.pause()
        await s.pilot.pause()
        await s.pilot.resize_terminal(*SMALL)
        await s.until(PAGES[page])
        await s.press("escape")
        await s.until("> y")


async def test_what_is_opened_or_closed_meanwhile_happens_when_there_is_room(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await question(s)
        await s.pilot.resize_terminal(1, 1)
        await s.until_true(lambda: s.app.current_mode == "small")
        s.app.show_map("to-read")
        s.app.open_lesson("first-minutes")
        await s.pilot.pause()
        assert s.app.current_mode == "small"
        await s.pilot.resize_terminal(*SMALL)
        await s.until("First ten minutes")
        assert len(s.app.screen_stack) == 2


async def test_any_row_of_sizes_ends_where_it_began(tmp_path: Path) -> None:
    draw = random.Random(5)
    async with stage(tmp_path, "output-error") as s:
        await question(s)
        for _ in range(12):
            await s.pilot.resize_terminal(draw.randint(1, 200), draw.randint(1, 60))
            s.app.simulate_key(draw.choice([*PAGES, "f2"]))
        await s.pilot.resize_terminal(*SMALL)
        await s.until_true(lambda: s.app.current_mode != "small")
        while len(s.app.screen_stack) > 2:
            await s.press("escape")
        await s.until("> y")
