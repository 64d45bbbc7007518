"""The figures that are kept beside the events: answers by skill and day, and the mistakes that come back."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator

from bptutor.progress.event import Event, EventKind, mended

_RIGHT = ("right", "right-from-earlier")
CODE_KINDS = ("numpy", "einsum", "code")
_COUNTED = (EventKind.ANSWERED, EventKind.REVEALED)


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
