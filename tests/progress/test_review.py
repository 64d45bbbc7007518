"""When skills are due: FSRS as it is published, and what is asked first."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bptutor.progress.event import Event, EventKind
from bptutor.progress.events import Log
from bptutor.progress.memory import cards
from bptutor.progress.review import Card, Grade, Rating, due, grade, rated, ratings

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
W = (
    0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666,
    0.796, 1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
)  # fmt: skip
"""The parameters of FSRS 6 as they were published."""


def answered(mark: str = "right", day: float = 0, lesson: str = "one", **more: object) -> Event:
    time = (MONDAY + timedelta(days=day)).isoformat(timespec="milliseconds")
    return Event(EventKind.ANSWERED, lesson, mark=mark, skills=("chain",), time=time, **more)  # type: ignore[arg-type]


def days(grades: list[tuple[float, Grade]]) -> float:
    """Return after how many days from the last rating a skill is due, rated on the days given."""
    last = MONDAY + timedelta(days=grades[-1][0])
    found = rated({}, [Rating("s", MONDAY + timedelta(days=day), how) for day, how in grades])
    return (found["s"].due - last) / timedelta(days=1)


def stability_after_good(stability: float, difficulty: float, days_since: float) -> float:
    """Return the stability after a success, by the published formula."""
    factor = 0.9 ** (-1 / W[20]) - 1
    remembered = (1 + factor * days_since / stability) ** -W[20]
    gain = math.exp(W[8]) * (11 - difficulty) * stability ** -W[9] * (math.exp(W[10] * (1 - remembered)) - 1)
    return float(stability * (1 + gain))


@pytest.mark.parametrize(("how", "expected"), [(Grade.GOOD, 2), (Grade.HARD, 1), (Grade.AGAIN, 1)])
def test_the_first_interval_is_the_first_stability_in_days(how: Grade, expected: int) -> None:
    # At 90 % the interval is the stability itself, w[rating - 1], rounded, and a day at least.
    assert max(1, round(W[how.value - 1])) == expected
    assert days([(0, how)]) == expected


def test_a_second_success_follows_the_published_formula() -> None:
    difficulty = W[4] - math.exp(W[5] * 2) + 1
    assert days([(0, Grade.GOOD), (2, Grade.GOOD)]) == round(stability_after_good(W[2], difficulty, 2))


def test_what_was_forgotten_comes_back_sooner() -> None:
    kept = days([(0, Grade.GOOD), (2, Grade.GOOD), (13, Grade.GOOD)])
    helped = days([(0, Grade.GOOD), (2, Grade.GOOD), (13, Grade.HARD)])
    lost = days([(0, Grade.GOOD), (2, Grade.GOOD), (13, Grade.AGAIN)])
    assert kept > helped > lost >= 1


def test_a_reveal_is_again_help_is_hard_and_a_wrong_answer_by_itself_is_nothing() -> None:
    assert grade(answered()) is Grade.GOOD
    assert grade(answered(aided=True)) is Grade.HARD
    assert grade(answered("right-from-earlier")) is Grade.GOOD
    assert grade(answered("wrong")) is None
    assert grade(answered("undecided")) is None
    assert grade(answered("wrong", lesson="~quiz/one")) is Grade.AGAIN
    assert grade(Event(EventKind.REVEALED, "one")) is Grade.AGAIN
    assert grade(Event(EventKind.HINTED, "one")) is None


def card(skill: str, day: float) -> Card:
    return Card(skill, MONDAY + timedelta(days=day), MONDAY, "")


def test_todays_come_before_what_is_overdue_and_tomorrows_not_at_all() -> None:
    found = [card("old", -9), card("older", -20), card("now", 0), card("tomorrow", 1)]
    assert due(found, MONDAY.date()) == ["now", "older", "old"]


def test_cards_kept_beside_the_record_are_those_of_the_whole_record(tmp_path: Path) -> None:
    events = [answered(day=0), answered(day=2, aided=True), answered("wrong", day=5), answered(day=5.01, aided=True)]
    log = Log.open(tmp_path)
    for event in events:
        log.append(event)
        folded = cards(log)
    assert folded == rated({}, ratings(events))
    assert cards(log) == folded
    log.close()


def test_an_older_record_that_is_imported_later_is_put_where_it_belongs(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    log.append(answered(day=4))
    cards(log)
    older = answered(day=0)
    log.add([older])
    assert cards(log) == rated({}, ratings([older, answered(day=4)]))
    log.close()
