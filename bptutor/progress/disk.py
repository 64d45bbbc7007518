"""The file under a learner's record: opening it, guarding it, and saving what a damaged one still holds."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, pack TEXT NOT NULL,
    lesson TEXT NOT NULL, time TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS event_by_lesson ON event (pack, lesson, time);
CREATE INDEX IF NOT EXISTS event_by_time ON event (time);
CREATE TABLE IF NOT EXISTS draft (
    pack TEXT NOT NULL, lesson TEXT NOT NULL, stop TEXT NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (pack, lesson)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS skill_day (
    skill TEXT NOT NULL, day TEXT NOT NULL, code INTEGER NOT NULL, unaided INTEGER NOT NULL, aided INTEGER NOT NULL,
    revealed INTEGER NOT NULL, wrong INTEGER NOT NULL, PRIMARY KEY (skill, day, code)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mistake (
    rule TEXT PRIMARY KEY, times INTEGER NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS card (
    skill TEXT PRIMARY KEY, body TEXT NOT NULL, due TEXT NOT NULL, last TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS folded (seq INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS typed (
    pack TEXT NOT NULL, lesson TEXT NOT NULL, stop TEXT NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (pack, lesson, stop)) WITHOUT ROWID;
INSERT OR IGNORE INTO typed SELECT pack, lesson, stop, text FROM draft;
DELETE FROM draft;
"""
"""`draft` kept one draft a lesson; what an earlier version left there moves to `typed`, which keeps one a question."""
CHECKED_SIZE = 32 * 1024 * 1024
"""Bytes up to which the whole file is checked when it is opened."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the database for one writer, every commit on disk before it returns.

    `EXCLUSIVE` locking keeps the WAL index in memory instead of a shared mapping, which network homes do not have.

    Raises:
        sqlite3.DatabaseError: The file is damaged, or (its subclass `OperationalError`) cannot be written.
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=0.5)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if path.stat().st_size <= CHECKED_SIZE:
            check(connection)
        connection.executescript(SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def in_memory() -> sqlite3.Connection:
    """Return an empty record that is never written to disk."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(SCHEMA)
    return connection


def check(connection: sqlite3.Connection) -> None:
    """Refuse a database whose pages do not fit together.

    Raises:
        sqlite3.DatabaseError: With the first thing that is wrong.
    """
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(str(found))


def lock(path: Path) -> IO[str] | None:
    """Take the lock file of a database; the operating system gives it back when the process ends, however it ends.

    Returns:
        The open lock file, to be closed at the end; None when another window holds it.

    Raises:
        OSError: The lock file cannot be made.
    """
    held = path.with_name(path.name + ".lock").open("a+")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(held.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        return None
    return held


def set_aside(path: Path) -> Path:
    """Rename a damaged database and its WAL; returns the new name. Nothing of it is deleted."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    kept = path.with_name(f"{path.name}.damaged-{stamp}")
    path.rename(kept)
    for end in ("-wal", "-journal"):
        beside = path.with_name(path.name + end)
        if beside.exists():
            beside.rename(kept.with_name(kept.name + end))
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    return kept


def readable(path: Path) -> list[str]:
    """Return the bodies of all events that can still be read from a file, which is not touched.

    A copy is read; when its first page is lost, that page is taken from a new database with the same tables,
    whose roots stand at the same places.
    """
    with tempfile.TemporaryDirectory(prefix="bptutor-") as folder:
        copy = Path(folder) / path.name
        try:
            _copy(path, copy)
            found = _bodies(copy)
            if not found:
                _copy(path, copy)
                _graft_first_page(copy)
                found = _bodies(copy)
        except OSError:
            return []
        return found


def _copy(path: Path, copy: Path) -> None:
    shutil.copyfile(path, copy)
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(path.with_name(path.name + "-wal"), copy.with_name(copy.name + "-wal"))


def _graft_first_page(path: Path) -> None:
    model = path.with_name("model.db")
    connection = connect(model)
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    first = bytearray(model.read_bytes()[:size])
    first[28:32] = (path.stat().st_size // size).to_bytes(4, "big")
    path.with_name(path.name + "-wal").unlink(missing_ok=True)
    with path.open("r+b") as damaged:
        damaged.write(first)


def _bodies(path: Path) -> list[str]:
    """Read the events from both ends up to the damage; each body once, oldest first."""
    found: dict[int, str] = {}
    try:
        connection = sqlite3.connect(path)
    except sqlite3.Error:
        return []
    with contextlib.closing(connection):
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        found |= dict(_rows(connection, "SELECT seq, body FROM event NOT INDEXED ORDER BY seq"))
        found |= dict(_rows(connection, "SELECT seq, body FROM event NOT INDEXED ORDER BY seq DESC"))
        for middle in _between(found):
            found |= dict(_rows(connection, "SELECT seq, body FROM event NOT INDEXED WHERE seq = ?", middle))
    return [found[seq] for seq in sorted(found)]


def _between(found: dict[int, str]) -> Iterator[int]:
    """Yield the numbers missing between the first and the last event found, at most 100,000."""
    if found:
        missing = (seq for seq in range(min(found), max(found)) if seq not in found)
        yield from (seq for seq, _ in zip(missing, range(100_000), strict=False))


def _rows(connection: sqlite3.Connection, query: str, *values: int) -> Iterator[tuple[int, str]]:
    """Yield rows until the damage."""
    with contextlib.suppress(sqlite3.Error):
        for seq, body in connection.execute(query, values):
            if isinstance(body, str):
                yield seq, body


def in_transaction(connection: sqlite3.Connection, writes: Iterable[Callable[[sqlite3.Connection], None]]) -> None:
    """Do some writes in one transaction; none of them is kept when one fails."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for write in writes:
            write(connection)
        connection.execute("COMMIT")
    except sqlite3.Error:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def copied(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Return the record in memory, as far as it can be read."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.backup(memory)
    except sqlite3.Error:
        memory.close()
        return in_memory()
    return memory
