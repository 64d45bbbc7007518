"""Which elements made this element, and the arithmetic spelled out.

An entry of an array expression is itself an expression: of the entries of its operands. `entry` writes
it down (row i and column j of a matrix product, the terms of a Σ, the one partner of ⊙), and
`explain` puts the numbers in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bptutor.errors import BptutorError
from bptutor.notation import tree as t
from bptutor.notation.printers.unicode import line
from bptutor.notation.shapes import axes
from bptutor.notation.values.evaluate import NoValue, Values, evaluate
from bptutor.notation.values.forward_autodiff import ELEMENTWISE

MOST_TERMS = 12
"""Longer sums are not spelled out."""


@dataclass(frozen=True)
class Contributor:
    """One element that went into another."""

    name: str
    position: tuple[int, ...]
    """0-based."""
    value: float


@dataclass(frozen=True)
class Contributions:
    """How one element came about."""

    value: float
    contributors: tuple[Contributor, ...]
    formula: t.Expr | None
    """The element as an expression of its contributors; None for a drawn number."""
    arithmetic: str
    """The formula with numbers, `0.21 · 0.73 + 0.4`; empty for a drawn number or a long sum."""


def explain(expr: t.Expr, values: Values, position: tuple[int, ...]) -> Contributions:
    """Return what made one element.

    Args:
        expr: An expression, or the name of a given or defined array.
        values: The numbers.
        position: 0-based: places of the free indices in order of appearance, then of the positional axes.

    Raises:
        IndexError: The position is outside the array.
    """
    value = float(evaluate(expr, values)[position])
    opened = _opened(expr, values)
    if opened is None:
        return Contributions(value, (), None, "")
    try:
        formula = entry(opened, position, values)
    except (NoEntry, NoValue):
        return Contributions(value, (), None, "")
    leaves = dict.fromkeys(node for node in t.walk(formula) if _leaf(node))
    contributors = tuple(_contributor(leaf, values) for leaf in leaves)
    return Contributions(value, contributors, formula, _arithmetic(formula, values))


class NoEntry(BptutorError):
    """An entry of this expression has no short form."""


def _opened(expr: t.Expr, values: Values) -> t.Expr | None:
    """Follow names to their definitions; None for a drawn array."""
    seen: set[str] = set()
    while isinstance(expr, t.Name) and expr.id not in seen:
        seen.add(expr.id)
        declared = values.scope.names.get(expr.id)
        if declared is None or declared.definition is None:
            return None
        expr = declared.definition
    return expr


def entry(expr: t.Expr, position: tuple[int, ...], values: Values) -> t.Expr:
    """Return one entry of an expression as an expression of single elements.

    Raises:
        NoEntry: The expression is of a kind whose entries have no short form.
    """
    kind = axes.of(expr, values.scope)
    letters = tuple(kind.letters)
    fixed = dict(zip(letters, _numbered(position, values), strict=False))
    return _entry(_with_letters(expr, fixed), position[len(letters) :], values)


def _with_letters(expr: t.Expr, fixed: Mapping[str, t.Expr]) -> t.Expr:
    if not fixed:
        return expr
    if isinstance(expr, t.Letter):
        return fixed.get(expr.id, expr)
    if isinstance(expr, t.Sum):
        inner = {k: v for k, v in fixed.items() if k not in expr.letters}
        return t.rebuild(expr, lambda part: _with_letters(part, inner))
    return t.rebuild(expr, lambda part: _with_letters(part, fixed))


def _entry(expr: t.Expr, position: tuple[int, ...], values: Values) -> t.Expr:
    rule = _RULES.get(type(expr))
    if rule is None:
        raise NoEntry(type(expr).__name__)
    return rule(expr, position, values)


def _shape(expr: t.Expr, values: Values) -> tuple[int, ...]:
    return evaluate(expr, values).shape


def _paired(expr: t.Expr, position: tuple[int, ...], values: Values) -> t.Expr:
    """The entry of an operand that broadcasting pairs with a position."""
    shape = _shape(expr, values)
    own = position[len(position) - len(shape) :] if shape else ()
    return _entry(expr, tuple(0 if size == 1 else n for n, size in zip(own, shape, strict=True)), values)


def _elementwise(expr: t.Expr, position: tuple[int, ...], values: Values) -> t.Expr:
    return t.rebuild(expr, lambda part: _paired(part, position, values))


def _numbered(position: tuple[int, ...], values: Values) -> tuple[t.Expr, ...]:
    return tuple(t.Number(Fraction(n + values.scope.count_from)) for n in position)


def _at(expr: t.Expr, position: tuple[int, ...], values: Values) -> t.Expr:
    assert isinstance(expr, t.At)  # noqa: S101  # by the table
    if isinstance(expr.base, t.Name):
        return expr
    return _entry(expr.base, _positions(expr, values), values)


def _positions(expr: t.At, values: Values) -> tuple[int, ...]:
    """The 0-based positions that the subscripts of an element name."""
    return tuple(round(float(evaluate(s, values)[()])) - values.scope.count_from for s in expr.subscripts)


def _outer(expr: t.Expr, position: tuple[int, ...], values: Values) -> t.Expr:
    assert isinstance(expr, t.Outer | t.MatMul)  # noqa: S101  # by the table
    return t.Mul((_entry(expr.left, position[:1], values), _entry(expr.right, position[1:], values)))


def _matmul(expr: t.Expr, position: tuple[int, ...], values: Values) -> t.Expr:
    assert isinstance(expr, t.MatMul)  # noqa: S101  # by the table
    left, right = _shape(expr.left, values), _shape(expr.right, values)
    kind = axes.of(expr, values.scope)
    if len(left) == len(right) == 1 and len(kind.axes) == 2:  # a column and a row
        return _outer(expr, position, values)
    row = position[: len(left) - 1]
    column = position[len(left) - 1 :]
    if len(left) > 2 or len(right) > 2:
        raise NoEntry("a stack of products")
    terms = []
    for k in range(left[-1]):
        a = _entry(expr.left, (*row, k), values)
        b = _entry(expr.right, (k, *column), values)
        terms.append(t.Mul((a, b)))
    return terms[0] if len(terms) == 1 else t.Add(tuple(terms))


def _sum(expr: t.Expr, position: tuple[int, ...], values: Values) -> t.Expr:
    assert isinstance(expr, t.Sum)  # noqa: S101  # by the table
    if len(expr.letters) != 1 or expr.low is not None:
        raise NoEntry("a sum over a range")
    (letter,) = expr.letters
    axis = axes.letter_axes(expr.body, [letter], values.scope)[letter]
    terms = []
    for k in range(values.sizes.get(axis, 0)):
        fixed = {letter: t.Number(Fraction(k + values.scope.count_from))}
        if expr.where is not None and not evaluate(_with_letters(expr.where, fixed), values)[()]:
            continue
        terms.append(_entry(_with_letters(expr.body, fixed), position, values))
    if not terms:
        return t.Number(Fraction(0))
    return terms[0] if len(terms) == 1 else t.Add(tuple(terms))


def _call(expr: t.Expr, position: tuple[int, ...], values: Values) -> t.Expr:
    assert isinstance(expr, t.Call)  # noqa: S101  # by the table
    if expr.function.rstrip("'") in ELEMENTWISE and len(expr.args) == 1:
        return _elementwise(expr, position, values)
    if expr.function == "softmax" and len(expr.args) == 1:
        size = _shape(expr.args[0], values)[-1]
        parts = [t.Call("exp", (_entry(expr.args[0], (*position[:-1], k), values),)) for k in range(size)]
        return t.Div(parts[position[-1]], t.Add(tuple(parts)) if size > 1 else parts[0])
    raise NoEntry(expr.function)


_RULES: dict[type[t.Expr], Callable[[t.Expr, tuple[int, ...], Values], t.Expr]] = {
    t.Name: lambda expr, position, values: t.At(expr, _numbered(position, values)) if position else expr,
    t.At: _at,
    t.Number: lambda expr, position, values: expr,
    t.Neg: _elementwise,
    t.Add: _elementwise,
    t.Mul: _elementwise,
    t.Div: _elementwise,
    t.Pow: _elementwise,
    t.Compare: lambda expr, position, values: expr,
    t.Delta: lambda expr, position, values: t.Number(Fraction(int(evaluate(expr, values)[()]))),
    t.MatMul: _matmul,
    t.Transpose: lambda expr, position, values: _entry(expr.arg, position[::-1], values),  # type: ignore[attr-defined]
    t.Outer: _outer,
    t.Sum: _sum,
    t.Call: _call,
}


# --- the numbers -----------------------------------------------------------------------------------------


def _leaf(expr: t.Expr) -> bool:
    return isinstance(expr, t.At) and isinstance(expr.base, t.Name)


def _contributor(leaf: t.Expr, values: Values) -> Contributor:
    assert isinstance(leaf, t.At) and isinstance(leaf.base, t.Name)  # noqa: S101  # only leaves come here
    return Contributor(leaf.base.id, _positions(leaf, values), float(evaluate(leaf, values)[()]))


def _arithmetic(formula: t.Expr, values: Values) -> str:
    """Return the formula with numbers in place of elements, as one line."""
    if sum(1 for _ in t.walk(formula)) > 8 * MOST_TERMS:
        return ""
    return line(_numbers(formula, values), values.scope)


def _numbers(expr: t.Expr, values: Values) -> t.Expr:
    if not _leaf(expr) and not (isinstance(expr, t.Name) and not values.scope.names[expr.id].axes):
        return t.rebuild(expr, lambda part: _numbers(part, values))
    value = float(evaluate(expr, values)[()])
    text = np.format_float_positional(abs(value), precision=4, unique=True, trim="-")
    number = t.Number(Fraction(text), text)
    return t.Neg(number) if value < 0 and number.value else number
