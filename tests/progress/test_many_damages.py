"""Records damaged in many ways: nothing is lost that can be read, nothing is missing in silence, nothing raises.

What can be read is told by two others: SQLite itself, asked row by row, and a search for the bytes of each event.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bptutor.progress.event_log import Event, EventKind, Log
from bptutor.progress.mastery import mistakes
from bptutor.progress.record import database
from bptutor.progress.record.memory import cards, mastery
from bptutor.progress.report import page
from bptutor.progress.transfer import export_lines

pytestmark = pytest.mark.normal

COUNT = 60
PAGE = 4096
LESSON = ("pack", "three")
TYPED = {"q9": "half an answer", "q8": "p -"}
"""Stop -> what is typed there."""


def event(n: int) -> Event:
    """Return an event with a text of its own; some fill more than a page."""
    return Event(
        EventKind.ANSWERED,
        f"lesson{n % 7}",
        "pack",
        f"q{n}",
        text=f"text {n} " + "x" * (7_000 if n % 10 == 3 else n),
        mark="right" if n % 3 else "wrong",
        findings=() if n % 3 else ("sign",),
        skills=("chain", "softmax"),
        drawn={"z": [n / 7, -n / 3]},
        time=f"2026-02-{1 + n // 5:02}T10:{n % 60:02}:00.000+00:00",
        id=f"{n:032x}",
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return a record that was closed, and one whose log was left behind by a kill."""
    closed, killed = tmp_path_factory.mktemp("closed"), tmp_path_factory.mktemp("killed")
    log = Log.open(closed)
    for n in range(COUNT):
        log.append(event(n))
    for stop, text in TYPED.items():
        log.append(draft=(*LESSON, stop, text))
    cards(log, "pack")
    for end in ("", "-wal"):
        shutil.copy(closed / f"progress.db{end}", killed)
    log.close()
    return [closed, killed]


# --- ways to damage a file ----------------------------------------------------------------------------


def random_bytes(path: Path, source: random.Random) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(source.choice([1, 1, 3, 30])):
        at = source.randrange(len(data))
        data[at : at + source.choice([1, 8, 200])] = source.randbytes(source.choice([1, 8, 200]))
    path.write_bytes(data)


def zeros(path: Path, source: random.Random) -> None:
    data = bytearray(path.read_bytes())
    at, length = source.randrange(len(data)), source.choice([1, 100, PAGE, 5 * PAGE])
    data[at : at + length] = bytes(len(data[at : at + length]))
    path.write_bytes(data)


def header(path: Path, source: random.Random) -> None:
    data = bytearray(path.read_bytes())
    at = source.randrange(100)
    data[at : at + 2] = source.randbytes(2)
    path.write_bytes(data)


def first_page(path: Path, source: random.Random) -> None:
    data = path.read_bytes()
    path.write_bytes(source.choice([bytes(PAGE), source.randbytes(PAGE)]) + data[PAGE:])


def cut(path: Path, source: random.Random) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: source.randrange(1, len(data))])


def swapped_pages(path: Path, source: random.Random) -> None:
    data = path.read_bytes()
    pages = [data[at : at + PAGE] for at in range(0, len(data), PAGE)]
    one, two = source.sample(range(len(pages)), 2) if len(pages) > 1 else (0, 0)
    pages[one], pages[two] = pages[two], pages[one]
    path.write_bytes(b"".join(pages))


def log_bytes(path: Path, source: random.Random) -> None:
    wal = path.with_name("progress.db-wal")
    random_bytes(wal if wal.exists() else path, source)


def log_cut(path: Path, source: random.Random) -> None:
    wal = path.with_name("progress.db-wal")
    cut(wal if wal.exists() else path, source)


def sql(*statements: str) -> Callable[[Path, random.Random], None]:
    def damage(path: Path, source: random.Random) -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        with contextlib.closing(connection):
            connection.execute(source.choice(statements))

    return damage


def another_program(path: Path, source: random.Random) -> None:
    path.write_bytes(source.randbytes(source.choice([1, 700, 90_000])))


