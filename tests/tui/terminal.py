"""The real program in a terminal of its own: bytes go in as a terminal sends them, the record tells what was graded."""

from __future__ import annotations

import fcntl
import json
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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|P.*?\x1b\\|[ -/]*[0-~])", re.DOTALL)
LONGEST = 60.0
"""Seconds until a text that never comes is given up."""
KEYS = {
    "enter": b"\r",
    "backspace": b"\x7f",
    "delete": b"\x1b[3~",
    "left": b"\x1b[D",
    "right": b"\x1b[C",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "pageup": b"\x1b[5~",
    "pagedown": b"\x1b[6~",
    "tab": b"\t",
    "shift+tab": b"\x1b[Z",
    "escape": b"\x1b[27u",  # as a terminal with the protocol of Kitty sends it: a bare ESC waits for what follows
    "f1": b"\x1bOP",
    "f2": b"\x1bOQ",
    "f3": b"\x1bOR",
    "f4": b"\x1bOS",
    "f5": b"\x1b[15~",
    "f6": b"\x1b[17~",
    "f7": b"\x1b[18~",
    "f8": b"\x1b[19~",
    "f9": b"\x1b[20~",
    "f10": b"\x1b[21~",
    "f11": b"\x1b[23~",
    "f12": b"\x1b[24~",
    **{f"ctrl+{letter}": bytes([ord(letter) - 96]) for letter in "acefgknopqsuvwxyz"},
}


def sent(text: str) -> bytes:
    """Return what a terminal sends for a text with keys in it: `12<backspace>3<enter>`."""
    parts = re.split(r"<([a-z0-9+]+)>", text)
    return b"".join(KEYS[part] if n % 2 else part.encode() for n, part in enumerate(parts))


class Terminal:
    """A running program, and all that it wrote."""

    def __init__(self, process: subprocess.Popen[bytes], end: int) -> None:
        self.process, self.end = process, end
        self.written = ""

    def write(self, text: str) -> None:
        """Send keys, all in one write."""
        data = sent(text)
        assert os.write(self.end, data) == len(data)

    def until(self, wanted: str, after: int = 0) -> None:
        """Read until a text was painted since a place in what was written."""
        self.until_any((wanted,), after)

    def until_any(self, wanted: Sequence[str], after: int = 0) -> None:
        """Read until one of some texts was painted."""
        ends = time.monotonic() + LONGEST
        while not any(text in ESCAPES.sub("", self.written[after:]) for text in wanted):
            some = self.read(max(0.0, ends - time.monotonic()))
            assert some, f"{wanted!r} never came:\n{ESCAPES.sub('', self.written[after:])[-2000:]}"

    def read(self, seconds: float) -> bool:
        """Read what is painted next; returns whether something came in some seconds."""
        ready, _, _ = select.select([self.end], [], [], seconds)
        try:
            data = os.read(self.end, 65536) if ready else b""
        except OSError:  # the program is over
            data = b""
        self.written += data.decode(errors="replace")
        return bool(data)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal."""
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if self.process.poll() is None:  # it has no controlling terminal, which would tell it
            self.process.send_signal(signal.SIGWINCH)

    def stopped(self, text: str, seconds: float) -> None:
        """Send keys while the program is stopped, as when the machine or the line is slow."""
        self.process.send_signal(signal.SIGSTOP)
        self.write(text)
        time.sleep(seconds)
        self.process.send_signal(signal.SIGCONT)

    def finish(self) -> int:
        """Read until the program is over; returns its exit code."""
        while self.read(LONGEST):
            pass
        return self.process.wait(1)


@contextmanager
def terminal(home: Path, *words: str, size: tuple[int, int] = (80, 24)) -> Iterator[Terminal]:
    """Run `bptutor` with some words in a terminal of some columns and rows."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    variables = {**os.environ, "BPTUTOR_HOME": str(home), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "bptutor", *words]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=variables, start_new_session=True
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def graded(home: Path) -> list[str]:
    """Return the answers of the record, in order."""
    command = [sys.executable, "-m", "bptutor", "progress", "export"]
    ran = subprocess.run(
        command, env={**os.environ, "BPTUTOR_HOME": str(home)}, capture_output=True, text=True, check=True
    )
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    return [event["text"] for event in events if event["kind"] == "answered"]
