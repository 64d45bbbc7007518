"""A running app on the fake lessons, driven by keys, for stories told at two sizes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from math import inf
from pathlib import Path
from typing import Any

from textual import events
from textual.pilot import Pilot

from bptutor.progress.event_log import Log
from bptutor.session import Grader
from bptutor.tui.app import TutorApp
from bptutor.tui.screens.ready import ReadyScreen
from bptutor.tui.widgets.answer_bar import AnswerBar
from bptutor.tui.widgets.code_editor import CodeEditor
from tests.session.fakes import FakeGrader, FakeLibrary
from tests.tui.screen_text import screen_text

SMALL, LARGE = (80, 24), (120, 36)
_NAMED = {
    ".": "full_stop",
    " ": "space",
    "-": "minus",
    "_": "underscore",
    "?": "question_mark",
    "!": "exclamation_mark",
    "(": "left_parenthesis",
    ")": "right_parenthesis",
    "/": "slash",
}


class Stage:
    """What a person does and sees."""

    def __init__(self, app: TutorApp, pilot: Pilot[None], grader: FakeGrader) -> None:
        self.app, self.pilot, self.grader = app, pilot, grader

    @property
    def text(self) -> str:
        return screen_text(self.app)

    @property
    def rows(self) -> list[str]:
        return self.text.split("\n")

    @property
    def painted(self) -> bool:
        """Whether what stands on the screen could be seen: a key pressed before is not meant for it."""
        screen = self.app.screen
        return not isinstance(screen, ReadyScreen) or screen.shown_at < inf

    async def until(self, wanted: str) -> None:
        """Wait until a text stands on the screen; fails with the screen when it never does."""
        await self.until_any((wanted,))

    async def until_any(self, wanted: Sequence[str]) -> None:
        """Wait until one of some texts stands on the screen."""
        await self.until_true(lambda: any(text in self.text for text in wanted), f"{wanted!r} never came")

    async def until_true(self, holds: Callable[[], bool], otherwise: str = "it never came") -> None:
        """Wait until something holds; fails with the screen when it never does."""
        for _ in range(500):
            if holds() and self.painted:
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"{otherwise}:\n{self.text}")

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def enter(self) -> None:
        """Press Enter without the 63 ms that a pilot takes for a key."""
        self.app.simulate_key("enter")
        await self.pilot.pause()

    async def paste(self, text: str) -> None:
        """Replace what stands in the bar by a pasted text: a key costs 63 ms, a paste nothing."""
        bar = self.app.screen.query_one(AnswerBar)
        await self.until_true(lambda: self.app.focused is bar, "the bar never had the focus")
        bar.clear()
        bar.post_message(events.Paste(text))
        await self.until_true(lambda: bool(bar.value), "nothing was pasted")

    async def run_program(self, text: str) -> None:
        """Put a program into the editor and run it."""
        editor = self.app.screen.query_one(CodeEditor)
        await self.until_true(lambda: self.app.focused is editor, "the editor never had the focus")
        editor.take(text)
        self.app.simulate_key("f8")
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.press(*(_NAMED.get(char, char) for char in text))


@asynccontextmanager
async def stage(
    home: Path, lesson: str | None = None, seed: int | None = 7, size: tuple[int, int] = SMALL, **more: Any
) -> AsyncIterator[Stage]:
    """Run the app; `library`, `log` and `grader` may be given."""
    fake = FakeGrader()
    grader: Grader = more.get("grader") or fake
    log = more.get("log") or Log.open(home)
    app = TutorApp(more.get("library") or FakeLibrary(), log, "me", lesson, seed, grader)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            yield Stage(app, pilot, fake)
    finally:
        if "log" not in more:
            log.close()
