"""The steps of a lesson: one widget each, scrolled to the newest."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.widgets import Static

from bptutor.session import Shown, ShownQuestion, View
from bptutor.tui import keys
from bptutor.tui.render.flow import Flow
from bptutor.tui.render.steps import Setting, step_rows


class Steps(VerticalScroll, inherit_bindings=False):
    """Prose, derivations, arrays and answered questions down to where the learner is."""

    BINDINGS = keys.STEPS

    def __init__(self, id: str) -> None:  # noqa: A002
        """Start empty."""
        super().__init__(id=id)
        self._drawn: list[tuple[object, ...]] = []
        self._widgets: list[Static] = []

    async def show(self, view: View, setting: Setting) -> None:
        """Draw what changed, mount what is new, drop what is gone, and bring the newest into sight."""
        for n, shown in enumerate(view.shown):
            # The key holds all that the drawing depends on; an unchanged step is left alone.
            key = (shown, view.seed, id(view.scene), setting.tall)
            if n < len(self._drawn) and self._drawn[n] == key:
                continue
            if n == len(self._widgets):
                self._widgets.append(Static(classes="step" if n else "step -first"))
                self._drawn.append(())
                await self.mount(self._widgets[n])
            self._draw(self._widgets[n], shown, setting)
            self._drawn[n] = key
        for gone in self._widgets[len(view.shown) :]:
            await gone.remove()
        del self._widgets[len(view.shown) :], self._drawn[len(view.shown) :]
        self.call_after_refresh(self.to_newest)

    @staticmethod
    def _draw(widget: Static, shown: Shown, setting: Setting) -> None:
        widget.display = not isinstance(shown, ShownQuestion) or shown.answer is not None or shown.skipped
        if widget.display:
            widget.update(Flow(lambda width: step_rows(shown, setting, width)))

    def to_newest(self) -> None:
        """Scroll to the end, or to the head of the newest step when it is longer than the window."""
        visible = [widget for widget in self._widgets if widget.display]
        if not visible:
            return
        newest = visible[-1]
        if newest.outer_size.height > self.size.height:
            self.scroll_to_widget(newest, top=True, animate=False, force=True)
        else:
            self.scroll_end(animate=False, force=True)
