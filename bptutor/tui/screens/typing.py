"""What is typed in a lesson: what waits for the verdict, what is for the answer line, what came too early."""

from __future__ import annotations

from math import inf

from textual import events
from textual.worker import Worker

from bptutor.session import View, Wants
from bptutor.tui import keys
from bptutor.tui.render.verdicts import Judged
from bptutor.tui.screens.lesson_view import ViewScreen
from bptutor.tui.screens.ready import now
from bptutor.tui.widgets.dock import Dock

_RESTS = frozenset({Wants.REST, Wants.FINISHED})


class TypingScreen(ViewScreen):
    """Says what becomes of keys, from what stood on the terminal when they were pressed."""

    _grading: Worker[None] | None = None
    """Grades the last answer."""
    _grading_shown = 0.0
    """When it was painted that an answer is being graded."""
    _stage: tuple[object, ...] = ()
    """What is asked, or which rest this is: what was typed before it stood there was not meant for it."""

    # --- when ----------------------------------------------------------------------------------------

    async def show(self, view: View, judged: Judged | None = None, text: str = "") -> None:
        """Put a view on the screen; a new one is not reached by keys until it is painted."""
        await super().show(view, judged, text)
        asked = view.question.id if view.wants is Wants.ANSWER and view.question else ""
        stage = (view.wants, asked or len(view.shown))
        if stage != self._stage:
            self._stage = stage
            self.complete()

    def grade_in(self, grading: Worker[None]) -> None:
        """Let what is typed wait until an answer is graded."""
        self._grading, self._grading_shown = grading, inf
        self.call_after_refresh(self._grading_stands)

    def _grading_stands(self) -> None:
        self._grading_shown = now()

    def waits(self, event: events.InputEvent | events.Paste) -> bool:
        """Wait for what is being painted, and for the verdict; who saw that it is not there may leave or skip."""
        if super().waits(event) or self._painting.locked():
            return True
        grading = self._typed.grading and self._grading is not None and not self._grading.is_finished
        return grading and not (event.time > self._grading_shown and self._commands(event))

    def _commands(self, event: events.InputEvent | events.Paste) -> bool:
        """Return whether a key is for the screen and not for what is typed in."""
        if not isinstance(event, events.Key):
            return isinstance(event, events.MouseEvent)
        bound = self.active_bindings.get(event.key)
        return bound is not None and bound.node in {self, self.app}

    # --- what for ------------------------------------------------------------------------------------

    def hears(self, event: events.InputEvent | events.Paste) -> bool:
        """Lead letters to the answer line; drop what was typed for something else, and letters that mean nothing."""
        view = self._view
        if view is None or isinstance(event, events.MouseEvent) or not self.query(Dock):  # closing
            return True
        early = event.time <= self.shown_at
        printable = isinstance(event, events.Paste) or (isinstance(event, events.Key) and event.is_printable)
        if printable and view.wants is Wants.ANSWER:
            self._lead(event)
            return True
        if printable and (early or view.wants not in _RESTS):
            return False
        return not early or self._action(event) not in keys.ON_WHAT_IS_ASKED

    def _lead(self, event: events.InputEvent | events.Paste) -> None:
        """Give the focus to what is typed in, unless what has it uses the key."""
        place, focused = self.query_one(Dock).typed_in, self.focused
        if focused is place:
            return
        bound = self.active_bindings.get(event.key) if isinstance(event, events.Key) else None
        if focused is None or bound is None or bound.node is not focused:
            self.set_focus(place)

    def _action(self, event: events.InputEvent | events.Paste) -> str:
        bound = self.active_bindings.get(event.key) if isinstance(event, events.Key) else None
        return bound.binding.action.rpartition(".")[2] if bound is not None else ""
