"""Imports from anybody: what cannot be kept is refused by its line, all else is taken, and the record stays sound."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bptutor.cli import main
from bptutor.jsonlines import DEPTH, ENDLESS
from bptutor.progress.event import LONGEST_LINE, Event, EventKind
from bptutor.progress.event_log import Log
from bptutor.progress.home import database
from bptutor.progress.record.draft import Draft
from bptutor.progress.record.memory import cards, mastery
from bptutor.progress.transfer import export_lines, import_lines

pytestmark = pytest.mark.normal


def event(n: int, **more: object) -> dict[str, object]:
    """Return an answer as it stands in a line."""
    made = Event(
        EventKind.ANSWERED, "one", "pack", f"q{n}", text=f"text {n}", mark="right", skills=("chain",), id=f"id{n}",
        time=f"2026-01-01T10:00:{n % 60:02}.{n // 60:03}+00:00",
    )  # fmt: skip
    return {**json.loads(made.to_json()), **more}


def raw(key: str, value: str) -> str:
    """Return an answer as a line, with some JSON as the value of a key."""
    return json.dumps({**event(0), key: "@"}).replace('"@"', value)


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


VALUES = [
    "1e999",
    "NaN",
    "-Infinity",
    '"\\ud800"',
    nested(DEPTH + 1),
    nested(500),
    nested(5_000),
    "9" * 5_000,
    '{"a":1,"a":1}',
]
HOSTILE = [
    *(raw(key, value) for key in ("text", "drawn", "seed", "id", "unknown", "skills", "aided") for value in VALUES),
    *(raw("drawn", f'{{"a":[{value}]}}') for value in VALUES),
    *(raw(key, value) for key in ("id", "kind", "lesson", "time") for value in ("null", "7", "[]", "{}", '""', "true")),
    *(raw(key, value) for key in ("skills", "findings", "items") for value in ('"a"', "[1]", "[[]]", "{}", "null")),
    *(raw("time", f'"{t}"') for t in ("2026-13-01T00:00:00+00:00", "2026-01-01T00:00", "0001-01-01T00:00:00+00:00")),
    *(raw("aided", value) for value in ("1", '"yes"', "null")),
    raw("kind", '"draft"').replace('"text": "text 0"', '"text": 7'),
    raw("kind", '"\\u001b[2J"'),
    raw("text", json.dumps("x" * 9_000)),
    json.dumps(event(0, extra="x" * LONGEST_LINE)),
    "\udcff{}",
    json.dumps(event(0))[:-1] + ', "text": "again"}',
    json.dumps(event(0))[:-3],
    "[]", "7", "null", "}", '"', "\x00",
]  # fmt: skip


def taken(log: Log) -> list[str]:
    return [one.id for one in log.events()]


def test_each_hostile_line_is_named_and_every_other_taken(tmp_path: Path) -> None:
    lines = [json.dumps(event(1))]
    for n, text in enumerate(HOSTILE):
        lines += [text, json.dumps(event(n + 2))]
    log = Log.open(tmp_path)
    done = import_lines(log, lines)
    named = [problem.partition(":")[0] for problem in done.problems]
    assert named == [f"line {2 * n + 2}" for n in range(len(HOSTILE))]
    assert all(problem.isascii() and problem.isprintable() and len(problem) < 400 for problem in done.problems)
    assert (done.added, taken(log)) == (len(HOSTILE) + 1, [f"id{n + 1}" for n in range(len(HOSTILE) + 1)])
    assert mastery(log, "pack")["chain"].unaided == len(HOSTILE) + 1
    cards(log, "pack")
    log.close()
    with sqlite3.connect(database(tmp_path, "me")) as connection:
        assert connection.execute("SELECT count(*) FROM event WHERE NOT json_valid(body)").fetchone() == (0,)
    connection.close()


def test_a_line_of_another_system_is_a_line(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    one, two = (json.dumps(event(n)) for n in (1, 2))
    done = import_lines(log, [f"\ufeff{one}\r\n", "\r\n", " ", f"\ufeff{two}"])
    assert (done.added, done.problems) == (2, ())
    log.close()


def test_what_another_version_wrote_beside_is_kept(tmp_path: Path) -> None:
    log, other = Log.open(tmp_path / "a"), Log.open(tmp_path / "b")
    more = {
        "asked": "a, b or c?",
        "hash": [1, 2.5, None, {"x": False}],
        "pack_version": "2.1",
        "empty": "",
        "none": None,
    }
    import_lines(log, [json.dumps(event(1, **more))])
    import_lines(other, export_lines(log))
    (line,) = export_lines(other)
    assert {key: json.loads(line)[key] for key in more} == more
    assert json.loads(line) == {**event(1), **more, "learner": "me"}
    for record in (log, other):
        record.close()


def test_numbers_and_texts_of_ones_own_are_kept_as_json(tmp_path: Path) -> None:
    log = Log.open(tmp_path, learner="\udcff")
    log.append(Event(EventKind.ANSWERED, "one", text="\ud800", drawn={"L": [float("inf"), (float("nan"), 1.5)]}))
    assert log.saving
    (found,) = log.events()
    assert (found.text, found.drawn) == ("?", {"L": [None, [None, 1.5]]})
    log.close()


def test_another_event_with_a_known_id_is_told_from_the_same_one(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    import_lines(log, [json.dumps(event(1))])
    same, other = json.dumps(event(1, later="kept by a newer version")), json.dumps(event(1, text="another"))
    done = import_lines(log, [same, other])
    assert (done.added, done.known) == (0, 2)
    assert [problem.partition(":")[0] for problem in done.problems] == ["line 2"]
    assert [one.text for one in log.events()] == ["text 1"]
    log.close()


@pytest.mark.parametrize(
    ("here", "there", "kept"),
    [
        (None, Draft("p", "l", "q", "there"), "there"),
        (None, Draft("p", "l", "q", "there", "2026-01-02T00:00:00.000+00:00"), "there"),
        (("", "2026-01-01"), Draft("p", "l", "q", "there", "2026-01-02T00:00:00.000+00:00"), "there"),
        (("here", "2026-01-01"), Draft("p", "l", "q", "there", "2026-01-02T00:00:00.000+00:00"), "there"),
        (("here", "2026-01-03"), Draft("p", "l", "q", "there", "2026-01-02T00:00:00.000+00:00"), "here"),
        (("", "2026-01-03"), Draft("p", "l", "q", "there", "2026-01-02T00:00:00.000+00:00"), ""),
        (("here", "2026-01-01"), Draft("p", "l", "q", "there"), "here"),
    ],
)
def test_a_draft_travels_where_no_newer_one_is(
    here: tuple[str, str] | None, there: Draft, kept: str, tmp_path: Path
) -> None:
    log = Log.open(tmp_path)
    if here:
        opened = Event(EventKind.OPENED, "l", "p", time=f"{here[1]}T00:00:00.000+00:00")
        log.append(opened, draft=("p", "l", "q", here[0]))
    done = import_lines(log, [there.to_json()])
    assert (log.drafts("p", "l")["q"], done.drafts, done.problems) == (kept, int(kept == "there"), ())
    log.close()


def test_a_record_and_its_drafts_are_the_same_elsewhere(tmp_path: Path) -> None:
    log, other = Log.open(tmp_path / "a"), Log.open(tmp_path / "b")
    log.append(Event(EventKind.OPENED, "one", "pack"), draft=("pack", "one", "q1", "(30, 78"))
    log.append(draft=("pack", "~review", "3:one/q2", "p -"))
    log.append(draft=("pack", "two", "q1", ""))
    log.append(draft=("pack", "one", "q2", "sum_k"))
    lines = list(export_lines(log))
    assert [json.loads(line)["kind"] for line in lines] == ["opened", "draft", "draft", "draft"]
    assert import_lines(other, lines).drafts == 3
    assert other.drafts("pack", "one") == {"q1": "(30, 78", "q2": "sum_k"}
    assert list(export_lines(other)) == lines
    assert import_lines(other, lines).drafts == 0
    for record in (log, other):
        record.close()


def test_a_draft_of_one_question_is_no_draft_of_another(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    log.append(draft=("p", "l", "q1", "here"))
    there = [Draft("p", "l", stop, "there", "2026-01-01T00:00:00.000+00:00") for stop in ("q1", "q2")]
    assert import_lines(log, [one.to_json() for one in there]).drafts == 1
    assert log.drafts("p", "l") == {"q1": "here", "q2": "there"}
    nowhere = import_lines(log, ['{"kind":"draft","pack":"p","lesson":"l","text":"x"}'])
    assert nowhere.problems == ("line 1: `stop` is missing",)
    log.close()


def many(count: int, folder: Path) -> None:
    log = Log.open(folder)
    lines = [
        json.dumps(
            event(n, time=f"2026-01-{1 + n // 86_400:02}T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}.000+00:00")
        )
        for n in range(count)
    ]
    bad = {n: HOSTILE[n % len(HOSTILE)] for n in range(7, count, count // 50)}
    done = import_lines(
        log, [text for n, line in enumerate(lines) for text in ([line, bad[n]] if n in bad else [line])]
    )
    assert (done.added, done.refused) == (count, len(bad))
    log.close()
    log = Log.open(folder)
    assert log.note == ""
    assert sum(standing.unaided for standing in mastery(log, "pack").values()) == count
    assert len(list(export_lines(log))) == count
    assert import_lines(log, lines).known == count
    log.close()


def test_a_thousand_events(tmp_path: Path) -> None:
    many(1_000, tmp_path)


@pytest.mark.long
def test_a_hundred_thousand_events(tmp_path: Path) -> None:
    many(100_000, tmp_path)


# --- by the command -------------------------------------------------------------------------------------


def run(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str, str]:
    monkeypatch.setenv("BPTUTOR_HOME", str(home))
    code = main(["progress", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_command_names_lines_and_exits_with_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "lines"
    long = b'{"kind":"' + b"x" * 3_000_000 + b'"}\n'
    file.write_bytes(f"{json.dumps(event(1))}\n{HOSTILE[0]}\n".encode() + long + json.dumps(event(2)).encode())
    code, out, err = run(tmp_path / "home", monkeypatch, capsys, "import", str(file))
    assert (code, out) == (1, "2 events added, 0 known already, 2 lines not read\n")
    assert [line.partition(":")[0] for line in err.splitlines()] == ["line 2", "line 3"]


def test_a_file_without_an_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "zeros"
    file.write_text(json.dumps(event(1)) + "\n")
    with file.open("ab") as hole:
        hole.truncate(2 * ENDLESS)
    code, out, err = run(tmp_path / "home", monkeypatch, capsys, "import", str(file))
    assert (code, out) == (1, "1 events added, 0 known already, 1 lines not read\n")
    assert "line 2 does not end" in err


def test_a_device_without_an_end_takes_no_memory(tmp_path: Path) -> None:
    program = (
        "import resource, sys; from bptutor.cli import main; code = main(['progress', 'import', '/dev/zero']);"
        "assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 200_000; sys.exit(code)"
    )
    environment = {"BPTUTOR_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "line 1 does not end" in done.stderr) == (1, True), done.stderr


def test_help_tells_of_drafts(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["progress", "--help"])
    assert '"kind": "draft"' in capsys.readouterr().out
