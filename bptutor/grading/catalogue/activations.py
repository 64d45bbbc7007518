"""Mistakes about an activation and its derivative."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.catalogue import softmax
from bptutor.grading.catalogue.base import (
    Change,
    Mistake,
    any_of,
    exchange,
    on_named_value,
    on_tree,
    on_trees,
    on_value,
    steps,
)
from bptutor.notation.scope import Role, Scope
from bptutor.notation.transform.backward_equations import gradient, whole
from bptutor.notation.transform.definitions import one_minus
from bptutor.notation.transform.products import ONE, TWO, minus, times
from bptutor.notation.transform.rewrite import Made, Rule, main_name, negated
from bptutor.notation.transform.role_evidence import Activation
from bptutor.notation.transform.roles import SLOPES
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
MIXED_UP = (*SLOPES, "softplus")
"""Activations whose derivatives are taken for one another."""
LOPSIDED = frozenset({"sigmoid", "exp", "relu", "leaky_relu", "softplus"})
"""Functions f for which f(−z) is neither f(z) nor −f(z)."""
FORMS = ("sigmoid", "tanh")
"""Activations whose derivatives are written in a: a(1 − a) and 1 − a²."""


def form(f: str, a: Expr) -> Expr:
    """Return the derivative of f written in a = f(z)."""
    return Mul((a, minus(ONE, a))) if f == "sigmoid" else minus(ONE, Pow(a, TWO))


def derivative(f: str, z: Expr) -> Expr:
    """Return f'(z)."""
    return Call(f"{f}'", (z,))


def derivative_of(expr: Expr) -> tuple[str, Expr] | None:
    """Return f and z of f'(z)."""
    if isinstance(expr, Call) and expr.function.endswith("'") and len(expr.args) == 1:
        return expr.function[:-1], expr.args[0]
    return None


def spelled(expr: Expr, made: tuple[Activation, ...]) -> Expr:
    """Return a tree with a(1 − a) for σ'(z) and 1 − a² for tanh'(z): what a learner multiplies factor by factor."""
    done = rebuild(expr, lambda part: spelled(part, made))
    found = derivative_of(done)
    if found and found[0] in FORMS:
        names = [Name(one.a) for one in made if (one.function, Name(one.z)) == found]
        return form(found[0], names[0] if names else Call(found[0], (found[1],)))
    return times(*done.factors) if isinstance(done, Mul) else done


def _is_activation(function: str) -> bool:
    """Return whether a function is an activation that is mixed up with others, or one that the scene declares."""
    return function in MIXED_UP or function not in ELEMENTWISE


# --- rewrites of f'(z), and of a(1 − a) or 1 − a² where nothing tells what a is made of ----------------------------


def _derivatives(expr: Expr) -> Iterator[tuple[str, Expr | None, Expr, tuple[Expr, ...]]]:
    """Yield f, z, a and the other factors of each derivative in a product, or alone; no z where it is written in a."""
    found = derivative_of(expr)
    if found:
        yield *found, Call(found[0], (found[1],)), ()
    factors = expr.factors if isinstance(expr, Mul) else (expr,)
    for n, factor in enumerate(factors):
        rest = factors[:n] + factors[n + 1 :]
        a = one_minus(factor)
        if a is not None and a in rest:
            yield "sigmoid", None, a, tuple(part for part in rest if part != a)
        elif isinstance(a, Pow) and a.exponent == TWO:
            yield "tanh", None, a.base, rest
        elif isinstance(a, Mul) and len(set(a.factors)) == 1:
            yield "tanh", None, a.factors[0], rest


def on_derivatives(change: Callable[[str, Expr | None, Expr], Iterator[Expr]]) -> Rule:
    """Return the rule that puts something else in the place of f'(z), given f, z and a; no z where a is written."""

    def rule(expr: Expr) -> Made:
        for f, z, a, rest in _derivatives(expr):
            yield from ((times(*rest, new), main_name(a)) for new in change(f, z, a))

    return rule


