"""When skills are due: FSRS as it is published, and what is asked first."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bptutor.progress.days import noon
from bptutor.progress.event import Event, EventKind
from bptutor.progress.event_log import Log
from bptutor.progress.record.memory import cards
from bptutor.progress.review import LONGEST, Card, Grade, Rating, due, grade, kept, rated, ratings, scheduler

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


# --- again tomorrow, and not later than in two months ------------------------------------------------------


def on(day: int, kind: EventKind = EventKind.ANSWERED, **more: object) -> Event:
    date_ = (MONDAY + timedelta(days=day)).isoformat(timespec="milliseconds")
    mark = "right" if kind is EventKind.ANSWERED else ""
    return Event(kind, "one", "pack", mark=mark, skills=("chain",), time=date_, day=date_[:10], **more)  # type: ignore[arg-type]


def days_until(log: Log, day: int) -> int:
    return (cards(log, "pack")["chain"].due.date() - (MONDAY + timedelta(days=day)).date()).days


@pytest.mark.parametrize("goods", range(8))
@pytest.mark.parametrize("then_right", [False, True])
def test_what_was_revealed_is_due_tomorrow_however_well_it_was_known(
    tmp_path: Path, goods: int, then_right: bool
) -> None:
    log, day = Log.open(tmp_path), 0
    for _ in range(goods):
        log.append(on(day))
        day += days_until(log, day)
    log.append(on(day, EventKind.REVEALED))
    if then_right:
        log.append(on(day, aided=True), on(day))
    assert days_until(log, day) == 1
    log.append(on(day + 1))
    assert days_until(log, day + 1) >= 1
    log.close()


def test_nothing_is_put_off_for_longer_than_a_course_lasts(tmp_path: Path) -> None:
    log, day, waits = Log.open(tmp_path), 0, []
    for _ in range(12):
        log.append(on(day))
        waits.append(days_until(log, day))
        day += waits[-1]
    assert waits == sorted(waits) and waits[-1] == LONGEST
    log.close()


def test_what_is_left_of_a_skill_is_what_fsrs_says_it_is(tmp_path: Path) -> None:
    from fsrs import Card as FsrsCard

    one = rated({}, [Rating("s", noon(f"2026-03-{day:02}"), Grade.GOOD) for day in (2, 4, 15)])["s"]
    fsrs = FsrsCard.from_json(one.body)
    for later in (1, 10, 400):
        then = scheduler().get_card_retrievability(fsrs, one.due)
        now = scheduler().get_card_retrievability(fsrs, one.due + timedelta(days=later))
        assert kept(one, (one.due + timedelta(days=later)).date()) == pytest.approx(now / then)
        assert now < then
    assert kept(one, one.due.date()) == 1


def test_cards_are_those_of_their_pack(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    log.append(on(0), replace(on(0), id="other", pack="other"), replace(on(3), id="more", pack="other"))
    assert cards(log, "pack") == rated({}, ratings([on(0)]))
    assert cards(log, "other") == rated({}, ratings([on(0), on(3)]))
    assert cards(log, "third") == {}
    log.close()


def test_cards_that_an_older_version_kept_are_made_anew(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    log.append(on(0))
    old = rated({}, [Rating("chain", MONDAY, Grade.AGAIN)])["chain"]
    (seq,) = log.rows("SELECT max(seq) FROM event")[0]
    log.keep_cards(seq, [("chain", old.body, old.due.isoformat(), old.last.isoformat())])
    assert cards(log, "pack") == rated({}, ratings([on(0)]))
    log.keep_cards(seq, [("pack/chain", '{"due": "", "last_review": ""', "", "")])
    assert cards(log, "pack") == rated({}, ratings([on(0)]))
    log.close()


def test_a_clock_that_was_ahead_is_not_believed(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    log.append(on(900))
    (one,) = cards(log, "pack", MONDAY).values()
    assert one.due == rated({}, [Rating("chain", noon(MONDAY.date().isoformat()), Grade.GOOD)])["chain"].due
    log.close()