SCHEMAS = (
    "ALTER TABLE event ADD COLUMN extra TEXT NOT NULL DEFAULT 'x'",
    "ALTER TABLE event RENAME COLUMN body TO content",
    "ALTER TABLE event RENAME COLUMN time TO at",
    "ALTER TABLE event DROP COLUMN kind",
    "ALTER TABLE event RENAME TO happened",
    "ALTER TABLE draft ADD COLUMN extra TEXT",
    "DROP TABLE event",
    "DROP TABLE draft",
    "DROP INDEX event_by_lesson",
    "CREATE TRIGGER t BEFORE INSERT ON event BEGIN SELECT RAISE(IGNORE); END",
    "CREATE UNIQUE INDEX one_a_lesson ON event (lesson, time, seq % 2)",
)
VALUES = (
    "UPDATE event SET body = '{}' WHERE seq = 7",
    "UPDATE event SET body = 'x' WHERE seq % 9 = 0",
    "UPDATE event SET body = CAST(body AS BLOB) WHERE seq = 7",
    "UPDATE event SET time = CAST(time AS BLOB) WHERE seq = 7",
    "UPDATE event SET time = 'noon' WHERE seq = 7",
    "UPDATE event SET clock = x'00ff' WHERE seq = 7",
    "UPDATE event SET lesson = 'other' WHERE seq = 7",
    """UPDATE event SET body = replace(body, '"z":[', '"z":[1e999,') WHERE seq = 7""",
    """UPDATE event SET body = replace(body, '"z":[', '"z":[Infinity,') WHERE seq = 7""",
)
FIGURES = (
    "DROP TABLE skill_day",
    "DROP TABLE card",
    "DROP TABLE counted",
    "ALTER TABLE mistake ADD COLUMN extra TEXT NOT NULL DEFAULT 'x'",
    "ALTER TABLE skill_day RENAME COLUMN wrong TO false_ones",
    "UPDATE card SET due = 'yesterday'",
    "UPDATE card SET last = x'00'",
    "UPDATE card SET body = '{}'",
    "DELETE FROM skill_day",
    "UPDATE skill_day SET unaided = 'many'",
    "UPDATE skill_day SET wrong = -3",
    "INSERT INTO folded VALUES (9999)",
    "DELETE FROM counted",
    "UPDATE mistake SET first = 3",
    "CREATE TRIGGER t BEFORE INSERT ON skill_day BEGIN SELECT RAISE(IGNORE); END",
)
WAYS: dict[str, Callable[[Path, random.Random], None]] = {
    "random bytes": random_bytes,
    "zeros": zeros,
    "header": header,
    "first page": first_page,
    "cut": cut,
    "swapped pages": swapped_pages,
    "log bytes": log_bytes,
    "log cut": log_cut,
    "schema": sql(*SCHEMAS),
    "values": sql(*VALUES),
    "figures": sql(*FIGURES),
    "version": sql("PRAGMA user_version = 99", "PRAGMA user_version = -1", "PRAGMA user_version = 2"),
    "another program": another_program,
}


# --- what can be read, told by others -------------------------------------------------------------------


def by_rows(path: Path, folder: Path) -> set[str]:
    """Return the ids of the events that SQLite gives, asked for one row after the other."""
    folder.mkdir()
    for end in ("", "-wal"):
        if path.with_name(path.name + end).exists():
            shutil.copy(path.with_name(path.name + end), folder / f"copy.db{end}")
    found = set()
    with contextlib.closing(sqlite3.connect(folder / "copy.db")) as connection:
        for seq in range(1, COUNT + 1):
            with contextlib.suppress(sqlite3.Error):
                row = connection.execute("SELECT body FROM event WHERE seq = ?", (seq,)).fetchone()
                if row and row[0] in BODIES:
                    found.add(BODIES[row[0]])
    return found


BODIES = {event(n).to_json(): event(n).id for n in range(COUNT)}


def by_bytes(path: Path) -> set[str]:
    """Return the ids of the events whose text stands somewhere in the file or its log."""
    data = path.read_bytes()
    wal = path.with_name(path.name + "-wal")
    data += b"\0" + (wal.read_bytes() if wal.exists() else b"")
    return {id_ for body, id_ in BODIES.items() if body.encode() in data}


@dataclass(frozen=True)
class Held:
    files: dict[str, bytes]

    @classmethod
    def of(cls, path: Path) -> Held:
        return cls({f.name: f.read_bytes() for f in path.parent.glob("progress.db*") if f.suffix != ".lock"})

    def is_kept(self, folder: Path) -> bool:
        kept = [file for file in folder.glob("progress.db.damaged-*") if not file.name.endswith("-wal")]
        return [file.read_bytes() for file in kept] == [self.files["progress.db"]] and all(
            kept[0].with_name(kept[0].name + "-wal").read_bytes() == data
            for name, data in self.files.items()
            if name.endswith("-wal") and data
        )


