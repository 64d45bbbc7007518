"""Mistakes about an activation and its derivative."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.answer.definitions import one_minus
from bptutor.grading.catalogue import softmax
from bptutor.grading.catalogue.base import (
    Change,
    Mistake,
    Pairs,
    any_of,
    exchange,
    on_named_value,
    on_tree,
    on_trees,
    on_value,
    steps,
)
from bptutor.grading.catalogue.wrong_array import activations_by_name
from bptutor.notation.scope import Role, Scope
from bptutor.notation.transform.backward_equations import gradient, whole
from bptutor.notation.transform.products import ONE, TWO, minus, times
from bptutor.notation.transform.rewrite import Made, Rule, main_name
from bptutor.notation.transform.roles import SLOPES, Activation
from bptutor.notation.transform.to_index_notation import entrywise
from bptutor.notation.tree import (
    Add,
    At,
    Call,
    Cases,
    Compare,
    Div,
    Expr,
    Mul,
    Name,
    Neg,
    Number,
    Pow,
    children,
    rebuild,
    walk,
)
from bptutor.notation.values.evaluate import Values
from bptutor.notation.values.forward_autodiff import ELEMENTWISE

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer


Array = NDArray[np.float64]


_ENTRYWISE = (Add, Cases, Compare, Div, Mul, Name, Neg, Number, Pow)
"""Nodes that make an entry from entries at the same place; functions are asked one by one."""


Exchanges = Iterator[tuple[Expr, Expr]]


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


def _slopes(expected: ExpectedAnswer, alone: bool) -> Iterator[tuple[Step, Expr, Expr]]:
    """Yield steps that no activation of a known name makes, with ∂L/∂z and ∂L/∂a."""
    known = {(made.a, made.z) for made in expected.parts.activations}
    for of in expected.losses:
        for step in entry_steps(expected.scope):
            if step.alone is alone and (step.a, step.z) not in known and step.a != of:
                yield step, gradient(expected.scope, of, step.z), gradient(expected.scope, of, step.a)


def passed_over(expected: ExpectedAnswer) -> Pairs:
    """Yield pairs (∂L/∂z, ∂L/∂a): the slope of the step left out."""
    yield from ((by_z, by_a) for _, by_z, by_a in _slopes(expected, alone=True))


def scaling_left_out(expected: ExpectedAnswer) -> Pairs:
    """Yield the same where a mask, a gate or a scaling is left out."""
    yield from ((by_z, by_a) for _, by_z, by_a in _slopes(expected, alone=False))


def other_slopes(expected: ExpectedAnswer) -> Pairs:
    """Yield pairs (∂L/∂z, ∂L/∂a · f'(z)) with f another activation."""
    for step, by_z, by_a in _slopes(expected, alone=True):
        yield from ((by_z, Mul((by_a, Call(f"{f}'", (Name(step.z),))))) for f in SLOPES)


MIXED_UP = (*SLOPES, "softplus")
"""Activations whose derivatives are taken for one another."""


def slope(expr: Expr) -> tuple[str, Expr] | None:
    """Return f and z of f'(z)."""
    if isinstance(expr, Call) and expr.function.endswith("'") and len(expr.args) == 1:
        return expr.function[:-1], expr.args[0]
    return None


def _is_activation(function: str) -> bool:
    """Return whether a function is an activation that is mixed up with others, or one that the scene declares."""
    return function in MIXED_UP or function not in ELEMENTWISE


def spelled(expr: Expr, made: tuple[Activation, ...]) -> Expr:
    """Return a tree with a(1 − a) for σ'(z) and 1 − a² for tanh'(z): what a learner multiplies factor by factor."""
    done = rebuild(expr, lambda part: spelled(part, made))
    found = slope(done)
    if found and found[0] in {"sigmoid", "tanh"}:
        names = [Name(one.a) for one in made if (one.function, Name(one.z)) == found]
        a: Expr = names[0] if names else Call(found[0], (found[1],))
        return Mul((a, minus(ONE, a))) if found[0] == "sigmoid" else minus(ONE, Pow(a, TWO))
    return times(*done.factors) if isinstance(done, Mul) else done


def no_slope(expr: Expr) -> Made:
    """Drop f'(z) from a product."""
    if isinstance(expr, Mul):
        for n, factor in enumerate(expr.factors):
            found = slope(factor)
            if found:
                named = isinstance(found[1], Name | At)
                yield times(*expr.factors[:n], *expr.factors[n + 1 :]), main_name(factor) if named else ""


LOPSIDED = frozenset({"sigmoid", "exp", "relu", "leaky_relu", "softplus"})
"""Functions f for which f(−z) is neither f(z) nor −f(z)."""


def other_argument(expr: Expr) -> Made:
    """Turn the sign of what enters a function: σ(−z) for σ(z)."""
    if isinstance(expr, Call) and expr.function in LOPSIDED and len(expr.args) == 1:
        (inner,) = expr.args
        turned = inner.arg if isinstance(inner, Neg) else Neg(inner)
        yield Call(expr.function, (turned,)), main_name(inner)


def twice(expr: Expr) -> Made:
    """Multiply by f'(z) once more."""
    if slope(expr):
        yield Pow(expr, TWO), main_name(expr)


def slope_of_activation(expr: Expr) -> Made:
    """Take f'(a) for f'(z)."""
    found = slope(expr)
    if found:
        f, z = found
        yield Call(f"{f}'", (Call(f, (z,)),)), main_name(z)


def a_form_on_z(expr: Expr) -> Made:
    """Apply the form in a to z: z(1 − z), 1 − z²."""
    found = slope(expr)
    if found and found[0] == "sigmoid":
        yield Mul((found[1], minus(ONE, found[1]))), main_name(found[1])
    if found and found[0] == "tanh":
        yield minus(ONE, Pow(found[1], TWO)), main_name(found[1])


def other_slope(expr: Expr) -> Made:
    """Take the derivative of another function."""
    found = slope(expr)
    if found and _is_activation(found[0]):
        others = SLOPES if found[0] == "sigmoid" else MIXED_UP  # the slope of softplus is half of that of σ
        for f in others:
            if f != found[0]:
                yield Call(f"{f}'", (found[1],)), main_name(found[1])
        a = Call(found[0], (found[1],))
        if found[0] != "tanh":
            yield minus(ONE, Pow(a, TWO)), main_name(found[1])
        if found[0] != "sigmoid":
            yield Mul((a, minus(ONE, a))), main_name(found[1])
        if found[0] == "relu":
            yield Call("relu'", (Neg(found[1]),)), main_name(found[1])


def half_slope(expr: Expr) -> Made:
    """Keep one factor of f' only: a, or 1 − a; 1 − a for 1 − a²."""
    found = slope(expr)
    if found and found[0] in {"sigmoid", "tanh"}:
        a = Call(found[0], (found[1],))
        yield minus(ONE, a), main_name(found[1])
        yield a, main_name(found[1])
        if found[0] == "tanh":
            yield Pow(a, TWO), main_name(found[1])
    elif found and _is_activation(found[0]):
        yield Call(found[0], (found[1],)), ""


def bare_argument(expr: Expr) -> Made:
    """Take what a function is applied to as it is."""
    if isinstance(expr, Call) and entrywise(expr) and not isinstance(expr.args[0], Number):
        yield expr.args[0], main_name(expr)


def _forms(expr: Expr) -> Iterator[tuple[str, Expr, tuple[Expr, ...]]]:
    """Yield f, a and the other factors of each a(1 − a) or 1 − a² in a product, or standing alone."""
    factors = expr.factors if isinstance(expr, Mul) else (expr,)
    for n, factor in enumerate(factors):
        rest = factors[:n] + factors[n + 1 :]
        a = one_minus(factor)
        if a is not None and a in rest:
            yield "sigmoid", a, tuple(part for part in rest if part != a)
        elif isinstance(a, Pow) and a.exponent == TWO:
            yield "tanh", a.base, rest
        elif isinstance(a, Mul) and len(set(a.factors)) == 1:
            yield "tanh", a.factors[0], rest


def on_forms(change: Callable[[str, Expr], Iterator[Expr]]) -> Rule:
    """Return the rule that puts something else in the place of a(1 − a) or 1 − a²."""

    def rule(expr: Expr) -> Made:
        for f, a, rest in _forms(expr):
            for new in change(f, a):
                if rest or new != ONE:
                    yield times(*rest, new), main_name(a)

    return rule


def form_dropped(_: str, a: Expr) -> Iterator[Expr]:
    """Leave the slope out."""
    yield ONE


def form_halved(f: str, a: Expr) -> Iterator[Expr]:
    """Keep a part of the slope."""
    yield from (a, minus(ONE, a))
    if f == "tanh":
        yield Pow(a, TWO)


def form(f: str, a: Expr) -> Iterator[Expr]:
    """Write the slope of f in a."""
    yield Mul((a, minus(ONE, a))) if f == "sigmoid" else minus(ONE, Pow(a, TWO))


def form_of_other(f: str, a: Expr) -> Iterator[Expr]:
    """Take the form of another function."""
    yield from form("tanh" if f == "sigmoid" else "sigmoid", a)


def form_again(f: str, a: Expr) -> Iterator[Expr]:
    """Apply the slope to a."""
    yield Call(f"{f}'", (a,))


def form_twice(f: str, a: Expr) -> Iterator[Expr]:
    """Multiply by the slope once more."""
    yield from (Pow(slope_form, TWO) for slope_form in form(f, a))


def slope_added(expected: ExpectedAnswer) -> Iterator[Change]:
    """Multiply by s(1 − s) or 1 − s², with s a sum that goes through no activation, or an input."""
    through = {made.z for made in expected.parts.activations} | {made.a for made in expected.parts.activations}
    names = dict.fromkeys((*(layer.z for layer in expected.parts.layers), *expected.parts.below()))
    for name in names:
        if name not in through and expected.scope.names[name].axes == expected.comparison.layout.all_axes:
            yield partial(_sloped, name, 1)
            yield partial(_sloped, name, 2)


def _sloped(name: str, power: int, truth: Array, values: Values) -> Array:
    s = np.asarray(values[name], dtype=float)
    sloped: Array = truth * (s * (1 - s) if power == 1 else 1 - s**2)
    return sloped


def form_on_z(expected: ExpectedAnswer) -> Rule:
    """Return the rule that writes z for a in a(1 − a) or 1 − a², where names alone tell them."""
    known = dict(activations_by_name(expected))
    return on_forms(lambda f, a: form(f, known[a]) if a in known else iter(()))


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "no-activation-derivative",
        "the derivative of the activation left out",
        "Your chain steps over the function at {part}. Look at the arrow that leaves {part}.",
        any_of(
            on_tree(no_slope),
            on_tree(on_forms(form_dropped)),
            on_trees(exchange(passed_over), steps),
        ),
        says={
            "itself": "This is the slope by what {part} becomes, not by {part}. Look at the arrow that leaves {part}.",
            "numbers+part": "These numbers leave out the function at {part}. Look at the arrow that leaves {part}.",
            "numbers": "These numbers leave out one function. Look at each function on the way.",
            "whole": "Your chain steps over one function. Look at each function on the way.",
        },
    ),
    Mistake(
        "derivative-of-activation",
        "f'(a) for f'(z)",
        "Your slope receives what comes out of the activation. Look at what entered it going forward.",
        any_of(on_tree(slope_of_activation), on_tree(on_forms(form_again))),
        says={
            "numbers": "These numbers hold a derivative at what comes out of the activation. "
            "Look at what entered it going forward.",
            "squashed": "Your slope receives a number already squashed. "
            "Look at what entered the activation going forward.",
        },
    ),
    Mistake(
        "derivative-twice",
        "the derivative of the activation applied twice",
        "The derivative of the activation acts twice in your answer. Look at what had cancelled before.",
        any_of(
            on_trees(softmax.on_error(softmax.slope_kept, softmax=False)),
            on_tree(twice),
            on_tree(on_forms(form_twice)),
            on_named_value(softmax.slope_kept_in_a_multiple),
            on_trees(exchange(softmax.slope_again), steps),
        ),
    ),
    Mistake(
        "a-form-on-z",
        "the form in a applied to z",
        "Your slope is written for a squashed number and receives {part}. Look at the range of {part}.",
        any_of(on_tree(a_form_on_z), on_trees(form_on_z)),
        says={
            "numbers+part": "These numbers use the form for squashed numbers at {part}. Look at the range of {part}.",
            "numbers": "These numbers use the form for squashed numbers at others. Look at the range of each.",
            "whole": "Your slope is written for a squashed number and receives another. Look at its range.",
        },
    ),
    Mistake(
        "other-activation",
        "another function's derivative",
        "Your answer holds the slope of another activation. Look at the function of this layer.",
        any_of(
            on_tree(other_slope),
            on_tree(on_forms(form_of_other)),
            on_trees(exchange(other_slopes), steps),
            on_value(slope_added),
        ),
    ),
    Mistake(
        "half-derivative",
        "one factor of the slope only",
        "Your slope holds only a part of the activation's. Look at its value where the curve is flat.",
        any_of(on_tree(half_slope), on_tree(on_forms(form_halved))),
        says={
            "numbers+part": "These numbers hold a part of the activation's derivative only. "
            "Look at its value where the curve is flat.",
            "whole": "Your answer has the activation where its slope acts. Look at its value where the curve is flat.",
        },
    ),
    Mistake(
        "argument-sign",
        "the opposite sign inside a function",
        "Your answer turns the sign of what enters the function. Look at the sign of {part} there.",
        on_tree(other_argument),
        says={"whole": "Your answer turns the sign of what enters the function. Look at each minus inside."},
    ),
    Mistake(
        "missing-function",
        "a function left out",
        "Your answer takes {part} as it is where a function acts on it. Look at what happens to {part} first.",
        on_tree(bare_argument),
        says={"whole": "Your answer takes an array as it is where a function acts on it. Look at each function."},
        vague=True,
        within=True,
    ),
)
