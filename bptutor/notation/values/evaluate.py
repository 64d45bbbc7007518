"""The value of an expression: one walk for floats, for 50 digits and for symbols.

Evaluation is broadcasting by name, as in einsum notation. Each free index is an array axis, found by name; Σ reduces
it; a repeated index takes the diagonal; δ is an identity along two indices; a condition is a mask of 0 and 1.
Positional axes come after the indices and follow NumPy. What each node gives is in `rules`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bptutor.notation.tree import Expr
from bptutor.notation.values.backends import Array
from bptutor.notation.values.forward_autodiff import plain
from bptutor.notation.values.labelled_array import NoValue
from bptutor.notation.values.rules import NODE_RULES
from bptutor.notation.values.walk import RULES, UnknownLetter, Values, Walk, evaluate_operand

__all__ = ["NoValue", "UnknownLetter", "Values", "Walk", "evaluate"]

RULES.update(NODE_RULES)


def evaluate(
    expr: Expr,
    values: Values,
    *,
    order: tuple[str, ...] = (),
    columns: bool = True,
    known: Mapping[str, str] | None = None,
) -> Array:
    """Return the value of an expression as an array: indices first, then positional axes.

    Args:
        expr: A finished tree.
        values: The arrays.
        order: Indices in the order wanted; others follow in order of appearance. An index that the
            expression does not have is broadcast along its axis.
        columns: Whether vectors are columns (mathematics), or NumPy's 1-D arrays.
        known: Axes of indices that only the goal tells.

    Raises:
        NoValue: There is no value here.
        UnreadableAnswer: Axes do not fit.
    """
    try:
        with np.errstate(all="ignore"):
            return plain(evaluate_operand(expr, values, order=order, columns=columns, known=known))
    except (ValueError, IndexError) as error:  # arrays written out, whose axes have no names, and arrays of nothing
        raise NoValue("the shapes of these arrays do not fit") from error
