"""A learner's record as JSON lines, out and in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bptutor.errors import UsageError
from bptutor.progress.event import Event
from bptutor.progress.events import Log
from bptutor.progress.whole import write_whole

LONGEST_LINE = 100_000
"""Characters of one line of an import."""
BATCH = 1_000
"""Events written in one transaction of an import."""


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    added: int
    known: int
    """Events that were there already: importing twice changes nothing."""
    problems: tuple[str, ...]
    """`line 3: what is wrong`, for each malformed line; all other lines were imported."""


def export_lines(log: Log) -> Iterator[str]:
    """Yield every event as one line of JSON without its line end, oldest first."""
    for event in log.events():
        yield event.to_json()


def export_file(log: Log, file: Path) -> None:
    """Write every event to a file, as `export_lines` yields them; only such a file is written over.

    Raises:
        UsageError: The file is something else, or cannot be written.
    """
    write_whole(file, (f"{line}\n" for line in export_lines(log)), _is_export)


def _is_export(text: str) -> bool:
    """Return whether a file begins with an event, or is empty."""
    try:
        return not text or bool(Event.from_json(text.partition("\n")[0]))
    except ValueError:
        return False


def import_lines(log: Log, lines: Iterable[str]) -> Imported:
    """Add the events of another record; an event is known by its id, so nothing is counted twice.

    Raises:
        UsageError: The record cannot be written.
    """
    if not log.saving:
        raise UsageError(log.saving_problem, "close the other window, or set BPTUTOR_HOME to a folder you can write")
    latest = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    problems: list[str] = []
    new = known = 0
    batch: list[Event] = []
    for number, line in enumerate(lines, 1):
        try:
            batch += _event(line, log.learner, latest)
        except ValueError as error:
            problems.append(f"line {number}: {error}")
        if len(batch) >= BATCH:
            new, known, batch = _added(log, batch, new, known)
    new, known, _ = _added(log, batch, new, known)
    return Imported(new, known, tuple(problems))


def _added(log: Log, batch: list[Event], new: int, known: int) -> tuple[int, int, list[Event]]:
    added = log.add(batch)
    if not log.saving:
        raise UsageError(log.saving_problem, "make room on the disk and import again: nothing is counted twice")
    return new + added, known + len(batch) - added, []


def _event(line: str, learner: str, latest: str) -> list[Event]:
    """Return the event of a line as one of this learner's, or none of a blank line."""
    if not line.strip():
        return []
    if len(line) > LONGEST_LINE:
        raise ValueError(f"longer than {LONGEST_LINE} characters")
    event = Event.from_json(line)
    if event.time > latest:
        raise ValueError(f"its time, {event.time}, lies in the future")
    return [replace(event, learner=learner)]
