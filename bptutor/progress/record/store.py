"""Writing into the tables of a record: an event and all that is counted by it, in the transaction of the caller."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import Enum

from bptutor.progress.event import Event, as_first, mended
from bptutor.progress.record.draft import Draft
from bptutor.progress.record.figures import count, recount
from bptutor.progress.record.ordering import settled


class Added(Enum):
    """What came of writing an event."""

    NEW = "new"
    KNOWN = "known"
    """It was there already."""
    OTHER = "other"
    """Another event with its id was there already, and stays."""


def append(connection: sqlite3.Connection, events: Sequence[Event]) -> None:
    """Write events behind all others, in order.

    Raises:
        sqlite3.Error: One of them is not written.
    """
    last = last_time(connection)
    wrong = False
    for event in events:
        wrong = wrong or event.time < last
        last = max(last, event.time)
        if insert(connection, event, last) is not Added.NEW:
            raise sqlite3.IntegrityError(f"an event with the id {event.id} is there already")
    ahead = "SELECT 1 FROM event WHERE clock > time AND clock <= ? LIMIT 1"
    if (wrong or connection.execute(ahead, (last,)).fetchone()) and settle(connection):
        recount(connection)
        return
    count(connection, ((event, time) for event in events for time in [_time_of(connection, event)]))


def add(connection: sqlite3.Connection, events: Sequence[Event], times: Sequence[str]) -> list[Added]:
    """Write events of another record that are not here yet, each with a time to sort it by."""
    found = [insert(connection, event, time) for event, time in zip(events, times, strict=True)]
    new = [(event, time) for event, time, how in zip(events, times, found, strict=True) if how is Added.NEW]
    count(connection, new)
    return found


def insert(connection: sqlite3.Connection, event: Event, time: str) -> Added:
    """Write one event, uncounted.

    Raises:
        sqlite3.Error: It is not there afterwards.
    """
    body = event.to_json()
    row = (event.id, event.kind.value, event.pack, event.lesson, time, body, event.time)
    query = """INSERT INTO event (id, kind, pack, lesson, time, body, clock) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO NOTHING"""
    if connection.execute(query, row).rowcount:
        return Added.NEW
    known = connection.execute("SELECT body FROM event WHERE id = ?", (event.id,)).fetchone()
    if known is None:
        raise sqlite3.IntegrityError("an event could not be written")
    return Added.KNOWN if known[0] == body or _same(known[0], event) else Added.OTHER


def _same(body: str, event: Event) -> bool:
    """Return whether two events say the same, up to what only another version of the program knows."""
    try:
        mine, theirs = as_first(mended(body)), as_first(Event.from_json(event.to_json()))
        return replace(mine, extra={}) == replace(theirs, extra={})
    except ValueError:
        return False


def last_time(connection: sqlite3.Connection) -> str:
    """Return the time by which the last event is sorted; empty when there is none."""
    (last,) = connection.execute("SELECT max(time) FROM event").fetchone()
    return last or ""


def _time_of(connection: sqlite3.Connection, event: Event) -> str:
    (time,) = connection.execute("SELECT time FROM event WHERE id = ?", (event.id,)).fetchone()
    return str(time)


def settle(connection: sqlite3.Connection) -> bool:
    """Bring the times that events are sorted by up to date with what the clock said; returns whether any changed."""
    found = connection.execute("SELECT seq, time, clock FROM event ORDER BY time, seq").fetchall()
    times = settled([clock or time for _, time, clock in found])
    changed = [(new, seq) for (seq, old, _), new in zip(found, times, strict=True) if new != old]
    connection.executemany("UPDATE event SET time = ? WHERE seq = ?", changed)
    return bool(changed)


def place(connection: sqlite3.Connection, times: Iterable[tuple[str, str]]) -> None:
    """Sort some events by other times (id, time)."""
    connection.executemany("UPDATE event SET time = ? WHERE id = ?", ((time, id_) for id_, time in times))
    recount(connection)


def keep_draft(connection: sqlite3.Connection, draft: Draft) -> None:
    """Keep what is typed at a question, in place of what was."""
    row = (draft.pack, draft.lesson, draft.stop, draft.text, draft.time)
    connection.execute("INSERT OR REPLACE INTO draft (pack, lesson, stop, text, time) VALUES (?, ?, ?, ?, ?)", row)


def add_draft(connection: sqlite3.Connection, draft: Draft) -> bool:
    """Keep a draft of another record, where none is here that is newer, or may be; returns whether it was kept."""
    query = "SELECT text, time FROM draft WHERE pack = ? AND lesson = ? AND stop = ?"
    text, time = connection.execute(query, (draft.pack, draft.lesson, draft.stop)).fetchone() or ("", "")
    if (text and not time) or (time and draft.time <= time):
        return False
    keep_draft(connection, draft)
    return True
