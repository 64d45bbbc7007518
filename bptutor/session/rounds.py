"""Reviews and quizzes: questions outside of their lessons, walked like a lesson whose id begins with `~`.

What a round asks is chosen once and written into its first event, so that it goes on as it was after a kill.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from bptutor.errors import BptutorError
from bptutor.packs.model import Lesson, Prose
from bptutor.packs.quiz import BANK, Quiz, Source
from bptutor.progress.event import Event, EventKind
from bptutor.progress.events import Log
from bptutor.progress.review import cards, due
from bptutor.session.asked import shuffled
from bptutor.session.clock import Clock, utc_now
from bptutor.session.ids import QUIZ, REVIEW, WARM_UP
from bptutor.session.items import items
from bptutor.session.needs import Library
from bptutor.session.review import A_DAY, plan
from bptutor.session.sitting import moment, warm_up
from bptutor.session.stops import Course, Item, Stop, cut
from bptutor.session.view import Wants
from bptutor.session.walk import mixed

REVIEWS = frozenset({REVIEW, WARM_UP})
MEETINGS = 99
"""A meeting so late that every line has faded to its last form."""


class Rounds:
    """Chooses and cuts the rounds of one learner in one pack."""

    def __init__(self, library: Library, log: Log, clock: Clock = utc_now) -> None:
        """Choose nothing yet."""
        self.library = library
        self.log = log
        self.clock = clock

    @property
    def now(self) -> datetime:
        """The time, in the zone of this machine: a day begins here at midnight."""
        return self.clock().astimezone()

    # --- what is due --------------------------------------------------------------------------------

    def due(self) -> list[str]:
        """Return the skills of this pack that are due, in the order in which they are asked."""
        return [skill for skill in due(cards(self.log).values(), self.now) if skill in self.library.pack.skills]

    def left_today(self) -> int:
        """Return how many items of a day's reviews are left."""
        midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
        since = self.log.since(midnight.isoformat(timespec="milliseconds"))
        done = {(e.lesson, e.stop, e.seed) for e in since if e.lesson in REVIEWS and e.kind is EventKind.ADVANCED}
        return max(0, A_DAY - len(done))

    def due_count(self) -> int:
        """Return how many items a review would ask now at most, for the map; opens no lesson."""
        return min(len(self.due()), self.left_today())

    def warm_up(self) -> int:
        """Return with how many due items a coming back starts now; 0 for none."""
        wanted = warm_up(self.log.last_time, self.now)
        return min(wanted, self.due_count()) if wanted else 0

    # --- choosing -------------------------------------------------------------------------------------

    def choose(self, id_: str, seed: int) -> tuple[str, ...]:
        """Return the ids of what a new round asks, in order; `lesson/stop`, and `#2` behind it for a variant."""
        if id_.startswith(QUIZ):
            return self._quiz(self.library.quiz(id_.removeprefix(QUIZ)), seed)
        limit = self.warm_up() if id_ == WARM_UP else self.left_today()
        skills = self.due() if limit else []
        candidates = self._candidates(skills, seed)
        found = plan(skills, candidates, self.library.pack.contrasts, limit)
        return tuple(_with_variant(item, seed) for item in found)

    def _candidates(self, skills: Sequence[str], seed: int) -> Mapping[str, list[Item]]:
        """Return for each skill what exercises it and was asked before, the least recently asked first."""
        asked = self.log.asked(self.library.pack.id)
        lessons = [entry.id for entry in self.library.entries() if any(id_.startswith(f"{entry.id}/") for id_ in asked)]
        known = [item for lesson in lessons for item in self._items(lesson) if item.named(asked)] if skills else []
        known.sort(key=lambda item: (item.latest(asked)[:10], mixed(seed, item.id)))
        return {skill: [item for item in known if skill in item.question.skills] for skill in skills}

    def _quiz(self, quiz: Quiz, seed: int) -> tuple[str, ...]:
        found = self._items(quiz.id, faded=True)
        for source in quiz.front.sources:
            found += self._from(source, seed)
        if quiz.front.shuffle or (quiz.front.pick and quiz.front.pick < len(found)):
            kept = {item.id for item in shuffled(found, mixed(seed, "pick"))[: quiz.front.pick or len(found)]}
            found = [item for item in found if item.id in kept]
        if quiz.front.shuffle:
            found = list(shuffled(found, mixed(seed, "order")))
        return tuple(_with_variant(item, seed) for item in found)

    def _from(self, source: Source, seed: int) -> list[Item]:
        named = {f"{source.lesson}/{stop}" for stop in source.ids}
        found = [item for item in self._items(source.lesson, faded=True) if not source.ids or item.named(named)]
        if source.pick and source.pick < len(found):
            kept = {item.id for item in shuffled(found, mixed(seed, source.lesson))[: source.pick]}
            found = [item for item in found if item.id in kept]
        return found

    def _items(self, lesson_id: str, *, faded: bool = False) -> list[Item]:
        """Return what a lesson, a bank or a quiz asks; nothing when its file is wrong.

        Args:
            lesson_id: Its id.
            faded: Whether every line is asked as at the last meeting, as a quiz does; else as the learner meets it.
        """
        try:
            lesson = self.library.lesson(lesson_id)
        except BptutorError:
            return []
        whole = cut(lesson, MEETINGS, self.library.pack.rules) if faded else self.cut(lesson)
        return list(items(whole, pages=faded))

    def cut(self, lesson: Lesson) -> Course:
        """Cut a lesson as the learner meets it now; lines that are still shown there are not asked elsewhere."""
        met = 1 if lesson.id.startswith(BANK) else self.log.openings(self.library.pack.id, lesson.id)
        return cut(lesson, max(met, 1), self.library.pack.rules)

    # --- walking --------------------------------------------------------------------------------------

    def course(self, id_: str, ids: Iterable[str]) -> Course:
        """Return a round as a course; what its lessons no longer have is left out."""
        quiz = self.library.quiz(id_.removeprefix(QUIZ)) if id_.startswith(QUIZ) else None
        found = [(id_.partition("#")[0], self._item(id_, faded=quiz is not None)) for id_ in ids]
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

    def _item(self, id_: str, *, faded: bool) -> Item | None:
        own, _, variant = id_.partition("#")
        lesson, _, stop = own.partition("/")
        found = next((item for item in self._items(lesson, faded=faded) if stop in (item.stop, *item.also)), None)
        return found.variant(int(variant)) if found and variant.isdecimal() else found

    def goes_on(self, id_: str, run: Sequence[Event]) -> bool:
        """Return whether a round that was begun is to be gone on with: a quiz any day, a review on its own day."""
        if not run or any(event.kind is EventKind.FINISHED for event in run):
            return False
        today = moment(run[0].time).astimezone(self.now.tzinfo).date() == self.now.date()
        return today or id_.startswith(QUIZ)


def _opening(quiz: Quiz) -> tuple[Prose, ...]:
    """Return what stands in a quiz's file before anything else: how it goes."""
    return tuple(block for block in quiz.lesson.blocks[:1] if isinstance(block, Prose))


def _with_variant(item: Item, seed: int) -> str:
    ways = 1 + len(item.question.vary)
    n = mixed(seed, item.id) % ways
    return f"{item.id}#{n}" if n else item.id
