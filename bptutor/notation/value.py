"""The value of an expression: one walk for floats, for 50 digits and for symbols.

Evaluation is labelled broadcasting. Each free letter is an array axis, found by name; Σ reduces it; a
repeated letter takes the diagonal; δ is an identity along two letters; a condition is a mask of 0 and 1.
Positional axes come after the letters and follow NumPy.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from bptutor.errors import BptutorError
from bptutor.notation import axes as axis_names
from bptutor.notation.array_functions import VALUE_OF_CALL
from bptutor.notation.dual import ELEMENTWISE, Arithmetic, Operand, jacobian, plain, seeded
from bptutor.notation.field import FLOATS, Array, Field
from bptutor.notation.labelled import Labelled, aligned, contract_matrices, relabel, take
from bptutor.notation.scope import Role, Scope
from bptutor.notation.tree import (
    Add,
    At,
    Call,
    Cases,
    Compare,
    Delta,
    Derivative,
    Div,
    Einsum,
    Expr,
    Letter,
    MatMul,
    Mul,
    Name,
    Neg,
    Number,
    Outer,
    Pow,
    Relation,
    Slice,
    Span,
    Stack,
    Sum,
    Transpose,
    Whole,
    walk,
)

_levels = itertools.count(1)


class NoValue(BptutorError):
    """An expression has no value here: outside an array, an unknown letter, a name without numbers."""


class Values:
    """The arrays of a scope for one draw; defined names are computed when asked for, and kept.

    Args:
        scope: The names and definitions.
        given: Array of each given name, floats or entries of the field; positions count as letters do.
        sizes: Size of each axis.
        field: The kind of entries.
    """

    def __init__(
        self, scope: Scope, given: Mapping[str, Array], sizes: Mapping[str, int], field: Field = FLOATS
    ) -> None:
        """Keep the given arrays in the field's entries."""
        self.scope = scope
        self.sizes = dict(sizes)
        self.field = field
        self.arithmetic = Arithmetic(field)
        self.given: dict[str, Operand] = {
            name: np.asarray(array) if self._is_position(name) else field.array(np.asarray(array))
            for name, array in given.items()
        }
        self._known: dict[str, Operand] = {}

    def _is_position(self, name: str) -> bool:
        declared = self.scope.names.get(name)
        return declared is not None and declared.role is Role.POSITION

    def __getitem__(self, name: str) -> Array:
        """Return the array of a name, without tangents."""
        return plain(self.operand(name))

    def operand(self, name: str) -> Operand:
        """Return the array of a name; in a derivative it may carry tangents."""
        if name in self.given:
            return self.given[name]
        if name not in self._known:
            self._known[name] = self._compute(name)
        return self._known[name]

    def _compute(self, name: str) -> Operand:
        declared = self.scope.names.get(name)
        if declared is None:
            if name in self.sizes:
                return self.arithmetic.constant(self.sizes[name])
            raise NoValue(f"{name} is not declared")
        if declared.role is Role.SIZE:
            return self.arithmetic.constant(self.sizes[name])
        if declared.definition is None:
            raise NoValue(f"{name} has no value")
        return evaluate_operand(declared.definition, self, order=declared.letters)

    def supposing(self, name: str, array: Operand) -> Values:
        """Return the same values with one name set, and all that is defined by it computed anew."""
        other = Values.__new__(Values)
        other.scope, other.sizes, other.field, other.arithmetic = self.scope, self.sizes, self.field, self.arithmetic
        other.given = {**self.given, name: array}
        stale = dependents(self.scope).get(name, frozenset())
        other._known = {k: v for k, v in self._known.items() if k not in stale and k != name}
        for k in stale:
            other.given.pop(k, None)
        other.given[name] = array
        return other


_DEPENDENTS: dict[int, tuple[Scope, dict[str, frozenset[str]]]] = {}


def dependents(scope: Scope) -> dict[str, frozenset[str]]:
    """Return, for each name, the defined names that change with it."""
    cached = _DEPENDENTS.get(id(scope))
    if cached is not None and cached[0] is scope:
        return cached[1]
    uses: dict[str, set[str]] = {}
    for name, declared in scope.names.items():
        if declared.definition is None:
            continue
        direct = {node.id for node in walk(declared.definition) if isinstance(node, Name)}
        uses[name] = direct.union(*(uses.get(d, set()) for d in direct))
    out: dict[str, frozenset[str]] = {}
    for name, used in uses.items():
        for u in used:
            out[u] = out.get(u, frozenset()) | {name}
    if len(_DEPENDENTS) > 256:
        _DEPENDENTS.clear()
    _DEPENDENTS[id(scope)] = (scope, out)
    return out


