"""The file under a learner's record: opening it, guarding it, and putting another in its place when it is damaged.

Beside `progress.db` may stand: `.lock` (held by the window that saves), `.new` (what could be read of a damaged
record, about to take its place), `.damaged-TIME` (a damaged one, kept as it was), `.note` (what is to be said of it).
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from bptutor.progress.record import figures, pages, schema, wal
from bptutor.progress.record.salvage import Found

SIFTED_SIZE = 8 * 1024 * 1024
"""Bytes up to which every event and every index is looked at when the file is opened: a year of every day."""
CHECKED_SIZE = 64 * 1024 * 1024
"""Bytes up to which every page is looked at; of a larger file, only what is read is."""
LONGEST_NOTE = 2_000
NEWER = "{} was made by a newer bptutor (version {} of the record; this one knows {}) and is left as it is"


class Newer(Exception):
    """A record that another program may understand: it is not touched."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the database for one writer, every commit on disk before it returns.

    `EXCLUSIVE` locking keeps the WAL index in memory instead of a shared mapping, which network homes do not have.

    Raises:
        Newer: It was made by a newer version.
        sqlite3.DatabaseError: The file is damaged, or (its subclass `OperationalError`) cannot be written.
        OSError: It cannot be read.
    """
    if not path.exists():  # the program was killed between the two renames of `replace`
        with contextlib.suppress(FileNotFoundError):
            _beside(path, ".new").rename(path)
    _check_files(path)
    connection = sqlite3.connect(path, isolation_level=None, timeout=0.5)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        _check(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if schema.prepare(connection):
            in_transaction(connection, [figures.recount])
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _check_files(path: Path) -> None:
    """Look at the files before SQLite does: it would make a new database of what it takes for an empty one.

    Raises:
        Newer: It was made by a newer version.
        sqlite3.DatabaseError: It is damaged.
    """
    log = _beside(path, "-wal")
    logged = log.is_file() and log.stat().st_size > 0
    if logged:
        path.touch()
    if not path.exists():
        return
    if (logged or path.stat().st_size) and not pages.is_database(path):
        raise schema.Damaged("it is no database")
    version = pages.version(path)
    if not 0 <= version <= schema.VERSION:
        raise Newer(NEWER.format(path.name, version, schema.VERSION))
    if logged:
        _check_log(path)


def _check_log(path: Path) -> None:
    """Check what a killed program left in its log before anything can write it into the database.

    A connection that may write would do so when it is closed, and a damaged file is to be kept as it is. Where the
    folder cannot take the shared memory that reading needs, the next connection finds the damage.
    """
    if wal.log_is_broken(path):
        raise schema.Damaged("its log is broken")
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=0.5)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        _check(connection, path)
    except sqlite3.OperationalError:
        return
    finally:
        connection.close()
        _beside(path, "-shm").unlink(missing_ok=True)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a database whose pages, tables or values do not fit together.

    Raises:
        sqlite3.DatabaseError: It is damaged.
    """
    size = path.stat().st_size
    if size <= CHECKED_SIZE:
        check = "integrity_check" if size <= SIFTED_SIZE else "quick_check"
        (found,) = connection.execute(f"PRAGMA {check}(1)").fetchone()
        if found != "ok":
            raise schema.Damaged(str(found))
    schema.check(connection, values=size <= SIFTED_SIZE)


def in_memory(found: Found | None = None) -> sqlite3.Connection:
    """Return a record that is never written to disk, with what was found elsewhere."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.make(connection)
    if found is not None:
        in_transaction(connection, [found.write])
    return connection


def lock(path: Path) -> IO[str] | None:
    """Take the lock file of a database; the operating system gives it back when the process ends, however it ends.

    Returns:
        The open lock file, to be closed at the end; None when another window holds it.

    Raises:
        OSError: The lock file cannot be made, or something that is no file stands in the place of the database.
    """
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(errno.EINVAL, f"{path.name} is not a file")
    held = _beside(path, ".lock").open("a+")
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


# --- a damaged file ----------------------------------------------------------------------------------


def replace(path: Path, found: Found) -> str:
    """Put a new database with what was found in the place of a damaged one, of which nothing is deleted.

    Wherever this is killed, the next start finds a database and the note.

    Returns:
        The note.

    Raises:
        OSError: There is no room, or the folder cannot be written; the damaged file is where it was.
        sqlite3.Error: Likewise.
    """
    new, kept = _beside(path, ".new"), _beside(path, f".damaged-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}")
    for end in ("", "-journal", "-wal"):
        _beside(new, end).unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(new, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        schema.make(connection)
        in_transaction(connection, [found.write])
    said = f"{path.name} was damaged and is kept as {kept.name}; {found.said}"
    _note(path, said)
    path.rename(kept)
    for end in ("-wal", "-journal"):
        with contextlib.suppress(FileNotFoundError):
            _beside(path, end).rename(_beside(kept, end))
    _beside(path, "-shm").unlink(missing_ok=True)
    new.rename(path)
    return said


def _note(path: Path, text: str) -> None:
    """Keep something to be said until it was seen."""
    before = noted(path)
    note = _beside(path, ".note")
    with note.open("w", encoding="utf-8") as file:
        file.write(f"{before}; {text}" if before else text)
        file.flush()
        os.fsync(file.fileno())


def noted(path: Path) -> str:
    """Return what is to be said of a record that was damaged; empty when nothing is, or it was seen."""
    note = _beside(path, ".note")
    try:
        if not note.is_file():
            return ""
        with note.open(encoding="utf-8", errors="replace") as file:
            return " ".join(part for part in file.read(LONGEST_NOTE).split() if part.isprintable())
    except OSError:
        return ""


def seen(path: Path) -> None:
    """Take the note away: it was read by the learner."""
    with contextlib.suppress(OSError):
        _beside(path, ".note").unlink(missing_ok=True)


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


# --- transactions --------------------------------------------------------------------------------------


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
