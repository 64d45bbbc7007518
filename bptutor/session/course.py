"""The course as the map shows it: what was done in each lesson, and where to go on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bptutor.errors import PackError
from bptutor.packs.outline import LessonEntry
from bptutor.progress.event import Event, EventKind
from bptutor.progress.events import Log
from bptutor.progress.mastery import mastery
from bptutor.session.needs import Library
from bptutor.session.shown import stop_number
from bptutor.session.stops import cut
from bptutor.session.walk import Walk


class Standing(Enum):
    """How far a lesson is."""

    NEW = "new"
    BEGUN = "begun"
    DONE = "done"


@dataclass(frozen=True)
class CourseEntry:
    """One lesson of the map."""

    entry: LessonEntry
    standing: Standing
    passed: int
    """How many of its asked lines and questions are behind the learner, in the run going on."""
    steps: int
    mastery: float
    """0 to 1: how far its skills hold."""


def course(library: Library, log: Log) -> list[CourseEntry]:
    """Return every lesson in course order with its standing."""
    pack = library.pack.id
    begun = set(log.lessons(pack))
    held = {skill: standing.share for skill, standing in mastery(log).items()}
    return [_entry(entry, log.run(pack, entry.id) if entry.id in begun else [], held) for entry in library.entries()]


def to_continue(library: Library, log: Log) -> tuple[LessonEntry, list[Event]] | None:
    """Return the lesson touched last that is not done, else the first that is not; None when all are, or none begun."""
    entries = {entry.id: entry for entry in library.entries()}
    touched = [lesson for lesson in log.lessons(library.pack.id) if lesson in entries]
    if not touched:
        return None
    latest = entries[touched[0]]
    run = log.run(library.pack.id, latest.id)
    if not _done(run):
        return latest, run
    after = list(entries)[list(entries).index(latest.id) + 1 :]
    for lesson in [*after, *entries]:
        run = log.run(library.pack.id, lesson)
        if not _done(run):
            return entries[lesson], run
    return None


def _entry(entry: LessonEntry, run: list[Event], held: dict[str, float]) -> CourseEntry:
    standing = Standing.DONE if _done(run) else Standing.BEGUN if run else Standing.NEW
    passed = entry.steps if standing is Standing.DONE else min(len(behind(run)), entry.steps)
    share = sum(held.get(skill, 0.0) for skill in entry.skills) / len(entry.skills) if entry.skills else 0.0
    return CourseEntry(entry, standing, passed, entry.steps, share)


def behind(run: list[Event]) -> set[str]:
    """Return the stops of a run that were answered rightly or revealed."""
    passed: set[str] = set()
    for event in run:
        if event.kind is EventKind.REDRAWN:
            passed.discard(event.stop)
        elif event.kind is EventKind.REVEALED or event.mark in {"right", "right-from-earlier"}:
            passed.add(event.stop)
    return passed


def next_stop(library: Library, lesson: str, run: list[Event]) -> int:
    """Return the 1-based number of the stop where a run goes on.

    The lesson's file is opened only when something was skipped; 1 when it is wrong.
    """
    if not any(event.kind is EventKind.SKIPPED for event in run):
        return len(left(run)) + 1
    try:
        walk = Walk.replay(cut(library.lesson(lesson)), run)
    except PackError:
        return 1
    if walk.current is None:
        walk.apply(Event(EventKind.RESUMED, lesson))
    return stop_number(walk.course, walk)


def left(run: list[Event]) -> set[str]:
    """Return the stops of a run, in which nothing was skipped, that were left."""
    gone: set[str] = set()
    for event in run:
        if event.kind is EventKind.ADVANCED:
            gone.add(event.stop)
        elif event.reached is not None and "." in event.stop:
            derivation, _, line = event.stop.rpartition(".")
            gone |= {f"{derivation}.{n}" for n in range(int(line), event.reached + 1)}
    return gone


def _done(run: list[Event]) -> bool:
    """Return whether a run is finished, and nothing in it is still skipped."""
    finished = any(event.kind is EventKind.FINISHED for event in run)
    skipped = {event.stop for event in run if event.kind is EventKind.SKIPPED}
    return finished and skipped <= behind(run)