@dataclass(frozen=True)
class Range:
    """The values a letter runs through."""

    start: int
    count: int

    def array(self) -> Array:
        """Return the values."""
        return np.arange(self.start, self.start + self.count)


class Walk:
    """One evaluation: the values, how vectors are read, and the letters in force."""

    def __init__(self, root: Expr, values: Values, columns: bool, known: Mapping[str, str]) -> None:
        """Start with no bound letter."""
        self.root = root
        self.values = values
        self.scope = values.scope
        self.field = values.field
        self.arithmetic = values.arithmetic
        self.columns = columns
        self.known = known
        self.ranges: dict[str, Range] = {}
        self.binders: dict[str, Expr] = {}
        self.parameters: dict[str, Labelled] = {}

    @cached_property
    def _free(self) -> Mapping[str, str]:
        return axis_names.of(self.root, self.scope, self.columns, self.known).letters

    def range_of(self, letter: str) -> Range:
        """Return what a letter runs through; an axis's places unless its Σ says otherwise."""
        if letter in self.ranges:
            return self.ranges[letter]
        if letter in self.binders:
            body = self.binders[letter]
            outer = {**self.known, **{k: v for k, v in self._free.items() if v}}
            axis = axis_names.letter_axes(body, [letter], self.scope, outer)[letter]
        else:
            axis = self._free.get(letter) or self.known.get(letter) or self.scope.indices.get(letter, "")
        if not axis or axis not in self.values.sizes:
            raise NoValue(f"nothing tells which axis {letter} stands over")
        found = Range(self.scope.count_from, self.values.sizes[axis])
        self.ranges[letter] = found
        return found

    def __call__(self, expr: Expr) -> Labelled:
        """Return the value of a node."""
        return _RULES[type(expr)](self, expr)

    def bound(self, letters: tuple[str, ...], body: Expr) -> _Bound:
        """Shadow letters by a Σ for the time of a `with` block."""
        return _Bound(self, letters, body)


class _Bound:
    def __init__(self, walk_: Walk, letters: tuple[str, ...], body: Expr) -> None:
        self.walk, self.letters, self.body = walk_, letters, body

    def __enter__(self) -> None:
        self.saved = (dict(self.walk.ranges), dict(self.walk.binders))
        for letter in self.letters:
            self.walk.ranges.pop(letter, None)
            self.walk.binders[letter] = self.body

    def __exit__(self, *_: object) -> None:
        self.walk.ranges, self.walk.binders = self.saved


# --- one rule a node type -------------------------------------------------------------------------


def _number(run: Walk, expr: Number) -> Labelled:
    return Labelled((), run.arithmetic.constant(expr.value))


def _name(run: Walk, expr: Name) -> Labelled:
    if expr.id in run.parameters:
        return run.parameters[expr.id]
    if expr.id in run.field.constants and expr.id not in run.scope.names:
        out = np.empty((), dtype=run.field.dtype)
        out[()] = run.field.constants[expr.id]
        return Labelled((), out)
    x = run.values.operand(expr.id)
    if run.values._is_position(expr.id):
        return Labelled((), run.field.array(plain(x)))
    return Labelled((), x)


def _letter(run: Walk, expr: Letter) -> Labelled:
    return Labelled((expr.id,), run.field.array(run.range_of(expr.id).array()))


def _elementwise(combine: Callable[[Operand, Operand], Operand], parts: Iterator[Labelled]) -> Labelled:
    total = next(parts)
    for part in parts:
        letters, (a, b) = aligned([total, part])
        total = Labelled(letters, combine(a, b), total.row or part.row)
    return total


def _add(run: Walk, expr: Add) -> Labelled:
    return _elementwise(run.arithmetic.add, (run(t) for t in expr.terms))


def _mul(run: Walk, expr: Mul) -> Labelled:
    return _elementwise(run.arithmetic.mul, (run(f) for f in expr.factors))


def _neg(run: Walk, expr: Neg) -> Labelled:
    x = run(expr.arg)
    return Labelled(x.letters, run.arithmetic.neg(x.data), x.row)


