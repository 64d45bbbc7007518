"""A person who presses anything: keys, pastes, clicks, wheels, other sizes, in bursts and with pauses, in all rooms."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.tui.terminal import ESCAPES, KEYS, Terminal, terminal

ROOMS: tuple[tuple[str, ...], ...] = (
    (),
    ("learn", "softmax-derivative", "--seed", "7"),
    ("learn", "first-ten-minutes"),
    ("learn", "code-from-memory"),
    ("learn", "softmax-and-loss", "--seed", "7"),
    ("quiz", "quiz-see"),
    ("review",),
)
"""How the program is started: the map, lessons, a page of programs, a quiz, a review."""
LETTERS = "abcgmpqtvxyz019.,/?_^+-*()[]=ä∂Σ界 "
PASTES = ("p_i - y_i", "def f(p, y):\n    return p - y\n", "x" * 5_000, "\x07\x00", "a\r\nb\r\n")
_NAMES = tuple(name for name in KEYS if name != "ctrl+q")
_RARE = frozenset({"ctrl+z", "ctrl+o"})
"""Not pressed: they stop the program, and open another one."""


def one(random: Random) -> bytes:
    """Return what a terminal sends for one thing that is done."""
    kind = random.choices(("letter", "key", "click", "wheel", "paste", "word"), (40, 45, 5, 5, 2, 3))[0]
    column, row = random.randint(1, 200), random.randint(1, 60)
    if kind == "letter":
        return random.choice(LETTERS).encode()
    if kind == "key":
        return KEYS[random.choice([name for name in _NAMES if name not in _RARE])]
    if kind == "click":
        return f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m".encode()
    if kind == "wheel":
        return f"\x1b[<{random.choice((64, 65))};{column};{row}M".encode()
    if kind == "paste":
        return f"\x1b[200~{random.choice(PASTES)}\x1b[201~".encode()
    return random.choice((b"m/soft\r", b"\r\r\r", b"1\r2\r", b"np.exp(z)\x7f)\r", b"\x10quiz\r"))


@dataclass
class Person:
    """Presses keys in one program after another, with one record."""

    home: Path
    random: Random
    pressed: list[bytes] = field(default_factory=list)
    """In the last program."""
    programs: int = 0

    def press(self, count: int) -> None:
        """Press so many keys, and leave; fails when the program ended in another way than it should."""
        while count > 0:
            room = self.random.choice(ROOMS)
            self.pressed = []
            self.programs += 1
            with terminal(self.home, *room, size=self.random.choice(((80, 24), (120, 36)))) as shown:
                count -= self._in(shown, min(count, 400))
                os.write(shown.end, KEYS["ctrl+q"] * 2) if shown.process.poll() is None else None
                code = shown.finish()
            if code or "Traceback" in shown.written:
                said = ESCAPES.sub("", shown.written)[-4000:]
                raise AssertionError(f"{room} ended with {code} after {self.pressed[-30:]!r}:\n{said}")

    def _in(self, shown: Terminal, most: int) -> int:
        """Press keys until the program is over, at most so many; returns how many."""
        done = 0
        if self.random.random() < 0.2:  # it is still starting: the terminal itself keeps a line, not a long paste
            self._send(shown, [self.random.choice(LETTERS).encode(), b"\r", KEYS["f1"], KEYS["escape"]])
        shown.until_any(("^p", "enter goes on"))  # what a lesson needs may stand over it at once
        while done < most and shown.process.poll() is None:
            burst = [one(self.random) for _ in range(self.random.choice((1, 1, 2, 5, 20)))]
            self.pressed += burst
            try:
                self._send(shown, burst)
                if self.random.random() < 0.05:
                    self._resize(shown)
            except OSError:
                break
            done += len(burst)
            self._read(shown, self.random.choice((0.0, 0.0, 0.005, 0.1)))
        return done

    def _send(self, shown: Terminal, burst: list[bytes]) -> None:
        """Write all, however little the terminal takes at once: half a paste has no end."""
        data = b"".join(burst)
        while data:
            data = data[os.write(shown.end, data) :]

    def _resize(self, shown: Terminal) -> None:
        small = (self.random.randint(1, 200), self.random.randint(1, 60))
        columns, rows = self.random.choice((small, (80, 24), (60, 16)))
        shown.resize(columns, rows)

    def _read(self, shown: Terminal, seconds: float) -> None:
        """Read what is painted for some time, so that the program never waits for its terminal."""
        ends = time.monotonic() + seconds
        while shown.read(max(0.0, ends - time.monotonic())):
            shown.written = shown.written[-20_000:]
