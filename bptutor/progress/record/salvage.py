"""What a record still holds, read page by page, whatever has become of its tables."""

from __future__ import annotations

import contextlib
import errno
import json
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from bptutor.progress.event import Event, json_line, mended, time_of
from bptutor.progress.record import figures, pages, store
from bptutor.progress.record.draft import Draft
from bptutor.progress.record.pages import Row, Value

_MARK = '{"kind"'
"""How the text of an event begins."""
_NO_FILE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
"""Errors that say that there is no such file, so that nothing is missing."""
_DECODER = json.JSONDecoder()


@dataclass
class Found:
    """Events and drafts out of a file."""

    events: dict[str, tuple[str, int, Event]] = field(default_factory=dict)
    """Id -> the time to sort it by, its place, and the event."""
    drafts: dict[tuple[str, str, str], Draft] = field(default_factory=dict)
    broken: set[int | None] = field(default_factory=set)
    """The places of events whose text is no event any more."""
    readable: bool = True
    """Whether the file itself could be read."""

    @property
    def said(self) -> str:
        """How much was found, for a person."""
        count = len(self.events)
        said = f"{count} event{'' if count == 1 else 's'} could be read from it"
        lost = len(self.broken - {place for _, place, _ in self.events.values()})
        return f"{said}, {lost} could not" if lost else said

    def write(self, connection: sqlite3.Connection) -> None:
        """Write all of it into an empty record."""
        for time, _, event in sorted(self.events.values(), key=lambda one: one[:2]):
            store.insert(connection, event, time)
        for draft in self.drafts.values():
            store.keep_draft(connection, draft)
        figures.recount(connection)

    def take(self, row: Row) -> None:
        """Take a row for what it is; what came first is newer."""
        if row.rowid is None:
            self._take_draft(row.values)
            return
        body = next((v for v in row.values if isinstance(v, str) and v.startswith(_MARK)), None)
        if body is None:
            return
        try:
            event = mended(body)
        except (ValueError, RecursionError):
            self.broken.add(row.rowid)
            return
        if event.id not in self.events:
            self.events[event.id] = (_time(row.values, event), row.rowid, event)

    def carve(self, text: str) -> None:
        """Take the events whose text stands whole anywhere, also where no page says so any more."""
        at = text.find(_MARK)
        while at >= 0:
            with contextlib.suppress(ValueError, RecursionError):
                value, _ = _DECODER.raw_decode(text, at)
                event = mended(json_line(value))
                self.events.setdefault(event.id, (event.time, 0, event))
            at = text.find(_MARK, at + 1)

    def _take_draft(self, values: tuple[Value, ...]) -> None:
        """Take an entry of the table of drafts; those of cards hold JSON, those of indexes a number."""
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) != len(values) or len(texts) not in {4, 5} or texts[1].startswith("{"):
            return
        draft = Draft(*texts)
        known = self.drafts.get((draft.pack, draft.lesson, draft.stop))
        if known is None or draft.time > known.time:
            self.drafts[draft.pack, draft.lesson, draft.stop] = draft


def _time(values: tuple[Value, ...], event: Event) -> str:
    """Return the time that a row is sorted by; that of the event where the row has lost it."""
    try:
        return time_of(values[5])
    except (IndexError, ValueError):
        return event.time


def read(path: Path, *, damaged: bool = False) -> Found:
    """Return what can be read of a file, which is not touched; nothing when it is not there.

    Args:
        path: The database.
        damaged: Whether its pages may lie about what they hold.
    """
    found = Found()
    try:
        for row in pages.rows(path):
            found.take(row)
        for text in pages.texts(path) if damaged else ():
            found.carve(text)
    except OSError as error:
        found.readable = error.errno in _NO_FILE
    return found


def copy(connection: sqlite3.Connection) -> Found:
    """Return what can be read of an open record."""
    found = Found()
    with contextlib.suppress(sqlite3.Error):
        for row in connection.execute("SELECT seq, id, kind, pack, lesson, time, body FROM event"):
            found.take(Row(row[0], (None, *row[1:])))
        for row in connection.execute("SELECT pack, lesson, stop, text, time FROM draft"):
            found.take(Row(None, tuple(row)))
    return found
