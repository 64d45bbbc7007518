"""Calls that make arrays or change their shape: ones, reshape, transpose, windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce

from bptutor.notation.parser import partial_shapes
from bptutor.notation.parser.brackets import whole_number
from bptutor.notation.parser.calls.call import MODES, Called, plain
from bptutor.notation.parser.partial_shapes import axes_of, count, known_axes
from bptutor.notation.parser.subscripts import rank
from bptutor.notation.tree import (
    Call,
    Einsum,
    Expr,
    MatMul,
    Mul,
    Number,
    Slice,
    Span,
    Stack,
    Transpose,
)


def filled(call: Called) -> Expr:
    """Read ones, zeros, eye with their sizes."""
    call.only("dtype", "shape")
    args = call.arrays(0 if call.options.get("shape") else 1, 4)
    shape = call.options.get("shape")
    sizes: list[Expr] = [shape] if isinstance(shape, Expr) else []
    for arg in (*args, *sizes[:0]):
        sizes += arg.items if isinstance(arg, Stack) else (arg,)
    if len(sizes) == 1 and isinstance(sizes[0], Stack):
        sizes = [*sizes[0].items]
    return Call(call.function, tuple(sizes))


def like(call: Called) -> Expr:
    """Read ones_like and zeros_like."""
    call.only("dtype")
    return Call(call.function, call.arrays(1))


def squeeze(call: Called) -> Expr:
    """Read an array without its axes of length 1."""
    call.only()
    (x,) = call.arrays(1)
    axes = axes_of(call.reader, x) or ()
    if "1" not in axes:
        return x
    return Slice(x, tuple(0 if axis == "1" else Span() for axis in axes))


def repeat(call: Called) -> Expr:
    """Read a vector with each of its entries several times."""
    call.only()
    vector, times = call.arrays(2)
    if len(axes_of(call.reader, vector) or ("",)) != 1:
        raise call.error("is read for vectors", "write np.kron(v, np.ones(2))")
    return Call("kron", (vector, Call("ones", (times,))))


def reshape(call: Called) -> Expr:
    """Read a shape as further arguments."""
    call.only()
    args = call.arrays(2, 6)
    sizes: list[Expr] = []
    for arg in args[1:]:
        sizes += arg.items if isinstance(arg, Stack) else (arg,)
    return Call("reshape", (args[0], *(_size(size, call) for size in sizes)))


def _size(size: Expr, call: Called) -> Expr:
    number = whole_number(size)
    if number is not None and number < -1:
        raise call.error("needs sizes, and -1 for one that follows", "write x.reshape(-1, 1)")
    return size if number is None else Number(Fraction(number))


def transpose(call: Called) -> Expr:
    """Read a transpose; with an order of axes it is an einsum."""
    call.only("axes")
    args = call.arrays(1, 5)
    order = call.named("axes", 1)
    if order is None:
        return Transpose(args[0])
    places = plain(order, call, "axes") if isinstance(order, Stack) else tuple(plain(a, call, "axes") for a in args[1:])
    if not isinstance(places, tuple) or sorted(places, key=str) != [*range(len(places))]:
        raise call.error("needs each axis once", "write np.transpose(A, (1, 0))")
    return _reordered(args[0], [int(str(place)) for place in places])


def swapaxes(call: Called) -> Expr:
    """Read x.swapaxes(0, 1)."""

    def swap(places: list[int], one: int, other: int) -> None:
        places[one], places[other] = places[other], places[one]

    return _moved(call, swap)


def moveaxis(call: Called) -> Expr:
    """Read np.moveaxis(x, 0, 1): the axis at the first place goes to the second, the others keep their order."""

    def move(places: list[int], source: int, place: int) -> None:
        places.insert(place, places.pop(source))

    return _moved(call, move)


def _moved(call: Called, move: Callable[[list[int], int, int], None]) -> Expr:
    """Return an array with its axes in another order."""
    call.only()
    x, *given = call.arrays(3)
    axes = rank(call.reader, x)
    moves = [plain(place, call, "axes") for place in given]
    if axes is None or not all(isinstance(place, int) and -axes <= place < axes for place in moves):
        raise call.error("needs an array and two of its axes", "write np.swapaxes(A, 0, 1)")
    places = [*range(axes)]
    move(places, *(place % axes for place in moves if isinstance(place, int)))
    return _reordered(x, places)


def _reordered(x: Expr, places: Sequence[int]) -> Expr:
    """Return an array whose axis n is the axis `places[n]` of x."""
    if [*places] == [1, 0]:
        return Transpose(x)
    letters = "ijklmn"[: len(places)]
    return Einsum(f"{letters}->{''.join(letters[place] for place in places)}", (x,))


def size(call: Called) -> Expr:
    """Read np.size(x) and np.size(x, 0)."""
    call.only("axis")
    axes, axis = _axes(call, 2), call.named("axis", 1)
    if axis is None:
        return count(axes)
    place = plain(axis, call, "axis")
    if not isinstance(place, int) or not -len(axes) <= place < len(axes):
        raise call.error("names no axis of this array", "write np.size(x, 0)")
    return count([axes[place]])


def shape(call: Called) -> Expr:
    """Read np.shape(x)."""
    call.only()
    return partial_shapes.shape(_axes(call, 1))


def _axes(call: Called, most: int) -> tuple[str, ...]:
    axes = known_axes(call.reader, call.arrays(1, most)[0])
    if not axes:
        raise call.error("needs an array whose shape is known", "write np.size(X)")
    return axes


def tensordot(call: Called) -> Expr:
    """Read the pairs of axes that are summed."""
    call.only("axes")
    args = call._replace(args=call.args[:2]).arrays(2)
    axes = call.named("axes", 2)
    return Call("tensordot", args, (("axes", 2 if axes is None else plain(axes, call, "axes")),))


def windowed(call: Called) -> Expr:
    """Read corr, conv and their NumPy and SciPy names."""
    call.only("mode")
    args = call._replace(args=call.args[:2]).arrays(2)
    default = "valid" if call.function == "corr" and not call.token.text.endswith("2d") else "full"
    mode = call.named("mode", 2) or default
    if mode not in MODES:
        raise call.error("needs a mode", 'write "valid", "full" or "same"')
    return Call(call.function, args, (("mode", mode),))


def pad(call: Called) -> Expr:
    """Read the width of a padding with zeros."""
    call.only("pad_width", "mode", "constant_values")
    args = call._replace(args=call.args[:1]).arrays(1)
    if call.options.get("mode", "constant") != "constant":
        raise call.error("pads with zeros only", "leave the mode out")
    width = call.named("pad_width", 1)
    return Call("pad", args, (("pad_width", plain(width, call, "pad_width")),))


def flip(call: Called) -> Expr:
    """Read which axes are reversed."""
    call.only("axis")
    args = call._replace(args=call.args[:1]).arrays(1)
    axis = call.named("axis", 1)
    return Call("flip", args, () if axis is None else (("axis", plain(axis, call, "axis")),))


def rot90(call: Called) -> Expr:
    """Read np.rot90(x, 2): a matrix by quarter turns, against the clock."""
    call.only("k")
    (x,) = call._replace(args=call.args[:1]).arrays(1)
    given = call.named("k", 1)
    turns = 1 if given is None else plain(given, call, "k")
    if not isinstance(turns, int):
        raise call.error("needs a number of quarter turns", "write np.rot90(K, 2)")
    turned = Transpose(x) if turns % 2 else x
    return turned if turns % 4 == 0 else Call("flip", (turned,), _TURNS[turns % 4])


_TURNS: dict[int, tuple[tuple[str, object], ...]] = {1: (("axis", 0),), 2: (), 3: (("axis", 1),)}
"""Over which axes a matrix is flipped after its transpose, by quarter turns."""


def window(call: Called) -> Expr:
    """Read the shape of a sliding window."""
    call.only("window_shape")
    args = call.arrays(1, 5)
    shape = call.options.get("window_shape", args[1] if len(args) == 2 else None)
    sizes = shape.items if isinstance(shape, Stack) else (shape,) if isinstance(shape, Expr) else args[1:]
    if not sizes:
        raise call.error("needs the shape of the window", "write sliding_window_view(X, (2, 2))")
    return Call("sliding_window_view", (args[0], *sizes))


def expand_dims(call: Called) -> Expr:
    """Read np.expand_dims(x, 1) as `x[:, None]`."""
    call.only("axis")
    (x,) = call._replace(args=call.args[:1]).arrays(1)
    axes, place = rank(call.reader, x), plain(call.named("axis", 1), call, "axis")
    if axes is None or not isinstance(place, int) or not -axes - 1 <= place <= axes:
        raise call.error("needs an array and an axis", "write x[:, None]")
    whole: list[Span | int | None] = [Span()] * axes
    whole.insert(place % (axes + 1), None)
    return Slice(x, tuple(whole))


def full(call: Called) -> Expr:
    """Read np.full(K, x) as ones times x."""
    call.only("dtype")
    shape, value = call.arrays(2)
    sizes = shape.items if isinstance(shape, Stack) else (shape,)
    return Mul((Call("ones", sizes), value))


def length(call: Called) -> Expr:
    """Read len(X): the size of the first axis."""
    axes = known_axes(call.reader, call.arrays(1)[0])
    if not axes:
        raise call.error("needs an array whose shape is known", "write len(X)")
    return count(axes[:1])


def chained(call: Called) -> Expr:
    """Read np.linalg.multi_dot([A, B, C])."""
    call.only()
    (factors,) = call.arrays(1)
    if not isinstance(factors, Stack) or len(factors.items) < 2:
        raise call.error("takes a list of matrices", "write np.linalg.multi_dot([A, B, C])")
    return reduce(MatMul, factors.items)
