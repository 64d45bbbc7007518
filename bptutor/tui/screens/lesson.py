"""One lesson: steps above, a face beside or below them, the answer line at the foot."""

from __future__ import annotations

import asyncio
import importlib
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Input, Static

from bptutor.errors import BptutorError
from bptutor.packs.model import LessonEntry, Question
from bptutor.session import Outcome, Reading, Session, ShownDerivation, ShownShow, View, Wants
from bptutor.tui import keys
from bptutor.tui.render.asking import Typed
from bptutor.tui.render.faces import Face
from bptutor.tui.render.flow import Flow
from bptutor.tui.render.formulas import Typesetter
from bptutor.tui.render.headings import keys_row, path_row, title_row
from bptutor.tui.render.steps import Setting
from bptutor.tui.render.verdicts import PROOF_WORDS, Judged
from bptutor.tui.screens.case import write_case
from bptutor.tui.screens.rooms import Rooms
from bptutor.tui.widgets.answer_bar import AnswerBar
from bptutor.tui.widgets.dock import Dock
from bptutor.tui.widgets.face_pane import NAMES, FacePane, Numbers
from bptutor.tui.widgets.steps import Steps

TALL = 30
"""Rows from which derivations stand in two dimensions."""
NOTHING_TYPED = "Nothing is typed yet. F2 opens a hint, F1 shows how answers are spelled."


