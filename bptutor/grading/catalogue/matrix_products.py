"""Mistakes about products and transposes, as rewrites of the right tree."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bptutor.errors import BptutorError
from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes
from bptutor.notation.transform.rewrite import Made, Rule, everywhere, main_name
from bptutor.notation.transform.to_matrix_notation import turned
from bptutor.notation.tree import (
    Add,
    At,
    Call,
    Expr,
    Letter,
    MatMul,
    Mul,
    Name,
    Number,
    Outer,
    Slice,
    Span,
    Sum,
    Transpose,
    walk,
)

if TYPE_CHECKING:
    from bptutor.grading.catalogue.hypotheses import Target

COLUMN = (Span(), None)
"""`[:, None]`: a vector as a column that broadcasts."""


def no_transpose(expr: Expr) -> Made:
    """Drop `.T`, or put one where none belongs; in index notation swap the subscripts under a Σ."""
    if isinstance(expr, Transpose):
        yield expr.arg, main_name(expr)
    if isinstance(expr, MatMul):
        left, right = bare(expr.left), bare(expr.right)
        if left is not expr.left or right is not expr.right:
            yield MatMul(left, right), main_name(expr.left if left is not expr.left else expr.right)
        else:
            yield MatMul(left, turned(right)), main_name(right)
            yield MatMul(turned(left), right), main_name(left)
    if isinstance(expr, Sum) and isinstance(expr.body, Mul) and not _windowed(expr):
        yield from _subscripts_swapped(expr, set(expr.letters))


def kernel_turned(expr: Expr) -> Made:
    """Swap the subscripts of the kernel in a sum over places."""
    if isinstance(expr, Sum) and _windowed(expr):
        yield from _subscripts_swapped(expr, set(expr.letters))


def _windowed(expr: Expr) -> bool:
    """Return whether places are computed in a sum: `D_{a−m}`."""
    return any(isinstance(part, At) and any(isinstance(s, Add) for s in part.subscripts) for part in walk(expr))


def bare(expr: Expr) -> Expr:
    """Return what stands under a transpose."""
    return expr.arg if isinstance(expr, Transpose) else expr


def _subscripts_swapped(expr: Expr, bound: set[str]) -> Made:
    def swap(part: Expr) -> Made:
        if isinstance(part, At) and len(part.subscripts) == 2 and _letters(part) & bound:
            yield At(part.base, part.subscripts[::-1]), main_name(part)

    yield from everywhere(expr, swap)


def _letters(expr: At) -> set[str]:
    return {part.id for part in expr.subscripts if isinstance(part, Letter)}


def transposed(expr: Expr) -> Made:
    """Take the entry across the diagonal: `dW_21` for `dW_12`, `dW[0, 1]` for `dW[1, 0]`, `M_ji` for `M_ij`."""
    if isinstance(expr, At) and len(expr.subscripts) == 2:
        places = expr.subscripts
        if all(isinstance(s, Number) for s in places) or (
            all(isinstance(s, Letter) for s in places) and places[0] != places[1]
        ):
            yield At(expr.base, places[::-1]), main_name(expr)
    if isinstance(expr, Slice) and len(expr.items) == 2 and all(isinstance(item, int) for item in expr.items):
        yield Slice(expr.base, expr.items[::-1]), main_name(expr)


def swapped(expr: Expr) -> Made:
    """Reverse the operands of a product, with and without `.T`."""
    if isinstance(expr, MatMul):
        yield MatMul(expr.right, expr.left), main_name(expr)
        yield MatMul(turned(expr.right), turned(expr.left)), main_name(expr)
        yield MatMul(bare(expr.right), bare(expr.left)), main_name(expr)
    if isinstance(expr, Outer):
        yield Outer(expr.right, expr.left), main_name(expr)


def hadamard(expr: Expr) -> Made:
    """Pair entries where a product sums, or where every pair is meant."""
    if isinstance(expr, MatMul):
        for left in {expr.left, bare(expr.left)}:
            for right in {expr.right, bare(expr.right)}:
                yield Mul((left, right)), main_name(expr)
                yield Mul((left, Slice(right, COLUMN))), main_name(expr)
        yield Mul((Slice(expr.left, (Span(), Span(), None)), expr.right)), main_name(expr)
        yield Mul((Call("diag", (bare(expr.left),)), expr.right)), main_name(expr)
    if isinstance(expr, Outer):
        yield Mul((expr.left, expr.right)), main_name(expr)
        yield Call("diag", (Mul((expr.left, expr.right)),)), main_name(expr)
    if isinstance(expr, Call) and expr.function == "sum" and not expr.options and isinstance(expr.args[0], Mul):
        yield expr.args[0], ""


def product(target: Target) -> Rule:
    """Return the rule that sums or pairs all entries where entries pair one to one."""
    return partial(_product, target.scope)


def _product(scope: Scope, expr: Expr) -> Made:
    if isinstance(expr, Mul) and sum(_is_array(factor, scope) for factor in expr.factors) > 1:
        for n in range(1, len(expr.factors)):
            left, right = joined(expr.factors[:n]), joined(expr.factors[n:])
            for one, other in ((left, right), (right, left)):
                yield MatMul(one, other), main_name(left)
                yield MatMul(one, Transpose(other)), main_name(left)
                yield MatMul(Transpose(one), other), main_name(left)
                yield Outer(one, other), main_name(left)
            yield Call("sum", (expr,)), main_name(left)


def _is_array(factor: Expr, scope: Scope) -> bool:
    """Return whether a factor has axes; what cannot be told may have."""
    try:
        return bool(axes.of(factor, scope).axes)
    except BptutorError:
        return not isinstance(factor, Number | Letter)


def joined(factors: tuple[Expr, ...]) -> Expr:
    """Return the product of factors; one factor stands alone."""
    return factors[0] if len(factors) == 1 else Mul(factors)


def broadcast(expr: Expr) -> Made:
    """Let one vector stand as a column beside another: (n,) with (n, 1) gives (n, n)."""
    parts = expr.factors if isinstance(expr, Mul) else getattr(expr, "terms", ())
    if len(parts) < 2:
        return
    for n, part in enumerate(parts):
        if not isinstance(part, Number | At):
            inner = getattr(part, "arg", None)
            column = type(part)(Slice(inner, COLUMN)) if isinstance(inner, Expr) else Slice(part, COLUMN)
            yield type(expr)((*parts[:n], column, *parts[n + 1 :])), main_name(part)  # type: ignore[call-arg]


def summed_jacobian(expr: Expr) -> Made:
    """Sum the rows or the columns of a matrix where its product with a vector is meant."""
    if isinstance(expr, MatMul):
        for matrix, vector in ((expr.left, expr.right), (expr.right, expr.left)):
            inner = bare(matrix)
            if isinstance(inner, Name):
                for axis in (0, 1):
                    total = Call("sum", (inner,), (("axis", axis),))
                    yield total, inner.id
                    yield Mul((total, vector)), inner.id


def one_term(target: Target) -> Rule:
    """Return the rule that keeps one term of the sum in a product: one k of Σ_k W_kj d_k, but not one example."""

    def rule(expr: Expr) -> Made:
        if isinstance(expr, MatMul) and _summed_axis(expr, target.scope) != (target.parts.batch or "none"):
            yield from _one_term(expr)
        if isinstance(expr, Call) and expr.function == "sum" and not expr.options and isinstance(expr.args[0], Mul):
            yield from ((Slice(expr.args[0], (k,)), main_name(expr)) for k in range(4))

    return rule


def _summed_axis(expr: MatMul, scope: Scope) -> str:
    try:
        found = axes.of(expr.left, scope).axes
    except BptutorError:
        return ""
    return found[-1] if found else ""


def _one_term(expr: MatMul) -> Made:
    for k in range(4):
        left = Slice(expr.left.arg, (k,)) if isinstance(expr.left, Transpose) else Slice(expr.left, (Span(), k))
        right = Slice(expr.right.arg, (Span(), k)) if isinstance(expr.right, Transpose) else Slice(expr.right, (k,))
        yield Mul((left, right)), main_name(expr.left)
        yield Outer(left, right), main_name(expr.left)
        yield Mul((Slice(expr.left, (k,)), right)), main_name(expr.left)
        yield Mul((Slice(expr.left, (k,)), Slice(expr.right, (Span(), k)))), main_name(expr.right)
