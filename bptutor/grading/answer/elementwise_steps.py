"""Steps of a scene that work entry by entry: whole activations, masks and scalings, whatever they are written with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bptutor.notation.scope import Role, Scope
from bptutor.notation.transform.backward_equations import gradient, whole
from bptutor.notation.transform.roles import SLOPES
from bptutor.notation.transform.to_index_notation import entrywise
from bptutor.notation.tree import Add, Call, Cases, Compare, Div, Expr, Mul, Name, Neg, Number, Pow, children, walk

if TYPE_CHECKING:
    from bptutor.grading.catalogue.hypotheses import Target

_ENTRYWISE = (Add, Cases, Compare, Div, Mul, Name, Neg, Number, Pow)
"""Nodes that make an entry from entries at the same place; functions are asked one by one."""
Pairs = Iterator[tuple[Expr, Expr]]


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


def _slopes(target: Target, alone: bool) -> Iterator[tuple[Step, Expr, Expr]]:
    """Yield steps that no activation of a known name makes, with ∂L/∂z and ∂L/∂a."""
    known = {(made.a, made.z) for made in target.parts.activations}
    for of in target.losses:
        for step in entry_steps(target.scope):
            if step.alone is alone and (step.a, step.z) not in known and step.a != of:
                yield step, gradient(target.scope, of, step.z), gradient(target.scope, of, step.a)


def passed_over(target: Target) -> Pairs:
    """Yield pairs (∂L/∂z, ∂L/∂a): the slope of the step left out."""
    yield from ((by_z, by_a) for _, by_z, by_a in _slopes(target, alone=True))


def scaling_left_out(target: Target) -> Pairs:
    """Yield the same where a mask, a gate or a scaling is left out."""
    yield from ((by_z, by_a) for _, by_z, by_a in _slopes(target, alone=False))


def other_slopes(target: Target) -> Pairs:
    """Yield pairs (∂L/∂z, ∂L/∂a · f'(z)) with f another activation."""
    for step, by_z, by_a in _slopes(target, alone=True):
        yield from ((by_z, Mul((by_a, Call(f"{f}'", (Name(step.z),))))) for f in SLOPES)
