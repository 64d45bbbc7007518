"""A learner in a course: what was done, where to go on, what is due."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from bptutor.packs.lesson.outline import LessonEntry
from bptutor.progress.days import today
from bptutor.progress.event_log import Log
from bptutor.progress.renaming import Names, rename
from bptutor.session import course, order
from bptutor.session.clock import Clock, here, utc_now
from bptutor.session.course import CourseEntry, QuizStanding
from bptutor.session.protocols import Library

if TYPE_CHECKING:
    from bptutor.session.review.review_and_quiz import Rounds


class Learner:
    """What can be said of a learner while no lesson is open."""

    def __init__(self, library: Library, log: Log, clock: Clock = utc_now) -> None:
        """Take the pack and the record.

        Args:
            library: The pack.
            log: The learner's record.
            clock: Tells the time in UTC.
        """
        rename(log, Names.of(library.pack, library.entries(), library.quizzes()))
        self.library = library
        self.log = log
        self.clock = clock

    @cached_property
    def rounds(self) -> Rounds:
        """Reviews and quizzes, made when the first is asked for."""
        from bptutor.session.review.review_and_quiz import Rounds

        return Rounds(self.library, self.log, self.clock)

    @property
    def today(self) -> date:
        """The date of the learner's day that goes on."""
        return date.fromisoformat(today(self.log, here(self.clock)).date)

    @property
    def first_start(self) -> bool:
        """Whether this learner never opened a lesson of the pack."""
        return not self.log.lessons(self.library.pack.id)

    def first_lesson(self) -> str:
        """Return the id of the first lesson, the first ten minutes; raises `UsageError` when there is none."""
        return order.first(self.library)

    def course(self) -> list[CourseEntry]:
        """Return every lesson in course order with its standing."""
        return course.course(self.library, self.log, self.today)

    def quizzes(self) -> list[QuizStanding]:
        """Return every quiz with what came of its last run."""
        return course.quizzes(self.library, self.log)

    def missing(self, lesson_id: str) -> list[LessonEntry]:
        """Return what a lesson that was never begun needs, and the learner has not done."""
        return course.missing(self.library, self.log, lesson_id)

    def where_to_continue(self) -> tuple[str, int, str] | None:
        """Return id, 1-based stop and title of where to go on; None at the first start and when all is done."""
        return order.where(self.library, self.log)

    def what_comes_next(self, id_: str) -> str:
        """Return the id of what comes after a lesson, a quiz or a review; empty when all else is behind the learner."""
        return order.what_comes_next(self.library, self.log, id_)
