"""Boxes of text: a few lines with a base line, and the place of every part."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bptutor.notation.printers.precedence import Style

_TALL = {
    "(": ("⎛", "⎜", "⎝"),
    ")": ("⎞", "⎟", "⎠"),
    "[": ("⎡", "⎢", "⎣"),
    "]": ("⎤", "⎥", "⎦"),
    "|": ("│", "│", "│"),
    "‖": ("║", "║", "║"),
}


@lru_cache(maxsize=4096)
def cells(text: str) -> int:
    """Return how many terminal cells a text takes: 0 for combining marks, 2 for wide letters."""
    return len(text) if text.isascii() else sum(_cell(character) for character in text)


@lru_cache(maxsize=1024)
def _cell(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


@dataclass(frozen=True, slots=True)
class Part:
    """Where a styled part of a formula is, in cells from the top left corner of its box."""

    row: int
    column: int
    width: int
    height: int
    style: Style

    def moved(self, rows: int, columns: int) -> Part:
        """Return the part in a box that is inside a larger one."""
        return Part(self.row + rows, self.column + columns, self.width, self.height, self.style)


@dataclass(frozen=True, slots=True)
class Box:
    """Lines of equal width; `baseline` is the line that neighbours share."""

    lines: tuple[str, ...]
    baseline: int = 0
    parts: tuple[Part, ...] = ()

    @property
    def width(self) -> int:
        """Cells in each line."""
        return cells(self.lines[0]) if self.lines else 0

    @property
    def height(self) -> int:
        """Number of lines."""
        return len(self.lines)

    def __str__(self) -> str:
        """Show without spaces at the ends of lines."""
        return "\n".join(line.rstrip() for line in self.lines)


def beside(boxes: Sequence[Box]) -> Box:
    """Set boxes side by side on one base line."""
    if len(boxes) == 1:
        return boxes[0]
    up = max((box.baseline for box in boxes), default=0)
    down = max((box.height - box.baseline for box in boxes), default=1)
    rows = [""] * (up + down)
    parts: list[Part] = []
    column = 0
    for box in boxes:
        first, width = up - box.baseline, box.width
        blank = " " * width
        for n in range(len(rows)):
            rows[n] += box.lines[n - first] if first <= n < first + box.height else blank
        parts += [part.moved(first, column) for part in box.parts] if first or column else box.parts
        column += width
    return Box(tuple(rows), up, tuple(parts))


def above(boxes: Sequence[Box], base: int, align: str = "centre") -> Box:
    """Set boxes one above the other; box number `base` gives the base line.

    Args:
        boxes: From top to bottom.
        base: Which box has the base line.
        align: `left`, `right` or `centre`.
    """
    width = max(box.width for box in boxes)
    rows: list[str] = []
    parts: list[Part] = []
    baseline = 0
    for n, box in enumerate(boxes):
        free = width - box.width
        left = {"left": 0, "right": free}.get(align, free // 2)
        if n == base:
            baseline = len(rows) + box.baseline
        parts += [part.moved(len(rows), left) for part in box.parts]
        rows += [" " * left + line + " " * (free - left) for line in box.lines]
    return Box(tuple(rows), baseline, tuple(parts))


def shifted(box: Box, row: int) -> Box:
    """Return the box with its base line at `row` of it, blank lines added where `row` lies outside."""
    blank = " " * box.width
    if row < 0:
        moved = tuple(part.moved(-row, 0) for part in box.parts)
        return Box((blank,) * -row + box.lines, 0, moved)
    return replace(box, lines=box.lines + (blank,) * (row + 1 - box.height), baseline=row)


def raised_box(base: Box, script: Box) -> Box:
    """Set a script at the upper right: over the line of a flat base, at the top line of a tall one."""
    bottom = base.baseline + (base.height == 1)
    return beside([base, shifted(script, script.height - 1 + bottom)])


def lowered_box(base: Box, script: Box) -> Box:
    """Set a script at the lower right: below the line of a flat base, at the bottom line of a tall one."""
    down = base.height - 1 - base.baseline + (base.height == 1)
    return beside([base, shifted(script, -down)])


def bracketed(box: Box, left: str, right: str) -> Box:
    """Put brackets around a box that grow with it."""
    if box.height == 1:
        return beside([Box((left,)), box, Box((right,))])
    inner = beside([Box((" ",)), box, Box((" ",))])
    return beside([column(_TALL[left], inner), inner, column(_TALL[right], inner)])


def column(signs: tuple[str, str, str], box: Box) -> Box:
    """Return a column of one sign as tall as a box: top, middle, bottom."""
    top, middle, bottom = signs
    return Box((top, *(middle,) * (box.height - 2), bottom), box.baseline)


def fraction(num: Box, den: Box, wider: bool = False) -> Box:
    """Set one box over another, with a bar between."""
    bar = Box(("─" * (max(num.width, den.width) + 2 * wider),))
    return above([num, bar, den], 1)


def radical(box: Box) -> Box:
    """Set a root sign that grows with its box."""
    roof = Box(("┌" + "─" * box.width,))
    sides = Box((*("│",) * (box.height - 1), "│"), box.baseline)
    body = above([roof, beside([sides, box])], 1, "left")
    hook = Box((*(" ",) * box.height, "╲"), body.baseline)
    return beside([hook, body])


def brace(box: Box) -> Box:
    """Return the brace at the left of cases; the box has at least three lines."""
    middle = box.baseline
    signs = ["⎧", *("⎪",) * (box.height - 2), "⎩"]
    signs[middle] = "⎨"
    return beside([Box(tuple(signs), middle), Box((" ",)), box])


def matrix(rows: Sequence[Sequence[Box]], right: bool = False) -> Box:
    """Set boxes in rows and columns between square brackets, with air around rows that hold fractions."""
    widths = [max(row[n].width for row in rows) for n in range(len(rows[0]))]
    lines = [_matrix_row(row, widths, right) for row in rows]
    airy = len(lines) > 1 and any(line.height > 1 for line in lines)
    stack: list[Box] = []
    for n, line in enumerate(lines):
        stack += [Box((" ",))] if n and airy else []
        stack.append(line)
    whole = above(stack, 0, "left")
    middle = (whole.height - 1) // 2 if len(lines) > 1 else whole.baseline
    return bracketed(replace(whole, baseline=middle), "[", "]")


def _matrix_row(row: Sequence[Box], widths: Sequence[int], right: bool) -> Box:
    pieces: list[Box] = []
    for n, (box, width) in enumerate(zip(row, widths, strict=True)):
        free = width - box.width
        left = free if right else free // 2
        pieces += [Box(("  " * bool(n) + " " * left,)), box, Box((" " * (free - left),))]
    return beside(pieces)
