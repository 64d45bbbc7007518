"""One lesson: what is typed, graded and asked for by key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.app import SuspendNotSupported
from textual.widgets import Input

from bptutor.errors import UsageError
from bptutor.grading.verdict import Mark, Reading, Verdict
from bptutor.packs.lesson.outline import LessonEntry
from bptutor.packs.model import Question
from bptutor.packs.question_types import of
from bptutor.session import FIXED, WARM_UP, Outcome, Session, View, Wants
from bptutor.session.order import code_ahead
from bptutor.session.verdict_report import write_case
from bptutor.tui import keys
from bptutor.tui.render import notices
from bptutor.tui.render.prompt import Typed
from bptutor.tui.render.verdicts import Judged, said_of
from bptutor.tui.screens.navigation import Rooms
from bptutor.tui.screens.typing import TypingScreen
from bptutor.tui.widgets.answer_bar import AnswerBar
from bptutor.tui.widgets.dock import Dock, Said
from bptutor.tui.widgets.face_pane import FacePane, Numbers
from bptutor.tui.widgets.steps import Steps

if TYPE_CHECKING:
    from bptutor.packs.scene.scene import Scene

_TEST_OUT = "Nothing was marked as done; each chapter's quiz does that when it is passed."

NO_FACE = "There is no other face here yet: nothing is derived above, and there are no numbers."


class LessonScreen(TypingScreen):
    """Drives one session: one message up, one view down."""

    BINDINGS = keys.LESSON
    CSS_PATH = "../styles/lesson.tcss"

    def __init__(self, session: Session, rooms: Rooms, entry: LessonEntry, seed: int | None = None) -> None:
        """Open a lesson; see `ViewScreen`."""
        super().__init__(session, rooms, entry, seed)
        self._turn = 0
        """Counts what the learner did; a verdict that belongs to an earlier turn is dropped."""
        self._case: tuple[Question, str, int] | None = None
        self._asked_in: Scene | None = None
        """The scene of the last case."""

    # --- typing and answering ------------------------------------------------------------------------

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """Show how the text is read while it is typed; what was said of another text goes with the first key."""
        if self._view is None or self._typed.grading:
            return
        known = self._typed
        reading = self._session.reading(event.value) if event.value.strip() else Reading()
        if event.value == known.text:  # put there by the screen: what was said stands
            self._typed = replace(known, reading=reading)
        else:
            self._typed = Typed(event.value, reading)
        self.query_one(Dock).echo(self._view, self._typed, self._setting)

    @on(AnswerBar.Cut)
    def too_long(self, event: AnswerBar.Cut) -> None:
        """Say that a pasted text was not taken."""
        most = f"an answer has {event.most:,} at most"
        self._notice(f"The text has {event.length:,} characters; {most}. Nothing was taken.")

    @on(AnswerBar.Onward)
    def onward(self) -> None:
        """Move the focus to what is said where it is scrolled, to numbers that are open, else to the steps."""
        numbers, said = self.query_one(Numbers), self.query_one(Said)
        if said.can_focus:
            said.focus()
            return
        opened = self.query_one(FacePane).display and numbers.display
        (numbers if opened else self.query_one(Steps)).focus()

    @on(FacePane.Chosen)
    def tab_clicked(self, event: FacePane.Chosen) -> None:
        """Open the face whose tab was clicked."""
        self._face = event.face
        self._show_face(opened=False)

    @on(Input.Submitted)
    def answered(self, event: Input.Submitted) -> None:
        """Grade what was typed."""
        self._hand_in(event.value)

    @on(AnswerBar.Typed)
    def program_typed(self, event: AnswerBar.Typed) -> None:
        """Keep what is typed in the editor; what was said of the last run stays beside it, and is called so."""
        known = self._typed
        if known.grading or self._view is None or event.text == known.text:
            return
        self._typed = Typed(event.text, judged=known.judged, judged_text=known.judged_text)
        self.query_one(Dock).echo(self._view, self._typed, self._setting)

    @on(AnswerBar.Program)
    def program_handed_in(self, event: AnswerBar.Program) -> None:
        """Run and grade what stands in the editor."""
        self._hand_in(event.text)

    @on(AnswerBar.Elsewhere)
    def program_elsewhere(self, event: AnswerBar.Elsewhere) -> None:
        """Open the program in the learner's own editor, and take back what is saved."""
        from bptutor.session.editing import edited

        editor = self.query_one(Dock).editor
        if editor is None:
            return
        try:
            with self.app.suspend():
                text = edited(event.text.rstrip() + "\n")
        except UsageError as problem:
            self._notice(f"{problem.message}. {problem.help}".strip())
        except SuspendNotSupported:
            self._notice("This terminal cannot be lent to another editor.")
        else:
            editor.take(text.rstrip("\n"))

    def _hand_in(self, text: str) -> None:
        if self._typed.grading or self._view is None:
            return
        if not text.strip():
            self._notice(notices.nothing_typed(self._view))
            return
        self._typed = Typed(text, grading=True)
        self.query_one(Dock).echo(self._view, self._typed, self._setting)
        self.grade_in(self.run_worker(self._grade(text), group="grade"))

    async def _grade(self, text: str) -> None:
        view, turn = self._view, self._turn
        if view is None or view.question is None:
            return
        question = view.question
        outcome = await self._session.submit(text)
        if turn != self._turn:
            return
        self._case, self._asked_in = (question, text, view.seed), view.scene
        if question.code is None:  # a program is no line to bring back
            self._answers.append(text)
        right = outcome.verdict.right
        proof = asyncio.ensure_future(self._session.proof()) if right else None
        if outcome.view.quiet and outcome.verdict.mark in {Mark.RIGHT, Mark.RIGHT_FROM_EARLIER, Mark.WRONG}:
            await self._move(outcome.view)
            return
        judged = Judged(outcome.verdict, waiting=right)
        await self._judge(outcome, judged, text)
        if proof is not None:
            await self._prove(proof, turn)

    async def _judge(self, outcome: Outcome, judged: Judged, text: str) -> None:
        self._typed = Typed(text)
        await self.show(outcome.view, judged, text)
        if outcome.view.wants is Wants.ANSWER:
            stands = judged.verdict.right  # a line of a blank page: the next one begins with an empty bar
            if stands:
                self.query_one(AnswerBar).clear()
            self._typed = Typed("" if stands else text, Reading(), judged, text)
            self.query_one(Dock).show(outcome.view, self._typed, self._setting)
            if outcome.verdict.right or (outcome.view.question and of(outcome.view.question).pointing):
                self.query_one(AnswerBar).action_select_all()  # what is typed next takes its place

    async def _prove(self, proof: asyncio.Future[Verdict | None], turn: int) -> None:
        """Add the badge when the proof comes."""
        verdict = await proof
        if verdict is None or self._view is None:
            return
        if verdict.mark is Mark.UNDECIDED:
            self.app.notify(verdict.findings[0].message, severity="error", timeout=15)
        if turn == self._turn and self._typed.judged is not None:
            judged = Judged(verdict if verdict.right else self._typed.judged.verdict)
            self._typed = replace(self._typed, judged=judged)
            self.query_one(Dock).show(self._view, self._typed, self._setting)
        await self._steps_anew()

    def _notice(self, text: str) -> None:
        if self._view is None:
            return
        self._typed = replace(self._typed, notice=text)
        self.query_one(Dock).show(self._view, self._typed, self._setting)

    def _say_briefly(self, text: str) -> None:
        """Say something under the answer line, or where there is none, in a corner."""
        if self._view is not None and self._view.wants is Wants.ANSWER and self._view.question is not None:
            self._notice(text)
        else:
            self.app.notify(text)

    # --- the keys ------------------------------------------------------------------------------------

    async def _move(self, view: View) -> None:
        self._turn += 1
        await self.show(view)

    async def action_go_on(self) -> None:
        """Show what comes next; at the end, open it."""
        if self._view is None:
            return
        if self._view.wants is Wants.FINISHED:
            self._rooms.next_lesson(self._entry.id)
        elif self._view.wants is not Wants.ANSWER:
            await self._move(self._session.advance())

    async def action_at_rest(self, action: str) -> None:
        """Do what a letter stands for, at a rest or at the end; elsewhere letters belong to answers."""
        if self._view is not None and self._view.wants in {Wants.REST, Wants.FINISHED}:
            await self.run_action(action)

    async def action_measure(self) -> None:
        """Measure the next row of a nudge column."""
        if self._view is not None and self._view.wants is Wants.NUDGE:
            await self._move(self._session.nudge())

    async def action_hint(self) -> None:
        """Open the next hint."""
        if not self._refused(notices.no_hint):
            await self.show(self._session.hint())

    async def action_reveal(self) -> None:
        """Show the answer, after the last hint."""
        if not self._refused(notices.no_reveal):
            await self._move(self._session.reveal())

    async def action_ease(self) -> None:
        """Ask something easier first."""
        if not self._refused(notices.no_easier):
            await self._move(self._session.ease())

    def _refused(self, why_not: Callable[[View], str]) -> bool:
        """Return whether a key does nothing to the open question, and say why; else what is typed is kept first."""
        view = self._view
        if view is None or view.wants is not Wants.ANSWER:
            return True
        if said := why_not(view):
            self._notice(said)
            return True
        self.keep_draft()
        return False

    async def action_another(self) -> None:
        """Draw other numbers for what is open; what is typed stays."""
        if self._view is None:
            return
        if said := notices.no_others(self._view):
            self._notice(said)
            return
        self.keep_draft()
        found = self._session.another()
        if found.same_numbers:
            self._notice(FIXED)
            return
        await self._move(found)

    async def action_skip(self) -> None:
        """Leave the question for now."""
        if self._view is not None and self._view.wants in {Wants.ANSWER, Wants.NUDGE}:
            self.keep_draft()
            await self._move(self._session.skip())

    def action_face(self) -> None:
        """Open the next face that there is; after the last, none."""
        if self._view is None:
            return
        self._setting.values = self._session.values
        found = self._faces(self._view)
        if not found.names:
            self._say_briefly(NO_FACE)
            return
        self._face = found.after(self._face)
        self._show_face(opened=False)
        self.query_one(Steps).call_after_refresh(self.query_one(Steps).to_newest)

    def action_scroll(self, pages: int) -> None:
        """Scroll the steps by pages."""
        if self._view is not None:
            steps = self.query_one(Steps)
            steps.scroll_relative(y=pages * max(1, steps.size.height - 2), animate=False)

    def action_report(self) -> None:
        """Write the last case to a file."""
        if self._case is None or self._view is None:
            self.app.notify("There is no verdict to report yet.")
            return
        judged = self._typed.judged
        self.app.notify(write_case(self._case, self._asked_in, said_of(judged.verdict) if judged else None))

    def action_copy(self) -> None:
        """Copy the open face, or the last line."""
        if self._view is None:
            return
        text = self._faces(self._view).source(self._face or "index")
        if text:
            self.app.copy_to_clipboard(text)
        self.app.notify(f"Copied: {text}" if text else "There is nothing to copy here.")

    def action_leave(self) -> None:
        """Go to the course map; from what is due before a lesson, to the lesson."""
        self.keep_draft()
        if self._entry.id == WARM_UP:
            self._rooms.next_lesson(WARM_UP)
            return
        self.action_map()

    def action_map(self) -> None:
        """Go to the course map."""
        self.keep_draft()
        self._rooms.show_map(self._entry.id)

    def action_search(self) -> None:
        """Go to the course map and search it."""
        self.keep_draft()
        self._rooms.show_map(self._entry.id, searching=True)

    def action_test_out(self) -> None:
        """At the end of a lesson, stand on the chapter on code; nothing is marked as done."""
        ahead = code_ahead(self._session.library, self._entry.id)
        if self._view is not None and self._view.wants is Wants.FINISHED and ahead is not None:
            self._rooms.show_map(ahead.id, said=f"Here begins {self._view.code_ahead}: enter opens it. {_TEST_OUT}")