def use(log: Log) -> None:
    """Do all that the program does with a record."""
    list(export_lines(log))
    page(log)
    mastery(log, "pack"), mistakes(log), cards(log, "pack")
    log.run("pack", "lesson1"), log.lessons("pack"), log.asked("pack"), log.marked("pack", "passed")
    log.drafts(*LESSON), log.all_drafts(), log.runs(*LESSON)


def examine(folder: Path, name: str, damage: Callable[[Path, random.Random], None], source: random.Random) -> None:
    path = folder / "progress.db"
    damage(path, source)
    cut_off = "log cut" in name  # such a log cannot be told from one whose last write was not finished
    before, readable = Held.of(path), by_rows(path, folder / "copy") | (set() if cut_off else by_bytes(path))
    log = Log.open(folder)
    found = {one.id: one for one in log.events()}
    use(log)
    assert readable <= set(found), f"{name}: {len(readable - set(found))} events that can be read are lost"
    assert log.note or set(found) <= set(BODIES.values())
    if len(found) < COUNT and not cut_off:
        assert log.note, f"{name}: {COUNT - len(found)} events are missing, and nothing is said"
    if not log.saving:
        log.append(event(COUNT))
        log.close()
        assert {n: b for n, b in Held.of(path).files.items() if n in before.files} == before.files, name
        return
    if "damaged" in log.note and database.CHECKED_SIZE:
        assert before.is_kept(folder), f"{name}: the damaged file is not kept as it was"
    log.append(event(COUNT))
    use(log)
    log.close()
    again = Log.open(folder)
    assert {one.id for one in again.events()} == {*found, event(COUNT).id}
    assert again.note == log.note
    again.seen()
    again.close()
    last = Log.open(folder)
    assert last.note == ""
    last.close()


def ways(count: int, source: random.Random) -> list[str]:
    listed = list(WAYS)
    return [listed[n] if n < len(listed) else source.choice(listed) for n in range(count)]


def run(count: int, folders: list[Path], tmp_path: Path) -> None:
    for n, name in enumerate(ways(count, random.Random(count))):
        folder = tmp_path / str(n)
        source = random.Random(f"{count}/{n}")
        shutil.copytree(source.choice(folders), folder)
        examine(folder, f"{n} {name}", WAYS[name], source)
        shutil.rmtree(folder)


def test_a_few_damages(folders: list[Path], tmp_path: Path) -> None:
    run(len(WAYS), folders, tmp_path)


@pytest.mark.long
def test_a_thousand_damages(folders: list[Path], tmp_path: Path) -> None:
    run(1_000, folders, tmp_path)


@pytest.mark.parametrize("statement", [*SCHEMAS, *VALUES, *FIGURES])
def test_foreign_tables_and_values(statement: str, folders: list[Path], tmp_path: Path) -> None:
    folder = tmp_path / "home"
    shutil.copytree(folders[0], folder)
    examine(folder, statement, sql(statement), random.Random(1))


@pytest.mark.parametrize("statement", FIGURES)
def test_figures_that_are_off_are_made_anew(statement: str, folders: list[Path], tmp_path: Path) -> None:
    def figures(log: Log) -> tuple[object, ...]:
        return mastery(log, "pack"), mistakes(log), cards(log, "pack")

    folder = tmp_path / "home"
    shutil.copytree(folders[0], folder)
    log = Log.open(folder)
    right = figures(log)
    log.close()
    sql(statement)(folder / "progress.db", random.Random(1))
    log = Log.open(folder)
    assert (log.note, log.saving, figures(log)) == ("", True, right)
    assert log.drafts(*LESSON) == TYPED
    log.close()


def test_drafts_survive_a_damage(folders: list[Path], tmp_path: Path) -> None:
    for n, folder in enumerate(folders):
        home = tmp_path / str(n)
        shutil.copytree(folder, home)
        first_page(home / "progress.db", random.Random(1))
        log = Log.open(home)
        assert log.drafts(*LESSON) == TYPED
        log.close()


def test_a_large_record_that_turns_out_damaged_when_it_is_read(
    folders: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "CHECKED_SIZE", 0)
    monkeypatch.setattr(database, "SIFTED_SIZE", 0)
    for n in range(20):
        folder = tmp_path / str(n)
        shutil.copytree(folders[0], folder)
        examine(folder, str(n), [random_bytes, zeros, swapped_pages, sql(*VALUES)][n % 4], random.Random(n))
