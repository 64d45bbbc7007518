"""Where a learner is in a lesson, rebuilt from the events of the run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bptutor.packs.lesson import fading
from bptutor.packs.lesson.fading import Form
from bptutor.packs.model import Derivation, Question
from bptutor.progress.event import Event, EventKind
from bptutor.session.ids import is_inserted
from bptutor.session.review.items import as_form, item
from bptutor.session.steps.lesson_steps import Course, Item, Stop
from bptutor.session.steps.replay import today
from bptutor.session.steps.step_standing import STEP, Passed, Standing
from bptutor.session.view.question_view import SEEDS
from bptutor.session.view.view_model import Wants

ONCE_MORE = "once more"
"""The text of a redraw where the stop was answered: it is asked once more, and the answer stays."""
LATER = 3
"""After how many asked stops a revealed one is asked again."""


def mixed(seed: int, key: str) -> int:
    """Return another seed, 0 to 9999, made from a seed and a key; the same on every machine."""
    digest = hashlib.blake2b(f"{seed}\0{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % SEEDS


@dataclass
class Walk:
    """The state of one run of a lesson; changes by events only."""

    course: Course
    seed: int = 0
    at: dict[str, Standing] = field(default_factory=dict)
    stops: list[Stop] = field(default_factory=list)
    """Those of the course, with those put in between: after a reveal, at the end of a sitting, before a hard one."""
    redrawn: dict[str, int] = field(default_factory=dict)
    """Stop -> how often it was drawn anew: each time the next variant."""
    seeds: dict[str, int] = field(default_factory=dict)
    """Seeds of the stops that are asked by themselves."""
    drawn: list[tuple[int, int]] = field(default_factory=list)
    """Each draw of the lesson: from which piece on its numbers stand, and its seed. What is above keeps its own."""

    @classmethod
    def replay(cls, course: Course, events: Iterable[Event]) -> Walk:
        """Rebuild the state from the events of a run, which may be of an earlier state of the pack.

        What the lesson no longer has is ignored. Nobody is sent back to a rest or a shown line that was put in above
        what was left already.
        """
        walk = cls(course, stops=list(course.stops))
        for event in today(course, events):
            walk.apply(event)
        last = max((n for n, stop in enumerate(course.stops) if walk.standing(stop.id).left), default=-1)
        for stop in course.stops[: last + 1]:
            if stop.wants is Wants.GO_ON and not walk.standing(stop.id).left:
                walk.apply(Event(EventKind.ADVANCED, course.lesson.id, stop=stop.id))
        return walk

    def standing(self, stop: str) -> Standing:
        """Return what was done at a stop."""
        return self.at.setdefault(stop, Standing())

    @property
    def current(self) -> Stop | None:
        """Return the first stop that was not left; None when the lesson is finished."""
        return next((stop for stop in self.stops if not self.standing(stop.id).left), None)

    @property
    def skipped(self) -> list[str]:
        """Return the ids of the lesson's own stops that were skipped."""
        return [stop.id for stop in self.course.stops if self.standing(stop.id).passed is Passed.SKIPPED]

    # --- what is asked, and with which numbers ------------------------------------------------------

    def variant(self, stop: Stop) -> int:
        """Return which variant of its question a stop asks now: another at each meeting and after each redraw."""
        ways = 1 + len(stop.question.vary) if stop.question else 1
        met = 0 if stop.item else self.course.meeting - 1
        return (met + self.redrawn.get(stop.id, 0)) % ways

    def question(self, stop: Stop) -> Question:
        """Return what a stop asks now."""
        if stop.question is None:
            raise RuntimeError(f"nothing is asked at {stop.id}")
        if stop.blank:
            page = stop.item.page if stop.item else self.course.pieces[stop.piece]
            if isinstance(page, Derivation):
                asked = fading.blank_page(page, self.standing(stop.id).written, self.course.rules)
                return replace(asked, skills=stop.question.skills)
        return stop.question.variant(self.variant(stop))

    def alone(self, stop: Stop) -> Item | None:
        """Return the item when a stop's question is asked by itself, with a scene or numbers of its own."""
        n = self.variant(stop)
        if stop.item is None and not n:
            return None
        found = item(self.course, stop)
        return found.variant(n) if found else None

    def seed_at(self, stop: Stop | None) -> int:
        """Return the seed of the numbers at a stop."""
        return self.seeds.get(stop.id, self.seed) if stop else self.seed

    def seed_of(self, piece: int) -> int:
        """Return the seed of the numbers that a piece of the lesson is shown with."""
        return next((seed for first, seed in reversed(self.drawn) if first <= piece), self.seed)

    # --- events ------------------------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """Take one event into account."""
        if event.kind is EventKind.OPENED:
            self._open(event)
        elif event.kind is EventKind.REDRAWN:
            self._redraw(event)
        elif event.kind is EventKind.RESUMED:
            for stop in self.skipped:
                self.at.pop(stop)
        elif event.kind is EventKind.ANSWERED:
            self._answered(event)
        elif event.kind is EventKind.PAUSED:
            self._pause(event)
        elif event.kind is EventKind.EASED:
            self._ease(event)
        elif event.kind is EventKind.FINISHED:
            for open_ in self.stops:  # whatever is put in today between the stops of a lesson finished long ago
                self.standing(open_.id).left |= is_inserted(open_.id)
        else:
            self._moved(self.standing(event.stop), event)

    def _open(self, event: Event) -> None:
        self.at.clear()
        self.redrawn.clear()
        self.seed, self.drawn = event.seed, [(0, event.seed)]
        self.stops = list(self.course.stops)
        self.seeds = {stop.id: mixed(event.seed, stop.id) for stop in self.stops if stop.item}

    def _redraw(self, event: Event) -> None:
        """Draw other numbers from where nothing was answered yet; what was answered is asked once more beside it."""
        stop = self._stop(event.stop)
        if stop is not None and event.text == ONCE_MORE:
            self._once_more(stop, event)
            return
        if event.stop in self.seeds:
            self.seeds[event.stop] = event.seed
        else:
            self.seed = event.seed
            if stop is not None:
                self.drawn.append((self._untouched(stop), event.seed))
        self.redrawn[event.stop] = self.redrawn.get(event.stop, 0) + 1
        self.at.pop(event.stop, None)

    def _untouched(self, stop: Stop) -> int:
        """Return the first piece behind all that was answered, measured or skipped before a stop."""
        before = self.course.stops[: self.course.index(stop.id.rpartition(":")[2])]
        return max((other.piece + 1 for other in before if other.wants is not Wants.GO_ON), default=0)

    def _once_more(self, stop: Stop, event: Event) -> None:
        """Ask what was answered once more, by itself, with other numbers; the answer stays."""
        found = item(self.course, stop)
        if found is None:
            return
        count = sum(other.id.startswith("more:") for other in self.stops) + 1
        more = found.variant(self.variant(stop) + count)
        new = Stop(f"more:{count}:{stop.id}", Wants.ANSWER, stop.piece, question=more.question, item=more)
        self._insert(new, self.stops.index(stop) + 1, event.seed)
        self.standing(stop.id).left = True

    def _moved(self, standing: Standing, event: Event) -> None:
        if event.kind is EventKind.HINTED:
            standing.hints += 1
        elif event.kind is EventKind.MEASURED:
            standing.measured += 1
        elif event.kind is EventKind.PROVED:
            self._proved(standing, event)
        elif event.kind is EventKind.REVEALED:
            self._pass(standing, Passed.REVEALED, event)
            self._after_reveal(event)
        elif event.kind is EventKind.SKIPPED:
            standing.passed, standing.left = Passed.SKIPPED, True
        elif event.kind is EventKind.ADVANCED:
            standing.passed, standing.left = standing.passed or Passed.SEEN, True

    def _pass(self, standing: Standing, how: Passed, event: Event) -> None:
        standing.passed, standing.text, standing.seed, standing.proof = how, event.text, event.seed, ""
        standing.prompt, standing.chosen = event.prompt, event.chosen
        stop = self._stop(event.stop)
        standing.variant = self.variant(stop) if stop else 0

    def _proved(self, standing: Standing, event: Event) -> None:
        """Keep what the proof said, at the line that the answer equals."""
        proved = self.standing(standing.reached) if standing.reached else standing
        proved.proof, proved.cases = event.proof, int(event.text) if event.text.isdecimal() else 0

    def _answered(self, event: Event) -> None:
        standing = self.standing(event.stop)
        if event.mark == STEP:
            standing.written = (*standing.written, event.text)
        if event.mark == "wrong":
            standing.tries += 1
            standing.wrong, standing.wrong_seed = event.text, event.seed
        if event.mark == "wrong" and self.course.one_try:
            self._pass(standing, Passed.WRONG, event)
        if event.mark not in {"right", "right-from-earlier"}:
            return
        standing.wrong = ""
        self._pass(standing, Passed.RIGHT, event)
        if event.reached is not None and not is_inserted(event.stop):
            self._reach(event.stop, event.reached)

    def _reach(self, stop: str, line: int) -> None:
        """Show the lines from an asked one up to the later line that the answer equals."""
        first = self.course.index(stop)
        asked = self.standing(stop)
        if first < 0 or self.course.stops[first].item is not None or self.course.stops[first].blank:
            return
        for later in self.course.stops[first + 1 :]:
            if later.piece != self.course.stops[first].piece or later.line > line:
                break
            self.standing(later.id).passed = Passed.RIGHT
            self.standing(stop).passed, self.standing(stop).left = Passed.SEEN, True
            stop = asked.reached = later.id

    # --- stops put in between ------------------------------------------------------------------------

    def _stop(self, id_: str) -> Stop | None:
        return next((stop for stop in self.stops if stop.id == id_), None)

    def _insert(self, new: Stop, at: int, seed: int | None = None) -> None:
        """Put a stop in, once; a stop asked by itself has a seed of its own."""
        if self._stop(new.id) is None:
            self.stops.insert(at, new)
            if new.item is not None and seed is not None:
                self.seeds[new.id] = seed

    def _after_reveal(self, event: Event) -> None:
        """Ask why after a reveal, and the same in another way some asked stops later, when anything is asked between.

        Where nothing is, it would be asked at once; its skill comes back tomorrow all the same.
        """
        stop = self._stop(event.stop)
        if stop is None or is_inserted(stop.id):
            return
        found = item(self.course, stop)
        at = self.stops.index(stop) + 1
        between = any(s.wants is Wants.ANSWER and not is_inserted(s.id) for s in self.stops[at:])
        if found is not None and between:
            again = found.variant(self.variant(stop) + 1)
            new = Stop(f"again:{stop.id}", Wants.ANSWER, stop.piece, question=again.question, item=again)
            self._insert(new, self._later(at), mixed(event.seed, new.id))
        why = as_form(found, Form.WHY, self.course.rules) if found and stop.form is not Form.WHY else None
        if why is not None:
            alone = why if stop.item else None
            asked = Stop(f"why:{stop.id}", Wants.ANSWER, stop.piece, stop.line, why.question, Form.WHY, item=alone)
            self._insert(asked, at, event.seed)

    def _later(self, at: int) -> int:
        """Return the place behind the third asked stop from a place on; the end when there are fewer."""
        count = 0
        for n in range(at, len(self.stops)):
            count += self.stops[n].wants is Wants.ANSWER and not is_inserted(self.stops[n].id)
            if count == LATER:
                return n + 1
        return len(self.stops)

    def _pause(self, event: Event) -> None:
        """End a sitting after a stop: one recall from memory, then a rest unless the lesson is over."""
        stop = self._stop(event.stop)
        if stop is None:
            return
        at = self.stops.index(stop) + 1
        if at < len(self.stops):
            self._insert(Stop(f"pause:{stop.id}", Wants.REST, stop.piece, stop.line), at)
        recalled = self._stop(event.text)
        found = item(self.course, recalled) if recalled else None
        if recalled is not None and found is not None:
            found = found.variant(self.variant(recalled) + 1)
            new = Stop(f"recall:{stop.id}", Wants.ANSWER, stop.piece, question=found.question, item=found)
            self._insert(new, at, event.seed)

    def _ease(self, event: Event) -> None:
        """Ask something easier before a stop: the same line with a hole, or a question of the same skill."""
        stop = self._stop(event.stop)
        if stop is None:
            return
        self.standing(stop.id).eased += 1
        sibling = self._stop(event.text)
        found = item(self.course, sibling) if sibling else None
        if found is not None and sibling is stop:
            found = as_form(found, Form.HOLE, self.course.rules)
        elif found is not None and sibling is not None:
            found = found.variant(self.variant(sibling) + 1)
        if found is not None:
            count = sum(other.id.startswith("easier:") for other in self.stops) + 1
            new = Stop(f"easier:{count}:{stop.id}", Wants.ANSWER, stop.piece, question=found.question, item=found)
            self._insert(new, self.stops.index(stop), event.seed)
