"""Everything around the answer line, at the foot of a lesson."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from bptutor.packs.model import Question
from bptutor.session import View, Wants
from bptutor.tui import keys
from bptutor.tui.render.asking import Typed, caret_row, echo_rows, program_echo_rows, prompt_rows, waiting_rows
from bptutor.tui.render.flow import Flow, Lines
from bptutor.tui.render.steps import Setting
from bptutor.tui.widgets.answer_bar import AnswerBar

if TYPE_CHECKING:
    from bptutor.tui.widgets.code_editor import CodeEditor

LOW, HIGH = 4, 7
"""Rows under the answer line on a low and a high screen; fixed, so that nothing jumps while one types."""
EDITOR_ROWS, SAID_ROWS = (7, 14), (6, 13)
"""Rows of the editor, and most rows of what is said of a program, on a low and a high screen."""


class Said(VerticalScroll):
    """What is said of the answer; of a program, so much that it is scrolled."""

    BINDINGS = keys.SAID


class Dock(Vertical):
    """Prompt, answer line, and what is said of the answer."""

    def compose(self) -> ComposeResult:
        """Lay out the prompt over the answer line over the echo."""
        with VerticalScroll(id="prompt-scroll", can_focus=False):
            yield Static(id="prompt")
        with Horizontal(id="bar-row"):
            yield Static("> ", id="bar-mark")
            yield AnswerBar(id="bar")
        with Said(id="said", can_focus=False):
            yield Static(id="echo")
        yield Static(id="waiting")

    @property
    def bar(self) -> AnswerBar:
        """The answer line."""
        return self.query_one(AnswerBar)

    @property
    def editor(self) -> CodeEditor | None:
        """The editor; None before the first question that asks for a function."""
        found = self.query("#editor")
        return cast("CodeEditor", found.first()) if found else None

    @property
    def typed_in(self) -> CodeEditor | AnswerBar:
        """What the answer is typed in: the editor where a function is asked, else the answer line."""
        editor = self.editor
        return editor if editor is not None and editor.display else self.bar

    @property
    def value(self) -> str:
        """What is typed and not answered."""
        return self.typed_in.value

    async def ask(self, question: Question, draft: str, names: Sequence[str], earlier: Sequence[str]) -> None:
        """Begin a question: in the editor where it asks for a function, else in the answer line."""
        if question.code is None:
            self.bar.ask(draft, names, earlier)
            return
        from bptutor.tui.widgets.code_editor import CodeEditor

        if self.editor is None:
            await self.mount(CodeEditor("editor"), before="#said")
        editor = self.editor
        if editor is not None:
            editor.ask(draft, question.code.starter)

    def take_focus(self) -> None:
        """Give the focus to what the answer is typed in."""
        self.typed_in.focus()

    def show(self, view: View, typed: Typed, setting: Setting) -> None:
        """Show what is asked, or what Enter does when nothing is."""
        asking = view.wants is Wants.ANSWER
        self.query_one("#prompt-scroll").display = asking
        program = asking and view.question is not None and view.question.code is not None
        self.query_one("#bar-row").display = asking and not program
        self.query_one("#said").display = asking
        self._lay_out(program, setting.tall)
        waiting = self.query_one("#waiting", Static)
        waiting.display = not asking
        if asking:
            self.query_one("#prompt", Static).update(Flow(lambda width: prompt_rows(view, setting, width)))
            self.echo(view, typed, setting)
        else:
            waiting.update(Flow(lambda width: waiting_rows(view, typed, width)))

    def _lay_out(self, program: bool, tall: bool) -> None:
        """Make room for the editor, or for the answer line."""
        self.set_class(program, "-code")
        editor = self.editor
        if editor is not None:
            editor.display = program
            editor.styles.height = EDITOR_ROWS[tall]

    def echo(self, view: View, typed: Typed, setting: Setting) -> None:
        """Show how the typed text is read, and the last verdict."""
        static = self.query_one("#echo", Static)
        said = self.query_one("#said", VerticalScroll)
        if view.question is not None and view.question.code is not None:
            said.can_focus = typed.judged is not None
            said.display = bool(typed.judged or typed.notice or typed.grading)
            said.styles.height, said.styles.max_height = "auto", SAID_ROWS[setting.tall]
            static.styles.height = "auto"
            static.update(Flow(lambda width: program_echo_rows(typed, width)))
            return
        height = HIGH if setting.tall else LOW
        said.can_focus = False
        said.styles.height = static.styles.height = height

        def rows(width: int) -> Lines:
            caret = caret_row(typed, offset=2 - self.bar.scroll_offset.x)
            found = echo_rows(view, typed, setting, width, height - (caret is not None))
            return [*([caret] if caret is not None else []), *found] or [Content()]

        static.update(Flow(rows))
