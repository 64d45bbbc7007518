"""The tables of a record: made, brought up from older versions, and checked before anything is written to them.

What was done (`event`) and what is typed (`draft`) is kept; all other tables are made of the events and are made anew
when they are not as they should be.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import cache

VERSION = 1
"""The `user_version` of a record that this program writes; 0 is that of bptutor 0.1.0."""
KEPT = """
CREATE TABLE event (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, pack TEXT NOT NULL, lesson TEXT NOT NULL,
    time TEXT NOT NULL, body TEXT NOT NULL, clock TEXT NOT NULL DEFAULT '');
CREATE INDEX event_by_lesson ON event (pack, lesson, time);
CREATE INDEX event_by_time ON event (time);
CREATE INDEX event_ahead ON event (clock) WHERE clock > time;
CREATE TABLE draft (
    pack TEXT NOT NULL, lesson TEXT NOT NULL, stop TEXT NOT NULL, text TEXT NOT NULL, time TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (pack, lesson, stop)) WITHOUT ROWID;
"""
"""A draft belongs to a question.

`clock` is when an event happened as the clock said then; `time` is what it is sorted and counted by (`ordering`)."""
DERIVED = """
CREATE TABLE skill_day (
    skill TEXT NOT NULL, day TEXT NOT NULL, code INTEGER NOT NULL, unaided INTEGER NOT NULL, aided INTEGER NOT NULL,
    revealed INTEGER NOT NULL, wrong INTEGER NOT NULL, PRIMARY KEY (skill, day, code)) WITHOUT ROWID;
