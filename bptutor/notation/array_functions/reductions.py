"""Functions that take axes away or act along one: sum, mean, max, argmax, softmax, norm, trace, diagonal."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from bptutor.notation import tree as t
from bptutor.notation.array_functions.arguments import Evaluation, NoSuchForm, NotComputed, axis_option, reduced_axes
from bptutor.notation.array_functions.call import Called, arrays, integers
from bptutor.notation.shapes.inference import Inference, Kind, ShapeMisfit, shape_text
from bptutor.notation.values.forward_autodiff import Operand, plain
from bptutor.notation.values.labelled_array import Labelled, combined

# --- arguments ---------------------------------------------------------------------------------------------


def reduction(call: Called) -> t.Expr:
    """Read sum, mean, max, min over all entries, one axis, or several: `np.sum(x, axis=0, keepdims=True)`.

    Python's own `sum` runs over the first axis; `max(a, b)` is the larger entry by entry.
    """
    call.only("axis", "keepdims")
    if call.function in ("max", "min") and len(call.args) > 1 and not call.dotted:
        return pairwise(call._replace(function=call.function + "imum"))
    first = call.first()
    axis = call.named("axis", 1)
    options: list[tuple[str, object]] = []
    if axis is not None:
        options.append(("axis", integers(axis, call, "axis")))
    elif call.python and call.word == call.function == "sum" and not call.dotted:
        options.append(("axis", 0))
    if call.options.get("keepdims") is True:
        options.append(("keepdims", True))
    if len(call.args) > 2:
        raise call.error("takes one array and an axis", "write np.sum(x, axis=0)")
    return t.Call(call.function, first, tuple(options))


def add_reduced(call: Called) -> t.Expr:
    """Read np.add.reduce, which sums over the first axis unless told."""
    axis = call.named("axis", 1)
    options = {**call.options, "axis": t.Number(Fraction(0), "0") if axis is None else axis}
    return reduction(call._replace(function="sum", args=call.args[:1], options=options))


def variance(call: Called) -> t.Expr:
    """Read var(x) and std(x) as means of squares."""
    mean = reduction(call._replace(function="mean"))
    assert isinstance(mean, t.Call)  # noqa: S101  # made so
    axis = tuple(option for option in mean.options if option[0] == "axis")
    centre = t.Call("mean", mean.args, (*axis, ("keepdims", True)))
    square = t.Pow(t.Add((mean.args[0], t.Neg(centre))), t.Number(Fraction(2), "2"))
    found = t.Call("mean", (square,), mean.options)
    return t.Call("sqrt", (found,)) if call.function == "std" else found


def pairwise(call: Called) -> t.Expr:
    """Read the larger or smaller of arrays, entry by entry; in mathematics of up to 9."""
    return arrays(2, 2 if call.python else 9)(call)


def softmax(call: Called) -> t.Expr:
    """Read softmax over the last axis."""
    call.only("axis")
    args, axis = call.first(), call.named("axis", 1)
    if axis is not None and integers(axis, call, "axis") not in (-1, (call.rank(args[0]) or 0) - 1):
        raise call.error("acts on the last axis here", "write softmax(z)")
    return t.Call("softmax", args)


# --- axes --------------------------------------------------------------------------------------------------


def axes_left(run: Inference, call: t.Call, kinds: Sequence[Kind]) -> Kind:
    """The axes that are not reduced; with `keepdims` the others have size 1."""
    (x,) = kinds
    gone = reduced_axes(call, len(x.axes))
    keep = bool(call.option("keepdims"))
    return Kind(x.letters, tuple("1" if n in gone else a for n, a in enumerate(x.axes) if keep or n not in gone))


def same_axes(run: Inference, call: t.Call, kinds: Sequence[Kind]) -> Kind:
    """The axes of the first argument."""
    return kinds[0]


def merged_axes(run: Inference, call: t.Call, kinds: Sequence[Kind]) -> Kind:
    """The axes of arguments that pair entry by entry."""
    return run.merge(kinds, call.function)


def no_axes(run: Inference, call: t.Call, kinds: Sequence[Kind]) -> Kind:
    """One number for each choice of the free indices."""
    return Kind({letter: axis for kind in kinds for letter, axis in kind.letters.items()}, ())


def diagonal_axes(run: Inference, call: t.Call, kinds: Sequence[Kind]) -> Kind:
    """A vector's axis twice, or the first axis of a matrix."""
    (x,) = kinds
    if len(x.axes) == 1:
        return Kind(x.letters, (x.axes[0], x.axes[0]))
    if len(x.axes) == 2:
        return Kind(x.letters, x.axes[:1])
    raise ShapeMisfit(f"diag takes a vector or a matrix, not {shape_text(x.axes)}")


