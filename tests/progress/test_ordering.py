"""A clock that is wrong for a while: every event keeps its time, the order stays, and reviews go by what is sane."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptutor.progress.event import Event, EventKind
from bptutor.progress.event_log import Log
from bptutor.progress.mastery import later_tries, mistakes
from bptutor.progress.record.memory import cards, mastery
from bptutor.progress.record.ordering import settled
from bptutor.progress.review import Grade, Rating, due, rated
from bptutor.progress.transfer import export_lines, import_lines

TODAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
AHEAD = datetime(2031, 1, 1, 10, tzinfo=UTC)


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def answer(moment: datetime, text: str = "", skill: str = "chain", mark: str = "right", **more: object) -> Event:
    made = Event(EventKind.ANSWERED, "one", "pack", "q", text=text, mark=mark, skills=(skill,), time=iso(moment))
    return replace(made, **more)  # type: ignore[arg-type]


def texts(log: Log) -> list[str]:
    return [event.text for event in log.events()]


# --- the times to go by --------------------------------------------------------------------------------

CLOCKS = st.lists(st.integers(0, 9).map(lambda n: f"2026-01-{n + 10}"), min_size=1, max_size=7)


@given(CLOCKS)
def test_the_clock_is_believed_as_often_as_can_be(clocks: list[str]) -> None:
    found = settled(clocks)
    assert found == sorted(found)
    assert found[-1] == clocks[-1]
    possible = [
        chosen
        for size in range(len(clocks), 0, -1)
        for chosen in itertools.combinations(range(len(clocks)), size)
        if [clocks[n] for n in chosen] == sorted(clocks[n] for n in chosen) and chosen[-1] == len(clocks) - 1
    ]
    believed = sum(time == clock for time, clock in zip(found, clocks, strict=True))
    assert believed >= len(possible[0])


@given(CLOCKS)
def test_times_that_go_by_themselves_are_settled(clocks: list[str]) -> None:
    assert settled(settled(clocks)) == settled(clocks)
    assert settled(sorted(clocks)) == sorted(clocks)


# --- a record ---------------------------------------------------------------------------------------------


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    log = Log.open(tmp_path / "here")
    yield log
    log.close()


def moved(log: Log, folder: Path) -> Log:
    """Return the record as it is elsewhere, after an export and an import."""
    target = Log.open(folder)
    lines = list(export_lines(log))
    done = import_lines(target, lines)
    assert (done.added, done.known, done.problems) == (len(lines), 0, ())
    assert list(export_lines(target)) == lines
    return target


@pytest.mark.parametrize("before", [0, 1, 5])
@pytest.mark.parametrize("ahead", [1, 7])
def test_answers_dated_ahead_freeze_nothing(log: Log, tmp_path: Path, before: int, ahead: int) -> None:
    events = [answer(TODAY - timedelta(days=before - n), f"b{n}", f"s{n}") for n in range(before)]
    events += [answer(AHEAD + timedelta(minutes=n), f"a{n}", "ahead") for n in range(ahead)]
    events += [answer(TODAY + timedelta(minutes=n), f"t{n}") for n in range(2)]
    for event in events:
        log.append(event)
    assert texts(log) == [event.text for event in events]
    assert [event.time for event in log.events()] == [event.time for event in events]
    elsewhere = moved(log, tmp_path / "there")
    for record in (log, elsewhere):
        found = cards(record, "pack")
        assert found["chain"].due.date() == (TODAY + timedelta(days=2)).date()
        assert all(card.last.date() <= TODAY.date() for card in found.values())
        assert found["chain"].last.date() == TODAY.date()
        assert record.last_time == iso(TODAY + timedelta(minutes=1))
        assert mastery(record, "pack")["chain"].last == "2026-03-02"
    assert mastery(elsewhere, "pack") == mastery(log, "pack")
    assert mistakes(elsewhere) == mistakes(log)
    elsewhere.close()


def test_while_the_last_answer_is_dated_ahead_today_is_asked_as_of_now(log: Log) -> None:
    log.append(answer(TODAY - timedelta(days=9), "old", "old"), answer(AHEAD, "ahead", "ahead"))
    found = cards(log, "pack", TODAY)
    assert found["ahead"].due.date() == (TODAY + timedelta(days=2)).date()
    assert due(found.values(), TODAY.date()) == ["old"]
    assert due(cards(log, "pack", TODAY + timedelta(days=1)).values(), TODAY.date()) == [
        "old"
    ]  # nothing of it was kept
    log.append(answer(TODAY, "today"))
    assert cards(log, "pack", TODAY)["ahead"].last.date() == (TODAY - timedelta(days=9)).date()


def test_a_clock_that_goes_back_an_hour_keeps_order_and_times(log: Log, tmp_path: Path) -> None:
    clocks = [TODAY + timedelta(minutes=n) for n in (0, 20, 40, 60)] + [
        TODAY + timedelta(minutes=n) for n in (1, 9, 70)
    ]
    for n, clock in enumerate(clocks):
        log.append(answer(clock, str(n), f"s{n % 2}"))
    elsewhere = moved(log, tmp_path / "there")
    for record in (log, elsewhere):
        assert [(e.text, e.time) for e in record.events()] == [(str(n), iso(clock)) for n, clock in enumerate(clocks)]
        assert [e.text for e in record.since(iso(TODAY))] == [str(n) for n in range(len(clocks))]
        assert {card.last.date() == TODAY.date() for card in cards(record, "pack").values()} == {True}
    assert cards(log, "pack") == cards(elsewhere, "pack")
    elsewhere.close()


def test_a_clock_that_was_reset_to_the_beginning_of_time_is_not_believed_once_it_is_right(log: Log) -> None:
    events = [answer(TODAY + timedelta(days=n), str(n)) for n in range(4)]
    lost = answer(datetime(1970, 1, 1, tzinfo=UTC), "lost", "lost")
    log.append(*events)
    right = cards(log, "pack")["chain"]
    log.append(lost)
    assert cards(log, "pack")["chain"].last < TODAY  # for as long as the clock says so
    log.append(answer(TODAY + timedelta(days=4), "4", "other"))
    assert cards(log, "pack")["chain"] == right
    assert cards(log, "pack")["lost"].last.date() == (TODAY + timedelta(days=3)).date()
    assert texts(log) == ["0", "1", "2", "3", "lost", "4"]


def test_the_night_the_clocks_are_put_back(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        start = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30, and 02:30 again an hour later
        for n in range(4):
            log.append(answer((start + timedelta(minutes=30 * n)).astimezone(), str(n)))
        assert texts(log) == ["0", "1", "2", "3"]
        assert [event.time for event in log.events()] == [iso(start + timedelta(minutes=30 * n)) for n in range(4)]
        expected = rated({}, [Rating("chain", start.replace(hour=12, minute=0), Grade.GOOD) for n in range(4)])
        assert cards(log, "pack") == expected
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_mistake_made_under_a_wrong_clock_can_stop(log: Log) -> None:
    log.append(answer(TODAY, mark="wrong", findings=("sign",)), answer(AHEAD, mark="wrong", findings=("sign",)))
    log.append(answer(TODAY + timedelta(hours=1)))
    (mistake,) = mistakes(log)
    assert (mistake.times, mistake.last) == (2, iso(TODAY))


def test_two_machines_one_with_its_clock_ahead_merge_in_the_order_of_what_is_believed(log: Log, tmp_path: Path) -> None:
    other = Log.open(tmp_path / "other")
    for day in (0, 2, 4):
        log.append(answer(TODAY + timedelta(days=day), f"here {day}"))
    for there, clock in ((1.0, TODAY + timedelta(days=1)), (2.5, AHEAD), (3, TODAY + timedelta(days=3))):
        other.append(answer(clock, f"there {there:g}"))
    import_lines(log, export_lines(other))
    assert texts(log) == ["here 0", "there 1", "there 2.5", "here 2", "there 3", "here 4"]
    assert import_lines(log, export_lines(other)).added == 0
    other.close()


def test_an_event_of_tomorrow_and_one_of_today_in_one_sitting_count_as_the_clock_said(log: Log) -> None:
    log.append(answer(TODAY + timedelta(days=1), day="2026-03-03"), answer(TODAY, day="2026-03-02"))
    assert (mastery(log, "pack")["chain"].days, mastery(log, "pack")["chain"].unaided) == (2, 2)


@pytest.mark.parametrize(
    ("done", "later"),
    [("og", 1), ("ohg", 0), ("ohrg", 0), ("ohrhg", 0), ("ogh", 1), ("ohog", 0)],
)
def test_help_is_told_by_the_order_where_the_clock_says_one_time_for_all(done: str, later: int, tmp_path: Path) -> None:
    """The clock goes back at each event, so that all are sorted by one time."""
    kinds = {"o": EventKind.OPENED, "h": EventKind.HINTED, "r": EventKind.REDRAWN}
    log = Log.open(tmp_path)
    for n, letter in enumerate(done):
        moment = TODAY - timedelta(hours=n)
        made = (
            answer(moment, aided=True) if letter == "g" else Event(kinds[letter], "one", "pack", "q", time=iso(moment))
        )
        log.append(made)
    assert len(log.rows("SELECT DISTINCT time FROM event")) == 1
    assert later_tries(log, "pack").get("chain", 0) == later
    log.close()
