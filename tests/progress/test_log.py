"""The record: what is appended is there, in order; what cannot be written never stops a lesson."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bptutor.progress.event_log import Event, EventKind, Log
from bptutor.progress.home import database, home


def answer(text: str, lesson: str = "one", **more: object) -> Event:
    return Event(EventKind.ANSWERED, lesson, "pack", "q1", text=text, mark="wrong", **more)  # type: ignore[arg-type]


def opened(lesson: str = "one", seed: int = 7) -> Event:
    return Event(EventKind.OPENED, lesson, "pack", seed=seed)


def texts(log: Log) -> list[str]:
    return [event.text for event in log.events()]


def test_what_is_appended_is_there_in_the_next_session(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    log.append(opened(), answer("p - y", findings=("sign",), drawn={"z": [0.3, -0.2]}))
    before = list(log.events())
    log.close()
    again = Log.open(tmp_path)
    assert list(again.events()) == before
    assert again.saving
    assert again.saving_problem == ""
    again.close()


def test_a_run_begins_where_the_lesson_was_opened_last(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    log.append(opened(seed=1), answer("a"), opened("two"), answer("b", "two"), opened(seed=2), answer("c"))
    assert [(event.kind.value, event.seed or event.text) for event in log.run("pack", "one")] == [
        ("opened", 2),
        ("answered", "c"),
    ]
    assert log.draws("pack", "one") == 2
    assert log.lessons("pack") == ["one", "two"]
    assert log.run("other", "one") == []
    log.close()


def test_a_clock_that_goes_back_keeps_the_order(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    log.append(answer("first", time="2026-05-01T10:00:00.000+00:00"))
    log.append(answer("second", time="2026-05-01T09:00:00.000+00:00"))
    assert texts(log) == ["first", "second"]
    log.close()


def test_a_second_window_reads_and_saves_nothing(tmp_path: Path) -> None:
    first = Log.open(tmp_path)
    first.append(opened(), answer("mine"))
    second = Log.open(tmp_path)
    assert not second.saving
    assert "another window" in second.saving_problem
    assert texts(second) == ["", "mine"]
    second.append(answer("lost"))
    assert texts(second) == ["", "mine", "lost"]
    first.append(answer("kept"))
    second.close()
    first.close()
    again = Log.open(tmp_path)
    assert again.saving
    assert texts(again) == ["", "mine", "kept"]
    again.close()


def test_two_learners_write_at_the_same_time(tmp_path: Path) -> None:
    logs = [Log.open(tmp_path, learner) for learner in ("me", "Ada L.", "ada l.", "..")]
    for log in logs:
        log.append(answer(log.learner))
    assert [(log.saving, texts(log)) for log in logs] == [(True, [log.learner]) for log in logs]
    for log in logs:
        log.close()


def test_a_home_that_cannot_be_made_still_teaches(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    log = Log.open(tmp_path / "file" / "home")
    assert not log.saving
    assert "cannot be written" in log.saving_problem
    log.append(answer("in memory"))
    assert texts(log) == ["in memory"]
    log.close()


def test_a_home_that_turned_read_only_shows_what_was_done(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    log.append(answer("before"))
    log.close()
    path = database(tmp_path, "me")
    before = path.read_bytes()
    (tmp_path / "progress.db.lock").unlink()
    (tmp_path / "progress.db.lock").mkdir()  # root may write anywhere, but nobody opens a folder for writing
    log = Log.open(tmp_path)
    assert not log.saving
    log.append(answer("after"))
    assert texts(log) == ["before", "after"]
    log.close()
    assert path.read_bytes() == before


def test_a_full_disk_loses_nothing_once_there_is_room(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    log.append(opened())
    log._connection.execute("PRAGMA max_page_count = 16")
    for n in range(200):
        log.append(answer(f"{n} " + "x" * 200))
    assert not log.saving
    assert "full" in log.saving_problem
    expected = ["", *(f"{n} " + "x" * 200 for n in range(200))]
    assert texts(log) == expected
    assert log._disk is not None
    log._disk.execute("PRAGMA max_page_count = 100000")
    log.append(answer("room again"))
    assert log.saving
    assert log.saving_problem == ""
    log.close()
    again = Log.open(tmp_path)
    assert texts(again) == [*expected, "room again"]
    again.close()


def test_a_disk_that_stays_full_keeps_what_was_written(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    log.append(opened())
    log._connection.execute("PRAGMA max_page_count = 16")
    kept = 0
    while log.saving:
        log.append(answer(f"{kept} " + "x" * 200))
        kept += log.saving
    log.close()
    again = Log.open(tmp_path)
    assert len(texts(again)) == kept + 1
    again.close()


def test_commits_are_on_disk_when_append_returns(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    assert log._connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert log._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert log._connection.execute("PRAGMA locking_mode").fetchone() == ("exclusive",)
    assert not database(tmp_path, "me").with_name("progress.db-shm").exists()
    log.close()


def test_an_answer_and_its_draft_are_one_transaction(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    log.append(draft=("pack", "one", "q1", "p -"))
    statements: list[str] = []
    log._connection.set_trace_callback(statements.append)
    log.append(answer("p - y"), Event(EventKind.ADVANCED, "one", "pack", "q1"), draft=("pack", "one", "q1", ""))
    log._connection.set_trace_callback(None)
    assert sum(statement.startswith("COMMIT") for statement in statements) == 1
    assert log.drafts("pack", "one") == {"q1": ""}
    log.close()


def test_bptutor_home_moves_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPTUTOR_HOME", str(tmp_path / "elsewhere"))
    assert home() == tmp_path / "elsewhere"
    log = Log.open()
    log.append(answer("here"))
    log.close()
    connection = sqlite3.connect(tmp_path / "elsewhere" / "progress.db")
    assert connection.execute("SELECT count(*) FROM event").fetchone() == (1,)
    connection.close()
    monkeypatch.delenv("BPTUTOR_HOME")
    assert home().name == "bptutor"


def test_a_home_of_somebody_who_is_not_here_is_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPTUTOR_HOME", "~nobody-of-this-name/x")
    assert home() == Path("~nobody-of-this-name/x")