class LessonScreen(Screen[None]):
    """Drives one session; `show` is the only method that touches steps, feedback and prompt."""

    BINDINGS = keys.LESSON
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-narrow"), (110, "-wide")]
    AUTO_FOCUS = ""

    def __init__(self, session: Session, rooms: Rooms, entry: LessonEntry, seed: int | None = None) -> None:
        """Open a lesson.

        Args:
            session: Opens, grades and records.
            rooms: Opens other rooms.
            entry: The lesson, from the light index.
            seed: 0 to 9999; None for where the learner stopped.
        """
        super().__init__(id="lesson")
        self._session = session
        self._rooms = rooms
        self._entry = entry
        self._seed = seed
        self._view: View | None = None
        self._setting = Setting(Typesetter(None))
        self._typed = Typed()
        self._face = ""
        """The open face; empty while none is open."""
        self._turn = 0
        """Counts what the learner did; a verdict that belongs to an earlier turn is dropped."""
        self._answers: list[str] = []
        self._case: tuple[Question, str, int] | None = None

    # --- opening -----------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Paint the title first; the rest is mounted after it stands on the screen."""
        yield Static(Content.styled(self._entry.title, "bold") + Content("   opening …"), id="title")

    def on_mount(self) -> None:
        """Open the lesson after the first paint."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.run_worker(self._open(), group="open")

    async def _open(self) -> None:
        # NumPy is loaded in a thread, so that keys are taken meanwhile; the session itself changes on the loop only.
        await asyncio.to_thread(importlib.import_module, "numpy")
        try:
            view = self._session.open(self._entry.id, self._seed)
        except BptutorError as problem:
            await self._cannot_open(str(problem))
            return
        self._setting = Setting(
            Typesetter(view.lesson.scene.scope if view.lesson.scene else None), self._session.library.pack.rules
        )
        await self.mount(
            Static(id="banner"),
            Static(id="path"),
            Container(Steps(id="steps"), FacePane(id="face"), id="body"),
            Dock(id="dock"),
            Static(id="keys"),
        )
        await self.show(view)

    async def _cannot_open(self, problem: str) -> None:
        self.query_one("#title", Static).update(Content.styled(f"{self._entry.title}: this lesson cannot be opened"))
        foot = Content("\n\nThe other lessons are not touched by this. ") + keys_row((), 60, always=(("esc", "map"),))
        await self.mount(Static(Content(problem) + foot, id="problem"))

    # --- showing -----------------------------------------------------------------------------------

    async def show(self, view: View, judged: Judged | None = None, text: str = "") -> None:
        """Put a view on the screen, with what was said of an answer.

        Args:
            view: What the session says.
            judged: The verdict on the answer that led here, if one did.
            text: That answer.
        """
        asked_before = self._view.question.id if self._view and self._view.question else None
        same_seed = self._view is not None and self._view.seed == view.seed
        self._view = view
        self._setting.tall = self.app.size.height >= TALL
        if any(isinstance(shown, ShownShow) for shown in view.shown):
            self._setting.values = self._session.values
        same = view.question is not None and view.question.id == asked_before and same_seed
        kept = self._typed if same and judged is None else Typed(view.draft, judged=judged, judged_text=text)
        self._typed = kept
        self._head(view)
        await self.query_one(Steps).show(view, self._setting)
        self._show_face(opened=not same)
        dock = self.query_one(Dock)
        dock.show(view, self._typed, self._setting)
        if view.wants is Wants.ANSWER:
            if not same:
                dock.bar.ask(view.draft, self._names(), [*self._answers, self._line_above()])
            dock.bar.focus()
        elif not isinstance(self.focused, Numbers):
            self.query_one(Steps).focus()

    def _head(self, view: View) -> None:
        self.query_one("#title", Static).update(Flow(lambda width: title_row(view, width)))
        path = self.query_one("#path", Static)
        path.display = bool(view.lesson.path)
        path.update(path_row(view))
        banner = self.query_one("#banner", Static)
        banner.display = not view.saving
        why = f": {view.saving_problem}" if view.saving_problem else ""
        banner.update(Content(f"⚠ Nothing is saved{why}. You can go on; this sitting will be forgotten."))
        pairs = _KEYS[view.wants]
        if view.may_reveal and view.wants is Wants.ANSWER:
            pairs = tuple(("F4", "reveal") if pair[0] == "F2" else pair for pair in pairs)
        self.query_one("#keys", Static).update(Flow(lambda width: [keys_row(pairs, width)]))

    def _names(self) -> list[str]:
        view, scope = self._view, self._setting.setter.scope
        if view and view.question and view.question.names:
            return list(view.question.names)
        return [*scope.names, *scope.alias, *scope.functions]

    def _line_above(self) -> str:
        """Return the last line of the derivation that stands, which an answer is often made from."""
        last = self._view.shown[-1] if self._view and self._view.shown else None
        if isinstance(last, ShownDerivation) and len(last.lines) > 1:
            return last.lines[-2][0].math
        return ""

    def _show_face(self, opened: bool) -> None:
        """Show the face pane: the one the author chose when a question opens, else the one the learner opened."""
        view = self._view
        if view is None:
            return
        if opened and view.question is not None and view.question.show:
            self._face = view.question.show
        pane = self.query_one(FacePane)
        pane.display = bool(self._face)
        if self._face:
            self._setting.values = self._session.values
            pane.show(Face(view.shown, self._setting), self._face)

    async def on_resize(self, event: Resize) -> None:
        """Set formulas anew when the screen becomes high or low."""
        if self._view is not None and self._setting.tall != (self.app.size.height >= TALL):
            self._setting.tall = not self._setting.tall
            await self.query_one(Steps).show(self._view, self._setting)
            self.query_one(Dock).show(self._view, self._typed, self._setting)

    # --- typing and answering ------------------------------------------------------------------------

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """Show how the text is read while it is typed."""
        if self._view is None or self._typed.grading:
            return
        known = self._typed
        reading = self._session.reading(event.value) if event.value.strip() else Reading()
        self._typed = Typed(event.value, reading, known.judged, known.judged_text)
        self.query_one(Dock).echo(self._view, self._typed, self._setting)

    @on(AnswerBar.Cut)
    def too_long(self, event: AnswerBar.Cut) -> None:
        """Say that a pasted text was not taken."""
        self._notice(
            f"The pasted text has {event.length:,} characters; an answer has 4,000 at most. Nothing was taken."
        )

    @on(AnswerBar.Onward)
    def onward(self) -> None:
        """Move the focus to the numbers when they are open, else to the steps."""
        numbers = self.query_one(Numbers)
        (numbers if numbers.display and self._face else self.query_one(Steps)).focus()

    @on(Input.Submitted)
    def answered(self, event: Input.Submitted) -> None:
        """Grade what was typed."""
        text = event.value.strip()
        if self._typed.grading or self._view is None:
            return
        if not text:
            self._notice(NOTHING_TYPED)
            return
        self._typed = Typed(event.value, grading=True)
        self.query_one(Dock).echo(self._view, self._typed, self._setting)
        self.run_worker(self._grade(event.value), group="grade")

    async def _grade(self, text: str) -> None:
        view, turn = self._view, self._turn
        if view is None or view.question is None:
            return
        question = view.question
        outcome = await self._session.submit(text)
        if turn != self._turn:
            return
        self._case = (question, text, view.seed)
        self._answers.append(text)
        right = outcome.verdict.right
        judged = Judged(outcome.verdict, waiting=right)
        if right:
            self._setting.proofs[question.id] = ""
        await self._judge(outcome, judged, text)
        if right:
            await self._prove(question.id, turn)

    async def _judge(self, outcome: Outcome, judged: Judged, text: str) -> None:
        self._typed = Typed(text)
        await self.show(outcome.view, judged, text)
        if outcome.view.wants is Wants.ANSWER:
            self._typed = Typed(text, Reading(), judged, text)
            self.query_one(Dock).show(outcome.view, self._typed, self._setting)

    async def _prove(self, question: str, turn: int) -> None:
        """Add the badge when the proof comes."""
        verdict = await self._session.proof()
        if verdict is None or self._view is None:
            return
        self._setting.proofs[question] = PROOF_WORDS[verdict.proof]
        if turn == self._turn and self._typed.judged is not None:
            judged = Judged(verdict if verdict.right else self._typed.judged.verdict)
            self._typed = Typed(self._typed.text, self._typed.reading, judged, self._typed.judged_text)
            self.query_one(Dock).show(self._view, self._typed, self._setting)
        await self.query_one(Steps).show(self._view, self._setting)

    def _notice(self, text: str) -> None:
        if self._view is None:
            return
        known = self._typed
        self._typed = Typed(known.text, known.reading, known.judged, known.judged_text, notice=text)
        self.query_one(Dock).echo(self._view, self._typed, self._setting)

    # --- the keys ------------------------------------------------------------------------------------

    async def _move(self, view: View) -> None:
        self._turn += 1
        await self.show(view)

    async def action_go_on(self) -> None:
        """Show what comes next; at the end of a lesson, stop here."""
        if self._view is None:
            return
        if self._view.wants is Wants.FINISHED:
            self.app.exit()
        elif self._view.wants is not Wants.ANSWER:
            await self._move(self._session.advance())

    async def action_measure(self) -> None:
        """Measure the next row of a nudge column."""
        if self._view is not None and self._view.wants is Wants.NUDGE:
            await self._move(self._session.nudge())

    async def action_hint(self) -> None:
        """Open the next hint."""
        view = self._view
        if view is None or view.wants is not Wants.ANSWER:
            return
        if not view.hints_total:
            self._notice("This question has no hints; F4 reveals the answer.")
        elif len(view.hints) >= view.hints_total:
            self._notice("That was the last hint; F4 reveals the answer.")
        else:
            await self.show(self._session.hint())

    async def action_reveal(self) -> None:
        """Show the answer, after the last hint."""
        view = self._view
        if view is None or view.wants is not Wants.ANSWER:
            return
        if not view.may_reveal:
            left = view.hints_total - len(view.hints)
            self._notice(f"F4 reveals the answer after the last hint; {left} to go (F2).")
            return
        await self._move(self._session.reveal())

    async def action_another(self) -> None:
        """Draw other numbers."""
        if self._view is not None:
            await self._move(self._session.another())

    async def action_skip(self) -> None:
        """Leave the question for now."""
        if self._view is not None and self._view.wants in {Wants.ANSWER, Wants.NUDGE}:
            await self._move(self._session.skip())

    def action_face(self) -> None:
        """Open the next face; after the last, none."""
        if self._view is None:
            return
        order = ("", *NAMES)
        self._face = order[(order.index(self._face) + 1) % len(order)]
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
        self.app.notify(write_case(self._case, self._view.lesson.scene, self._typed.judged))

    def action_copy(self) -> None:
        """Copy the open face, or the last line."""
        if self._view is None:
            return
        text = Face(self._view.shown, self._setting).source(self._face or "index")
        if text:
            self.app.copy_to_clipboard(text)
        self.app.notify(f"Copied: {text}" if text else "There is nothing to copy here.")

    def keep_draft(self) -> None:
        """Keep what is typed, before this screen is left."""
        if self._view is not None and self._view.wants is Wants.ANSWER:
            self._session.keep_draft(self.query_one(Dock).bar.value)

    def action_leave(self) -> None:
        """Go to the course map."""
        self.keep_draft()
        self._rooms.show_map(self._entry.id)

    def action_search(self) -> None:
        """Go to the course map and search it."""
        self.keep_draft()
        self._rooms.show_map(self._entry.id, searching=True)

    def action_next_lesson(self) -> None:
        """At the end of a lesson, go on with the next one."""
        if self._view is not None and self._view.wants is Wants.FINISHED:
            self._rooms.next_lesson(self._entry.id)

    def action_test_out(self) -> None:
        """At the end of a lesson, go to the chapter on code."""
        if self._view is not None and self._view.wants is Wants.FINISHED:
            self._rooms.show_map(self._rooms.first_code_lesson())


_KEYS = {
    Wants.ANSWER: (("enter", "answer"), ("F2", "hint"), ("F3", "faces"), ("F6", "skip"), ("F5", "seed")),
    Wants.GO_ON: (("F3", "faces"), ("F5", "other numbers"), ("pgup", "earlier steps")),
    Wants.NUDGE: (("F3", "faces"), ("F5", "other numbers"), ("F6", "skip")),
    Wants.FINISHED: (("pgup", "read again"), ("F5", "again with other numbers")),
}
