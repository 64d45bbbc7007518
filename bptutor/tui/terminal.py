"""The terminal: taken for the tutor, lent to an editor, and given back as it was however the tutor ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.driver import Driver

from bptutor.errors import UsageError

if TYPE_CHECKING:
    from types import FrameType

GIVEN_BACK = (
    "\x1b[?2004l\x1b[?7h\x1b[?2048l"  # bracketed paste, line wrap, resize reports
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?1004l"  # mouse, focus reports
    "\x1b[?1049l\x1b[?25h\x1b[0m"  # the screen of before, its cursor and its colours
)
"""What undoes everything that the screens switch on."""
COLOUR_SYSTEMS = ("auto", "standard", "256", "truecolor", "windows")
"""What TEXTUAL_COLOR_SYSTEM may be."""


class Ended(UsageError):
    """A signal to end came while the terminal was lent."""

    def __init__(self, number: int) -> None:
        """Keep the number of the signal."""
        super().__init__("the tutor ends")
        self.number = number


if sys.platform == "win32":

    def driver_class(default: type[Driver]) -> type[Driver]:
        """Return the driver for this platform."""
        return default

    @contextlib.contextmanager
    def given_back() -> Iterator[None]:
        """Leave the terminal to its driver."""
        yield

    @contextlib.contextmanager
    def lent() -> Iterator[None]:
        """Leave the terminal to its driver."""
        yield

else:
    import io
    import termios

    from textual.drivers.linux_driver import LinuxDriver

    ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    """Signals that ask a program to end."""

    class Output(io.TextIOWrapper):
        """What the screens are written to: the terminal on stdout, whatever stderr is.

        A terminal that went away swallows what is still written, and the tutor ends.
        """

        def __init__(self, driver: TutorDriver) -> None:
            """Write to the terminal of a driver."""
            encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
            super().__init__(open(1, "wb", closefd=False), encoding, errors="replace", newline="")  # noqa: SIM115
            self._driver = driver
            self._gone = False

        def write(self, text: str) -> int:
            """Write, as long as there is a terminal."""
            with self._going():
                super().write(text)
            return len(text)

        def flush(self) -> None:
            """Flush, as long as there is a terminal."""
            with self._going():
                super().flush()

        @contextlib.contextmanager
        def _going(self) -> Iterator[None]:
            try:
                if not self._gone:
                    yield
            except OSError:
                self._gone = True
                self._driver.gone()

    class TutorDriver(LinuxDriver):
        """Textual's own driver, on stdout, which gives the terminal back on every signal that can be caught."""

        def __init__(self, app: App[Any], **more: Any) -> None:
            """See `LinuxDriver`."""
            super().__init__(app, **more)
            self._file = Output(self)
            self._stopped = False
            self._own_line: list[Any] | None = None
            """How the line is set while the tutor has the terminal."""

        def start_application_mode(self) -> None:
            """Take the terminal; from here on a signal to end is kept for the app."""
            loop = asyncio.get_running_loop()
            for number in ENDING:
                loop.add_signal_handler(number, self._end, number)
            super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual gives no types here
            self._own_line = _line()

        def _end(self, number: int) -> None:
            ending: Any = self._app
            ending.end(number)

        def gone(self) -> None:
            """End: nobody sees the screens any longer."""
            self._loop.call_soon_threadsafe(self._end, signal.SIGHUP)

        def run_input_thread(self) -> None:
            """Read keys, as long as there is a terminal."""
            try:
                super().run_input_thread()
            except OSError:
                self.gone()

        def _sigtstp_application(self, *_: Any) -> None:
            self._stopped = self._auto_restart
            super()._sigtstp_application()

        def _sigcont_application(self, *_: Any) -> None:
            """Take the terminal again, also after a stop that could not be caught.

            Where nobody used it meanwhile it is still ours, and so are the keys that wait in it.
            """
            if self._auto_restart and not self._stopped:
                if _line() == self._own_line:
                    return
                self.suspend_application_mode()
            self._stopped = False
            super()._sigcont_application()

    def driver_class(default: type[Driver]) -> type[Driver]:
        """Return the driver for this platform: our own in place of Textual's for Unix."""
        return TutorDriver if default is LinuxDriver else default

    @contextlib.contextmanager
    def given_back() -> Iterator[None]:
        """Give the terminal back as it was, whatever happens within.

        Textual does so itself when it comes to its own end; this is for every other end.
        """
        before = _line()
        finished = False
        try:
            yield
            finished = True
        finally:
            if not finished or _line() != before:
                with contextlib.suppress(OSError):
                    os.write(1, GIVEN_BACK.encode())
            _set_line(before)

    @contextlib.contextmanager
    def lent() -> Iterator[None]:
        """Lend the terminal to another program: what that leaves behind, raw or another screen, is put right.

        The keys that interrupt and quit are the other program's. A signal to end ends it too.

        Raises:
            Ended: A signal to end came meanwhile.
        """
        before = _line()
        wakes = signal.set_wakeup_fd(-1)
        handlers = {number: signal.getsignal(number) for number in (*ENDING, signal.SIGQUIT)}
        for number in handlers:
            ignored = number in {signal.SIGINT, signal.SIGQUIT}
            signal.signal(number, _ignored if ignored else _ended)
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(wakes)
            if _line() != before:
                with contextlib.suppress(OSError):
                    os.write(1, GIVEN_BACK.encode())
                _set_line(before)

    def _ignored(number: int, frame: FrameType | None) -> None:
        """Do nothing; unlike SIG_IGN, a started program does not inherit this."""

    def _ended(number: int, frame: FrameType | None) -> None:
        raise Ended(number)

    def _line() -> list[Any] | None:
        """Return how the line is set: raw, echoing ...; None where stdin is no terminal."""
        try:
            return termios.tcgetattr(0)
        except termios.error:
            return None

    def _set_line(settings: list[Any] | None) -> None:
        if settings is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(0, termios.TCSANOW, settings)


def check_environment() -> None:
    """Refuse variables that Textual cannot use, before it does so by a traceback.

    Raises:
        UsageError: TEXTUAL_COLOR_SYSTEM names no colour system.
    """
    given = os.environ.get("TEXTUAL_COLOR_SYSTEM", "auto")
    if given not in COLOUR_SYSTEMS:
        raise UsageError(f"TEXTUAL_COLOR_SYSTEM is {given!r}", "one of: " + ", ".join(COLOUR_SYSTEMS))
    if os.environ.get("NO_COLOR") == "":  # empty means nothing, says no-color.org
        del os.environ["NO_COLOR"]


def check_theme(known: Collection[str]) -> None:
    """Refuse a TEXTUAL_THEME of which no theme is known; Textual would take its own in silence.

    Raises:
        UsageError: It names none.
    """
    given = os.environ.get("TEXTUAL_THEME", "")
    if given and not {name.strip() for name in given.split(",")} & set(known):
        raise UsageError(f"TEXTUAL_THEME is {given!r}", "one of: " + ", ".join(sorted(known)))
