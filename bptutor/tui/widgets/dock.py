"""Everything around the answer line, at the foot of a lesson."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from bptutor.packs.model import Question
from bptutor.packs.question_types import of
from bptutor.session import View, Wants
from bptutor.tui import keys
from bptutor.tui.render.flow import READABLE, Flow, Lines, apart
from bptutor.tui.render.prompt import Typed, caret_row, echo_rows, program_echo_rows, prompt_rows, waiting_rows
from bptutor.tui.render.steps import Setting
from bptutor.tui.widgets.answer_bar import AnswerBar

if TYPE_CHECKING:
    from bptutor.tui.widgets.code_editor import CodeEditor

LOW, HIGH = 4, 7
"""Rows under the answer line on a low and a high screen; fixed, so that nothing jumps while one types."""
LETTER = 3
"""The same where a letter or a number is typed, which is read in one row."""
MOST = (8, 14)
"""Rows that a verdict may take there; what is more is scrolled."""
EDITOR_ROWS, SAID_ROWS = (7, 14), (6, 13)
"""Rows of the editor, and of what is said of a program, on a low and a high screen; a short program gives way."""
LEAST_EDITOR, LEAST_PROMPT, MOST_PROMPT = 5, 3, 12


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
            self.query_one("#prompt", Static).update(
                Flow(lambda width: prompt_rows(view, setting, min(width, READABLE)))
            )
            self.echo(view, typed, setting)
        else:
            waiting.update(Flow(lambda width: waiting_rows(view, typed, min(width, READABLE))))

    def _lay_out(self, program: bool, tall: bool) -> None:
        """Make room for the editor, or for the answer line."""
        self.set_class(program, "-code")
        editor = self.editor
        if editor is not None:
            editor.display = program
            editor.styles.height = EDITOR_ROWS[tall]

    def echo(self, view: View, typed: Typed, setting: Setting) -> None:
        """Show how the typed text is read, or the last verdict; what matters of it is never cut."""
        if view.question is not None and view.question.code is not None:
            self._program_said(typed, setting)
            return
        tall = view.question is not None and of(view.question).tall
        height = (HIGH if setting.tall else LOW) if tall else LETTER

        def rows(width: int) -> Lines:
            caret = caret_row(typed, offset=2 - self.bar.scroll_offset.x)
            found = echo_rows(view, typed, setting, min(width, READABLE), height - (caret is not None))
            return [*([caret] if caret is not None else []), *found] or [Content()]

        needed = len(rows(self._width))
        shown = min(max(height, needed), MOST[setting.tall])
        self._said(rows, shown, "tab ↓ more" if needed > shown else "")
        room = int(self.app.size.height * 0.75) - 2 - shown
        self.query_one("#prompt-scroll").styles.max_height = max(LEAST_PROMPT, min(MOST_PROMPT, room))

    def _program_said(self, typed: Typed, setting: Setting) -> None:
        """Show what is said of a program; where it is much, a short program leaves its rows to it."""

        def rows(width: int) -> Lines:
            return program_echo_rows(typed, min(width, READABLE))

        needed = len(rows(self._width)) if typed.judged or typed.notice or typed.grading else 0
        editor, most = self.editor, SAID_ROWS[setting.tall]
        if editor is not None:
            full = EDITOR_ROWS[setting.tall]
            given = min(max(needed - most, 0), max(full - max(editor.document.line_count + 1, LEAST_EDITOR), 0))
            editor.styles.height, most = full - given, most + given
        self._said(rows, min(needed, most), "esc ↓ more" if needed > most else "")
        self.query_one("#said").display = bool(needed)
        self.query_one("#prompt-scroll").styles.max_height = LEAST_PROMPT + 2

    def _said(self, rows: Callable[[int], Lines], height: int, more: str) -> None:
        """Put rows under the answer line; where they are scrolled, the first row names the key."""
        said = self.query_one("#said", VerticalScroll)
        said.can_focus, said.styles.height = bool(more), height

        def laid(width: int) -> Lines:
            first, *others = rows(width)
            return [*apart(first, Content.styled(more, "bold $text-accent"), min(width, READABLE)), *others]

        self.query_one("#echo", Static).update(Flow(laid if more else rows))
        if more:
            said.scroll_home(animate=False)

    @property
    def _width(self) -> int:
        """The cells of a row of the dock."""
        return max(8, self.app.size.width - 2)