def derivative_dropped(expr: Expr) -> Made:
    """Drop f'(z) from a product."""
    for n, factor in enumerate(expr.factors if isinstance(expr, Mul) else ()):
        found = derivative_of(factor)
        if found and isinstance(expr, Mul):
            part = main_name(factor) if isinstance(found[1], Name | At) else ""
            yield times(*expr.factors[:n], *expr.factors[n + 1 :]), part


def form_dropped(expr: Expr) -> Made:
    """Drop a(1 − a) or 1 − a² from a product."""
    yield from ((times(*rest), main_name(a)) for _, z, a, rest in _derivatives(expr) if z is None and rest)


def at_activation(f: str, _: Expr | None, a: Expr) -> Iterator[Expr]:
    """Take f'(a)."""
    yield derivative(f, a)


def squared(f: str, z: Expr | None, a: Expr) -> Iterator[Expr]:
    """Multiply by the derivative once more."""
    yield Pow(form(f, a) if z is None else derivative(f, z), TWO)


def in_z(f: str, z: Expr | None, _: Expr) -> Iterator[Expr]:
    """Apply the form in a to z: z(1 − z), 1 − z²."""
    if z is not None and f in FORMS:
        yield form(f, z)


def in_given_z(expected: ExpectedAnswer) -> Rule:
    """Return the rule that writes z for a in a(1 − a) or 1 − a², where both are given."""
    known = {Name(a): Name(z) for a, z in expected.parts.given_activations}
    return on_derivatives(lambda f, z, a: iter([form(f, known[a])] if z is None and a in known else []))


def of_another(f: str, z: Expr | None, a: Expr) -> Iterator[Expr]:
    """Take the derivative of another function."""
    if z is None:
        yield from (form(other, a) for other in FORMS if other != f)
    elif _is_activation(f):
        others = SLOPES if f == "sigmoid" else MIXED_UP  # the derivative of softplus is half of that of σ
        yield from (derivative(other, z) for other in others if other != f)
        yield from (form(other, a) for other in FORMS if other != f)
        if f == "relu":
            yield derivative(f, Neg(z))


def halved(f: str, _: Expr | None, a: Expr) -> Iterator[Expr]:
    """Keep one factor of f' only: a, or 1 − a; 1 − a for 1 − a²."""
    if f in FORMS:
        yield from (minus(ONE, a), a)
    if f == "tanh":
        yield Pow(a, TWO)


def activation_itself(expr: Expr) -> Made:
    """Take f(z) for f'(z)."""
    found = derivative_of(expr)
    if found and found[0] not in FORMS and _is_activation(found[0]):
        yield Call(found[0], (found[1],)), ""


# --- what enters a function --------------------------------------------------------------------------------------


def other_argument(expr: Expr) -> Made:
    """Turn the sign of what enters a function: σ(−z) for σ(z)."""
    if isinstance(expr, Call) and expr.function in LOPSIDED and len(expr.args) == 1:
        yield Call(expr.function, (negated(expr.args[0]),)), main_name(expr.args[0])


def bare_argument(expr: Expr) -> Made:
    """Take what a function is applied to as it is."""
    if isinstance(expr, Call) and entrywise(expr) and not isinstance(expr.args[0], Number):
        yield expr.args[0], main_name(expr)


# --- steps of a scene that work entry by entry: activations, masks and scalings, whatever they are written with -----


def works_on_entries(expr: Expr) -> bool:
    """Return whether a tree makes each entry from entries at the same place."""
    known = isinstance(expr, Add | Cases | Compare | Div | Mul | Name | Neg | Number | Pow) or entrywise(expr)
    return known and all(works_on_entries(part) for part in children(expr))


