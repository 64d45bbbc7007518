"""Formulas that are wider than their place: broken at relations and signs, or as lines of text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bptutor.notation import tree as t
from bptutor.notation.printers.box import Box, Part, above, beside, cells
from bptutor.notation.printers.precedence import Level, Path, Style
from bptutor.notation.scope import Scope

if TYPE_CHECKING:
    from bptutor.notation.printers.layout import Layout

_WORD = re.compile(r"[^\W\d_]+\d*")


def broken(expr: t.Expr, setter: Layout, width: int) -> Box | None:
    """Break a chain before its relations, a sum before its signs; None where a piece is still too wide."""
    if isinstance(expr, t.Chain):
        signs = [f" {setter.relation(sign)} " for sign in expr.relations]
        head = setter.show(expr.sides[0], Level.SUM, (0,))
        pieces = [
            (sign, setter.show(side, Level.SUM, (n,)))
            for n, (sign, side) in enumerate(zip(signs, expr.sides[1:], strict=True), 1)
        ]
        indent = head.width if all(head.width + cells(s) + b.width <= width for s, b in pieces) else 1
    elif isinstance(expr, t.Add):
        pieces = [_term(term, setter, n) for n, term in enumerate(expr.terms)]
        (_, head), pieces, indent = pieces[0], pieces[1:], 0
    else:
        return None
    rows = _filled(head, pieces, indent, width, isinstance(expr, t.Add))
    return above(rows, 0, "left") if all(row.width <= width for row in rows) else None


def _term(term: t.Expr, setter: Layout, n: int) -> tuple[str, Box]:
    path: Path = (n,)
    if n and isinstance(term, t.Neg):
        return " − ", setter.show(term.arg, Level.ENTRYWISE, (*path, 0))
    return " + ", setter.show(term, Level.ENTRYWISE if n else Level.SIGN, path)


def _filled(head: Box, pieces: list[tuple[str, Box]], indent: int, width: int, together: bool) -> list[Box]:
    rows, row = [], head
    for n, (sign, piece) in enumerate(pieces):
        longer = beside([row, Box((sign,)), piece])
        if longer.width <= width and (together or not n):
            row = longer
            continue
        rows.append(row)
        row = beside([Box((" " * indent,)), Box((sign,)), piece])
    rows.append(row)
    airy = any(row.height > 1 for row in rows)
    return [piece for n, row in enumerate(rows) for piece in ([Box((" ",))] if n and airy else []) + [row]]


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
            parts.append(Part("", row, cells(line[: found.start()]), cells(word), 1, style))
    return parts
