"""The editor that stands in the place of the answer line where a function is asked."""

from __future__ import annotations

import re

from textual import events, on
from textual.widgets import TextArea

from bptutor.session.editing import LONGEST
from bptutor.tui import keys
from bptutor.tui.widgets.answer_bar import AnswerBar

_OPENS = re.compile(r":\s*(#.*)?$")


class CodeEditor(TextArea):
    """A plain editor: Tab moves in by four blanks, a new line starts where the last one did, Esc leaves it."""

    BINDINGS = keys.EDITOR

    def __init__(self, id: str) -> None:  # noqa: A002
        """Start empty."""
        super().__init__(
            id=id,
            soft_wrap=False,
            tab_behavior="indent",
            show_line_numbers=True,
            theme="css",
            highlight_cursor_line=False,
        )
        self.indent_width = 4
        self._begun = ""

    @property
    def value(self) -> str:
        """What is typed; empty while it is what the editor began with, so that no draft is kept of it."""
        return "" if self.text == self._begun else self.text

    def ask(self, draft: str, starter: str) -> None:
        """Begin a question.

        Args:
            draft: What was typed before and not answered.
            starter: What stands there at first.
        """
        self._begun = into_body(starter)
        self.take(draft or self._begun)

    def take(self, text: str) -> None:
        """Put a text in, with the cursor at its end."""
        self.load_text(text)
        self.move_cursor(self.document.end)

    def _on_key(self, event: events.Key) -> None:  # type: ignore[override]  # each class of the tree has its own turn
        """Leave Enter to its binding, where Textual's editor would begin a line without moving it in."""
        if event.key == "enter":
            event.prevent_default()

    def action_newline(self) -> None:
        """Begin a line, moved in like this one, and further after a colon."""
        row, column = self.cursor_location
        before = self.document.get_line(row)[:column]
        indent = before[: len(before) - len(before.lstrip())]
        self.insert("\n" + indent + ("    " if _OPENS.search(before) else ""), maintain_selection_offset=False)

    def action_submit(self) -> None:
        """Hand the program in."""
        self.post_message(AnswerBar.Program(self.text))

    def action_elsewhere(self) -> None:
        """Go on in the learner's own editor."""
        self.post_message(AnswerBar.Elsewhere(self.text))

    @on(TextArea.Changed)
    def _changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if len(self.text) > LONGEST:
            self.post_message(AnswerBar.Cut(len(self.text), LONGEST))
            self.undo()
            return
        self.post_message(AnswerBar.Typed(self.text))


def into_body(starter: str) -> str:
    """Return a starter with an empty line behind it that is moved in as the body of the function is."""
    if not starter.strip():
        return ""
    lines = starter.rstrip().split("\n")
    indent = lines[-1][: len(lines[-1]) - len(lines[-1].lstrip())] + ("    " if _OPENS.search(lines[-1]) else "")
    return "\n".join([*lines, indent])
