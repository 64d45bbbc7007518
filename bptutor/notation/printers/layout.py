"""Mathematics in two dimensions, of plain letters: fractions, Σ with limits, tall brackets, matrices, cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from bptutor.notation import tree as t
from bptutor.notation.printers import unicode
from bptutor.notation.printers.box import (
    Box,
    Part,
    above,
    beside,
    brace,
    bracketed,
    cells,
    fraction,
    lowered_box,
    matrix,
    radical,
    raised_box,
)
from bptutor.notation.printers.breaking import broken, flat
from bptutor.notation.printers.common import Printer
from bptutor.notation.printers.precedence import Level, Path, Style, slice_text
from bptutor.notation.printers.scripts import LOWERED, RAISED, ends_in_script
from bptutor.notation.scope import Scope

__all__ = ["Box", "Part", "Style", "aligned", "box", "cells", "fit"]


def box(expr: t.Expr, scope: Scope) -> Box:
    """Set a tree in two dimensions.

    Args:
        expr: A finished tree.
        scope: Where displays of names come from.
    """
    return Layout(scope).show(expr)


def fit(expr: t.Expr, scope: Scope, width: int, height: int = 24) -> Box:
    """Set a tree within a width and a height: in two dimensions, broken at its signs, or as one line.

    Args:
        expr: A finished tree.
        scope: Where displays of names come from.
        width: Cells to be had; a formula is broken where it must be, never cut.
        height: Lines to be had; when nothing is low enough, the lowest form is returned.
    """
    setter = Layout(scope)
    found = setter.show(expr)
    if found.width <= width and found.height <= height:
        return found
    tall = broken(expr, setter, width)
    if tall is not None and tall.height <= height:
        return tall
    return flat(unicode.line(expr, scope), scope, width)


def aligned(goal: t.Expr, lines: Sequence[t.Expr], scope: Scope, sign: str = "=") -> Box:
    """Set a derivation: the goal, then each line after a sign, the signs one under the other.

    The parts of the goal have paths that begin with 0, those of line n (from 0) with n + 1.
    """
    setter = Layout(scope)
    left = setter.show(goal, Level.SUM, (0,))
    rows: list[Box] = []
    for n, line in enumerate(lines):
        head = left if not n else Box((" " * left.width,))
        row = beside([head, Box((f" {sign} ",)), setter.show(line, Level.SUM, (n + 1,))])
        if rows and (row.height > 1 or rows[-1].height > 1):
            rows.append(Box((" ",)))
        rows.append(row)
    return above(rows or [left], 0, "left")


class Layout(Printer[Box]):
    """Sets a tree as a box."""

    def __init__(self, scope: Scope) -> None:
        """Keep a printer of lines for scripts and limits."""
        super().__init__(scope)
        self.line = unicode.Line(scope)

    entrywise: ClassVar[str] = " ⊙ "

    def text(self, text: str, style: Style = Style.PLAIN) -> Box:
        """Set characters on one line; styled ones are remembered as a part."""
        if style is Style.PLAIN:
            return Box((text,))
        return Box((text,), 0, (Part("", 0, 0, cells(text), 1, style),))

    def row(self, pieces: Sequence[Box]) -> Box:
        """Set boxes on one base line."""
        return beside(pieces)

    def enclosed(self, piece: Box, left: str = "(", right: str = ")") -> Box:
        """Put brackets around a box that grow with it."""
        return bracketed(piece, left, right)

    def edges(self, piece: Box) -> str:
        """Return the base line."""
        return piece.lines[piece.baseline]

    def mark(self, piece: Box, path: Path, expr: t.Expr) -> Box:
        """Remember where a node stands; a letter's own part gets its path."""
        if len(piece.parts) == 1 and piece.parts[0].path == "":
            only = piece.parts[0]
            whole = Part(path, 0, 0, piece.width, piece.height, only.style)
            same = (only.width, only.height) == (whole.width, whole.height)
            return Box(piece.lines, piece.baseline, (whole,) if same else (Part(path, 0, 0, *_size(piece)), only))
        return Box(piece.lines, piece.baseline, (Part(path, 0, 0, *_size(piece)), *piece.parts))

    def gap(self, left: str, right: str, before: t.Expr, after: t.Expr) -> str:
        """Keep fraction bars and big brackets apart from their neighbours."""
        if left.endswith(("─", "⎥", "⎢", "⎦")) or right.startswith(("─", "⎢", "∑")):
            return " "
        return super().gap(left, right, before, after)

    # --- names and elements -----------------------------------------------------------------------

    def set_name(self, expr: t.Name, path: Path) -> Box:
        """Set the display of a name: its letters styled, its layer raised."""
        shown = self.scope.shown(expr.id)
        letters = shown.rstrip("".join((*LOWERED, *RAISED))) or shown
        return beside(
            [self.text(letters, self.style_of(expr.id)), *([Box((shown[len(letters) :],))] if letters != shown else [])]
        )

    def set_at(self, expr: t.At, path: Path) -> Box:
        """Set `Wᵢⱼ`; what has no lowered letters stands a line below."""
        base = self.show(expr.base, Level.ATOM, (*path, 0))
        if isinstance(expr.base, t.At):
            base = bracketed(base, "(", ")")
        elif isinstance(expr.base, t.Name):
            base = self._element_letters(expr.base, base)
        return self._lowered(base, expr.subscripts, path, 1)

    def _element_letters(self, name: t.Name, base: Box) -> Box:
        """An element of a vector is a scalar: slanted, not bold."""
        if self.style_of(name.id) is not Style.BOLD:
            return base
        parts = (
            Part(p.path, p.row, p.column, p.width, p.height, Style.ITALIC) if p.style is Style.BOLD else p
            for p in base.parts
        )
        return Box(base.lines, base.baseline, tuple(parts))

    def _lowered(self, base: Box, subscripts: Sequence[t.Expr], path: Path, first: int) -> Box:
        low = self.line.subscripts(subscripts)
        if not low.startswith("_") and base.height == 1:
            return beside([base, Box((low,))])
        pieces: list[Box] = []
        separator = ", " if any(isinstance(s, t.Add) for s in subscripts) else ","
        for n, subscript in enumerate(subscripts):
            pieces += [Box((separator,))] if n else []
            pieces.append(self._tight(subscript, (*path, first + n)))
        return lowered_box(base, beside(pieces))

    def _tight(self, expr: t.Expr, path: Path) -> Box:
        """Set a script: sums without spaces."""
        return self.mark(Box((self.line.show(expr, Level.SUM).replace(" ", ""),)), path, expr)

    def set_delta(self, expr: t.Delta, path: Path) -> Box:
        """Set `δₖᵢ`."""
        if self.is_taken("δ") or self.is_taken("delta"):
            return self.set_compare(t.Compare(t.Relation.EQ, expr.left, expr.right), path)
        return self._lowered(self.text("δ", Style.ITALIC), (expr.left, expr.right), path, 0)

    # --- quotients, powers, roots -----------------------------------------------------------------

    def set_div(self, expr: t.Div, path: Path) -> Box:
        """Set a fraction."""
        num, den = self.show(expr.num, path=(*path, 0)), self.show(expr.den, path=(*path, 1))
        bars = [side.width for side in (num, den) if set(self.edges(side)) == {"─"}]
        return fraction(num, den, wider=bool(bars) and max(bars) == max(num.width, den.width))

    def set_pow(self, expr: t.Pow, path: Path) -> Box:
        """Set a power: raised letters where there are some, else a line higher."""
        base = self.show(expr.base, Level.ATOM, (*path, 0))
        if base.height == 1 and base.lines[0][-1:] in RAISED:
            base = bracketed(base, "(", ")")
        return self._raised(base, expr.exponent, (*path, 1))

    def _raised(self, base: Box, exponent: t.Expr, path: Path) -> Box:
        high = self.line.superscript(exponent)
        if not high.startswith("^"):
            script = self.mark(Box((high,)), path, exponent)
            return beside([base, script]) if base.height == 1 else raised_box(base, script)
        return raised_box(base, self.show(exponent, path=path))

    def set_transpose(self, expr: t.Transpose, path: Path) -> Box:
        """Set `Wᵀ`, `(W²)ᵀ`."""
        base = self.show(expr.arg, Level.ATOM, (*path, 0))
        if ends_in_script(base.lines[base.baseline]) and base.height == 1:
            base = bracketed(base, "(", ")")
        return beside([base, Box(("ᵀ",))]) if base.height == 1 else raised_box(base, Box(("ᵀ",)))

    def set_derivative(self, expr: t.Derivative, path: Path) -> Box:
        """Set ∂of over ∂by."""
        return fraction(self._differential(expr.of, (*path, 0)), self._differential(expr.by, (*path, 1)))

    def _differential(self, expr: t.Expr, path: Path) -> Box:
        plain = isinstance(expr, t.Call) and self.stands_unbracketed(expr)
        inner = self.show(expr, Level.RELATION if plain else Level.ATOM, path)
        return beside([Box(("∂ " if plain else "∂",)), inner])

    # --- sums and functions -----------------------------------------------------------------------

    def set_sum(self, expr: t.Sum, path: Path) -> Box:
        """Set ∑ with its letters below, and its upper end above."""
        body = self.show(expr.body, Level.ENTRYWISE, (*path, 0))
        below, over = self.line.limit_texts(expr)
        column = [self.text(over, Style.ITALIC)] if over else []
        sign = above([*column, Box(("∑",)), self.text(below, Style.ITALIC)], len(column))
        return beside([sign, Box((" ",)), body])

    def set_call(self, expr: t.Call, path: Path) -> Box:
        """Set a function with its arguments."""
        single = len(expr.args) == 1 and not expr.options
        if expr.function == "exp" and single and not self.is_taken("e"):
            return self._raised(self.text("e", Style.ITALIC), expr.args[0], (*path, 0))
        args = [self.show(arg, path=(*path, n)) for n, arg in enumerate(expr.args)]
        if self.stands_unbracketed(expr):
            return beside([Box((expr.function + " ",)), args[0]])
        if expr.function == "sqrt" and single:
            return beside([Box(("√",)), args[0]]) if args[0].lines[0].isdigit() else radical(args[0])
        if expr.function in unicode.BARS and single:
            return bracketed(args[0], *unicode.BARS[expr.function])
        options = [Box((f"{key}={unicode.option_text(value)}",)) for key, value in expr.options]
        sign = self.line.function_sign(expr.function)
        style = Style.ITALIC if len(sign.rstrip("′")) == 1 else Style.PLAIN
        return beside([self.text(sign, style), bracketed(self._joined([*args, *options], ", "), "(", ")")])

    def set_cases(self, expr: t.Cases, path: Path) -> Box:
        """Set values under conditions, behind a brace."""
        rows = [
            (self.show(value, path=(*path, 2 * n)), Box(("if ",)), self.condition(holds, (*path, 2 * n + 1)))
            for n, (value, holds) in enumerate(expr.branches)
        ]
        rows.append((self.show(expr.otherwise, path=(*path, 2 * len(rows))), Box(("otherwise",)), Box(("",))))
        width = max(row[0].width for row in rows)
        lines: list[Box] = []
        for n, (value, word, condition) in enumerate(rows):
            lines += [Box((" ",))] if n and len(rows) == 2 else []
            lines.append(beside([value, Box((" " * (width - value.width + 2),)), word, condition]))
        lines += [Box((" ",))] if sum(line.height for line in lines) % 2 == 0 else []
        whole = above(lines, 0, "left")
        return brace(Box(whole.lines, whole.height // 2, whole.parts))

    # --- arrays -----------------------------------------------------------------------------------

    def set_stack(self, expr: t.Stack, path: Path) -> Box:
        """Set an array: a list of numbers on one line, lists of lists as a matrix."""
        rows = [item.items for item in expr.items if isinstance(item, t.Stack)]
        if len(rows) == len(expr.items) and len({len(row) for row in rows}) == 1:
            numbers = all(isinstance(item, t.Number) for row in rows for item in row)
            return matrix(
                [[self.show(i, path=(*path, r, c)) for c, i in enumerate(row)] for r, row in enumerate(rows)], numbers
            )
        items = [self.show(item, path=(*path, n)) for n, item in enumerate(expr.items)]
        if any(item.height > 1 for item in items):
            return matrix([[item] for item in items])
        return bracketed(self._joined(items, ", "), "[", "]")

    def set_einsum(self, expr: t.Einsum, path: Path) -> Box:
        """Set einsum with its operands."""
        operands = [self.show(operand, path=(*path, n)) for n, operand in enumerate(expr.operands)]
        return beside(
            [Box(("einsum",)), bracketed(self._joined([Box((f'"{expr.spec}"',)), *operands], ", "), "(", ")")]
        )

    def set_slice(self, expr: t.Slice, path: Path) -> Box:
        """Set `a[:, None]`."""
        return beside([self.show(expr.base, Level.ATOM, (*path, 0)), Box((f"[{slice_text(expr.items)}]",))])


def _size(piece: Box) -> tuple[int, int]:
    return piece.width, piece.height
