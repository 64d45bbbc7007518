"""Where the characters of a YAML text stand in the file, so that a formula's error points at its column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from bptutor.packs.model import Place

DOUBLED = re.compile("''")
ESCAPE = re.compile(r"\\(?:x.{0,2}|u.{0,4}|U.{0,8}|.)", re.DOTALL)
"""One character of a text in single, in double quotes."""


@dataclass(frozen=True)
class Run:
    """Characters of a text that stand side by side on one line of the file."""

    offset: int
    """0-based, in the text."""
    line: int
    column: int


def at(runs: tuple[Run, ...], place: Place, column: int) -> Place:
    """Return where the character `column` (1-based) of a text stands; `place` when no run is known."""
    found = [run for run in runs if run.offset <= max(column, 1) - 1]
    if not found:
        return place
    run = found[-1]
    return Place(place.path, run.line, run.column + max(column, 1) - 1 - run.offset)


def scalar_runs(event: yaml.ScalarEvent, lines: list[str], first_line: int) -> tuple[Run, ...]:
    """Return the runs of one scalar of a document whose lines are given.

    Args:
        event: The scalar, with its marks.
        lines: The lines of the document.
        first_line: The line of the file on which the document begins.
    """
    start: Any = event.start_mark
    end: Any = event.end_mark
    if event.style in {"|", ">"}:
        return _block(event.value, lines, start.line + 1, first_line)
    if start.line != end.line:
        return _folded(lines, start, end, first_line, 1 if event.style else 0)
    line, column = first_line + start.line, start.column + 1
    if not event.style:
        return (Run(0, line, column),)
    raw = lines[start.line][start.column + 1 : max(end.column - 1, start.column + 1)]
    return tuple(_quoted(raw, event.style, line, column + 1))


def _quoted(raw: str, style: str, line: int, column: int) -> list[Run]:
    """Return a run after every escape; an escape is one character of the text."""
    runs, added = [Run(0, line, column)], 0
    for match in (DOUBLED if style == "'" else ESCAPE).finditer(raw):
        added += len(match[0]) - 1
        runs.append(Run(match.end() - added, line, column + match.end()))
    return runs


def _block(text: str, lines: list[str], start: int, first_line: int) -> tuple[Run, ...]:
    """Return one run for each line of a `|` or `>` text, found in the lines below its indicator."""
    runs, offset, n = [], 0, start
    for part in text.split("\n"):
        while n < len(lines) and not lines[n].strip() and part:
            n += 1
        if n >= len(lines):
            break
        indent = len(lines[n]) - len(lines[n].lstrip()) - (len(part) - len(part.lstrip()))
        runs.append(Run(offset, first_line + n, indent + 1))
        offset, n = offset + len(part) + 1, n + 1
    return tuple(runs)


def _folded(lines: list[str], start: Any, end: Any, first_line: int, quote: int) -> tuple[Run, ...]:
    """Return one run for each line of a text that goes over several lines, joined by spaces."""
    runs, offset = [], 0
    for n in range(start.line, min(end.line + 1, len(lines))):
        begin = start.column + quote if n == start.line else 0
        part = lines[n][begin : end.column - quote if n == end.line else None]
        stripped = part.strip()
        if stripped:
            runs.append(Run(offset, first_line + n, begin + len(part) - len(part.lstrip()) + 1))
            offset += len(stripped) + 1
    return tuple(runs)
