"""Mistakes about softmax that are seen on the value: its Jacobian, a multiple of p − y, a slope through its max."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.catalogue.scaling import NOTHING, ratio
from bptutor.grading.catalogue.softmax.output_layer import winner
from bptutor.notation.scope import Role
from bptutor.notation.tree import At, Call, Name, Number, Slice, walk
from bptutor.notation.values.evaluate import Values, evaluate

if TYPE_CHECKING:
    from bptutor.grading.catalogue.hypotheses import Change, Target

Array = NDArray[np.float64]


def with_winner(target: Target) -> Iterator[Change]:
    """Give the largest of the scores a slope of its own, where the scene takes their maximum and asks ∂/∂ of them."""
    names = target.scope.names
    trees = (*target.trees, *(made.definition for made in names.values() if made.definition is not None))
    calls = (part for tree in trees for part in walk(tree) if isinstance(part, Call) and part.function == "max")
    maxima = {call.args[0].id for call in calls if isinstance(call.args[0], Name)}
    for z in sorted(maxima & names.keys()):
        if names[z].axes == target.comparison.layout.all_axes:
            yield from (partial(_with_winner, z, sign) for sign in (1, -1))
            yield partial(_without_winner, z)


def _with_winner(z: str, sign: int, truth: Array, values: Values) -> Array:
    return truth + sign * winner(z, values)


def _without_winner(z: str, truth: Array, values: Values) -> Array:
    return truth * (1 - winner(z, values))


# --- the Jacobian of softmax, and of its logarithm --------------------------------------------------------


Of = Callable[[Array], Array]


Named = Callable[["Target"], Iterator[tuple["Change", str]]]
"""Changes, each with the name of the probabilities that it is about."""
JACOBIAN = "the Jacobian that is asked a part of"
"""Stands for an array of which some entries are asked."""


def jacobian(wrong: Of, of_log: Of, beside: Of | None = None) -> Named:
    """Return changes that hold only where the truth is ∂p_i/∂z_j, or ∂log p_i/∂z_j; `beside` for i ≠ j alone.

    Where entries at written places are asked, such as a row, they are taken from what the mistake makes of the whole.
    """

    def make(target: Target) -> Iterator[tuple[Change, str]]:
        for name, declared in target.scope.names.items():
            if len(declared.axes) == 1 and declared.role in {Role.GIVEN, Role.DEFINED}:
                change = partial(_if_jacobian, name, wrong, of_log, beside)
                yield change, name
                expected = target.comparison.expected
                if isinstance(expected, Slice | At) and _is_placed(expected):
                    yield partial(_part_of, target, expected, change), name

    return make


def _is_placed(expr: Slice | At) -> bool:
    places = expr.items if isinstance(expr, Slice) else expr.subscripts
    return any(isinstance(place, int | Number) for place in places)


def _part_of(target: Target, expected: Slice | At, change: Change, _: Array, values: Values) -> Array:
    """Return the entries that are asked, of what a change makes of the whole array."""
    whole = change(target.value(expected.base, values), values)
    if not np.isfinite(whole).all():
        return NOTHING
    part = replace(expected, base=Name(JACOBIAN))
    return np.asarray(evaluate(part, values.supposing(JACOBIAN, whole), columns=target.comparison.columns), dtype=float)


def _if_jacobian(name: str, wrong: Of, of_log: Of, beside: Of | None, truth: Array, values: Values) -> Array:
    p = np.asarray(values[name], dtype=float)
    if truth.shape != (len(p), len(p)):
        return NOTHING
    known: list[tuple[Array, Of]] = [(np.diag(p) - np.outer(p, p), wrong), (np.eye(len(p)) - p, of_log)]
    if beside is not None:
        known.append((-np.outer(p, p), beside))
    for matrix, change in known:
        scale = ratio(matrix, truth)
        if scale:
            return scale * change(p)
    return NOTHING


# --- a multiple of p − y, as where scores are divided by a temperature ---------------------------------------


def scaled(wrong: Callable[[Array, Array], Array], kept: bool = True) -> Named:
    """Return changes that hold only where the truth is c (p − y), with p a softmax and y a given target.

    Args:
        wrong: From p and y to what the mistake makes of p − y.
        kept: Whether c still stands before it.
    """

    def make(target: Target) -> Iterator[tuple[Change, str]]:
        names = target.scope.names
        for made in target.parts.activations:
            for y, declared in names.items() if made.function == "softmax" else ():
                if declared.role is Role.GIVEN and declared.axes == names[made.a].axes and y != made.z:
                    yield partial(_if_scaled, made.a, y, wrong, kept), made.a

    return make


def _if_scaled(
    p: str, y: str, wrong: Callable[[Array, Array], Array], kept: bool, truth: Array, values: Values
) -> Array:
    shares, meant = (np.asarray(values[name], dtype=float) for name in (p, y))
    scale = ratio(shares - meant, truth)
    return NOTHING if not scale else (scale if kept else 1.0) * wrong(shares, meant)


SCALED = {
    "diagonal-softmax": scaled(lambda p, y: -y * (1 - p)),
    "lost-delta": scaled(lambda p, y: p * y.sum(axis=-1, keepdims=True)),
    "offdiagonal-sign": scaled(lambda p, y: -y - p * y.sum(axis=-1, keepdims=True)),
    "derivative-twice": scaled(lambda p, y: (p - y) * p * (1 - p)),
    "stopped-at-loss": scaled(lambda p, y: -y / p, kept=False),
}
"""Id -> the mistake on a multiple of p − y."""


COLLAPSED = (
    jacobian(
        lambda p: np.outer(p, 1 - p), lambda p: np.broadcast_to(1 - p, (len(p), len(p))), lambda p: np.outer(p, 1 - p)
    ),
)
DIAGONAL = (
    jacobian(lambda p: np.diag(p * (1 - p)), lambda p: np.diag(1 - p)),
    jacobian(
        lambda p: np.broadcast_to((p * (1 - p))[:, None], (len(p), len(p))),
        lambda p: np.broadcast_to((1 - p)[:, None], (len(p), len(p))),
    ),
    jacobian(lambda p: p * (1 - p), lambda p: 1 - p),
)
LOST = (jacobian(lambda p: -np.outer(p, p), lambda p: np.broadcast_to(-p, (len(p), len(p)))),)
PLUS = (
    jacobian(lambda p: np.diag(p) + np.outer(p, p), lambda p: np.eye(len(p)) + p),
    jacobian(
        lambda p: np.diag(p - p * p) + np.outer(p, p) - np.diag(p * p), lambda p: np.eye(len(p)) * (1 - 2 * p) + p
    ),
)
