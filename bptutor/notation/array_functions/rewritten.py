"""Functions that are another way to write something that the tree has: `np.add(a, b)` is a + b, `np.where` a case."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from bptutor.notation import tree as t
from bptutor.notation.array_functions.call import Arguments, Called

ZERO = t.Number(Fraction(0), "0")
ONE = t.Number(Fraction(1), "1")
TWO = t.Number(Fraction(2), "2")


def of_one(make: Callable[[t.Expr], t.Expr]) -> Arguments:
    """Return the reader of one array, which `make` turns into a node."""

    def read(call: Called) -> t.Expr:
        call.only("axis", "dtype")
        return make(call.first()[0])

    return read


def of_two(make: Callable[[t.Expr, t.Expr], t.Expr]) -> Arguments:
    """Return the reader of two arrays, which `make` turns into a node."""

    def read(call: Called) -> t.Expr:
        call.only()
        left, right = call.arrays(2)
        return make(left, right)

    return read


def compared(relation: t.Relation) -> Arguments:
    """Return the reader of np.greater and the like: 1 where the relation holds."""
    return of_two(lambda a, b: t.Compare(relation, a, b))


def array(call: Called) -> t.Expr:
    """Read np.array([1, 2]) as the list itself."""
    call.only("dtype")
    return call.arrays(1)[0]


def where(call: Called) -> t.Expr:
    """Read `where(condition, value, otherwise)` as a case."""
    call.only()
    condition, value, otherwise = call.arrays(3)
    return t.Cases(((value, _condition(call, condition)),), otherwise)


def cases(call: Called) -> t.Expr:
    """Read `cases(a, z > 0, b, z < 0, c)` and `cases((a, z > 0), (b, z < 0), c)`."""
    call.only()
    flat: list[t.Expr] = []
    for arg in call.arrays(1, 40):
        flat += arg.items if isinstance(arg, t.Stack) and len(arg.items) == 2 else (arg,)
    otherwise = flat.pop() if len(flat) % 2 else ZERO
    pairs = tuple((value, _condition(call, condition)) for value, condition in zip(flat[::2], flat[1::2], strict=True))
    if not pairs:
        raise call.error("needs a value and a condition", "write cases(1, z > 0, 0)")
    return t.Cases(pairs, otherwise)


def _condition(call: Called, expr: t.Expr) -> t.Expr:
    if all(isinstance(part, t.Compare) for part in (expr.factors if isinstance(expr, t.Mul) else (expr,))):
        return expr
    raise call.error("needs a condition", "write where(z > 0, 1, 0)")


def heaviside(call: Called) -> t.Expr:
    """Read np.heaviside(x, h): 0 below 0, h at 0, 1 above."""
    call.only()
    x, at_zero = call.arrays(2)
    above, zero = t.Compare(t.Relation.GT, x, ZERO), t.Compare(t.Relation.EQ, x, ZERO)
    return t.Cases(((ONE, above), (at_zero, zero)), ZERO)


def clip(call: Called) -> t.Expr:
    """Read np.clip(x, low, high), where either bound may be None."""
    call.only()
    x, low, high = (*call.args, None, None, None)[:3]
    if not isinstance(x, t.Expr) or len(call.args) > 3:
        raise call.error("takes an array and two bounds", "write np.clip(x, 0, 1)")
    above = t.Call("maximum", (x, low)) if isinstance(low, t.Expr) else x
    return t.Call("minimum", (above, high)) if isinstance(high, t.Expr) else above


def logsumexp(call: Called) -> t.Expr:
    """Read `logsumexp(x)` as log Σ exp(x) over all entries."""
    call.only()
    return t.Call("log", (t.Call("sum", (t.Call("exp", call.arrays(1)),)),))


def ceil(call: Called) -> t.Expr:
    """Read `⌈x⌉` as −⌊−x⌋."""
    call.only()
    return t.Neg(t.Call("floor", (t.Neg(call.arrays(1)[0]),)))


def logaddexp(a: t.Expr, b: t.Expr) -> t.Expr:
    """Return log(exp(a) + exp(b))."""
    return t.Call("log", (t.Add((t.Call("exp", (a,)), t.Call("exp", (b,)))),))


def log1p(x: t.Expr) -> t.Expr:
    """Return log(1 + x)."""
    return t.Call("log", (t.Add((ONE, x)),))


def expm1(x: t.Expr) -> t.Expr:
    """Return exp(x) − 1."""
    return t.Add((t.Call("exp", (x,)), t.Neg(ONE)))
