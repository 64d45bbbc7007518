"""Arithmetic on whole arrays of a field, carrying derivatives along when asked: forward-mode automatic differentiation.

A `Dual` is a value with one tangent for each entry of the array that is differentiated with respect to (dual numbers;
Griewank and Walther, Evaluating Derivatives, 2008, chapter 3). Every operation below works on plain arrays and on duals
alike; duals may be nested, distinguished by their `level`. Shapes follow NumPy's broadcasting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Union

import numpy as np

from bptutor.notation.tree import Relation
from bptutor.notation.values.backends import LEAK, Array, Field


@dataclass(frozen=True)
class Dual:
    """value + Σ_d ε_d tangent_d; a tangent of None is zero."""

    level: int
    value: Operand
    tangents: tuple[Operand | None, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the value."""
        return self.value.shape


Operand = Union[Array, Dual]  # noqa: UP007  # Dual is recursive


def plain(x: Operand) -> Array:
    """Return the value without its tangents, in the same shape."""
    while isinstance(x, Dual):
        x = x.value
    return x


def shaped(change: Callable[[Array], Array], x: Operand) -> Operand:
    """Apply a change of shape or order (linear: entries only move or are summed)."""
    if isinstance(x, Dual):
        tangents = tuple(None if t is None else shaped(change, t) for t in x.tangents)
        return Dual(x.level, shaped(change, x.value), tangents)
    return np.asarray(change(x), dtype=x.dtype)


def _level(*operands: Operand) -> int:
    return max(x.level if isinstance(x, Dual) else 0 for x in operands)


def _at(level: int, x: Operand) -> tuple[Operand, tuple[Operand | None, ...] | None]:
    if isinstance(x, Dual) and x.level == level:
        return x.value, x.tangents
    return x, None


