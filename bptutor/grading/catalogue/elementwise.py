"""Mistakes at steps that work entry by entry and are no activation of a known name: masks, gates, scalings."""

from __future__ import annotations

from collections.abc import Iterator

from bptutor.grading.catalogue.hypotheses import Target
from bptutor.notation.transform.backward_equations import gradient
from bptutor.notation.transform.elementwise_steps import Step, entry_steps
from bptutor.notation.transform.roles import SLOPES
from bptutor.notation.tree import Call, Expr, Mul, Name

Pairs = Iterator[tuple[Expr, Expr]]


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
