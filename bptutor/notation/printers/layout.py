"""Mathematics in two dimensions, of plain letters: fractions, Σ with limits, tall brackets, matrices, cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
from bptutor.notation.printers.breaking import flat
from bptutor.notation.printers.common import Printer
from bptutor.notation.printers.precedence import Level, Style
from bptutor.notation.printers.scripts import LOWERED, RAISED, ends_in_script
from bptutor.notation.scope import Scope

__all__ = ["Box", "Part", "Style", "box", "cells", "fit"]


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
    tall = _broken(expr, setter, width)
    if tall is not None and tall.height <= height:
        return tall
    return flat(unicode.line(expr, scope), scope, width)


class Layout(Printer[Box]):
    """Sets a tree as a box."""

    def __init__(self, scope: Scope) -> None:
        """Keep a printer of lines for scripts and limits."""
        super().__init__(scope)
        self.line = unicode.Line(scope)

    def text(self, text: str, style: Style = Style.PLAIN) -> Box:
        """Set characters on one line; styled ones are remembered as a part."""
        if style is Style.PLAIN:
            return Box((text,))
        return Box((text,), 0, (Part(0, 0, cells(text), 1, style),))

    def row(self, pieces: Sequence[Box]) -> Box:
        """Set boxes on one base line."""
        return beside(pieces)

    def enclosed(self, piece: Box, left: str = "(", right: str = ")") -> Box:
        """Put brackets around a box that grow with it."""
        return bracketed(piece, left, right)

    def edges(self, piece: Box) -> str:
        """Return the base line."""
        return piece.lines[piece.baseline]

    def gap(self, left: str, right: str, before: t.Expr, after: t.Expr) -> str:
        """Keep fraction bars and big brackets apart from their neighbours."""
        if left.endswith(("─", "⎥", "⎢", "⎦")) or right.startswith(("─", "⎢", "∑")):
            return " "
        return super().gap(left, right, before, after)

    # --- names and elements -----------------------------------------------------------------------

    def set_name(self, expr: t.Name) -> Box:
        """Set the display of a name: its letters styled, its layer raised."""
        shown = self.scope.shown(expr.id)
        letters = shown.rstrip("".join((*LOWERED, *RAISED))) or shown
        return beside(
            [self.text(letters, self.style_of(expr.id)), *([Box((shown[len(letters) :],))] if letters != shown else [])]
        )

    def set_at(self, expr: t.At) -> Box:
        """Set `Wᵢⱼ`; what has no lowered letters is a line below."""
        base = self.show(expr.base, Level.ATOM)
        if isinstance(expr.base, t.At):
            base = bracketed(base, "(", ")")
        elif isinstance(expr.base, t.Name):
            base = self._element_letters(expr.base, base)
        return self.lowered(base, expr.subscripts)

    def _element_letters(self, name: t.Name, base: Box) -> Box:
        """An element of a vector is a scalar: slanted, not bold."""
        if self.style_of(name.id) is not Style.BOLD:
            return base
        parts = (replace(p, style=Style.ITALIC) if p.style is Style.BOLD else p for p in base.parts)
        return Box(base.lines, base.baseline, tuple(parts))

    def lowered(self, base: Box, subscripts: Sequence[t.Expr]) -> Box:
        """Set subscripts in lowered letters where there are some, else a line below."""
        low = self.line.subscripts(subscripts)
        if not low.startswith("_") and base.height == 1:
            return beside([base, Box((low,))])
        separator = ", " if any(isinstance(s, t.Add) for s in subscripts) else ","
        shown = (self.line.show(s, Level.SUM).replace(" ", "") for s in subscripts)
        return lowered_box(base, Box((separator.join(shown),)))

    # --- quotients, powers, roots -----------------------------------------------------------------

    def set_div(self, expr: t.Div) -> Box:
        """Set a fraction."""
        num, den = self.show(expr.num), self.show(expr.den)
        bars = [side.width for side in (num, den) if set(self.edges(side)) == {"─"}]
        return fraction(num, den, wider=bool(bars) and max(bars) == max(num.width, den.width))

    def set_pow(self, expr: t.Pow) -> Box:
        """Set a power: raised letters where there are some, else a line higher."""
        base = self.show(expr.base, Level.ATOM)
        if base.height == 1 and base.lines[0][-1:] in RAISED:
            base = bracketed(base, "(", ")")
        return self._raised(base, expr.exponent)

    def _raised(self, base: Box, exponent: t.Expr) -> Box:
        high = self.line.superscript(exponent)
        if not high.startswith("^"):
            script = Box((high,))
            return beside([base, script]) if base.height == 1 else raised_box(base, script)
        return raised_box(base, self.show(exponent))

    def set_transpose(self, expr: t.Transpose) -> Box:
        """Set `Wᵀ`, `(W²)ᵀ`."""
        base = self.show(expr.arg, Level.ATOM)
        if ends_in_script(base.lines[base.baseline]) and base.height == 1:
            base = bracketed(base, "(", ")")
        return beside([base, Box(("ᵀ",))]) if base.height == 1 else raised_box(base, Box(("ᵀ",)))

    def set_derivative(self, expr: t.Derivative) -> Box:
        """Set ∂of over ∂by."""
        return fraction(self.differential(expr.of), self.differential(expr.by))

    def differential(self, expr: t.Expr) -> Box:
        """Set what is differentiated, or what by, after its ∂."""
        plain = isinstance(expr, t.Call) and self.stands_unbracketed(expr)
        return beside([Box(("∂ " if plain else "∂",)), super().differential(expr)])

    # --- sums and functions -----------------------------------------------------------------------

    def set_sum(self, expr: t.Sum) -> Box:
        """Set ∑ with its letters below, and its upper end above."""
        body = self.show(expr.body, Level.ENTRYWISE)
        below, over = self.line.limit_texts(expr)
        column = [self.text(over, Style.ITALIC)] if over else []
        sign = above([*column, Box(("∑",)), self.text(below, Style.ITALIC)], len(column))
        return beside([sign, Box((" ",)), body])

    def set_call(self, expr: t.Call) -> Box:
        """Set a function with its arguments."""
        single = len(expr.args) == 1 and not expr.options
        if expr.function == "exp" and single and not self.is_taken("e"):
            return self._raised(self.text("e", Style.ITALIC), expr.args[0])
        args = [self.show(arg) for n, arg in enumerate(expr.args)]
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

    def set_cases(self, expr: t.Cases) -> Box:
        """Set values under conditions, behind a brace."""
        rows = [(self.show(value), Box(("if ",)), self.condition(holds)) for value, holds in expr.branches]
        rows.append((self.show(expr.otherwise), Box(("otherwise",)), Box(("",))))
        width = max(row[0].width for row in rows)
        lines: list[Box] = []
        for n, (value, word, condition) in enumerate(rows):
            lines += [Box((" ",))] if n and len(rows) == 2 else []
            lines.append(beside([value, Box((" " * (width - value.width + 2),)), word, condition]))
        lines += [Box((" ",))] if sum(line.height for line in lines) % 2 == 0 else []
        whole = above(lines, 0, "left")
        return brace(Box(whole.lines, whole.height // 2, whole.parts))

    # --- arrays -----------------------------------------------------------------------------------

    def set_stack(self, expr: t.Stack) -> Box:
        """Set an array: a list of numbers on one line, lists of lists as a matrix."""
        rows = [item.items for item in expr.items if isinstance(item, t.Stack)]
        if len(rows) == len(expr.items) and len({len(row) for row in rows}) == 1:
            numbers = all(isinstance(item, t.Number) for row in rows for item in row)
            return matrix([[self.show(i) for c, i in enumerate(row)] for r, row in enumerate(rows)], numbers)
        items = [self.show(item) for n, item in enumerate(expr.items)]
        if any(item.height > 1 for item in items):
            return matrix([[item] for item in items])
        return bracketed(self._joined(items, ", "), "[", "]")


# --- formulas that are wider than their place: broken at relations and signs ------------------------------


def _broken(expr: t.Expr, setter: Layout, width: int) -> Box | None:
    """Break a chain before its relations, a sum before its signs; None where a piece is still too wide."""
    if isinstance(expr, t.Chain):
        signs = [f" {setter.relation(sign)} " for sign in expr.relations]
        head = setter.show(expr.sides[0], Level.SUM)
        pieces = [(sign, setter.show(side, Level.SUM)) for sign, side in zip(signs, expr.sides[1:], strict=True)]
        indent = head.width if all(head.width + cells(s) + b.width <= width for s, b in pieces) else 1
    elif isinstance(expr, t.Add):
        pieces = [_term(term, setter, n) for n, term in enumerate(expr.terms)]
        (_, head), pieces, indent = pieces[0], pieces[1:], 0
    else:
        return None
    rows = _filled(head, pieces, indent, width, isinstance(expr, t.Add))
    return above(rows, 0, "left") if all(row.width <= width for row in rows) else None


def _term(term: t.Expr, setter: Layout, n: int) -> tuple[str, Box]:
    if n and isinstance(term, t.Neg):
        return " − ", setter.show(term.arg, Level.ENTRYWISE)
    return " + ", setter.show(term, Level.ENTRYWISE if n else Level.SIGN)


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
