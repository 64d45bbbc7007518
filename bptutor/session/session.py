"""The session: one learner in one lesson. Every change is an event, written before it is shown."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bptutor.errors import UsageError
from bptutor.grading.verdict import Finding, Mark, Reading, Verdict
from bptutor.packs.model import Lesson
from bptutor.progress.event import Event, EventKind, storable
from bptutor.progress.event_log import Log
from bptutor.progress.help import Helped
from bptutor.session.clock import Clock, utc_now
from bptutor.session.drafts import Drafts
from bptutor.session.event_writer import Writer
from bptutor.session.ids import ROUND
from bptutor.session.learner import Learner
from bptutor.session.protocols import Grader, Library
from bptutor.session.steps import attempts, ending
from bptutor.session.steps.lesson_state import ONCE_MORE, Walk, mixed
from bptutor.session.steps.lesson_steps import Stop
from bptutor.session.steps.scaffolding import easier
from bptutor.session.steps.study_session import Sitting
from bptutor.session.verdict_report import write_case
from bptutor.session.view.lesson_view import ANSWERED
from bptutor.session.view.presenter import Run
from bptutor.session.view.question_view import SEEDS, seed_of
from bptutor.session.view.view_model import Outcome, View, Wants

if TYPE_CHECKING:
    from bptutor.notation.values.evaluate import Values

DISPUTED = "The proof contradicts this verdict: a defect of the tutor, not of your answer."
DRAWS = 20
"""How many seeds are tried for numbers that differ from those on the screen."""


@dataclass(frozen=True)
class _Answered:
    """An answer that counts, and the mark that was shown."""

    run: Run
    stop: Stop
    seed: int
    text: str
    mark: Mark


class Session(Learner):
    """One learner in one lesson, a review or a quiz, with no screen."""

    def __init__(self, library: Library, log: Log, grader: Grader, learner: str = "me", clock: Clock = utc_now) -> None:
        """Open no lesson yet."""
        super().__init__(library, log, clock)
        self.grader = grader
        self.learner = learner
        self._writer = Writer(log, library.pack.id, learner, clock, library.pack.version)
        self._run: Run | None = None
        self._sitting = Sitting()
        self._drafts = Drafts(log, library.pack.id, "")
        self._answered: _Answered | None = None
        """The answer whose proof was not asked for yet."""
        self._proving: asyncio.Future[Verdict | None] | None = None

    # --- in a lesson -----------------------------------------------------------------------------

    def open(self, lesson_id: str, seed: int | None = None) -> View:
        """Open a lesson where it was left: same stop, seed, draft and hints. A finished one can be read again.

        A seed (0 to 9999) other than that of the run begins a new run. An id such as `~review`, `~warm-up` or
        `~quiz/ID` opens a review or a quiz: it goes on where it was left, or begins.

        Raises:
            PackError: The lesson's file is wrong.
            UsageError: The seed is out of range.
        """
        if seed is not None and not 0 <= seed < SEEDS:
            raise UsageError(f"the seed {seed} is not between 0 and {SEEDS - 1}")
        self._answered = None
        self._drafts = Drafts(self.log, self.library.pack.id, lesson_id)
        self._sitting = ending.sitting(self.log, self._writer.clock())
        if lesson_id.startswith(ROUND):
            self._open_round(lesson_id, seed)
        else:
            self._open_lesson(self.library.lesson(lesson_id), seed)
        return self.view()

    def _open_lesson(self, lesson: Lesson, seed: int | None) -> None:
        run = self.log.run(self.library.pack.id, lesson.id)
        self._run = Run(Walk.replay(self.rounds.cut(lesson), run))
        self._drafts.rename(self._here.course.today)
        if not run or (seed is not None and seed != self._here.seed):
            self._begin(seed)
        elif self._here.current is None and self._here.skipped:
            self._record(EventKind.RESUMED)
        elif self._wants() is Wants.REST:
            self.advance()

    def _open_round(self, id_: str, seed: int | None) -> None:
        run = self.log.run(self.library.pack.id, id_)
        if self.rounds.goes_on(id_, run) and seed is None:
            self._run = Run(Walk.replay(self.rounds.course(id_, run[0].items), run))
        else:
            self._run = Run(Walk.replay(self.rounds.course(id_, ()), ()))
            self._begin(seed)

    def _begin(self, seed: int | None = None) -> None:
        """Begin a run: the next meeting with a lesson; of a round, what it asks is chosen now."""
        cut, lesson = self._here.course, self.lesson
        seed = self._seeds(1)[0] if seed is None else seed
        answered = {id_ for id_, one in self._here.at.items() if one.passed in ANSWERED}
        self._drafts.drop(stop for stop in self._drafts.stops if cut.is_round or stop in answered)
        items = self.rounds.choose(lesson.id, seed) if cut.is_round else ()
        opened = self._writer.event(EventKind.OPENED, cut, seed=seed, items=items)
        opened = self._dated(opened)
        if items or not cut.is_round:
            self.log.append(opened)
        cut = self.rounds.course(lesson.id, items) if cut.is_round else self.rounds.cut(lesson)
        self._run = Run(Walk.replay(cut, [opened]))

    @property
    def lesson(self) -> Lesson:
        """The open lesson; of a review or a quiz, what stands for one."""
        return self._here.course.lesson

    @property
    def _looked_at(self) -> Run:
        if self._run is None:
            raise RuntimeError("no lesson is open")
        return self._run

    @property
    def _here(self) -> Walk:
        return self._looked_at.walk

    @property
    def values(self) -> Values | None:
        """The numbers of what is shown (this loads NumPy); None when there is no scene."""
        return self._looked_at.numbers.values

    def values_at(self, seed: int | None) -> Values | None:
        """Return the numbers that an array was shown with (`ShownShow.seed`)."""
        return self.values if seed is None else self._looked_at.at_seed(seed).values

    def view(self) -> View:
        """Return what is to be shown now. NumPy is loaded only when a text or a nudge column needs a number."""
        walk = self._here
        over = walk.current is None and walk.course.is_round
        end = ending.said(walk, self.library, self.rounds) if over else ()
        view = self._looked_at.view(self._drafts, self.log, end)
        return ending.onward(view, self) if view.wants is Wants.FINISHED else view

    def advance(self) -> View:
        """Go on to the next stop. At a nudge column, measure the next row; at an open question, nothing happens."""
        wants, stop = self._wants(), self._here.current
        if wants is Wants.NUDGE:
            return self.nudge()
        if wants in {Wants.GO_ON, Wants.REST} and stop is not None:
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
        """Show the answer, after the last hint; it is not a pass: why it is so is asked next, and it comes back."""
        stop = self._here.current
        if stop is not None and self.view().may_reveal:
            text = self._looked_at.right_text(stop)
            self._record(EventKind.REVEALED, stop, text=text, **self._looked_at.seen(stop, text))
        return self.view()

    def ease(self) -> View:
        """Ask something easier first: the line with a hole, or a question of the same skill that was passed."""
        stop = self._here.current
        sibling = easier(self._here, stop) if stop and self._wants() is Wants.ANSWER else ""
        if stop is not None and sibling:
            seed = mixed(self._here.seed_at(stop), f"easier:{len(self._here.stops)}")
            self._record(EventKind.EASED, stop, text=sibling, seed=seed)
        return self.view()

    def another(self) -> View:
        """Draw other numbers, or the next variant, for what is open; what is finished begins again.

        What was answered keeps its numbers and its answer; an answered question is asked once more beside it. Where
        there are no other numbers nothing changes, and the view says so.
        """
        stop = self._here.current
        if stop is None:
            self._begin()
            return self.view()
        if self._here.course.one_try or stop.wants is Wants.REST:
            return self.view()
        seed = next((seed for seed in self._seeds(DRAWS) if self._looked_at.differs(stop, seed)), None)
        if seed is None:
            return replace(self.view(), same_numbers=True)
        answered = stop.wants is Wants.ANSWER and self._here.standing(stop.id).passed is not None
        self._record(EventKind.REDRAWN, stop, seed=seed, text=ONCE_MORE if answered else "")
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
        if stop is not None:
            self._drafts.keep(stop.id, text)

    def reading(self, text: str) -> Reading:
        """Return how a text is read as an answer to the open question; empty when nothing is asked."""
        stop = self._here.current
        if stop is None or self._wants() is not Wants.ANSWER or not text.strip():
            return Reading()
        from bptutor.grading.grade import preview

        walk, here = self._here, self._looked_at
        return preview(here.asked(stop).graded, here.base_scene(stop), text, walk.seed_at(stop))

    async def submit(self, text: str) -> Outcome:
        """Grade an answer and write it down before it is shown; unreadable text is no attempt.

        A verdict that comes when the learner has moved on is dropped: the view is of where the learner is.
        """
        stop, seed = self._here.current, self._here.seed_at(self._here.current)
        if stop is None or self._wants() is not Wants.ANSWER:
            raise RuntimeError("nothing is asked")
        asked = self._looked_at.asked(stop)
        scene = self._looked_at.base_scene(stop)
        known = {} if self._here.alone(stop) else attempts.earlier(self._here, scene)
        verdict = await self.grader.grade(asked.graded, scene, asked.for_grading(text), seed, known)
        verdict = attempts.repeated(verdict, text, self._here.standing(stop.id), seed)
        if asked.order and verdict.read_as is not None:
            verdict = replace(verdict, read_as=text.strip())
        now = self._here.current
        moved_on = now is not stop or self._here.seed_at(now) != seed or self._wants() is not Wants.ANSWER
        if verdict.mark is not Mark.UNREADABLE and not moved_on:
            self._record_answer(stop, text, verdict)
            self._answered = _Answered(self._looked_at, stop, seed, text, verdict.mark)
        return Outcome(verdict, self.view())

    async def proof(self) -> Verdict | None:
        """Return the verdict on the last answer with its proof, once it is there; None when there is none.

        A proof that contradicts the verdict (mark `undecided`) takes nothing back: the record has it as disputed, and
        the case is written to a file, which the finding names.
        """
        answered, self._answered = self._answered, None
        if answered is None:
            return None
        self._proving = asyncio.ensure_future(self._proved(answered))
        return await asyncio.shield(self._proving)  # it is written down though nobody waits for it any more

    async def _proved(self, answered: _Answered) -> Verdict | None:
        verdict = await self.grader.proof()
        if verdict is None:
            return None
        run, stop, seed = answered.run, answered.stop, answered.seed
        events = [self._writer.proof(run.walk.course, stop, seed, verdict)]
        if verdict.mark is Mark.UNDECIDED:
            asked = run.asked(stop)
            case = asked.graded, asked.for_grading(answered.text), seed
            said = {"mark": answered.mark.value, "proof": verdict.proof.value}
            where = write_case(case, run.base_scene(stop), said)
            events.append(self._writer.disputed(run.walk.course, stop, seed, verdict, where))
            verdict = replace(verdict, findings=(Finding("disagreement", f"{DISPUTED} {where}"),))
        for event in map(self._dated, events):
            self.log.append(event)
            run.walk.apply(event)
            self._sitting.apply(event)
        return verdict

    async def close(self) -> None:
        """End the grader and close the record; the session is not used after it."""
        await self.grader.close()
        self.log.close()

    # --- inside ----------------------------------------------------------------------------------

    def _wants(self) -> Wants:
        return self._looked_at.wants()

    def _seeds(self, count: int) -> list[int]:
        """Return the next seeds of this learner for this lesson; none of them is the one in use."""
        draw = self.log.draws(self.library.pack.id, self.lesson.id)
        in_use = self._here.seed_at(self._here.current) if draw else -1
        found = (seed_of(self.library.pack.id, self.lesson.id, self.learner, draw + n) for n in range(count))
        return [seed if seed != in_use else (seed + 1) % SEEDS for seed in found]

    def _event(self, kind: EventKind, stop: Stop | None = None, **more: object) -> Event:
        kept: dict[str, object] = {"seed": self._here.seed_at(stop), "key": self._looked_at.key(stop) if stop else ()}
        return self._writer.event(kind, self._here.course, stop, **{**kept, **more})

    def _record(self, kind: EventKind, stop: Stop | None = None, **more: object) -> None:
        self._write(self._event(kind, stop, **more))

    def _record_answer(self, stop: Stop, text: str, verdict: Verdict) -> None:
        text = storable(text)
        here = self._looked_at
        kept = {"drawn": here.numbers.drawn(), "key": here.key(stop), **here.seen(stop, text)}
        event = self._writer.answer(here.walk, stop, text, verdict, **kept)
        event = replace(event, aided=event.aided or self._tried_before(stop))
        over = verdict.right or (self._here.course.one_try and verdict.mark is Mark.WRONG)
        self._write(event, draft=self._drafts.set(stop.id, "" if over else text))
        if self._here.course.quiet and self._here.standing(stop.id).passed is not None:
            self._leave(EventKind.ADVANCED, stop)

    def _tried_before(self, stop: Stop) -> bool:
        """Return whether there was help or a wrong try at what a stop asks: in this run, or anywhere today."""
        pack, day = self.library.pack.id, self.rounds.day.date
        todays = self.rounds.events_today()
        known = {event.id for event in todays}
        before = [event for event in self.log.run(pack, self.lesson.id) if event.id not in known]
        return any(Helped([*before, *todays]).at(pack, self.lesson.id, stop.id, day))

    def _dated(self, event: Event) -> Event:
        """Return an event with the learner's day that it belongs to."""
        day = self.rounds.day
        return replace(event, day=day.date, offset=day.offset)

    def _leave(self, kind: EventKind, stop: Stop) -> None:
        """Leave a stop; with the last one the lesson is finished, unless a sitting ends here with a recall."""
        events = [self._event(kind, stop)]
        events += ending.pause(self._here, self._sitting, stop, self._event, events[0])
        open_ = [other for other in self._here.stops if other is not stop and not self._here.standing(other.id).left]
        if not open_ and not any(event.text for event in events[1:]):
            events.append(self._event(EventKind.FINISHED, mark=ending.mark(self._here, self.library)))
        self._write(*events)

    def _write(self, *events: Event, draft: tuple[str, str, str, str] | None = None) -> None:
        """Write first, then take it into account."""
        dated = [self._dated(event) for event in events]
        self.log.append(*dated, draft=draft)
        for event in dated:
            self._here.apply(event)
            self._sitting.apply(event)
