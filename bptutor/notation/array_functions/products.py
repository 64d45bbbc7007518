"""Products of arrays: dot, tensordot, kron, einsum, inner, vdot, multi_dot."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from string import ascii_letters
from typing import Any

import numpy as np

from bptutor.notation import tree as t
from bptutor.notation.array_functions.arguments import Evaluation, NoSuchForm, NotComputed
from bptutor.notation.array_functions.call import Called, integers
from bptutor.notation.scope import counted
from bptutor.notation.shapes.inference import Inference, Kind, ShapeMisfit, same_axis, shape_text
from bptutor.notation.values.labelled_array import Labelled, contract_matrices
from bptutor.notation.values.labelled_array import einsum as einsum_value

# --- arguments ---------------------------------------------------------------------------------------------


def tensordot(call: Called) -> t.Expr:
    """Read two arrays and the pairs of axes that are summed; without them the last two with the first two."""
    call.only("axes")
    args, axes = call.first(2), call.named("axes", 2)
    return t.Call("tensordot", args, (("axes", 2 if axes is None else integers(axes, call, "axes")),))


def einsum(call: Called) -> t.Expr:
    """Read the subscripts of Einstein summation and its operands (NumPy's `einsum`)."""
    call.only("optimize")
    spec = call.args[0] if call.args else None
    if not isinstance(spec, str):
        raise call.error("needs its subscripts first", 'write np.einsum("ij,jk->ik", A, B)')
    operands = call._replace(args=call.args[1:]).arrays(1, 12)
    return t.Einsum(_explicit(spec, operands, call), operands)


def _explicit(spec: str, operands: Sequence[t.Expr], call: Called) -> str:
    """Return einsum's subscripts without spaces and with their `->`, checked against the operands.

    Without `->` the result has the indices that appear once, in alphabetical order.
    """
    spec = spec.replace(" ", "")
    inputs, arrow, output = spec.partition("->")
    parts = inputs.split(",")
    indices = "".join(parts)
    if not all(part.isascii() and (part.isalpha() or not part) for part in (*parts, output)):
        raise call.error(f"cannot read “{spec}”", 'letters, commas and one arrow: "ij,jk->ik"')
    if len(parts) != len(operands):
        raise call.error(f"has {len(parts)} groups of letters for {len(operands)} arrays", 'write "ij,jk->ik"')
    if not arrow:
        output = "".join(sorted(index for index in set(indices) if indices.count(index) == 1))
    if len(set(output)) < len(output) or not set(output) <= set(indices):
        raise call.error(f"cannot give “{output}”", "each letter of the result once, and from the left side")
    for part, operand in zip(parts, operands, strict=True):
        axes = call.rank(operand)
        if axes is not None and axes != len(part):
            raise call.error(f"“{part}” names {counted(len(part))} of an array with {counted(axes)}")
    return f"{inputs}->{output}"


def inner(call: Called) -> t.Expr:
    """Read np.inner: the last axis of the first with the last of the second."""
    call.only()
    left, right = call.arrays(2)
    return t.MatMul(left, t.Transpose(right) if call.rank(right) == 2 else right)


def vdot(call: Called) -> t.Expr:
    """Read np.vdot: all products of entries at the same place, summed."""
    call.only()
    return t.Call("sum", (t.Mul(call.arrays(2)),))


def multi_dot(call: Called) -> t.Expr:
    """Read np.linalg.multi_dot([A, B, C])."""
    call.only()
    (factors,) = call.arrays(1)
    if not isinstance(factors, t.Stack) or len(factors.items) < 2:
        raise call.error("takes a list of matrices", "write np.linalg.multi_dot([A, B, C])")
    return reduce(t.MatMul, factors.items)


# --- axes and values ---------------------------------------------------------------------------------------


def dot_axes(run: Inference, call: t.Call, kinds: Sequence[Kind]) -> Kind:
    """The axes of a dot product: the last of the first and the last but one of the second are summed."""
    a, b = kinds
    if not a.axes or not b.axes or len(b.axes) < 3:
        return run.merge(kinds, "dot") if not a.axes or not b.axes else run.product(a, b)
    if a.axes[-1] != b.axes[-2]:
        raise ShapeMisfit(f"dot would sum {a.axes[-1]} with {b.axes[-2]}: {shape_text(a.axes)}, {shape_text(b.axes)}")
    return Kind({**a.letters, **b.letters}, (*a.axes[:-1], *b.axes[:-2], b.axes[-1]))


def dot(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """NumPy's `dot`: above two axes it pairs every stack with every stack."""
    a, b = args
    if b.rank < 3:
        return contract_matrices(run.arithmetic, a, b, False)
    return _summed_over(run, a, b, (a.rank - 1,), (b.rank - 2,))


def _summed_over(run: Evaluation, a: Labelled, b: Labelled, left: Sequence[int], right: Sequence[int]) -> Labelled:
    """Sum pairs of axes; the other axes of a come first, then those of b."""
    first = ascii_letters[: a.rank]
    second = [*ascii_letters[a.rank : a.rank + b.rank]]
    for k, n in zip(left, right, strict=True):
        second[n] = first[k]
    kept = [name for name in first if name not in second] + [name for name in second if name not in first]
    return einsum_value(run.arithmetic, f"{first},{''.join(second)}->{''.join(kept)}", (a, b))


def _pairs(call: t.Call, n: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    given: Any = call.option("axes", 2)
    if isinstance(given, int):
        return tuple(range(n - given, n)), tuple(range(given))
    if len(given) != 2:
        raise NoSuchForm("tensordot takes one list of axes for each array: axes=([1], [0])")
    left, right = (side if isinstance(side, tuple) else (side,) for side in given)
    if len(left) != len(right) or not all(isinstance(axis, int) for axis in (*left, *right)):
        raise NoSuchForm("tensordot takes as many axes of one array as of the other")
    return left, right


def tensordot_axes(run: Inference, call: t.Call, kinds: Sequence[Kind]) -> Kind:
    """The axes that are not summed, those of the first array first."""
    a, b = kinds
    left, right = _pairs(call, len(a.axes))
    if not all(-len(x.axes) <= k < len(x.axes) for x, side in ((a, left), (b, right)) for k in side):
        raise ShapeMisfit("tensordot names an axis that is not there")
    for k, n in zip(left, right, strict=True):
        if not same_axis(a.axes[k], b.axes[n]):
            raise ShapeMisfit(f"tensordot would sum {a.axes[k]} with {b.axes[n]}")
    rest: list[str] = []
    for x, side in ((a, left), (b, right)):
        gone = {k % len(x.axes) for k in side}
        rest += [axis for k, axis in enumerate(x.axes) if k not in gone]
    return Kind({**a.letters, **b.letters}, tuple(rest))


def tensordot_value(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """Sum the named pairs of axes."""
    a, b = args
    left, right = _pairs(call, a.rank)
    return _summed_over(run, a, b, [x % a.rank for x in left], [y % b.rank for y in right])


def kron_axes(run: Inference, call: t.Call, kinds: Sequence[Kind]) -> Kind:
    """As many axes as the arrays have, of unknown names."""
    return Kind({**kinds[0].letters, **kinds[1].letters}, ("",) * max(len(k.axes) for k in kinds))


def kron(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The Kronecker product of two vectors or two matrices."""
    a, b = args
    if a.letters or b.letters or not 1 <= min(a.rank, b.rank) <= max(a.rank, b.rank) <= 2:
        raise NotComputed("kron is read for vectors and matrices")
    f = run.arithmetic
    if a.rank != b.rank:  # NumPy writes the vector as a row
        a, b = (x if x.rank == 2 else Labelled((), f.shaped(lambda v: v[None, :], x.data)) for x in (a, b))
    shape = tuple(x * y for x, y in zip(a.data.shape, b.data.shape, strict=True))
    if a.rank == 1:
        product = f.mul(f.shaped(lambda v: v[:, None], a.data), f.shaped(lambda v: v[None, :], b.data))
    else:
        left = f.shaped(lambda v: v[:, None, :, None], a.data)
        product = f.mul(left, f.shaped(lambda v: v[None, :, None, :], b.data))
    return Labelled((), f.shaped(lambda v: v.reshape(shape), product))


def inverse_axes(run: Inference, call: t.Call, kinds: Sequence[Kind]) -> Kind:
    """The axes of a matrix, exchanged."""
    (x,) = kinds
    if len(x.axes) != 2:
        raise ShapeMisfit(f"an inverse is of a matrix, not of {shape_text(x.axes)}")
    return Kind(x.letters, x.axes[::-1])


def inverse(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The inverse of a square matrix, the Moore-Penrose pseudoinverse of another; of plain numbers only."""
    x = args[0]
    if not isinstance(x.data, np.ndarray) or x.data.dtype != np.float64 or not np.isfinite(x.data).all():
        raise NotComputed("the inverse of a matrix has numbers only")
    return Labelled(x.letters, np.linalg.pinv(x.data))
