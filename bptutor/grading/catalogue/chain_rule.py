"""Mistakes about the chain rule: paths and factors that are left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bptutor.errors import BptutorError
from bptutor.grading.catalogue import activations, loss
from bptutor.grading.catalogue.base import Hypotheses, Mistake, any_of, exchange, on_trees, steps
from bptutor.grading.catalogue.convolution import input_gradient, kernel_gradient, pooling
from bptutor.grading.catalogue.convolution.cross_correlations import on_inputs, on_kernels
from bptutor.notation.equality.tolerances import close
from bptutor.notation.scope import Role, Scope
from bptutor.notation.shapes import axes
from bptutor.notation.transform.products import ONE, times
from bptutor.notation.transform.rewrite import Made, Rule, lettered, letters_in, main_name, named, replaced
from bptutor.notation.tree import (
    Add,
    At,
    Call,
    Derivative,
    Div,
    Expr,
    Letter,
    MatMul,
    Mul,
    Name,
    Neg,
    Number,
    Outer,
    Slice,
    Span,
    Sum,
    Transpose,
)

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer


def one_path(expected: ExpectedAnswer) -> Rule:
    """Return the rule that keeps one term of a Σ: the one where the summed letter equals a free one."""
    goal = set(expected.comparison.layout.letters)

    def rule(expr: Expr) -> Made:
        if isinstance(expr, Sum) and len(expr.letters) == 1:
            bound = expr.letters[0]
            for letter in sorted((letters_in(expr.body) | goal) - {bound}):
                yield lettered(expr.body, bound, Letter(letter)), bound

    return rule


def paths(kept: Callable[[tuple[Expr, ...]], tuple[Expr, ...]]) -> Callable[[ExpectedAnswer], Rule]:
    """Return the rule that keeps some of what reaches a name that is used more than once."""

    def make(expected: ExpectedAnswer) -> Rule:
        meetings: dict[Expr, tuple[Expr, ...]] = {Add(p): p for p in expected.lines.back.values() if len(p) > 1}
        return lambda expr: ((part, main_name(part)) for part in kept(meetings.get(expr, ())))

    return make


def each_path(parts: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Keep one path, whichever."""
    return parts


def end_path(parts: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Keep the path that is met last, in the order of reading or of the backward pass."""
    return (*parts[-1:], *parts[:1])


def one_term(expected: ExpectedAnswer) -> Rule:
    """Return the rule that keeps one term of the sum in a product: one k of Σ_k W_kj d_k, but not one example."""

    def rule(expr: Expr) -> Made:
        if isinstance(expr, MatMul) and _summed_axis(expr, expected.scope) != (expected.parts.batch or "none"):
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
        row = Slice(expr.left, (k,))
        yield from named(expr.left, Mul((left, right)), Outer(left, right), Mul((row, right)))
        yield from named(expr.right, Mul((row, Slice(expr.right, (Span(), k)))))


def of_slopes(hypotheses: Hypotheses) -> Hypotheses:
    """Return hypotheses that are made where a slope of the loss is asked; what is met forward has the same sum."""
    return lambda expected: hypotheses(expected) if expected.loss and not _is_forward(expected) else iter(())


def _is_forward(expected: ExpectedAnswer) -> bool:
    """Return whether what is asked is an array that the scene computes on its way to the loss."""
    values = next(iter(expected.comparison.draws()))
    truth = expected.truth(values)
    return any(
        close(truth, expected.value(Name(name), values))
        for name, made in expected.scope.names.items()
        if made.role is Role.DEFINED
        and not isinstance(made.definition, Derivative)
        and tuple(values.sizes.get(axis, 0) for axis in made.axes) == truth.shape
    )


def dropped_factor(expr: Expr) -> Made:
    """Leave out one factor of a product, alone or with the numbers beside it; a divisor; a side of an outer product."""
    if isinstance(expr, Mul):
        for n, factor in enumerate(expr.factors):
            if not isinstance(factor, Number):
                rest = replaced(expr.factors, n)
                bare = tuple(part for part in rest if not isinstance(part, Number))
                yield from ((times(*left), main_name(factor)) for left in dict.fromkeys((rest, bare)) if left)
    if isinstance(expr, Div):
        yield expr.num, main_name(expr.den)
        if expr.num != ONE:
            yield Div(ONE, expr.den), main_name(expr.num)
    if isinstance(expr, At) and isinstance(expr.base, Outer) and len(expr.subscripts) == 2:
        yield At(expr.base.left, expr.subscripts[:1]), main_name(expr.base.right)
        yield At(expr.base.right, expr.subscripts[1:]), main_name(expr.base.left)
    if isinstance(expr, Add):
        yield from _dropped_everywhere(expr)


def factor_left_out(expected: ExpectedAnswer) -> Rule:
    """Return the rule that leaves out a factor, but for numbers and sizes, which are mistakes of their own."""
    sizes = {"", *expected.scope.sizes}
    return lambda expr: ((made, part) for made, part in dropped_factor(expr) if part not in sizes)


def _dropped_everywhere(expr: Add) -> Made:
    """Leave out a factor that all terms of a sum have."""
    bare = [term.arg if isinstance(term, Neg) else term for term in expr.terms]
    factors = [term.factors if isinstance(term, Mul) else (term,) for term in bare]
    for factor in dict.fromkeys(factors[0]):
        if not isinstance(factor, Number) and all(factor in term and len(term) > 1 for term in factors):
            rest = [times(*replaced(term, term.index(factor))) for term in factors]
            signed = [Neg(r) if isinstance(term, Neg) else r for r, term in zip(rest, expr.terms, strict=True)]
            yield Add(tuple(signed)), main_name(factor)


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "one-path",
        "one term of the sum in the chain rule",
        "Your answer does not follow every path. Look at how many arrows leave this entry.",
        any_of(
            on_trees(one_path),
            on_trees(paths(each_path), steps),
            on_trees(one_term),
            on_inputs(input_gradient.one_filter),
            of_slopes(on_kernels(kernel_gradient.one_output)),
            loss.one_part,
        ),
        says={
            "numbers+part": "These numbers hold one term of what is added up. "
            "Look at how many arrows leave this entry.",
            "whole": "Your answer is the slope of a part of {loss}. Look at what else {loss} is made of.",
        },
    ),
    Mistake(
        "last-path",
        "the last path overwrites the others",
        "Where arrows meet, your answer keeps what came last. Look at how many arrows meet there.",
        any_of(on_trees(paths(end_path), steps), on_inputs(input_gradient.last_filter)),
    ),
    Mistake(
        "missing-factor",
        "one factor of the chain left out",
        "Your chain is one factor short. Look at each arrow on the way.",
        any_of(
            on_trees(factor_left_out),
            on_trees(exchange(activations.scaling_left_out), steps),
            on_trees(pooling.above_left_out),
        ),
        says={
            "numbers": "These numbers leave out something that multiplies or divides. Look at each arrow on the way.",
            "plain": "Your answer leaves out something that multiplies or divides. Look at each part of it.",
        },
        vague=True,
    ),
)
