"""An app that gets on with its terminal: one that is too small, lent to an editor, without colours, or gone."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.driver import Driver
from textual.screen import Screen

from bptutor.errors import UsageError
from bptutor.tui import terminal
from bptutor.tui.colours import readable_texts
from bptutor.tui.render.headings import pressed_by
from bptutor.tui.screens.too_small import HEIGHT, WIDTH, SmallScreen


class TerminalApp(App[None]):
    """All that the tutor's app does for the sake of the terminal."""

    DEFAULT_MODE = "rooms"
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {"rooms": Screen, "small": SmallScreen}
    CSS = """
        SearchIcon { color: $foreground; }
        Input > .input--placeholder, CommandPalette > .command-palette--help-text { color: $quiet; text-style: none; }
        Input:nocolor > .input--cursor, Input:nocolor > .input--selection { text-style: reverse; }
        CommandList > .option-list--option-highlighted { background: $surface; text-style: bold underline; }
        TextArea:nocolor .text-area--cursor, TextArea:nocolor .text-area--selection { text-style: reverse; }
    """

    def __init__(self) -> None:
        """Take the colours that are wanted: none of our own where NO_COLOR is set."""
        no_color = bool(os.environ.get("NO_COLOR"))
        super().__init__(ansi_color=True if no_color else None)
        self.animation_level = "none"
        self._sized = False
        """Whether the first screen may be opened, as the size is known."""
        self._waiting: list[Callable[[], object]] = []
        """What is to be opened or closed once the terminal is large enough."""
        if no_color:
            self.theme = "ansi-dark"

    def keep_draft(self) -> None:
        """Keep what is typed; called before a signal ends the app."""

    # --- colours -------------------------------------------------------------------------------------

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

    def _handle_exception(self, error: Exception) -> None:
        """Take note of what nothing expected; what breaks off because the app ends is none of that."""
        if not self._exit:
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End with one line in place of a traceback."""
        from bptutor.progress.fault import told

        error = sys.exc_info()[1] or self._exception
        self._exit_renderables.append(Text(told(error) if error else "bptutor: this is a fault of the program"))
        self._close_messages_no_wait()

    # --- a terminal that is too small ----------------------------------------------------------------

    def on_resize(self) -> None:
        """See whether the screens fit, once the new size is known."""
        self.call_next(self._fit)

    def fit(self) -> None:
        """Take the size as known from now on."""
        self._sized = True
        self._fit()

    def to_rooms(self) -> None:
        """Go back to the rooms, whatever the size, before the app ends."""
        if self._small:
            self.switch_mode(self.DEFAULT_MODE)

    def _fit(self) -> None:
        """Show the rooms, or that the terminal is too small for them: a mode of its own, so that no room changes."""
        small = self.size.width < WIDTH or self.size.height < HEIGHT
        if self._sized and small is not self._small:
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
        switched: AwaitComplete = self._in_rooms(partial(super().switch_screen, screen))
        return switched

    def pop_screen(self) -> AwaitComplete:
        """Close a screen, or keep that for a larger terminal."""
        popped: AwaitComplete = self._in_rooms(super().pop_screen)
        return popped

    def _in_rooms(self, act: Callable[[], Any]) -> Any:
        if not self._small:
            return act()
        self._waiting.append(act)
        return AwaitComplete()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action can be taken now: while the terminal is too small, one can leave or wait."""
        return not self._small or action in {"quit", "suspend_process"}

    def on_click(self, event: events.Click) -> None:
        """Press the key that a click in the foot row means."""
        key = pressed_by(event.style.meta)
        if key:
            self.simulate_key(key)
