"""The functions with brackets, NumPy's among them: what each call means as a node of the tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from fractions import Fraction

from bptutor.notation.parser.calls import array_calls
from bptutor.notation.parser.calls.call import Called, plain
from bptutor.notation.parser.spellings import ENTRYWISE
from bptutor.notation.parser.subscripts import rank
from bptutor.notation.scope import counted
from bptutor.notation.tree import (
    Add,
    Call,
    Cases,
    Compare,
    Div,
    Einsum,
    Expr,
    MatMul,
    Mul,
    Neg,
    Number,
    Outer,
    Pow,
    Relation,
    Stack,
    Transpose,
)

_ZERO = Number(Fraction(0), "0")
_ONE = Number(Fraction(1), "1")


def _same(call: Called) -> Expr:
    call.only()
    return Call(call.function, call.arrays(1))


def _two(call: Called) -> Expr:
    call.only()
    return Call(call.function, call.arrays(2))


def _softmax(call: Called) -> Expr:
    call.only("axis")
    args = call._replace(args=call.args[:1]).arrays(1)
    axis = call.named("axis", 1)
    if axis is not None and plain(axis, call, "axis") not in (-1, (rank(call.reader, args[0]) or 0) - 1):
        raise call.error("acts on the last axis here", "write softmax(z)")
    return Call("softmax", args)


def _reduction(call: Called) -> Expr:
    """Read sum, mean, max, min over all entries, one axis, or several."""
    call.only("axis", "keepdims")
    python_sum = call.reader.python and call.token.text == call.function and _is_bare(call)
    if call.function in ("max", "min") and len(call.args) > 1 and _is_bare(call):
        return _pairwise(call._replace(function=call.function + "imum"))
    first = call._replace(args=call.args[:1]).arrays(1)
    axis = call.named("axis", 1)
    options: list[tuple[str, object]] = []
    if axis is not None:
        options.append(("axis", plain(axis, call, "axis")))
    elif python_sum and call.function == "sum":
        options.append(("axis", 0))
    if call.options.get("keepdims") is True:
        options.append(("keepdims", True))
    if len(call.args) > 2:
        raise call.error("takes one array and an axis", "write np.sum(x, axis=0)")
    return Call(call.function, first, tuple(options))


def _is_dotted(call: Called) -> bool:
    place = call.reader.tokens.index(call.token)
    return place > 0 and call.reader.tokens[place - 1].text == "."


def _is_bare(call: Called) -> bool:
    return not _is_dotted(call)


def _pairwise(call: Called) -> Expr:
    call.only()
    args = call.arrays(2, 2 if call.reader.python else 9)
    return Call(call.function, args)


def _einsum(call: Called) -> Expr:
    call.only("optimize")
    spec = call.args[0] if call.args else None
    if not isinstance(spec, str):
        raise call.error("needs its subscripts first", 'write np.einsum("ij,jk->ik", A, B)')
    rest = call._replace(args=call.args[1:])
    operands = rest.arrays(1, 12)
    return Einsum(explicit(spec, operands, call), operands)


def explicit(spec: str, operands: Sequence[Expr], call: Called) -> str:
    """Return einsum's subscripts without spaces and with their `->`, checked against the operands."""
    spec = spec.replace(" ", "")
    inputs, arrow, output = spec.partition("->")
    parts = inputs.split(",")
    letters = "".join(parts)
    if not all(part.isascii() and (part.isalpha() or not part) for part in (*parts, output)):
        raise call.error(f"cannot read “{spec}”", 'letters, commas and one arrow: "ij,jk->ik"')
    if len(parts) != len(operands):
        raise call.error(f"has {len(parts)} groups of letters for {len(operands)} arrays", 'write "ij,jk->ik"')
    if not arrow:
        output = "".join(sorted(letter for letter in set(letters) if letters.count(letter) == 1))
    if len(set(output)) < len(output) or not set(output) <= set(letters):
        raise call.error(f"cannot give “{output}”", "each letter of the result once, and from the left side")
    for part, operand in zip(parts, operands, strict=True):
        axes = rank(call.reader, operand)
        if axes is not None and axes != len(part):
            raise call.error(f"“{part}” names {counted(len(part))} of an array with {counted(axes)}")
    return f"{inputs}->{output}"


def _where(call: Called) -> Expr:
    call.only()
    condition, value, otherwise = call.arrays(3)
    return Cases(((value, _condition(call, condition)),), otherwise)


def _condition(call: Called, expr: Expr) -> Expr:
    if isinstance(expr, Compare) or (isinstance(expr, Mul) and all(isinstance(f, Compare) for f in expr.factors)):
        return expr
    raise call.error("needs a condition", "write where(z > 0, 1, 0)")


