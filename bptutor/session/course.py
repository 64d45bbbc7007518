"""The course as the map shows it: what was done in each lesson, and where to go on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from bptutor.errors import PackError, UsageError
from bptutor.packs.outline import LessonEntry, QuizEntry
from bptutor.progress.event import Event, EventKind
from bptutor.progress.events import Log
from bptutor.progress.mastery import mastery
from bptutor.session.ids import PASSED, QUIZ, is_inserted
from bptutor.session.needs import Library


class Standing(Enum):
    """How far a lesson is."""

    NEW = "new"
    BEGUN = "begun"
    DONE = "done"
    KNOWN = "known"
    """Never begun, and the quiz that tests its chapter out was passed."""


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

    @property
    def id(self) -> str:
        """The id that opens it."""
        return self.entry.id


class Result(Enum):
    """What came of the last run of a quiz."""

    NEW = "new"
    BEGUN = "begun"
    PASSED = "passed"
    NOT_PASSED = "not passed yet"


@dataclass(frozen=True)
class QuizStanding:
    """One quiz of the map."""

    entry: QuizEntry
    result: Result

    @property
    def id(self) -> str:
        """The id that opens it."""
        return QUIZ + self.entry.id


def course(library: Library, log: Log) -> list[CourseEntry]:
    """Return every lesson in course order with its standing."""
    pack = library.pack.id
    begun = set(log.lessons(pack))
    held = {skill: standing.share for skill, standing in mastery(log).items()}
    known = tested_out(library, log)
    found = [_entry(entry, log.run(pack, entry.id) if entry.id in begun else [], held) for entry in library.entries()]
    return [
        replace(one, standing=Standing.KNOWN) if one.standing is Standing.NEW and one.entry.chapter in known else one
        for one in found
    ]


def missing(library: Library, log: Log, lesson: str) -> list[LessonEntry]:
    """Return what a lesson needs and the learner has not done; nothing once it was begun."""
    entries = {one.id: one for one in course(library, log)}
    here = entries.get(lesson)
    if here is None or here.standing is not Standing.NEW:
        return []
    needed = [entries[id_] for id_ in here.entry.needs if id_ in entries]
    return [one.entry for one in needed if one.standing in {Standing.NEW, Standing.BEGUN}]


def quizzes(library: Library, log: Log) -> list[QuizStanding]:
    """Return every quiz with what came of its last run, in the order of the chapters; those of none come last."""
    chapters = [*library.pack.chapters, *(entry.chapter for entry in library.entries())]
    order = {chapter: n for n, chapter in reversed(list(enumerate(chapters))) if chapter}
    entries = sorted(library.quizzes(), key=lambda entry: order.get(entry.chapter, len(chapters)))
    return [QuizStanding(entry, _result(log.run(library.pack.id, QUIZ + entry.id))) for entry in entries]


def _result(run: list[Event]) -> Result:
    if not run:
        return Result.NEW
    ended = [event.mark for event in run if event.kind is EventKind.FINISHED]  # a late proof may stand behind it
    if not ended:
        return Result.BEGUN
    return Result.PASSED if ended[-1] == PASSED else Result.NOT_PASSED


def tested_out(library: Library, log: Log) -> set[str]:
    """Return the chapters whose test was ever passed; a later run that was not passed takes nothing back."""
    tests = {QUIZ + entry.id: entry.chapter for entry in library.quizzes() if entry.test_out and entry.chapter}
    return {tests[id_] for id_ in log.marked(library.pack.id, PASSED) if id_ in tests}


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
    known = tested_out(library, log)
    for lesson in [*after, *entries]:
        run = log.run(library.pack.id, lesson)
        if not _done(run) and (run or entries[lesson].chapter not in known):
            return entries[lesson], run
    return None


def following(library: Library, log: Log, lesson: str) -> str:
    """Return the lesson to go on with after one: the next in course order not gone through, else one before it.

    A lesson is gone through when it is finished, though something in it was left for later, or was tested out.

    Returns:
        Its id; "" when there is none.
    """
    entries = course(library, log)
    ids = [one.id for one in entries]
    at = ids.index(lesson) + 1 if lesson in ids else 0
    for one in [*entries[at:], *entries[:at]]:
        run = log.run(library.pack.id, one.id) if one.standing is Standing.BEGUN else []
        if one.id != lesson and one.standing in {Standing.NEW, Standing.BEGUN} and not _finished(run):
            return one.id
    return ""


def first(library: Library) -> str:
    """Return the id of the first lesson.

    Raises:
        UsageError: The pack has none.
    """
    entries = library.entries()
    if not entries:
        raise UsageError(f"the pack {library.pack.id!r} has no lessons", "add one to `lessons` in pack.yaml")
    return entries[0].id


def where(library: Library, log: Log) -> tuple[str, int, str] | None:
    """Return lesson id, 1-based stop and title of where to go on; None when all is done, or nothing begun."""
    found = to_continue(library, log)
    if found is None:
        return None
    entry, run = found
    return entry.id, next_stop(library, entry.id, run), entry.title


def _entry(entry: LessonEntry, run: list[Event], held: dict[str, float]) -> CourseEntry:
    standing = Standing.DONE if _done(run) else Standing.BEGUN if run else Standing.NEW
    passed = entry.steps if standing is Standing.DONE else min(len(behind(run)), entry.steps)
    share = sum(held.get(skill, 0.0) for skill in entry.skills) / len(entry.skills) if entry.skills else 0.0
    return CourseEntry(entry, standing, passed, entry.steps, share)


def behind(run: list[Event]) -> set[str]:
    """Return the stops of a run that were answered rightly or revealed."""
    passed: set[str] = set()
    for event in run:
        if is_inserted(event.stop):
            continue
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
    from bptutor.session.shown import stop_number
    from bptutor.session.stops import cut
    from bptutor.session.walk import Walk

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
        if is_inserted(event.stop):
            continue
        if event.kind is EventKind.ADVANCED:
            gone.add(event.stop)
        elif event.reached is not None and "." in event.stop:
            derivation, _, line = event.stop.rpartition(".")
            gone |= {f"{derivation}.{n}" for n in range(int(line), event.reached + 1)}
    return gone


def _done(run: list[Event]) -> bool:
    """Return whether a run is finished, and nothing in it is still skipped."""
    return _finished(run) and not _left_for_later(run)


def _finished(run: list[Event]) -> bool:
    return any(event.kind is EventKind.FINISHED for event in run)


def _left_for_later(run: list[Event]) -> set[str]:
    """Return the stops that were skipped, and neither answered nor left after that."""
    skipped: set[str] = set()
    for event in run:
        if event.kind is EventKind.SKIPPED and not is_inserted(event.stop):
            skipped.add(event.stop)
        elif event.kind is EventKind.ADVANCED:  # a column that was measured after all
            skipped.discard(event.stop)
    return skipped - behind(run)
