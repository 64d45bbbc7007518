"""A damaged record is kept aside, and what can be read from it lives on in a new one."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from bptutor.progress.event_log import Event, EventKind, Log

COUNT = 400
PAGE = 4096


def written(folder: Path) -> Path:
    log = Log.open(folder)
    log.append(*(Event(EventKind.ANSWERED, "one", "pack", "q1", text=f"{n} " + "x" * 100) for n in range(COUNT)))
    log.close()
    return folder / "progress.db"


def overwrite(at: int, length: int) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with path.open("r+b") as file:
            file.seek(at)
            file.write(random.Random(1).randbytes(length))

    return damage


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    ("damage", "least"),
    [
        (overwrite(0, 100), COUNT),
        (overwrite(0, PAGE), COUNT),
        (overwrite(20 * PAGE, PAGE), COUNT - 40),
        (cut_off, 100),
        (lambda path: path.write_bytes(b"not a database at all" * 500), 0),
    ],
    ids=["header", "first page", "a page inside", "cut off", "another file"],
)
def test_a_damaged_file_is_kept_and_read(tmp_path: Path, damage: Callable[[Path], None], least: int) -> None:
    path = written(tmp_path)
    damage(path)
    damaged = path.read_bytes()
    log = Log.open(tmp_path)
    assert log.saving
    assert "damaged" in log.saving_problem
    kept = [file for file in tmp_path.iterdir() if file.name.startswith("progress.db.damaged-")]
    assert [file.read_bytes() for file in kept] == [damaged]
    assert kept[0].name in log.saving_problem
    found = [event.text for event in log.events()]
    assert least <= len(found) <= COUNT
    assert set(found) <= {f"{n} " + "x" * 100 for n in range(COUNT)}
    log.append(Event(EventKind.OPENED, "two", "pack"))
    log.close()
    again = Log.open(tmp_path)
    assert again.saving_problem == ""
    assert len(list(again.events())) == len(found) + 1
    again.close()
