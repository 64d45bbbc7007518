"""Answers that are equal in exact arithmetic and not in floating point, on the numbers that a question names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from bptutor.errors import UsageError
from bptutor.grading.answer.submission import Case
from bptutor.grading.code.expected import floats
from bptutor.grading.verdict import Finding, figure
from bptutor.notation.equality.compare import Comparison
from bptutor.notation.tree import Expr
from bptutor.notation.values.evaluate import Values
from bptutor.notation.values.sampling import fresh

Array = NDArray[np.float64]


def at_extremes(case: Case, comparison: Comparison) -> Iterator[tuple[Mapping[str, Array], Values]]:
    """Yield each of the question's extremes with the values of the scene there; what it leaves out is drawn.

    Raises:
        UsageError: The scene has no such name, or another shape of it.
    """
    names = case.scope.names
    for written in case.question.extreme:
        given = {name: _numbers(name, numbers, case) for name, numbers in written.items()}
        sizes = dict(comparison.sizes)
        for name, array in given.items():
            sizes |= dict(zip(names[name].axes, array.shape, strict=True))
        values = fresh(case.scene, 0, tuple(sorted(sizes.items())))
        for name, array in given.items():
            values = values.supposing(name, array)
        yield given, values


def _numbers(name: str, written: object, case: Case) -> Array:
    """Return the numbers of an extreme as an array; `UsageError` where the scene has no place for them."""
    declared = case.scope.names.get(name)
    try:
        array = np.array(floats(written), dtype=float)
    except (ValueError, TypeError):
        array = np.array(np.nan)
    if declared is None or array.ndim != len(declared.axes) or not np.isfinite(array).all():
        raise UsageError(
            f"`extreme` gives {name} numbers that it cannot have", "name an array of the scene and its shape"
        )
    return array


def overflows(case: Case, comparison: Comparison, expr: Expr) -> Finding | None:
    """Return where an answer that equals what is asked does not in floating point; None where it does.

    Args:
        case: The question.
        comparison: What the answer was brought to and equals.
        expr: The answer.
    """
    for given, values in at_extremes(case, comparison):
        truth, got = comparison.truth(values), comparison.given(expr, values)
        if comparison.same(truth, got, values) is True or not np.isfinite(truth).all():
            continue
        finite = bool(np.isfinite(got).all())
        point = ", ".join(f"{case.scope.shown(name)} = {listed(array)}" for name, array in given.items())
        fact = f"By algebra yours is the same, but with {point} it computes {listed(got)}, not {listed(truth)}."
        asks = "At which step does it lose its digits?" if finite else "Which step gives no finite number first?"
        return Finding("witness" if finite else "not-finite", f"{fact} {asks}")
    return None


def listed(array: Array) -> str:
    """Return numbers in brackets, as short as they can be told."""
    if not array.ndim:
        return figure(float(array))
    return "[" + ", ".join(listed(part) for part in array) + "]"
