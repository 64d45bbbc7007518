"""The table of functions: how each is written, what its arguments are, its axes, its value, and how it is said.

One row is all that a function needs; what its row names may be a function of the modules beside this one. There are
three kinds of rows:

- `ArrayFunction`: a function of whole arrays that the tree keeps as a `Call`.
- `Elementwise`: a function of one number, applied to each entry. Its values are in `values.backends`, its derivative is
  in `values.forward_autodiff`; a test holds the three against each other.
- `Rewritten`: another way to write nodes that the tree has, so that it needs no rule of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum

from bptutor.notation import tree as t
from bptutor.notation.array_functions import construction, products, reductions, reshaping, rewritten, windows
from bptutor.notation.array_functions.arguments import AxesRule, ValueRule
from bptutor.notation.array_functions.call import Arguments, Called, arrays, arrays_and
from bptutor.notation.array_functions.rewritten import ONE, TWO, compared, of_one, of_two

_ONE_ARRAY = arrays(1)


class Gives(Enum):
    """What a call is to a printer that puts ⊙ between arrays and nothing between numbers."""

    NUMBER = "number"
    """A number, unless it is told an axis."""
    ARRAY = "array"
    LIKE_ITS_ARGUMENTS = "like its arguments"


@dataclass(frozen=True)
class ArrayFunction:
    """A function of whole arrays."""

    name: str
    """Its id in the tree, NumPy's name."""
    arguments: Arguments
    """Reads a call of it."""
    axes: AxesRule
    """The axes of its value from those of its arguments."""
    value: ValueRule
    spoken: str
    """How it is said before its arguments: `the sum of`."""
    gives: Gives
    numpy: tuple[str, ...] | None = None
    """What NumPy and SciPy call it, after `np.`; its name where None, nothing where empty."""
    methods: tuple[str, ...] = ()
    """What it is called after a dot, `x.sum()`."""
    words: tuple[str, ...] = ()
    """What it is called where it needs no brackets, `tr A`."""
    source: str = ""
    """What it is in NumPy source; `np.` and its name where empty."""
    source_2d: str = ""
    """The same of a matrix, where that is another function."""
    suggested: bool = True
    """Whether it is suggested where an unknown word is like it."""


@dataclass(frozen=True)
class Elementwise:
    """A function of one number, applied to each entry."""

    name: str
    words: tuple[str, ...]
    has_prime: bool = True
    """Whether `f'` is its derivative."""
    spoken: str = ""
    source: str = ""
    arguments: Arguments = _ONE_ARRAY
    numpy: tuple[str, ...] | None = None
    methods: tuple[str, ...] = ()
    gives: Gives = Gives.LIKE_ITS_ARGUMENTS
    suggested: bool = True


@dataclass(frozen=True)
class Rewritten:
    """Another way to write nodes of the tree."""

    name: str
    arguments: Arguments
    numpy: tuple[str, ...] | None = None
    methods: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    suggested: bool = False
    """Whether it is suggested where an unknown word is like it."""


