"""Mistakes that put one array of the scene in the place of another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.catalogue import activations
from bptutor.grading.catalogue.gradient_step import after_the_step
from bptutor.grading.catalogue.matrix_products import COLUMN, bare
from bptutor.notation.scope import Role, Scope
from bptutor.notation.transform.backward_equations import gradient
from bptutor.notation.transform.definitions import slope_of
from bptutor.notation.transform.rewrite import Made, Rule, substituted
from bptutor.notation.tree import (
    Add,
    Call,
    Div,
    Expr,
    MatMul,
    Mul,
    Name,
    Neg,
    Outer,
    Pow,
    Slice,
    Transpose,
    walk,
)

if TYPE_CHECKING:
    from bptutor.grading.catalogue.hypotheses import Guess, Target

Array = NDArray[np.float64]
Pairs = Callable[["Target"], Iterator[tuple[Expr, Expr]]]


def exchange(pairs: Pairs, alone: bool = True) -> Callable[[Target], Rule]:
    """Return the rule that puts one array in the place of another, once or everywhere.

    Args:
        pairs: Which for which.
        alone: Whether also an array that is all that is asked.
    """

    def make(target: Target) -> Rule:
        known: dict[Expr, list[Expr]] = {}
        for old, new in dict.fromkeys(pairs(target)):
            known.setdefault(old, []).append(new)
        roots = {id(tree) for tree in (*target.levels, *target.spelled)}

        def rule(expr: Expr) -> Made:
            for new in known.get(expr, ()) if alone or id(expr) not in roots else ():
                yield new, _shown(expr)
            if id(expr) in roots:
                inside = [part for part in walk(expr) if part in known]
                for old in dict.fromkeys(part for part in inside if inside.count(part) > 1):
                    for new in known[old]:
                        yield substituted(expr, old, new), _shown(old)

        return rule

    return make


def _shown(expr: Expr) -> str:
    return next((part.id for part in walk(expr) if isinstance(part, Name)), "")


def _names(names: Iterator[tuple[str, str]]) -> Iterator[tuple[Expr, Expr]]:
    return ((Name(old), Name(new)) for old, new in names)


def z_for_a(target: Target) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs (a, z) where the scene makes a from z entry by entry."""
    yield from _names((made.a, made.z) for made in target.parts.activations)
    yield from _by_stem(target)


def _by_stem(target: Target) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs (a, z) by their names alone: a2 and z2."""
    for stem, other in (("a", "z"), ("A", "Z"), ("h", "z"), ("H", "Z")):
        pairs = ((name, other + name[1:]) for name in _stemmed(target, stem))
        yield from _names(pair for pair in pairs if pair[1] in target.scope.names)


def _stemmed(target: Target, *stems: str) -> list[str]:
    """Return the arrays whose name is one of these, with or without the number of a layer."""
    return [
        name
        for name, made in target.scope.names.items()
        if made.axes and made.role in {Role.GIVEN, Role.DEFINED} and name.rstrip("0123456789") in stems
    ]


def form_on_z(target: Target) -> Rule:
    """Return the rule that writes z for a in a(1 − a) or 1 − a², where names alone tell them."""
    known = dict(_by_stem(target))
    return activations.on_forms(lambda f, a: activations.form(f, known[a]) if a in known else iter(()))


def wrong_layer(target: Target) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs of one kind in two layers: a1 and x, W1 and W2, z1 and z2; and ∂L/∂z of two layers."""
    parts = target.parts
    kinds = (
        (*parts.below(), *(made.a for made in parts.activations)),
        parts.weights(),
        tuple(made.z for made in parts.activations),
    )
    stems = (("x", "X", "a", "A", "h", "H"), ("W",), ("z", "Z"))
    stepped = set(after_the_step(target.scope))
    for kind in (*kinds, *(_stemmed(target, *alike) for alike in stems)):
        pairs = permutations(dict.fromkeys(kind), 2)
        yield from _names((old, new) for old, new in pairs if (old, new) not in stepped)
    yield from _along(target)
    for old, new in permutations(list(_by_z(target)), 2):
        if new not in target.lines.errors and new != _last(target):
            yield old, new


