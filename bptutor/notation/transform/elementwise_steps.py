"""Steps of a scene that work entry by entry: whole activations, masks and scalings, whatever they are written with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bptutor.notation.scope import Role, Scope
from bptutor.notation.transform.backward_equations import whole
from bptutor.notation.transform.to_index_notation import entrywise
from bptutor.notation.tree import Add, Cases, Compare, Div, Expr, Mul, Name, Neg, Number, Pow, children, walk

_ENTRYWISE = (Add, Cases, Compare, Div, Mul, Name, Neg, Number, Pow)
"""Nodes that make an entry from entries at the same place; functions are asked one by one."""


@dataclass(frozen=True)
class Step:
    """a, made from z entry by entry."""

    a: str
    z: str
    alone: bool
    """Whether z is the only array in it; a mask or a gate is another."""


def entry_steps(scope: Scope) -> Iterator[Step]:
    """Yield the definitions that work entry by entry; sums of arrays change no slope and are none."""
    for a in scope.names:
        made = whole(scope, a)
        if made is None or isinstance(made, Name) or not works_on_entries(made):
            continue
        names = {part.id for part in walk(made) if isinstance(part, Name) and part.id in scope.names}
        arrays = [name for name in names if scope.names[name].axes and scope.names[name].role is not Role.SIZE]
        scalar = [name for name in names if name not in arrays and scope.names[name].role is Role.DEFINED]
        if not scope.names[a].axes:  # on numbers: what is computed, or all that there is
            arrays, scalar = scalar or list(names), []
        alike = all(scope.names[name].axes == scope.names[a].axes for name in arrays)
        if alike and not scalar and not isinstance(made, Add | Neg):
            yield from (Step(a, z, len(arrays) == 1) for z in sorted(arrays))


def works_on_entries(expr: Expr) -> bool:
    """Return whether a tree makes each entry from entries at the same place."""
    known = isinstance(expr, _ENTRYWISE) or entrywise(expr)
    return known and all(works_on_entries(part) for part in children(expr))
