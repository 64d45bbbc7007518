"""Reviews and quizzes: questions outside of their lessons, walked like a lesson whose id begins with `~`.

What a round asks is chosen once and written into its first event, so that it goes on as it was after a kill.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bptutor.packs.model import Lesson, Prose
from bptutor.packs.quiz import Quiz, Source
from bptutor.progress.event import Event, EventKind
from bptutor.session.ids import QUIZ, REVIEW, WARM_UP
from bptutor.session.review.due import Due, with_variant
from bptutor.session.steps.lesson_state import mixed
from bptutor.session.steps.lesson_steps import Course, Item, Stop
from bptutor.session.view.question_view import shuffled
from bptutor.session.view.view_model import Wants


class Rounds(Due):
    """Chooses and cuts the rounds of one learner in one pack."""

    # --- choosing -------------------------------------------------------------------------------------

    def choose(self, id_: str, seed: int) -> tuple[str, ...]:
        """Return the ids of what a new round asks, in order; `lesson/stop`, and `#2` behind it for a variant."""
        if id_.startswith(QUIZ):
            return self._quiz(self.library.quiz(id_.removeprefix(QUIZ)), seed)
        return self.chosen(id_, seed)

    def _quiz(self, quiz: Quiz, seed: int) -> tuple[str, ...]:
        found = list(self.askable.items(quiz.id, faded=True))
        for source in quiz.front.sources:
            found += self._from(source, seed)
        if quiz.front.shuffle or (quiz.front.pick and quiz.front.pick < len(found)):
            kept = {item.id for item in shuffled(found, mixed(seed, "pick"))[: quiz.front.pick or len(found)]}
            found = [item for item in found if item.id in kept]
        if quiz.front.shuffle:
            found = list(shuffled(found, mixed(seed, "order")))
        return tuple(with_variant(item, seed) for item in found)

    def _from(self, source: Source, seed: int) -> list[Item]:
        named = {f"{source.lesson}/{stop}" for stop in source.ids}
        found = [item for item in self.askable.items(source.lesson, faded=True) if not source.ids or item.named(named)]
        if source.pick and source.pick < len(found):
            kept = {item.id for item in shuffled(found, mixed(seed, source.lesson))[: source.pick]}
            found = [item for item in found if item.id in kept]
        return found

    def cut(self, lesson: Lesson) -> Course:
        """Cut a lesson as the learner meets it now."""
        return self.askable.cut(lesson)

    # --- walking --------------------------------------------------------------------------------------

    def course(self, id_: str, ids: Iterable[str]) -> Course:
        """Return a round as a course; what its lessons no longer have is left out."""
        quiz = self.library.quiz(id_.removeprefix(QUIZ)) if id_.startswith(QUIZ) else None
        found = [(id_.partition("#")[0], self.askable.item(id_, faded=quiz is not None)) for id_ in ids]
        stops = [
            Stop(id_, Wants.ANSWER, -1, question=one.question, blank=one.page is not None, item=one)
            for id_, one in found
            if one is not None
        ]
        lesson = Lesson(id_, self.title(id_), _opening(quiz) if quiz else ())
        quiet = quiz is not None and quiz.front.feedback == "end"
        return Course(lesson, (), tuple(stops), rules=self.library.pack.rules, one_try=quiz is not None, quiet=quiet)

    def title(self, id_: str) -> str:
        """Return what a round is called."""
        quizzes = {QUIZ + entry.id: entry.title for entry in self.library.quizzes()}
        return {REVIEW: "Review", WARM_UP: "Before you go on", **quizzes}.get(id_, id_)

    def goes_on(self, id_: str, run: Sequence[Event]) -> bool:
        """Return whether a round that was begun is to be gone on with: a quiz any day, a review on its own day."""
        if id_.startswith(QUIZ):
            return bool(run) and not any(event.kind is EventKind.FINISHED for event in run)
        return super().goes_on(id_, run)


def _opening(quiz: Quiz) -> tuple[Prose, ...]:
    """Return what stands in a quiz's file before anything else: how it goes."""
    return tuple(block for block in quiz.lesson.blocks[:1] if isinstance(block, Prose))