def _cases(call: Called) -> Expr:
    """Read `cases(a, z > 0, b, z < 0, c)` and `cases((a, z > 0), (b, z < 0), c)`."""
    call.only()
    args = call.arrays(1, 40)
    flat: list[Expr] = []
    for arg in args:
        flat += arg.items if isinstance(arg, Stack) and len(arg.items) == 2 else (arg,)
    otherwise = flat.pop() if len(flat) % 2 else _ZERO
    pairs = tuple((value, _condition(call, condition)) for value, condition in zip(flat[::2], flat[1::2], strict=True))
    if not pairs:
        raise call.error("needs a value and a condition", "write cases(1, z > 0, 0)")
    return Cases(pairs, otherwise)


def _of_two(make: Callable[[Expr, Expr], Expr]) -> Callable[[Called], Expr]:
    def build(call: Called) -> Expr:
        call.only()
        left, right = call.arrays(2)
        return make(left, right)

    return build


def _heaviside(call: Called) -> Expr:
    """Read np.heaviside(x, h): 0 below 0, h at 0, 1 above."""
    call.only()
    x, at_zero = call.arrays(2)
    return Cases(((_ONE, Compare(Relation.GT, x, _ZERO)), (at_zero, Compare(Relation.EQ, x, _ZERO))), _ZERO)


def _sum_of_products(call: Called) -> Expr:
    """Read np.vdot: all products of entries at the same place, summed."""
    call.only()
    return Call("sum", (Mul(call.arrays(2)),))


def _clip(call: Called) -> Expr:
    """Read np.clip(x, low, high), where either may be None."""
    call.only()
    x, low, high = (*call.args, None, None)[:3]
    if not isinstance(x, Expr) or len(call.args) > 3:
        raise call.error("takes an array and two bounds", "write np.clip(x, 0, 1)")
    above = Call("maximum", (x, low)) if isinstance(low, Expr) else x
    return Call("minimum", (above, high)) if isinstance(high, Expr) else above


def _compared(relation: Relation) -> Callable[[Called], Expr]:
    return _of_two(lambda a, b: Compare(relation, a, b))


def _variance(call: Called) -> Expr:
    """Read var(x) and std(x) as means of squares."""
    mean = _reduction(call._replace(function="mean"))
    assert isinstance(mean, Call)  # noqa: S101  # made so
    axis = [option for option in mean.options if option[0] == "axis"]
    centre = Call("mean", mean.args, (*axis, ("keepdims", True)))
    square = Pow(Add((mean.args[0], Neg(centre))), Number(Fraction(2), "2"))
    found = Call("mean", (square,), mean.options)
    return Call("sqrt", (found,)) if call.function == "std" else found


def _log_of_sum(call: Called) -> Expr:
    """Read logsumexp(x)."""
    call.only()
    return Call("log", (Call("sum", (Call("exp", call.arrays(1)),)),))


def _inner(call: Called) -> Expr:
    """Read np.inner: the last axis of the first with the last of the second."""
    call.only()
    left, right = call.arrays(2)
    ranks = rank(call.reader, left), rank(call.reader, right)
    return MatMul(left, Transpose(right) if ranks[1] == 2 else right)


def _of_one(make: Callable[[Expr], Expr]) -> Callable[[Called], Expr]:
    def build(call: Called) -> Expr:
        call.only("axis", "dtype")
        return make(call._replace(args=call.args[:1]).arrays(1)[0])

    return build


def _argmax(call: Called) -> Expr:
    """Read argmax over all entries or one axis."""
    call.only("axis")
    axis = call.named("axis", 1)
    options = () if axis is None else (("axis", plain(axis, call, "axis")),)
    return Call("argmax", call._replace(args=call.args[:1]).arrays(1), options)


def _reduced(call: Called) -> Expr:
    """Read np.add.reduce, which sums over the first axis unless told."""
    axis = call.named("axis", 1)
    options = {**call.options, "axis": _ZERO if axis is None else axis}
    return _reduction(call._replace(function="sum", args=call.args[:1], options=options))


def _array(call: Called) -> Expr:
    call.only("dtype")
    return call.arrays(1)[0]


def _ceil(call: Called) -> Expr:
    call.only()
    return Neg(Call("floor", (Neg(call.arrays(1)[0]),)))


