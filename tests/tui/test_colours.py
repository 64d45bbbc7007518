"""Everything that is written can be read: in every theme, and without colours, measured in what a terminal gets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events
from textual.app import App
from textual.color import Color
from textual.driver import Driver
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.theme import BUILTIN_THEMES

from bptutor.errors import UsageError
from bptutor.progress.event_log import Log
from bptutor.tui.app import TutorApp, run
from tests.session.fakes import FakeGrader, FakeLibrary
from tests.terminal import Screen, unreadable

pytestmark = pytest.mark.normal

WIDTH, HEIGHT = 80, 24
UNDERLINED, REVERSED = 4, 7
COLOURED = sorted(name for name, theme in BUILTIN_THEMES.items() if not theme.ansi)


class Painted(TutorApp):
    """The app, drawing into a `Screen`."""

    def __init__(self, log: Log, lesson: str) -> None:
        super().__init__(FakeLibrary(), log, "me", lesson, 7, FakeGrader())
        self.driver_class = Recorder
        self.seen = Screen()

    async def until(self, holds: Callable[[], object]) -> None:
        for _ in range(2000):
            if holds():
                return
            await asyncio.sleep(0.005)
        raise AssertionError(f"it never came:\n{self.seen.text}\n{unreadable(self.readable_part())}")

    async def shows(self, text: str) -> None:
        await self.until(lambda: text in self.seen.text)

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.simulate_key(key)

    def readable_part(self) -> Screen:
        """Return what is meant to be read: the leaves of the screen on top; what is under a page is dimmed."""
        leaves = [one.region for one in self.screen.query("*") if not one.children and one.visible and one.display]
        cells = {at: cell for at, cell in self.seen.cells.items() if any(r.contains(at[1], at[0]) for r in leaves)}
        return Screen(cells)

    async def readable_in(self, theme: str) -> None:
        """Take a theme, and wait until all is drawn in it and can be read."""
        self.seen.cells.clear()
        self.theme = theme
        wanted = {Color.parse(self.get_css_variables()[name]).rgb for name in ("background", "surface")}
        self.screen.refresh()
        await self.until(
            lambda: (
                len(self.seen.cells) == WIDTH * HEIGHT
                and wanted & {cell.back for cell in self.seen.cells.values()}
                and not unreadable(self.readable_part())
            )
        )


class Recorder(Driver):
    """Hands what is drawn to the app's own screen."""

    def __init__(self, app: App[None], **more: object) -> None:
        super().__init__(app, size=(WIDTH, HEIGHT))

    def write(self, data: str) -> None:
        assert isinstance(self._app, Painted)
        self._app.seen.feed(data)

    def start_application_mode(self) -> None:
        self._app.post_message(events.Resize(Size(WIDTH, HEIGHT), Size(WIDTH, HEIGHT)))

    def disable_input(self) -> None: ...

    def stop_application_mode(self) -> None: ...


@asynccontextmanager
async def painted(
    home: Path, monkeypatch: pytest.MonkeyPatch, term: str = "xterm-256color", colorterm: str = "truecolor"
) -> AsyncIterator[Painted]:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLORTERM", colorterm)
    log = Log.open(home)
    app = Painted(log, "output-error")
    running = asyncio.ensure_future(app.run_async())
    try:
        await app.shows("enter go on")
        yield app
    finally:
        app.exit()
        await running
        log.close()


async def wrong_answer(app: Painted) -> None:
    await app.press("enter", "enter")
    await app.shows("Carry the derivative")
    await app.press("f3", *"p_i", "enter")
    await app.shows("✗ wrong")
    await app.press("f2")
    await app.shows("hint 1")


async def test_a_lesson_can_be_read_in_every_theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    async with painted(tmp_path, monkeypatch) as app:
        await wrong_answer(app)
        for theme in COLOURED:
            await app.readable_in(theme)
        await app.press("escape")
        await app.shows("/ search")
        await app.until(lambda: "The output error" in marked(app.seen, REVERSED))
        await app.readable_in("gruvbox")
        await app.readable_in("textual-light")


@pytest.mark.long
async def test_every_screen_can_be_read_in_every_theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    async with painted(tmp_path, monkeypatch) as app:
        await wrong_answer(app)
        for key, text in (("f1", "Spellings that"), ("f10", "Glossary"), ("f12", "Progress")):
            await app.press(key)
            await app.shows(text)
            for theme in COLOURED:
                await app.readable_in(theme)
            await app.press("escape")
            await app.until(lambda: not isinstance(app.screen, ModalScreen))
        await app.press("escape")
        await app.shows("/ search")
        for theme in COLOURED:
            await app.readable_in(theme)


def marked(screen: Screen, mark: int) -> str:
    return "".join(cell.char for _, cell in sorted(screen.cells.items()) if mark in cell.marks)


@pytest.mark.parametrize(
    ("term", "colorterm"), [("xterm-256color", "truecolor"), ("xterm-256color", ""), ("vt100", "")]
)
async def test_without_colours_there_are_none_and_the_cursor_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, term: str, colorterm: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with painted(tmp_path, monkeypatch, term, colorterm) as app:
        app.use_theme("dracula")
        await wrong_answer(app)
        await app.until(lambda: " " in marked(app.seen, REVERSED))  # the cursor of the bar, behind what is typed
        await app.press("shift+home")
        await app.until(lambda: "p_i" in marked(app.seen, REVERSED))  # what is selected
        assert coloured(app.seen) == []
        await app.press("ctrl+p")
        await app.shows("Search for")
        await app.press("down", "down", "down")
        await app.until(lambda: "Hint  (F2)" in marked(app.seen, UNDERLINED))  # the action under the cursor
        assert coloured(app.seen) == []
        await app.press("escape", "escape")
        await app.shows("/ search")
        await app.until(lambda: "The output error" in marked(app.seen, REVERSED))
        assert coloured(app.seen) == []


def coloured(screen: Screen) -> list[str]:
    return sorted({f"{cell.fore} on {cell.back}" for cell in screen.cells.values() if cell.fore or cell.back})


async def test_colours_that_the_terminal_has_by_itself_stay_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A theme of a terminal's own sixteen colours: text is in the default colours, or in one colour on the default."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    async with painted(tmp_path, monkeypatch) as app:
        for theme in ("ansi-dark", "ansi-light"):
            app.seen.cells.clear()
            app.use_theme(theme)
            app.screen.refresh()
            await app.until(lambda: len(app.seen.cells) == WIDTH * HEIGHT and app.seen.cells[5, 5].back is None)
            assert {cell.back for cell in app.seen.cells.values()} == {None}


def test_a_theme_that_there_is_not_is_refused_with_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log.open(tmp_path)
    monkeypatch.delenv("TEXTUAL_THEME", raising=False)
    with pytest.raises(UsageError, match="no theme 'bright'") as refused:
        run(FakeLibrary(), log, "me", theme="bright")
    assert "textual-light" in refused.value.help
    monkeypatch.setenv("TEXTUAL_THEME", "bright,brighter")
    with pytest.raises(UsageError, match="TEXTUAL_THEME is 'bright,brighter'"):
        run(FakeLibrary(), log, "me")
    monkeypatch.setenv("TEXTUAL_COLOR_SYSTEM", "bogus")
    with pytest.raises(UsageError, match="TEXTUAL_COLOR_SYSTEM is 'bogus'"):
        run(FakeLibrary(), log, "me")
    log.close()
