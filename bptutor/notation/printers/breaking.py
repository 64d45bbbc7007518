"""A formula as lines of text, broken at spaces, where no two-dimensional form fits."""

from __future__ import annotations

import re

from bptutor.notation.printers.box import Box, Part, cells
from bptutor.notation.printers.precedence import Style
from bptutor.notation.scope import Scope

_WORD = re.compile(r"[^\W\d_]+\d*")


def flat(text: str, scope: Scope, width: int) -> Box:
    """Set a line of text within a width, its names styled; broken at spaces, and inside words only when it must be."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1].strip() else lines[-1] + word
        if cells(longer) > width and lines[-1].strip():
            longer = "  " + word
            lines.append("")
        lines[-1] = longer
    cut = [line[n : n + width] for line in lines for n in range(0, max(len(line), 1), max(width, 1))]
    parts = [part for n, line in enumerate(cut) for part in _styled(line, n, scope)]
    widest = max(cells(line) for line in cut)
    return Box(tuple(line + " " * (widest - cells(line)) for line in cut), 0, tuple(parts))


def _styled(line: str, row: int, scope: Scope) -> list[Part]:
    styles = {declared.show or name: len(declared.axes) == 1 for name, declared in scope.names.items()}
    parts = []
    for found in _WORD.finditer(line):
        word = found.group()
        if word in styles or len(word) == 1:
            style = Style.BOLD if styles.get(word) else Style.ITALIC
            parts.append(Part(row, cells(line[: found.start()]), cells(word), 1, style))
    return parts