NUMBER, ARRAY, LIKE = Gives
_FUNCTIONS: tuple[ArrayFunction | Elementwise | Rewritten, ...] = (
    Elementwise("exp", ("exp",)),
    Elementwise("log", ("log", "ln"), spoken="the logarithm of"),
    Elementwise("log10", ("log10",), has_prime=False),
    Elementwise("log2", ("log2",), has_prime=False),
    Elementwise("sqrt", ("sqrt", "√"), spoken="the square root of"),
    Elementwise("sin", ("sin",)),
    Elementwise("cos", ("cos",)),
    Elementwise("tan", ("tan",)),
    Elementwise("sinh", ("sinh",)),
    Elementwise("cosh", ("cosh",)),
    Elementwise("tanh", ("tanh",), spoken="hyperbolic tangent of"),
    Rewritten("sech", of_one(lambda x: t.Div(ONE, t.Call("cosh", (x,)))), numpy=(), words=("sech",)),
    Elementwise(
        "sigmoid", ("expit", "sigmoid", "σ", "sigma", "logistic"), source="sigmoid", numpy=("sigmoid", "expit")
    ),
    Elementwise("relu", ("relu", "ReLU"), source="relu"),
    Elementwise("leaky_relu", ("leaky_relu", "leakyrelu", "LeakyReLU", "leakyReLU"), source="leaky_relu"),
    Elementwise("softplus", ("softplus",), source="softplus"),
    ArrayFunction(
        "softmax", reductions.softmax, reductions.same_axes, reductions.softmax_value,
        "softmax of", LIKE, words=("softmax",), source="softmax",
    ),
    Elementwise("abs", ("abs",), spoken="the absolute value of", numpy=("abs", "absolute")),
    Elementwise("sign", ("sign", "sgn"), has_prime=False),
    Elementwise("floor", ("floor",), has_prime=False),
    Rewritten("ceil", rewritten.ceil, words=("ceil",)),
    # --- along axes ---
    ArrayFunction(
        "diag", arrays(1), reductions.diagonal_axes, reductions.diagonal,
        "the diagonal of", LIKE, numpy=("diag", "diagflat"), words=("diag",),
    ),
    ArrayFunction(
        "trace", arrays(1), reductions.no_axes, reductions.trace,
        "the trace of", LIKE, methods=("trace",), words=("tr", "trace"),
    ),
    ArrayFunction(
        "ravel", arrays(1), reshaping.ravel_axes, reshaping.ravel_value,
        "ravel of", ARRAY, numpy=("ravel", "flatten"), methods=("ravel", "flatten"), words=("vec",), suggested=False,
    ),
    ArrayFunction(
        "max", reductions.reduction, reductions.axes_left, reductions.largest,
        "the maximum of", NUMBER, numpy=("max", "amax"), methods=("max",), words=("max",),
    ),
    ArrayFunction(
        "min", reductions.reduction, reductions.axes_left, reductions.smallest,
        "the minimum of", NUMBER, numpy=("min", "amin"), methods=("min",), words=("min",),
    ),
    ArrayFunction(
        "mean", reductions.reduction, reductions.axes_left, reductions.mean,
        "the mean of", NUMBER, numpy=("mean", "average"), methods=("mean",), words=("mean",),
    ),
    ArrayFunction(
        "norm", arrays(1), reductions.no_axes, reductions.norm,
        "the norm of", NUMBER, words=("norm",), source="np.linalg.norm",
    ),
    ArrayFunction(
        "pinv", arrays(1), products.inverse_axes, products.inverse,
        "pinv of", NUMBER, numpy=("pinv", "inv"), words=("inv", "pinv"), source="np.linalg.pinv",
    ),
    ArrayFunction(
        "flip", arrays_and("axis"), reductions.same_axes, reshaping.flip,
        "flip of", LIKE, words=("flip",),
    ),
    ArrayFunction(
        "sum", reductions.reduction, reductions.axes_left, reductions.total,
        "the sum of", NUMBER, methods=("sum",),
    ),
    ArrayFunction(
        "argmax", arrays_and("axis"), reductions.axes_left, reductions.argmax,
        "argmax of", NUMBER, methods=("argmax",), suggested=False,
    ),
    ArrayFunction(
        "log_softmax", arrays(1), reductions.same_axes, reductions.log_softmax,
        "log softmax of", NUMBER, numpy=(), source="log_softmax",
    ),
    ArrayFunction(
        "maximum", reductions.pairwise, reductions.merged_axes, reductions.maximum,
        "maximum of", LIKE, numpy=("maximum", "fmax"),
    ),
    ArrayFunction(
        "minimum", reductions.pairwise, reductions.merged_axes, reductions.minimum,
        "minimum of", LIKE, numpy=("minimum", "fmin"),
    ),
    Rewritten("reduce", reductions.add_reduced),
    Rewritten("var", reductions.variance, methods=("var",)),
    Rewritten("std", reductions.variance, methods=("std",)),
    Rewritten("logsumexp", rewritten.logsumexp),
    # --- products ---
    ArrayFunction("dot", arrays(2), products.dot_axes, products.dot, "dot of", NUMBER, methods=("dot",)),
    ArrayFunction("kron", arrays(2), products.kron_axes, products.kron, "kron of", ARRAY),
    ArrayFunction(
        "tensordot", products.tensordot, products.tensordot_axes, products.tensordot_value, "tensordot of", NUMBER
    ),
    Rewritten("matmul", of_two(t.MatMul), suggested=True),
    Rewritten("outer", of_two(t.Outer), suggested=True),
    Rewritten("einsum", products.einsum, suggested=True),
    Rewritten("inner", products.inner),
    Rewritten("vdot", products.vdot),
    Rewritten("multi_dot", products.multi_dot),
    # --- arrays made from sizes ---
    ArrayFunction(
        "eye", construction.filled, construction.identity_axes, construction.identity,
        "eye of", ARRAY, numpy=("eye", "identity"),
    ),
    ArrayFunction(
        "arange", construction.filled, construction.named_axes, construction.arange,
        "arange of", ARRAY, suggested=False,
    ),
    ArrayFunction("ones", construction.filled, construction.named_axes, construction.ones, "ones of", ARRAY),
    ArrayFunction("zeros", construction.filled, construction.named_axes, construction.zeros, "zeros of", ARRAY),
    ArrayFunction(
        "ones_like", arrays(1, None, "dtype"), reductions.same_axes, construction.ones_like, "ones like of", ARRAY
    ),
    ArrayFunction(
        "zeros_like", arrays(1, None, "dtype"), reductions.same_axes, construction.zeros_like, "zeros like of", ARRAY
    ),
    Rewritten("full", construction.full),
    Rewritten("size", construction.size),
    Rewritten("shape", construction.shape),
    Rewritten("len", construction.length, numpy=()),
    # --- another shape or order ---
    ArrayFunction(
        "reshape", reshaping.reshape, reshaping.reshape_axes, reshaping.reshape_value,
        "reshape of", ARRAY, methods=("reshape",),
    ),
    ArrayFunction("pad", reshaping.pad, reshaping.unnamed_axes, reshaping.pad_value, "pad of", ARRAY),
    Rewritten("transpose", reshaping.transpose, methods=("transpose",), suggested=True),
    Rewritten("swapaxes", reshaping.swapaxes, methods=("swapaxes",)),
    Rewritten("moveaxis", reshaping.moveaxis),
    Rewritten("expand_dims", reshaping.expand_dims),
    Rewritten("squeeze", reshaping.squeeze, methods=("squeeze",)),
    Rewritten("repeat", reshaping.repeat, methods=("repeat",)),
    Rewritten("rot90", reshaping.rot90),
    Rewritten("flipud", reshaping.flipped(0)),
    Rewritten("fliplr", reshaping.flipped(1)),
    Rewritten("array", rewritten.array, numpy=("array", "asarray")),
    Rewritten("stack", rewritten.array),
    Rewritten("float", of_one(lambda x: x), numpy=("float", "float64"), methods=("copy", "astype")),
    # --- windows ---
    ArrayFunction(
        "sliding_window_view", windows.window, windows.window_axes, windows.window_value,
        "sliding window view of", ARRAY, source="np.lib.stride_tricks.sliding_window_view",
    ),
    ArrayFunction(
        "corr", windows.windowed, reshaping.unnamed_axes, windows.correlate, "the sliding sum of", ARRAY,
        numpy=("correlate", "correlate2d"), source="np.correlate", source_2d="scipy.signal.correlate2d",
    ),
    ArrayFunction(
        "conv", windows.windowed, reshaping.unnamed_axes, windows.correlate, "the convolution of", ARRAY,
        numpy=("convolve", "convolve2d"), source="np.convolve", source_2d="scipy.signal.convolve2d",
    ),
    # --- conditions and arithmetic ---
    Rewritten("where", rewritten.where, suggested=True),
    Rewritten("cases", rewritten.cases, numpy=(), suggested=True),
    Rewritten("heaviside", rewritten.heaviside),
    Rewritten("clip", rewritten.clip),
    Rewritten("greater", compared(t.Relation.GT)),
    Rewritten("greater_equal", compared(t.Relation.GE)),
    Rewritten("less", compared(t.Relation.LT)),
    Rewritten("less_equal", compared(t.Relation.LE)),
    Rewritten("equal", compared(t.Relation.EQ)),
    Rewritten("not_equal", compared(t.Relation.NE)),
    Rewritten("logical_not", of_one(lambda x: t.Add((ONE, t.Neg(x))))),
    Rewritten("add", of_two(lambda a, b: t.Add((a, b)))),
    Rewritten("subtract", of_two(lambda a, b: t.Add((a, t.Neg(b))))),
    Rewritten("multiply", of_two(lambda a, b: t.Mul((a, b)))),
    Rewritten("divide", of_two(t.Div), numpy=("divide", "true_divide")),
    Rewritten("power", of_two(t.Pow)),
    Rewritten("logaddexp", of_two(rewritten.logaddexp)),
    Rewritten("negative", of_one(t.Neg)),
    Rewritten("square", of_one(lambda x: t.Pow(x, TWO))),
    Rewritten("reciprocal", of_one(lambda x: t.Div(ONE, x))),
    Rewritten("log1p", of_one(rewritten.log1p)),
    Rewritten("expm1", of_one(rewritten.expm1)),
)  # fmt: skip

