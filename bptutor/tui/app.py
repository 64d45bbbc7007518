"""The app as a table of contents: which room is open, and the grader that lives beside it."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.command import Provider
from textual.screen import ModalScreen, Screen

from bptutor.packs.lesson.outline import LessonEntry
from bptutor.progress.event_log import Log
from bptutor.session.ids import ROUND, WARM_UP
from bptutor.session.learner import Learner
from bptutor.session.order import THE_LAST, in_order
from bptutor.tui import keys, terminal
from bptutor.tui.colours import own_colours
from bptutor.tui.keyboard import Keyboard
from bptutor.tui.screens.course_map import MapScreen
from bptutor.tui.terminal_app import TerminalApp

if TYPE_CHECKING:
    from bptutor.grading.service.worker import Worker
    from bptutor.session import Grader, Library, Session
    from bptutor.tui.render.flow import Lines
    from bptutor.tui.screens.lesson import LessonScreen

READING = 60
"""Seconds for which a note on the record stands there."""
_BREAKPOINTS: list[tuple[int, str]] = [(0, "-narrow"), (110, "-wide")]


def _actions() -> type[Provider]:
    """Return what the palette lists, when it is opened."""
    from bptutor.tui.commands import Actions

    return Actions


class TutorApp(TerminalApp):
    """The tutor on a terminal. What the map does not need is loaded behind the first paint."""

    TITLE = "bptutor"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_actions}
    BINDINGS = keys.EVERYWHERE
    HORIZONTAL_BREAKPOINTS = _BREAKPOINTS

    def __init__(
        self,
        library: Library,
        log: Log,
        learner: str = "me",
        lesson: str | None = None,
        seed: int | None = None,
        grader: Grader | None = None,
    ) -> None:
        """Make the app; nothing is opened or started yet.

        Args:
            library: The pack.
            log: The learner's record.
            learner: Whose record it is.
            lesson: Straight to this lesson; else the map, and at the first start the first lesson.
            seed: 0 to 9999, for that lesson.
            grader: Grades answers; else a worker process is started after the first paint.
        """
        super().__init__()
        self._learner = Learner(library, log)
        self._who, self._grader = learner, grader
        self._worker: Worker | None = None
        self._lesson, self._seed = lesson, seed
        self._then = ""
        """The lesson that a warm-up stands before."""

    @cached_property
    def _session(self) -> Session:
        """The session, made when the first lesson opens, or behind the first paint."""
        from bptutor.session.session import Session

        if self._grader is None:
            from bptutor.grading.service.worker import Worker

            self._grader = self._worker = Worker()
        return Session(self._learner.library, self._learner.log, self._grader, self._who)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Add the colours that are our own to those of a theme."""
        return own_colours(self.current_theme)

    def _first_screen(self) -> Screen[None]:
        """Return the first screen: a lesson that was asked for, the first ten minutes, or the map."""
        lesson = self._lesson
        if lesson is None and self._learner.first_start:
            lesson = self._learner.first_lesson()
        if lesson and self._seed is None:
            lesson = self._warmed(lesson)
        entry = self._entry(lesson) if lesson else None
        return self._lesson_screen(entry, self._seed) if entry else MapScreen(self._learner, self)

    @cached_property
    def _keyboard(self) -> Keyboard:
        return Keyboard(self)

    async def on_event(self, event: events.Event) -> None:
        """Let keys, pasted text and the mouse act in the order in which they came."""
        if self._keyboard.take(event):
            return
        # A selection by the mouse may have begun in a widget that is gone: Textual looks for what stood around it.
        with contextlib.suppress(AttributeError) if isinstance(event, events.MouseEvent) else contextlib.nullcontext():
            await super().on_event(event)

    async def on_mount(self) -> None:
        """Open the first screen; start the worker once it is painted."""
        self.fit()
        await self.push_screen(self._first_screen())
        log = self._learner.log
        if log.note:
            self.notify(log.note, title="Your record", severity="warning", timeout=READING, markup=False)
            log.seen()
        self.call_after_refresh(lambda: self.run_worker(self._start(), group="start"))

    async def _start(self) -> None:
        """Load what lessons need, in a thread, so that keys are taken meanwhile; then start the grader."""
        for module in ("bptutor.tui.screens.lesson", "bptutor.grading.service.worker"):
            await asyncio.to_thread(importlib.import_module, module)
        if self._session and self._worker is not None:
            await self._worker.start()
        for module in (
            "numpy",
            "bptutor.grading.answer.parse_answer",
            "bptutor.notation.printers.layout",
            "bptutor.notation.values.evaluate",
        ):
            await asyncio.to_thread(importlib.import_module, module)

    async def on_unmount(self) -> None:
        """End the worker."""
        if self._worker is not None:
            await self._worker.close()

    # --- rooms -------------------------------------------------------------------------------------

    def _entry(self, lesson: str) -> LessonEntry | None:
        if lesson.startswith(ROUND):
            return LessonEntry(lesson, self._learner.rounds.title(lesson), 0, (), (), "", "", 0, Path())
        return next((entry for entry in self._learner.library.entries() if entry.id == lesson), None)

    def _lesson_screen(self, entry: LessonEntry, seed: int | None = None) -> LessonScreen:
        from bptutor.tui.screens.lesson import LessonScreen

        return LessonScreen(self._session, self, entry, seed)

    def _warmed(self, lesson: str) -> str:
        """Return what opens in place of a lesson: some due items first, when the learner was long away."""
        if lesson.startswith(ROUND) or not self._learner.rounds.warm_up():
            return lesson
        self._then = lesson
        return WARM_UP

    def open_lesson(self, lesson: str, seed: int | None = None) -> None:
        """Open a lesson, a review or a quiz by its id; a coming back starts with what is due."""
        entry = self._entry(self._warmed(lesson) if seed is None else lesson)
        if entry is not None:
            self._go(self._lesson_screen(entry, seed))

    def next_lesson(self, lesson: str) -> None:
        """Open what comes after a lesson, a quiz or a review, or the map after the last.

        Past what is due before a lesson, open that lesson, whatever is still due.
        """
        then, self._then = self._then, ""
        following = then if lesson == WARM_UP and then else self._learner.what_comes_next(lesson)
        entry = self._entry(following) if lesson == WARM_UP and following else None
        if entry is not None:
            self._go(self._lesson_screen(entry))
        elif following:
            self.open_lesson(following)
        else:
            self.show_map(lesson, said=f"{THE_LAST} v asks what is due for review.")

    def show_map(self, at: str = "", searching: bool = False, said: str = "") -> None:
        """Show the course map, standing on a lesson, with a sentence over it."""
        self._go(MapScreen(self._learner, self, at, searching, said))

    def _go(self, screen: Screen[None]) -> None:
        """Go to another room; what is typed in this one is kept."""
        self._keep_drafts()
        self.switch_screen(screen)

    def _keep_drafts(self) -> None:
        lesson = self._open_lesson
        if lesson is not None:
            lesson.keep_draft()

    @property
    def _open_lesson(self) -> LessonScreen | None:
        """The lesson that is open, also below a page; None on the map."""
        from bptutor.tui.screens.lesson import LessonScreen

        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, LessonScreen)), None)

    def titles(self) -> list[tuple[str, str]]:
        """Return id and title of every lesson and quiz, in course order."""
        return [(one.id, one.entry.title) for one in in_order(self._learner.library, self._learner.log)]

    # --- everywhere ----------------------------------------------------------------------------------

    def action_help(self) -> None:
        """Show help for what has the focus."""
        from bptutor.tui.commands import actions_of
        from bptutor.tui.screens.help import HelpScreen
        from bptutor.tui.widgets.answer_bar import AnswerBar

        if isinstance(self.screen, HelpScreen):
            return
        focused = self.focused
        listed = actions_of(self.screen)
        names: list[str] = []
        if isinstance(focused, AnswerBar):
            listed = [*keys.bindings(keys.BAR), *listed]
            names = list(focused.names)
        program = focused is not None and focused.id == "editor"
        if program:
            listed = [*keys.bindings(keys.EDITOR), *listed]
        self.push_screen(HelpScreen(listed, names, program))

    def action_command_palette(self) -> None:
        """Open the palette, unless something stands over the room already: it is for the room."""
        from bptutor.tui.screens.palette import Palette

        if not isinstance(self.screen, ModalScreen):
            self.push_screen(Palette(id="--command-palette"))

    def action_progress(self) -> None:
        """Show how far each skill holds, what was answered by day, and the mistakes."""
        from bptutor.tui.screens.page import progress_rows

        self._page("Progress", progress_rows(self._session))

    def action_glossary(self) -> None:
        """Show the symbols of what is open, the rules and the words."""
        from bptutor.tui.screens.page import glossary_rows

        scene = self._open_lesson.scene if self._open_lesson else None
        self._page("Glossary", glossary_rows(self._session.library.pack, scene))

    def _page(self, title: str, rows: Callable[[int], Lines]) -> None:
        from bptutor.tui.screens.help import HelpScreen
        from bptutor.tui.screens.page import PageScreen

        if isinstance(self.screen, HelpScreen | PageScreen):
            self.pop_screen()  # one page at a time: this one takes its place
        if not isinstance(self.screen, ModalScreen):
            self.push_screen(PageScreen(title, rows))

    async def action_quit(self) -> None:
        """Leave; what is typed is kept."""
        self.keep_draft()
        self.exit()

    def keep_draft(self) -> None:
        """Keep what is typed in the open lesson."""
        self.to_rooms()
        self._keep_drafts()


def run(
    library: Library,
    log: Log,
    learner: str,
    lesson: str | None = None,
    seed: int | None = None,
    theme: str | None = None,
) -> int:
    """Run the tutor until the learner leaves.

    Args:
        library: The pack.
        log: The learner's record.
        learner: Whose record it is.
        lesson: Straight to this lesson; None for where the learner stopped.
        seed: 0 to 9999, for that lesson.
        theme: The name of its colours; None for TEXTUAL_THEME, or dark.

    Returns:
        The exit code.

    Raises:
        UsageError: There is no such theme, or the environment asks for something that cannot be had.
    """
    terminal.check_environment()
    app = TutorApp(library, log, learner, lesson, seed)
    terminal.check_theme(app.available_themes)
    if theme is not None:
        app.use_theme(theme)
    with terminal.given_back():
        app.run()
    return app.return_code or 0
