"""Draw the picture of the README: a derivation of the built-in pack with its numbers, always the same.

Run from the root of the repository: `python scripts/screenshot.py [FILE.svg]`.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

from textual.pilot import Pilot

from bptutor.packs.library import Library
from bptutor.progress.event_log import Log
from bptutor.tui.app import TutorApp
from bptutor.tui.widgets.answer_bar import AnswerBar
from bptutor.tui.widgets.face_pane import FacePane, Numbers

LESSON, SEED, SIZE = "output-error", 7, (100, 30)
TARGET = Path(__file__).parents[1] / "docs" / "lesson.svg"
TYPED = "(δ_ki - p_i)"


async def picture() -> str:
    """Walk to the first asked line of a derivation, open its numbers, type an answer, and draw the screen."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["BPTUTOR_HOME"] = home
        log = Log.open(Path(home))
        app = TutorApp(Library.builtin(), log, lesson=LESSON, seed=SEED)
        async with app.run_test(size=SIZE) as pilot:
            await _until(pilot, "#bar-row")
            while not app.screen.query_one("#bar-row").display:
                await pilot.press("enter")
                await pilot.pause()
            while not (app.screen.query_one(FacePane).display and app.screen.query_one(Numbers).display):
                await pilot.press("f3")
                await pilot.pause()
            app.screen.query_one(AnswerBar).value = TYPED
            app.screen.query_one(AnswerBar).cursor_blink = False
            await pilot.pause(0.2)
            svg = app.export_screenshot(title="bptutor")
        log.close()
    return svg


async def _until(pilot: Pilot[None], selector: str) -> None:
    while not pilot.app.screen.query(selector):
        await pilot.pause(0.02)
    await pilot.pause(0.2)


def steady(svg: str) -> str:
    """Name the classes and ids of the drawing the same in every run, and fetch no font for it."""
    named = re.sub(r"terminal-\d+", "terminal", svg)
    return re.sub(r"\s*@font-face \{.*?\}\n", "", named, flags=re.DOTALL)


def main() -> int:
    """Write the picture."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(steady(asyncio.run(picture())), encoding="utf-8")
    print(target)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