def _div(run: Walk, expr: Div) -> Labelled:
    return _elementwise(run.arithmetic.div, iter((run(expr.num), run(expr.den))))


def _pow(run: Walk, expr: Pow) -> Labelled:
    return _elementwise(run.arithmetic.power, iter((run(expr.base), run(expr.exponent))))


def _matmul(run: Walk, expr: MatMul) -> Labelled:
    return contract_matrices(run.arithmetic, run(expr.left), run(expr.right), run.columns)


def _transpose(run: Walk, expr: Transpose) -> Labelled:
    x = run(expr.arg)
    rank = x.rank
    if rank < 2:
        return Labelled(x.letters, x.data, not x.row and rank == 1)
    n = len(x.letters)
    order = (*range(n), *reversed(range(n, n + rank)))
    return Labelled(x.letters, run.arithmetic.shaped(lambda v: v.transpose(order), x.data))


def _outer(run: Walk, expr: Outer) -> Labelled:
    left, right = run(expr.left), run(expr.right)
    column = Labelled(left.letters, run.arithmetic.shaped(lambda v: v[..., :, None], left.data))
    row = Labelled(right.letters, run.arithmetic.shaped(lambda v: v[..., None, :], right.data))
    return _elementwise(run.arithmetic.mul, iter((column, row)))


def _at(run: Walk, expr: At) -> Labelled:
    base = run(expr.base)
    keep = [i for i, s in enumerate(expr.subscripts) if isinstance(s, Whole)]
    subscripts: list[str | Labelled | None] = []
    for place, subscript in enumerate(expr.subscripts):
        size = base.data.shape[len(base.letters) + place]
        if isinstance(subscript, Whole):
            subscripts.append(None)
        elif isinstance(subscript, Letter) and _runs_over(run, subscript.id, size):
            subscripts.append(subscript.id)
        else:
            position = run(subscript)
            whole = np.asarray(plain(position.data), dtype=np.float64)
            subscripts.append(Labelled(position.letters, np.rint(whole).astype(int) - run.scope.count_from))
    zero_outside = isinstance(expr.base, Name) and _zero_outside(run.scope, expr.base.id)
    taken = take(run.arithmetic, base, subscripts, zero_outside)
    if taken is None:
        raise NoValue("a position outside the array")
    return Labelled(taken.letters, taken.data, base.row and len(keep) == 1)


def _runs_over(run: Walk, letter: str, size: int) -> bool:
    """Tell whether a letter takes each place of an axis once, in order."""
    known = run.ranges.get(letter)
    return known is None or known == Range(run.scope.count_from, size)


def _zero_outside(scope: Scope, name: str) -> bool:
    declared = scope.names.get(name)
    return declared is not None and declared.outside_zero


def _integer(run: Walk, expr: Expr) -> int:
    x = run(expr)
    if x.data.shape != ():
        raise NoValue("the bound of a sum is not one number")
    return int(np.rint(float(plain(x.data)[()])))


def _sum(run: Walk, expr: Sum) -> Labelled:
    limits: dict[str, Range] = {}
    if expr.low is not None and expr.high is not None:
        low, high = _integer(run, expr.low), _integer(run, expr.high)
        limits = {letter: Range(low, max(0, high - low + 1)) for letter in expr.letters}
    with run.bound(expr.letters, expr.body if expr.where is None else Mul((expr.body, expr.where))):
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


def _delta(run: Walk, expr: Delta) -> Labelled:
    return _compare(run, Compare(Relation.EQ, expr.left, expr.right))


def _compare(run: Walk, expr: Compare) -> Labelled:
    letters, (a, b) = aligned([run(expr.left), run(expr.right)])
    if _is_integer(run, expr.left) and _is_integer(run, expr.right):  # letters are never symbols
        mask = FLOATS.compare(expr.relation, _floats(plain(a)), _floats(plain(b)))
        return Labelled(letters, run.field.array(mask))
    return Labelled(letters, run.arithmetic.compare(expr.relation, a, b))


def _floats(a: Array) -> Array:
    return np.asarray(a, dtype=np.float64)


def _is_integer(run: Walk, expr: Expr) -> bool:
    """Tell whether an expression is made of letters, positions, sizes and numbers only."""
    return all(
        not isinstance(node, Name) or node.id in run.values.sizes or run.values._is_position(node.id)
        for node in walk(expr)
    )


