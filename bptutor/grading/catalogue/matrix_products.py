"""Mistakes about products of arrays and transposes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from bptutor.errors import BptutorError
from bptutor.grading.catalogue.base import NOTHING, Change, Mistake, any_of, on_tree, on_trees, on_value, spelled
from bptutor.grading.catalogue.convolution import input_gradient
from bptutor.grading.catalogue.convolution.cross_correlations import on_inputs
from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes
from bptutor.notation.transform.products import times
from bptutor.notation.transform.rewrite import Made, Rule, computes_places, main_name, named, subscripts_swapped
from bptutor.notation.transform.to_matrix_notation import turned
from bptutor.notation.tree import (
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
)

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer


def transposed_value(_: ExpectedAnswer) -> Iterator[Change]:
    """truthᵀ."""
    yield lambda truth, values: truth.T if truth.ndim == 2 else NOTHING


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
            yield from ((MatMul(left, turned(right)), main_name(right)), (MatMul(turned(left), right), main_name(left)))
    if isinstance(expr, Sum) and isinstance(expr.body, Mul) and not computes_places(expr):
        yield from subscripts_swapped(expr, set(expr.letters))


def bare(expr: Expr) -> Expr:
    """Return what stands under a transpose."""
    return expr.arg if isinstance(expr, Transpose) else expr


def transposed(expr: Expr) -> Made:
    """Take the entry across the diagonal: `dW_21` for `dW_12`, `dW[0, 1]` for `dW[1, 0]`, `M_ji` for `M_ij`."""
    if isinstance(expr, At) and len(expr.subscripts) == 2:
        places = expr.subscripts
        letters = all(isinstance(s, Letter) for s in places) and places[0] != places[1]
        if letters or all(isinstance(s, Number) for s in places):
            yield At(expr.base, places[::-1]), main_name(expr)
    if isinstance(expr, Slice) and len(expr.items) == 2 and all(isinstance(item, int) for item in expr.items):
        yield Slice(expr.base, expr.items[::-1]), main_name(expr)


def swapped(expr: Expr) -> Made:
    """Reverse the operands of a product, with and without `.T`."""
    if isinstance(expr, MatMul):
        left, right = expr.left, expr.right
        yield from named(
            expr, MatMul(right, left), MatMul(turned(right), turned(left)), MatMul(bare(right), bare(left))
        )
    if isinstance(expr, Outer):
        yield Outer(expr.right, expr.left), main_name(expr)


def hadamard(expr: Expr) -> Made:
    """Pair entries where a product sums, or where every pair is meant."""
    if isinstance(expr, MatMul):
        for left, right in product((expr.left, bare(expr.left)), (expr.right, bare(expr.right))):
            yield from named(expr, Mul((left, right)), Mul((left, Slice(right, COLUMN))))
        every_pair = Slice(expr.left, (Span(), Span(), None))
        yield from named(expr, Mul((every_pair, expr.right)), Mul((Call("diag", (bare(expr.left),)), expr.right)))
    if isinstance(expr, Outer):
        pairs = Mul((expr.left, expr.right))
        yield from named(expr, pairs, Call("diag", (pairs,)))
    if isinstance(expr, Call) and expr.function == "sum" and not expr.options and isinstance(expr.args[0], Mul):
        yield expr.args[0], ""


def summed_or_paired(expected: ExpectedAnswer) -> Rule:
    """Return the rule that sums or pairs all entries where entries pair one to one."""

    def rule(expr: Expr) -> Made:
        factors = expr.factors if isinstance(expr, Mul) else ()
        if sum(_is_array(factor, expected.scope) for factor in factors) < 2:
            return
        for n in range(1, len(factors)):
            left, right = times(*factors[:n]), times(*factors[n:])
            for a, b in ((left, right), (right, left)):
                yield from named(left, MatMul(a, b), MatMul(a, Transpose(b)), MatMul(Transpose(a), b), Outer(a, b))
            yield from named(left, Call("sum", (expr,)))

    return rule


def _is_array(factor: Expr, scope: Scope) -> bool:
    """Return whether a factor has axes; what cannot be told may have."""
    try:
        return bool(axes.of(factor, scope).axes)
    except BptutorError:
        return not isinstance(factor, Number | Letter)


def summed_jacobian(expr: Expr) -> Made:
    """Sum the rows or the columns of a matrix where its product with a vector is meant."""
    if isinstance(expr, MatMul):
        for matrix, vector in ((expr.left, expr.right), (expr.right, expr.left)):
            inner = bare(matrix)
            for axis in (0, 1) if isinstance(inner, Name) else ():
                total = Call("sum", (inner,), (("axis", axis),))
                yield from named(inner, total, Mul((total, vector)))


def inverse(expr: Expr) -> Made:
    """Take the (pseudo)inverse of a matrix for its transpose."""
    if isinstance(expr, MatMul):
        left, right = (_inverted(side) for side in (expr.left, expr.right))
        yield from named(expr.left, MatMul(left, expr.right)) if left else ()
        yield from named(expr.right, MatMul(expr.left, right)) if right else ()


def _inverted(side: Expr) -> Expr | None:
    matrix = bare(side)
    other = Call("pinv", (matrix,))
    return (other if isinstance(side, Transpose) else Transpose(other)) if isinstance(matrix, Name) else None


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "jacobian-summed",
        "rows of the Jacobian summed",
        "Your answer adds up whole rows or columns of {part}. Look at what multiplies each entry.",
        any_of(on_tree(summed_jacobian), on_inputs(input_gradient.without_errors)),
        says={"whole": "Your answer adds up whole rows or columns. Look at what multiplies each entry."},
        within=True,
    ),
    Mistake(
        "no-transpose",
        "a transpose left out",
        "Your product sums over the other index of {part}. Look at the index of {part} under Σ.",
        on_tree(no_transpose),
        says={
            "no product+part": "This comes out with the other index of {part} summed. "
            "Look at the index of {part} under Σ.",
            "no product": "This comes out with another index summed. Look at the index under Σ.",
            "whole": "Your product sums over another index. Look at the index under Σ.",
        },
        within=True,
    ),
    Mistake(
        "transposed",
        "rows and columns exchanged",
        "Your answer takes the rows of {part} for its columns. Look at which index of {part} counts rows.",
        any_of(on_value(transposed_value), on_tree(transposed)),
        says={
            "shape": "Your sizes stand in the other order. Look at which index counts rows.",
            "everywhere": "Your answer has each entry at the mirrored place. Look at which index counts rows.",
            "paired": "One of two slips here exchanges rows and columns. Look at which index counts rows.",
            "whole": "Your answer takes rows for columns. Look at which index counts rows.",
        },
        change=transposed_value,
        within=True,
    ),
    Mistake(
        "reversed",
        "the factors of a product swapped",
        "Your product takes its factors in the other order. Look at which axis comes first in the result.",
        on_tree(swapped),
        says={
            "no product": "This comes out with two arrays in the other order. "
            "Look at which axis comes first in the result.",
        },
    ),
    Mistake(
        "hadamard-for-product",
        "entries paired where a product sums or pairs all",
        "Your product pairs entries one to one. Look at how many free indices the goal has.",
        on_tree(hadamard),
        says={
            "whole": "Your answer keeps entries apart that are added up. Look at what stands under Σ.",
            "no product": "This comes out with entries paired one to one. Look at how many free indices the goal has.",
        },
    ),
    Mistake(
        "product-for-hadamard",
        "a product where entries pair one to one",
        "Your product mixes what pairs entry by entry. Look at which entries each one meets.",
        on_trees(summed_or_paired, spelled),
        says={
            "numbers": "These numbers mix entries that pair one to one. Look at which entries each one meets.",
            "no product": "Your answer adds up entries without weights. Look at what each of them goes with.",
        },
    ),
    Mistake(
        "inverse-for-transpose",
        "W⁻¹ for Wᵀ",
        "Your answer undoes {part}. Look at what {part} does with a small change of its input.",
        on_tree(inverse),
        says={"whole": "Your answer undoes a matrix. Look at what it does with a small change of its input."},
        within=True,
    ),
)