@dataclass(frozen=True)
class Arithmetic:
    """The operations of one field."""

    field: Field

    def constant(self, number: int | Fraction) -> Array:
        """Return a number as a 0-d array."""
        out: Array = np.empty((), dtype=self.field.dtype)
        out[()] = self.field.number(Fraction(number))
        return out

    def shaped(self, change: Callable[[Array], Array], x: Operand) -> Operand:
        """Apply a change of shape or order; see `shaped`."""
        return shaped(change, x)

    def _binary(
        self,
        a: Operand,
        b: Operand,
        value: Callable[[Operand, Operand], Operand],
        left: Callable[[Operand, Operand, Operand], Operand],
        right: Callable[[Operand, Operand, Operand], Operand],
    ) -> Operand:
        """Apply an operation with tangents left(ta, a, b) + right(tb, a, b)."""
        level = _level(a, b)
        x, ta = _at(level, a)
        y, tb = _at(level, b)
        count = len(ta if ta is not None else tb or ())
        tangents: list[Operand | None] = []
        for d in range(count):
            parts = []
            if ta is not None and (t := ta[d]) is not None:
                parts.append(left(t, x, y))
            if tb is not None and (t := tb[d]) is not None:
                parts.append(right(t, x, y))
            tangents.append(None if not parts else parts[0] if len(parts) == 1 else self.add(*parts))
        return Dual(level, value(x, y), tuple(tangents))

    def add(self, a: Operand, b: Operand) -> Operand:
        """Return a + b, entry by entry, in the broadcast shape."""
        if isinstance(a, Dual) or isinstance(b, Dual):
            return self._binary(a, b, self.add, self._spread, lambda t, x, y: self._spread(t, y, x))
        return np.asarray(a + b, dtype=self.field.dtype)

    def _spread(self, t: Operand, _same: Operand, other: Operand) -> Operand:
        """Give a tangent the shape that broadcasting gives the value."""
        return self.spread(t, np.broadcast_shapes(t.shape, other.shape))

    def spread(self, x: Operand, shape: tuple[int, ...]) -> Operand:
        """Broadcast to a shape."""
        return x if shape == x.shape else self.shaped(lambda v: np.broadcast_to(v, shape), x)

    def neg(self, a: Operand) -> Operand:
        """Return −a, entry by entry."""
        return self.shaped(lambda v: -v, a)

    def mul(self, a: Operand, b: Operand) -> Operand:
        """Return a ⊙ b, entry by entry, in the broadcast shape."""
        if isinstance(a, Dual) or isinstance(b, Dual):
            return self._binary(a, b, self.mul, lambda t, x, y: self.mul(t, y), lambda t, x, y: self.mul(x, t))
        return np.asarray(a * b, dtype=self.field.dtype)

    def div(self, a: Operand, b: Operand) -> Operand:
        """Return a ⊘ b, entry by entry, in the broadcast shape.

        Raises:
            FloatingPointError: An entry of 50 digits is divided by 0.
        """
        if isinstance(a, Dual) or isinstance(b, Dual):
            return self._binary(
                a,
                b,
                self.div,
                lambda t, x, y: self.div(t, y),
                lambda t, x, y: self.neg(self.div(self.mul(x, t), self.mul(y, y))),
            )
        if self.field.dtype is object and not self.field.symbolic:
            return self._digit_quotient(a, b)
        return np.asarray(a / b, dtype=self.field.dtype)

    def _digit_quotient(self, a: Array, b: Array) -> Array:
        try:
            return np.asarray(a / b, dtype=object)
        except ZeroDivisionError as error:
            raise FloatingPointError("division by zero") from error

    def matmul(self, a: Operand, b: Operand) -> Operand:
        """Return the matrix products of two stacks of matrices, shapes (..., n, m) and (..., m, k)."""
        if isinstance(a, Dual) or isinstance(b, Dual):
            return self._binary(a, b, self.matmul, lambda t, x, y: self.matmul(t, y), lambda t, x, y: self.matmul(x, t))
        return np.asarray(np.matmul(a, b), dtype=self.field.dtype)

    def power(self, a: Operand, b: Operand) -> Operand:
        """Return a to the power b, entry by entry; integer constants keep negative bases real."""
        if isinstance(b, Dual):  # a^b = exp(b log a)
            return self.unary("exp", self.mul(b, self.unary("log", a)))
        if isinstance(a, Dual):
            slope = self.mul(b, self.power(a.value, self.add(b, self.constant(-1))))
            return Dual(a.level, self.power(a.value, b), self._scaled(slope, a.tangents))
        return self.field.power(a, b)

    def _scaled(self, slope: Operand, tangents: Sequence[Operand | None]) -> tuple[Operand | None, ...]:
        return tuple(None if t is None else self.mul(slope, t) for t in tangents)

    def unary(self, name: str, x: Operand) -> Operand:
        """Apply a function of the field by name, entry by entry; a trailing `'` is its derivative."""
        if name.endswith("'"):
            inner = self.unary(name[:-1], x)
            return self.slope(name[:-1], x, inner)
        if isinstance(x, Dual):
            value = self.unary(name, x.value)
            if all(t is None for t in x.tangents):
                return Dual(x.level, value, x.tangents)
            return Dual(x.level, value, self._scaled(self.slope(name, x.value, value), x.tangents))
        return self.field.unary[name](x)

    def slope(self, name: str, x: Operand, y: Operand) -> Operand:
        """Return the derivative of a function at x, entry by entry, where its value is y.

        Raises:
            KeyError: It is no elementwise function.
        """
        rule = _SLOPES.get(name)
        if rule is None:
            raise KeyError(name)
        return rule(self, x, y)

    def sum(self, x: Operand, axis: tuple[int, ...], keepdims: bool = False) -> Operand:
        """Sum over axes."""
        if not axis:
            return x
        return self.shaped(lambda v: v.sum(axis=axis, keepdims=keepdims), x)

    def compare(self, relation: Relation, a: Operand, b: Operand) -> Array:
        """Return 1 where the relation holds, else 0, in the broadcast shape; it has no derivative."""
        return self.field.compare(relation, plain(a), plain(b))

    def where(self, mask: Array, a: Operand, b: Operand) -> Operand:
        """Return a where the mask holds, else b, entry by entry."""
        if isinstance(a, Dual) or isinstance(b, Dual):
            zero = self.constant(0)
            return self._binary(
                a,
                b,
                lambda x, y: self.where(mask, x, y),
                lambda t, x, y: self.where(mask, t, zero),
                lambda t, x, y: self.where(mask, zero, t),
            )
        return self.field.where(mask, a, b)

    def maximum(self, a: Operand, b: Operand) -> Operand:
        """The larger, entry by entry; the first where they are equal."""
        if isinstance(a, Dual) or isinstance(b, Dual):
            return self.where(self.compare(Relation.GE, a, b), a, b)
        return self.field.maximum(a, b)


