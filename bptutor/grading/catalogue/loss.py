"""Mistakes about what the loss is made of: a gradient that follows one of its parts only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.answer.answer_samples import TROUBLE
from bptutor.grading.catalogue.scaling import NOTHING
from bptutor.grading.catalogue.sums_and_indices import dropped_term
from bptutor.notation.equality.tolerances import close
from bptutor.notation.scope import Scope
from bptutor.notation.transform.rewrite import Made, everywhere
from bptutor.notation.tree import Add, At, Derivative, Expr, Name, Neg, Number, Pow, children
from bptutor.notation.values.evaluate import Values, evaluate

if TYPE_CHECKING:
    from bptutor.grading.catalogue.hypotheses import Guess, Target

Array = NDArray[np.float64]
MOST = 4
"""Parts of a loss that are told apart."""


def one_part(target: Target) -> Iterator[Guess]:
    """The slope of what is left of a loss when one of its terms is left out, as in −Σ t log h without (1 − t)."""
    for slope in target.slopes:
        if isinstance(slope, Derivative) and isinstance(slope.of, Name) and isinstance(slope.by, Name):
            loss = target.scope.names[slope.of.id]
            parts = list(everywhere(loss.definition, _without_part)) if loss.definition is not None else []
            for definition, _ in parts[:MOST]:
                names = {**target.scope.names, slope.of.id: replace(loss, definition=definition)}
                yield partial(_of_part, target, slope, replace(target.scope, names=names)), ""


def _without_part(expr: Expr) -> Made:
    """Leave out one term of a sum of products; a difference such as o − t is no such sum."""
    if isinstance(expr, Add) and not any(_is_plain(term) for term in expr.terms):
        yield from dropped_term(expr)


def _is_plain(term: Expr) -> bool:
    bare = term.arg if isinstance(term, Neg) else term
    return isinstance(bare, Name | Number | Pow | At) or not list(children(bare))


def _of_part(target: Target, slope: Expr, scope: Scope, values: Values) -> Array:
    """Return the slope of a part of the loss; nothing where a term of the right answer left out says it as well."""
    given = {name: np.asarray(array) for name, array in values.given.items()}
    found = evaluate(slope, Values(scope, given, values.sizes), columns=target.comparison.columns)
    made = np.asarray(found, dtype=float)
    shorter = (tree for whole in target.trees for tree, _ in everywhere(whole, dropped_term))
    return NOTHING if any(_same(target, tree, made, values) for tree in shorter) else made


def _same(target: Target, tree: Expr, made: Array, values: Values) -> bool:
    try:
        return close(target.value(tree, values), made)
    except TROUBLE:
        return False