# --- values ------------------------------------------------------------------------------------------------


def _places(x: Labelled, axes: Sequence[int]) -> tuple[int, ...]:
    """The axes of the data that hold positional axes: the indices come before them."""
    return tuple(len(x.letters) + axis for axis in axes)


def total(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The sum over axes."""
    (x,) = args
    places = _places(x, reduced_axes(call, x.rank))
    return Labelled(x.letters, run.arithmetic.sum(x.data, places, bool(call.option("keepdims"))))


def mean(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The sum over axes, divided by how many entries it has."""
    (x,) = args
    count = int(np.prod([x.data.shape[p] for p in _places(x, reduced_axes(call, x.rank))], dtype=int))
    return Labelled(x.letters, run.arithmetic.div(total(run, call, args).data, run.arithmetic.constant(count)))


def largest(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The largest entry over axes; the first of equals gives the derivative."""
    return _extreme(run, call, args[0], 1)


def smallest(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The smallest entry over axes: −max(−x)."""
    return _extreme(run, call, args[0], -1)


def _extreme(run: Evaluation, call: t.Call, x: Labelled, sign: int) -> Labelled:
    """Fold `maximum` along axes."""
    f, places = run.arithmetic, _places(x, reduced_axes(call, x.rank))
    y = x.data if sign > 0 else f.neg(x.data)
    for place in sorted(places, reverse=True):
        size = y.shape[place]
        parts = [f.shaped(lambda v, k=k, p=place: np.take(v, [k], axis=p), y) for k in range(size)]  # type: ignore[misc]
        y = parts[0]
        for part in parts[1:]:
            y = f.maximum(y, part)
    if not call.option("keepdims"):
        y = f.shaped(lambda v: v.squeeze(places), y)
    return Labelled(x.letters, y if sign > 0 else f.neg(y))


def argmax(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The position of the largest entry along one axis, counted from 0."""
    (x,) = args
    axes = axis_option(call, x.rank)
    if axes is None and x.rank != 1:
        raise NotComputed("argmax needs an axis here, such as axis=1")
    (place,) = _places(x, (axes or (0,))[:1])
    return Labelled(x.letters, run.field.array(np.argmax(plain(x.data), axis=place)))


def _last_axis(run: Evaluation, x: Labelled) -> Operand:
    """The data less its largest entry over the last axis, which softmax does not change and exp overflows without."""
    if x.rank == 0:
        raise NotComputed("softmax acts on a whole vector: softmax(z)_i")
    if run.field.symbolic:
        return x.data
    return run.arithmetic.add(x.data, -np.max(plain(x.data), axis=-1, keepdims=True))


def softmax_value(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """exp(x) / Σ exp(x) over the last axis."""
    f, shifted = run.arithmetic, _last_axis(run, args[0])
    e = f.unary("exp", shifted)
    return Labelled(args[0].letters, f.div(e, f.sum(e, (len(e.shape) - 1,), True)))


def log_softmax(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """X − log Σ exp(x) over the last axis."""
    f, shifted = run.arithmetic, _last_axis(run, args[0])
    logarithm = f.unary("log", f.sum(f.unary("exp", shifted), (len(shifted.shape) - 1,), True))
    return Labelled(args[0].letters, f.add(shifted, f.neg(logarithm)))


def diagonal(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The matrix with a vector on its diagonal, or the diagonal of a matrix."""
    (x,), f = args, run.arithmetic
    if x.rank == 1:
        eye = f.field.array(np.eye(x.data.shape[-1]))
        return Labelled(x.letters, f.mul(f.shaped(lambda v: v[..., :, None], x.data), eye))
    return Labelled(x.letters, f.shaped(lambda v: np.diagonal(v, axis1=-2, axis2=-1), x.data))


def trace(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The sum of the diagonal of a matrix."""
    (x,) = args
    if x.rank != 2:
        raise NoSuchForm("the trace is of a matrix")
    return Labelled(x.letters, run.arithmetic.shaped(lambda v: np.trace(v, axis1=-2, axis2=-1), x.data))


def norm(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The square root of the sum of squares over all positional axes."""
    (x,), f = args, run.arithmetic
    squares = f.sum(f.mul(x.data, x.data), _places(x, range(x.rank)))
    return Labelled(x.letters, f.unary("sqrt", squares))


def maximum(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The larger of arrays, entry by entry; the first of equals gives the derivative."""
    return combined(run.arithmetic.maximum, args)


def minimum(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The smaller of arrays, entry by entry: −max(−a, −b)."""
    negatives = [Labelled(arg.letters, run.arithmetic.neg(arg.data), arg.row) for arg in args]
    found = maximum(run, call, negatives)
    return Labelled(found.letters, run.arithmetic.neg(found.data), found.row)
