"""The value of ∂A/∂B: A unfolded by its definitions down to B, which counts as independent.

Forward-mode automatic differentiation (Griewank and Walther, Evaluating Derivatives, 2008, chapter 3): the same walk
computes values and tangents, for every kind of entry.
"""

from __future__ import annotations

import itertools

import numpy as np

from bptutor.notation import tree as t
from bptutor.notation.values.forward_autodiff import Dual, jacobian, seeded
from bptutor.notation.values.labelled_array import Labelled, NoValue
from bptutor.notation.values.walk import Walk

_levels = itertools.count(1)


def derivative(run: Walk, expr: t.Derivative) -> Labelled:
    """Return ∂of/∂by: indices first, then the axes of `of`, then those of `by` (numerator layout).

    Raises:
        NoValue: `by` is no name and no element of one.
    """
    by = expr.by
    name = by.base if isinstance(by, t.At) else by
    if not isinstance(name, t.Name):
        raise NoValue("a derivative is by a name")
    point = run.parameters[name.id].data if name.id in run.parameters else run.values.operand(name.id)
    level, saved_values = next(_levels), run.values
    run.values = saved_values.supposing(name.id, seeded(run.field, level, point))
    try:
        y = run(expr.of)
    finally:
        run.values = saved_values
    letters, data, rank = y.letters, jacobian(run.arithmetic, level, y.data, point.shape), y.rank
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


def declared(run: Walk, function: str, args: list[Labelled]) -> Labelled:
    """Apply a declared function, entry by entry; `f'` is the derivative with respect to its one parameter."""
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
