"""Random values for a scope: what a learner sees, and what proofs probe with.

Only `random()` of the generator is used, whose stream Python keeps from version to version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any, Protocol

import numpy as np

from bptutor.notation.caching import cached_by_identity
from bptutor.notation.scope import Declared, Role, Scope, Source
from bptutor.notation.values.backends import Array
from bptutor.notation.values.conditions import Constraints, satisfied
from bptutor.notation.values.evaluate import Values
from bptutor.notation.values.sizes import draw_sizes

TRIES = 200
"""How often a draw that breaks a condition is repeated."""


class NoDraw(Exception):
    """No draw meets the conditions of the scene."""


class SceneLike(Protocol):
    """What random values come from: a scene, or what stands for one."""

    @property
    def scope(self) -> Scope:
        """The names."""

    def fresh(self, seed: int, sizes: Mapping[str, int] | None = None) -> Values:
        """Return values for a probe: literals redrawn, sizes distinct."""


@cached_by_identity(192)
def fresh(scene: SceneLike, n: int, sizes: tuple[tuple[str, int], ...] = ()) -> Values:
    """Return draw `n` of a scene for probing; recent ones are kept with what was computed on them.

    Args:
        scene: The scene.
        n: Any whole number; the same for the same draw.
        sizes: Axis and size, where they must not be drawn.
    """
    return scene.fresh(n, dict(sizes) or None)


def draw(
    scope: Scope,
    rng: Random,
    *,
    sizes: Mapping[str, int] | None = None,
    literals: bool,
    held: Constraints | None = None,
    least: Mapping[str, int] | None = None,
) -> tuple[dict[str, Array], dict[str, int]]:
    """Draw every given name.

    Args:
        scope: The names.
        rng: Only its `random()` is used.
        sizes: Sizes that are wanted; the others are drawn, pairwise distinct.
        literals: Whether the author's numbers, fixed sizes and grids hold (what a learner sees). Else
            every given is drawn, with mixed signs and scales (for proofs).
        held: The conditions to keep; all of the scope when None.
        least: The largest position used on each axis.

    Returns:
        The float array of each given name, and the size of each axis.

    Raises:
        NoDraw: No draw met the conditions.
    """
    held = Constraints.of(scope) if held is None else held
    for _ in range(TRIES):
        chosen = draw_sizes(scope, rng, sizes, fixed=literals, least=least)
        given: dict[str, Array] = {}
        for name, declared in scope.names.items():
            if declared.role is Role.POSITION:
                given[name] = _position(declared, scope, rng, chosen, literals)
            elif declared.role is Role.GIVEN:
                if literals and declared.draw.literal is not None:
                    given[name] = _numbers(declared.draw.literal)
                    continue
                shape = tuple(chosen[a] for a in declared.axes)
                given[name] = _seen(declared, shape, rng) if literals else _probe(declared, shape, rng, held)
        met = satisfied(scope, given, chosen, held, literals=literals)
        if met is not None:
            return (_tidied(met) if literals else met), chosen
    raise NoDraw(f"no draw of {TRIES} meets the conditions")


def _tidied(given: dict[str, Array]) -> dict[str, Array]:
    """Bring what was solved back to the nearest float of its decimal."""
    return {n: np.round(a, 12) + 0.0 if a.dtype == np.float64 else a for n, a in given.items()}


def _numbers(literal: object) -> Array:
    """Return nested tuples of decimal texts as an array."""
    return np.array(_floats(literal), dtype=np.float64)


def _floats(literal: object) -> Any:
    if isinstance(literal, tuple | list):
        return [_floats(item) for item in literal]
    return float(Fraction(str(literal)))


def _position(declared: Declared, scope: Scope, rng: Random, sizes: Mapping[str, int], literals: bool) -> Array:
    if literals and declared.draw.literal is not None:
        return np.array(int(str(declared.draw.literal)))
    return np.array(scope.count_from + int(rng.random() * sizes[declared.position_of]))


def _filled(shape: tuple[int, ...], one: Any) -> Array:
    out = np.empty(shape)
    for place in np.ndindex(shape):
        out[place] = one()
    return out


def _seen(declared: Declared, shape: tuple[int, ...], rng: Random) -> Array:
    """Draw what a learner sees: a decimal grid, each number the nearest float of its decimal."""
    how = declared.draw
    if how.source is Source.ONE_HOT:
        return _one_hot(shape, rng)
    if how.source is Source.SIMPLEX:
        return _simplex(shape, rng, 10 if not shape or shape[-1] <= 5 else 100)
    if how.source is Source.PICK:
        return _filled(shape, lambda: float(Fraction(how.choices[int(rng.random() * len(how.choices))])))
    low, high, step = Fraction(how.low), Fraction(how.high), Fraction(how.step)
    if declared.positive and low <= 0:
        low = step
    count = max(int((high - low) / step), 0) + 1
    return _filled(shape, lambda: float(low + step * int(rng.random() * count)))


def _probe(declared: Declared, shape: tuple[int, ...], rng: Random, held: Constraints) -> Array:
    """Draw for a proof: mixed signs, one of three scales, three decimals."""
    name, how = declared.id, declared.draw
    if name in held.one_hot:
        return _one_hot(shape, rng)
    if name in held.pick:
        return _seen(replace(declared, draw=replace(how, source=Source.PICK)), shape, rng)
    scale = (0.6, 1.5, 3.0)[int(rng.random() * 3)]
    if name in held.positive:
        return _filled(shape, lambda: round(0.05 + scale * rng.random(), 3))
    return _filled(shape, lambda: round(scale * (2 * rng.random() - 1), 3) or 0.5)


def _one_hot(shape: tuple[int, ...], rng: Random) -> Array:
    out = np.zeros(shape)
    for row in np.ndindex(shape[:-1]):
        out[(*row, int(rng.random() * shape[-1]))] = 1.0
    return out


def _simplex(shape: tuple[int, ...], rng: Random, parts: int) -> Array:
    """Share out `parts` equal pieces, at least one to every place."""
    out = np.zeros(shape)
    parts = max(parts, shape[-1])
    for row in np.ndindex(shape[:-1]):
        counts = [1] * shape[-1]
        for _ in range(parts - shape[-1]):
            counts[int(rng.random() * shape[-1])] += 1
        out[row] = [c / parts for c in counts]
    return out
