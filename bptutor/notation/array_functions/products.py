"""Products beyond `@`: dot, tensordot, kron."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bptutor.notation.array_functions.arguments import NoSuchForm, NotComputed
from bptutor.notation.tree import Call
from bptutor.notation.values.labelled_array import Labelled, aligned, contract_matrices

if TYPE_CHECKING:
    from bptutor.notation.shapes.axes import Inference, Kind
    from bptutor.notation.values.evaluate import Walk


def dot_axes(run: Inference, call: Call, kinds: Sequence[Kind]) -> Kind:
    """The last axis of the first with the last but one of the second."""
    from bptutor.notation.shapes.axes import Kind, ShapeMisfit, shape_text

    a, b = kinds
    if not a.axes or not b.axes or len(b.axes) < 3:
        return run.merge(kinds, "dot") if not a.axes or not b.axes else run.product(a, b)
    if a.axes[-1] != b.axes[-2]:
        raise ShapeMisfit(f"dot would sum {a.axes[-1]} with {b.axes[-2]}: {shape_text(a.axes)}, {shape_text(b.axes)}")
    return Kind({**a.letters, **b.letters}, (*a.axes[:-1], *b.axes[:-2], b.axes[-1]))


def dot(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    """NumPy's `dot`: above two axes it pairs every stack with every stack."""
    a, b = args
    if b.rank < 3:
        return contract_matrices(run.arithmetic, a, b, False)
    return _tensordot_over(run, a, b, (a.rank - 1,), (b.rank - 2,))


def _tensordot_over(run: Walk, a: Labelled, b: Labelled, left: tuple[int, ...], right: tuple[int, ...]) -> Labelled:
    """Sum pairs of axes; the other axes of a come first, then those of b."""
    n, m = a.rank, b.rank
    free_b = [k for k in range(m) if k not in right]
    pad = n + len(free_b)
    a_index = (*(slice(None) for _ in range(n)), *(None for _ in free_b))
    first = run.arithmetic.shaped(lambda v: v[(..., *a_index)], a.data)
    order_b = [len(b.letters) + k for k in (*right, *free_b)]
    lead = tuple(range(len(b.letters)))
    shape = [1] * pad
    for k, axis in enumerate(left):
        shape[axis] = b.data.shape[len(b.letters) + right[k]]
    for k, axis in enumerate(free_b):
        shape[n + k] = b.data.shape[len(b.letters) + axis]
    # The paired axes must stand in the order they have in a before they are reshaped into place.
    ranked = sorted(range(len(left)), key=lambda k: left[k])
    order_b = [len(b.letters) + right[k] for k in ranked] + order_b[len(right) :]
    second = run.arithmetic.shaped(
        lambda v: v.transpose((*lead, *order_b)).reshape((*v.shape[: len(lead)], *shape)), b.data
    )
    letters, (x, y) = aligned([Labelled(a.letters, first), Labelled(b.letters, second)])
    places = tuple(len(letters) + k for k in left)
    return Labelled(letters, run.arithmetic.sum(run.arithmetic.mul(x, y), places))


def _pairs(call: Call, n: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    given: Any = call.option("axes", 2)
    if isinstance(given, int):
        return tuple(range(n - given, n)), tuple(range(given))
    if len(given) != 2:
        raise NoSuchForm("tensordot takes one list of axes for each array: axes=([1], [0])")
    left, right = (side if isinstance(side, tuple) else (side,) for side in given)
    if len(left) != len(right) or not all(isinstance(axis, int) for axis in (*left, *right)):
        raise NoSuchForm("tensordot takes as many axes of one array as of the other")
    return left, right


def tensordot_axes(run: Inference, call: Call, kinds: Sequence[Kind]) -> Kind:
    """The axes that are not summed, those of the first array first."""
    from bptutor.notation.shapes.axes import Kind, ShapeMisfit

    a, b = kinds
    left, right = _pairs(call, len(a.axes))
    if any(not -len(a.axes) <= k < len(a.axes) for k in left) or any(
        not -len(b.axes) <= k < len(b.axes) for k in right
    ):
        raise ShapeMisfit("tensordot names an axis that is not there")
    for x, y in zip(left, right, strict=True):
        if a.axes[x] != b.axes[y] and a.axes[x] and b.axes[y]:
            raise ShapeMisfit(f"tensordot would sum {a.axes[x]} with {b.axes[y]}")
    gone_a = {x % len(a.axes) for x in left}
    gone_b = {y % len(b.axes) for y in right}
    rest = [x for k, x in enumerate(a.axes) if k not in gone_a] + [x for k, x in enumerate(b.axes) if k not in gone_b]
    return Kind({**a.letters, **b.letters}, tuple(rest))


def tensordot(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    """Sum the named pairs of axes."""
    a, b = args
    left, right = _pairs(call, a.rank)
    return _tensordot_over(run, a, b, tuple(x % a.rank for x in left), tuple(y % b.rank for y in right))


def kron_axes(run: Inference, call: Call, kinds: Sequence[Kind]) -> Kind:
    """As many axes as the arrays have, of unknown names."""
    from bptutor.notation.shapes.axes import Kind

    return Kind({**kinds[0].letters, **kinds[1].letters}, ("",) * max(len(k.axes) for k in kinds))


def kron(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
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
