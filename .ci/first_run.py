"""Run the README's first command in a pseudo-terminal, as far as the course map, and leave."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

COMMAND = "pip install --quiet . && bptutor"
LIMIT = 600.0
"""Seconds for the installation and the first screens together."""
ESCAPES = re.compile(rb"\x1b(\[[0-9;?<>=]*[A-Za-z]|\][^\x07\x1b]*(\x07|\x1b\\)|[=>PX^_].*?\x1b\\|.)")
STEPS = (
    ("First ten minutes", b"\x1b"),  # the first start opens the lesson; esc leaves it for the map
    ("The network model", b"\x11"),  # the map is here; ctrl+q leaves
)


def main() -> int:
    """Return 0 when the map was shown and the program left by itself with 0."""
    pid, screen = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLUMNS="80", LINES="24", LANG="C.UTF-8")
        os.execvp("bash", ["bash", "-c", COMMAND])  # noqa: S606  # the command is a constant
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    deadline = time.monotonic() + LIMIT
    for awaited, key in STEPS:
        if not shown(screen, awaited, deadline):
            os.kill(pid, signal.SIGKILL)
            print(f"{awaited!r} was not shown")
            return 1
        print(f"shown: {awaited}")
        os.write(screen, key)
    while read(screen, deadline) is not None:
        pass
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    print(f"left with exit code {code}")
    return code


def read(screen: int, deadline: float) -> bytes | None:
    """Return what came, or None at the end or past the deadline."""
    ready, _, _ = select.select([screen], [], [], max(0.0, deadline - time.monotonic()))
    if not ready:
        return None
    try:
        return os.read(screen, 65536) or None
    except OSError:  # the other side has closed
        return None


def shown(screen: int, awaited: str, deadline: float) -> bool:
    """Read until a text stands on the screen."""
    seen = b""
    while (chunk := read(screen, deadline)) is not None:
        seen += chunk
        if awaited in ESCAPES.sub(b"", seen).decode("utf-8", "replace"):
            return True
    sys.stdout.write(ESCAPES.sub(b"", seen).decode("utf-8", "replace")[-2000:] + "\n")
    return False


if __name__ == "__main__":
    raise SystemExit(main())
