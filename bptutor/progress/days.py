"""The learner's days: one calendar for reviews, skills and the page of the record.

A day is a date where the learner is. It is settled when something is written and kept in the event, so that moving to
another time zone changes nothing that was. A sitting belongs to the day on which it began, also when it goes on after
midnight; and after a move to another time zone the new date counts once the day that was begun has ended where it
began, so that no hour is counted as two days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bptutor.progress.event import FARTHEST, Event
from bptutor.progress.event_log import Log

GAP = timedelta(minutes=20)
"""After so long without an event, what comes is another sitting."""
MOVED = timedelta(hours=1)
"""More than daylight saving time shifts a clock: another time zone."""


@dataclass(frozen=True)
class Day:
    """A day of the learner."""

    date: str
    """ISO date."""
    offset: str
    """From UTC, where the day began, such as `+05:30`."""


def day_of(event: Event) -> str:
    """Return the day of an event.

    An old one names none, and the clock of one that is sorted by another time than it says was wrong: then it is the
    date of its time in the zone of this machine.
    """
    if event.day and abs(date.fromisoformat(event.day) - date.fromisoformat(event.time[:10])) <= FARTHEST:
        return event.day
    return datetime.fromisoformat(event.time).astimezone().date().isoformat()


def day_at(now: datetime, last: Event | None) -> Day:
    """Return the day that a time belongs to.

    Args:
        now: The time, with the zone of the learner.
        last: What was written last; None when nothing was.
    """
    own = Day(now.date().isoformat(), f"{now:%z}"[:3] + ":" + f"{now:%z}"[3:5])
    if last is None:
        return own
    then = datetime.fromisoformat(last.time)
    before = Day(day_of(last), last.offset or own.offset)
    if now < then:  # its clock was ahead
        return own
    if now - then <= GAP:
        return before
    there = datetime.fromisoformat(f"2000-01-01T00:00:00{before.offset}").tzinfo
    moved = abs((now.utcoffset() or timedelta()) - (now.astimezone(there).utcoffset() or timedelta())) > MOVED
    seen = now.astimezone(there).date().isoformat() if moved else own.date
    return before if min(own.date, seen) <= before.date else own


def today(log: Log, now: datetime) -> Day:
    """Return the day that goes on."""
    last = log.since(log.last_time) if log.last_time else []
    return day_at(now, last[-1] if last else None)


def noon(day: str) -> datetime:
    """Return the time that stands for a day where days are counted: the same in every time zone."""
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
