"""Mathematics as styled text: one line inside prose, boxes of several rows where they fit.

What is set comes from the tree that was read, so that a displayed formula is the one that was checked. A text that
cannot be read shows its source, marked. Nothing here imports notation before the first formula is asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from bptutor.errors import BptutorError
from bptutor.tui.render.flow import UNBROKEN, Lines

if TYPE_CHECKING:
    from bptutor.notation.printers.layout import Box
    from bptutor.notation.scope import Scope
    from bptutor.notation.tree import Expr

SLIP = "underline $text-warning"
"""How a text that cannot be read is marked."""
_STYLES = {"italic": "italic", "bold": "bold"}
_ELEMENT = re.compile(r"[A-Za-zα-ω](?=[\u2080-\u209c\u1d62-\u1d6a\u2c7c])")
"""The name of an element, before its lowered letters."""
_UNBROKEN = 100_000
"""Cells: wider than any formula."""
_REMEMBERED = 2000


class Typesetter:
    """Sets the formulas of one scene; remembers what it has set."""

    def __init__(self, scope: Scope | None) -> None:
        """Set formulas read against a scope; without one, every name is a plain symbol."""
        self._scope = scope
        self._trees: dict[tuple[str, bool], Expr | None] = {}
        self._lines: dict[str, str] = {}

    @property
    def scope(self) -> Scope:
        """The names that formulas are read against."""
        if self._scope is None:
            from bptutor.notation.scope import Scope

            self._scope = Scope({})
        return self._scope

    def tree(self, text: str, prose: bool = True) -> Expr | None:
        """Read a text, or return None when it cannot be read.

        Args:
            text: Notation or LaTeX.
            prose: Whether relations and undeclared names are welcome; answers and lines have none.
        """
        key = text, prose
        if key not in self._trees:
            if len(self._trees) > _REMEMBERED:
                self._trees.clear()
            self._trees[key] = self._read(text, prose)
        return self._trees[key]

    def _read(self, text: str, prose: bool) -> Expr | None:
        from bptutor.notation import parse

        try:
            return parse.read_prose(text, self.scope) if prose else parse.read(text, self.scope)
        except BptutorError:
            return None

    def plain(self, text: str) -> str:
        """Return a formula as one line of characters; its source when it cannot be read."""
        if text not in self._lines:
            from bptutor.notation.printers import unicode

            tree = self.tree(text)
            self._lines[text] = text if tree is None else unicode.line(tree, self.scope)
        return self._lines[text]

    def inline(self, text: str) -> Content:
        """Return a formula as one styled line; an unreadable one shows its source, marked."""
        if self.tree(text) is None:
            return Content.styled(text, SLIP)
        return self.slanted(self.plain(text)).stylize(UNBROKEN)

    def slanted(self, line: str) -> Content:
        """Style a line that was printed from a tree: scalars slanted, arrays bold."""
        from bptutor.notation.printers.breaking import flat

        row = _styled(flat(line, self.scope, _UNBROKEN))[0]
        for found in _ELEMENT.finditer(line):
            row = row.stylize("italic", *found.span())
        return row

    def display(self, text: str, width: int, height: int = 30, prose: bool = True) -> Lines:
        """Return a formula in two dimensions where it fits in `width` by `height` cells, else in one."""
        tree = self.tree(text, prose)
        if tree is None:
            return Content.styled(text, SLIP).wrap(width)
        from bptutor.notation.printers import layout

        box = layout.fit(tree, self.scope, width, height)
        return self.inline(text).wrap(width) if box.height > height else _styled(box)

    def derived(self, goal: str, line: str, width: int, first: bool) -> tuple[Lines, int] | None:
        """Return one line of a derivation in two dimensions, `goal = line`, and its base line.

        Args:
            goal: What is derived; only its width is kept on lines after the first.
            line: The line; `?` stands for a hidden one.
            width: In cells.
            first: Whether the goal is drawn.

        Returns:
            None when it cannot be read or does not fit.
        """
        from bptutor.notation.printers import layout
        from bptutor.notation.printers.box import Box, beside

        trees = self.tree(goal, prose=False), self.tree(line, prose=False) if line != "?" else None
        if trees[0] is None or (trees[1] is None and line != "?"):
            return None
        left = layout.box(trees[0], self.scope)
        head = left if first else Box((" " * left.width,))
        right = Box(("?",)) if trees[1] is None else layout.fit(trees[1], self.scope, width - left.width - 3)
        row = beside([head, Box((" = ",)), right])
        return (_styled(row), row.baseline) if row.width <= width else None


def _styled(box: Box) -> Lines:
    rows = [Content(row) for row in box.lines]
    for part in box.parts:
        style = _STYLES.get(part.style.value)
        if style is None:
            continue
        for y in range(part.row, min(part.row + part.height, len(rows))):
            row = rows[y]
            start = _offset(row.plain, part.column)
            rows[y] = row.stylize(style, start, _offset(row.plain, part.column + part.width))
    return rows


def _offset(text: str, cell: int) -> int:
    """Return the character that stands at a cell; they differ where a character takes no cell or two."""
    if text.isascii():
        return cell
    at = 0
    for n, character in enumerate(text):
        if at >= cell:
            return n
        at += cell_len(character)
    return len(text)
