"""Writing into the tables of a record: an event and all that is counted by it, in the transaction of the caller."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import Enum

from bptutor.progress.draft import Draft
from bptutor.progress.event import Event, EventKind, mended
from bptutor.progress.ordering import settled

_RIGHT = ("right", "right-from-earlier")
CODE_KINDS = ("numpy", "einsum", "code")
_COUNTED = (EventKind.ANSWERED, EventKind.REVEALED)


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
        return replace(mended(body), extra={}) == replace(Event.from_json(event.to_json()), extra={})
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
    """Keep what is typed in a lesson, in place of what was."""
    row = (draft.pack, draft.lesson, draft.stop, draft.text, draft.time)
    connection.execute("INSERT OR REPLACE INTO draft (pack, lesson, stop, text, time) VALUES (?, ?, ?, ?, ?)", row)


def add_draft(connection: sqlite3.Connection, draft: Draft) -> bool:
    """Keep a draft of another record, where none is here that is newer, or may be; returns whether it was kept."""
    query = "SELECT text, time FROM draft WHERE pack = ? AND lesson = ?"
    text, time = connection.execute(query, (draft.pack, draft.lesson)).fetchone() or ("", "")
    if (text and not time) or (time and draft.time <= time):
        return False
    keep_draft(connection, draft)
    return True


# --- the figures -----------------------------------------------------------------------------------


def count(connection: sqlite3.Connection, events: Iterable[tuple[Event, str]]) -> None:
    """Add events, each with the time it is sorted by, to the figures.

    A day is one as the clock said; when a mistake came first and last is told by the time to sort by.
    """
    days: defaultdict[tuple[str, str, bool], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    mistakes: dict[str, tuple[int, str, str]] = {}
    number = 0
    for event, time in events:
        number += 1
        if event.kind not in _COUNTED:
            continue
        figures = _figures(event)
        for skill in event.skills if any(figures) else ():
            mine = days[skill, event.time[:10], event.question in CODE_KINDS]
            mine[:] = (had + more for had, more in zip(mine, figures, strict=True))
        for rule in event.findings if event.mark == "wrong" else ():
            times, first, last = mistakes.get(rule, (0, time, time))
            mistakes[rule] = times + 1, min(first, time), max(last, time)
    connection.executemany(
        """INSERT INTO skill_day VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        unaided = unaided + excluded.unaided, aided = aided + excluded.aided,
        revealed = revealed + excluded.revealed, wrong = wrong + excluded.wrong""",
        [(*key, *figures) for key, figures in days.items()],
    )
    connection.executemany(
        """INSERT INTO mistake VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET times = times + excluded.times,
        first = min(first, excluded.first), last = max(last, excluded.last)""",
        [(rule, *figures) for rule, figures in mistakes.items()],
    )
    connection.execute(
        "UPDATE counted SET events = events + ?, answers = answers + ?, mistakes = mistakes + ?",
        (number, sum(map(sum, days.values())), sum(times for times, _, _ in mistakes.values())),
    )


def _figures(event: Event) -> tuple[bool, bool, bool, bool]:
    """Return whether an event is an unaided right, a helped right, a reveal, a wrong answer."""
    right = event.mark in _RIGHT
    return right and not event.aided, right and event.aided, event.kind is EventKind.REVEALED, event.mark == "wrong"


def recount(connection: sqlite3.Connection) -> None:
    """Make the figures anew from all events; cards are made when they are asked for."""
    for table in ("skill_day", "mistake", "counted", "card", "folded"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608  # one of these five
    connection.execute("INSERT INTO counted VALUES (0, 0, 0)")
    count(connection, _read(connection))


def _read(connection: sqlite3.Connection) -> Iterator[tuple[Event, str]]:
    for time, body in connection.execute("SELECT time, body FROM event ORDER BY time, seq"):
        try:
            yield mended(body), time
        except ValueError:
            yield Event(EventKind.OPENED, ""), time
