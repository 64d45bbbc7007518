"""A terminal for tests: the real program in a pseudo-terminal, what it writes there, and what a person would see.

`Screen` keeps a grid of cells from the bytes: the cursor movements that the program uses, and the colours of each cell.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

PROGRAM = (sys.executable, "-m", "bptutor")
PATIENCE = 30.0
"""Seconds after which what is waited for will never come."""

Colour = tuple[int, int, int] | None
"""Red, green and blue; None for the colour that the terminal has by itself."""

MODES = {"1049": "alternate screen", "1000": "mouse", "1003": "mouse moves", "1006": "mouse", "2004": "bracketed paste"}
"""Private modes that must be off when the program has ended; the cursor (25) must be on, and line wrap (7)."""
ON_AT_THE_END = {"25": "cursor", "7": "line wrap"}


@dataclass(frozen=True)
class Cell:
    """One character as it is shown."""

    char: str = " "
    fore: Colour = None
    back: Colour = None
    marks: frozenset[int] = frozenset()
    """SGR numbers that are on, such as 1 bold, 4 underlined, 7 reversed."""


_SEQUENCE = re.compile(r"\x1b\[([<>=?]?)([0-9;:$]*)([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_=>]|\x1b[()].")
_LEVELS = (0, 95, 135, 175, 215, 255)
_SYSTEM = (
    "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
)
_RESETS = {22: {1, 2}, 23: {3}, 24: {4}, 25: {5}, 27: {7}, 28: {8}, 29: {9}}


def indexed(n: int) -> Colour:
    """Return a colour of the table of 256, the first sixteen as xterm has them."""
    if n < 16:
        text = _SYSTEM.split()[n]
        return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)
    if n >= 232:
        return (8 + 10 * (n - 232),) * 3
    n -= 16
    return _LEVELS[n // 36], _LEVELS[n // 6 % 6], _LEVELS[n % 6]


def styled(pen: Cell, numbers: Sequence[int]) -> Cell:
    """Return a pen after the numbers of one SGR sequence."""
    rest = list(numbers) or [0]
    while rest:
        n = rest.pop(0)
        if n == 0:
            pen = Cell()
        elif n in {38, 48}:
            colour: Colour
            if rest.pop(0) == 2:
                colour, rest = (rest[0], rest[1], rest[2]), rest[3:]
            else:
                colour = indexed(rest.pop(0))
            pen = replace(pen, fore=colour) if n == 38 else replace(pen, back=colour)
        elif 30 <= n <= 37 or 90 <= n <= 97:
            pen = replace(pen, fore=indexed(n - 30 if n < 90 else n - 82))
        elif 40 <= n <= 47 or 100 <= n <= 107:
            pen = replace(pen, back=indexed(n - 40 if n < 100 else n - 92))
        elif n in {39, 49}:
            pen = replace(pen, fore=None) if n == 39 else replace(pen, back=None)
        elif n in _RESETS:
            pen = replace(pen, marks=pen.marks - _RESETS[n])
        elif n < 10:
            pen = replace(pen, marks=pen.marks | {n})
    return pen


@dataclass
class Screen:
    """What stands on a terminal after some bytes."""

    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    modes: dict[str, bool] = field(default_factory=dict)
    """Private mode -> whether it was switched on last."""
    kitty: int = 0
    """How often the kitty keyboard protocol was pushed and not popped."""
    _rest: str = ""
    _pen: Cell = Cell()
    _row: int = 0
    _column: int = 0

    def feed(self, text: str) -> None:
        """Take more of what is written; a sequence may come in pieces."""
        text, self._rest = self._rest + text, ""
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                found = _SEQUENCE.match(text, at)
                if found is None:
                    self._rest = text[at:]
                    return
                self._obey(*(found.group(n) or "" for n in (1, 2, 3)))
                at = found.end()
                continue
            self._put(text[at])
            at += 1

    def _put(self, char: str) -> None:
        if char == "\n":
            self._row += 1
        elif char == "\r":
            self._column = 0
        elif char >= " ":
            self.cells[self._row, self._column] = replace(self._pen, char=char)
            self._column += 1

    def _obey(self, private: str, given: str, final: str) -> None:
        numbers = [int(n) if n else 0 for n in re.split("[;:]", given) if n.isdigit() or not n]
        if private == "?" and final in "hl":
            self.modes |= {str(n): final == "h" for n in numbers}
        elif final == "u" and private in "<>" and private:
            self.kitty += 1 if private == ">" else -1
        elif private:
            return
        elif final == "m":
            self._pen = styled(self._pen, [int(n) for n in re.split("[;:]", given) if n])
        elif final == "H":
            self._row, self._column = ([*numbers, 0, 0][0] or 1) - 1, ([*numbers, 0, 0][1] or 1) - 1
        elif final == "J":
            self.cells.clear()

    @property
    def rows(self) -> list[str]:
        """The text of every row."""
        last = max((row for row, _ in self.cells), default=-1)
        return ["".join(cell.char for cell in self.row(n)).rstrip() for n in range(last + 1)]

    @property
    def text(self) -> str:
        """The text of all rows."""
        return "\n".join(self.rows)

    def row(self, n: int) -> list[Cell]:
        """Return the cells of a row."""
        width = max((column for row, column in self.cells if row == n), default=-1) + 1
        return [self.cells.get((n, column), Cell()) for column in range(width)]

    def cursors(self) -> list[tuple[int, int]]:
        """Return the cells that are drawn the other way round, in all but the columns of the scroll bars."""
        edge = max((column for _, column in self.cells), default=0) - 2
        return [
            (row, column)
            for (row, column), cell in self.cells.items()
            if (7 in cell.marks and column < edge)
            or (cell.fore and cell.back and _luminance(cell.back) > _luminance(cell.fore))
        ]

    def faults_at_the_end(self) -> list[str]:
        """Return what a program that has ended left switched on or off."""
        found = [what for mode, what in MODES.items() if self.modes.get(mode, False)]
        found += [what for mode, what in ON_AT_THE_END.items() if not self.modes.get(mode, True)]
        return found + (["keyboard protocol"] if self.kitty > 0 else [])


def contrast(first: tuple[int, int, int], second: tuple[int, int, int]) -> float:
    """Return the contrast ratio of two colours as WCAG 2 defines it, 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: tuple[int, int, int]) -> float:
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def unreadable(screen: Screen, least: float = 4.5) -> list[str]:
    """Return what cannot be read: text with too little contrast, or with one of its two colours left to the terminal.

    Lines and blocks (borders, bars) are no text.
    """
    found: dict[tuple[Colour, Colour], list[Any]] = {}
    for (row, column), cell in sorted(screen.cells.items()):
        if cell.char == " " or "\u2500" <= cell.char <= "\u259f" or "\u2800" <= cell.char <= "\u28ff":
            continue
        if cell.fore is None and cell.back is None:
            continue
        ratio = contrast(cell.fore, cell.back) if cell.fore and cell.back else 1.0
        if ratio < least:
            what = f"{cell.fore} on {cell.back}, {ratio:.2f}"
            found.setdefault((cell.fore, cell.back), [what, row, column, ""])[3] += cell.char
    return [f"{what} at row {row}, column {column}: {text[:60]}" for what, row, column, text in found.values()]


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(self, process: subprocess.Popen[bytes], master: int, slave: int, before: list[Any]) -> None:
        self.process, self.before = process, before
        self.screen = Screen()
        self.bytes = b""
        self._master, self._slave = master, slave

    @classmethod
    def start(
        cls,
        *words: str,
        home: Path,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str | None] | None = None,
        program: Sequence[str] = PROGRAM,
        **streams: Any,
    ) -> Self:
        """Start the program.

        Args:
            words: Of its command line.
            home: Its BPTUTOR_HOME.
            size: Columns and rows.
            environment: Variables to add, or with None to take away.
            program: What is started.
            streams: `stdin`, `stdout`, `stderr` where they are not this terminal.
        """
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        before = termios.tcgetattr(slave)
        variables: dict[str, str | None] = {
            **os.environ,
            "BPTUTOR_HOME": str(home),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            **dict.fromkeys(("NO_COLOR", "COLUMNS", "LINES", "TEXTUAL_THEME", "VISUAL", "EDITOR")),
            **(environment or {}),
        }
        process = subprocess.Popen(
            [*program, *words],
            stdin=streams.get("stdin", slave),
            stdout=streams.get("stdout", slave),
            stderr=streams.get("stderr", slave),
            env={name: value for name, value in variables.items() if value is not None},
            start_new_session=True,
            preexec_fn=lambda: _own(slave),  # noqa: PLW1509 - a test process with one thread
        )
        return cls(process, master, slave, before)

    def read(self, seconds: float) -> bool:
        """Take what comes within some seconds; False when nothing did."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            more = os.read(self._master, 1 << 16)
        except OSError:
            return False
        self.bytes += more
        self.screen.feed(more.decode("utf-8", "replace"))
        return bool(more)

    def until(self, wanted: str, absent: bool = False) -> str:
        """Read until a text stands on the screen (or no longer does); fails with the screen when that never comes.

        A text of several words is also found where it goes on in the next row.
        """
        self.until_true(
            lambda: (wanted in self.screen.text or wanted in " ".join(self.screen.text.split())) is not absent,
            f"{wanted!r} never {'went' if absent else 'came'}",
        )
        return self.screen.text

    def until_true(self, holds: Callable[[], bool], otherwise: str = "it never came") -> None:
        """Read until something holds; fails with the screen when it never does."""
        until = time.monotonic() + PATIENCE
        while not holds():
            ended = self.process.poll() is not None
            if not self.read(0 if ended else 0.05) and (ended or time.monotonic() > until):
                raise AssertionError(f"{otherwise}:\n{self.screen.text}")

    def until_cursor(self) -> None:
        """Read until something has a cursor, and takes keys."""
        self.until_true(lambda: bool(self.screen.cursors()), "no cursor came")

    def write(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Make the terminal another size; what stood on it is forgotten, as the program draws it anew."""
        self.screen.cells.clear()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process.send_signal(signal.SIGWINCH)

    def wait(self) -> int:
        """Read until the program has ended; returns its exit code."""
        until = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            self.read(0.05)
            if time.monotonic() > until:
                raise AssertionError(f"it never ended:\n{self.screen.text}")
        while self.read(0):
            pass
        return self.process.returncode

    @property
    def attributes(self) -> list[Any]:
        """How the line of this terminal is set now (raw, echoing ...)."""
        return termios.tcgetattr(self._slave)

    def set_attributes(self, attributes: list[Any]) -> None:
        """Set the line, as a shell does when it takes the terminal back."""
        termios.tcsetattr(self._slave, termios.TCSANOW, attributes)

    def hang_up(self) -> None:
        """Close the terminal, as its window does."""
        os.close(self._slave)
        os.close(self._master)

    def faults(self) -> list[str]:
        """Return in what this terminal is not as it was before the program."""
        found = self.screen.faults_at_the_end()
        return found + (["line settings"] if self.attributes != self.before else [])

    def close(self) -> None:
        """End the program, and the terminal."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)
        os.close(self._slave)


def _own(slave: int) -> None:
    """Make the terminal the controlling one of this process."""
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)


@contextmanager
def terminal(*words: str, home: Path, **more: Any) -> Iterator[Terminal]:
    """Run the program for a test; see `Terminal.start`."""
    opened = Terminal.start(*words, home=home, **more)
    try:
        yield opened
    finally:
        opened.close()