def _entry_steps(scope: Scope) -> Iterator[tuple[str, str, bool]]:
    """Yield a, z and whether z is the only array in it, where a is made of z entry by entry, but not by a sum alone."""
    for a in scope.names:
        made = whole(scope, a)
        if made is None or isinstance(made, Name | Add | Neg) or not works_on_entries(made):
            continue
        names = dict.fromkeys(part.id for part in walk(made) if isinstance(part, Name) and part.id in scope.names)
        arrays = [name for name in names if scope.names[name].axes and scope.names[name].role is not Role.SIZE]
        scalar = [name for name in names if name not in arrays and scope.names[name].role is Role.DEFINED]
        if not scope.names[a].axes:  # on numbers: what is computed, or all that there is
            arrays, scalar = scalar or list(names), []
        if not scalar and all(scope.names[name].axes == scope.names[a].axes for name in arrays):
            yield from ((a, z, len(arrays) == 1) for z in arrays)


def curved_steps(scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield a and z of the steps in which a function or cases take in z, the only array: activations of any form."""
    for a, z, alone in _entry_steps(scope):
        functions = [part for part in walk(whole(scope, a) or Name(z)) if isinstance(part, Call | Cases)]
        if alone and any(Name(z) in walk(part) for part in functions):
            yield a, z


def _unknown_steps(expected: ExpectedAnswer, alone: bool) -> Iterator[tuple[str, Expr, Expr]]:
    """Yield z, ∂L/∂z and ∂L/∂a of steps that no activation of a known name makes."""
    known = {(made.a, made.z) for made in expected.parts.activations}
    for of in expected.losses:
        for a, z, only in _entry_steps(expected.scope):
            if only is alone and (a, z) not in known and a != of:
                yield z, gradient(expected.scope, of, z), gradient(expected.scope, of, a)


def passed_over(expected: ExpectedAnswer) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs (∂L/∂z, ∂L/∂a): the derivative of the step left out."""
    yield from ((by_z, by_a) for _, by_z, by_a in _unknown_steps(expected, alone=True))


def scaling_left_out(expected: ExpectedAnswer) -> Iterator[tuple[Expr, Expr]]:
    """Yield the same where a mask, a gate or a scaling is left out."""
    yield from ((by_z, by_a) for _, by_z, by_a in _unknown_steps(expected, alone=False))


def other_slopes(expected: ExpectedAnswer) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs (∂L/∂z, ∂L/∂a · f'(z)) with f another activation."""
    for z, by_z, by_a in _unknown_steps(expected, alone=True):
        yield from ((by_z, Mul((by_a, derivative(f, Name(z))))) for f in SLOPES)


def derivative_added(expected: ExpectedAnswer) -> Iterator[Change]:
    """Multiply by s(1 − s) or 1 − s², with s a sum that goes through no activation, or an input."""
    through = {name for made in expected.parts.activations for name in (made.a, made.z)}
    for s in dict.fromkeys((*(layer.z for layer in expected.parts.layers), *expected.parts.below())):
        if s not in through and expected.scope.names[s].axes == expected.comparison.layout.all_axes:
            yield from (partial(_times, expected, form(f, Name(s))) for f in FORMS)


def _times(expected: ExpectedAnswer, tree: Expr, truth: Array, values: Values) -> Array:
    return truth * expected.value(tree, values)


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "no-activation-derivative",
        "the derivative of the activation left out",
        "Your chain steps over the function at {part}. Look at the arrow that leaves {part}.",
        any_of(on_tree(derivative_dropped), on_tree(form_dropped), on_trees(exchange(passed_over), steps)),
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
        on_tree(on_derivatives(at_activation)),
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
            on_tree(on_derivatives(squared)),
            on_named_value(softmax.slope_kept_in_a_multiple),
            on_trees(exchange(softmax.slope_again), steps),
        ),
    ),
    Mistake(
        "a-form-on-z",
        "the form in a applied to z",
        "Your slope is written for a squashed number and receives {part}. Look at the range of {part}.",
        any_of(on_tree(on_derivatives(in_z)), on_trees(in_given_z)),
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
            on_tree(on_derivatives(of_another)),
            on_trees(exchange(other_slopes), steps),
            on_value(derivative_added),
        ),
    ),
    Mistake(
        "half-derivative",
        "one factor of the slope only",
        "Your slope holds only a part of the activation's. Look at its value where the curve is flat.",
        any_of(on_tree(on_derivatives(halved)), on_tree(activation_itself)),
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
