"""Mistakes about making shares of scores: what is summed, along which axis, and what is done to a score before.

They are made on the numbers, so that a large score overflows in none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.notation.transform.rewrite import Made, Rule
from bptutor.notation.transform.roles import Parts
from bptutor.notation.tree import Call, Expr, Name
from bptutor.notation.values.evaluate import Values

if TYPE_CHECKING:
    from bptutor.grading.catalogue.hypotheses import Target

Array = NDArray[np.float64]
Way = Callable[[Array], Array]
"""From scores, shares along the last axis, to what a mistake makes of them."""


def _powers(z: Array, axis: int | None = -1) -> Array:
    powers: Array = np.exp(z - z.max(axis=axis, keepdims=True))
    return powers


def _shares(z: Array, axis: int | None) -> Array:
    powers = _powers(z, axis)
    shares: Array = powers / powers.sum(axis=axis, keepdims=True)
    return shares


def _square(way: Way) -> Way:
    """Return a way that fits in a square only, where the totals of the rows meet the columns."""
    return lambda z: way(z) if z.ndim == 2 and z.shape[0] == z.shape[1] else np.full((), np.nan)


def _over_columns(powers: Array) -> Array:
    shares: Array = powers / powers.sum(axis=-1)
    return shares


WAYS: dict[str, tuple[Way, ...]] = {
    "softmax-axis": (lambda z: _shares(z, 0) if z.ndim > 1 else z * np.nan, lambda z: _shares(z, None)),
    "no-keepdims": (
        _square(lambda z: _over_columns(_powers(z))),
        _square(lambda z: _over_columns(_powers(z, None))),
        _square(lambda z: _shares(z - z.max(axis=-1), -1)),
    ),
    "not-normalised": (np.exp, _powers, lambda z: np.exp(z - z.max())),
    "no-exponential": (
        lambda z: z / z.sum(axis=-1, keepdims=True),
        lambda z: (z - z.max(axis=-1, keepdims=True)) / (z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True),
    ),
    "falling-shares": (lambda z: _shares(-z, -1),),
}
"""Id -> ways to make it."""


def hole(id_: str, n: int, z: str) -> str:
    """Return the name of what stands where the shares of z should."""
    return f"{id_} {n} {z}"


def holes(parts: Parts) -> dict[str, Callable[[Values], Array]]:
    """Return what fills the holes: every way on the scores of every softmax of the scene."""
    scores = dict.fromkeys(made.z for made in parts.activations if made.function == "softmax" and made.z)
    return {
        hole(id_, n, z): partial(_made, way, z)
        for z in scores
        for id_, ways in WAYS.items()
        for n, way in enumerate(ways)
    }


def _made(way: Way, z: str, values: Values) -> Array:
    with np.errstate(all="ignore"):
        return way(np.asarray(values[z], dtype=float))


def shares(id_: str) -> Callable[[Target], Rule]:
    """Return the rule that makes shares in a wrong way, wherever they stand."""

    def make(target: Target) -> Rule:
        soft = [made for made in target.parts.activations if made.function == "softmax" and made.z]
        known: dict[Expr, str] = {Name(made.a): made.z for made in soft}
        known |= {Call("softmax", (Name(made.z),)): made.z for made in soft}

        def rule(expr: Expr) -> Made:
            z = known.get(expr)
            yield from ((Name(hole(id_, n, z)), z) for n in range(len(WAYS[id_])) if z is not None)

        return rule

    return make