CREATE TABLE mistake (
    rule TEXT PRIMARY KEY, times INTEGER NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counted (events INTEGER NOT NULL, answers INTEGER NOT NULL, mistakes INTEGER NOT NULL);
CREATE TABLE card (
    skill TEXT PRIMARY KEY, body TEXT NOT NULL, due TEXT NOT NULL, last TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE folded (seq INTEGER PRIMARY KEY);
"""
"""`counted` says of how many events the figures are made and what they come to, `folded` how far the cards go."""
FIRST = """
CREATE TABLE event (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, pack TEXT NOT NULL,
    lesson TEXT NOT NULL, time TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX event_by_lesson ON event (pack, lesson, time);
CREATE INDEX event_by_time ON event (time);
CREATE TABLE draft (
    pack TEXT NOT NULL, lesson TEXT NOT NULL, stop TEXT NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (pack, lesson)) WITHOUT ROWID;
"""
"""What version 0 kept: one draft a lesson."""
_KEPT = {0: FIRST, VERSION: KEPT}
"""Version -> its tables of what is kept."""
_TABLES = ("event", "draft")
_FIGURES = ("skill_day", "mistake", "counted", "card", "folded")
_UNREADABLE = """
SELECT 1 FROM event WHERE NOT json_valid(body) OR NOT is_text(CAST(body AS BLOB)) OR typeof(body) <> 'text'
    OR json_extract(body, '$.id') IS NOT id OR json_extract(body, '$.kind') IS NOT kind
    OR json_extract(body, '$.lesson') IS NOT lesson OR coalesce(json_extract(body, '$.pack'), '') IS NOT pack
UNION ALL SELECT 1 FROM draft WHERE NOT is_text(CAST(pack || lesson || stop || text AS BLOB)) LIMIT 1
"""
"""An event whose text is none, or says something else than its row."""
_ODD_COLUMNS = """
SELECT 1 FROM event INDEXED BY event_by_lesson WHERE typeof(pack) <> 'text' OR typeof(lesson) <> 'text'
    OR typeof(time) <> 'text'
    OR time NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:*+00:00' LIMIT 1
"""
"""What is asked of a record of any size: an index answers it."""
_ODD_FIGURES = """
SELECT 1 FROM skill_day WHERE typeof(skill) <> 'text' OR typeof(code) <> 'integer' OR typeof(unaided) <> 'integer'
    OR typeof(aided) <> 'integer' OR typeof(revealed) <> 'integer' OR typeof(wrong) <> 'integer'
    OR min(unaided, aided, revealed, wrong) < 0 OR day NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'
UNION ALL SELECT 1 FROM mistake WHERE typeof(rule) <> 'text' OR typeof(times) <> 'integer'
    OR first NOT GLOB '[0-9][0-9][0-9][0-9]-*' OR last NOT GLOB '[0-9][0-9][0-9][0-9]-*'
UNION ALL SELECT 1 FROM card WHERE NOT json_valid(body) OR json_extract(body, '$.due') IS NOT due
    OR json_extract(body, '$.last_review') IS NOT last
UNION ALL SELECT 1 WHERE (SELECT count(*) FROM counted) <> 1
    OR (SELECT events FROM counted) <> (SELECT count(*) FROM event)
    OR (SELECT answers FROM counted) <> (SELECT coalesce(sum(unaided + aided + revealed + wrong), 0) FROM skill_day)
    OR (SELECT mistakes FROM counted) <> (SELECT coalesce(sum(times), 0) FROM mistake)
    OR (SELECT count(*) FROM folded) > 1
    OR (SELECT coalesce(max(seq), 0) FROM folded) > (SELECT coalesce(max(seq), 0) FROM event)
LIMIT 1
"""


class Damaged(sqlite3.DatabaseError):
    """What a database holds is not what this program wrote."""


def make(connection: sqlite3.Connection) -> None:
    """Make the tables of an empty database, in one transaction."""
    _script(connection, KEPT, DERIVED, "INSERT INTO counted VALUES (0, 0, 0)", f"PRAGMA user_version = {VERSION}")


def is_new(connection: sqlite3.Connection) -> bool:
    """Return whether a database holds nothing yet."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    return pages <= 1 and not _shape(connection, _TABLES)


def check(connection: sqlite3.Connection, *, values: bool) -> None:
    """Refuse a record whose tables are not as its version keeps them; changes nothing.

    Args:
        connection: The database.
        values: Whether every event is looked at too.

    Raises:
        Damaged: Its events or drafts are not kept as they should be.
        sqlite3.Error: It cannot be read.
    """
    if is_new(connection):
        return
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if _shape(connection, _TABLES) != _wanted(_KEPT[version], _TABLES):
        raise Damaged("its tables are not those of a record")
    if connection.execute(_ODD_COLUMNS).fetchone():
        raise Damaged("some of its events cannot be read")
    if values:
        connection.create_function("is_text", 1, _is_text, deterministic=True)
        try:
            odd = connection.execute(_UNREADABLE).fetchone()
        except sqlite3.OperationalError as error:
            raise Damaged(str(error)) from error
        if odd:
            raise Damaged("some of its events cannot be read")


def prepare(connection: sqlite3.Connection) -> bool:
    """Make the tables, or bring those of an older version up to date.

    Returns:
        Whether the figures are to be counted anew.

    Raises:
        sqlite3.Error: It cannot be written.
    """
    if is_new(connection):
        make(connection)
        return False
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for older in range(version, VERSION):
        _MIGRATIONS[older](connection)
    connection.execute("UPDATE event SET clock = json_extract(body, '$.time') WHERE typeof(clock) <> 'text'")
    return _prepared_figures(connection)


def _prepared_figures(connection: sqlite3.Connection) -> bool:
    """Make tables of figures that are missing or others than they should be; returns whether they are empty now."""
    sound = _shape(connection, _FIGURES) == _wanted(DERIVED, _FIGURES)
    if sound and not connection.execute(_ODD_FIGURES).fetchone():
        return False
    empty(connection)
    return True


def empty(connection: sqlite3.Connection) -> None:
    """Make the tables of figures anew, empty."""
    named = [
        (kind, name)
        for kind, name in connection.execute("SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view')")
        if name in _FIGURES
    ]
    _script(connection, *(f"DROP {kind} {name}" for kind, name in named), DERIVED)


def _is_text(raw: bytes | None) -> bool:
    try:
        return raw is not None and raw.decode() is not None
    except (UnicodeDecodeError, AttributeError):
        return False


def _from_first(connection: sqlite3.Connection) -> None:
    """Go from version 0 to 1: an event has a time to sort by beside that of the clock, a draft a time."""
    _script(
        connection,
        "ALTER TABLE event RENAME TO event_0; ALTER TABLE draft RENAME TO draft_0",
        "DROP INDEX event_by_lesson; DROP INDEX event_by_time",
        KEPT,
        """INSERT INTO event (seq, id, kind, pack, lesson, time, body, clock)
        SELECT seq, id, kind, pack, lesson, time, body, time FROM event_0""",
        "INSERT INTO draft (pack, lesson, stop, text) SELECT pack, lesson, stop, text FROM draft_0 WHERE text <> ''",
        "DROP TABLE event_0; DROP TABLE draft_0; PRAGMA user_version = 1",
    )


_MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {0: _from_first}
"""Version -> the step to the next one; each in one transaction."""


def _script(connection: sqlite3.Connection, *scripts: str) -> None:
    """Do some statements in one transaction, none of them when one fails."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in ";".join(scripts).split(";"):
            if statement.strip():
                connection.execute(statement)
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@cache
def _wanted(script: str, tables: tuple[str, ...]) -> frozenset[tuple[str, str, str]]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        _script(connection, script)
        return _shape(connection, tables)
    finally:
        connection.close()


def _shape(connection: sqlite3.Connection, tables: tuple[str, ...]) -> frozenset[tuple[str, str, str]]:
    """Return what belongs to some tables: kind, name and spelling of each table, index and trigger."""
    query = "SELECT type, name, coalesce(sql, ''), tbl_name FROM sqlite_schema"
    return frozenset(
        (kind, name, "".join(sql.casefold().replace("if not exists", "").replace('"', "").split()))
        for kind, name, sql, table in connection.execute(query)
        if table in tables
    )
