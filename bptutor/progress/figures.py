"""The figures that are kept beside the events: answers by skill and day, and the mistakes that come back."""

from __future__ import annotations

import sqlite3

from bptutor.progress.event import Event, EventKind

_RIGHT = ("right", "right-from-earlier")
CODE_KINDS = ("numpy", "einsum", "code")


def count(connection: sqlite3.Connection, event: Event) -> None:
    """Add an answer to the figures by skill and day, and its findings to the mistakes."""
    right = event.mark in _RIGHT
    revealed = event.kind is EventKind.REVEALED
    figures = (right and not event.aided, right and event.aided, revealed, event.mark == "wrong")
    if any(figures):
        day, code = event.time[:10], event.question in CODE_KINDS
        for skill in event.skills:
            connection.execute(
                """INSERT INTO skill_day VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
                unaided = unaided + excluded.unaided, aided = aided + excluded.aided,
                revealed = revealed + excluded.revealed, wrong = wrong + excluded.wrong""",
                (skill, day, code, *figures),
            )
    if event.mark == "wrong":
        for rule in event.findings:
            connection.execute(
                """INSERT INTO mistake VALUES (?, 1, ?, ?) ON CONFLICT DO UPDATE SET times = times + 1,
                first = min(first, excluded.first), last = max(last, excluded.last)""",
                (rule, event.time, event.time),
            )


def recount(connection: sqlite3.Connection) -> None:
    """Make the figures anew from all events; cards are made when they are asked for."""
    for table in ("skill_day", "mistake", "card", "folded"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608  # one of these four
    query = "SELECT body FROM event WHERE kind IN ('answered', 'revealed') ORDER BY time, seq"
    for (body,) in connection.execute(query).fetchall():
        count(connection, Event.from_json(body))
