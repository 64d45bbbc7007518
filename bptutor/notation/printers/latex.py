r"""LaTeX source: `-\sum_{k} y_{k} (\delta_{ki} - p_{i})`; reads back to the same tree."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import ClassVar

from bptutor.notation import tree as t
from bptutor.notation.printers import unicode
from bptutor.notation.printers.common import Printer
from bptutor.notation.printers.precedence import Level, Style
from bptutor.notation.printers.scripts import split_scripts
from bptutor.notation.scope import Scope

_RELATIONS = {"≠": r"\ne", "≤": r"\le", "≥": r"\ge", "≈": r"\approx", "∈": r"\in", "⇒": r"\Rightarrow", "→": r"\to"}
_COMMANDS = frozenset(("exp", "log", "ln", "max", "min", "sin", "cos", "tan", "sinh", "cosh", "tanh"))


def source(expr: t.Expr, scope: Scope) -> str:
    """Print a tree as LaTeX, for the mathematics mode of any document.

    Args:
        expr: A finished tree.
        scope: Where displays of names come from.
    """
    return Latex(scope).show(expr)


class Latex(Printer[str]):
    """Sets a tree as LaTeX source."""

    minus: ClassVar[str] = "-"
    entrywise: ClassVar[str] = r" \odot "
    times: ClassVar[str] = r" \cdot "
    outer_sign: ClassVar[str] = r" \otimes "

    def text(self, text: str, style: Style = Style.PLAIN) -> str:
        r"""Set characters; Greek letters by their commands, the dot between factors as `\cdot`."""
        if text == "·":
            return r" \cdot "
        return letters(text) if style is not Style.PLAIN else text

    def row(self, pieces: Sequence[str]) -> str:
        """Join pieces."""
        return "".join(pieces)

    def enclosed(self, piece: str, left: str = "(", right: str = ")") -> str:
        """Put brackets around a piece, growing ones where a fraction is inside."""
        tall = r"\frac" in piece or r"\begin" in piece or r"\sum" in piece
        return rf"\left{left}{piece}\right{right}" if tall else left + piece + right

    def edges(self, piece: str) -> str:
        """Return the piece."""
        return piece

    def gap(self, left: str, right: str, before: t.Expr, after: t.Expr) -> str:
        """Keep factors apart by a space, which LaTeX does not show."""
        found = super().gap(left, right.removeprefix(r"\left"), before, after)
        return found if found == "·" else " "

    def relation(self, sign: str) -> str:
        """Return the command of a relation."""
        return _RELATIONS.get(sign, sign)

    def set_text(self, expr: t.Text) -> str:
        """Set words as text, single letters as symbols."""
        return letters(expr.text) if len(expr.text) == 1 else rf"\text{{{expr.text}}}"

    def set_name(self, expr: t.Name) -> str:
        """Set the display of a name: `W²` as `W^{2}`."""
        base, low, high = split_scripts(self.scope.shown(expr.id))
        return letters(base) + (f"_{{{low}}}" if low else "") + (f"^{{{high}}}" if high else "")

    def set_at(self, expr: t.At) -> str:
        """Set `W_{ij}`."""
        base = self.show(expr.base, Level.ATOM)
        if isinstance(expr.base, t.At) or (base.endswith("}") and "_{" in base):
            base = self.enclosed(base)
        return self.lowered(base, expr.subscripts)

    def lowered(self, base: str, subscripts: Sequence[t.Expr]) -> str:
        """Set subscripts, with commas where one is longer than a letter."""
        shown = [self.show(s, Level.SUM) for s in subscripts]
        apart = len(shown) > 1 and any(len(s) > 1 or s == ":" for s in shown)
        return base + "_{" + (", " if apart else "").join(shown) + "}"

    def set_div(self, expr: t.Div) -> str:
        """Set a fraction."""
        return rf"\frac{{{self.show(expr.num)}}}{{{self.show(expr.den)}}}"

    def set_pow(self, expr: t.Pow) -> str:
        """Set a power; a base with a superscript of its own is in brackets."""
        base = self.show(expr.base, Level.ATOM)
        twice = "^" in base and not base.endswith(")")
        if twice or (isinstance(expr.base, t.Name) and self._is_layer(base, expr.exponent)):
            base = self.enclosed(base)
        return f"{base}^{{{self.show(expr.exponent)}}}"

    def _is_layer(self, base: str, exponent: t.Expr) -> bool:
        raised = f"{base}^{{{self.show(exponent)}}}"
        return any(self.set_name(t.Name(name)) == raised for name in self.scope.names)

    def set_transpose(self, expr: t.Transpose) -> str:
        r"""Set `W^{\top}`."""
        base = self.show(expr.arg, Level.ATOM)
        return (self.enclosed(base) if "^" in base and not base.endswith(")") else base) + r"^{\top}"

    def set_derivative(self, expr: t.Derivative) -> str:
        """Set a fraction of ∂s."""
        of, by = self.differential(expr.of), self.differential(expr.by)
        return rf"\frac{{\partial {of}}}{{\partial {by}}}"

    def set_sum(self, expr: t.Sum) -> str:
        r"""Set `\sum_{k \ne i}`."""
        below, above = unicode.Line(self.scope).limit_texts(expr)
        for sign, command in _RELATIONS.items():
            below = below.replace(sign, f" {command} ")
        limits = f"_{{{below.replace('−', '-')}}}" + (f"^{{{above.replace('−', '-')}}}" if above else "")
        return rf"\sum{limits} {self.show(expr.body, Level.ENTRYWISE)}"

    def set_call(self, expr: t.Call) -> str:
        """Set a function with its arguments."""
        single = len(expr.args) == 1 and not expr.options
        args = [self.show(arg) for n, arg in enumerate(expr.args)]
        if expr.function == "exp" and single and not self.is_taken("e"):
            return f"e^{{{args[0]}}}"
        if expr.function == "sqrt" and single:
            return rf"\sqrt{{{args[0]}}}"
        sign = self._sign(expr.function)
        if self.stands_unbracketed(expr):
            return f"{sign} {args[0]}"
        options = [f"{key}={unicode.option_text(value)}" for key, value in expr.options]
        return sign + self.enclosed(", ".join([*args, *options]))

    def word(self, function: str) -> str:
        """Set the name of a function before brackets."""
        return self._sign(function)

    def _sign(self, function: str) -> str:
        shown = unicode.Line(self.scope).function_sign(function).replace("′", "'")
        base, prime = shown.rstrip("'"), "'" * shown.count("'")
        if base in _COMMANDS:
            return f"\\{base}{prime}"
        return (letters(base) if len(base) == 1 else rf"\operatorname{{{base}}}") + prime

    def set_cases(self, expr: t.Cases) -> str:
        """Set the environment `cases`."""
        rows = [
            rf"{self.show(value)} & \text{{if }} {self.condition(holds)}"
            for n, (value, holds) in enumerate(expr.branches)
        ]
        rows.append(rf"{self.show(expr.otherwise)} & \text{{otherwise}}")
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"

    def set_stack(self, expr: t.Stack) -> str:
        """Set a matrix; a vector as a column."""
        listed = [item.items if isinstance(item, t.Stack) else (item,) for item in expr.items]
        rows = [" & ".join(self.show(i) for i in row) for row in listed]
        return r"\begin{bmatrix} " + r" \\ ".join(rows) + r" \end{bmatrix}"

    def set_einsum(self, expr: t.Einsum) -> str:
        """Set einsum as the function it is."""
        operands = ", ".join(self.show(operand) for operand in expr.operands)
        return rf'\operatorname{{einsum}}("{expr.spec}", {operands})'


def letters(text: str) -> str:
    """Return letters as LaTeX: Greek ones by command, words upright and together."""
    if len(text) != 1:
        return rf"\mathrm{{{text}}}"
    return "\\" + greek(text) if "Α" <= text <= "ω" else text


def greek(letter: str) -> str:
    """Return the English name of a Greek letter, with a capital for a capital."""
    name = unicodedata.name(letter, "").rsplit(" ", 1)[-1].lower().replace("lamda", "lambda")
    return name.capitalize() if letter.isupper() else name
