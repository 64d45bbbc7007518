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


UNBROKEN = Style.from_meta({"unbroken": True})
"""Marks a part of a text, such as a formula, that goes to the next row whole where it fits there."""
_GLUE = "\ue000"
"""Stands for a blank at which a row is not broken."""


def wrapped(text: Content, width: int, first: str | Content = "", rest: str | Content = "") -> Lines:
    """Break a text at blanks, the first row after `first`, the others after `rest` (a hanging indent).

    Args:
        text: May hold line breaks of its own; what is marked `UNBROKEN` is broken only where a row is too short for it.
        width: In cells, including the indent.
        first: What stands before the first row.
        rest: What stands before the other rows; as wide as `first`.
    """
    head, tail = _content(first), _content(rest)
    inner = max(4, width - max(head.cell_length, tail.cell_length))
    rows = [_loose(row.rstrip()) for row in _glued(text, inner).wrap(inner)] or [Content()]
    return [(head if n == 0 else tail) + row for n, row in enumerate(rows)]


def _glued(text: Content, width: int) -> Content:
    """Put glue for the blanks of every marked part that fits in a row with what stands right beside it."""
    characters = list(text.plain)
    for span in text.spans:
        if not isinstance(span.style, Style) or not span.style.meta.get("unbroken"):
            continue
        begin, end = span.start, span.end
        while begin > 0 and not characters[begin - 1].isspace():
            begin -= 1
        while end < len(characters) and not characters[end].isspace():
            end += 1
        if Content("".join(characters[begin:end])).cell_length <= width:
            characters[span.start : span.end] = [_GLUE if c == " " else c for c in characters[span.start : span.end]]
    return Content("".join(characters), spans=list(text.spans))


def _loose(row: Content) -> Content:
    """Put blanks for the glue again."""
    return Content(row.plain.replace(_GLUE, " "), spans=list(row.spans)) if _GLUE in row.plain else row


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


def named(pairs: Sequence[tuple[str | Content, Content]], width: int) -> Lines:
    """Lay out names with what is said of each beside them: both whole, wrapped within two columns.

    Args:
        pairs: Name and text.
        width: In cells; names take at most two fifths of it.
    """
    heads = [_content(name) for name, _ in pairs]
    at = min(max((head.cell_length for head in heads), default=0), max(8, width * 2 // 5 - 4)) + 2
    rows: Lines = []
    for head, (_, text) in zip(heads, pairs, strict=True):
        left, right = wrapped(head, at), wrapped(text, width - at - 2)
        for n in range(max(len(left), len(right))):
            name = left[n] if n < len(left) else Content()
            row = Content("  ") + name.pad_right(max(0, at - name.cell_length))
            rows.append(row + right[n] if n < len(right) else row.rstrip())
    return rows


def columns(cells: Sequence[tuple[Content, int]]) -> Content:
    """Join cells, each padded or cut to its width."""
    row = Content()
    for cell, width in cells:
        row += cell.truncate(width, ellipsis=True).pad_right(max(0, width - cell.cell_length))
    return row


def _content(text: str | Content) -> Content:
    return text if isinstance(text, Content) else Content(text)
