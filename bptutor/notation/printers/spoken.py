"""Mathematics in words, for reading aloud: "the sum over k of y k times the quantity delta k i minus p i"."""

from __future__ import annotations

import re

from bptutor.notation import tree as t
from bptutor.notation.array_functions.table import ARRAY_FUNCTIONS, ELEMENTWISE
from bptutor.notation.printers.latex import greek
from bptutor.notation.printers.precedence import exact, is_array
from bptutor.notation.printers.scripts import split_scripts
from bptutor.notation.scope import Scope

_RELATIONS = {
    **{"=": "equals", "≠": "is not", "<": "is less than", "≤": "is at most", ">": "is greater than"},
    **{"≥": "is at least", "≈": "is about", "∈": "is in", "⇒": "implies", "→": "goes to", ":=": "is defined as"},
}
_WORD = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)?")
_POWERS = {2: "squared", 3: "cubed", -1: "to the minus 1"}


def words(expr: t.Expr, scope: Scope) -> str:
    """Say a tree in words.

    Args:
        expr: A finished tree, or a chain of prose.
        scope: Where displays of names come from.

    Returns:
        One sentence without a final stop; a bracket is "the quantity", closed by a comma where more follows.
    """
    return _Voice(scope).say(expr).rstrip(",")


class _Voice:
    """Says the nodes of a tree."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def say(self, expr: t.Expr) -> str:
        """Say a node."""
        result: str = getattr(self, "_" + type(expr).__name__.lower())(expr)
        return result

    def _part(self, expr: t.Expr, last: bool = True) -> str:
        """Say a factor, an argument or a side of a quotient; what is composed is "the quantity"."""
        said = self.say(expr)
        if isinstance(expr, t.Add | t.Div | t.Neg | t.Cases) or (isinstance(expr, t.Mul | t.MatMul) and not last):
            said = f"the quantity {said}"
            return said if last else f"{said.rstrip(',')},"
        return said if last or not isinstance(expr, t.Sum | t.Call | t.Derivative | t.Pow) else f"{said},"

    def _number(self, expr: t.Number) -> str:
        text = exact(expr.value) if not expr.text or "e" in expr.text.lower() else expr.text.replace("−", "-")
        return text.replace("-", "minus ").replace("/", " over ")

    def _name(self, expr: t.Name) -> str:
        shown = self.scope.shown(expr.id)
        if "(" in shown:  # a line of code that stands for its value
            return shown
        base, low, high = split_scripts(shown)
        return " ".join(spelled(piece) for piece in (base, high, low) if piece)

    def _letter(self, expr: t.Letter) -> str:
        return spelled(expr.id)

    def _whole(self, expr: t.Whole) -> str:
        return "all"

    def _text(self, expr: t.Text) -> str:
        return spelled(expr.text) if len(expr.text) <= 3 else expr.text

    def _at(self, expr: t.At) -> str:
        base = self.say(expr.base)
        if not isinstance(expr.base, t.Name | t.Text):
            base = f"the quantity {base}, at"
        elif any(isinstance(place, t.Add | t.Neg | t.Mul) for place in expr.subscripts):
            base += " at"
        elif base[-1:].isdigit():  # the number of a layer, and not the first subscript
            base += " sub"
        return " ".join([base, *self._subscripts(expr.subscripts)])

    def _subscripts(self, subscripts: tuple[t.Expr, ...]) -> list[str]:
        said = [self.say(s) for s in subscripts]
        composed = any(isinstance(s, t.Add | t.Neg | t.Mul) for s in subscripts)
        return [", ".join(said)] if composed else said

    def _delta(self, expr: t.Delta) -> str:
        return " ".join(["delta", *self._subscripts((expr.left, expr.right))])

    def _add(self, expr: t.Add) -> str:
        said = [self._term(expr.terms[0])]
        for term in expr.terms[1:]:
            if isinstance(term, t.Neg):
                said += ["minus", self._term(term.arg)]
            else:
                said += ["plus", self._term(term)]
        return " ".join(said)

    def _term(self, expr: t.Expr) -> str:
        """A sum and a function end with a comma, so that the next sign is heard as outside of them."""
        if isinstance(expr, t.Add):
            return f"the quantity {self.say(expr)},"
        said = self.say(expr)
        return f"{said}," if any(isinstance(node, t.Sum | t.Div | t.Derivative) for node in t.walk(expr)) else said

    def _neg(self, expr: t.Neg) -> str:
        return f"minus {self._part(expr.arg) if isinstance(expr.arg, t.Add) else self.say(expr.arg)}"

    def _mul(self, expr: t.Mul) -> str:
        said, arrays = "", 0
        for n, factor in enumerate(expr.factors):
            array = is_array(factor, self.scope)
            arrays += array
            times = " times entry by entry " if array and arrays > 1 else " times "
            said += times * bool(said) + self._part(factor, n == len(expr.factors) - 1)
        return said

    def _matmul(self, expr: t.MatMul) -> str:
        return f"{self._part(expr.left, isinstance(expr.left, t.MatMul))} times {self._part(expr.right)}"

    def _div(self, expr: t.Div) -> str:
        num, den = self._part(expr.num, last=False), self._part(expr.den)
        if isinstance(expr.den, t.Mul):
            den = f"the quantity {den}"
        return f"{num} over {den}"

    def _pow(self, expr: t.Pow) -> str:
        base = self._part(expr.base, last=False)
        if isinstance(expr.exponent, t.Number) and expr.exponent.value in _POWERS:
            return f"{base} {_POWERS[int(expr.exponent.value)]}"
        return f"{base} to the power {self._exponent(expr.exponent)}"

    def _exponent(self, expr: t.Expr) -> str:
        simple = isinstance(expr, t.Neg) and isinstance(expr.arg, t.Name | t.At | t.Number | t.Letter)
        return self.say(expr) if simple else self._part(expr)

    def _transpose(self, expr: t.Transpose) -> str:
        return f"{self._part(expr.arg, last=False)} transposed"

    def _outer(self, expr: t.Outer) -> str:
        return f"the outer product of {self._part(expr.left)} and {self._part(expr.right)}"

    def _sum(self, expr: t.Sum) -> str:
        over = " and ".join(spelled(letter) for letter in expr.letters)
        if expr.low is not None:
            over += f" from {self.say(expr.low)}" + (f" to {self.say(expr.high)}" if expr.high is not None else "")
        if expr.where is not None:
            over += f", where {self._condition(expr.where)},"
        return f"the sum over {over} of {self._part(expr.body)}"

    def _derivative(self, expr: t.Derivative) -> str:
        return f"the derivative of {self._part(expr.of)} by {self._part(expr.by)}"

    def _call(self, expr: t.Call) -> str:
        args = " and ".join(self._part(arg) for arg in expr.args)
        if expr.function == "exp":
            return f"e to the power {self._exponent(expr.args[0])}"
        function = expr.function.rstrip("'")
        if function != expr.function:
            return f"the slope of {spelled(function)} at {args}"
        row = ARRAY_FUNCTIONS.get(function) or ELEMENTWISE.get(function)
        said = (row.spoken if row else "") or f"{spelled(function)} of"
        options = "".join(f", {key} {value}" for key, value in expr.options)
        return f"{said} {args}{options}"

    def _compare(self, expr: t.Compare) -> str:
        return f"the quantity 1 if {self._condition(expr)}, else 0,"

    def _condition(self, expr: t.Expr) -> str:
        if isinstance(expr, t.Mul):
            return " and ".join(self._condition(factor) for factor in expr.factors)
        if isinstance(expr, t.Compare):
            return f"{self.say(expr.left)} {_RELATIONS[expr.relation.value]} {self.say(expr.right)}"
        return self.say(expr)

    def _cases(self, expr: t.Cases) -> str:
        said = [f"{self.say(value)} if {self._condition(holds)}" for value, holds in expr.branches]
        return "; ".join([*said, f"otherwise {self.say(expr.otherwise)}"])

    def _stack(self, expr: t.Stack) -> str:
        if any(isinstance(item, t.Stack) for item in expr.items):
            return f"the matrix with rows {'; '.join(self._listed(item) for item in expr.items)}"
        return f"the list {self._listed(expr)}"

    def _listed(self, expr: t.Expr) -> str:
        return ", ".join(self.say(item) for item in expr.items) if isinstance(expr, t.Stack) else self.say(expr)

    def _einsum(self, expr: t.Einsum) -> str:
        inputs, _, output = expr.spec.partition("->")
        spec = ", ".join(" ".join(letters) for letters in inputs.split(",")) + " to " + (" ".join(output) or "a number")
        return f"einsum {spec} of {' and '.join(self._part(operand) for operand in expr.operands)}"

    def _slice(self, expr: t.Slice) -> str:
        return f"{self._part(expr.base)} at {', '.join(_place(item) for item in expr.items)}"

    def _chain(self, expr: t.Chain) -> str:
        said = self.say(expr.sides[0])
        for relation, side in zip(expr.relations, expr.sides[1:], strict=True):
            sign = "," if relation == "," else f" {_RELATIONS.get(relation, relation)}"
            said += f"{sign} {self.say(side)}"
        return said


def _place(item: t.Span | int | None) -> str:
    """Say one place of Python's index brackets."""
    if not isinstance(item, t.Span):
        return "a new axis" if item is None else str(item).replace("-", "minus ")
    if item.stop is not None:
        said = f"{item.start or 0} to before {item.stop}"
    else:
        said = "all" if item.start is None else f"{item.start} and on"
    step = {None: "", -1: " backwards"}.get(item.step, f" in steps of {item.step}")
    return f"{said}{step}".replace("-", "minus ")


def spelled(text: str) -> str:
    """Say an identifier: Greek letters by name, digits apart from letters: `dW2` as "dW 2"."""
    said = []
    for word in _WORD.findall(text) or [text]:
        has_greek = any("Α" <= c <= "ω" for c in word)
        said.append(" ".join(greek(c) if "Α" <= c <= "ω" else c for c in word) if has_greek else word)
    return " ".join(said)
