"""How things end: a sitting with a rest, a review and a quiz with what came of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from bptutor.progress.days import GAP
from bptutor.progress.event import Event, EventKind
from bptutor.progress.event_log import Log
from bptutor.session.ids import NOT_PASSED, PASSED, QUIZ
from bptutor.session.learner import Learner
from bptutor.session.order import code_ahead, title
from bptutor.session.protocols import Library
from bptutor.session.review import results
from bptutor.session.review.review_and_quiz import Rounds
from bptutor.session.steps.lesson_state import Walk, mixed
from bptutor.session.steps.lesson_steps import Stop
from bptutor.session.steps.study_session import LONGEST, Sitting, may_rest, moment, to_recall
from bptutor.session.view.view_model import Shown, ShownProse, View


def sitting(log: Log, now: datetime) -> Sitting:
    """Return the sitting that goes on, from what was written lately."""
    since = (now - 2 * (GAP + LONGEST)).astimezone(UTC)
    return Sitting.replay(log.since(since.isoformat(timespec="milliseconds")))


def pause(walk: Walk, sitting: Sitting, stop: Stop, make: Callable[..., Event], left: Event) -> list[Event]:
    """Return the event that ends a sitting when a stop is left; none while it may go on, or cannot rest here."""
    if not may_rest(walk.course, stop) or not sitting.full(moment(left.time)):
        return []
    recalled = to_recall(walk, sitting, stop)
    seed = mixed(walk.seed_at(stop), f"recall:{stop.id}")
    return [make(EventKind.PAUSED, stop, text=recalled, seed=seed)]


def mark(walk: Walk, library: Library) -> str:
    """Return with what the last event of a run is marked: of a quiz, whether it was passed."""
    id_ = walk.course.lesson.id
    if not id_.startswith(QUIZ):
        return ""
    share = library.quiz(id_.removeprefix(QUIZ)).front.share
    return PASSED if results.passed(walk, share) else NOT_PASSED


def said(walk: Walk, library: Library, rounds: Rounds) -> tuple[Shown, ...]:
    """Return what stands at the end of a review or a quiz."""
    id_ = walk.course.lesson.id
    if not id_.startswith(QUIZ):
        return (ShownProse(results.review_text(walk, library.pack, rounds.due_count(), rounds.beyond_today())),)
    front = library.quiz(id_.removeprefix(QUIZ)).front
    lessons = {entry.id: entry for entry in library.entries()}
    text = results.quiz_text(
        walk, front.share, library.pack, lessons, tests_out=front.test_out, tomorrow=rounds.back_tomorrow()
    )
    return (ShownProse(text),)


def onward(view: View, learner: Learner) -> View:
    """Return the view of an end, with what comes next and whether the chapter on code lies ahead."""
    ahead = code_ahead(learner.library, view.lesson.id)
    following = learner.what_comes_next(view.lesson.id)
    return replace(
        view,
        following=title(learner.library, following) if following else "",
        code_ahead=learner.library.pack.chapters.get(ahead.chapter, "") if ahead else "",
    )
