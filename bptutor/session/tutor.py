"""The session: one learner in one lesson. Every change is an event, written before it is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bptutor.errors import UsageError
from bptutor.grading.verdict import Mark, Verdict
from bptutor.packs.model import Lesson
from bptutor.progress.event import Event, EventKind, storable
from bptutor.progress.events import Log
from bptutor.session import course, shown, tries
from bptutor.session.asked import SEEDS, Asked, seed_of
from bptutor.session.course import CourseEntry
from bptutor.session.needs import Grader, Library
from bptutor.session.numbers import Numbers, right_text
from bptutor.session.stops import Stop, cut
from bptutor.session.view import Outcome, Reading, View, Wants
from bptutor.session.walk import Walk

if TYPE_CHECKING:
    from bptutor.notation.value import Values


class Session:
    """One learner in one lesson, with no screen."""

    def __init__(self, library: Library, log: Log, grader: Grader, learner: str = "me") -> None:
        """Open no lesson yet."""
        self.library = library
        self.log = log
        self.grader = grader
        self.learner = learner
        self._walk: Walk | None = None
        self._drawn: Numbers | None = None
        self._draft = ("", "")
        self._answered: tuple[str, int] | None = None
        """Stop and seed of the answer whose proof is awaited."""

    @property
    def first_start(self) -> bool:
        """Whether this learner never opened a lesson of the pack."""
        return not self.log.lessons(self.library.pack.id)

    def first_lesson(self) -> str:
        """Return the id of the first lesson, the first ten minutes; raises `UsageError` when there is none."""
        entries = self.library.entries()
        if not entries:
            raise UsageError(f"the pack {self.library.pack.id!r} has no lessons", "add one to `lessons` in pack.yaml")
        return entries[0].id

    def course(self) -> list[CourseEntry]:
        """Return every lesson in course order with its standing."""
        return course.course(self.library, self.log)

    def where_to_continue(self) -> tuple[str, int, str] | None:
        """Return lesson id, 1-based stop and title of where to go on; None at the first start and when all is done."""
        found = course.to_continue(self.library, self.log)
        if found is None:
            return None
        entry, run = found
        return entry.id, course.next_stop(self.library, entry.id, run), entry.title

    # --- in a lesson -----------------------------------------------------------------------------

    def open(self, lesson_id: str, seed: int | None = None) -> View:
        """Open a lesson where it was left: same stop, seed, draft and hints. A finished one can be read again.

        A seed (0 to 9999) other than that of the run begins a new run.

        Raises:
            PackError: The lesson's file is wrong.
            UsageError: The seed is out of range.
        """
        if seed is not None and not 0 <= seed < SEEDS:
            raise UsageError(f"the seed {seed} is not between 0 and {SEEDS - 1}")
        lesson = self.library.lesson(lesson_id)
        run = self.log.run(self.library.pack.id, lesson.id)
        self._walk = Walk.replay(cut(lesson), run)
        self._drawn, self._answered = None, None
        if not run or (seed is not None and seed != self._walk.seed):
            self._record(EventKind.OPENED, seed=self._next_seed() if seed is None else seed)
        elif self._walk.current is None and self._walk.skipped:
            self._record(EventKind.RESUMED)
        self._draft = self.log.draft(self.library.pack.id, lesson.id)
        return self.view()

    @property
    def lesson(self) -> Lesson:
        """The open lesson."""
        return self._here.course.lesson

    @property
    def _here(self) -> Walk:
        if self._walk is None:
            raise RuntimeError("no lesson is open")
        return self._walk

    @property
    def values(self) -> Values | None:
        """The numbers of the lesson for the seed (this loads NumPy); None when the lesson has no scene."""
        return self._numbers.values

    @property
    def _numbers(self) -> Numbers:
        if self._drawn is None or self._drawn.seed != self._here.seed:
            self._drawn = Numbers(self.lesson.scene, self._here.seed)
        return self._drawn

    def view(self) -> View:
        """Return what is to be shown now. NumPy is loaded only when a text or a nudge column needs a number."""
        walk = self._here
        stop, wants = walk.current, self._wants()
        asked = self._asked(stop).shown(self._numbers.fill) if stop and wants is Wants.ANSWER else None
        opened = walk.standing(stop.id).hints if stop and asked else 0
        return View(
            lesson=self.lesson,
            seed=walk.seed,
            shown=shown.shown(walk, self._numbers.fill, self._numbers.column),
            wants=wants,
            question=asked,
            hints=asked.hints[:opened] if asked else (),
            hints_total=len(asked.hints) if asked else 0,
            draft=self._draft[1] if stop and asked and self._draft[0] == stop.id else "",
            stop=shown.stop_number(walk.course, walk),
            stops=len(walk.course.stops),
            saving=self.log.saving,
            saving_problem=self.log.saving_problem,
            may_reveal=asked is not None and opened >= len(asked.hints),
        )

    def advance(self) -> View:
        """Go on to the next stop. At a nudge column, measure the next row; at an open question, nothing happens."""
        wants, stop = self._wants(), self._here.current
        if wants is Wants.NUDGE:
            return self.nudge()
        if wants is Wants.GO_ON and stop is not None:
            self._leave(EventKind.ADVANCED, stop)
        return self.view()

    def skip(self) -> View:
        """Leave the open question or nudge column for now; the lesson comes back to it when it is opened again."""
        stop = self._here.current
        if stop is not None and self._wants() in {Wants.ANSWER, Wants.NUDGE}:
            self._leave(EventKind.SKIPPED, stop)
        return self.view()

    def hint(self) -> View:
        """Open the next hint of the open question."""
        view, stop = self.view(), self._here.current
        if stop is not None and len(view.hints) < view.hints_total:
            self._record(EventKind.HINTED, stop)
        return self.view()

    def reveal(self) -> View:
        """Show the answer, after the last hint; it is not a pass."""
        stop = self._here.current
        if stop is not None and self.view().may_reveal:
            self._record(
                EventKind.REVEALED, stop, text=right_text(self._asked(stop), self.lesson.scene, self._here.seed)
            )
        return self.view()

    def another(self) -> View:
        """Draw other numbers: the current stop is open again; a finished lesson begins again."""
        stop = self._here.current
        if stop is None:
            self._record(EventKind.OPENED, seed=self._next_seed())
        else:
            self._record(EventKind.REDRAWN, stop, seed=self._next_seed())
        return self.view()

    def nudge(self) -> View:
        """Measure the next row of the open nudge column."""
        stop = self._here.current
        if stop is not None and self._wants() is Wants.NUDGE:
            self._record(EventKind.MEASURED, stop)
        return self.view()

    def keep_draft(self, text: str) -> None:
        """Keep what is typed and not yet answered; it is there again after the terminal died."""
        stop = self._here.current
        draft = (stop.id if stop else "", storable(text))
        if draft != self._draft and (text or self._draft[1]):
            self._draft = draft
            self.log.append(draft=(self.library.pack.id, self.lesson.id, *draft))

    def reading(self, text: str) -> Reading:
        """Return how a text is read as an answer to the open question; empty when nothing is asked."""
        stop = self._here.current
        if stop is None or self._wants() is not Wants.ANSWER or not text.strip():
            return Reading()
        from bptutor.grading.reading import reading

        found = reading(self._asked(stop).graded, self.lesson.scene, text)
        return Reading(found.read_as, found.fits, found.problem, found.column, found.help)

    async def submit(self, text: str) -> Outcome:
        """Grade an answer and write it down before it is shown; unreadable text is no attempt.

        A verdict that comes when the learner has moved on is dropped: the view is of where the learner is.
        """
        stop, seed = self._here.current, self._here.seed
        if stop is None or self._wants() is not Wants.ANSWER:
            raise RuntimeError("nothing is asked")
        asked = self._asked(stop)
        known = tries.earlier(self._here, self.lesson.scene)
        verdict = await self.grader.grade(asked.graded, self.lesson.scene, asked.for_grading(text), seed, known)
        verdict = tries.repeated(verdict, text, self._here.standing(stop.id), seed)
        if asked.order and verdict.read_as is not None:
            verdict = replace(verdict, read_as=text.strip())
        moved_on = self._here.current is not stop or self._here.seed != seed or self._wants() is not Wants.ANSWER
        if verdict.mark is not Mark.UNREADABLE and not moved_on:
            self._record_answer(stop, text, verdict)
            self._answered = stop.id, seed
        return Outcome(verdict, self.view())

    async def proof(self) -> Verdict | None:
        """Return the verdict on the last answer with its proof, once it is there; None when there is none.

        A proof that disagrees with the probes (mark `undecided`) takes nothing back: it is written down as a defect.
        """
        answered = self._answered
        verdict = await self.grader.proof() if answered else None
        if verdict is None or answered is None or self._answered != answered:
            return None
        self._answered = None
        stop = self._here.course.stops[self._here.course.index(answered[0])]
        self._record(EventKind.PROVED, stop, mark=verdict.mark.value, proof=verdict.proof.value, findings=verdict.rules)
        return verdict

    async def close(self) -> None:
        """End the grader and close the record; the session is not used after it."""
        await self.grader.close()
        self.log.close()

    # --- inside ----------------------------------------------------------------------------------

    def _wants(self) -> Wants:
        return shown.wants(self._here, self._numbers.column)

    def _asked(self, stop: Stop) -> Asked:
        if stop.question is None:
            raise RuntimeError(f"nothing is asked at {stop.id}")
        return Asked.of(stop.question, self._here.seed)

    def _next_seed(self) -> int:
        """Draw the next seed of this learner for this lesson; never the one in use."""
        pack, lesson = self.library.pack.id, self.lesson.id
        draw = self.log.draws(pack, lesson)
        seed = seed_of(pack, lesson, self.learner, draw)
        return seed if not draw or seed != self._here.seed else (seed + 1) % SEEDS

    def _event(self, kind: EventKind, stop: Stop | None = None, **more: object) -> Event:
        """Return an event of the open lesson; `more` are fields of `Event`."""
        question = stop.question if stop else None
        base = Event(
            kind,
            self.lesson.id,
            self.library.pack.id,
            stop.id if stop else "",
            self._here.seed,
            skills=(question.skills or self.lesson.skills) if question else (),
            question=question.kind.value if question else "",
            learner=self.learner,
        )
        return replace(base, **more)  # type: ignore[arg-type]  # the fields are checked where events are read

    def _record(self, kind: EventKind, stop: Stop | None = None, **more: object) -> None:
        self._write(self._event(kind, stop, **more))

    def _record_answer(self, stop: Stop, text: str, verdict: Verdict) -> None:
        standing = self._here.standing(stop.id)
        text = storable(text)
        self._draft = (stop.id, "" if verdict.right else text)
        event = self._event(
            EventKind.ANSWERED,
            stop,
            text=text,
            mark=verdict.mark.value,
            proof=verdict.proof.value,
            findings=verdict.rules,
            aided=bool(standing.hints or standing.tries),
            reached=verdict.reached,
            drawn=self._numbers.drawn(),
        )
        self._write(event, draft=(self.library.pack.id, self.lesson.id, *self._draft))

    def _leave(self, kind: EventKind, stop: Stop) -> None:
        events = [self._event(kind, stop)]
        if all(self._here.standing(other.id).left or other is stop for other in self._here.course.stops):
            events.append(self._event(EventKind.FINISHED))
        self._write(*events)

    def _write(self, *events: Event, draft: tuple[str, str, str, str] | None = None) -> None:
        """Write first, then take it into account."""
        self.log.append(*events, draft=draft)
        for event in events:
            self._here.apply(event)
