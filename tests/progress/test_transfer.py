"""Export and import: nothing lost, nothing twice, and one bad line harms no other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptutor.errors import UsageError
from bptutor.progress.event_log import Event, EventKind, Log
from bptutor.progress.mastery import mistakes
from bptutor.progress.record.memory import mastery
from bptutor.progress.report import page as record
from bptutor.progress.transfer import export_file, export_lines, import_lines

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
EVENTS = st.builds(
    Event,
    st.sampled_from(EventKind),
    lesson=TEXT.filter(bool),
    pack=TEXT,
    stop=TEXT,
    seed=st.integers(0, 9999),
    text=TEXT,
    mark=st.sampled_from(["", "right", "wrong"]),
    findings=st.lists(TEXT, max_size=3).map(tuple),
    skills=st.lists(TEXT, max_size=3).map(tuple),
    aided=st.booleans(),
    reached=st.none() | st.integers(0, 9),
    drawn=st.dictionaries(TEXT, st.lists(st.floats(allow_nan=False, allow_infinity=False)), max_size=3),
)


@given(EVENTS)
def test_an_event_survives_its_spelling(event: Event) -> None:
    assert Event.from_json(event.to_json()) == event


def filled(folder: Path) -> Log:
    log = Log.open(folder)
    for n in range(30):
        mark = "right" if n % 3 else "wrong"
        findings = () if n % 3 else ("sign", "factor-two")[: 1 + n % 2]
        log.append(
            Event(
                EventKind.ANSWERED, "one", "pack", f"q{n}", text=f"{n}", mark=mark, findings=findings, skills=("chain",)
            )
        )
    return log


def test_a_round_trip_changes_nothing(tmp_path: Path) -> None:
    source, target = filled(tmp_path / "a"), Log.open(tmp_path / "b")
    lines = list(export_lines(source))
    done = import_lines(target, lines)
    assert (done.added, done.known, done.problems) == (30, 0, ())
    again = import_lines(target, lines)
    assert (again.added, again.known) == (0, 30)
    assert list(export_lines(target)) == lines
    assert mastery(target, "pack") == mastery(source, "pack")
    assert mistakes(target) == mistakes(source)
    source.close()
    target.close()


def test_malformed_lines_are_named_and_the_others_taken(tmp_path: Path) -> None:
    source, target = filled(tmp_path / "a"), Log.open(tmp_path / "b")
    good = list(export_lines(source))[:3]
    event = json.loads(good[0])
    bad = [
        "{",
        "[]",
        json.dumps({**event, "kind": "flew"}),
        json.dumps({**event, "time": "yesterday"}),
        json.dumps({**event, "time": "9999-01-01T00:00:00.000+00:00"}),
        json.dumps({**event, "seed": "7"}),
        json.dumps({key: value for key, value in event.items() if key != "id"}),
        json.dumps({**event, "text": "x" * 9000}),
        "[" * 5000,
    ]
    done = import_lines(target, [good[0], *bad, "", good[1], good[2]])
    assert done.added == 3
    assert [problem.split(":")[0] for problem in done.problems] == [f"line {n}" for n in range(2, 11)]
    source.close()
    target.close()


def test_a_record_that_cannot_be_written_takes_no_import(tmp_path: Path) -> None:
    first, second = filled(tmp_path), Log.open(tmp_path)
    with pytest.raises(UsageError, match="another window"):
        import_lines(second, [])
    first.close()
    second.close()


def test_imported_events_belong_to_this_learner(tmp_path: Path) -> None:
    source, target = filled(tmp_path), Log.open(tmp_path, "Ada")
    import_lines(target, export_lines(source))
    assert {event.learner for event in target.events()} == {"Ada"}
    source.close()
    target.close()


def test_the_page_names_skills_and_mistakes(tmp_path: Path) -> None:
    log = filled(tmp_path)
    catalogue = {"sign": "the opposite sign", "factor-two": "a factor of two"}
    page = "\n".join(record(log, {"chain": "The chain rule"}, catalogue=catalogue, pack="pack"))
    assert "The chain rule" in page
    assert "20 right at the first try" in page
    assert "10 wrong" in page
    assert "The opposite sign: 10 times" in page
    assert page.index("The opposite sign") < page.index("A factor of two")
    assert "Mistakes" not in "\n".join(record(log, pack="pack"))
    log.close()
    empty = Log.open(tmp_path / "empty")
    assert record(empty) == ["Nothing answered yet."]
    empty.close()


@pytest.mark.parametrize("text", ["", "p - y", "x" * 8_000], ids=["draft", "short", "long"])
def test_an_export_may_be_written_over_however_it_begins(text: str, tmp_path: Path) -> None:
    log, file = Log.open(tmp_path / "home"), tmp_path / "mine.jsonl"
    if text:
        log.append(Event(EventKind.ANSWERED, "one", "pack", "q", text=text))
    else:
        log.append(draft=("pack", "one", "q", "p -"))
    export_file(log, file)
    log.append(Event(EventKind.OPENED, "two", "pack"))
    export_file(log, file)
    assert file.read_text().splitlines() == list(export_lines(log))
    log.close()
