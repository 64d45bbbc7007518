"""Error carried forward: what follows rightly from the learner's own earlier values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.answer.answer_samples import TROUBLE
from bptutor.grading.answer.submission import Case
from bptutor.notation.transform.definitions import lines, unfolded
from bptutor.notation.tree import Expr, Name
from bptutor.notation.values.evaluate import Values, evaluate

Array = NDArray[np.float64]


def earlier_values(case: Case, values: Values) -> dict[str, Array]:
    """Return the learner's earlier values by name; those that no such array can be are left out."""
    found: dict[str, Array] = {}
    for written, numbers in (case.earlier or {}).items():
        name = case.scope.alias.get(written, written)
        if name not in case.scope.names:
            continue
        try:
            array = np.array(numbers, dtype=float)
            if array.shape == np.shape(values[name]) and np.isfinite(array).all():
                found[name] = array
        except TROUBLE:
            continue
    return found


def following(case: Case, tree: Expr, values: Values) -> Iterator[tuple[tuple[str, ...], Array]]:
    """Yield names of earlier values with what the asked tree is when they hold: all of them, then each alone."""
    known = earlier_values(case, values)
    groups = [tuple(known), *((name,) for name in reversed(known) if len(known) > 1)]
    for names in groups if known else ():
        array = _supposing(case, tree, values, {name: known[name] for name in names})
        if array is not None and np.isfinite(array).all():
            yield names, array


def _supposing(case: Case, tree: Expr, values: Values, held: Mapping[str, Array]) -> Array | None:
    for name, array in held.items():
        values = values.supposing(name, array)
    for name, array in held.items():  # a later name must not wipe an earlier one
        values.given[name] = array
    gradients = {of: line for of, line in lines(case.scene).gradients.items() if of not in {Name(n) for n in held}}
    try:
        return np.asarray(evaluate(unfolded(tree, gradients), values), dtype=float)
    except TROUBLE:
        return None
