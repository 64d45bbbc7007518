"""The course as the map shows it: what was done in each lesson and each quiz."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from bptutor.errors import PackError
from bptutor.packs.lesson.outline import LessonEntry, QuizEntry
from bptutor.progress.event import Event, EventKind
from bptutor.progress.event_log import Log
from bptutor.progress.record.memory import mastery
from bptutor.session.ids import PASSED, QUIZ, is_inserted
from bptutor.session.protocols import Library

RIGHT = frozenset({"right", "right-from-earlier"})
"""Marks with which an answer leads on."""


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
    again: bool = False
    """Whether it is done and was begun again: `passed` counts in the run going on."""

    @property
    def id(self) -> str:
        """The id that opens it."""
        return self.entry.id


class Result(Enum):
    """What came of a quiz: once passed, it stays passed."""

    NEW = "new"
    BEGUN = "begun"
    PASSED = "passed"
    NOT_PASSED = "not passed yet"


@dataclass(frozen=True)
class QuizStanding:
    """One quiz of the map."""

    entry: QuizEntry
    result: Result
    last: tuple[int, int] = (0, 0)
    """How many questions were right, of how many, in the last run that was finished; 0 of 0 when none was."""
    best: tuple[int, int] = (0, 0)
    """The same of the best run."""
    again: tuple[int, int] | None = None
    """How many questions are behind the learner, of how many, in a run going on after one that was finished."""

    @property
    def id(self) -> str:
        """The id that opens it."""
        return QUIZ + self.entry.id


def course(library: Library, log: Log, today: date | None = None) -> list[CourseEntry]:
    """Return every lesson in course order with its standing; what was forgotten until today counts less."""
    pack = library.pack.id
    begun = set(log.lessons(pack))
    held = {skill: standing.share for skill, standing in mastery(log, pack, today).items()}
    known = tested_out(library, log)
    found = [_entry(entry, log.runs(pack, entry.id) if entry.id in begun else [], held) for entry in library.entries()]
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
    """Return every quiz with what came of its runs."""
    begun = set(log.lessons(library.pack.id))
    return [
        _quiz(entry, log.runs(library.pack.id, QUIZ + entry.id) if QUIZ + entry.id in begun else [])
        for entry in library.quizzes()
    ]


def _quiz(entry: QuizEntry, runs: list[list[Event]]) -> QuizStanding:
    over = [run for run in runs if _is_over(run)]
    if not over:
        return QuizStanding(entry, Result.BEGUN if runs else Result.NEW)
    passed = any(event.mark == PASSED for run in over for event in run if event.kind is EventKind.FINISHED)
    scores = [_score(run) for run in over]
    going = (len(left(runs[-1])), len(runs[-1][0].items)) if not _is_over(runs[-1]) else None
    best = max(scores, key=lambda score: score[0] / max(score[1], 1))
    return QuizStanding(entry, Result.PASSED if passed else Result.NOT_PASSED, scores[-1], best, going)


def _is_over(run: list[Event]) -> bool:
    return any(event.kind is EventKind.FINISHED for event in run)  # a late proof may stand behind it


def _score(run: list[Event]) -> tuple[int, int]:
    """Return how many questions of a run were answered rightly, of how many that were asked."""
    own = {item.partition("#")[0] for item in run[0].items}
    asked = {e.stop for e in run if e.stop in own and e.kind in {EventKind.ANSWERED, EventKind.SKIPPED}}
    right = {event.stop for event in run if event.kind is EventKind.ANSWERED and event.mark in RIGHT}
    return len(right & asked), len(asked)


def tested_out(library: Library, log: Log) -> set[str]:
    """Return the chapters whose test was ever passed; a later run that was not passed takes nothing back."""
    tests = {QUIZ + entry.id: entry.chapter for entry in library.quizzes() if entry.test_out and entry.chapter}
    return {tests[id_] for id_ in log.marked(library.pack.id, PASSED) if id_ in tests}


def _entry(entry: LessonEntry, runs: list[list[Event]], held: dict[str, float]) -> CourseEntry:
    run = runs[-1] if runs else []
    again = not is_done(run) and any(is_done(earlier) for earlier in runs[:-1])
    standing = Standing.DONE if again or is_done(run) else Standing.BEGUN if run else Standing.NEW
    passed = entry.steps if is_done(run) else min(len(behind(run)), entry.steps)
    share = sum(held.get(skill, 0.0) for skill in entry.skills) / len(entry.skills) if entry.skills else 0.0
    return CourseEntry(entry, standing, passed, entry.steps, share, again)


def behind(run: list[Event]) -> set[str]:
    """Return the stops of a run that were answered rightly or revealed."""
    passed: set[str] = set()
    for event in run:
        if is_inserted(event.stop):
            continue
        if event.kind is EventKind.REDRAWN and not event.text:
            passed.discard(event.stop)
        elif event.kind is EventKind.REVEALED or event.mark in RIGHT:
            passed.add(event.stop)
    return passed


def next_stop(library: Library, log: Log, lesson: str, run: list[Event]) -> int:
    """Return the 1-based number of the stop where a run opens: the lesson is read as it is today; 1 when it is wrong.

    Of a quiz it is the number of the questions that were left, and one.
    """
    if not run:
        return 1
    if lesson.startswith(QUIZ):
        return len(left(run)) + 1
    from bptutor.session.steps.lesson_state import Walk
    from bptutor.session.steps.lesson_steps import cut
    from bptutor.session.view.lesson_view import stop_number

    try:
        meeting = max(log.openings(library.pack.id, lesson), 1)
        walk = Walk.replay(cut(library.lesson(lesson), meeting, library.pack.rules), run)
    except PackError:
        return 1
    if walk.current is None:
        walk.apply(Event(EventKind.RESUMED, lesson))
    return stop_number(walk.course, walk)


def left(run: list[Event]) -> set[str]:
    """Return the stops of a run that were left, skipped ones among them."""
    gone: set[str] = set()
    for event in run:
        if is_inserted(event.stop):
            continue
        if event.kind in {EventKind.ADVANCED, EventKind.SKIPPED}:
            gone.add(event.stop)
        gone |= set(event.through)
    return gone


def is_done(run: list[Event]) -> bool:
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
