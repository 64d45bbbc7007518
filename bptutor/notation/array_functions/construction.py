"""Arrays made from sizes: ones, zeros, eye, arange, full; and the sizes of arrays: np.size, np.shape, len."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from bptutor.notation import tree as t
from bptutor.notation.array_functions.arguments import Evaluation, lengths, sizes
from bptutor.notation.array_functions.call import Called, integers, sizes_in
from bptutor.notation.shapes.inference import Inference, Kind
from bptutor.notation.values.labelled_array import Labelled

# --- arguments ---------------------------------------------------------------------------------------------


def filled(call: Called) -> t.Expr:
    """Read the sizes of ones, zeros, eye, arange: `(K)`, `(B, K)`, `((B, K))`, `(shape=(B, K))`."""
    call.only("dtype", "shape")
    shape = call.options.get("shape")
    given = (shape,) if isinstance(shape, t.Expr) else ()
    found = [*given, *sizes_in(call.arrays(0 if shape else 1, 4))]
    if len(found) == 1:
        found = sizes_in((found[0],))
    return t.Call(call.function, tuple(found))


def full(call: Called) -> t.Expr:
    """Read np.full(K, x) as ones times x."""
    call.only("dtype")
    shape, value = call.arrays(2)
    return t.Mul((t.Call("ones", tuple(sizes_in((shape,)))), value))


def product_of_sizes(names: Sequence[str]) -> t.Expr:
    """Return how many entries an array with these axes has: the product of their sizes."""
    sizes = [t.Number(Fraction(1), "1") if name == "1" else t.Name(name) for name in names]
    return sizes[0] if len(sizes) == 1 else t.Mul(tuple(sizes))


def shape_of(names: Sequence[str]) -> t.Stack:
    """Return the sizes of some axes, as `.shape` gives them."""
    return t.Stack(tuple(product_of_sizes([name]) for name in names))


def size(call: Called) -> t.Expr:
    """Read np.size(x) and np.size(x, 0)."""
    call.only("axis")
    axes, axis = call.known_axes(2, "write np.size(X)"), call.named("axis", 1)
    if axis is None:
        return product_of_sizes(axes)
    place = integers(axis, call, "axis")
    if not isinstance(place, int) or not -len(axes) <= place < len(axes):
        raise call.error("names no axis of this array", "write np.size(x, 0)")
    return product_of_sizes([axes[place]])


def shape(call: Called) -> t.Expr:
    """Read np.shape(x)."""
    call.only()
    return shape_of(call.known_axes(1, "write np.size(X)"))


def length(call: Called) -> t.Expr:
    """Read len(X): the size of the first axis."""
    return product_of_sizes(call.known_axes(1, "write len(X)")[:1])


# --- axes and values ---------------------------------------------------------------------------------------


def named_axes(run: Inference, call: t.Call, kinds: Sequence[Kind]) -> Kind:
    """An axis for each size that is given."""
    return Kind({}, tuple("1" if size == 1 else name for name, size in lengths(call, 0)))


def identity_axes(run: Inference, call: t.Call, kinds: Sequence[Kind]) -> Kind:
    """The two axes of a matrix; of a square one from one size."""
    axes = named_axes(run, call, kinds).axes
    return Kind({}, axes * 2 if len(axes) == 1 else axes)


def ones(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """Ones, in the shape that is given."""
    return Labelled((), run.field.array(np.ones(sizes(run, call, 0))))


def zeros(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """Zeros, in the shape that is given."""
    return Labelled((), run.field.array(np.zeros(sizes(run, call, 0))))


def identity(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The identity matrix, shape (rows, columns)."""
    counts = sizes(run, call, 0)
    return Labelled((), run.field.array(np.eye(counts[0], counts[-1])))


def arange(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The integers from 0, shape (size,)."""
    (count,) = sizes(run, call, 0)[:1] or [0]
    return Labelled((), run.field.array(np.arange(float(count))))


def ones_like(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """Ones in the shape of an array."""
    return Labelled(args[0].letters, run.field.array(np.ones(args[0].data.shape)))


def zeros_like(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """Zeros in the shape of an array."""
    return Labelled(args[0].letters, run.field.array(np.zeros(args[0].data.shape)))
