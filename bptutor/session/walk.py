"""Where a learner is in a lesson, rebuilt from the events of the run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from bptutor.progress.event import Event, EventKind
from bptutor.session.stops import Course, Stop


class Passed(Enum):
    """How a stop was passed."""

    SEEN = "seen"
    RIGHT = "right"
    REVEALED = "revealed"
    SKIPPED = "skipped"


@dataclass
class Standing:
    """What was done at one stop."""

    passed: Passed | None = None
    """None while it is open."""
    left: bool = False
    text: str = ""
    """The right answer as typed, or what was revealed."""
    seed: int = 0
    hints: int = 0
    tries: int = 0
    """Wrong answers; one that could not be decided is none."""
    measured: int = 0
    wrong: str = ""
    """The last wrong answer as typed."""
    wrong_seed: int = 0


@dataclass
class Walk:
    """The state of one run of a lesson; changes by events only."""

    course: Course
    seed: int = 0
    at: dict[str, Standing] = field(default_factory=dict)

    @classmethod
    def replay(cls, course: Course, events: Iterable[Event]) -> Walk:
        """Rebuild the state from the events of a run; stops the lesson no longer has are ignored."""
        walk = cls(course)
        for event in events:
            walk.apply(event)
        return walk

    def standing(self, stop: str) -> Standing:
        """Return what was done at a stop."""
        return self.at.setdefault(stop, Standing())

    @property
    def current(self) -> Stop | None:
        """Return the first stop that was not left; None when the lesson is finished."""
        return next((stop for stop in self.course.stops if not self.standing(stop.id).left), None)

    @property
    def skipped(self) -> list[str]:
        """Return the ids of stops that were skipped."""
        return [stop.id for stop in self.course.stops if self.standing(stop.id).passed is Passed.SKIPPED]

    def apply(self, event: Event) -> None:
        """Take one event into account."""
        if event.kind is EventKind.OPENED:
            self.at.clear()
            self.seed = event.seed
        elif event.kind is EventKind.REDRAWN:
            self.seed = event.seed
            self.at.pop(event.stop, None)
        elif event.kind is EventKind.RESUMED:
            for stop in self.skipped:
                self.at.pop(stop)
        elif event.kind is EventKind.ANSWERED:
            self._answered(event)
        else:
            self._moved(self.standing(event.stop), event)

    def _moved(self, standing: Standing, event: Event) -> None:
        if event.kind is EventKind.HINTED:
            standing.hints += 1
        elif event.kind is EventKind.MEASURED:
            standing.measured += 1
        elif event.kind is EventKind.REVEALED:
            standing.passed, standing.text, standing.seed = Passed.REVEALED, event.text, event.seed
        elif event.kind is EventKind.SKIPPED:
            standing.passed, standing.left = Passed.SKIPPED, True
        elif event.kind is EventKind.ADVANCED:
            standing.passed, standing.left = standing.passed or Passed.SEEN, True

    def _answered(self, event: Event) -> None:
        standing = self.standing(event.stop)
        if event.mark == "wrong":
            standing.tries += 1
            standing.wrong, standing.wrong_seed = event.text, event.seed
        if event.mark not in {"right", "right-from-earlier"}:
            return
        standing.passed, standing.text, standing.seed = Passed.RIGHT, event.text, event.seed
        standing.wrong = ""
        if event.reached is not None:
            self._reach(event.stop, event.reached)

    def _reach(self, stop: str, line: int) -> None:
        """Show the lines from an asked one up to the later line that the answer equals."""
        first = self.course.index(stop)
        piece = self.course.stops[first].piece if first >= 0 else -1
        for later in self.course.stops[first + 1 :] if first >= 0 else ():
            if later.piece != piece or later.line > line:
                break
            self.standing(later.id).passed = Passed.RIGHT
            self.standing(stop).passed, self.standing(stop).left = Passed.SEEN, True
            stop = later.id