Slope = Callable[[Arithmetic, Operand, Operand], Operand]


def _one_minus(f: Arithmetic, x: Operand) -> Operand:
    return f.add(f.constant(1), f.neg(x))


def _over(f: Arithmetic, number: int | Fraction, x: Operand) -> Operand:
    return f.div(f.constant(number), x)


def _step(f: Arithmetic, x: Operand, below: int | Fraction) -> Operand:
    mask = f.compare(Relation.GT, x, f.constant(0))
    return f.where(mask, f.constant(1), f.constant(below))


def _log_slope(base: int) -> Slope:
    def slope(f: Arithmetic, x: Operand, y: Operand) -> Operand:
        return _over(f, 1, f.mul(x, f.unary("log", f.constant(base))))

    return slope


_SLOPES: dict[str, Slope] = {
    "exp": lambda f, x, y: y,
    "log": lambda f, x, y: _over(f, 1, x),
    "log2": _log_slope(2),
    "log10": _log_slope(10),
    "sqrt": lambda f, x, y: _over(f, Fraction(1, 2), y),
    "sin": lambda f, x, y: f.unary("cos", x),
    "cos": lambda f, x, y: f.neg(f.unary("sin", x)),
    "tan": lambda f, x, y: f.add(f.constant(1), f.mul(y, y)),
    "sinh": lambda f, x, y: f.unary("cosh", x),
    "cosh": lambda f, x, y: f.unary("sinh", x),
    "tanh": lambda f, x, y: _one_minus(f, f.mul(y, y)),
    "abs": lambda f, x, y: f.unary("sign", x),
    "sign": lambda f, x, y: f.mul(f.constant(0), x),
    "floor": lambda f, x, y: f.mul(f.constant(0), x),
    "sigmoid": lambda f, x, y: f.mul(y, _one_minus(f, y)),
    "relu": lambda f, x, y: _step(f, x, 0),
    "leaky_relu": lambda f, x, y: _step(f, x, LEAK),
    "softplus": lambda f, x, y: f.unary("sigmoid", x),
}

ELEMENTWISE = frozenset(_SLOPES)
"""Ids of the functions that act on each entry."""


def seeded(field: Field, level: int, x: Operand) -> Dual:
    """Return x as independent: one tangent for each of its entries, in row-major order."""
    shape = x.shape
    size = int(np.prod(shape, dtype=int))
    one = np.eye(size).reshape(size, *shape)
    return Dual(level, x, tuple(field.array(one[d]) for d in range(size)))


def jacobian(arithmetic: Arithmetic, level: int, y: Operand, by: tuple[int, ...]) -> Operand:
    """Collect the tangents of y into one array, shape (*shape of y, *by): the Jacobian in numerator layout."""
    shape = (*y.shape, *by)
    if not isinstance(y, Dual) or y.level != level:
        return arithmetic.field.array(np.zeros(shape))
    zero = arithmetic.field.array(np.zeros(y.shape))
    parts = [zero if t is None else arithmetic.spread(t, y.shape) for t in y.tangents]
    return _stacked(arithmetic, parts, shape)


def _stacked(arithmetic: Arithmetic, parts: Sequence[Operand], shape: tuple[int, ...]) -> Operand:
    level = _level(*parts)
    if level == 0:
        return np.stack([np.asarray(plain(p)) for p in parts], axis=-1).reshape(shape)
    values, tangents = zip(*(_at(level, p) for p in parts), strict=True)
    count = max(len(t) for t in tangents if t is not None)
    joined: list[Operand | None] = []
    for d in range(count):
        column = [t[d] if t is not None else None for t in tangents]
        zeros = [
            arithmetic.field.array(np.zeros(v.shape)) if c is None else c for c, v in zip(column, values, strict=True)
        ]
        joined.append(_stacked(arithmetic, zeros, shape))
    return Dual(level, _stacked(arithmetic, values, shape), tuple(joined))
