"""To which day of the learner a time belongs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest

from bptutor.progress.days import Day, day_at, day_of
from bptutor.progress.event import Event, EventKind

LAST = Event(EventKind.ADVANCED, "one", time="2026-12-05T22:50:00.000+00:00", day="2026-12-05", offset="+01:00")
"""Ten minutes before midnight in Berlin."""


@pytest.mark.parametrize(
    ("now", "day", "offset"),
    [
        ("2026-12-05T23:55:00+01:00", "2026-12-05", "+01:00"),
        ("2026-12-06T00:05:00+01:00", "2026-12-05", "+01:00"),  # the sitting goes on
        ("2026-12-06T00:10:01+01:00", "2026-12-06", "+01:00"),
        ("2026-12-06T12:30:00+13:00", "2026-12-06", "+13:00"),  # it is after midnight in Berlin too
        ("2026-12-06T07:59:00+09:00", "2026-12-05", "+01:00"),  # in Berlin it is 23:59
        ("2026-12-05T18:30:00-05:00", "2026-12-05", "+01:00"),  # the same date again
        ("2026-12-06T09:00:00-05:00", "2026-12-06", "-05:00"),
        ("2020-01-01T09:00:00+01:00", "2020-01-01", "+01:00"),  # the clock of what was written was ahead
    ],
)
def test_a_sitting_is_of_one_day_and_a_move_makes_none(now: str, day: str, offset: str) -> None:
    assert day_at(datetime.fromisoformat(now), LAST) == Day(day, offset)


def test_clocks_that_are_put_forward_make_no_day_longer() -> None:
    sunday = replace(LAST, time="2027-03-28T00:10:00.000+00:00", day="2027-03-28", offset="+01:00")
    assert day_at(datetime.fromisoformat("2027-03-29T00:30:00+02:00"), sunday).date == "2027-03-29"


def test_nothing_was_written_yet_or_by_an_older_version() -> None:
    now = datetime.fromisoformat("2026-12-06T00:05:00+05:30")
    assert day_at(now, None) == Day("2026-12-06", "+05:30")
    old = replace(LAST, day="", offset="", time="2026-12-01T12:00:00.000+00:00")
    assert day_of(old) in {"2026-12-01", "2026-12-02"}  # wherever this machine is
    assert day_at(now, old) == Day("2026-12-06", "+05:30")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("day", "2026-12-32"),
        ("day", "20261205"),
        ("day", "9999-12-31"),
        ("day", "2026-12-10"),
        ("day", "yesterday"),
        ("offset", "+25:00"),
        ("offset", "Z"),
    ],
)
def test_a_day_that_no_clock_says_is_refused(key: str, value: str) -> None:
    line = json.dumps({**json.loads(LAST.to_json()), key: value})
    with pytest.raises(ValueError, match=f"`{key}` is not"):
        Event.from_json(line)


def test_a_day_is_kept_in_the_line() -> None:
    assert Event.from_json(LAST.to_json()) == LAST