BUILD: dict[str, Callable[[Called], Expr]] = {
    **{name: _same for name in (*ENTRYWISE, "diag", "trace", "norm", "ravel", "log_softmax")},
    "argmax": _argmax,
    "ceil": _ceil,
    "softmax": _softmax,
    **{name: _reduction for name in ("sum", "mean", "max", "min")},
    **{name: _pairwise for name in ("maximum", "minimum")},
    **{name: _two for name in ("dot", "kron")},
    **{name: array_calls.filled for name in ("ones", "zeros", "eye")},
    **{name: array_calls.like for name in ("ones_like", "zeros_like")},
    **{name: array_calls.windowed for name in ("corr", "conv")},
    "einsum": _einsum, "where": _where, "cases": _cases, "reshape": array_calls.reshape,
    "transpose": array_calls.transpose,
    "tensordot": array_calls.tensordot, "pad": array_calls.pad, "flip": array_calls.flip,
    "sliding_window_view": array_calls.window, "len": array_calls.length,
    "array": _array, "stack": _array, "pinv": _same, "multi_dot": array_calls.chained, "reduce": _reduced,
    "swapaxes": array_calls.swapaxes, "moveaxis": array_calls.moveaxis, "size": array_calls.size,
    "shape": array_calls.shape, "rot90": array_calls.rot90,
    "outer": _of_two(Outer), "inner": _inner, "heaviside": _heaviside, "vdot": _sum_of_products,
    "clip": _clip, "expand_dims": array_calls.expand_dims, "logsumexp": _log_of_sum, "full": array_calls.full,
    "arange": array_calls.filled,
    "logaddexp": _of_two(lambda a, b: Call("log", (Add((Call("exp", (a,)), Call("exp", (b,)))),))),
    "flipud": lambda call: Call("flip", call.arrays(1), (("axis", 0),)),
    "fliplr": lambda call: Call("flip", call.arrays(1), (("axis", 1),)),
    "greater": _compared(Relation.GT), "greater_equal": _compared(Relation.GE),
    "less": _compared(Relation.LT), "less_equal": _compared(Relation.LE), "equal": _compared(Relation.EQ),
    "matmul": _of_two(MatMul), "divide": _of_two(Div), "power": _of_two(Pow),
    "multiply": _of_two(lambda a, b: Mul((a, b))), "add": _of_two(lambda a, b: Add((a, b))),
    "subtract": _of_two(lambda a, b: Add((a, Neg(b)))),
    "negative": _of_one(Neg), "float": _of_one(lambda x: x),
    "square": _of_one(lambda x: Pow(x, Number(Fraction(2), "2"))),
    "log1p": _of_one(lambda x: Call("log", (Add((_ONE, x)),))),
    "expm1": _of_one(lambda x: Add((Call("exp", (x,)), Neg(_ONE)))),
    "sech": _of_one(lambda x: Div(_ONE, Call("cosh", (x,)))),
    "var": _variance, "std": _variance, "squeeze": array_calls.squeeze, "repeat": array_calls.repeat,
    "not_equal": _compared(Relation.NE), "logical_not": _of_one(lambda x: Add((_ONE, Neg(x)))),
    "reciprocal": _of_one(lambda x: Div(_ONE, x)),
}  # fmt: skip
"""Function -> the node that a call of it means."""

NUMPY_NAMES = {
    **{name: name for name in BUILD if name not in ("cases", "corr", "conv", "len", "log_softmax", "sech")},
    "amax": "max", "amin": "min", "absolute": "abs", "identity": "eye", "flatten": "ravel", "true_divide": "divide",
    "convolve": "conv", "correlate": "corr", "convolve2d": "conv", "correlate2d": "corr", "asarray": "array",
    "float64": "float", "average": "mean", "fmax": "maximum", "fmin": "minimum", "expit": "sigmoid", "inv": "pinv",
    "diagflat": "diag",
}  # fmt: skip
METHODS = {
    "sum": "sum", "mean": "mean", "max": "max", "min": "min", "dot": "dot", "reshape": "reshape", "ravel": "ravel",
    "flatten": "ravel", "transpose": "transpose", "trace": "trace", "copy": "float", "astype": "float",
    "argmax": "argmax", "var": "var", "std": "std", "squeeze": "squeeze", "repeat": "repeat",
    "swapaxes": "swapaxes",
}  # fmt: skip
OPTIONS = frozenset(
    ("axis", "keepdims", "axes", "mode", "shape", "dtype", "pad_width", "window_shape", "optimize", "constant_values")
)


def nearest(name: str) -> str:
    """Return the nearest NumPy function that is read."""
    close = get_close_matches(name, NUMPY_NAMES, 2, 0.6)
    return f"did you mean {' or '.join('np.' + c for c in close)}?" if close else "only array functions are read"
