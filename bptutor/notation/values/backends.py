"""What the entries of an array may be, and the functions on whole arrays of them.

`walk` evaluates every tree. A `Field` tells it how to compute with one kind of entry: floats,
numbers of 50 digits, or symbols (`notation.algebra.zero_test.SYMBOLS`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from bptutor.notation.tree import Relation

Array = NDArray[Any]
"""An array of any field: float64, or object."""

Unary = Callable[[Array], Array]


@dataclass(frozen=True)
class Field:
    """Functions on whole arrays of one kind of entry; none of them changes its arguments."""

    name: str
    dtype: type
    number: Callable[[Fraction], Any]
    """An exact rational as one entry."""
    unary: Mapping[str, Unary]
    """`exp log sqrt sin cos tan sinh cosh tanh sigmoid relu leaky_relu abs sign floor softplus`."""
    power: Callable[[Array, Array], Array]
    compare: Callable[[Relation, Array, Array], Array]
    """1 where it holds, else 0; for symbols an array of conditions."""
    where: Callable[[Array, Array, Array], Array]
    """Entries of the second array where the first holds, else of the third."""
    maximum: Callable[[Array, Array], Array]
    symbolic: bool = False
    substitute: Callable[[Array, Mapping[Any, Any]], Array] | None = None
    """Symbols only: replace symbols in every entry."""
    constants: Mapping[str, Any] = field(default_factory=dict)
    """`e` and `pi` as entries."""

    def array(self, values: Array) -> Array:
        """Return integers or floats in the same shape as entries of this field; exact for integers."""
        if self.dtype is not object:
            return np.asarray(values, dtype=self.dtype)
        source = np.asarray(values)
        if source.dtype == object:
            return source
        out = np.empty(source.shape, dtype=object)
        for place in np.ndindex(source.shape):
            out[place] = self.number(Fraction(source[place].item()))
        return out


_RELATIONS: Mapping[Relation, Callable[[Any, Any], Any]] = {
    Relation.EQ: lambda a, b: a == b,
    Relation.NE: lambda a, b: a != b,
    Relation.LT: lambda a, b: a < b,
    Relation.LE: lambda a, b: a <= b,
    Relation.GT: lambda a, b: a > b,
    Relation.GE: lambda a, b: a >= b,
}

LEAK = Fraction(1, 100)
"""Slope of leaky relu below 0."""


def _stable_sigmoid(x: Array) -> Array:
    e = np.exp(-np.abs(x))  # never overflows
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


FLOATS = Field(
    name="floats",
    dtype=np.float64,
    number=float,
    unary={
        "exp": np.exp,
        "log": np.log,
        "log2": np.log2,
        "log10": np.log10,
        "sqrt": np.sqrt,
        "sin": np.sin,
        "cos": np.cos,
        "tan": np.tan,
        "sinh": np.sinh,
        "cosh": np.cosh,
        "tanh": np.tanh,
        "abs": np.abs,
        "sign": np.sign,
        "floor": np.floor,
        "sigmoid": _stable_sigmoid,
        "relu": lambda x: np.where(x > 0, x, 0.0),
        "leaky_relu": lambda x: np.where(x > 0, x, float(LEAK) * x),
        "softplus": lambda x: np.logaddexp(0.0, x),
    },
    power=np.power,
    compare=lambda relation, a, b: np.asarray(_RELATIONS[relation](a, b), dtype=np.float64),
    where=lambda mask, a, b: np.where(np.asarray(mask) != 0, a, b),
    maximum=np.maximum,
    constants={"e": np.e, "pi": np.pi},
)


def _entrywise(function: Callable[..., Any], count: int = 1) -> Callable[..., Array]:
    """Lift a function of `count` entries to object arrays, with broadcasting."""
    lifted = np.frompyfunc(function, count, 1)

    def on_arrays(*arrays: Array) -> Array:
        out = np.empty(np.broadcast_shapes(*(np.shape(a) for a in arrays)), dtype=object)
        out[...] = lifted(*arrays)
        return out

    return on_arrays


_context = mpmath.mp.clone()
_context.dps = 50


def _real(value: Any) -> Any:
    """Refuse what left the real line, as floats do with nan."""
    if not isinstance(value, _context.mpf):
        return _context.nan
    return value


def _digit_log(x: Any) -> Any:
    if x == 0:
        return _context.ninf
    return _context.log(x) if x > 0 else _context.nan


def _digit_power(x: Any, y: Any) -> Any:
    if x == 0 and y < 0:
        return _context.inf
    return _real(_context.power(x, y))


def _digits(name: str) -> Unary:
    function = getattr(_context, name)
    return _entrywise(lambda x: _real(function(x)))


DIGITS = Field(
    name="digits",
    dtype=object,
    number=lambda q: _context.mpf(q.numerator) / q.denominator,
    unary={
        **{name: _digits(name) for name in ("exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign", "floor")},
        "log": _entrywise(_digit_log),
        "log2": _entrywise(lambda x: _digit_log(x) / _context.log(2)),
        "log10": _entrywise(lambda x: _digit_log(x) / _context.log(10)),
        "sqrt": _entrywise(lambda x: _context.sqrt(x) if x >= 0 else _context.nan),
        "abs": _entrywise(abs),
        "sigmoid": _entrywise(lambda x: 1 / (1 + _context.exp(-x))),
        "relu": _entrywise(lambda x: x if x > 0 else _context.mpf(0)),
        "leaky_relu": _entrywise(lambda x: x if x > 0 else x * LEAK.numerator / LEAK.denominator),
        "softplus": _entrywise(lambda x: _context.log1p(_context.exp(x))),
    },
    power=_entrywise(_digit_power, 2),
    compare=lambda relation, a, b: _entrywise(lambda x, y: _context.mpf(bool(_RELATIONS[relation](x, y))), 2)(a, b),
    where=_entrywise(lambda mask, a, b: a if mask != 0 else b, 3),
    maximum=_entrywise(lambda a, b: a if a >= b else b, 2),
    constants={"e": _context.e + 0, "pi": _context.pi + 0},
)
