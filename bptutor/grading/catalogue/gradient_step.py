"""Mistakes about the step that is taken along a gradient: taken too early, or mixed into the slope."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.catalogue.base import Hypothesis, Mistake, on_trees, steps
from bptutor.notation.scope import Role, Scope
from bptutor.notation.transform.backward_equations import gradient
from bptutor.notation.transform.products import ONE, minus
from bptutor.notation.transform.rewrite import Made, Rule, main_name, named
from bptutor.notation.tree import Add, Expr, Mul, Name, Neg, Number
from bptutor.notation.values.evaluate import Values

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer

Array = NDArray[np.float64]
USUAL_RATES = (Number(Fraction(1, 2)), Number(Fraction(1, 10)))
"""Rates that are taken where the scene has none."""


def updated(expected: ExpectedAnswer) -> Rule:
    """Return the rule that takes W − η ∂L/∂W, ∂L/∂W, or what the scene calls W after the step, for W."""
    known: dict[Expr, list[Expr]] = {}
    for before, after in after_the_step(expected.scope):
        known[Name(before)] = [Name(after)]
    for weight in expected.parts.weights():
        slope = _weight_gradient(expected, weight)
        if slope is not None:
            changes = [Mul((rate, slope)) for rate in expected.rates.values() or USUAL_RATES]
            moved = [step for change in changes for step in (minus(Name(weight), change), Add((Name(weight), change)))]
            known.setdefault(Name(weight), []).extend((slope, *moved))
    return lambda expr: named(expr, *known.get(expr, ()))


def climbing(expected: ExpectedAnswer) -> Rule:
    """Return the rule that steps along the slope, not against it: W + η ∂L/∂W."""
    rates = set(expected.rates.values())

    def rule(expr: Expr) -> Made:
        if isinstance(expr, Add) and len(expr.terms) == 2 and isinstance(expr.terms[1], Neg):
            start, step = expr.terms[0], expr.terms[1].arg
            if isinstance(start, Name) and isinstance(step, Mul) and rates & set(step.factors):
                yield Add((start, step)), main_name(start)

    return rule


def after_the_step(scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield pairs (W, W after a step): a name that the scene defines as a given array plus or minus something."""
    for after, made in scope.names.items():
        first = made.definition.terms[0] if isinstance(made.definition, Add) else None
        before = scope.names.get(first.id) if isinstance(first, Name) else None
        if before is not None and before.role is Role.GIVEN and before.axes == made.axes:
            yield before.id, after


def _weight_gradient(expected: ExpectedAnswer, weight: str) -> Expr | None:
    for of in expected.losses:
        found = gradient(expected.scope, of, weight)
        if found in expected.lines.back:
            return found
    return None


def stepped(expected: ExpectedAnswer) -> Iterator[Hypothesis]:
    """η · truth, with either sign, and what is stepped on: W − η · truth."""
    wanted = [name for name in expected.scope.names if _weight_gradient(expected, name) in expected.asked]
    number = not expected.asked and not expected.comparison.layout.all_axes  # of a number, η times it is no step
    for name, rate in expected.rates.items():
        for step in (Neg(rate), rate):
            starts = ("", *wanted) if not number else tuple(wanted)
            yield from ((partial(_stepped, expected, step, start), name) for start in starts)
    for weight in wanted:
        for rate in (ONE, *(() if expected.rates else USUAL_RATES)):
            yield partial(_stepped, expected, Neg(rate), weight), weight


def _stepped(expected: ExpectedAnswer, rate: Expr, start: str, values: Values) -> Array:
    """Return a step along the truth, from an array or alone."""
    step: Array = expected.value(rate, values) * expected.truth(values)
    after: Array = step if not start else np.asarray(values[start], dtype=float) + step
    return after


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "updated-weights",
        "the weights after the step",
        "Your step back used a {part} that the forward pass never saw. Look at the order of the lines.",
        on_trees(updated, steps),
        says={
            "numbers+part": "These numbers used a {part} that the forward pass never saw. "
            "Look at the order of the lines.",
            "whole": "Your step back used weights that the forward pass never saw. Look at the order of the lines.",
        },
    ),
    Mistake(
        "step-mixed-in",
        "the step inside the gradient",
        "Your answer is a step, not a slope. Look at where the learning rate enters.",
        stepped,
    ),
)
