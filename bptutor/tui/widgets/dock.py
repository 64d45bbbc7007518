"""Everything around the answer line, at the foot of a lesson."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from bptutor.session import View, Wants
from bptutor.tui.render.asking import Typed, caret_row, echo_rows, prompt_rows, waiting_rows
from bptutor.tui.render.flow import Flow, Lines
from bptutor.tui.render.steps import Setting
from bptutor.tui.widgets.answer_bar import AnswerBar

LOW, HIGH = 4, 7
"""Rows under the answer line on a low and a high screen; fixed, so that nothing jumps while one types."""


class Dock(Vertical):
    """Prompt, answer line, and what is said of the answer."""

    def compose(self) -> ComposeResult:
        """Lay out the prompt over the answer line over the echo."""
        with VerticalScroll(id="prompt-scroll", can_focus=False):
            yield Static(id="prompt")
        with Horizontal(id="bar-row"):
            yield Static("> ", id="bar-mark")
            yield AnswerBar(id="bar")
        yield Static(id="echo")
        yield Static(id="waiting")

    @property
    def bar(self) -> AnswerBar:
        """The answer line."""
        return self.query_one(AnswerBar)

    def show(self, view: View, typed: Typed, setting: Setting) -> None:
        """Show what is asked, or what Enter does when nothing is."""
        asking = view.wants is Wants.ANSWER
        self.query_one("#prompt-scroll").display = asking
        self.query_one("#bar-row").display = asking
        self.query_one("#echo").display = asking
        waiting = self.query_one("#waiting", Static)
        waiting.display = not asking
        if asking:
            self.query_one("#prompt", Static).update(Flow(lambda width: prompt_rows(view, setting, width)))
            self.echo(view, typed, setting)
        else:
            waiting.update(Flow(lambda width: waiting_rows(view, typed, width)))

    def echo(self, view: View, typed: Typed, setting: Setting) -> None:
        """Show how the typed text is read, and the last verdict."""
        height = HIGH if setting.tall else LOW
        static = self.query_one("#echo", Static)
        static.styles.height = height

        def rows(width: int) -> Lines:
            caret = caret_row(typed, offset=2 - self.bar.scroll_offset.x)
            found = echo_rows(view, typed, setting, width, height - (caret is not None))
            return [*([caret] if caret is not None else []), *found] or [Content()]

        static.update(Flow(rows))
