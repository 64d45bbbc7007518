"""The events of a run, as they are to be understood by the lesson of today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bptutor.packs.model import Question
from bptutor.progress.event import Event, EventKind
from bptutor.session.attempt import is_other, key
from bptutor.session.ids import apart
from bptutor.session.steps.lesson_steps import Course, Stop

_NAMING = frozenset({EventKind.PAUSED, EventKind.EASED})
"""Kinds whose text is the id of a stop."""
_OTHERS = frozenset({"why", "recall", "pause", "easier"})
"""What is in the ids of stops that do not ask what their own stop asks."""


def today(course: Course, events: Iterable[Event]) -> Iterator[Event]:
    """Yield events with the ids of today, without those of questions whose kind or answer is another now.

    What was drawn stays drawn, as the numbers of all that comes after rest on it.
    """
    stops = {stop.id: stop for stop in course.stops}
    for event in events:
        found = event if course.is_round else _named(course, event)
        begin, own = apart(found.stop)
        asks_another = _OTHERS & set(begin.split(":"))
        stop = None if asks_another else stops.get(own)
        if stop is None or found.kind is EventKind.REDRAWN or not is_other_today(stop, found):
            yield found


def _named(course: Course, event: Event) -> Event:
    text = course.today(event.text) if event.kind in _NAMING else event.text
    return replace(event, stop=course.today(event.stop), text=text, reached=_reached(course, event))


def _reached(course: Course, event: Event) -> int | None:
    """Return the place of the line that an answer equals; None when the lesson has it no more."""
    if not event.through:
        return event.reached
    at = course.index(course.today(event.through[-1]))
    return course.stops[at].line if at >= 0 else None


def is_other_today(stop: Stop, event: Event) -> bool:
    """Return whether a stop asks for another answer today than when something was done at it."""
    question = keyed(stop)
    return question is not None and is_other(question, event.key)


def keyed(stop: Stop) -> Question | None:
    """Return the question of a stop; None for a line, which is known by its mathematics."""
    is_line = stop.line >= 0 or (stop.item is not None and stop.item.is_line)
    return None if is_line else stop.question


def key_of(question: Question, stop: Stop) -> tuple[str, ...]:
    """Return what is kept of a question with each event at a stop."""
    return key(question) if keyed(stop) is not None else ()
