"""A sitting: at most twelve minutes and six asked items, ended at a place where the lesson may rest.

Rebuilt from the events, so that it is the same after the program was killed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bptutor.progress.days import GAP
from bptutor.progress.event import Event, EventKind
from bptutor.session.ids import ROUND, is_inserted
from bptutor.session.steps.lesson_state import Walk
from bptutor.session.steps.lesson_steps import Course, Stop
from bptutor.session.view.view_model import Wants

LONGEST = timedelta(minutes=12)
MOST_ITEMS = 6
AWAY = timedelta(hours=2)
"""After so long a coming back starts with due items."""
LONG_AWAY = 7
"""Days of the calendar after which it starts with more of them."""
WARM_UP, LONG_WARM_UP = 3, 5
"""Due items at a coming back, and after a week away."""


def moment(text: str) -> datetime:
    """Return the time of an event."""
    return datetime.fromisoformat(text) if text else datetime.fromtimestamp(0, UTC)


@dataclass
class Sitting:
    """What was asked since the learner sat down."""

    start: datetime | None = None
    last: datetime | None = None
    asked: set[tuple[str, str]] = field(default_factory=set)
    """Lesson and stop of every item that was passed; what was put in between is not counted."""

    @classmethod
    def replay(cls, events: Iterable[Event]) -> Sitting:
        """Rebuild the sitting that goes on from the events of the last hours."""
        sitting = cls()
        for event in events:
            sitting.apply(event)
        return sitting

    def apply(self, event: Event) -> None:
        """Take one event into account."""
        now = moment(event.time)
        if self.last is None or now - self.last > GAP:
            self.start, self.asked = now, set()
        self.last = now
        if event.kind is EventKind.PAUSED:
            self.start, self.asked = now, set()
        elif event.lesson.startswith(ROUND) or is_inserted(event.stop):
            return
        elif event.kind is EventKind.REVEALED or event.mark in {"right", "right-from-earlier"}:
            self.asked.add((event.lesson, event.stop))

    def full(self, now: datetime) -> bool:
        """Return whether it is time to rest."""
        if self.start is None or self.last is None or now - self.last > GAP:
            return False
        return len(self.asked) >= MOST_ITEMS or now - self.start >= LONGEST


def may_rest(course: Course, stop: Stop) -> bool:
    """Return whether a lesson may rest after a stop: between two blocks, or at its end."""
    if course.is_round or is_inserted(stop.id):
        return False
    after = course.stops[course.index(stop.id) + 1 :]
    return not after or after[0].piece != stop.piece


def to_recall(walk: Walk, sitting: Sitting, behind: Stop) -> str:
    """Return the stop that a sitting's end recalls from memory: the hardest of it, else the first; empty for none.

    Hardest is what took hints or tries. What comes back after a reveal anyway comes last, and what was asked just
    before is not recalled: nothing was forgotten yet.
    """
    lesson = walk.course.lesson.id
    earlier = [stop for stop in walk.course.stops if stop.wants is Wants.ANSWER and stop is not behind]
    asked = [stop for stop in earlier if (lesson, stop.id) in sitting.asked]
    again = {stop.id.removeprefix("again:") for stop in walk.stops if stop.id.startswith("again:")}
    return _hardest(walk, [stop for stop in asked if stop.id not in again] or asked)


def _hardest(walk: Walk, stops: Sequence[Stop]) -> str:
    def ease(stop: Stop) -> int:
        standing = walk.standing(stop.id)
        return -standing.hints - standing.tries

    return min(stops, key=ease).id if stops else ""


def warm_up(last: str, now: datetime, days: int) -> int:
    """Return how many due items a coming back starts with: none when the learner was here a moment ago.

    Args:
        last: When something was last written; empty when nothing was.
        now: The time.
        days: Days of the calendar since then.
    """
    if not last or now - moment(last) < AWAY:
        return 0
    return LONG_WARM_UP if days >= LONG_AWAY else WARM_UP