def _cases(run: Walk, expr: Cases) -> Labelled:
    total = run(expr.otherwise)
    for value, condition in reversed(expr.branches):
        letters, (mask, a, b) = aligned([run(condition), run(value), total])
        total = Labelled(letters, run.arithmetic.where(plain(mask), a, b))
    return total


def _stack(run: Walk, expr: Stack) -> Labelled:
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


def _einsum(run: Walk, expr: Einsum) -> Labelled:
    inputs, _, out = expr.spec.partition("->")
    parts = []
    for spec, operand in zip(inputs.split(","), expr.operands, strict=True):
        x = run(operand)
        parts.append(take(run.arithmetic, x, [f"·{c}" for c in spec], False))
    product = _elementwise(run.arithmetic.mul, (p for p in parts if p is not None))
    gone = [x for x in product.letters if x.startswith("·") and x[1:] not in out]
    for letter in gone:
        rest = tuple(x for x in product.letters if x != letter)
        place = (product.letters.index(letter),)
        product = Labelled(rest, run.arithmetic.sum(product.data, place))
    return relabel(run.arithmetic, product, tuple(f"·{c}" for c in out))


def _slice(run: Walk, expr: Slice) -> Labelled:
    base = run(expr.base)
    index: tuple[Any, ...] = (slice(None),) * len(base.letters)
    for item in expr.items:
        index += (slice(item.start, item.stop, item.step) if isinstance(item, Span) else item,)
    try:
        return Labelled(base.letters, run.arithmetic.shaped(lambda v: v[index], base.data))
    except IndexError as error:
        raise NoValue("a position outside the array") from error


def _call(run: Walk, expr: Call) -> Labelled:
    args = [run(a) for a in expr.args]
    name = expr.function.rstrip("'")
    if name in VALUE_OF_CALL and name == expr.function:
        return VALUE_OF_CALL[name](run, expr, args)
    if name in run.scope.functions:
        return _declared(run, expr.function, args)
    if name in ELEMENTWISE and len(args) == 1:
        return Labelled(args[0].letters, run.arithmetic.unary(expr.function, args[0].data), args[0].row)
    raise NoValue(f"{expr.function} has no value here")


def _declared(run: Walk, function: str, args: list[Labelled]) -> Labelled:
    """Apply a declared function; `f'` is the derivative by its one parameter, entry by entry."""
    definition = run.scope.functions[function.rstrip("'")]
    saved = run.parameters
    if not function.endswith("'"):
        run.parameters = {**saved, **dict(zip(definition.parameters, args, strict=True))}
        try:
            return run(definition.body)
        finally:
            run.parameters = saved
    (x,) = args
    if run.field.symbolic:
        return _symbolic_slope(run, function[:-1], x)
    from bptutor.notation.dual import Dual

    level = next(_levels)
    one = run.field.array(np.ones(x.data.shape))
    y = _declared(run, function[:-1], [Labelled(x.letters, Dual(level, x.data, (one,)), x.row)])
    slope = run.arithmetic.shaped(lambda v: v[..., 0], jacobian(run.arithmetic, level, y.data, (1,)))
    return Labelled(y.letters, slope, x.row)


def _symbolic_slope(run: Walk, function: str, x: Labelled) -> Labelled:
    field = run.field
    assert field.fresh and field.differentiate and field.substitute  # noqa: S101  # a symbolic field has them
    old = plain(x.data)
    new = field.fresh("u", old.shape)
    y = plain(_declared(run, function, [Labelled(x.letters, new, x.row)]).data)
    out = np.empty(old.shape, dtype=object)
    for place in np.ndindex(old.shape):
        entry = np.empty((), dtype=object)
        entry[()] = y[place]
        out[place] = field.substitute(field.differentiate(entry, new[place]), {new[place]: old[place]})[()]
    return Labelled(x.letters, out, x.row)


# --- derivatives ------------------------------------------------------------------------------------


