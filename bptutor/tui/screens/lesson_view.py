"""A view of a session on the screen: steps above, a face beside or below them, the answer line at the foot."""

from __future__ import annotations

import asyncio
import importlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from bptutor.errors import BptutorError
from bptutor.grading.verdict import Reading
from bptutor.packs.lesson.outline import LessonEntry
from bptutor.session import Session, ShownDerivation, ShownShow, View, Wants
from bptutor.tui.render.faces import Face
from bptutor.tui.render.flow import Flow
from bptutor.tui.render.footers import footer
from bptutor.tui.render.formulas import Typesetter
from bptutor.tui.render.headings import keys_row, path_row, title_row
from bptutor.tui.render.prompt import Typed
from bptutor.tui.render.steps import Setting
from bptutor.tui.render.verdicts import Judged
from bptutor.tui.screens.navigation import Rooms
from bptutor.tui.screens.page import NeedsScreen
from bptutor.tui.screens.ready import ReadyScreen
from bptutor.tui.widgets.dock import Dock
from bptutor.tui.widgets.face_pane import FacePane, Numbers
from bptutor.tui.widgets.steps import Steps

if TYPE_CHECKING:
    from bptutor.packs.scene.scene import Scene

TALL = 30
"""Rows from which derivations stand in two dimensions."""


