"""The append-only record of one learner: one transaction an answer, on disk when `append` returns.

A record that cannot be written never stops a lesson: it goes on in memory, `saving` turns False, and
`saving_problem` says why. One that is damaged is kept aside, what can be read of it goes into a new one, and `note`
says so, at every start until it was `seen`. Events stand in the order in which they were written, whatever the clock
said meanwhile (see `ordering`).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import IO, Any

from bptutor.progress.event import Event, EventKind, now
from bptutor.progress.home import DEFAULT_LEARNER, database, home, shortened
from bptutor.progress.record import database as disk
from bptutor.progress.record import salvage, store
from bptutor.progress.record.draft import Draft
from bptutor.progress.record.queries import Queries
from bptutor.progress.record.salvage import Found
from bptutor.progress.record.store import Added

__all__ = ["Event", "EventKind", "Log", "now"]


class Log(Queries):
    """What one learner did, in the order in which it was written."""

    def __init__(self, connection: sqlite3.Connection, path: Path, learner: str = DEFAULT_LEARNER) -> None:
        """Wrap an open record; use `Log.open`."""
        self.learner = learner
        self.path = path
        self.saving = True
        self.saving_problem = ""
        self.note = ""
        """Why events may be missing; empty when none can be."""
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
            why = f"progress is not saved: {shortened(path.parent)} cannot be written ({_why(error)})"
            return cls._unsaving(path, learner, why)
        if held is None:
            return cls._unsaving(path, learner, "another window is open; this one saves nothing")
        log = cls._on_disk(path, learner)
        log._lock = held
        if log.saving:
            log.note = log.note or disk.noted(path)
        return log

    @classmethod
    def _on_disk(cls, path: Path, learner: str) -> Log:
        try:
            return cls(disk.connect(path), path, learner)
        except disk.Newer as newer:
            return cls._unsaving(path, learner, f"progress is not saved: {newer}", whole=False)
        except (OSError, sqlite3.OperationalError) as error:
            return cls._unsaving(path, learner, f"progress is not saved: {_why(error)}")
        except sqlite3.DatabaseError as error:
            return cls._started_anew(path, learner, error)

    @classmethod
    def _started_anew(cls, path: Path, learner: str, error: Exception) -> Log:
        """Keep a damaged file under another name and start a new one with what it still holds."""
        found = salvage.read(path, damaged=True)
        try:
            note = disk.replace(path, found)
            log = cls(disk.connect(path), path, learner)
        except (OSError, sqlite3.Error, disk.Newer):
            why = f"progress is not saved: {path.name} is damaged ({error}); {found.said}"
            return cls._unsaving(path, learner, why, found, whole=False)
        log.note = log.saving_problem = note
        return log

    @classmethod
    def _unsaving(
        cls, path: Path, learner: str, problem: str, found: Found | None = None, *, whole: bool = True
    ) -> Log:
        """Go on in memory, beginning with what can be read.

        Args:
            path: The database.
            learner: Whose it is.
            problem: Why nothing is saved.
            found: What was read of it already.
            whole: Whether all of it can be read, as far as is known.
        """
        found = found or salvage.read(path)
        log = cls(disk.in_memory(found), path, learner)
        log.saving, log.saving_problem = False, problem
        log.note = problem if not (whole and found.readable and not found.broken) else ""
        return log

    def seen(self) -> None:
        """Take back the note on a damaged record: the learner has read it."""
        if self._lock is not None:
            disk.seen(self.path)

    # --- writing ---------------------------------------------------------------------------------------

    def append(self, *events: Event, draft: tuple[str, str, str, str] | None = None) -> None:
        """Write events in one transaction; it is on disk when this returns, or `saving` is False.

        Args:
            events: In order; each keeps the time that the clock said.
            draft: Pack, lesson, stop and text to keep as the draft, in the same transaction.
        """
        named = [replace(event, learner=self.learner) for event in events]
        typed = Draft(*draft, time=named[-1].time if named else now()) if draft else None

        def write(connection: sqlite3.Connection) -> None:
            store.append(connection, named)
            if typed is not None:
                store.keep_draft(connection, typed)

        self._write(write)

    def add(self, events: Iterable[Event], after: str = "") -> list[Added]:
        """Write events of another record that are not here yet, in one transaction.

        Args:
            events: In the order in which they happened.
            after: The time by which those before them are sorted.

        Returns:
            For each event, whether it was new.
        """
        listed = list(events)
        times = list(accumulate((event.time for event in listed), max, initial=after))[1:]
        found: list[Added] = []

        def write(connection: sqlite3.Connection) -> None:
            found[:] = store.add(connection, listed, times)

        self._write(write)
        return found

    def place(self, times: Sequence[tuple[str, str]]) -> None:
        """Sort events by other times than those they were added with: pairs of id and time."""
        self._write(lambda connection: store.place(connection, times))

    def add_draft(self, draft: Draft) -> bool:
        """Keep a draft of another record, where none is here that is newer; returns whether it was kept."""
        found: list[bool] = []
        self._write(lambda connection: found.append(store.add_draft(connection, draft)))
        return found[-1]

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

    def _write(self, write: Callable[[sqlite3.Connection], None]) -> None:
        """Write to disk; when that fails, to memory, and try again what is unsaved at each later write."""
        try:
            if self._disk is not None:
                self._catch_up(self._disk, write)
            else:
                disk.in_transaction(self._connection, [write])
        except sqlite3.Error as error:
            if type(error) is sqlite3.DatabaseError and self._restored(error):
                self._write(write)
                return
            if self._disk is None:
                self._disk, self._connection = self._connection, disk.in_memory(salvage.copy(self._connection))
            self._unsaved.append(write)
            disk.in_transaction(self._connection, [write])
            self.saving, self.saving_problem = False, f"progress is not saved: {error}"

    def _catch_up(self, file: sqlite3.Connection, write: Callable[[sqlite3.Connection], None]) -> None:
        disk.in_transaction(file, [*self._unsaved, write])
        self._connection.close()
        self._connection, self._disk, self._unsaved = file, None, []
        self.saving, self.saving_problem = True, ""

    # --- reading ---------------------------------------------------------------------------------------

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query; a record that turns out to be damaged is replaced by what it still holds."""
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            if not self._restored(error):
                raise
            return self._connection.execute(query, values).fetchall()

    def read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query with the event in place of its body, which is the last column."""
        try:
            return super().read(query, *values)
        except (ValueError, RecursionError) as error:
            if not self._restored(error):
                raise
            return super().read(query, *values)

    def _restored(self, error: Exception) -> bool:
        """Put what can be read in the place of a file that turned out to be damaged; False when this is no file."""
        if self._lock is None or not self.saving:
            return False
        self._connection.close()
        anew = self._started_anew(self.path, self.learner, error)
        self._connection, self.saving = anew._connection, anew.saving
        self.note, self.saving_problem = anew.note, anew.saving_problem
        return True

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


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
