"""How tightly constructions hold together, and small facts about trees that every printer asks for."""

from __future__ import annotations

from enum import Enum, IntEnum
from fractions import Fraction

from bptutor.errors import UnreadableAnswer
from bptutor.notation import tree as t
from bptutor.notation.array_functions.table import ARRAY_FUNCTIONS, ELEMENTWISE, Gives
from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes


class Style(Enum):
    """How letters look: scalars slanted, arrays bold, words and digits upright."""

    PLAIN = "plain"
    ITALIC = "italic"
    BOLD = "bold"


class Level(IntEnum):
    """How tightly a construction holds its parts together; the tighter, the larger."""

    RELATION = 0
    SUM = 1
    SIGN = 2
    ENTRYWISE = 3
    PRODUCT = 4
    QUOTIENT = 5
    POWER = 6
    ATOM = 7


LEVELS: dict[type[t.Expr], Level] = {
    t.Chain: Level.RELATION,
    t.Add: Level.SUM,
    t.Neg: Level.SIGN,
    t.Outer: Level.ENTRYWISE,
    t.MatMul: Level.PRODUCT,
    t.Sum: Level.PRODUCT,
    t.Div: Level.QUOTIENT,
    t.Derivative: Level.QUOTIENT,
    t.Pow: Level.POWER,
    t.Transpose: Level.POWER,
}

UNBRACKETED = frozenset({"log", "ln"})
"""Functions whose single atomic argument needs no brackets: `log pₖ`."""

SIGNS = {"sigmoid": "σ", "sigmoid'": "σ′", "trace": "tr"}
"""Functions shown by a sign of their own."""


def is_array(expr: t.Expr, scope: Scope) -> bool:
    """Whether the value of an expression has positional axes, as far as ⊙ and plain products must be told apart."""
    if isinstance(expr, t.Name):
        declared = scope.names.get(expr.id)
        return bool(declared and declared.axes)
    if isinstance(expr, t.At):
        return any(isinstance(s, t.Whole) for s in expr.subscripts)
    if isinstance(expr, t.Derivative):
        return is_array(expr.of, scope) or is_array(expr.by, scope)
    if isinstance(expr, t.Number | t.Letter | t.Delta | t.Text):
        return False
    if isinstance(expr, t.Stack | t.Outer | t.Transpose):
        return True
    if isinstance(expr, t.Einsum):
        return not expr.spec.endswith("->")
    if isinstance(expr, t.Slice):
        return any(not isinstance(item, int) for item in expr.items) or _has_axes_left(expr, scope)
    if isinstance(expr, t.Call) and _gives(expr, scope) is not Gives.LIKE_ITS_ARGUMENTS:
        return _gives(expr, scope) is Gives.ARRAY
    if isinstance(expr, t.Sum):
        return is_array(expr.body, scope)
    return any(is_array(child, scope) for child in t.children(expr))


def _opens_with_sign(expr: t.Expr) -> bool:
    """Whether a factor is in bars or square brackets, which would join what comes before it."""
    return isinstance(expr, t.Stack | t.Compare) or (isinstance(expr, t.Call) and expr.function in ("abs", "norm"))


def needs_sign(product: t.MatMul, scope: Scope) -> bool:
    """Whether factors side by side would be read as another product: two columns pair entry by entry."""
    node: t.Expr = product
    while isinstance(node, t.MatMul):
        try:
            left, right = (axes.of(side, scope) for side in (node.left, node.right))
        except UnreadableAnswer:
            return False
        if not left.axes or not right.axes or _opens_with_sign(node.left) or _opens_with_sign(node.right):
            return True
        if len(left.axes) == len(right.axes) == 1 and left.row == right.row:
            return True
        node = node.left
    return False


def _has_axes_left(taken: t.Slice, scope: Scope) -> bool:
    """Whether `W[0]` is a row rather than a number."""
    try:
        return bool(axes.of(taken, scope).axes)
    except UnreadableAnswer:
        return False


def _gives(call: t.Call, scope: Scope) -> Gives:
    """Return what a call is to ⊙, as its row of the table says; a declared function maps entries."""
    row = ARRAY_FUNCTIONS.get(call.function) or ELEMENTWISE.get(call.function)
    if row is not None and (row.gives is not Gives.NUMBER or call.option("axis") is None):
        return row.gives
    if row is not None:
        return Gives.ARRAY
    maps = call.function.rstrip("'") in scope.functions or call.function == "sigmoid'"
    return Gives.LIKE_ITS_ARGUMENTS if maps else Gives.NUMBER


def exact(value: Fraction) -> str:
    """Return a rational as an integer, a finite decimal, or a quotient."""
    if value.denominator == 1:
        return str(value.numerator)
    digits, rest = 0, value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
            digits += 1
    if rest != 1 or digits > 12:
        return f"{value.numerator}/{value.denominator}"
    scaled = value * 10**digits
    text = f"{abs(scaled.numerator):0{digits + 1}d}"
    sign = "-" if value < 0 else ""
    return (sign + text[:-digits] + "." + text[-digits:]).rstrip("0").rstrip(".")


def slice_text(items: tuple[t.Span | int | None, ...]) -> str:
    """Return the inside of Python's index brackets."""
    return ", ".join("None" if i is None else str(i) if isinstance(i, int) else _span(i) for i in items)


def _span(span: t.Span) -> str:
    start, stop = ("" if n is None else str(n) for n in (span.start, span.stop))
    return f"{start}:{stop}" + ("" if span.step is None else f":{span.step}")
