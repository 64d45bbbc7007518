"""Lines of JSON from anybody, read within bounds: one that is hostile is an error of its own and harms no other."""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from bptutor.errors import UsageError

DEPTH = 64
"""Levels of lists and objects in one line."""
ENDLESS = 1 << 28
"""Bytes of one line after which it is given up, and with it all that comes behind."""
_CHUNK = 1 << 20
_BYTES = 4
"""Most bytes of one character in UTF-8."""


class Lines(Iterator[str]):
    """The lines of a file, or of stdin for `-`, as they come; no more of one is held than its bound.

    Only a newline ends a line, as JSON holds U+2028. Bytes that are not UTF-8 stay in their line, so that the others
    are read all the same. Of a line that is too long, a piece is given that is too long as well.
    """

    def __init__(self, file: str, longest: int) -> None:
        """Open a file.

        Args:
            file: Its path, or `-`.
            longest: Characters that a line may have.

        Raises:
            UsageError: It cannot be read.
        """
        self._file = file
        self._source: IO[bytes] = sys.stdin.buffer if file == "-" else _opened(file)
        self._bound = _BYTES * (longest + 1)
        self._count = 0
        self.unread = ""
        """What was left out and why: a line that does not end, and all that comes behind it; empty when nothing was."""

    def __next__(self) -> str:
        """Return the next line."""
        try:
            line = b"" if self.unread else self._source.readline(self._bound)
            if len(line) >= self._bound and not line.endswith(b"\n"):
                self._skip()
        except OSError as error:
            raise _unreadable(self._file, error) from error
        if not line:
            if self._file != "-":
                self._source.close()
            raise StopIteration
        self._count += 1
        return line.decode("utf-8-sig" if self._count == 1 else "utf-8", "surrogateescape")

    def _skip(self) -> None:
        """Read on to the end of a line without keeping it."""
        skipped = 0
        while skipped < ENDLESS:
            more = self._source.readline(_CHUNK)
            if not more or more.endswith(b"\n"):
                return
            skipped += len(more)
        self.unread = f"line {self._count + 1} does not end: nothing after it was read"


def _opened(file: str) -> IO[bytes]:
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise _unreadable(file, error) from error


def _unreadable(file: str, error: OSError) -> UsageError:
    return UsageError(f"cannot read {file}: {error.strerror}", "name a text file, or - for standard input")


def parse(text: str, longest: int) -> tuple[Any, str]:
    """Return the value of one line of JSON, and what is wrong with it; the value may then be None.

    Refused are lines that are too long or nested too deeply, numbers that no program can hold, and keys that stand
    twice, as one of the two would be lost.
    """
    if len(text) > longest:
        return None, f"longer than {longest} characters"
    repeated: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            repeated.extend(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        return found

    try:
        value = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=once)
    except json.JSONDecodeError as error:
        return None, f"not JSON: {error.msg}"
    except RecursionError:
        return None, "not JSON that can be read: nested too deeply"
    except ValueError:
        return None, "not JSON that can be read: a number has too many digits"
    return value, fault(value) or (f"the key {shown(repeated[0])} stands twice" if repeated else "")


def fault(value: object) -> str:
    """Return what is wrong with a value out of JSON: nested too deeply, or not finite; empty when nothing is."""
    for depth, level in enumerate(_levels(value)):
        if depth > DEPTH:
            return f"nested too deeply: more than {DEPTH} levels"
        if any(isinstance(one, float) and not math.isfinite(one) for one in level):
            return "a number is too large, or none at all (NaN, Infinity)"
    return ""


def too_deep(value: object) -> bool:
    """Return whether a value out of JSON is nested too deeply."""
    return any(depth > DEPTH for depth, _ in enumerate(_levels(value)))


def _levels(value: object) -> Iterator[list[object]]:
    """Yield what stands at each level of a value, the outermost first."""
    level = [value]
    while level:
        yield level
        below: list[object] = []
        for one in level:
            if isinstance(one, dict):
                below += one.values()
            elif isinstance(one, list):
                below += one
        level = below


def shown(value: object) -> str:
    """Return the beginning of a value as it may stand in a message on any terminal."""
    return ascii(value if isinstance(value, str | int | float | bool | None) else type(value).__name__)[:60]