def _derivative(run: Walk, expr: Derivative) -> Labelled:
    """Unfold `of` down to `by`, which counts as independent, and collect the slopes."""
    by = expr.by
    name = by.base if isinstance(by, At) else by
    if not isinstance(name, Name):
        raise NoValue("a derivative is by a name")
    point = run.parameters[name.id].data if name.id in run.parameters else run.values.operand(name.id)
    slopes = _symbolic_slopes if run.field.symbolic else _dual_slopes
    letters, data, rank = slopes(run, expr.of, name.id, point)
    if not isinstance(by, At):
        return Labelled(letters, data)
    n = len(letters)
    shape = point.shape
    # The axes of `by` come last; bring them before the positional axes of `of` and index them.
    order = (*range(n), *range(n + rank, n + rank + len(shape)), *range(n, n + rank))
    moved = Labelled(letters, run.arithmetic.shaped(lambda v: v.transpose(order), data))
    saved = run.parameters
    run.parameters = {**saved, "": moved}
    try:
        wholes = tuple(Whole() for _ in range(rank))
        return _at(run, At(Name(""), (*by.subscripts, *wholes)))
    finally:
        run.parameters = saved


def _within(run: Walk, values: Values, of: Expr) -> Labelled:
    saved = run.values
    run.values = values
    try:
        return run(of)
    finally:
        run.values = saved


def _dual_slopes(run: Walk, of: Expr, name: str, point: Operand) -> tuple[tuple[str, ...], Operand, int]:
    level = next(_levels)
    y = _within(run, run.values.supposing(name, seeded(run.field, level, point)), of)
    return y.letters, jacobian(run.arithmetic, level, y.data, point.shape), y.rank


def _symbolic_slopes(run: Walk, of: Expr, name: str, point: Operand) -> tuple[tuple[str, ...], Operand, int]:
    field = run.field
    assert field.fresh and field.differentiate and field.substitute  # noqa: S101  # a symbolic field has them
    old = plain(point)
    new = field.fresh(name, old.shape)
    y = _within(run, run.values.supposing(name, new), of)
    value = plain(y.data)
    back = {new[place]: old[place] for place in np.ndindex(old.shape)}
    out = np.empty((*value.shape, *old.shape), dtype=object)
    for place in np.ndindex(old.shape):
        slope = field.differentiate(value, new[place])
        out[(..., *place)] = field.substitute(slope, back)
    return y.letters, out, y.rank


_RULES: dict[type[Expr], Callable[[Walk, Any], Labelled]] = {
    Number: _number,
    Name: _name,
    Letter: _letter,
    Add: _add,
    Mul: _mul,
    Neg: _neg,
    Div: _div,
    Pow: _pow,
    MatMul: _matmul,
    Transpose: _transpose,
    Outer: _outer,
    At: _at,
    Sum: _sum,
    Delta: _delta,
    Compare: _compare,
    Cases: _cases,
    Stack: _stack,
    Einsum: _einsum,
    Slice: _slice,
    Call: _call,
    Derivative: _derivative,
}


def evaluate_operand(
    expr: Expr,
    values: Values,
    *,
    order: tuple[str, ...] = (),
    columns: bool = True,
    known: Mapping[str, str] | None = None,
) -> Operand:
    """Evaluate, keeping tangents; see `evaluate`."""
    run = Walk(expr, values, columns, known or {})
    if type(expr) not in _RULES:
        raise NoValue("this has no value")
    result = run(expr)
    letters = (*order, *(x for x in result.letters if x not in order))
    missing = [x for x in letters if x not in result.letters]
    if missing:  # a letter of the goal that the expression does not use: constant along it
        ones = Labelled(tuple(missing), run.field.array(np.ones([run.range_of(x).count for x in missing])))
        result = _elementwise(run.arithmetic.mul, iter((ones, result)))
    return relabel(run.arithmetic, result, letters).data


def evaluate(
    expr: Expr,
    values: Values,
    *,
    order: tuple[str, ...] = (),
    columns: bool = True,
    known: Mapping[str, str] | None = None,
) -> Array:
    """Return the value of an expression as an array: letters first, then positional axes.

    Args:
        expr: A finished tree.
        values: The arrays.
        order: Letters in the order wanted; others follow in order of appearance. A letter that the
            expression does not have is broadcast along its axis.
        columns: Whether vectors are columns (mathematics), or NumPy's 1-D arrays.
        known: Axes of letters that only the goal tells.

    Raises:
        NoValue: There is no value here.
        UnreadableAnswer: Axes do not fit.
    """
    with np.errstate(all="ignore"):
        return plain(evaluate_operand(expr, values, order=order, columns=columns, known=known))
