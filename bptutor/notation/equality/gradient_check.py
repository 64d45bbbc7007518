"""The gradient check: derivatives of a scalar in a pair against central differences."""

from __future__ import annotations

import time
from random import Random

import numpy as np

from bptutor.errors import BptutorError
from bptutor.notation.equality.kinks import sites
from bptutor.notation.equality.pairs import Pair
from bptutor.notation.equality.probes import Prober
from bptutor.notation.equality.tolerances import DERIVATIVE, NEAR_KINK, close
from bptutor.notation.shapes import axes
from bptutor.notation.tree import At, Derivative, Name, walk
from bptutor.notation.values.backends import FLOATS, Array
from bptutor.notation.values.conditions import Constraints
from bptutor.notation.values.evaluate import Values, evaluate

STEP = 1e-5
_MOST_ENTRIES = 60


def checked(pair: Pair, prober: Prober, held: Constraints, until: float) -> bool | None:
    """Check every derivative of a scalar by a whole array: True, False, or None when there is none to check."""
    found: bool | None = None
    wanted = {
        (n.of, n.by.base if isinstance(n.by, At) else n.by)
        for e in (pair.left, pair.right)
        for n in walk(e)
        if isinstance(n, Derivative)
    }
    for of, by in wanted:
        if not isinstance(by, Name) or by.id not in pair.scope.names or time.monotonic() > until:
            continue
        try:
            kind = axes.of(of, pair.scope, pair.columns)
            if kind.letters or kind.axes:
                continue
            agrees = _agrees(pair, prober, held, Derivative(of, by))
        except (BptutorError, ArithmeticError, ValueError, KeyError):
            continue
        if agrees is not None:
            found = agrees if found is None else found and agrees
    return found


def _agrees(pair: Pair, prober: Prober, held: Constraints, slope: Derivative) -> bool | None:
    """Compare one gradient with central differences at a point away from kinks; None without such a point."""
    rng = Random(11)  # noqa: S311 - a fixed stream
    for _ in range(20):
        point = prober.drawn(held, rng)
        if point is None:
            continue
        seen = sites(pair, point.given, point.sizes)
        if any(bool(np.any(np.abs(a) < NEAR_KINK)) for a in seen):
            continue
        values = Values(pair.scope, point.given, point.sizes, FLOATS)
        assert isinstance(slope.by, Name)  # noqa: S101  # made so above
        gradient = np.asarray(evaluate(slope, values, columns=pair.columns))
        name = slope.by.id
        at = np.asarray(values[name])
        if at.size > _MOST_ENTRIES or gradient.shape != at.shape:
            return None
        numeric = np.empty(at.shape)
        for place in np.ndindex(at.shape):
            numeric[place] = (
                _moved(values, slope, name, at, place, STEP) - _moved(values, slope, name, at, place, -STEP)
            ) / (2 * STEP)
        if np.isfinite(gradient).all() and np.isfinite(numeric).all():
            return close(gradient, numeric, DERIVATIVE)
    return None


def _moved(values: Values, slope: Derivative, name: str, at: Array, place: tuple[int, ...], by: float) -> float:
    moved = at.copy()
    moved[place] += by
    return float(evaluate(slope.of, values.supposing(name, moved)))
