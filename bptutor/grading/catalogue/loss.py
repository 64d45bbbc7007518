"""Mistakes about what the loss is made of, and where the chain starts from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.answer.answer_samples import TROUBLE
from bptutor.grading.catalogue import softmax
from bptutor.grading.catalogue.base import (
    NOTHING,
    Hypothesis,
    Mistake,
    any_of,
    exchange,
    on_trees,
    steps,
)
from bptutor.grading.catalogue.sums_and_indices import dropped_term
from bptutor.notation.equality.tolerances import close
from bptutor.notation.scope import Role, Scope
from bptutor.notation.transform.backward_equations import gradient
from bptutor.notation.transform.rewrite import Made, everywhere
from bptutor.notation.tree import Add, At, Derivative, Div, Expr, Name, Neg, Number, Pow, children, walk
from bptutor.notation.values.evaluate import Values, evaluate

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer

Array = NDArray[np.float64]
MOST = 4
"""Parts of a loss that are told apart."""


def one_part(expected: ExpectedAnswer) -> Iterator[Hypothesis]:
    """The slope of what is left of a loss when one of its terms is left out, as in −Σ t log h without (1 − t)."""
    for slope in expected.slopes:
        if isinstance(slope, Derivative) and isinstance(slope.of, Name) and isinstance(slope.by, Name):
            loss = expected.scope.names[slope.of.id]
            parts = list(everywhere(loss.definition, _without_part)) if loss.definition is not None else []
            for definition, _ in parts[:MOST]:
                names = {**expected.scope.names, slope.of.id: replace(loss, definition=definition)}
                yield partial(_of_part, expected, slope, replace(expected.scope, names=names)), ""


def _without_part(expr: Expr) -> Made:
    """Leave out one term of a sum of products; a difference such as o − t is no such sum."""
    if isinstance(expr, Add) and not any(_is_plain(term) for term in expr.terms):
        yield from dropped_term(expr)


def _is_plain(term: Expr) -> bool:
    bare = term.arg if isinstance(term, Neg) else term
    return isinstance(bare, Name | Number | Pow | At) or not list(children(bare))


def _of_part(expected: ExpectedAnswer, slope: Expr, scope: Scope, values: Values) -> Array:
    """Return the slope of a part of the loss; nothing where a term of the right answer left out says it as well."""
    given = {name: np.asarray(array) for name, array in values.given.items()}
    found = evaluate(slope, Values(scope, given, values.sizes), columns=expected.comparison.columns)
    made = np.asarray(found, dtype=float)
    shorter = (tree for whole in expected.trees for tree, _ in everywhere(whole, dropped_term))
    return NOTHING if any(_same(expected, tree, made, values) for tree in shorter) else made


def _same(expected: ExpectedAnswer, tree: Expr, made: Array, values: Values) -> bool:
    try:
        return close(expected.value(tree, values), made)
    except TROUBLE:
        return False


def stopped(expected: ExpectedAnswer) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs (∂L/∂z of the last layer, or a − y which it is; ∂L/∂a)."""
    for of in expected.losses:
        for made in expected.parts.activations:
            by_z, by_a = gradient(expected.scope, of, made.z), gradient(expected.scope, of, made.a)
            if by_z in expected.lines.errors:
                error, line = expected.lines.errors[by_z], expected.lines.gradients.get(by_a, by_a)
                yield from ((by_z, by_a), (error, by_a), (error, line))


def squared_error(expected: ExpectedAnswer) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs (∂L/∂o, o − t) where a loss of another kind holds o against a given t; also its mean."""
    for of in expected.losses:
        made = expected.scope.names[of].definition
        held = dict.fromkeys(part.id for part in walk(made) if isinstance(part, Name)) if made is not None else {}
        names = {name: expected.scope.names[name] for name in held if name in expected.scope.names}
        squared = made is not None and any(isinstance(part, Pow) for part in walk(made))
        for o, t in () if squared else permutations(names, 2):
            if names[t].role is Role.GIVEN and names[o].role is Role.DEFINED and names[o].axes == names[t].axes:
                error = Add((Name(o), Neg(Name(t))))
                for form in (error, *(Div(error, Name(axis)) for axis in expected.parts.mean_over)):
                    yield gradient(expected.scope, of, o), form


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "stopped-at-loss",
        "the slope by the output, not by what enters it",
        "Your chain starts from the slope by {p}. Look at the arrow that ends in {p}.",
        any_of(
            on_trees(exchange(stopped), steps),
            softmax.through_jacobian(lambda _, upstream: upstream, scaled=False),
        ),
        says={
            "top": "This is the slope by {p}. Look at the arrow that ends in {p}.",
            "numbers": "These numbers start from the derivative with respect to {p}. "
            "Look at the arrow that ends in {p}.",
        },
    ),
    Mistake(
        "other-loss",
        "the slope of the squared error",
        "This would be the slope of a squared difference. Look at how {loss} is made.",
        on_trees(exchange(squared_error), steps),
        vague=True,
    ),
)
