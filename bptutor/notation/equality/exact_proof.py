"""The exact proof of two expressions, entry by entry, at small sizes."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from bptutor.errors import BptutorError
from bptutor.notation.equality.pairs import Pair
from bptutor.notation.scope import Role, Scope
from bptutor.notation.tree import Add, Derivative, Expr, Name, Neg, Relation, walk
from bptutor.notation.values.backends import Array
from bptutor.notation.values.conditions import Constraints
from bptutor.notation.values.evaluate import Values, evaluate
from bptutor.notation.values.sizes import draw_sizes

_MOST_ASSIGNMENTS = 128


def proved(
    pair: Pair, held: Constraints, rounds: Sequence[Mapping[str, int]], deadline: float
) -> list[Mapping[str, int]]:
    """Return the sizes at which the pair is proved: all rounds, or fewer when one is not proved.

    Args:
        pair: The two sides.
        held: The conditions that may be used.
        rounds: Sizes of all axes, one mapping a round.
        deadline: A time of `time.monotonic()`.

    Raises:
        Contradiction: An entry is surely not zero.
    """
    done: list[Mapping[str, int]] = []
    for sizes in rounds:
        if time.monotonic() > deadline or not _at_sizes(pair, held, sizes, deadline):
            break
        done.append(sizes)
    return done


def size_rounds(scope: Scope, least: Mapping[str, int], used: Sequence[str]) -> list[dict[str, int]]:
    """Return three choices of sizes; every axis in use is 2, 3 and 4 once (or from its least size on)."""
    base = [a for a, text in scope.sizes.items() if not text.strip() or text.strip().isdigit()]
    front = [a for a in base if a in used]
    out: list[dict[str, int]] = []
    span = max(3, len(front))
    for shift in range(3 if front else 1):
        wanted: dict[str, int] = {}
        for n, axis in enumerate(front):
            size = 2 + (n + shift) % span + max(0, least.get(axis, 0) - 2)
            while size in wanted.values():
                size += 1
            wanted[axis] = size
        for axis in base:
            wanted.setdefault(axis, max(2, least.get(axis, 0)))
        try:
            sizes = draw_sizes(scope, Random(0), wanted, fixed=False, least=least)  # noqa: S311 - nothing is drawn
        except BptutorError:
            enlarged = _enlarged(scope, least)
            if enlarged is None:
                continue
            sizes = enlarged
        if sizes not in out:
            out.append(sizes)
    return out


def _enlarged(scope: Scope, least: Mapping[str, int]) -> dict[str, int] | None:
    """Give up the wish for small sizes where derived ones need larger ones."""
    for seed in range(60):
        try:
            return draw_sizes(scope, Random(seed), None, fixed=False, least=least)  # noqa: S311 - sizes of a proof
        except BptutorError:
            continue
    return None


def _at_sizes(pair: Pair, held: Constraints, sizes: Mapping[str, int], deadline: float) -> bool:
    from bptutor.notation.algebra.zero_test import zero

    try:
        cuts = list(_cuts(pair))
        for fixed in _assignments(pair.scope, held, sizes):
            found = None
            for cut in cuts:
                found = _zero_with(pair, held, sizes, cut, fixed, zero, deadline)
                if found:
                    break
            if found is False:  # the last cut is empty: nothing was left out
                raise Contradiction("an entry is not zero")
            if not found:
                return False
    except _TooMany:
        return False
    return True


class Contradiction(Exception):
    """The exact test finds a difference where probes found none."""


class _TooMany(Exception):
    """More assignments of unit vectors and positions than are gone through."""


def _zero_with(
    pair: Pair,
    held: Constraints,
    sizes: Mapping[str, int],
    cut: frozenset[str],
    fixed: Mapping[str, Array],
    zero: Any,
    deadline: float,
) -> bool | None:
    """Prove one assignment with some defined names taken as independent."""
    from bptutor.notation.algebra.expression import TooHard
    from bptutor.notation.algebra.zero_test import SYMBOLS

    try:
        given = _symbols(pair.scope, held, sizes, cut, fixed)
        if given is None:  # a symbol known to be positive cannot be solved for: know less
            given = _symbols(pair.scope, replace(held, positive=frozenset()), sizes, cut, fixed)
        if given is None:
            return None
        left, right, mask = pair.sides(Values(pair.scope, given, sizes, SYMBOLS))
        gaps = np.asarray(left - right, dtype=object)
        entries = gaps[mask] if mask is not None else gaps.reshape(-1)
        found: bool | None = zero(list(entries.flat), deadline)
        return found
    except (TooHard, BptutorError, ArithmeticError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _cuts(pair: Pair) -> Iterator[frozenset[str]]:
    """Yield sets of defined names to take as independent: the most first, the empty set last.

    What holds for independent arrays holds for those that the definitions give. A derivative unfolds
    its definitions anew, so a cut never hides a dependence.
    """
    scope = pair.scope
    defined = {n for n, d in scope.names.items() if d.role is Role.DEFINED and scope.sizes.keys() >= set(d.axes)}
    seen: list[frozenset[str]] = []
    by = frozenset(_by_names(scope, (pair.left, pair.right))) & defined
    for cut in (frozenset(pair.names() & defined), by, frozenset()):
        if cut not in seen:
            seen.append(frozenset(cut))
            yield frozenset(cut)


def _by_names(scope: Scope, exprs: Sequence[Expr]) -> Iterator[str]:
    definitions = [d.definition for d in scope.names.values() if d.definition is not None]
    for expr in (*exprs, *definitions):
        for node in walk(expr):
            if isinstance(node, Derivative):
                yield from (n.id for n in walk(node.by) if isinstance(n, Name))


def _assignments(scope: Scope, held: Constraints, sizes: Mapping[str, int]) -> Iterator[dict[str, Array]]:
    """Yield every choice of unit vectors, picks and positions."""
    options: list[list[tuple[str, Array]]] = []
    count = 1
    for name, declared in scope.names.items():
        if declared.role is Role.DEFINED:  # its axes may have no names, as those of a convolution
            continue
        shape = tuple(sizes[a] for a in declared.axes)
        if name in held.one_hot:
            rows = int(np.prod(shape[:-1], dtype=int))
            count *= shape[-1] ** rows
            choices = itertools.product(range(shape[-1]), repeat=rows)
            make = [(name, np.eye(shape[-1], dtype=int)[list(c)].reshape(shape)) for c in _few(choices, count)]
        elif name in held.pick:
            values = [Fraction(c) for c in declared.draw.choices]
            entries = int(np.prod(shape, dtype=int))
            count *= len(values) ** entries
            make = [(name, _objects(c, shape)) for c in _few(itertools.product(values, repeat=entries), count)]
        elif declared.role is Role.POSITION:
            size = sizes[declared.position_of]
            count *= size
            make = [(name, np.array(scope.count_from + n)) for n in _few(range(size), count)]
        else:
            continue
        options.append(make)
    for chosen in itertools.product(*options):
        yield dict(chosen)


def _few(choices: Any, count: int) -> Any:
    if count > _MOST_ASSIGNMENTS:
        raise _TooMany
    return choices


def _objects(values: Sequence[object], shape: tuple[int, ...]) -> Array:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out.reshape(shape)


def _symbols(
    scope: Scope, held: Constraints, sizes: Mapping[str, int], cut: frozenset[str], fixed: Mapping[str, Array]
) -> dict[str, Array] | None:
    """Return an array of symbols for each given and cut name; None when a condition cannot be solved."""
    from bptutor.notation.algebra.expression import entry
    from bptutor.notation.algebra.zero_test import SYMBOLS, fresh

    given: dict[str, Array] = {}
    for name, declared in scope.names.items():
        if name in fixed:
            given[name] = fixed[name] if declared.role is Role.POSITION else SYMBOLS.array(fixed[name])
        elif name in cut or declared.role is Role.GIVEN:
            shape = tuple(sizes[a] for a in declared.axes)
            given[name] = fresh(name, shape, name in held.positive and name not in held.unit_sum)
            if name in held.unit_sum:
                array = given[name]
                for row in np.ndindex(shape[:-1]):
                    others = array[(*row, slice(0, -1))]
                    array[(*row, -1)] = entry(1) - sum(others.flat, entry(0))
    return _solved(scope, held, sizes, given)


def _solved(
    scope: Scope, held: Constraints, sizes: Mapping[str, int], given: dict[str, Array]
) -> dict[str, Array] | None:
    """Put the equations of the scene into the symbols."""
    from bptutor.notation.algebra.solve import solved_entry
    from bptutor.notation.algebra.zero_test import SYMBOLS

    for condition in held.equations:
        if condition.relation is not Relation.EQ:
            continue
        gap = evaluate(Add((condition.left, Neg(condition.right))), Values(scope, given, sizes, SYMBOLS))
        for place in np.ndindex(gap.shape):
            now = evaluate(Add((condition.left, Neg(condition.right))), Values(scope, given, sizes, SYMBOLS))[place]
            mapping = solved_entry(now)
            if mapping is None:
                return None
            if mapping and SYMBOLS.substitute:
                given = {
                    n: a if scope.names[n].role is Role.POSITION else SYMBOLS.substitute(a, mapping)
                    for n, a in given.items()
                }
    return given
