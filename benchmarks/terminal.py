"""A program in a pseudo-terminal, timed from its start to a text on its screen."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass

ESCAPES = re.compile(rb"\x1b(\[[0-9;?<>=]*[A-Za-z]|\][^\x07\x1b]*(\x07|\x1b\\)|[=>PX^_].*?\x1b\\|.)")
LIMIT = 20.0
"""Seconds after which a program counts as hung."""


@dataclass(frozen=True)
class Program:
    """What is started, and how it shows that it is there."""

    name: str
    argv: Sequence[str]
    wanted: str
    """The text that is waited for."""
    env: dict[str, str]


def seconds_to_text(program: Program, size: tuple[int, int] = (80, 24)) -> float:
    """Start a program and return the seconds until its text stands on the screen; then kill it.

    Raises:
        RuntimeError: The text never came; says what did.
    """
    start = time.perf_counter()
    pid, screen = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", LANG="C.UTF-8", **program.env)
        os.execvp(program.argv[0], list(program.argv))
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    seen, wanted = b"", program.wanted.encode()
    try:
        while time.perf_counter() - start < LIMIT:
            ready, _, _ = select.select([screen], [], [], LIMIT)
            chunk = os.read(screen, 65536) if ready else b""
            seen += chunk
            if wanted in ESCAPES.sub(b"", seen):
                return time.perf_counter() - start
    except OSError:
        pass
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(screen)
    raise RuntimeError(f"{program.name}: {program.wanted!r} never came:\n{ESCAPES.sub(b'', seen)[-500:]!r}")


def paired(first: Program, second: Program, pairs: int) -> tuple[float, float, float]:
    """Start two programs in turn and return the median seconds of each and the median ratio first / second."""
    for program in (first, second):
        seconds_to_text(program)  # writes the bytecode and fills the file cache
    found = [(seconds_to_text(first), seconds_to_text(second)) for _ in range(pairs)]
    ratio = statistics.median(a / b for a, b in found)
    return statistics.median(a for a, _ in found), statistics.median(b for _, b in found), ratio
