"""The same entries in another shape or order: reshape, ravel, transpose, flip, pad, repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from bptutor.notation import tree as t
from bptutor.notation.array_functions.arguments import Evaluation, NoSuchForm, NotComputed, lengths, reduced_axes
from bptutor.notation.array_functions.call import Called, integers, sizes_in
from bptutor.notation.limits import whole_number
from bptutor.notation.shapes.inference import Inference, Kind
from bptutor.notation.values.labelled_array import Labelled, raveled

# --- arguments ---------------------------------------------------------------------------------------------


def reshape(call: Called) -> t.Expr:
    """Read an array and its new shape; -1 is the size that follows from the others."""
    call.only()
    x, *shape = call.arrays(2, 6)
    return t.Call("reshape", (x, *(_size(size, call) for size in sizes_in(tuple(shape)))))


def _size(size: t.Expr, call: Called) -> t.Expr:
    number = whole_number(size)
    if number is not None and number < -1:
        raise call.error("needs sizes, and -1 for one that follows", "write x.reshape(-1, 1)")
    return size if number is None else t.Number(Fraction(number))


def transpose(call: Called) -> t.Expr:
    """Read a transpose; with an order of axes it is an einsum."""
    call.only("axes")
    args, order = call.arrays(1, 5), call.named("axes", 1)
    if order is None:
        return t.Transpose(args[0])
    places = integers(order if isinstance(order, t.Stack) else t.Stack(args[1:]), call, "axes")
    if not isinstance(places, tuple) or sorted(places, key=str) != [*range(len(places))]:
        raise call.error("needs each axis once", "write np.transpose(A, (1, 0))")
    return _reordered(args[0], [int(str(place)) for place in places])


def swapaxes(call: Called) -> t.Expr:
    """Read x.swapaxes(0, 1)."""

    def swap(places: list[int], one: int, other: int) -> None:
        places[one], places[other] = places[other], places[one]

    return _moved(call, swap)


def moveaxis(call: Called) -> t.Expr:
    """Read np.moveaxis(x, 0, 1): the axis at the first place goes to the second, the others keep their order."""

    def move(places: list[int], source: int, place: int) -> None:
        places.insert(place, places.pop(source))

    return _moved(call, move)


def _moved(call: Called, move: Callable[[list[int], int, int], None]) -> t.Expr:
    """Return an array with its axes in another order."""
    call.only()
    x, *given = call.arrays(3)
    axes = call.rank(x)
    moves = [integers(place, call, "axes") for place in given]
    if axes is None or not all(isinstance(place, int) and -axes <= place < axes for place in moves):
        raise call.error("needs an array and two of its axes", "write np.swapaxes(A, 0, 1)")
    places = [*range(axes)]
    move(places, *(place % axes for place in moves if isinstance(place, int)))
    return _reordered(x, places)


def _reordered(x: t.Expr, places: Sequence[int]) -> t.Expr:
    """Return an array whose axis n is the axis `places[n]` of x."""
    if [*places] == [1, 0]:
        return t.Transpose(x)
    indices = "ijklmn"[: len(places)]
    return t.Einsum(f"{indices}->{''.join(indices[place] for place in places)}", (x,))


def expand_dims(call: Called) -> t.Expr:
    """Read np.expand_dims(x, 1) as `x[:, None]`."""
    call.only("axis")
    (x,) = call.first()
    axes, place = call.rank(x), integers(call.named("axis", 1), call, "axis")
    if axes is None or not isinstance(place, int) or not -axes - 1 <= place <= axes:
        raise call.error("needs an array and an axis", "write x[:, None]")
    whole: list[t.Span | int | None] = [t.Span()] * axes
    whole.insert(place % (axes + 1), None)
    return t.Slice(x, tuple(whole))


def squeeze(call: Called) -> t.Expr:
    """Read an array without its axes of length 1."""
    call.only()
    (x,) = call.arrays(1)
    axes = call.axes(x) or ()
    return t.Slice(x, tuple(0 if axis == "1" else t.Span() for axis in axes)) if "1" in axes else x


def repeat(call: Called) -> t.Expr:
    """Read a vector with each of its entries several times."""
    call.only()
    vector, times = call.arrays(2)
    if len(call.axes(vector) or ("",)) != 1:
        raise call.error("is read for vectors", "write np.kron(v, np.ones(2))")
    return t.Call("kron", (vector, t.Call("ones", (times,))))


def rot90(call: Called) -> t.Expr:
    """Read np.rot90(x, 2): a matrix by quarter turns, counter-clockwise."""
    call.only("k")
    (x,), given = call.first(), call.named("k", 1)
    turns = 1 if given is None else integers(given, call, "k")
    if not isinstance(turns, int):
        raise call.error("needs a number of quarter turns", "write np.rot90(K, 2)")
    turned = t.Transpose(x) if turns % 2 else x
    flips: tuple[tuple[str, object], ...] = () if turns % 2 == 0 else (("axis", turns % 4 // 2),)
    return turned if turns % 4 == 0 else t.Call("flip", (turned,), flips)


def flipped(axis: int) -> Callable[[Called], t.Expr]:
    """Return the reader of np.flipud or np.fliplr."""
    return lambda call: t.Call("flip", call.arrays(1), (("axis", axis),))


def pad(call: Called) -> t.Expr:
    """Read the width of a padding with zeros."""
    call.only("pad_width", "mode", "constant_values")
    args = call.first()
    if call.options.get("mode", "constant") != "constant":
        raise call.error("pads with zeros only", "leave the mode out")
    return t.Call("pad", args, (("pad_width", integers(call.named("pad_width", 1), call, "pad_width")),))


# --- axes --------------------------------------------------------------------------------------------------


def ravel_axes(run: Inference, call: t.Call, kinds: Sequence[Kind]) -> Kind:
    """One axis: a vector's own, or one of unknown name."""
    (x,) = kinds
    return Kind(x.letters, x.axes if len(x.axes) == 1 else ("",))


