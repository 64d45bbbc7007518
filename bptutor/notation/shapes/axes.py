"""Which indices and axes an expression has: the entry points of shape inference (see `inference`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bptutor.notation.scope import Scope
from bptutor.notation.shapes.implicit_multiplication import resolve
from bptutor.notation.shapes.inference import Axes, Inference, Kind, ShapeMisfit, same_axis, shape_text
from bptutor.notation.shapes.rules import RULES
from bptutor.notation.tree import Expr

__all__ = ["Axes", "Kind", "ShapeMisfit", "letter_axes", "of", "resolve", "same_axis", "shape_text"]


def of(
    expr: Expr, scope: Scope, columns: bool = True, known: Mapping[str, str] | None = None, strict: bool = False
) -> Kind:
    """Return the free indices and the axes of an expression.

    Args:
        expr: A finished tree (no `Juxtapose`).
        scope: The names.
        columns: Whether vectors are columns (mathematics), or NumPy's 1-D arrays.
        known: Axes of free indices from the goal.
        strict: Whether a column beside a square matrix is refused too: which way it is repeated would be a guess.

    Raises:
        ShapeMisfit: Axes do not fit.
        UnreadableAnswer: An array has another number of indices.
    """
    run = Inference(RULES, scope, columns, known, strict)
    return run.finish(run.kind(expr, {}))


def letter_axes(
    expr: Expr, letters: Sequence[str], scope: Scope, known: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the axis of indices that are free in an expression ("" where nothing tells)."""
    run = Inference(RULES, scope, True, known)
    run.kind(expr, {})
    run.letters.settle()
    for letter, axis in (known or {}).items():  # what no array tells, the partner of a δ does
        if axis and letter not in letters:
            run.letters.axis.setdefault(letter, axis)
    run.letters.settle()
    return {x: run.letters.axis.get(x) or (known or {}).get(x) or scope.indices.get(x, "") for x in letters}
