"""The mouse: a click in the foot row is as good as the key, and a click on a tab opens its face."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.stage import SMALL, Stage, stage

pytestmark = pytest.mark.normal


async def click(s: Stage, text: str) -> None:
    """Click in the middle of a text on the screen."""
    row = next(n for n, shown in reversed(list(enumerate(s.rows))) if text in shown)
    await s.pilot.click(offset=(s.rows[row].index(text) + len(text) // 2, row))


async def test_the_foot_row_and_the_tabs_can_be_clicked(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error", size=SMALL) as s:
        await s.until("enter go on")
        await click(s, "F1 help")
        await s.until("Show what comes next")
        await s.press("escape")
        await s.until("F3 faces")
        await click(s, "F3 faces")
        await s.until("[index]")
        await click(s, "─ numbers ─")
        await s.until("[numbers]")
        await click(s, "esc map")
        await s.until("/ search")
        await click(s, "^p all")
        await s.until("Open the lesson  (enter)")
        await s.type("theme")
        await s.until("Theme: other colours")
        await s.press("escape")
        await s.until_true(lambda: "Theme" not in s.text)
        await click(s, "q quit")
        await s.until_true(lambda: not s.app.is_running)


async def test_every_key_in_the_foot_row_is_a_key() -> None:
    from bptutor.tui import keys
    from bptutor.tui.render import footers
    from bptutor.tui.render.headings import ALWAYS, keys_row, pressed_by
    from bptutor.tui.screens import course_map

    known = {
        key for name in ("EVERYWHERE", "MAP", "LESSON", "BAR", "EDITOR", "NEEDS", "CLOSE") for key in names(keys, name)
    }
    rows = [*footers.KEYS.values(), footers.ANSWER, footers.PROGRAM, footers.TO_THE_LESSON]
    for pairs in [*rows, course_map._KEYS, course_map._ALWAYS, ALWAYS]:
        row = keys_row(pairs, 200, ())
        pressed = [pressed_by(span.style.meta) for span in row.spans if not isinstance(span.style, str)]
        assert len(pressed) == len(pairs)
        assert set(pressed) <= known | {"ctrl+p", "tab", "escape"}


def names(keys: object, name: str) -> set[str]:
    return {key for binding in getattr(keys, name) for key in binding.key.split(",")}