def reshape_axes(run: Inference, call: t.Call, kinds: Sequence[Kind]) -> Kind:
    """The axes of the shape that is given."""
    x = kinds[0]
    named = tuple("1" if size == 1 else name for name, size in lengths(call, 1))
    if len(x.axes) == 1 and sorted(named) == sorted(("", *["1"] * (len(named) - 1))):
        named = tuple(name or x.axes[0] for name in named)  # `x.reshape(-1, 1)` is x's own axis
    return Kind(x.letters, named)


def unnamed_axes(run: Inference, call: t.Call, kinds: Sequence[Kind]) -> Kind:
    """As many axes as the first argument, of unknown size."""
    return Kind({letter: axis for kind in kinds for letter, axis in kind.letters.items()}, ("",) * len(kinds[0].axes))


# --- values ------------------------------------------------------------------------------------------------


def ravel_value(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The entries in row-major order, shape (number of entries,)."""
    return raveled(run.arithmetic, args[0])


def reshape_value(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The same entries in row-major order, in another shape.

    Raises:
        NoSuchForm: The shapes have different numbers of entries.
    """
    x = args[0]
    lead = x.data.shape[: len(x.letters)]
    shape = tuple(run.sizes.get(name, -1) if number is None else number for name, number in lengths(call, 1))
    try:
        return Labelled(x.letters, run.arithmetic.shaped(lambda v: v.reshape((*lead, *shape)), x.data))
    except ValueError as error:
        raise NoSuchForm(f"{x.data.shape} cannot be reshaped to {shape}") from error


def flip(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """The entries in reverse order along axes, along all without `axis=`."""
    (x,) = args
    places = tuple(len(x.letters) + axis for axis in reduced_axes(call, x.rank))
    return Labelled(x.letters, run.arithmetic.shaped(lambda v: np.flip(v, places), x.data))


def pad_value(run: Evaluation, call: t.Call, args: Sequence[Labelled]) -> Labelled:
    """Zeros around an array: `pad_width` on each side, or pairs (before, after) for each axis."""
    x, f = args[0], run.arithmetic
    if x.rank == 0:
        raise NoSuchForm("pad takes an array, not one number")
    width: Any = call.option("pad_width")
    pairs = np.broadcast_to(np.asarray(width), (x.rank, 2)).tolist()
    if any(not 0 <= w <= 100 for pair in pairs for w in pair):
        raise NotComputed("a padding that wide is not needed here")
    pairs = [(0, 0)] * len(x.letters) + pairs
    zero = f.constant(0)[()]
    return Labelled(x.letters, f.shaped(lambda v: np.pad(v, pairs, constant_values=zero), x.data))
