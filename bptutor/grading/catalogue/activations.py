"""Mistakes about the derivative of an activation, as rewrites of the right tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bptutor.grading.catalogue.matrix_products import joined
from bptutor.grading.catalogue.softmax.output_layer import minus
from bptutor.notation.transform.definitions import one_minus
from bptutor.notation.transform.products import ONE, TWO, times
from bptutor.notation.transform.rewrite import Made, Rule, main_name
from bptutor.notation.transform.roles import SLOPES, Activation
from bptutor.notation.transform.to_index_notation import entrywise
from bptutor.notation.tree import At, Call, Expr, Mul, Name, Neg, Number, Pow, rebuild
from bptutor.notation.values.forward_autodiff import ELEMENTWISE

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
                yield joined(expr.factors[:n] + expr.factors[n + 1 :]), main_name(factor) if named else ""


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


# --- a slope written in a, where nothing tells what a is made of ------------------------------------------------


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
