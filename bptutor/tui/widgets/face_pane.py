"""One face of the derivation or question on the screen; the numbers face has a cursor over the elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Static

from bptutor.packs.faces import NUMBERS
from bptutor.tui import keys
from bptutor.tui.render.flow import Flow, Lines, wrapped
from bptutor.tui.render.grids import CURSOR, LIT, Cell, NamedArray, grids, nearest, number

if TYPE_CHECKING:
    from bptutor.tui.render.faces import Face


class Numbers(Static, can_focus=True):
    """Arrays with a cursor; what made the element under it lights up, and its arithmetic is written out."""

    BINDINGS = keys.NUMBERS

    def __init__(self, id: str) -> None:  # noqa: A002
        """Start empty."""
        super().__init__(id=id)
        self._arrays: Sequence[NamedArray] = ()
        self._cell: Cell = (0, ())
        self._face: Face | None = None

    def show(self, face: Face, arrays: Sequence[NamedArray]) -> None:
        """Draw arrays; the cursor stays where it is while the arrays keep their names."""
        same = [named.title for named in arrays] == [named.title for named in self._arrays]
        self._face, self._arrays = face, arrays
        if not same and arrays:
            self._cell = (0, tuple(0 for _ in arrays[0].array.shape))
        self._draw()

    def on_focus(self) -> None:
        """Show the cursor."""
        self._draw()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self._draw()

    def action_move(self, down: int, right: int) -> None:
        """Move the cursor."""
        if self._arrays:
            self._cell = nearest(self._arrays, self._cell, (down, right))
            self._draw()

    def action_enter(self) -> None:
        """Go to the first drawn element that made the one under the cursor."""
        lit, _ = self._traced()
        for cell in lit:
            self._cell = cell
            self._draw()
            return

    def _traced(self) -> tuple[Mapping[Cell, str], str]:
        """Return the lit cells and the arithmetic of the element under the cursor."""
        if self._face is None or not self._arrays:
            return {}, ""
        cells, arithmetic = self._face.made_by(self._cell)
        return dict.fromkeys(cells, LIT), arithmetic

    def _draw(self) -> None:
        arrays = self._arrays
        if not self.has_focus or not arrays:
            note = Content.styled("tab: move over the numbers", "$quiet")
            self.update(Flow(lambda width: [*grids(arrays, width), note] if arrays else [Content("no numbers here")]))
            return
        lit, arithmetic = self._traced()
        marks = {**lit, self._cell: CURSOR}
        n, position = self._cell
        value = number(float(arrays[n].array[position]))
        text = f"{arrays[n].entry(position)} = " + (f"{arithmetic} = " if arithmetic else "")

        def rows(width: int) -> Lines:
            return [*grids(arrays, width, marks), *wrapped(Content(text + value), width)]

        self.update(Flow(rows))


class FacePane(Vertical):
    """A row of tabs and the open face below it."""

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, face: str) -> None:
            """Keep its name, one of `NAMES`."""
            self.face = face
            super().__init__()

    def on_click(self, event: events.Click) -> None:
        """Open the face whose tab was clicked."""
        name = event.style.meta.get("face")
        if name:
            self.post_message(self.Chosen(str(name)))

    def compose(self) -> ComposeResult:
        """Lay out the tabs over the face."""
        yield Static(id="tabs")
        with VerticalScroll(id="face-scroll", can_focus=False):
            yield Static(id="face-text")
            yield Numbers(id="numbers")

    def show(self, face: Face, name: str) -> None:
        """Open one face.

        Args:
            face: What can be opened.
            name: One of `face.names`.
        """
        self.query_one("#tabs", Static).update(Flow(lambda width: [_tabs(name, face, width)]))
        numbers = self.query_one(Numbers)
        text = self.query_one("#face-text", Static)
        numbers.display = name == NUMBERS
        text.display = not numbers.display
        if numbers.display:
            numbers.show(face, face.arrays())
        else:
            text.update(Flow(lambda width: face.rows(name, width)))


def _tabs(name: str, face: Face, width: int) -> Content:
    parts = [
        Content.styled(f"[{n}]" if n == name else f" {n} ", "bold" if n == name else "$quiet").stylize(
            Style.from_meta({"face": n})
        )
        for n in face.names
    ]
    row = Content("─").join(parts)
    if face.of and name != NUMBERS and face.has_room(width):
        row += Content.styled("─ ", "$quiet") + face.of + Content(" ")
    key = Content.styled(" F3 ", "bold $text-accent")
    line = Content.styled("─" * max(0, width - row.cell_length - key.cell_length - 3), "$quiet")
    return Content.styled("──", "$quiet") + row + line + key + Content.styled("─", "$quiet")
