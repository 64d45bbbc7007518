"""The figures kept beside the events equal a plain count over all events."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bptutor.progress.event_log import Event, EventKind, Log
from bptutor.progress.mastery import mistakes
from bptutor.progress.record.memory import cards, mastery


def test_figures_equal_a_count(tmp_path: Path) -> None:
    source = random.Random(3)
    log = Log.open(tmp_path)
    for n in range(300):
        mark = source.choice(["right", "wrong", "undecided", "right-other-form", "right-from-earlier", ""])
        log.append(
            Event(
                EventKind.REVEALED if not mark else EventKind.ANSWERED,
                "one",
                mark=mark,
                skills=tuple(source.sample(["a", "b", "c"], source.randrange(4))),
                findings=tuple(source.sample(["sign", "one-path"], source.randrange(3))) if mark == "wrong" else (),
                question=source.choice(["numpy", "symbolic"]),
                aided=source.random() < 0.5,
                time=f"2026-01-{1 + n // 20:02}T10:00:00.{n:03}+00:00",
            )
        )
    found, events = mastery(log), list(log.events())
    for skill in ("a", "b", "c"):
        mine = [event for event in events if skill in event.skills]
        rights = [event for event in mine if event.mark in {"right", "right-from-earlier"}]
        unaided = [event for event in rights if not event.aided]
        standing = found[skill]
        assert standing.unaided == len(unaided)
        assert standing.aided == len(rights) - len(unaided)
        assert standing.wrong == sum(event.mark == "wrong" for event in mine)
        assert standing.revealed == sum(event.kind is EventKind.REVEALED for event in mine)
    count = Counter(rule for event in events for rule in event.findings)
    assert {m.rule: m.times for m in mistakes(log)} == dict(count)
    log.close()


@pytest.mark.parametrize(
    ("answers", "holds"),
    [
        ([("01", "symbolic")] * 3, False),
        ([("01", "symbolic"), ("01", "symbolic"), ("02", "symbolic")], True),
        ([("01", "symbolic"), ("02", "symbolic")], False),
        ([("01", "numpy"), ("02", "symbolic"), ("02", "symbolic")], True),
    ],
)
def test_a_skill_holds_after_three_rights_on_two_days(
    tmp_path: Path, answers: list[tuple[str, str]], holds: bool
) -> None:
    log = Log.open(tmp_path)
    for n, (day, kind) in enumerate(answers):
        time = f"2026-01-{day}T10:00:00.000+00:00"
        log.append(
            Event(EventKind.ANSWERED, "one", stop=f"q{n}", mark="right", skills=("s",), question=kind, time=time)
        )
    assert mastery(log)["s"].holds is holds
    assert (mastery(log)["s"].share == 1) is holds
    log.close()


def test_a_skill_that_was_asked_in_code_needs_code(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    log.append(
        Event(
            EventKind.ANSWERED,
            "one",
            mark="wrong",
            skills=("s",),
            question="numpy",
            time="2026-04-30T10:00:00.000+00:00",
        )
    )
    for day in ("2026-05-01", "2026-05-02", "2026-05-03"):
        time = f"{day}T10:00:00.000+00:00"
        log.append(Event(EventKind.ANSWERED, "one", mark="right", skills=("s",), question="symbolic", time=time))
    assert not mastery(log)["s"].holds
    log.append(
        Event(
            EventKind.ANSWERED,
            "one",
            mark="right",
            skills=("s",),
            question="numpy",
            time="2026-05-04T10:00:00.000+00:00",
        )
    )
    assert mastery(log)["s"].holds
    log.close()


def given(day: str, stop: str, **more: object) -> Event:
    kind = more.pop("kind", EventKind.ANSWERED)
    mark = "right" if kind is EventKind.ANSWERED else ""
    time = f"{day}T10:00:00.000+00:00"
    return Event(kind, "one", stop=stop, mark=mark, skills=("s",), question="symbolic", time=time, day=day, **more)  # type: ignore[arg-type]


def held(log: Log) -> None:
    log.append(*(given(day, stop) for day in ("2026-01-01", "2026-01-02") for stop in ("q1", "q2", "q3")))


def test_what_is_revealed_falls_and_what_is_right_again_rises(tmp_path: Path) -> None:
    log, shares = Log.open(tmp_path), []
    held(log)
    assert mastery(log)["s"].holds
    for n in range(6):
        log.append(*(given(f"2026-01-{3 + n:02}", stop, kind=EventKind.REVEALED) for stop in ("q1", "q2", "q3")))
        log.append(given(f"2026-01-{3 + n:02}", "q1"))  # just after it was shown: nothing is gained by it
        shares.append(mastery(log)["s"].share)
        assert not mastery(log)["s"].holds
    assert shares == sorted(shares, reverse=True) and shares[-1] == 0
    for n in range(3):
        log.append(given(f"2026-02-{1 + n:02}", "q1"))
        assert mastery(log)["s"].share > shares[-1]
        shares.append(mastery(log)["s"].share)
    assert mastery(log)["s"].holds
    log.close()


def test_what_is_not_asked_for_long_fades(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    held(log)
    due = cards(log)["s"].due.date()
    assert mastery(log, today=due)["s"].holds
    shares = [mastery(log, today=due + timedelta(days=days))["s"].share for days in (1, 30, 400)]
    assert 1 > shares[0] > shares[1] > shares[2] > 0
    log.append(given(f"{due + timedelta(days=400)}", "q2"))
    assert mastery(log, today=due + timedelta(days=400))["s"].holds
    log.close()


def test_one_question_counts_once_a_day_however_often_it_is_answered(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    log.append(given("2026-01-01", "q1"), given("2026-01-01", "more:1:q1"), given("2026-01-02", "q1"))
    log.append(replace(given("2026-01-02", "one/q1"), lesson="~review"))
    assert (mastery(log)["s"].unaided, mastery(log)["s"].rights, mastery(log)["s"].holds) == (4, 2, False)
    log.append(given("2026-01-02", "q2"))
    assert mastery(log)["s"].holds
    log.close()


def test_a_skill_that_the_pack_asks_in_code_needs_code_from_the_start(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    held(log)
    assert mastery(log, code={"t"})["s"].holds
    assert not mastery(log, code={"s"})["s"].holds
    log.close()
