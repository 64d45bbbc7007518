"""The figures kept beside the events equal a plain count over all events."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from bptutor.progress.events import Event, EventKind, Log
from bptutor.progress.mastery import mistakes
from bptutor.progress.memory import mastery


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