def _along(target: Target) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs of an input of a layer and a sum z, or a slope of the loss, over the same axes."""
    names = target.scope.names
    slopes = [(of, slope_of(of, target.scope)) for of in target.lines.back if of not in target.asked]
    of_loss = [(of, slope[1]) for of, slope in slopes if slope is not None and slope[0] == target.loss]
    for below in target.parts.below():
        yield from ((Name(below), Name(layer.z)) for layer in target.parts.layers if layer.z != below)
        yield from (
            (Name(below), of) for of, by in of_loss if by in names and names[by].axes == names[below].axes != ()
        )


def _by_z(target: Target) -> Iterator[Expr]:
    """Yield ∂L/∂z of each layer, the last one first."""
    for of in target.losses:
        for layer in reversed(target.parts.layers):
            found = gradient(target.scope, of, layer.z)
            if found in target.lines.back:
                yield found


def _last(target: Target) -> Expr | None:
    return next(_by_z(target), None)


def restart(target: Target) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs (∂L/∂z of a layer, ∂L/∂z of the last one that it leads to)."""
    last = _last(target)
    for of in target.losses:
        by_z = {gradient(target.scope, of, layer.z): layer.z for layer in target.parts.layers}
        for other in _by_z(target):
            if last is not None and other != last and _leads(target.scope, by_z[other], by_z[last]):
                yield other, last
    given = sorted(_stemmed(target, "dz", "dZ", "δ", "delta"))
    if given and target.scope.names[given[-1]].definition is None:
        yield from _names((other, given[-1]) for other in given[:-1])


def _leads(scope: Scope, below: str, above: str) -> bool:
    """Return whether one name is made of another, however many definitions lie between."""
    made = scope.names[above].definition
    names = dict.fromkeys(part.id for part in walk(made) if isinstance(part, Name)) if made is not None else {}
    return any(name == below or _leads(scope, below, name) for name in names if name in scope.names)


def stopped(target: Target) -> Rule:
    """Return the rule that takes ∂L/∂a of the last layer for its ∂L/∂z, where that is a − y."""
    known: dict[Expr, list[Expr]] = {}
    for made in target.parts.activations:
        for of in target.losses:
            wanted = gradient(target.scope, of, made.z)
            if wanted in target.lines.errors:
                slope = gradient(target.scope, of, made.a)
                line = target.lines.line(slope)
                known.setdefault(wanted, []).append(slope)
                known.setdefault(target.lines.errors[wanted], []).extend([slope] if line is None else [slope, line])

    def rule(expr: Expr) -> Made:
        for new in known.get(expr, ()):
            yield new, ""

    return rule


def squared_error(target: Target) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs (∂L/∂o, o − t) where a loss of another kind holds o against a given t; also its mean."""
    for of in target.losses:
        made = target.scope.names[of].definition
        held = dict.fromkeys(part.id for part in walk(made) if isinstance(part, Name)) if made is not None else {}
        names = {name: target.scope.names[name] for name in held if name in target.scope.names}
        squared = made is not None and any(isinstance(part, Pow) for part in walk(made))
        for o, t in () if squared else permutations(names, 2):
            if names[t].role is Role.GIVEN and names[o].role is Role.DEFINED and names[o].axes == names[t].axes:
                error = Add((Name(o), Neg(Name(t))))
                for form in (error, *(Div(error, Name(axis)) for axis in target.parts.mean_over)):
                    yield gradient(target.scope, of, o), form


def weight_in_outer(target: Target) -> Rule:
    """Return the rule that multiplies by the weight itself where every pair with the input is meant."""
    weights = dict.fromkeys((*target.parts.weights(), *_stemmed(target, "W")))

    def rule(expr: Expr) -> Made:
        if isinstance(expr, Outer) and isinstance(expr.right, Name):
            for weight in weights:
                yield Mul((Slice(expr.left, COLUMN), Name(weight))), expr.right.id
        if isinstance(expr, MatMul) and isinstance(expr.left, Transpose) and isinstance(expr.left.arg, Name):
            for weight in weights:
                yield Mul((Call("sum", (expr.right,)), Name(weight))), expr.left.arg.id

    return rule


def weight_for_activation(target: Target) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs (input of a layer, weight)."""
    inputs = (*target.parts.below(), *_stemmed(target, "x", "X", "a", "A", "h", "H"))
    weights = (*target.parts.weights(), *_stemmed(target, "W"))
    yield from _names((below, weight) for below in inputs for weight in weights)


# --- W⁻¹ for Wᵀ ----------------------------------------------------------------------------------------------


def inverse(expr: Expr) -> Made:
    """Take the (pseudo)inverse of a matrix for its transpose."""
    if isinstance(expr, MatMul):
        for n, side in enumerate((expr.left, expr.right)):
            matrix = bare(side)
            if isinstance(matrix, Name):
                other: Expr = Call("pinv", (matrix,))
                new = other if isinstance(side, Transpose) else Transpose(other)
                yield (MatMul(new, expr.right) if n == 0 else MatMul(expr.left, new)), matrix.id


# --- other arrays ---------------------------------------------------------------------------------------------


def other_names(target: Target) -> Iterator[Guess]:
    """Yield every other array of the scene, and every other gradient."""
    for name, declared in target.scope.names.items():
        if declared.role in {Role.GIVEN, Role.DEFINED}:
            yield partial(target.value, Name(name)), name
    for of in target.lines.back:
        if not isinstance(of, Name) and of not in target.asked:
            yield partial(target.value, of), _gradient_text(of, target)


def _gradient_text(of: Expr, target: Target) -> str:
    from bptutor.notation.printers import unicode

    return unicode.line(of, target.scope)
