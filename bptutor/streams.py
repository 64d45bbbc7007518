"""The three standard streams: there even when they were closed, and one clear line when they take nothing."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import BinaryIO

from bptutor.errors import UsageError

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))

LONGEST_NAME = 200
"""Characters of a file's name in a message."""


def opened() -> frozenset[int]:
    """Open what is closed of the three on nothing, so that no other file takes its number; return which were."""
    closed = set()
    for number, (name, mode) in enumerate(_STREAMS):
        try:
            os.fstat(number)
        except OSError:
            closed.add(number)
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # takes the lowest number that is free
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", errors="replace"))  # noqa: PTH123, SIM115
    return frozenset(closed)


def say(text: str) -> None:
    """Write a line for a person; when nobody can read it, do nothing. Names may hold what a terminal would obey."""
    shown = "".join(char if char in "\n\t" or char.isprintable() else "?" for char in text)
    with contextlib.suppress(OSError):
        sys.stderr.write(shown + "\n")
        sys.stderr.flush()


def write(text: str) -> None:
    """Write a line of output.

    Raises:
        OSError: It cannot be written; says so.
    """
    try:
        sys.stdout.write(text + "\n")
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(error.errno, f"the output cannot be written: {error.strerror}") from error


def reason(error: OSError) -> str:
    """Return what the system refused, and for which file, as one line."""
    why = error.strerror or str(error)
    name = str(error.filename or "")
    return f"{why}: {name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + '…'}" if name else why


def flushed(code: int) -> int:
    """Write out what is still to be written; return the exit code, 1 when that failed.

    A reader that has gone, as `head` has, is no failure.
    """
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        forget_output()
    except OSError as error:
        forget_output()
        say(f"bptutor: the output cannot be written: {error.strerror}")
        return code or 1
    return code


def forget_output() -> None:
    """Let what is still to be written go nowhere, also at the end of the interpreter."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    with contextlib.suppress(OSError):
        sys.stdout.flush()


def stdin(closed: frozenset[int]) -> BinaryIO:
    """Return standard input.

    Raises:
        UsageError: It was closed.
    """
    if 0 in closed:
        raise UsageError("standard input is closed", "name a file, or give one by < FILE")
    return sys.stdin.buffer
