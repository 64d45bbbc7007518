"""The append-only record of one learner: one transaction an answer, on disk when `append` returns.

A record that cannot be written never stops a lesson: it goes on in memory, `saving` turns False, and
`saving_problem` says why.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from bptutor.progress import disk
from bptutor.progress.event import Event, EventKind, now
from bptutor.progress.figures import count
from bptutor.progress.home import DEFAULT_LEARNER, database, home, shortened

__all__ = ["Event", "EventKind", "Log", "now"]


class Log:
    """What one learner did, in order of time."""

    def __init__(self, connection: sqlite3.Connection, learner: str = DEFAULT_LEARNER) -> None:
        """Wrap an open record; use `Log.open`."""
        self.learner = learner
        self.saving = True
        self.saving_problem = ""
        self._connection = connection
        self._disk: sqlite3.Connection | None = None
        """The file that stopped taking events, while `_connection` goes on in memory."""
        self._unsaved: list[Callable[[sqlite3.Connection], None]] = []
        self._lock: IO[str] | None = None

    @classmethod
    def open(cls, folder: Path | None = None, learner: str = DEFAULT_LEARNER) -> Log:
        """Open (or make) the record of a learner; always returns one, if need be in memory only.

        Args:
            folder: Where records are kept; `home()` when None.
            learner: The learner's name.
        """
        path = database(folder or home(), learner)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            held = disk.lock(path)
        except OSError as error:
            return cls._unsaving(
                path, learner, f"progress is not saved: {shortened(path.parent)} cannot be written ({_why(error)})"
            )
        if held is None:
            return cls._unsaving(path, learner, "another window is open; this one saves nothing")
        log = cls._on_disk(path, learner)
        log._lock = held
        return log

    @classmethod
    def _on_disk(cls, path: Path, learner: str) -> Log:
        try:
            return cls(disk.connect(path), learner)
        except sqlite3.OperationalError as error:
            return cls._unsaving(path, learner, f"progress is not saved: {error}")
        except sqlite3.DatabaseError as error:
            return cls._started_anew(path, learner, error)

    @classmethod
    def _started_anew(cls, path: Path, learner: str, error: sqlite3.DatabaseError) -> Log:
        """Keep a damaged file under another name and start a new one with what it still holds."""
        try:
            bodies = disk.readable(path)
            kept = disk.set_aside(path)
            log = cls(disk.connect(path), learner)
        except (OSError, sqlite3.Error):
            return cls._unsaving(path, learner, f"progress is not saved: {path.name} is damaged ({error})")
        found = log._take(bodies)
        log.saving_problem = f"{path.name} was damaged and is kept as {kept.name}; {found} events could be read from it"
        return log

    @classmethod
    def _unsaving(cls, path: Path, learner: str, problem: str) -> Log:
        """Go on in memory, beginning with what can be read."""
        log = cls(disk.in_memory(), learner)
        if os.path.exists(path):  # noqa: PTH110 - Path.exists raises where a name is too long
            log._take(disk.readable(path))
        log.saving, log.saving_problem = False, problem
        return log

    def _take(self, bodies: Iterable[str]) -> int:
        """Append the events among texts, skipping the others; returns how many."""
        events = []
        for body in bodies:
            with contextlib.suppress(ValueError):
                events.append(Event.from_json(body))
        return self.add(events)

    def append(self, *events: Event, draft: tuple[str, str, str, str] | None = None) -> None:
        """Write events in one transaction; it is on disk when this returns, or `saving` is False.

        Args:
            events: In order; times are moved forward where the clock went back, so that order by time is order of
                writing.
            draft: Pack, lesson, stop and text to keep as the draft, in the same transaction.
        """
        after = self._last_time()
        ordered = [replace(e, time=max(e.time, after), learner=self.learner) for e in events]

        def write(connection: sqlite3.Connection) -> None:
            for event in ordered:
                _insert(connection, event)
            if draft:
                connection.execute("INSERT OR REPLACE INTO typed VALUES (?, ?, ?, ?)", draft)

        self._write(write)

    def add(self, events: Iterable[Event]) -> int:
        """Write events of another record that are not here yet, in one transaction; returns how many were new."""
        listed = list(events)
        new = 0

        def write(connection: sqlite3.Connection) -> None:
            nonlocal new
            new = sum(_insert(connection, event) for event in listed)

        self._write(write)
        return new

    def _write(self, write: Callable[[sqlite3.Connection], None]) -> None:
        """Write to disk; when that fails, to memory, and try again what is unsaved at each later write."""
        try:
            if self._disk is not None:
                self._catch_up(self._disk, write)
            else:
                disk.in_transaction(self._connection, [write])
        except sqlite3.Error as error:
            if self._disk is None:
                self._disk, self._connection = self._connection, disk.copied(self._connection)
            self._unsaved.append(write)
            disk.in_transaction(self._connection, [write])
            self.saving, self.saving_problem = False, f"progress is not saved: {error}"

    def _catch_up(self, file: sqlite3.Connection, write: Callable[[sqlite3.Connection], None]) -> None:
        disk.in_transaction(file, [*self._unsaved, write])
        self._connection.close()
        self._connection, self._disk, self._unsaved = file, None, []
        self.saving, self.saving_problem = True, ""

    def _last_time(self) -> str:
        (last,) = self._connection.execute("SELECT max(time) FROM event").fetchone()
        return last or ""

    def events(self) -> Iterator[Event]:
        """Yield every event, oldest first."""
        yield from self._read("SELECT body FROM event ORDER BY time, seq")

    def run(self, pack: str, lesson: str) -> list[Event]:
        """Return the events of the latest run of a lesson: from its last `opened` on, oldest first."""
        query = """
            SELECT body FROM event WHERE pack = ? AND lesson = ? AND time >= coalesce(
                (SELECT max(time) FROM event WHERE pack = ? AND lesson = ? AND kind = 'opened'), '')
            ORDER BY time, seq"""
        found = list(self._read(query, pack, lesson, pack, lesson))
        begun = [n for n, event in enumerate(found) if event.kind is EventKind.OPENED]
        return found[begun[-1] :] if begun else []

    def runs(self, pack: str, lesson: str) -> list[list[Event]]:
        """Return every run of a lesson, the oldest first, each from its `opened` on."""
        query = "SELECT body FROM event WHERE pack = ? AND lesson = ? ORDER BY time, seq"
        found: list[list[Event]] = []
        for event in self._read(query, pack, lesson):
            if event.kind is EventKind.OPENED:
                found.append([])
            if found:
                found[-1].append(event)
        return found

    def draws(self, pack: str, lesson: str) -> int:
        """Return how often numbers were drawn for a lesson, so that the next draw gets another seed."""
        query = "SELECT count(*) FROM event WHERE pack = ? AND lesson = ? AND kind IN ('opened', 'redrawn')"
        (count,) = self._connection.execute(query, (pack, lesson)).fetchone()
        return int(count)

    def marked(self, pack: str, mark: str) -> set[str]:
        """Return the lessons of which a run was finished with a mark: the quizzes that were passed."""
        query = """SELECT DISTINCT lesson FROM event
            WHERE pack = ? AND kind = 'finished' AND json_extract(body, '$.mark') = ?"""
        return {str(lesson) for (lesson,) in self._connection.execute(query, (pack, mark))}

    def openings(self, pack: str, lesson: str) -> int:
        """Return how often a lesson was begun: its meetings so far."""
        query = "SELECT count(*) FROM event WHERE pack = ? AND lesson = ? AND kind = 'opened'"
        (count,) = self._connection.execute(query, (pack, lesson)).fetchone()
        return int(count)

    def since(self, time: str) -> list[Event]:
        """Return the events from a UTC ISO time on, oldest first."""
        return list(self._read("SELECT body FROM event WHERE time >= ? ORDER BY time, seq", time))

    def rated_after(self, seq: int) -> tuple[int, list[Event]]:
        """Return the answers and reveals written after a place of the record, oldest first, and the newest place."""
        where = "WHERE seq > ? AND kind IN ('answered', 'revealed')"
        (newest,) = self._connection.execute(f"SELECT coalesce(max(seq), 0) FROM event {where}", (seq,)).fetchone()  # noqa: S608
        return int(newest), list(self._read(f"SELECT body FROM event {where} ORDER BY time, seq", seq))  # noqa: S608

    def keep_cards(self, seq: int, cards: list[tuple[str, str, str, str]]) -> None:
        """Keep the cards of skills (skill, body, due, last), made of the events up to a place of the record."""

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM card")
            connection.executemany("INSERT INTO card VALUES (?, ?, ?, ?)", cards)
            connection.execute("DELETE FROM folded")
            connection.execute("INSERT INTO folded VALUES (?)", (seq,))

        self._write(write)

    def rewrite(self, write: Callable[[sqlite3.Connection], None]) -> None:
        """Change what is written, in one transaction; for names that a pack has changed."""
        self._write(write)

    def asked(self, pack: str) -> dict[str, str]:
        """Return when each thing was last answered or revealed: `lesson/stop` -> UTC ISO time."""
        query = """SELECT lesson, json_extract(body, '$.stop'), max(time) FROM event
            WHERE pack = ? AND kind IN ('answered', 'revealed') GROUP BY 1, 2"""
        found: dict[str, str] = {}
        for lesson, stop, time in self._connection.execute(query, (pack,)):
            own = str(stop).rpartition(":")[2]
            id_ = own if lesson.startswith("~") else f"{lesson}/{own}"
            found[id_] = max(time, found.get(id_, ""))
        return found

    def right_code(self, pack: str) -> Iterator[Event]:
        """Yield the right answers to code questions of a pack, oldest first."""
        where = "json_extract(body, '$.question') = 'code' AND json_extract(body, '$.mark') = 'right'"
        yield from self._read(f"SELECT body FROM event WHERE pack = ? AND {where} ORDER BY time, seq", pack)  # noqa: S608

    @property
    def last_time(self) -> str:
        """When something was last written, as UTC ISO text; empty when nothing was."""
        return self._last_time()

    def lessons(self, pack: str) -> list[str]:
        """Return the ids of the lessons of a pack that were opened, the latest touched first."""
        query = "SELECT lesson FROM event WHERE pack = ? GROUP BY lesson ORDER BY max(time) DESC, max(seq) DESC"
        return [str(lesson) for (lesson,) in self._connection.execute(query, (pack,))]

    def drafts(self, pack: str, lesson: str) -> dict[str, str]:
        """Return what was typed in a lesson and not answered: stop -> text."""
        query = "SELECT stop, text FROM typed WHERE pack = ? AND lesson = ?"
        return dict(self._connection.execute(query, (pack, lesson)).fetchall())

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the figures that are kept beside the events."""
        return list(self._connection.execute(query, values))

    def _read(self, query: str, *values: object) -> Iterator[Event]:
        for (body,) in self._connection.execute(query, values).fetchall():
            with contextlib.suppress(ValueError):
                yield Event.from_json(body)

    def close(self) -> None:
        """Close the record; what could not be saved is tried a last time."""
        if self._disk is not None:
            with contextlib.suppress(sqlite3.Error):
                self._catch_up(self._disk, lambda connection: None)
        self._connection.close()
        if self._disk is not None:
            self._disk.close()
        if self._lock is not None:
            self._lock.close()


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _insert(connection: sqlite3.Connection, event: Event) -> bool:
    """Write one event and count it in the figures; an event that is already there changes nothing."""
    row = (event.id, event.kind.value, event.pack, event.lesson, event.time, event.to_json())
    query = "INSERT OR IGNORE INTO event (id, kind, pack, lesson, time, body) VALUES (?, ?, ?, ?, ?, ?)"
    cursor = connection.execute(query, row)
    if not cursor.rowcount:
        return False
    if event.kind in {EventKind.ANSWERED, EventKind.REVEALED}:
        count(connection, event)
    return True
