"""The app as a table of contents: which room is open, and the grader that lives beside it."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.command import Provider
from textual.driver import Driver
from textual.screen import ModalScreen, Screen

from bptutor.errors import UsageError
from bptutor.packs.outline import LessonEntry
from bptutor.progress.events import Log
from bptutor.session.ids import ROUND, WARM_UP
from bptutor.session.learner import Learner
from bptutor.session.order import THE_LAST, in_order
from bptutor.tui import keys, terminal
from bptutor.tui.colours import readable_texts
from bptutor.tui.render.headings import pressed_by
from bptutor.tui.screens.course_map import MapScreen
from bptutor.tui.screens.small import HEIGHT, WIDTH, SmallScreen

if TYPE_CHECKING:
    from bptutor.grading.worker import Worker
    from bptutor.session import Grader, Library, Session
    from bptutor.tui.render.flow import Lines
    from bptutor.tui.screens.lesson import LessonScreen

_BREAKPOINTS: list[tuple[int, str]] = [(0, "-narrow"), (110, "-wide")]


def _actions() -> type[Provider]:
    """Return what the palette lists, when it is opened."""
    from bptutor.tui.commands import Actions

    return Actions


class TutorApp(App[None]):
    """The tutor on a terminal. What the map does not need is loaded behind the first paint."""

    TITLE = "bptutor"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_actions}
    BINDINGS = keys.EVERYWHERE
    HORIZONTAL_BREAKPOINTS = _BREAKPOINTS
    CSS = """
        SearchIcon { color: $foreground; }
        Input > .input--placeholder, CommandPalette > .command-palette--help-text { color: $quiet; text-style: none; }
        Input:nocolor > .input--cursor, Input:nocolor > .input--selection { text-style: reverse; }
        CommandList:nocolor > .option-list--option-highlighted { text-style: bold underline; }
        TextArea:nocolor .text-area--cursor, TextArea:nocolor .text-area--selection { text-style: reverse; }
    """
    DEFAULT_MODE = "rooms"
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {"rooms": Screen, "small": SmallScreen}

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
        no_color = bool(os.environ.get("NO_COLOR"))
        super().__init__(ansi_color=True if no_color else None)
        self.animation_level = "none"
        self._learner = Learner(library, log)
        self._who, self._grader = learner, grader
        self._worker: Worker | None = None
        self._lesson, self._seed = lesson, seed
        self._then = ""
        """The lesson that a warm-up stands before."""
        self._entered = False
        """Whether the first room was opened."""
        self._waiting: list[Callable[[], object]] = []
        """What is to be opened or closed once the terminal is large enough."""
        if no_color:
            self.theme = "ansi-dark"

    @cached_property
    def _session(self) -> Session:
        """The session, made when the first lesson opens, or behind the first paint."""
        from bptutor.session.tutor import Session

        if self._grader is None:
            from bptutor.grading.worker import Worker

            self._grader = self._worker = Worker()
        return Session(self._learner.library, self._learner.log, self._grader, self._who)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Add a quiet text that can still be read, and the two ends of the diverging scale of numbers."""
        theme = self.current_theme
        if theme.ansi:
            return {"quiet": "ansi_default", "negative": "ansi_blue", "positive": "ansi_yellow"}
        if theme.dark:
            return {"quiet": "#a5a5a5", "negative": "#6cb2eb", "positive": "#e9a86c"}
        return {"quiet": "#5c5c5c", "negative": "#155f9c", "positive": "#95490a"}

    def get_css_variables(self) -> dict[str, str]:
        """Return the colours of the theme, its texts so that they can be read."""
        variables = super().get_css_variables()
        if not self.current_theme.ansi:
            variables |= readable_texts(variables, self.current_theme.dark)
        return variables

    def use_theme(self, name: str) -> None:
        """Take the colours of a theme; without colours, only see that there is one of that name.

        Raises:
            UsageError: There is none.
        """
        if name not in self.available_themes:
            raise UsageError(f"there is no theme {name!r}", "one of: " + ", ".join(sorted(self.available_themes)))
        if not self.no_color:
            self.theme = name

    def _first_screen(self) -> Screen[None]:
        """Return the first screen: a lesson that was asked for, the first ten minutes, or the map."""
        lesson = self._lesson
        if lesson is None and self._learner.first_start:
            lesson = self._learner.first_lesson()
        if lesson and self._seed is None:
            lesson = self._warmed(lesson)
        entry = self._entry(lesson) if lesson else None
        return self._lesson_screen(entry, self._seed) if entry else MapScreen(self._learner, self)

    async def on_mount(self) -> None:
        """Open the first screen; start the worker once it is painted."""
        await self.push_screen(self._first_screen())
        self._entered = True
        self._fit()
        self.call_after_refresh(lambda: self.run_worker(self._start(), group="start"))

    async def _start(self) -> None:
        """Load what lessons need, in a thread, so that keys are taken meanwhile; then start the grader."""
        for module in ("bptutor.tui.screens.lesson", "bptutor.grading.worker"):
            await asyncio.to_thread(importlib.import_module, module)
        if self._session and self._worker is not None:
            await self._worker.start()
        for module in ("numpy", "bptutor.grading.reading", "bptutor.notation.faces.layout", "bptutor.notation.value"):
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

    # --- the terminal ------------------------------------------------------------------------------

    def get_driver_class(self) -> type[Driver]:
        """Return what reads keys and draws."""
        return terminal.driver_class(super().get_driver_class())

    @contextlib.contextmanager
    def suspend(self) -> Iterator[None]:
        """Lend the terminal; it is taken back whatever happens meanwhile, and then what went wrong is raised."""
        problem: Exception | None = None
        with super().suspend():
            try:
                with terminal.lent():
                    yield
            except Exception as error:
                problem = error
        if isinstance(problem, terminal.Ended):
            self.end(problem.number)
        if problem is not None:
            raise problem

    def end(self, number: int) -> None:
        """Leave because of a signal; what is typed is kept."""
        self.keep_draft()
        self.exit(return_code=128 + number)

    # --- a terminal that is too small ----------------------------------------------------------------

    def on_resize(self) -> None:
        """See whether the screens fit, once the new size is known."""
        self.call_next(self._fit)

    def _fit(self) -> None:
        """Show the rooms, or that the terminal is too small for them: a mode of its own, so that no room changes."""
        small = self.size.width < WIDTH or self.size.height < HEIGHT
        if self._entered and small is not self._small:
            self.switch_mode("small" if small else self.DEFAULT_MODE)
            waiting, self._waiting = self._waiting, []
            for act in waiting:
                act()

    @property
    def _small(self) -> bool:
        return self.current_mode == "small"

    def push_screen(self, *given: Any, **named: Any) -> Any:
        """Open a screen over this one, or keep that for a larger terminal."""
        return self._in_rooms(partial(super().push_screen, *given, **named))

    def switch_screen(self, screen: Screen[Any] | str) -> AwaitComplete:
        """Open a screen in place of this one, or keep that for a larger terminal."""
        return self._in_rooms(partial(super().switch_screen, screen))

    def pop_screen(self) -> AwaitComplete:
        """Close a screen, or keep that for a larger terminal."""
        return self._in_rooms(super().pop_screen)

    def _in_rooms(self, act: Callable[[], Any]) -> Any:
        if not self._small:
            return act()
        self._waiting.append(act)
        return AwaitComplete.nothing()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action can be taken now: while the terminal is too small, one can leave or wait."""
        return not self._small or action in {"quit", "suspend_process"}

    # --- everywhere ----------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Press the key that a click in the foot row means."""
        key = pressed_by(event.style.meta)
        if key:
            self.simulate_key(key)

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
        if self._small:
            self.switch_mode(self.DEFAULT_MODE)
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