class ViewScreen(ReadyScreen[None]):
    """Shows one lesson; `show` is the only method that touches steps, feedback and prompt."""

    AUTO_FOCUS = ""
    AT_ONCE = False

    def __init__(self, session: Session, rooms: Rooms, entry: LessonEntry, seed: int | None = None) -> None:
        """Open a lesson.

        Args:
            session: Opens, grades and records.
            rooms: Opens other rooms.
            entry: The lesson, from the light index.
            seed: 0 to 9999; None for where the learner stopped.
        """
        super().__init__()
        self._session = session
        self._rooms = rooms
        self._entry = entry
        self._seed = seed
        self._view: View | None = None
        self._setting = Setting(Typesetter(None))
        self._scene: Scene | None = None
        """The scene whose names the mathematics is set with."""
        self._typed = Typed()
        self._face = ""
        """The open face; empty while none is open."""
        self._answers: list[str] = []
        self._painting = asyncio.Lock()
        """Held while widgets are mounted: a key that comes meanwhile shows its view after this one, not into it."""

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
        missing = self._session.missing(self._entry.id) if self._seed is None else []
        try:
            view = self._session.open(self._entry.id, self._seed)
        except BptutorError as problem:
            await self._cannot_open(str(problem))
            return
        self._setting = self._set(view.scene)
        if not self.is_attached:  # left before the first paint was over
            return
        with self.app.batch_update():  # nothing half laid out is painted
            await self.mount(
                Static(id="banner"),
                Static(id="path"),
                Container(Steps(id="steps"), FacePane(id="face"), id="body"),
                Dock(id="dock"),
                Static(id="keys"),
            )
            await self.show(view)
        if missing:
            self.app.push_screen(NeedsScreen(view.lesson.title, missing), partial(self._needed, missing[0].id))

    def _needed(self, lesson: str, opens: bool | None) -> None:
        if opens:
            self._rooms.open_lesson(lesson)

    @property
    def scene(self) -> Scene | None:
        """The scene of what is shown."""
        return self._scene

    def _set(self, scene: Scene | None) -> Setting:
        """Set mathematics with the names of a scene."""
        self._scene = scene
        known = self._setting
        library, setter = self._session.library, Typesetter(scene.scope if scene else None)
        return Setting(setter, library.pack.rules, checked=library.checked, tall=known.tall)

    async def _cannot_open(self, problem: str) -> None:
        self.query_one("#title", Static).update(Content.styled(f"{self._entry.title}: this lesson cannot be opened"))
        foot = Content("\n\nThe other lessons are not touched by this. ") + keys_row((), 60, always=(("esc", "map"),))
        await self.mount(Static(Content(problem) + foot, id="problem"))
        self.complete()

    # --- showing -----------------------------------------------------------------------------------

    async def show(self, view: View, judged: Judged | None = None, text: str = "") -> None:
        """Put a view on the screen, with what was said of an answer.

        Args:
            view: What the session says.
            judged: The verdict on the answer that led here, if one did.
            text: That answer.
        """
        async with self._painting:
            await self._paint(view, judged, text)

    async def _paint(self, view: View, judged: Judged | None, text: str) -> None:
        before, self._view = self._view, view
        if view.scene is not self._scene:
            self._setting = self._set(view.scene)
        self._setting.tall = self.app.size.height >= TALL
        seeds = [shown.seed for shown in view.shown if isinstance(shown, ShownShow)]
        if seeds:
            self._setting.values = self._session.values
            self._setting.earlier = {seed: self._session.values_at(seed) for seed in seeds if seed is not None}
        same = _same_question(before, view)
        self._typed = self._still_typed(before, view) if same and judged is None else Typed(view.draft)
        if judged is not None:
            self._typed = replace(self._typed, judged=judged, judged_text=text)
        self._head(view)
        await self.query_one(Steps).show(view, self._setting)
        self._show_face(opened=not same)
        dock = self.query_one(Dock)
        if view.question is not None and not same:
            await dock.ask(view.question, view.draft, self._names(), [*self._answers, self._line_above()])
        dock.show(view, self._typed, self._setting)
        if view.wants is Wants.ANSWER:
            dock.take_focus()
        elif not isinstance(self.focused, Numbers):
            self.query_one(Steps).focus()

    def _still_typed(self, before: View | None, view: View) -> Typed:
        """Return what is typed; what was said of it belongs to the numbers that it was said with."""
        known = self._typed
        if before is not None and before.seed == view.seed:
            return replace(known, notice="")
        reading = self._session.reading(known.text) if view.question and view.question.code is None else Reading()
        return Typed(known.text, reading)

    def _head(self, view: View) -> None:
        self.query_one("#title", Static).update(Flow(lambda width: title_row(view, width)))
        path = self.query_one("#path", Static)
        path.display = bool(view.lesson.path)
        path.update(path_row(view))
        banner = self.query_one("#banner", Static)
        banner.display = not view.saving
        why = f": {view.saving_problem}" if view.saving_problem else ""
        banner.update(Content(f"⚠ Nothing is saved{why}. You can go on; this sitting will be forgotten."))
        pairs, always = footer(view)
        self.query_one("#keys", Static).update(Flow(lambda width: [keys_row(pairs, width, always)]))

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
        """Show the author's face when a question opens, else the one the learner opened; none where it is closed."""
        view = self._view
        if view is None:
            return
        if opened and view.question is not None and view.question.show:
            self._face = view.question.show
        pane = self.query_one(FacePane)
        pane.display = False
        if self._face:
            self._setting.values = self._session.values
            found = self._faces(view)
            pane.display = self._face in found.names
            if pane.display:
                pane.show(found, self._face)

    def _faces(self, view: View) -> Face:
        """Return the faces of what is shown."""
        return Face(view.shown, self._setting, view.question)

    async def on_resize(self, event: Resize) -> None:
        """Set formulas anew when the screen becomes high or low."""
        if self._view is not None and self._setting.tall != (self.app.size.height >= TALL):
            self._setting.tall = not self._setting.tall
            await self._steps_anew()
            self.query_one(Dock).show(self._view, self._typed, self._setting)

    async def _steps_anew(self) -> None:
        """Draw the steps of the view again, after what is being painted."""
        async with self._painting:
            if self._view is not None:
                await self.query_one(Steps).show(self._view, self._setting)

    def keep_draft(self) -> None:
        """Keep what is typed, before this screen is left."""
        if self._view is not None and self._view.wants is Wants.ANSWER:
            self._session.keep_draft(self.query_one(Dock).value)


def _same_question(before: View | None, view: View) -> bool:
    """Return whether two views ask the same question, be it with other numbers."""
    if before is None or before.question is None or view.question is None:
        return False
    return (before.lesson.id, before.between, before.question.id) == (view.lesson.id, view.between, view.question.id)
