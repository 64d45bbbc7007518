"""The line on the shell at the end: what is saved, what is next, when review is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bptutor.progress.event import Event, EventKind
from bptutor.progress.event_log import Log
from bptutor.progress.record.memory import cards
from bptutor.session.farewell import farewell
from bptutor.session.learner import Learner
from tests.session.fakes import FakeLibrary

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(log: Log, now: datetime, checked: bool = True) -> str:
    return farewell(Learner(FakeLibrary(checked=checked), log, lambda: now))


def answered(log: Log, when: datetime) -> None:
    time = when.isoformat(timespec="milliseconds")
    log.append(Event(EventKind.OPENED, "output-error", pack="fake", time=time))
    right = Event(
        EventKind.ANSWERED, "output-error", pack="fake", stop="error-by-z.2", mark="right", skills=("chain",), time=time
    )
    log.append(right)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    opened = Log.open(tmp_path)
    yield opened
    opened.close()


def test_nothing_was_begun(log: Log) -> None:
    assert at(log, NOON) == "Saved."


def test_what_is_next_and_when_review_is_due_follow_the_cards(log: Log) -> None:
    answered(log, NOON - timedelta(days=2))
    answered(log, NOON)
    due = cards(log, "fake")["chain"].due
    day = due.date()
    for before in range(1, (day - NOON.date()).days):
        now = datetime.combine(day - timedelta(days=before), datetime.min.time()).astimezone() + timedelta(hours=9)
        said = at(log, now)
        assert said.startswith("Saved. Next: The output error")
        if before == 1:
            assert said.endswith("Review is due tomorrow.")
        elif before < 7:
            assert said.endswith(f"Review is due on {day:%A}.")
        else:
            assert said.endswith(f"Review is due on {day.day} {day:%B}.")
    assert at(log, due + timedelta(hours=1)).endswith("1 due for review now (bptutor review).")


def test_a_pack_or_learner_of_its_own_gets_no_command_that_would_open_another(log: Log) -> None:
    answered(log, NOON)
    assert "(bptutor" in at(log, NOON + timedelta(days=60))
    assert "(bptutor" not in at(log, NOON + timedelta(days=60), checked=False)


def test_why_nothing_was_saved(tmp_path: Path) -> None:
    first, second = Log.open(tmp_path), Log.open(tmp_path)
    assert at(second, NOON) == "Nothing was saved: another window is open; this one saves nothing."
    first.close()
    second.close()
