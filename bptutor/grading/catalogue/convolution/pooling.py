"""Mistakes about pooling."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from bptutor.grading.catalogue.base import Mistake, on_trees
from bptutor.notation.transform.definitions import unfolded
from bptutor.notation.transform.products import times
from bptutor.notation.transform.rewrite import Made, Rule, main_name, mapped
from bptutor.notation.tree import At, Call, Derivative, Expr, Mul, Name, Slice, walk

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer


def pooled(old: str, new: str) -> Callable[[ExpectedAnswer], Rule]:
    """Return the rule that takes the mean of a window for its largest, or the other way round; in slopes too."""

    def make(expected: ExpectedAnswer) -> Rule:
        def rule(expr: Expr) -> Made:
            done = _pooled_by(expr, old, new)
            if isinstance(expr, Call) and expr.function == old and done != expr:
                yield done, main_name(expr)
            yield from _in_slope(expr, expected, lambda made: iter([(_pooled_by(made, old, new), "")]))

        return rule

    return make


def _pooled_by(expr: Expr, old: str, new: str) -> Expr:
    def by(part: Expr) -> Expr:
        pools = isinstance(part, Call) and part.function == old and len(part.args) == 1
        return Call(new, part.args, part.options) if pools and isinstance(part, Call) else part

    return mapped(expr, by)


def _in_slope(expr: Expr, expected: ExpectedAnswer, change: Rule) -> Made:
    """Yield the slope of what a quantity would be, for each change of how it is made."""
    if isinstance(expr, Derivative):
        made = unfolded(expr.of, expected.lines.forward)
        for done, part in change(made):
            if done != made:
                yield Derivative(done, expr.by), part or main_name(expr.by)


def whole_window(expected: ExpectedAnswer) -> Rule:
    """Return the rule that gives the slope of a window's largest number to all of them: that of their sum."""
    return lambda expr: _in_slope(expr, expected, lambda made: iter([(_pooled_by(made, "max", "sum"), "")]))


def above_left_out(expected: ExpectedAnswer) -> Rule:
    """Return the rule that leaves out what multiplies pooled windows: the slope from above."""

    def change(made: Expr) -> Made:
        if any(isinstance(part, Call) and part.function in {"max", "mean"} for part in walk(made)):
            for name in dict.fromkeys(part for part in walk(made) if isinstance(part, Name)):
                yield mapped(made, partial(_without, name)), name.id

    return lambda expr: _in_slope(expr, expected, change)


def _without(name: Name, part: Expr) -> Expr:
    """Return a product without the factors that are a name or entries of it."""
    factors = part.factors if isinstance(part, Mul) else ()
    rest = [factor for factor in factors if (factor.base if isinstance(factor, At | Slice) else factor) != name]
    return times(*rest) if rest else part


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "average-for-max",
        "the mean of a window for its largest",
        "In your answer every number counts, not the largest alone. Look at which of them the result is.",
        on_trees(pooled("max", "mean")),
    ),
    Mistake(
        "whole-window",
        "the slope to every number of a window",
        "In your answer each number of a window moves its output alike. Look at which of them the output is.",
        on_trees(whole_window),
    ),
    Mistake(
        "max-for-average",
        "the largest of a window for its mean",
        "In your answer one number counts alone. Look at which of them move the result.",
        on_trees(pooled("mean", "max")),
    ),
)
