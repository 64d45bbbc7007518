"""The functions of whole arrays: for each, what fits and what it gives; one row a function.

Elementwise functions (`exp`, `sigmoid`, ...) are not here: their table is in `dual`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bptutor.notation.array_functions import products, windows
from bptutor.notation.array_functions.arguments import (
    AxesRule,
    NoSuchForm,
    NotComputed,
    ValueRule,
    axis_option,
    lengths,
    sizes,
)
from bptutor.notation.tree import Call, Number
from bptutor.notation.values.forward_autodiff import Operand, plain
from bptutor.notation.values.labelled_array import Labelled, aligned, raveled

if TYPE_CHECKING:
    from bptutor.notation.shapes.axes import Inference, Kind
    from bptutor.notation.values.evaluate import Walk

# --- reductions -----------------------------------------------------------------------------------------


def _reduced_axes(run: Inference, call: Call, kinds: Sequence[Kind]) -> Kind:
    from bptutor.notation.shapes.axes import Kind

    x = kinds[0]
    axes = axis_option(call, len(x.axes))
    keep = bool(call.option("keepdims"))
    if axes is None:
        axes = tuple(range(len(x.axes)))
    left = [("1" if n in axes else a) for n, a in enumerate(x.axes) if keep or n not in axes]
    return Kind(x.letters, tuple(left))


def _reduce(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    x = args[0]
    n = len(x.letters)
    axes = axis_option(call, x.rank)
    if axes is None:
        axes = tuple(range(x.rank))
    places = tuple(n + a for a in axes)
    keep = bool(call.option("keepdims"))
    f = run.arithmetic
    if call.function in {"max", "min"}:
        sign = 1 if call.function == "max" else -1
        return Labelled(x.letters, _largest(run, x.data, places, sign, keep))
    total = f.sum(x.data, places, keep)
    if call.function == "mean":
        count = int(np.prod([x.data.shape[p] for p in places], dtype=int))
        total = f.div(total, f.constant(count))
    return Labelled(x.letters, total)


def _largest(run: Walk, x: Operand, places: tuple[int, ...], sign: int, keep: bool) -> Operand:
    """Fold `maximum` along axes; the first of equals gives the derivative."""
    f = run.arithmetic
    y = x if sign > 0 else f.neg(x)
    for place in sorted(places, reverse=True):
        size = y.shape[place]
        parts = [f.shaped(lambda v, k=k, p=place: np.take(v, [k], axis=p), y) for k in range(size)]  # type: ignore[misc]
        y = parts[0]
        for part in parts[1:]:
            y = f.maximum(y, part)
    if not keep:
        y = f.shaped(lambda v: v.squeeze(places), y)
    return y if sign > 0 else f.neg(y)


def _softmax(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    (x,) = args[:1]
    f = run.arithmetic
    last = len(x.data.shape) - 1
    if x.rank == 0:
        raise NotComputed("softmax acts on a whole vector: softmax(z)_i")
    shifted = x.data
    if not run.field.symbolic:  # e^{-m} cancels; without it e^{1000} is inf
        highest = np.max(plain(x.data), axis=last, keepdims=True)
        shifted = f.add(x.data, -highest)
    if call.function == "log_softmax":
        total = f.unary("log", f.sum(f.unary("exp", shifted), (last,), True))
        return Labelled(x.letters, f.add(shifted, f.neg(total)))
    e = f.unary("exp", shifted)
    return Labelled(x.letters, f.div(e, f.sum(e, (last,), True)))


def _same_axes(run: Inference, call: Call, kinds: Sequence[Kind]) -> Kind:
    return kinds[0]


# --- diagonals, traces, norms -------------------------------------------------------------------------------


def _diag_axes(run: Inference, call: Call, kinds: Sequence[Kind]) -> Kind:
    from bptutor.notation.shapes.axes import Kind, ShapeMisfit, shape_text

    x = kinds[0]
    if len(x.axes) == 1:
        return Kind(x.letters, (x.axes[0], x.axes[0]))
    if len(x.axes) == 2:
        return Kind(x.letters, x.axes[:1])
    raise ShapeMisfit(f"diag takes a vector or a matrix, not {shape_text(x.axes)}")


def _diag(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    x = args[0]
    f = run.arithmetic
    if x.rank == 1:
        eye = f.field.array(np.eye(x.data.shape[-1]))
        return Labelled(x.letters, f.mul(f.shaped(lambda v: v[..., :, None], x.data), eye))
    return Labelled(x.letters, f.shaped(lambda v: np.diagonal(v, axis1=-2, axis2=-1), x.data))


def _number_axes(run: Inference, call: Call, kinds: Sequence[Kind]) -> Kind:
    from bptutor.notation.shapes.axes import Kind

    letters: dict[str, str] = {}
    for kind in kinds:
        letters |= kind.letters
    return Kind(letters, ())


def _trace(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    x = args[0]
    if x.rank != 2:
        raise NoSuchForm("the trace is of a matrix")
    return Labelled(x.letters, run.arithmetic.shaped(lambda v: np.trace(v, axis1=-2, axis2=-1), x.data))


def _inverse_axes(run: Inference, call: Call, kinds: Sequence[Kind]) -> Kind:
    from bptutor.notation.shapes.axes import Kind, ShapeMisfit, shape_text

    x = kinds[0]
    if len(x.axes) != 2:  # rows and columns
        raise ShapeMisfit(f"an inverse is of a matrix, not of {shape_text(x.axes)}")
    return Kind(x.letters, x.axes[::-1])


def _inverse(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    """The inverse, or of a matrix that is not square the pseudoinverse; of plain numbers only."""
    x = args[0]
    if not isinstance(x.data, np.ndarray) or x.data.dtype != np.float64 or not np.isfinite(x.data).all():
        raise NotComputed("the inverse of a matrix has numbers only")
    return Labelled(x.letters, np.linalg.pinv(x.data))


def _norm(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    x, f = args[0], run.arithmetic
    places = tuple(range(len(x.letters), len(x.data.shape)))
    return Labelled(x.letters, f.unary("sqrt", f.sum(f.mul(x.data, x.data), places)))


# --- arrays made of nothing, and of other shapes -----------------------------------------------------------------


def _filled_axes(run: Inference, call: Call, kinds: Sequence[Kind]) -> Kind:
    from bptutor.notation.shapes.axes import Kind

    names = ["1" if size == 1 else name for name, size in lengths(run, call, 0)]
    if call.function == "eye":
        names = (names * 2)[:2] if len(names) == 1 else names
    return Kind({}, tuple(names))


def _filled(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    counts = sizes(run, call, 0)
    if call.function == "eye":
        return Labelled((), run.field.array(np.eye(counts[0], counts[-1])))
    fill = np.ones if call.function == "ones" else np.zeros
    return Labelled((), run.field.array(fill(counts)))


def _arange(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    (count,) = sizes(run, call, 0)[:1] or [0]
    return Labelled((), run.field.array(np.arange(float(count))))


def _like(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    x = args[0]
    fill = np.ones if call.function == "ones_like" else np.zeros
    return Labelled(x.letters, run.field.array(fill(x.data.shape)))


def _ravel_axes(run: Inference, call: Call, kinds: Sequence[Kind]) -> Kind:
    from bptutor.notation.shapes.axes import Kind

    return Kind(kinds[0].letters, kinds[0].axes if len(kinds[0].axes) == 1 else ("",))


def _ravel(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    return raveled(run.arithmetic, args[0])


def _reshape_axes(run: Inference, call: Call, kinds: Sequence[Kind]) -> Kind:
    from bptutor.notation.shapes.axes import Kind

    pairs = lengths(run, call, 1)
    named = tuple("1" if size == 1 else name for name, size in pairs)
    if len(kinds[0].axes) == 1 and sorted(named) == sorted(("", *["1"] * (len(named) - 1))):
        named = tuple(name or kinds[0].axes[0] for name in named)  # `x.reshape(-1, 1)` is x's own axis
    return Kind(kinds[0].letters, named)


def _reshape(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    x = args[0]
    lead = x.data.shape[: len(x.letters)]
    shape = tuple(
        number if number is not None else run.values.sizes.get(name, -1) for name, number in lengths(run, call, 1)
    )
    try:
        return Labelled(x.letters, run.arithmetic.shaped(lambda v: v.reshape((*lead, *shape)), x.data))
    except ValueError as error:
        raise NoSuchForm(f"{x.data.shape} cannot be reshaped to {shape}") from error


def _flip(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    x = args[0]
    axes = axis_option(call, x.rank)
    places = tuple(len(x.letters) + a for a in (range(x.rank) if axes is None else axes))
    return Labelled(x.letters, run.arithmetic.shaped(lambda v: np.flip(v, places), x.data))


def _pad_axes(run: Inference, call: Call, kinds: Sequence[Kind]) -> Kind:
    from bptutor.notation.shapes.axes import Kind

    return Kind(kinds[0].letters, ("",) * len(kinds[0].axes))


def _pad(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    x, f = args[0], run.arithmetic
    width: Any = call.option("pad_width")
    if width is None and len(call.args) > 1 and isinstance(call.args[1], Number):
        width = int(call.args[1].value)
    if width is None:
        raise NoSuchForm("pad needs a width: np.pad(x, 1)")
    pairs = np.broadcast_to(np.asarray(width), (x.rank, 2)).tolist()
    if any(not 0 <= w <= 100 for pair in pairs for w in pair):
        raise NotComputed("a padding that wide is not needed here")
    pairs = [(0, 0)] * len(x.letters) + pairs
    zero = f.constant(0)[()]
    return Labelled(x.letters, f.shaped(lambda v: np.pad(v, pairs, constant_values=zero), x.data))


def _argmax(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    x = args[0]
    axes = axis_option(call, x.rank)
    place = len(x.letters) + (axes[0] if axes else 0)
    if axes is None and x.rank != 1:
        raise NotComputed("argmax needs an axis here, such as axis=1")
    return Labelled(x.letters, run.field.array(np.argmax(plain(x.data), axis=place)))


def _maximum(run: Walk, call: Call, args: Sequence[Labelled]) -> Labelled:
    f = run.arithmetic
    total = args[0]
    for arg in args[1:]:
        letters, (a, b) = aligned([total, arg])
        low = f.neg(f.maximum(f.neg(a), f.neg(b))) if call.function == "minimum" else f.maximum(a, b)
        total = Labelled(letters, low)
    return total


_TABLE: dict[str, tuple[AxesRule, ValueRule]] = {
    "sum": (_reduced_axes, _reduce),
    "mean": (_reduced_axes, _reduce),
    "max": (_reduced_axes, _reduce),
    "min": (_reduced_axes, _reduce),
    "argmax": (_reduced_axes, _argmax),
    "softmax": (_same_axes, _softmax),
    "log_softmax": (_same_axes, _softmax),
    "diag": (_diag_axes, _diag),
    "trace": (_number_axes, _trace),
    "norm": (_number_axes, _norm),
    "pinv": (_inverse_axes, _inverse),
    "dot": (products.dot_axes, products.dot),
    "tensordot": (products.tensordot_axes, products.tensordot),
    "kron": (products.kron_axes, products.kron),
    "maximum": (lambda run, call, kinds: run.merge(kinds, call.function), _maximum),
    "minimum": (lambda run, call, kinds: run.merge(kinds, call.function), _maximum),
    "eye": (_filled_axes, _filled),
    "arange": (_filled_axes, _arange),
    "ones": (_filled_axes, _filled),
    "zeros": (_filled_axes, _filled),
    "ones_like": (_same_axes, _like),
    "zeros_like": (_same_axes, _like),
    "ravel": (_ravel_axes, _ravel),
    "reshape": (_reshape_axes, _reshape),
    "flip": (_same_axes, _flip),
    "pad": (_pad_axes, _pad),
    "sliding_window_view": (windows.window_axes, windows.window),
    "corr": (windows.correlated_axes, windows.correlate),
    "conv": (windows.correlated_axes, windows.correlate),
}

AXES_OF_CALL: dict[str, AxesRule] = {name: rules[0] for name, rules in _TABLE.items()}
VALUE_OF_CALL: dict[str, ValueRule] = {name: rules[1] for name, rules in _TABLE.items()}
