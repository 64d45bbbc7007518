"""What a session writes down: events of one learner, each on disk before it is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from bptutor.grading.verdict import Verdict
from bptutor.progress.event import Event, EventKind, storable
from bptutor.progress.event_log import Log
from bptutor.session.clock import Clock, utc_now
from bptutor.session.steps.lesson_state import Walk
from bptutor.session.steps.lesson_steps import Course, Stop
from bptutor.session.steps.step_standing import STEP

HELPED = ("why:", "easier:")
"""Stops that stand there as help: a right answer at one of them is no unaided one."""


class Writer:
    """Makes the events of one run."""

    def __init__(self, log: Log, pack: str, learner: str, clock: Clock = utc_now, version: str = "") -> None:
        """Write nothing yet.

        Args:
            log: The learner's record.
            pack: The id of the pack.
            learner: Whose record it is.
            clock: Tells the time in UTC.
            version: The version of the pack.
        """
        self.version = version
        self.log = log
        self.pack = pack
        self.learner = learner
        self.clock = clock

    def event(self, kind: EventKind, course: Course, stop: Stop | None = None, **more: object) -> Event:
        """Return an event of a lesson; `more` are fields of `Event`."""
        question = stop.question if stop else None
        base = Event(
            kind,
            course.lesson.id,
            self.pack,
            stop.id if stop else "",
            skills=(question.skills or course.lesson.skills) if question else (),
            question=question.kind if question else "",
            learner=self.learner,
            version=self.version,
            time=self.clock().astimezone(UTC).isoformat(timespec="milliseconds"),
        )
        return replace(base, **more)  # type: ignore[arg-type]  # the fields are checked where events are read

    def answer(self, walk: Walk, stop: Stop, text: str, verdict: Verdict, **more: object) -> Event:
        """Return the event of an answer that counts; `more` are fields of `Event`."""
        standing = walk.standing(stop.id)
        return self.event(
            EventKind.ANSWERED,
            walk.course,
            stop,
            seed=walk.seed_at(stop),
            text=storable(text),
            mark=STEP if stop.blank and verdict.right and verdict.reached is None else verdict.mark.value,
            proof=verdict.proof.value,
            findings=verdict.rules,
            aided=bool(standing.hints or standing.tries or standing.eased) or stop.id.startswith(HELPED),
            reached=verdict.reached,
            through=_through(walk.course, stop, verdict.reached),
            **more,
        )

    def proof(self, course: Course, stop: Stop, seed: int, verdict: Verdict) -> Event:
        """Return the event of a proof; of a program that was run, its text is on how many cases."""
        return self.event(
            EventKind.PROVED,
            course,
            stop,
            seed=seed,
            text=str(verdict.cases) if verdict.cases else "",
            mark=verdict.mark.value,
            proof=verdict.proof.value,
            findings=verdict.rules,
        )

    def disputed(self, course: Course, stop: Stop, seed: int, verdict: Verdict, text: str) -> Event:
        """Return the event of a proof that contradicts what was shown; the text says where the case is."""
        return replace(self.proof(course, stop, seed, verdict), kind=EventKind.DISPUTED, text=storable(text))


def _through(course: Course, stop: Stop, reached: int | None) -> tuple[str, ...]:
    """Return the stops from an asked line to the later one that its answer equals."""
    if reached is None or stop.item is not None or stop.blank:
        return ()
    return tuple(one.id for one in course.stops if one.piece == stop.piece and stop.line <= one.line <= reached)
