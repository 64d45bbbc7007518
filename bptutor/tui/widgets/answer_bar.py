"""The line that an answer is typed in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.widgets import Input

from bptutor.tui import keys

LONGEST = 4_000
"""Characters; a longer text is no answer to anything asked here."""
_WORD = re.compile(r"[^\W_][\w.']*$")


class AnswerBar(Input):
    """One line of text; Up brings back earlier lines, Tab completes names."""

    BINDINGS = keys.BAR

    class Cut(Message):
        """A text was longer than an answer can be, and was not taken."""

        def __init__(self, length: int, most: int = LONGEST) -> None:
            """Keep its length in characters, and how many there may be."""
            self.length = length
            self.most = most
            super().__init__()

    class Typed(Message):
        """The program in the editor has changed."""

        def __init__(self, text: str) -> None:
            """Keep all of it."""
            self.text = text
            super().__init__()

    class Program(Typed):
        """A program is handed in."""

    class Elsewhere(Typed):
        """The program is to be opened in the learner's own editor."""

    class Onward(Message):
        """There was nothing to complete: the focus is to move on."""

    def __init__(self, id: str) -> None:  # noqa: A002
        """Start empty."""
        super().__init__(id=id, placeholder="type your answer, then enter", select_on_focus=False)
        self.names: tuple[str, ...] = ()
        """What Tab completes."""
        self._earlier: tuple[str, ...] = ()
        self._at = 0
        self._typed = ""
        self._completing: tuple[str, tuple[str, ...], int] | None = None

    def ask(self, draft: str, names: Sequence[str], earlier: Sequence[str]) -> None:
        """Begin a question.

        Args:
            draft: What was typed before and not answered.
            names: The names in scope.
            earlier: What Up brings back: the line above last, before it earlier answers.
        """
        self.names = tuple(sorted(set(names)))
        self._earlier = tuple(dict.fromkeys(reversed([text for text in earlier if text])))
        self._at, self._typed, self._completing = 0, draft, None
        self.value = draft
        self.cursor_position = len(draft)

    def action_recall(self, step: int) -> None:
        """Go back (-1) or forth (+1) through the line above, earlier answers and what was being typed."""
        if self._at == 0:
            self._typed = self.value
        self._at = max(0, min(self._at - step, len(self._earlier)))
        self.value = self._earlier[self._at - 1] if self._at else self._typed
        self.cursor_position = len(self.value)

    def action_complete(self) -> None:
        """Complete the name before the cursor, again for the next one that fits; with nothing to complete, move on."""
        before = self.value[: self.cursor_position]
        state = self._completing
        if state is not None and before.endswith(state[1][state[2]]):
            stem, found, at = state
            self._put(found[at], found[(at + 1) % len(found)])
            self._completing = stem, found, (at + 1) % len(found)
            return
        self._completing = None
        word = _WORD.search(before)
        found = tuple(name for name in self.names if word and name.startswith(word.group()) and name != word.group())
        if not word or not found:
            self.post_message(self.Onward())
            return
        self._put(word.group(), found[0])
        self._completing = word.group(), found, 0

    def _put(self, old: str, new: str) -> None:
        end = self.cursor_position
        self.value = self.value[: end - len(old)] + new + self.value[end:]
        self.cursor_position = end - len(old) + len(new)

    def on_paste(self, event: events.Paste) -> None:
        """Take pasted text as one line; refuse what is too long to be an answer."""
        event.prevent_default()
        event.stop()
        text = " ".join(event.text.split("\n")).strip() if len(event.text) <= 100 * LONGEST else event.text
        text = "".join(char for char in text.replace("\t", " ") if char.isprintable()) if len(text) <= LONGEST else text
        if len(self.value) + len(text) > LONGEST:
            self.post_message(self.Cut(len(text)))
            return
        self.replace(text, *self.selection)