# --- what is asked of the table ------------------------------------------------------------------------------

TABLE = {row.name: row for row in _FUNCTIONS}
ARRAY_FUNCTIONS = {row.name: row for row in _FUNCTIONS if isinstance(row, ArrayFunction)}
ELEMENTWISE = {row.name: row for row in _FUNCTIONS if isinstance(row, Elementwise)}
WORDS = {word: row.name for row in _FUNCTIONS for word in row.words}
"""Spelled -> id, for functions of one argument that may be written without brackets."""
NUMPY_NAMES = {name: row.name for row in _FUNCTIONS for name in ((row.name,) if row.numpy is None else row.numpy)}
METHODS = {name: row.name for row in _FUNCTIONS for name in row.methods}
OPTIONS = frozenset(
    ("axis", "keepdims", "axes", "mode", "shape", "dtype", "pad_width", "window_shape", "optimize", "constant_values")
)
"""Keyword arguments that are read in mathematics too."""
SUGGESTED = tuple(row.name for row in _FUNCTIONS if row.suggested and row.name not in WORDS)
"""Names that are suggested where an unknown word is like them."""


def meaning(call: Called, function: str) -> t.Expr:
    """Return the node that a call of a function means.

    Raises:
        UnreadableAnswer: The function does not take these arguments.
    """
    return TABLE[function].arguments(call._replace(function=function))


def nearest(name: str) -> str:
    """Return the NumPy functions that are spelled most like one that is not read."""
    close = get_close_matches(name, NUMPY_NAMES, 2, 0.6)
    return f"did you mean {' or '.join('np.' + c for c in close)}?" if close else "only array functions are read"
