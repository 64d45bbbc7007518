"""Mistakes about the derivative of the last layer, as rewrites of a − y, and about the softmax's Jacobian."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.notation.scope import Source
from bptutor.notation.transform.backward_equations import gradient
from bptutor.notation.transform.products import ONE
from bptutor.notation.transform.rewrite import Made, Rule
from bptutor.notation.transform.roles import Activation, Parts
from bptutor.notation.tree import Add, Call, Div, Expr, Mul, Name, Neg, Number, walk
from bptutor.notation.values.evaluate import Values

if TYPE_CHECKING:
    from bptutor.grading.catalogue.hypotheses import Target

Array = NDArray[np.float64]


def minus(left: Expr, right: Expr) -> Expr:
    """Return left − right."""
    return Add((left, Neg(right)))


def times(*factors: Expr) -> Expr:
    """Return a product, flat."""
    return Mul(tuple(f for factor in factors for f in (factor.factors if isinstance(factor, Mul) else (factor,))))


def errors(target: Target) -> Iterator[tuple[Expr, Activation, Expr]]:
    """Yield each a − y that is a gradient of the scene, with the activation that makes a, and y."""
    for line in target.lines.errors.values():
        error = line.num if isinstance(line, Div) else line
        assert isinstance(error, Add) and isinstance(error.terms[1], Neg)  # noqa: S101  # made so
        for made in target.parts.activations:
            if error.terms[0] == Name(made.a):
                yield error, made, error.terms[1].arg
    if not target.lines.errors:
        yield from _unnamed(target)


PAIR = 2


def _unnamed(target: Target) -> Iterator[tuple[Expr, Activation, Expr]]:
    """Yield each p − y of what is asked where the scene has no loss: p, or a softmax, beside a target."""
    soft = {made.a: made for made in target.parts.activations if made.function == "softmax"}
    names = target.scope.names
    for part in dict.fromkeys(part for tree in target.trees for part in walk(tree)):
        if isinstance(part, Add) and len(part.terms) == PAIR and isinstance(part.terms[1], Neg):
            p, y = part.terms[0], part.terms[1].arg
            if not isinstance(p, Name) or not isinstance(y, Name) or p.id not in names or y.id not in names:
                continue
            probabilities = p.id in soft or p.id in {"p", "P"} or names[p.id].draw.source is Source.SIMPLEX
            meant = y.id[0] in "yYtT" or names[y.id].draw.source is Source.ONE_HOT
            if probabilities and meant and names[p.id].axes == names[y.id].axes:
                yield part, soft.get(p.id) or Activation(p.id, "softmax", ""), y


def on_error(change: Callable[[Activation, Expr], Iterator[Expr]], softmax: bool = True) -> Callable[[Target], Rule]:
    """Return the rule that puts something else in the place of a − y."""

    def make(target: Target) -> Rule:
        known = list(errors(target))

        def rule(expr: Expr) -> Made:
            for error, made, y in known:
                if expr == error and (made.function == "softmax" or not softmax):
                    for changed in change(made, y):
                        yield changed, made.a

        return rule

    return make


def _total(y: Expr) -> Expr:
    return Call("sum", (y,), (("axis", -1), ("keepdims", True)))


def diagonal(made: Activation, y: Expr) -> Iterator[Expr]:
    """J := diag(p(1 − p)): −y(1 − p)."""
    yield Neg(times(y, minus(ONE, Name(made.a))))


def without_delta(made: Activation, y: Expr) -> Iterator[Expr]:
    """J := −p pᵀ: p Σy."""
    yield times(Name(made.a), _total(y))


def plus_off_diagonal(made: Activation, y: Expr) -> Iterator[Expr]:
    """J := diag(p) + p pᵀ: −y − p Σy; or with p(1 − p) kept on the diagonal."""
    p, total = Name(made.a), times(Name(made.a), _total(y))
    yield Neg(Add((y, total)))
    yield Add((Neg(y), Neg(total), times(Number(Fraction(2)), p, y)))


def slope_kept(made: Activation, y: Expr) -> Iterator[Expr]:
    """Multiply by the slope that had cancelled."""
    a = Name(made.a)
    slope = times(a, minus(ONE, a)) if made.function == "softmax" else Call(f"{made.function}'", (Name(made.z),))
    yield times(minus(a, y), slope)


def by_output(made: Activation, y: Expr) -> Iterator[Expr]:
    """Stop at the slope by p: −y/p."""
    yield Neg(Div(y, Name(made.a)))


def through_max(made: Activation, y: Expr) -> Iterator[Expr]:
    """Let the largest score, which was only subtracted, carry a slope of its own."""
    winner = Name(f"winner {made.z}")
    yield Add((minus(Name(made.a), y), winner))
    yield Add((minus(Name(made.a), y), Neg(winner)))
    yield times(minus(Name(made.a), y), minus(ONE, winner))


def winner(z: str, values: Values) -> Array:
    """Return 1 at the largest score, 0 elsewhere."""
    scores = np.asarray(values[z], dtype=float)
    found: Array = (scores == scores.max(axis=-1, keepdims=True)).astype(float)
    return found


def holes(parts: Parts) -> dict[str, Callable[[Values], Array]]:
    """Return what the rules of this module leave open."""
    return {f"winner {made.z}": partial(winner, made.z) for made in parts.activations if made.function == "softmax"}


# --- the softmax inside a network, below any slope -------------------------------------------------------------


def through(change: Callable[[Expr, Expr], Expr]) -> Callable[[Target], Iterator[tuple[Expr, Expr]]]:
    """Return pairs (∂L/∂z, what a wrong Jacobian makes of p and ∂L/∂p) where ∂L/∂z is no p − y."""

    def pairs(target: Target) -> Iterator[tuple[Expr, Expr]]:
        for of in target.losses:
            for made in target.parts.activations:
                by_z = gradient(target.scope, of, made.z) if made.function == "softmax" and made.z else None
                if by_z is not None and by_z not in target.lines.errors:
                    yield by_z, change(Name(made.a), gradient(target.scope, of, made.a))

    return pairs


def slope_again(target: Target) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs (∂L/∂z, the same times p(1 − p)) where ∂L/∂z is no p − y for every y."""
    for of in target.losses:
        for made in target.parts.activations:
            by_z = gradient(target.scope, of, made.z) if made.function == "softmax" and made.z else None
            if by_z is not None and by_z not in target.lines.errors:
                yield by_z, times(by_z, Name(made.a), minus(ONE, Name(made.a)))


def diagonal_of(p: Expr, up: Expr) -> Expr:
    """J := diag(p(1 − p))."""
    return times(p, minus(ONE, p), up)


def products_of(p: Expr, up: Expr) -> Expr:
    """J := −p pᵀ."""
    return Neg(times(p, _total(times(up, p))))


def all_raised(p: Expr, up: Expr) -> Expr:
    """J := diag(p) + p pᵀ."""
    return Add((times(p, up), times(p, _total(times(up, p)))))


def slope_above(_: Expr, up: Expr) -> Expr:
    """J := 1."""
    return up
