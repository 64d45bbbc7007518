"""A learner's record as JSON lines, out and in: every event, then `{"kind": "draft", ...}` for what is typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bptutor.errors import UsageError
from bptutor.progress.atomic_write import write_whole
from bptutor.progress.event import Event, value_of
from bptutor.progress.event_log import Log
from bptutor.progress.record import draft
from bptutor.progress.record.draft import Draft
from bptutor.progress.record.ordering import settled
from bptutor.progress.record.store import Added

BATCH = 1_000
"""Events written in one transaction of an import."""
YEARS = range(1970, 9000)
"""Years that a clock says."""
MOST_PROBLEMS = 1_000
"""Lines whose problems are kept; of the others it is said how many there are."""


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    added: int
    known: int
    """Events that were there already: importing twice changes nothing."""
    problems: tuple[str, ...]
    """`line 3: what is wrong`, for each line that was not taken; all other lines were imported."""
    drafts: int = 0
    """Drafts that were kept, as no newer one was here."""
    refused: int = 0
    """How many lines were not taken."""

    def __str__(self) -> str:
        """Say it in one line."""
        said = f"{self.added} events added, {self.known} known already, {self.refused} lines not read"
        return said + (f", {self.drafts} draft{'' if self.drafts == 1 else 's'} kept" if self.drafts else "")


def export_lines(log: Log) -> Iterator[str]:
    """Yield every event as one line of JSON without its line end, oldest first; then the drafts."""
    for event in log.events():
        yield event.to_json()
    for typed in log.all_drafts():
        yield typed.to_json()


def export_file(log: Log, file: Path) -> None:
    """Write the record to a file, as `export_lines` yields them; only such a file is written over.

    Raises:
        UsageError: The file is something else, or cannot be written.
    """
    write_whole(file, (f"{line}\n" for line in export_lines(log)), _is_export)


def _is_export(text: str) -> bool:
    """Return whether a file begins with an event or a draft, or is empty."""
    try:
        return not text or bool(_read(text.partition("\n")[0]))
    except ValueError:
        return False


def _read(line: str) -> Event | Draft:
    """Read a line.

    Raises:
        ValueError: It is neither an event nor a draft; the message says why.
    """
    found = value_of(line)
    return Draft.from_value(found) if found.get("kind") == draft.KIND else Event.from_value(found)


def import_lines(log: Log, lines: Iterable[str]) -> Imported:
    """Add the events of another record; an event is known by its id, so nothing is counted twice.

    Raises:
        UsageError: The record cannot be written.
    """
    if not log.saving:
        raise UsageError(log.saving_problem, "close the other window, or set BPTUTOR_HOME to a folder you can write")
    taking = _Import(log)
    for number, line in enumerate(lines, 1):
        try:
            taking.line(number, line)
        except ValueError as error:
            taking.refuse(number, str(error))
    return taking.done()


class _Import:
    """An import under way."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._batch: list[tuple[int, Event]] = []
        self._clocks: list[tuple[str, str, bool]] = []
        """Of all events: id, what the clock said, whether it is new here."""
        self._last = ""
        self._drafts: list[Draft] = []
        self._problems: list[str] = []
        self._refused = 0

    def line(self, number: int, line: str) -> None:
        """Take one line.

        Raises:
            ValueError: It is neither blank nor an event nor a draft.
        """
        if not line.strip():
            return
        found = _read(line)
        if isinstance(found, Draft):
            self._drafts.append(found)
            return
        event = replace(found, learner=self._log.learner)
        if int(event.time[:4]) not in YEARS:
            raise ValueError(f"`time` is of the year {event.time[:4]}, which no clock says")
        self._batch.append((number, event))
        if len(self._batch) >= BATCH:
            self._write()

    def refuse(self, number: int, why: str) -> None:
        """Take note of a line that was not taken."""
        self._refused += 1
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(f"line {number}: {why}")

    def done(self) -> Imported:
        """Write what is left, and sort what came out of order of its clock."""
        self._write()
        times = settled([clock for _, clock, _ in self._clocks])
        running = ""
        placed = []
        for (id_, clock, new), time in zip(self._clocks, times, strict=True):
            running = max(running, clock)
            if new and time != running:
                placed.append((id_, time))
        if placed:
            self._log.place(placed)
        kept = sum(self._log.add_draft(one) for one in self._drafts)
        self._check()
        added = sum(new for _, _, new in self._clocks)
        problems = self._problems
        if self._refused > len(problems):
            problems = [*problems, f"and {self._refused - len(problems)} lines more"]
        return Imported(added, len(self._clocks) - added, tuple(problems), kept, self._refused)

    def _write(self) -> None:
        events = [event for _, event in self._batch]
        found = self._log.add(events, self._last)
        self._check()
        for (number, event), how in zip(self._batch, found, strict=True):
            self._last = max(self._last, event.time)
            self._clocks.append((event.id, event.time, how is Added.NEW))
            if how is Added.OTHER:
                self.refuse(number, "another event with its id is here already, and stays as it is")
        self._batch = []

    def _check(self) -> None:
        if not self._log.saving:
            what = "make room on the disk and import again: nothing is counted twice"
            raise UsageError(self._log.saving_problem, what)
