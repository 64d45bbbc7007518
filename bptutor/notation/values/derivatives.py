"""Derivatives: `of` unfolded by its definitions down to `by`, which counts as independent.

Floats and digits carry tangents through the same walk; symbols are differentiated entry by entry.
"""

from __future__ import annotations

import itertools

import numpy as np

from bptutor.notation import tree as t
from bptutor.notation.values.forward_autodiff import Dual, Operand, jacobian, plain, seeded
from bptutor.notation.values.labelled_array import Labelled, NoValue
from bptutor.notation.values.walk import Values, Walk

_levels = itertools.count(1)


def derivative(run: Walk, expr: t.Derivative) -> Labelled:
    """Unfold `of` down to `by`, which counts as independent, and collect the slopes."""
    by = expr.by
    name = by.base if isinstance(by, t.At) else by
    if not isinstance(name, t.Name):
        raise NoValue("a derivative is by a name")
    point = run.parameters[name.id].data if name.id in run.parameters else run.values.operand(name.id)
    slopes = _dual_slopes
    letters, data, rank = slopes(run, expr.of, name.id, point)
    if not isinstance(by, t.At):
        return Labelled(letters, data)
    n = len(letters)
    shape = point.shape
    # The axes of `by` come last; bring them before the positional axes of `of` and index them.
    order = (*range(n), *range(n + rank, n + rank + len(shape)), *range(n, n + rank))
    moved = Labelled(letters, run.arithmetic.shaped(lambda v: v.transpose(order), data))
    saved = run.parameters
    run.parameters = {**saved, "": moved}
    try:
        wholes = tuple(t.Whole() for _ in range(rank))
        return run(t.At(t.Name(""), (*by.subscripts, *wholes)))
    finally:
        run.parameters = saved


def _within(run: Walk, values: Values, of: t.Expr) -> Labelled:
    saved = run.values
    run.values = values
    try:
        return run(of)
    finally:
        run.values = saved


def _dual_slopes(run: Walk, of: t.Expr, name: str, point: Operand) -> tuple[tuple[str, ...], Operand, int]:
    level = next(_levels)
    y = _within(run, run.values.supposing(name, seeded(run.field, level, point)), of)
    return y.letters, jacobian(run.arithmetic, level, y.data, point.shape), y.rank


def _symbolic_slopes(run: Walk, of: t.Expr, name: str, point: Operand) -> tuple[tuple[str, ...], Operand, int]:
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


def declared(run: Walk, function: str, args: list[Labelled]) -> Labelled:
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
    level = next(_levels)
    one = run.field.array(np.ones(x.data.shape))
    y = declared(run, function[:-1], [Labelled(x.letters, Dual(level, x.data, (one,)), x.row)])
    slope = run.arithmetic.shaped(lambda v: v[..., 0], jacobian(run.arithmetic, level, y.data, (1,)))
    return Labelled(y.letters, slope, x.row)


def _symbolic_slope(run: Walk, function: str, x: Labelled) -> Labelled:
    field = run.field
    assert field.fresh and field.differentiate and field.substitute  # noqa: S101  # a symbolic field has them
    old = plain(x.data)
    new = field.fresh("u", old.shape)
    y = plain(declared(run, function, [Labelled(x.letters, new, x.row)]).data)
    out = np.empty(old.shape, dtype=object)
    for place in np.ndindex(old.shape):
        entry = np.empty((), dtype=object)
        entry[()] = y[place]
        out[place] = field.substitute(field.differentiate(entry, new[place]), {new[place]: old[place]})[()]
    return Labelled(x.letters, out, x.row)
