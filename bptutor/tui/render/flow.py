"""Text that is laid out for a width: the one visual that every step of a lesson is drawn with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

READABLE = 90
"""Cells; longer rows of prose are hard to read."""
Lines = list[Content]
"""Rows of text, each no wider than the width it was laid out for."""


class Flow(Visual):
    """A visual whose rows depend on the width it is given; laid out once for each width."""

    def __init__(self, layout: Callable[[int], Lines]) -> None:
        """Keep the function that lays out rows for a width in cells."""
        self._layout = layout
        self._laid: tuple[int, Content] | None = None

    def content(self, width: int) -> Content:
        """Return all rows as one text."""
        if self._laid is None or self._laid[0] != width:
            self._laid = (width, Content("\n").join(self._layout(max(width, 8))))
        return self._laid[1]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """Take all of the width there is."""
        return container_width

    def get_minimal_width(self, rules: RulesMap) -> int:
        """Say how narrow it may become."""
        return 8

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Count the rows at a width."""
        return self.content(width).plain.count("\n") + 1

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        """Draw the rows."""
        return self.content(width).render_strips(width, height, style, options)


def wrapped(text: Content, width: int, first: str | Content = "", rest: str | Content = "") -> Lines:
    """Break a text at blanks, the first row after `first`, the others after `rest` (a hanging indent).

    Args:
        text: May hold line breaks of its own.
        width: In cells, including the indent.
        first: What stands before the first row.
        rest: What stands before the other rows; as wide as `first`.
    """
    head, tail = _content(first), _content(rest)
    inner = max(4, width - max(head.cell_length, tail.cell_length))
    rows = [row.rstrip() for row in text.wrap(inner)] or [Content()]
    return [(head if n == 0 else tail) + row for n, row in enumerate(rows)]


def indented(rows: Iterable[Content], by: int) -> Lines:
    """Move rows to the right."""
    return [Content(" " * by) + row for row in rows]


def apart(left: Content, right: Content, width: int) -> Lines:
    """Put two texts at the ends of one row, or below each other when they do not fit."""
    gap = width - left.cell_length - right.cell_length
    if gap >= 1:
        return [left + Content(" " * gap) + right]
    last = max(0, width - right.cell_length)
    return [*wrapped(left, width), Content(" " * last) + right.truncate(width, ellipsis=True)]


def columns(cells: Sequence[tuple[Content, int]]) -> Content:
    """Join cells, each padded or cut to its width."""
    row = Content()
    for cell, width in cells:
        row += cell.truncate(width, ellipsis=True).pad_right(max(0, width - cell.cell_length))
    return row


def _content(text: str | Content) -> Content:
    return text if isinstance(text, Content) else Content(text)
