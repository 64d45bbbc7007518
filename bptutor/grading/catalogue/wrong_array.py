"""Another array in the place of the right one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import permutations, product
from typing import TYPE_CHECKING

from bptutor.grading.catalogue.activations import curved_steps
from bptutor.grading.catalogue.base import Mistake, any_of, every, exchange, on_trees, steps
from bptutor.grading.catalogue.gradient_step import after_the_step
from bptutor.grading.catalogue.matrix_products import COLUMN
from bptutor.notation.printers import unicode
from bptutor.notation.scope import Role
from bptutor.notation.transform.backward_equations import gradient
from bptutor.notation.transform.definitions import made_of, slope_of
from bptutor.notation.transform.rewrite import Made, Rule
from bptutor.notation.transform.roles import ENTERING
from bptutor.notation.tree import Call, Derivative, Expr, MatMul, Mul, Name, Outer, Slice, Transpose

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer


def z_for_a(expected: ExpectedAnswer) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs (a, z) where the scene makes a from z entry by entry."""
    yield from _names((made.a, made.z) for made in expected.parts.activations)
    yield from _names(iter(expected.parts.given_activations))
    yield from _names(curved_steps(expected.scope))


def _names(names: Iterator[tuple[str, str]]) -> Iterator[tuple[Expr, Expr]]:
    return ((Name(old), Name(new)) for old, new in names)


def wrong_layer(expected: ExpectedAnswer) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs of one kind in two layers: a1 and x, W1 and W2, z1 and z2; and ∂L/∂z of two layers."""
    parts = expected.parts
    kinds = (
        (*parts.below(), *(made.a for made in parts.activations)),
        parts.weights(),
        (*(made.z for made in parts.activations), *parts.named(*ENTERING)),
    )
    stepped = set(after_the_step(expected.scope))
    for kind in kinds:
        pairs = permutations(dict.fromkeys(kind), 2)
        yield from _names((old, new) for old, new in pairs if (old, new) not in stepped)
    yield from _names(_of_other_products(parts.untold))
    yield from _along(expected)
    for old, new in permutations(list(_by_z(expected)), 2):
        if new not in expected.lines.errors and new != _last(expected):
            yield old, new


def _of_other_products(untold: tuple[tuple[str, str, str], ...]) -> Iterator[tuple[str, str]]:
    """Yield pairs of factors of two products: x1 and x2, or x1 and w2, of w1 x1 + w2 x2."""
    for (*one, _), (*other, _) in permutations(untold, 2):
        yield from product(one, other)


def _along(expected: ExpectedAnswer) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs of an input of a layer and a sum z, or a slope of the loss, over the same axes."""
    names = expected.scope.names
    if expected.asked:
        yield from _names((factor, z) for one, other, z in expected.parts.untold for factor in (one, other))
    slopes = [(of, slope_of(of, expected.scope)) for of in expected.lines.back if of not in expected.asked]
    of_loss = [(of, slope[1]) for of, slope in slopes if slope is not None and slope[0] == expected.loss]
    for below in expected.parts.below():
        yield from _names((below, layer.z) for layer in expected.parts.layers if layer.z != below)
        yield from (
            (Name(below), of) for of, by in of_loss if by in names and names[by].axes == names[below].axes != ()
        )


def _by_z(expected: ExpectedAnswer) -> Iterator[Expr]:
    """Yield ∂L/∂z of each layer, the last one first."""
    for of in expected.losses:
        for layer in reversed(expected.parts.layers):
            found = gradient(expected.scope, of, layer.z)
            if found in expected.lines.back:
                yield found


def _last(expected: ExpectedAnswer) -> Expr | None:
    return next(_by_z(expected), None)


def restart(expected: ExpectedAnswer) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs (∂L/∂z of a layer, ∂L/∂z of the last one that it leads to)."""
    last = _last(expected)
    for of in expected.losses:
        by_z = {gradient(expected.scope, of, layer.z): layer.z for layer in expected.parts.layers}
        for other in _by_z(expected):
            if last is not None and other != last and by_z[other] in made_of(expected.scope, [by_z[last]]):
                yield other, last


def weight_in_outer(expected: ExpectedAnswer) -> Rule:
    """Return the rule that multiplies by the weight itself where every pair with the input is meant."""
    weights = expected.parts.weights()

    def rule(expr: Expr) -> Made:
        if isinstance(expr, Outer) and isinstance(expr.right, Name):
            for weight in weights:
                yield Mul((Slice(expr.left, COLUMN), Name(weight))), expr.right.id
        if isinstance(expr, MatMul) and isinstance(expr.left, Transpose) and isinstance(expr.left.arg, Name):
            for weight in weights:
                yield Mul((Call("sum", (expr.right,)), Name(weight))), expr.left.arg.id

    return rule


def weight_for_activation(expected: ExpectedAnswer) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs (input of a layer, weight); where these cannot be told apart, what the slope is asked by."""
    yield from _names(product(expected.parts.below(), expected.parts.weights()))
    asked = {slope.by for slope in expected.slopes if isinstance(slope, Derivative)}
    for one, other, _ in expected.parts.untold:
        yield from ((old, new) for old, new in permutations((Name(one), Name(other))) if new in asked)


def other_quantities(expected: ExpectedAnswer) -> Iterator[tuple[str, Expr]]:
    """Yield every other array and gradient of the scene, with what a message calls it."""
    for name, declared in expected.scope.names.items():
        if declared.role in {Role.GIVEN, Role.DEFINED}:
            yield name, Name(name)
    for of in expected.lines.back:
        if not isinstance(of, Name) and of not in expected.asked:
            yield unicode.line(of, expected.scope), of


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "z-for-a",
        "z in the place of a",
        "Your answer takes {part} at the other end of its activation. Look at what the layer receives.",
        on_trees(exchange(z_for_a), steps),
        says={
            "whole": "Your answer takes an array at the other end of its activation. Look at what the layer receives.",
        },
    ),
    Mistake(
        "wrong-layer",
        "an array of another layer",
        "Your answer has another array in the place of {part}. Look at the arrows of this layer.",
        on_trees(exchange(wrong_layer, alone=False), every),
        says={
            "numbers+part": "These are the numbers of another array in the place of {part}. "
            "Look at the arrows of this layer.",
            "whole": "Your answer has an array of another layer. Look at the arrows of this layer.",
        },
    ),
    Mistake(
        "weight-for-activation",
        "W where a belongs",
        "Your answer has a weight where {part} flows. Look at what the weight meets going forward.",
        any_of(
            on_trees(exchange(weight_for_activation), steps),
            on_trees(weight_in_outer),
        ),
        says={
            "untold+part": "Your answer has {asked} where {part} belongs. Look at what {asked} meets going forward.",
            "untold": "Your answer has a factor where its partner belongs. Look at what each meets going forward.",
            "whole": "Your answer has a weight where an input flows. Look at what the weight meets going forward.",
        },
    ),
    Mistake(
        "restart-at-output",
        "restarted from the output",
        "Your answer starts again from the output's error. Look at what the layer above passes down.",
        on_trees(exchange(restart), steps),
    ),
    Mistake(
        "other-quantity",
        "another quantity of the same scene",
        "This is {part}. Look at which quantity is asked for.",
        lambda expected: ((partial(expected.value, tree), part) for part, tree in other_quantities(expected)),
    ),
)
