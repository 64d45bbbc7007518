"""One line of Unicode: `−Σₖ yₖ(δₖᵢ − pᵢ)`, `(W²)ᵀδ² ⊙ σ′(z¹)`.

Raised and lowered letters are used only where the whole script has them, else `_{…}` and `^(…)`. Every line
reads back to the tree it was printed from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from bptutor.notation import tree as t
from bptutor.notation.printers.common import Printer
from bptutor.notation.printers.precedence import SIGNS, Level, Style
from bptutor.notation.printers.scripts import LOWERED, ends_in_script, lowered, raised
from bptutor.notation.scope import Scope

BARS = {"abs": ("|", "|"), "norm": ("‖", "‖")}
"""Functions shown by bars around their argument."""


def line(expr: t.Expr, scope: Scope) -> str:
    """Print a tree as one line.

    Args:
        expr: A finished tree.
        scope: Where displays of names come from.

    Returns:
        Text without line breaks that `parse.read` reads back (a `Chain`: `parse.read_prose`).
    """
    return Line(scope).show(expr)


class Line(Printer[str]):
    """Sets a tree as one line of text."""

    fractions_enclose: ClassVar[bool] = False

    def text(self, text: str, style: Style = Style.PLAIN) -> str:
        """Set characters as they are."""
        return text

    def row(self, pieces: Sequence[str]) -> str:
        """Join pieces."""
        return "".join(pieces)

    def enclosed(self, piece: str, left: str = "(", right: str = ")") -> str:
        """Put brackets around a piece."""
        return left + piece + right

    def edges(self, piece: str) -> str:
        """Return the piece."""
        return piece

    # --- names and elements -----------------------------------------------------------------------

    def set_name(self, expr: t.Name) -> str:
        """Set the display of a name."""
        return self.scope.shown(expr.id)

    def set_at(self, expr: t.At) -> str:
        """Set `Wᵢⱼ`, `p₁`, `W_{i,2b}`, `(Wᵀδ)ⱼ`."""
        base = self.show(expr.base, Level.ATOM)
        ends_lowered = base.endswith("}") or (ends_in_script(base) and not raised_end(base))
        if isinstance(expr.base, t.At) or ends_lowered:
            base = self.enclosed(base)
        return base + self.subscripts(expr.subscripts)

    def lowered(self, base: str, subscripts: Sequence[t.Expr]) -> str:
        """Set subscripts in lowered letters where there are some."""
        return base + self.subscripts(subscripts)

    def subscripts(self, subscripts: Sequence[t.Expr]) -> str:
        """Set subscripts: letters side by side where each is one character, else between commas."""
        shown = [self.show(s, Level.SUM) for s in subscripts]
        apart = len(shown) > 1 and any(len(s) > 1 or s == ":" for s in shown)
        low = "" if apart else lowered("".join(shown))
        if low:
            return low
        return "_{" + (",".join(s.replace(" ", "") for s in shown) if apart else "".join(shown).replace(" ", "")) + "}"

    # --- quotients, powers ------------------------------------------------------------------------

    def set_div(self, expr: t.Div) -> str:
        """Set `a/b`, or `y ⊘ p` for arrays."""
        if self._is_entrywise_quotient(expr):
            left = self._closed(expr.num, Level.PRODUCT)
            return f"{left} ⊘ {self.show(expr.den, Level.POWER)}"
        return f"{self.show(expr.num, Level.POWER)}/{self.show(expr.den, Level.POWER)}"

    def set_pow(self, expr: t.Pow) -> str:
        """Set `x²`, `e⁻ˣ`, `x^(i+1)`."""
        base = self.show(expr.base, Level.ATOM)
        script = self.superscript(expr.exponent)
        if self._is_misread(expr.base, base + script):
            base = self.enclosed(base)
        return base + script

    def superscript(self, exponent: t.Expr) -> str:
        """Set an exponent in raised letters, or as `^(…)`."""
        shown = self.show(exponent)
        plain = isinstance(exponent, t.Number | t.Name | t.Letter | t.Text | t.Neg | t.Add | t.Mul)
        return (raised(shown) if plain else "") or f"^({shown})"

    def _is_misread(self, base: t.Expr, shown: str) -> bool:
        """Whether a power would read as a layer: `W²` beside a declared W2, or two superscripts in a row."""
        name = base.base if isinstance(base, t.At) else base
        if not isinstance(name, t.Name):
            return False
        display = self.scope.shown(name.id)
        if raised_end(display) or name.id in self.scope.layers:
            return True
        layers = (d.show for d in self.scope.names.values() if d.id != name.id and raised_end(d.show))
        return any(shown.startswith(layer) for layer in layers)

    def set_transpose(self, expr: t.Transpose) -> str:
        """Set `Wᵀ`, `(W²)ᵀ`."""
        base = self.show(expr.arg, Level.ATOM)
        return (self.enclosed(base) if ends_in_script(base) else base) + "ᵀ"

    def set_derivative(self, expr: t.Derivative) -> str:
        """Set `∂L/∂zᵢ`; what is longer than a name is in brackets."""
        return f"∂{self.differential(expr.of)}/∂{self.differential(expr.by)}"

    # --- sums and functions -----------------------------------------------------------------------

    def set_sum(self, expr: t.Sum) -> str:
        """Set `Σₖ yₖ`, `Σ_{k≠i} yₖ`, `Σₖ₌₁ᴷ zₖ`."""
        return f"Σ{self.limits(expr)} {self.show(expr.body, Level.ENTRYWISE)}"

    def limits(self, expr: t.Sum) -> str:
        """Set the limits of Σ, in lowered and raised letters where there are some."""
        below, above = self.limit_texts(expr)
        under, over = lowered(below), raised(above)
        if under and (over or not above):
            return under + over
        return "_{" + below + "}" + ("^{" + above + "}" if above else "")

    def limit_texts(self, expr: t.Sum) -> tuple[str, str]:
        """Return the limits of Σ: `k≠i` and nothing, `k=1` and `K`."""
        below = ",".join(expr.letters) if any(len(letter) > 1 for letter in expr.letters) else "".join(expr.letters)
        if expr.where is not None:
            bound = self.condition(expr.where).replace(" ", "")
            named = {node.id for node in t.walk(expr.where) if isinstance(node, t.Letter)}
            below = ",".join([*(letter for letter in expr.letters if letter not in named), bound])
        if expr.low is not None:
            below += "=" + self.show(expr.low, Level.SUM).replace(" ", "")
        return below, "" if expr.high is None else self.show(expr.high).replace(" ", "")

    def set_call(self, expr: t.Call) -> str:
        """Set `σ(z)`, `log pₖ`, `e⁻ˣ`, `√x`, `|x|`, `sum(x, axis=0)`."""
        args = [self.show(arg) for n, arg in enumerate(expr.args)]
        if expr.function == "exp" and len(args) == 1 and not self.is_taken("e") and not expr.options:
            return "e" + self.superscript(expr.args[0])
        if self.stands_unbracketed(expr):
            return f"{expr.function} {args[0]}"
        if expr.function == "sqrt" and not expr.options:
            return f"√({args[0]})"
        if expr.function in BARS and len(args) == 1 and not expr.options and not set("|‖[") & set(args[0]):
            return BARS[expr.function][0] + args[0] + BARS[expr.function][1]
        options = [f"{key}={option_text(value)}" for key, value in expr.options]
        return f"{self.function_sign(expr.function)}({', '.join([*args, *options])})"

    def function_sign(self, function: str) -> str:
        """Return how a function is shown."""
        sign = SIGNS.get(function, function)
        taken = sign != function and (self.is_taken("σ") or "σ" in self.scope.functions)
        return (function if taken else sign).replace("'", "′")

    def set_cases(self, expr: t.Cases) -> str:
        """Set `where(z > 0, a, b)`, or `cases(a if c; …; b)` for several branches."""
        shown = [f"{self.show(value)}, {self.condition(holds)}" for value, holds in expr.branches]
        otherwise = self.show(expr.otherwise)
        if len(shown) == 1:
            ((value, holds),) = expr.branches
            return f"where({self.condition(holds)}, {self.show(value)}, {otherwise})"
        return f"cases({', '.join([*shown, otherwise])})"

    # --- arrays -----------------------------------------------------------------------------------

    def set_stack(self, expr: t.Stack) -> str:
        """Set `[1, 2]`."""
        return "[" + ", ".join(self.show(item) for n, item in enumerate(expr.items)) + "]"


def raised_end(text: str) -> bool:
    """Whether a display ends in a superscript: `W²`."""
    return ends_in_script(text) and text[-1] not in LOWERED


def option_text(value: object) -> str:
    """Return a keyword argument as Python writes it."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return "(" + ", ".join(option_text(v) for v in value) + ("," if len(value) == 1 else "") + ")"
    return str(value)
