"""The backward pass of a scene as trees: for each name what carries ∂L/∂ to it, one step at a time.

It is read off the definitions, so it holds for any scene: `z: W @ a + b` gives ∂L/∂W = outer(∂L/∂z, a),
and so on. These are the lines that a lesson writes; mistakes are made on them, and earlier answers flow
through them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bptutor.errors import BptutorError
from bptutor.notation.caching import cached_by_identity
from bptutor.notation.scope import Role, Scope
from bptutor.notation.shapes import axes
from bptutor.notation.transform.products import ONE, times
from bptutor.notation.transform.to_index_notation import entrywise, leaky
from bptutor.notation.transform.to_matrix_notation import as_array, turned
from bptutor.notation.tree import (
    Add,
    Call,
    Cases,
    Derivative,
    Div,
    Expr,
    MatMul,
    Mul,
    Name,
    Neg,
    Number,
    Outer,
    Pow,
    Transpose,
    walk,
)

Back = Iterator[tuple[str, Expr]]
"""Names with what comes back to each."""


@dataclass(frozen=True)
class Steps:
    """The backward pass from one scalar."""

    found: Mapping[str, tuple[Expr, ...]]
    """Name -> what reaches it, one for each use."""
    complete: bool
    """Whether every definition on the way had a line."""


class Backward:
    """One reversed walk over the definitions that lead to one scalar."""

    def __init__(self, scope: Scope, of: str) -> None:
        """Take the scalar whose gradients are wanted."""
        self.scope = scope
        self.of = of

    def steps(self) -> Steps:
        """Return for each name the contributions to ∂of/∂name, one for each use, in order of use."""
        complete = True
        found: dict[str, list[Expr]] = {self.of: [ONE]}
        for name in reversed(list(self.scope.names)):
            definition = whole(self.scope, name)
            if name not in found:
                continue
            if definition is None:
                made = self.scope.names[name].definition
                complete &= made is None
                continue
            up = ONE if name == self.of else gradient(self.scope, self.of, name)
            try:
                for child, back in self.back(definition, up):
                    found.setdefault(child, []).insert(0, back)
            except (BptutorError, NoStep):
                complete = False
        return Steps({name: tuple(parts) for name, parts in found.items() if name != self.of}, complete)

    def back(self, expr: Expr, up: Expr) -> Back:
        """Yield what reaches each name of an expression when `up` reaches the expression.

        Raises:
            NoStep: There is no rule for a part of it.
        """
        if isinstance(expr, Name):
            if expr.id in self.scope.names and self.scope.names[expr.id].role is not Role.SIZE:
                yield expr.id, up
            return
        if not any(isinstance(part, Name) for part in walk(expr)):
            return
        rule = _RULES.get(type(expr))
        if rule is None:
            raise NoStep
        yield from rule(self, expr, up)

    def axes_of(self, expr: Expr) -> tuple[str, ...]:
        """Return the axes of an array expression."""
        return tuple(axes.of(expr, self.scope).axes)


class NoStep(Exception):
    """A definition that no line of the backward pass is known for."""


def gradient(scope: Scope, of: str, name: str) -> Expr:
    """Return ∂of/∂name: by its declared name where the scene has one."""
    wanted = Derivative(Name(of), Name(name))
    for other, declared in scope.names.items():
        if declared.definition == wanted:
            return Name(other)
    return wanted


def whole(scope: Scope, name: str) -> Expr | None:
    """Return the definition of a name as an array expression; None for a given name, or a gradient."""
    declared = scope.names.get(name)
    definition = declared.definition if declared else None
    if declared is None or definition is None or isinstance(definition, Derivative):
        return None
    if declared.letters or not declared.axes:
        return as_array(definition, declared.letters) or (None if declared.letters else definition)
    return definition


def _add(run: Backward, expr: Expr, up: Expr) -> Back:
    assert isinstance(expr, Add)  # noqa: S101  # by the table
    full = run.axes_of(expr)
    for term in expr.terms:
        if any(isinstance(part, Name) for part in walk(term)):
            yield from run.back(term, _shrunk(run, up, full, term))


def _shrunk(run: Backward, up: Expr, full: tuple[str, ...], part: Expr) -> Expr:
    """Sum what comes back over the axes along which a part was repeated."""
    own = run.axes_of(part)
    if own == full:
        return up
    if not own:
        return Call("sum", (up,))
    if len(full) == len(own) + 1 and full[1:] == own:
        return Call("sum", (up,), (("axis", 0),))
    raise NoStep


def _neg(run: Backward, expr: Expr, up: Expr) -> Back:
    assert isinstance(expr, Neg)  # noqa: S101  # by the table
    yield from run.back(expr.arg, times(Neg(up)))


def _mul(run: Backward, expr: Expr, up: Expr) -> Back:
    assert isinstance(expr, Mul)  # noqa: S101  # by the table
    full = run.axes_of(expr)
    for n, factor in enumerate(expr.factors):
        others = expr.factors[:n] + expr.factors[n + 1 :]
        yield from run.back(factor, _shrunk(run, times(up, *others), full, factor))


def _div(run: Backward, expr: Expr, up: Expr) -> Back:
    assert isinstance(expr, Div)  # noqa: S101  # by the table
    full = run.axes_of(expr)
    above = Div(up, expr.den) if ONE in (expr.num, up) else times(up, Div(ONE, expr.den))
    yield from run.back(expr.num, _shrunk(run, above, full, expr.num))
    below = Neg(times(up, Div(expr.num, Pow(expr.den, Number(Fraction(2))))))
    yield from run.back(expr.den, _shrunk(run, below, full, expr.den))


def _pow(run: Backward, expr: Expr, up: Expr) -> Back:
    assert isinstance(expr, Pow)  # noqa: S101  # by the table
    if not isinstance(expr.exponent, Number):
        raise NoStep
    n = expr.exponent.value
    lower = expr.base if n == 2 else Pow(expr.base, Number(n - 1))  # the square is the common case
    yield from run.back(expr.base, times(up, Number(n), lower))


def _call(run: Backward, expr: Expr, up: Expr) -> Back:
    assert isinstance(expr, Call)  # noqa: S101  # by the table
    (x, *_) = expr.args
    if expr.function == "sum" and expr.option("axis") is None:
        while isinstance(x, Call) and x.function == "sum":  # the sum of all sums along an axis is that of all entries
            x = x.args[0]
        yield from run.back(x, up)
    elif expr.function == "softmax":
        p = _known_as(run.scope, expr) or expr
        total = Call("sum", (times(up, p),), (("axis", -1), ("keepdims", True)))
        yield from run.back(x, times(p, Add((up, Neg(total)))))
    elif expr.function == "log" and len(expr.args) == 1:
        yield from run.back(x, _over(up, x))
    elif entrywise(expr) or (expr.function in run.scope.functions and len(expr.args) == 1):
        yield from run.back(x, times(up, Call(f"{expr.function}'", (x,))))
    elif isinstance(x, Name) and len(expr.args) == 1 and not run.axes_of(expr):  # a maximum, a mean, a norm
        yield from run.back(x, times(up, Derivative(expr, x)))
    else:
        raise NoStep


def _over(up: Expr, below: Expr) -> Expr:
    if isinstance(up, Neg):
        return Neg(_over(up.arg, below))
    return Div(up, below)


def _known_as(scope: Scope, expr: Expr) -> Expr | None:
    """Return the name that the scene gives to an expression."""
    return next((Name(n) for n, declared in scope.names.items() if declared.definition == expr), None)


def _cases(run: Backward, expr: Expr, up: Expr) -> Back:
    """Leaky ReLU as the scenes of networks write it; other cases have no rule."""
    assert isinstance(expr, Cases)  # noqa: S101  # by the table
    z = leaky(expr)
    if z is None:
        raise NoStep
    yield from run.back(z, times(up, Call("leaky_relu'", (z,))))


def _transpose(run: Backward, expr: Expr, up: Expr) -> Back:
    assert isinstance(expr, Transpose)  # noqa: S101  # by the table
    yield from run.back(expr.arg, _turned(up))


def _turned(expr: Expr) -> Expr:
    if isinstance(expr, MatMul):
        return MatMul(turned(expr.right), turned(expr.left))
    return turned(expr)


def _matmul(run: Backward, expr: Expr, up: Expr) -> Back:
    assert isinstance(expr, MatMul)  # noqa: S101  # by the table
    ranks = len(run.axes_of(expr.left)), len(run.axes_of(expr.right))
    rule = _PRODUCTS.get(ranks)
    if rule is None:
        raise NoStep
    left, right = rule(expr.left, expr.right, up)
    yield from run.back(expr.left, left)
    yield from run.back(expr.right, right)


_PRODUCTS: dict[tuple[int, int], Callable[[Expr, Expr, Expr], tuple[Expr, Expr]]] = {
    (2, 1): lambda A, v, up: (Outer(up, v), MatMul(turned(A), up)),
    (2, 2): lambda A, B, up: (MatMul(up, turned(B)), MatMul(turned(A), up)),
    (1, 1): lambda u, v, up: (times(up, _bare(v)), times(up, _bare(u))),
    (1, 2): lambda u, B, up: (MatMul(B, up), Outer(u, up)),
}
"""By the number of axes of both sides: what comes back to the left and to the right one."""


def _bare(expr: Expr) -> Expr:
    return expr.arg if isinstance(expr, Transpose) else expr


def _outer(run: Backward, expr: Expr, up: Expr) -> Back:
    assert isinstance(expr, Outer)  # noqa: S101  # by the table
    yield from run.back(expr.left, MatMul(up, expr.right))
    yield from run.back(expr.right, MatMul(turned(up), expr.left))


_RULES: dict[type, Callable[[Backward, Expr, Expr], Back]] = {
    Add: _add,
    Neg: _neg,
    Mul: _mul,
    Div: _div,
    Pow: _pow,
    Call: _call,
    Cases: _cases,
    Transpose: _transpose,
    MatMul: _matmul,
    Outer: _outer,
}


@cached_by_identity(64)
def steps(scope: Scope, of: str) -> Steps:
    """Return for each name the contributions to ∂of/∂name, one for each use; kept for each scope."""
    return Backward(scope, of).steps()
