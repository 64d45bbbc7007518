"""The value of each node of a tree, from those of its parts: one rule for each type of node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bptutor.notation import tree as t
from bptutor.notation.array_functions.table import ARRAY_FUNCTIONS
from bptutor.notation.values.backends import FLOATS, Array
from bptutor.notation.values.derivatives import declared, derivative
from bptutor.notation.values.forward_autodiff import ELEMENTWISE, plain
from bptutor.notation.values.labelled_array import (
    Labelled,
    NoValue,
    aligned,
    combined,
    contract_matrices,
    einsum,
    raveled,
    take,
)
from bptutor.notation.values.walk import Range, Walk


def _name(run: Walk, expr: t.Name) -> Labelled:
    if expr.id in run.parameters:
        return run.parameters[expr.id]
    if expr.id in run.field.constants and expr.id not in run.scope.names:
        out: Array = np.empty((), dtype=run.field.dtype)
        out[()] = run.field.constants[expr.id]
        return Labelled((), out)
    x = run.values.operand(expr.id)
    if run.values.is_position(expr.id):
        return Labelled((), run.field.array(plain(x)))
    return Labelled((), x)


def _pairwise(run: Walk, expr: t.Expr) -> Labelled:
    f = run.arithmetic
    combine = {t.Add: f.add, t.Mul: f.mul, t.Div: f.div, t.Pow: f.power}[type(expr)]
    return combined(combine, (run(part) for part in t.children(expr)))


def _neg(run: Walk, expr: t.Neg) -> Labelled:
    x = run(expr.arg)
    return Labelled(x.letters, run.arithmetic.neg(x.data), x.row)


def _transpose(run: Walk, expr: t.Transpose) -> Labelled:
    x = run(expr.arg)
    rank = x.rank
    if rank < 2:
        return Labelled(x.letters, x.data, not x.row and rank == 1)
    n = len(x.letters)
    order = (*range(n), *reversed(range(n, n + rank)))
    return Labelled(x.letters, run.arithmetic.shaped(lambda v: v.transpose(order), x.data))


def _outer(run: Walk, expr: t.Outer) -> Labelled:
    left, right = (raveled(run.arithmetic, run(factor)) for factor in (expr.left, expr.right))  # as NumPy does
    column = Labelled(left.letters, run.arithmetic.shaped(lambda v: v[..., :, None], left.data))
    row = Labelled(right.letters, run.arithmetic.shaped(lambda v: v[..., None, :], right.data))
    return combined(run.arithmetic.mul, iter((column, row)))


def _at(run: Walk, expr: t.At) -> Labelled:
    base = run(expr.base)
    keep = [i for i, s in enumerate(expr.subscripts) if isinstance(s, t.Whole)]
    subscripts: list[str | Labelled | None] = []
    for place, subscript in enumerate(expr.subscripts):
        size = base.data.shape[len(base.letters) + place]
        if isinstance(subscript, t.Whole):
            subscripts.append(None)
        elif isinstance(subscript, t.Letter) and _runs_over(run, subscript.id, size):
            subscripts.append(subscript.id)
        else:
            position = run(subscript)
            whole = np.asarray(plain(position.data), dtype=np.float64)
            subscripts.append(Labelled(position.letters, np.rint(whole).astype(int) - run.scope.count_from))
    declared = run.scope.names.get(expr.base.id) if isinstance(expr.base, t.Name) else None
    taken = take(run.arithmetic, base, subscripts, declared is not None and declared.outside_zero)
    if taken is None:
        raise NoValue("a position outside the array")
    return Labelled(taken.letters, taken.data, base.row and len(keep) == 1)


def _runs_over(run: Walk, letter: str, size: int) -> bool:
    """Tell whether an index takes each place of an axis once, in order."""
    known = run.ranges.get(letter)
    return known is None or known == Range(run.scope.count_from, size)


def _integer(run: Walk, expr: t.Expr) -> int:
    x = run(expr)
    if x.data.shape != ():
        raise NoValue("the bound of a sum is not one number")
    return int(np.rint(float(plain(x.data)[()])))


def _sum(run: Walk, expr: t.Sum) -> Labelled:
    limits: dict[str, Range] = {}
    if expr.low is not None and expr.high is not None:
        low, high = _integer(run, expr.low), _integer(run, expr.high)
        limits = {letter: Range(low, max(0, high - low + 1)) for letter in expr.letters}
    with run.bound(expr.letters, expr.body if expr.where is None else t.Mul((expr.body, expr.where))):
        run.ranges |= limits
        body = run(expr.body)
        if expr.where is not None:
            letters, (mask, value) = aligned([run(expr.where), body])
            body = Labelled(letters, run.arithmetic.where(plain(mask), value, run.arithmetic.constant(0)))
        for letter in expr.letters:
            if letter in body.letters:
                place = (body.letters.index(letter),)
                rest = tuple(x for x in body.letters if x != letter)
                body = Labelled(rest, run.arithmetic.sum(body.data, place), body.row)
            else:
                count = run.arithmetic.constant(run.range_of(letter).count)
                body = Labelled(body.letters, run.arithmetic.mul(body.data, count), body.row)
    return body


def _compare(run: Walk, expr: t.Compare) -> Labelled:
    letters, (a, b) = aligned([run(expr.left), run(expr.right)])
    if _is_integer(run, expr.left) and _is_integer(run, expr.right):  # letters are never symbols
        left, right = (np.asarray(plain(side), dtype=np.float64) for side in (a, b))
        mask = FLOATS.compare(expr.relation, left, right)
        return Labelled(letters, run.field.array(mask))
    return Labelled(letters, run.arithmetic.compare(expr.relation, a, b))


def _is_integer(run: Walk, expr: t.Expr) -> bool:
    """Tell whether an expression is made of letters, positions, sizes and numbers only."""
    return all(
        not isinstance(node, t.Name) or node.id in run.values.sizes or run.values.is_position(node.id)
        for node in t.walk(expr)
    )


def _cases(run: Walk, expr: t.Cases) -> Labelled:
    total = run(expr.otherwise)
    for value, condition in reversed(expr.branches):
        letters, (mask, a, b) = aligned([run(condition), run(value), total])
        total = Labelled(letters, run.arithmetic.where(plain(mask), a, b))
    return total


def _stack(run: Walk, expr: t.Stack) -> Labelled:
    letters, parts = aligned([run(item) for item in expr.items])
    n = len(letters)
    expanded = [Labelled(letters, run.arithmetic.shaped(lambda v: np.expand_dims(v, n), p)) for p in parts]
    if any(p.data.shape[n:] != expanded[0].data.shape[n:] for p in expanded):
        raise NoValue("the rows have different lengths")
    size = len(expanded)
    total = None
    for place, part in enumerate(expanded):  # each part times a unit vector keeps tangents
        unit = run.field.array(np.eye(size)[place].reshape((size,) + (1,) * (len(part.data.shape) - n - 1)))
        term = run.arithmetic.mul(unit, part.data)
        total = term if total is None else run.arithmetic.add(total, term)
    if total is None:
        raise NoValue("an empty list")
    return Labelled(letters, total)


def _slice(run: Walk, expr: t.Slice) -> Labelled:
    base = run(expr.base)
    index: tuple[Any, ...] = (slice(None),) * len(base.letters)
    for item in expr.items:
        index += (slice(item.start, item.stop, item.step) if isinstance(item, t.Span) else item,)
    try:
        return Labelled(base.letters, run.arithmetic.shaped(lambda v: v[index], base.data))
    except IndexError as error:
        raise NoValue("a position outside the array") from error


def _call(run: Walk, expr: t.Call) -> Labelled:
    args = [run(a) for a in expr.args]
    name = expr.function.rstrip("'")
    if expr.function in ARRAY_FUNCTIONS:
        return ARRAY_FUNCTIONS[name].value(run, expr, args)
    if name in run.scope.functions:
        return declared(run, expr.function, args)
    if name in ELEMENTWISE and len(args) == 1:
        return Labelled(args[0].letters, run.arithmetic.unary(expr.function, args[0].data), args[0].row)
    raise NoValue(f"{expr.function} has no value here")


NODE_RULES: dict[type[t.Expr], Callable[[Walk, Any], Labelled]] = {
    t.Number: lambda run, expr: Labelled((), run.arithmetic.constant(expr.value)),
    t.Name: _name,
    t.Letter: lambda run, expr: Labelled((expr.id,), run.field.array(run.range_of(expr.id).array())),
    t.Add: _pairwise,
    t.Mul: _pairwise,
    t.Neg: _neg,
    t.Div: _pairwise,
    t.Pow: _pairwise,
    t.MatMul: lambda run, expr: contract_matrices(run.arithmetic, run(expr.left), run(expr.right), run.columns),
    t.Transpose: _transpose,
    t.Outer: _outer,
    t.At: _at,
    t.Sum: _sum,
    t.Delta: lambda run, expr: _compare(run, t.Compare(t.Relation.EQ, expr.left, expr.right)),
    t.Compare: _compare,
    t.Cases: _cases,
    t.Stack: _stack,
    t.Einsum: lambda run, expr: einsum(run.arithmetic, expr.spec, [run(operand) for operand in expr.operands]),
    t.Slice: _slice,
    t.Call: _call,
    t.Derivative: derivative,
}
