"""What is due of a pack, and how much of it is asked today: every count is taken of what a review then asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bptutor.progress.days import Day, day_of, noon, today
from bptutor.progress.event import Event, EventKind
from bptutor.progress.event_log import Log
from bptutor.progress.record.memory import cards
from bptutor.progress.review import Card, due
from bptutor.session.clock import Clock, here, utc_now
from bptutor.session.course import RIGHT
from bptutor.session.ids import REVIEW, WARM_UP, is_inserted
from bptutor.session.protocols import Library
from bptutor.session.review.askable import Askable
from bptutor.session.review.order import A_DAY, plan
from bptutor.session.steps.lesson_state import mixed
from bptutor.session.steps.lesson_steps import Item
from bptutor.session.steps.study_session import warm_up
from bptutor.session.view.question_view import seed_of

REVIEWS = frozenset({REVIEW, WARM_UP})
ALL = 10_000
"""More items than are ever due."""


class Due:
    """What is due of one learner in one pack."""

    def __init__(self, library: Library, log: Log, clock: Clock = utc_now) -> None:
        """Count nothing yet."""
        self.library = library
        self.log = log
        self.clock = clock
        self.askable = Askable(library, log)

    @property
    def now(self) -> datetime:
        """The time where the learner is."""
        return here(self.clock)

    @property
    def day(self) -> Day:
        """The learner's day that goes on."""
        return today(self.log, self.now)

    @property
    def today(self) -> date:
        """Its date."""
        return date.fromisoformat(self.day.date)

    # --- what is due --------------------------------------------------------------------------------

    def due(self) -> list[str]:
        """Return the skills that are due and can be asked, in the order in which they are asked."""
        scheduled = self._scheduled(self.today)
        can_be_asked = self.askable.candidates(scheduled, 0)
        return [skill for skill in scheduled if skill in can_be_asked]

    def _scheduled(self, day: date) -> list[str]:
        return due(self._cards(), day)

    def _cards(self) -> list[Card]:
        """Return the cards of the skills that the pack has."""
        found = cards(self.log, self.library.pack.id, self.now).values()
        return [card for card in found if card.skill in self.library.pack.skills]

    def unread(self) -> list[tuple[str, int]]:
        """Return what `askable.read` must read to count what is due: in a thread, where a screen must not wait."""
        return self.askable.unread(self._scheduled(self.today))

    def next_day(self) -> date | None:
        """Return the first day on which something is due that can be asked; None when nothing will be."""
        found = {card.skill: card for card in self._cards()}
        days = [found[skill].due.date() for skill in self.askable.candidates(found, 0)]
        return min(days, default=None)

    def plan(self, limit: int, seed: int, day: date | None = None) -> list[Item]:
        """Return what a review asks.

        Args:
            limit: How many items at most.
            seed: What decides between items that are as good.
            day: The day for which it is asked; None for today.
        """
        skills = self._scheduled(day or self.today) if limit else []
        return plan(skills, self.askable.candidates(skills, seed), self.library.pack.contrasts, limit)

    def left_today(self) -> int:
        """Return how many items of a day's reviews are left: an asked one counts once, also when it is skipped."""
        asked: set[tuple[str, str]] = set()
        runs: dict[str, str] = {}
        for event in self.events_today():
            if event.lesson in REVIEWS and event.kind is EventKind.OPENED:
                runs[event.lesson] = event.id
            elif event.lesson in REVIEWS and _is_asked(event):
                asked.add((runs.get(event.lesson, ""), event.stop))
        return max(0, A_DAY - len(asked))

    def events_today(self) -> list[Event]:
        """Return what was written in this pack on the learner's day, oldest first."""
        day, pack = self.day.date, self.library.pack.id
        since = (noon(day) - timedelta(days=2)).isoformat(timespec="milliseconds")
        return [event for event in self.log.since(since) if event.pack == pack and day_of(event) == day]

    # --- counts -----------------------------------------------------------------------------------------

    def due_count(self) -> int:
        """Return how many items a review asks now."""
        return len(self.to_ask(REVIEW))

    def beyond_today(self) -> int:
        """Return how many more items are due than a review asks now, as ten a day are enough."""
        return max(0, len(self.plan(ALL, self.next_seed(REVIEW))) - self.due_count())

    def warm_up(self) -> int:
        """Return with how many due items a coming back starts now; 0 for none."""
        return len(self.to_ask(WARM_UP)) if self._warm_up_limit() else 0

    def _warm_up_limit(self) -> int:
        last = self.log.last_time
        since = self.today - date.fromisoformat(day_of(self.log.since(last)[-1])) if last else timedelta()
        return min(warm_up(last, self.now, since.days), self.left_today())

    def to_ask(self, id_: str) -> Sequence[str]:
        """Return the ids of what a review or a warm-up asks when it is opened now."""
        run = self.log.run(self.library.pack.id, id_)
        return self.left_of(run) if self.goes_on(id_, run) else self.chosen(id_, self.next_seed(id_))

    def chosen(self, id_: str, seed: int) -> tuple[str, ...]:
        """Return the ids of what a new review or warm-up asks, in order."""
        limit = self._warm_up_limit() if id_ == WARM_UP else self.left_today()
        return tuple(with_variant(item, seed) for item in self.plan(limit, seed))

    def next_seed(self, id_: str) -> int:
        """Return the seed with which a round is begun next."""
        pack = self.library.pack.id
        return seed_of(pack, id_, self.log.learner, self.log.draws(pack, id_))

    def back_tomorrow(self) -> set[str]:
        """Return the skills that the review asks tomorrow, if nothing else comes between."""
        planned = self.plan(A_DAY, self.next_seed(REVIEW), self.today + timedelta(days=1))
        return {skill for item in planned for skill in item.question.skills}

    # --- a review that was begun ------------------------------------------------------------------------

    def goes_on(self, id_: str, run: Sequence[Event]) -> bool:
        """Return whether a review that was begun is to be gone on with: on its own day, while its rest is due."""
        if not run or any(event.kind is EventKind.FINISHED for event in run) or day_of(run[0]) != self.day.date:
            return False
        left = [self.askable.item(id_, faded=False) for id_ in self.left_of(run)]
        due_now = set(self._scheduled(self.today)) if left else set()
        return all(one is not None and due_now & set(one.question.skills) for one in left)

    def left_of(self, run: Sequence[Event]) -> list[str]:
        """Return the items of a run that were not passed yet, and that the pack still has."""
        behind = {event.stop for event in run if _is_asked(event)}
        left = [id_ for id_ in run[0].items if id_.partition("#")[0] not in behind]
        return [id_ for id_ in left if self.askable.item(id_, faded=False) is not None]


def _is_asked(event: Event) -> bool:
    """Return whether an event leaves an item of a review behind: it was asked, and is not asked again."""
    if is_inserted(event.stop):
        return False
    if event.kind is EventKind.ANSWERED:
        return event.mark in RIGHT
    return event.kind in {EventKind.ADVANCED, EventKind.SKIPPED, EventKind.REVEALED}


def with_variant(item: Item, seed: int) -> str:
    """Return the id of an item in the form in which a round asks it."""
    n = mixed(seed, item.id) % (1 + len(item.question.vary))
    return f"{item.id}#{n}" if n else item.id
