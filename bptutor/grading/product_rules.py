"""Mistakes about products and transposes, as rewrites of the right tree."""

from __future__ import annotations

from bptutor.grading.rewrites import Made, everywhere, main_name
from bptutor.notation.tree import At, Expr, Letter, MatMul, Mul, Number, Outer, Sum, Transpose


def no_transpose(expr: Expr) -> Made:
    """Drop `.T`; in a product with a vector swap the sides; in index notation swap the subscripts under a Σ."""
    if isinstance(expr, Transpose):
        yield expr.arg, main_name(expr)
    if isinstance(expr, MatMul):
        plain = MatMul(_bare(expr.left), _bare(expr.right))
        if plain != expr:
            yield plain, main_name(expr.left if isinstance(expr.left, Transpose) else expr.right)
        else:
            yield MatMul(expr.right, expr.left), main_name(expr.right)
    if isinstance(expr, Sum):
        yield from _subscripts_swapped(expr, set(expr.letters))


def _bare(expr: Expr) -> Expr:
    return expr.arg if isinstance(expr, Transpose) else expr


def _subscripts_swapped(expr: Expr, bound: set[str]) -> Made:
    def swap(part: Expr) -> Made:
        if isinstance(part, At) and len(part.subscripts) == 2 and _letters(part) & bound:
            yield At(part.base, part.subscripts[::-1]), main_name(part)

    yield from everywhere(expr, swap)


def _letters(expr: At) -> set[str]:
    return {part.id for part in expr.subscripts if isinstance(part, Letter)}


def transposed(expr: Expr) -> Made:
    """Ask for the entry across the diagonal: `dW_21` for `dW_12`."""
    if isinstance(expr, At) and len(expr.subscripts) == 2 and all(isinstance(s, Number) for s in expr.subscripts):
        yield At(expr.base, expr.subscripts[::-1]), main_name(expr)


def swapped(expr: Expr) -> Made:
    """Reverse the operands of a product, with and without `.T`."""
    if isinstance(expr, MatMul):
        yield MatMul(expr.right, expr.left), main_name(expr)
        yield MatMul(_turned(expr.right), _turned(expr.left)), main_name(expr)
        yield MatMul(_bare(expr.right), _bare(expr.left)), main_name(expr)
    if isinstance(expr, Outer):
        yield Outer(expr.right, expr.left), main_name(expr)


def _turned(expr: Expr) -> Expr:
    return expr.arg if isinstance(expr, Transpose) else Transpose(expr)


def hadamard(expr: Expr) -> Made:
    """Pair entries where a product sums, or where every pair is meant."""
    if isinstance(expr, MatMul):
        for left in {expr.left, _bare(expr.left)}:
            for right in {expr.right, _bare(expr.right)}:
                yield Mul((left, right)), main_name(expr)
    if isinstance(expr, Outer):
        yield Mul((expr.left, expr.right)), main_name(expr)


def product(expr: Expr) -> Made:
    """Sum or pair all entries where entries pair one to one."""
    if isinstance(expr, Mul):
        for n in range(1, len(expr.factors)):
            left, right = joined(expr.factors[:n]), joined(expr.factors[n:])
            yield MatMul(left, right), main_name(left)
            yield MatMul(right, left), main_name(left)
            yield Outer(left, right), main_name(left)


def joined(factors: tuple[Expr, ...]) -> Expr:
    """Return the product of factors; one factor stands alone."""
    return factors[0] if len(factors) == 1 else Mul(factors)
