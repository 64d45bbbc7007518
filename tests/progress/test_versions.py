"""Records of other versions: an older one is brought up to date, a newer one is left as it is; and odd places."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bptutor.progress.event import Event, EventKind
from bptutor.progress.event_log import Log
from bptutor.progress.record import schema
from bptutor.progress.record.memory import cards, mastery
from bptutor.progress.record.pages import rows

FIRST = """
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
"""
"""The tables of bptutor 0.1.0, as it made them."""
COUNT = 9


def first(folder: Path, extra: str = "") -> Path:
    """Write a record as 0.1.0 did, with figures that say nothing yet."""
    folder.mkdir(exist_ok=True)
    path = folder / "progress.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode = WAL;" + FIRST)
        for n in range(COUNT):
            time = f"2026-02-0{n + 1}T10:00:00.000+00:00"
            body = (
                f'{{"kind":"answered","lesson":"one","pack":"p","stop":"q","text":"{n}","mark":"right",'
                f'"skills":["chain"],"question":"numpy","learner":"me","time":"{time}","id":"id{n}"{extra}}}'
            )
            row = (f"id{n}", "answered", "p", "one", time, body)
            connection.execute("INSERT INTO event (id, kind, pack, lesson, time, body) VALUES (?, ?, ?, ?, ?, ?)", row)
        connection.execute("INSERT INTO draft VALUES ('p', 'one', 'q', 'half')")
    return path


def version(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_a_record_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = first(tmp_path)
    log = Log.open(tmp_path)
    assert (log.saving, log.saving_problem, log.note) == (True, "", "")
    assert [event.text for event in log.events()] == [str(n) for n in range(COUNT)]
    assert log.drafts("p", "one") == {"q": "half"}
    assert mastery(log, "p")["chain"].unaided == COUNT
    assert cards(log, "p")["chain"].last.day == COUNT
    log.append(Event(EventKind.OPENED, "two", "p"))
    log.close()
    assert version(path) == schema.VERSION
    assert [file.name for file in tmp_path.glob("progress.db*") if not file.name.endswith(".lock")] == ["progress.db"]
    again = Log.open(tmp_path)
    assert (len(list(again.events())), again.note) == (COUNT + 1, "")
    again.close()


def test_an_update_that_is_broken_off_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = first(tmp_path)
    broken = "ALTER TABLE event RENAME TO event_0; DROP TABLE draft; SELECT nothing FROM nowhere"
    monkeypatch.setitem(schema._MIGRATIONS, 0, lambda connection: schema._script(connection, broken))
    log = Log.open(tmp_path)
    assert (log.saving, [event.text for event in log.events()]) == (False, [str(n) for n in range(COUNT)])
    log.close()
    assert version(path) == 0
    monkeypatch.undo()
    log = Log.open(tmp_path)
    assert (log.saving, len(list(log.events()))) == (True, COUNT)
    log.close()


def test_numbers_that_no_json_has_are_mended(tmp_path: Path) -> None:
    first(tmp_path, ',"drawn":{"a":[Infinity,NaN,1.5]}')
    log = Log.open(tmp_path)
    assert "damaged" in log.note
    assert [event.drawn for event in log.events()] == [{"a": [None, None, 1.5]}] * COUNT
    assert list(log.right_code("p")) == []
    log.close()


@pytest.mark.parametrize("number", [schema.VERSION + 1, 99, -1])
@pytest.mark.parametrize("more", ["", "ALTER TABLE event RENAME COLUMN body TO content"])
def test_a_newer_record_is_not_touched(number: int, more: str, tmp_path: Path) -> None:
    path = first(tmp_path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(f"PRAGMA user_version = {number}; {more}")
    before = {file.name: file.read_bytes() for file in tmp_path.glob("progress.db*")}
    log = Log.open(tmp_path)
    assert not log.saving
    assert "newer bptutor" in log.saving_problem and log.note == log.saving_problem
    assert [event.text for event in log.events()] == [str(n) for n in range(COUNT)]
    log.append(Event(EventKind.OPENED, "two", "p"))
    assert [event.lesson for event in log.events()][-1] == "two"
    log.close()
    assert {file.name: file.read_bytes() for file in tmp_path.glob("progress.db*") if file.suffix != ".lock"} == before


# --- odd places -----------------------------------------------------------------------------------------


def in_the_way(kind: str, path: Path) -> None:
    """Put something that is no file in the place of a record."""
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(kind)


@pytest.mark.parametrize("kind", ["folder", "pipe", "/dev/full", "/dev/zero", "progress.db"])
def test_what_is_no_file_is_left_alone(kind: str, tmp_path: Path) -> None:
    in_the_way(kind, tmp_path / "progress.db")
    log = Log.open(tmp_path)
    assert not log.saving
    assert "progress is not saved" in log.saving_problem and log.note
    log.append(Event(EventKind.OPENED, "one"))
    assert len(list(log.events())) == 1
    log.close()
    assert [file.name for file in tmp_path.iterdir() if not file.name.endswith(".lock")] == ["progress.db"]


def test_a_home_with_too_long_a_name_still_teaches(tmp_path: Path) -> None:
    for home in (tmp_path / ("x" * 300), tmp_path.joinpath(*["y" * 200] * 30)):
        log = Log.open(home)
        assert (log.saving, list(log.events())) == (False, [])
        log.append(Event(EventKind.OPENED, "one"))
        log.close()


def test_a_huge_damaged_file_is_read_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bptutor.progress.record import pages

    path = first(tmp_path)
    data = path.read_bytes()
    path.write_bytes(bytes(4096) + data[4096:])
    os.truncate(path, 1 << 40)  # a hole: no disk is filled
    monkeypatch.setattr(pages, "LARGEST", 32 << 20)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    log = Log.open(tmp_path)
    assert [event.text for event in log.events()] == [str(n) for n in range(COUNT)]
    assert "damaged" in log.note
    log.close()
    assert list((tmp_path / "temporary").iterdir()) == []
    assert sum(1 for _ in rows(tmp_path / "progress.db")) < 1000


def test_a_record_that_a_trigger_empties_is_never_said_to_be_saved(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    log._connection.execute("CREATE TEMP TRIGGER t BEFORE INSERT ON event BEGIN SELECT RAISE(IGNORE); END")
    log.append(Event(EventKind.ANSWERED, "one", text="kept in memory"))
    assert not log.saving
    assert [event.text for event in log.events()] == ["kept in memory"]
    log.close()


def test_the_record_of_a_damaged_one_is_there_wherever_the_repair_is_killed(tmp_path: Path) -> None:
    program = """
import sys, os
from pathlib import Path
from bptutor.progress.event_log import Log
steps, real = int(sys.argv[2]), Path.rename
def rename(self, target):
    global steps
    if steps == 0: os._exit(9)
    steps -= 1
    return real(self, target)
Path.rename = rename
Log.open(Path(sys.argv[1]))
os._exit(0)
"""
    renames = 4  # the record, what may stand beside it (twice), and the new one
    for steps in range(renames + 1):
        folder = tmp_path / str(steps)
        path = first(folder)
        data = path.read_bytes()
        path.write_bytes(bytes(4096) + data[4096:])
        done = subprocess.run([sys.executable, "-c", program, str(folder), str(steps)], check=False)
        assert done.returncode == (9 if steps < renames else 0)
        log = Log.open(folder)
        assert (log.saving, len(list(log.events()))) == (True, COUNT)
        assert "damaged" in log.note
        log.close()
