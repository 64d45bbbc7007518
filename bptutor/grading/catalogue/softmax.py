"""Mistakes about softmax: how its probabilities are made, its Jacobian, and p − y at the end of a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.catalogue.base import (
    NOTHING,
    Change,
    Hypotheses,
    Mistake,
    Placeholder,
    any_of,
    exchange,
    on_named_value,
    on_trees,
    on_value,
    steps,
)
from bptutor.grading.catalogue.scaling import ratio
from bptutor.notation.scope import NetworkRole, Role
from bptutor.notation.transform.backward_equations import gradient
from bptutor.notation.transform.products import ONE, TWO, minus, times
from bptutor.notation.transform.rewrite import Made, Rule
from bptutor.notation.transform.role_evidence import Activation
from bptutor.notation.transform.roles import Parts
from bptutor.notation.tree import Add, At, Call, Div, Expr, Name, Neg, Number, Slice, walk
from bptutor.notation.values.evaluate import Values, evaluate

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer

Array = NDArray[np.float64]


def softmaxes(parts: Parts) -> list[Activation]:
    """Return the softmax layers of a scene."""
    return [made for made in parts.activations if made.function == "softmax"]


# --- probabilities made of logits in a wrong way: on the numbers, so that a large logit overflows in none ----------


def _exponentials(z: Array, axis: int | None = -1) -> Array:
    return np.exp(z - z.max(axis=axis, keepdims=True))  # type: ignore[no-any-return]


def _softmax(z: Array, axis: int | None) -> Array:
    return _exponentials(z, axis) / _exponentials(z, axis).sum(axis=axis, keepdims=True)  # type: ignore[no-any-return]


def _over_columns(exponentials: Array) -> Array:
    """Divide by the totals of the rows, which NumPy lays along the columns: this works in a square only."""
    square = exponentials.ndim == 2 and exponentials.shape[0] == exponentials.shape[1]
    return exponentials / exponentials.sum(axis=-1) if square else NOTHING


def _max_over_columns(z: Array) -> Array:
    return _softmax(z - z.max(axis=-1), -1) if z.ndim == 2 and z.shape[0] == z.shape[1] else NOTHING


def _without_exponential(z: Array) -> Array:
    return z / z.sum(axis=-1, keepdims=True)  # type: ignore[no-any-return]


NORMALISATIONS: dict[str, tuple[Callable[[Array], Array], ...]] = {
    "softmax-axis": (lambda z: _softmax(z, 0) if z.ndim > 1 else NOTHING, lambda z: _softmax(z, None)),
    "no-keepdims": (
        lambda z: _over_columns(_exponentials(z)),
        lambda z: _over_columns(_exponentials(z, None)),
        _max_over_columns,
    ),
    "not-normalised": (np.exp, _exponentials, lambda z: np.exp(z - z.max())),
    "no-exponential": (_without_exponential, lambda z: _without_exponential(z - z.max(axis=-1, keepdims=True))),
    "falling-shares": (lambda z: _softmax(-z, -1),),
}
"""Id -> from logits to what a mistake makes of them."""


def _largest(z: Array) -> Array:
    """Return 1 at the largest logit, 0 elsewhere."""
    return np.asarray(z == z.max(axis=-1, keepdims=True), dtype=float)


def placeholders(parts: Parts) -> dict[str, Placeholder]:
    """Return what the names in the rewrites of this module stand for."""
    found: dict[str, Placeholder] = {}
    for z in dict.fromkeys(made.z for made in softmaxes(parts) if made.z):
        found[f"largest {z}"] = partial(_of_logits, _largest, z)
        for id_, ways in NORMALISATIONS.items():
            found |= {f"{id_} {n} {z}": partial(_of_logits, way, z) for n, way in enumerate(ways)}
    return found


def _of_logits(make: Callable[[Array], Array], z: str, values: Values) -> Array:
    with np.errstate(all="ignore"):
        made: Array = make(np.asarray(values[z], dtype=float))
    return made


def normalised(id_: str) -> Callable[[ExpectedAnswer], Rule]:
    """Return the rule that makes probabilities in a wrong way, wherever they stand."""

    def make(expected: ExpectedAnswer) -> Rule:
        soft = [made for made in softmaxes(expected.parts) if made.z]
        known: dict[Expr, str] = {Name(made.a): made.z for made in soft}
        known |= {Call("softmax", (Name(made.z),)): made.z for made in soft}

        def rule(expr: Expr) -> Made:
            if expr in known:
                z = known[expr]
                yield from ((Name(f"{id_} {n} {z}"), z) for n in range(len(NORMALISATIONS[id_])))

        return rule

    return make


# --- a − y, and the same with another Jacobian ---------------------------------------------------------------


def errors(expected: ExpectedAnswer) -> Iterator[tuple[Expr, Activation, Expr]]:
    """Yield each a − y that is a gradient of the scene, with the activation that makes a, and y."""
    for line in expected.lines.errors.values():
        error = line.num if isinstance(line, Div) else line
        assert isinstance(error, Add) and isinstance(error.terms[1], Neg)  # noqa: S101  # made so
        for made in expected.parts.activations:
            if error.terms[0] == Name(made.a):
                yield error, made, error.terms[1].arg
    if not expected.lines.errors:
        yield from _unnamed(expected)


HELD = frozenset({NetworkRole.TARGET, NetworkRole.PROBABILITY})
"""What is subtracted from probabilities: one-hot or not."""


def _unnamed(expected: ExpectedAnswer) -> Iterator[tuple[Expr, Activation, Expr]]:
    """Yield each p − y of what is asked where the scene has no loss: p, or a softmax, beside a target."""
    soft = {made.a: made for made in softmaxes(expected.parts)}
    names, roles = expected.scope.names, expected.parts.roles
    for part in dict.fromkeys(part for tree in expected.trees for part in walk(tree)):
        if isinstance(part, Add) and len(part.terms) == 2 and isinstance(part.terms[1], Neg):
            p, y = part.terms[0], part.terms[1].arg
            if not isinstance(p, Name) or not isinstance(y, Name) or p.id not in names or y.id not in names:
                continue
            held = roles.get(y.id) in HELD and names[y.id].role is Role.GIVEN and names[p.id].axes == names[y.id].axes
            if held and roles.get(p.id) is NetworkRole.PROBABILITY:
                yield part, soft.get(p.id) or Activation(p.id, "softmax", ""), y


def on_error(
    change: Callable[[Activation, Expr], Iterator[Expr]], softmax: bool = True
) -> Callable[[ExpectedAnswer], Rule]:
    """Return the rule that puts something else in the place of a − y."""

    def make(expected: ExpectedAnswer) -> Rule:
        known = list(errors(expected))

        def rule(expr: Expr) -> Made:
            for error, made, y in known:
                if expr == error and (made.function == "softmax" or not softmax):
                    for changed in change(made, y):
                        yield changed, made.a

        return rule

    return make


Jacobian = Callable[[Expr, Expr], Expr]
"""From p and the gradient ∂L/∂p that comes back to what a wrong Jacobian of softmax makes of them."""


def diagonal(p: Expr, upstream: Expr) -> Expr:
    """J := diag(p(1 − p))."""
    return times(p, minus(ONE, p), upstream)


def without_delta(p: Expr, upstream: Expr) -> Expr:
    """J := −p pᵀ."""
    return Neg(times(p, _total(times(upstream, p))))


def plus_off_diagonal(p: Expr, upstream: Expr) -> Expr:
    """J := diag(p) + p pᵀ."""
    return Add((times(p, upstream), times(p, _total(times(upstream, p)))))


def diagonal_plus_off_diagonal(p: Expr, upstream: Expr) -> Expr:
    """J := p(1 − p) on the diagonal, and p pᵀ off it."""
    return minus(plus_off_diagonal(p, upstream), times(TWO, p, p, upstream))


def _total(y: Expr) -> Expr:
    return Call("sum", (y,), (("axis", -1), ("keepdims", True)))


def through_jacobian(wrong: Jacobian, scaled: bool = True) -> Hypotheses:
    """Return the hypotheses of a wrong Jacobian: below cross-entropy, below any slope, and in a multiple of p − y.

    Args:
        wrong: The Jacobian.
        scaled: Whether what p − y is multiplied by still stands before it, such as 1/τ of a temperature.
    """

    def below_cross_entropy(made: Activation, y: Expr) -> Iterator[Expr]:
        yield wrong(Name(made.a), Neg(Div(y, Name(made.a))))

    def below_any_slope(expected: ExpectedAnswer) -> Iterator[tuple[Expr, Expr]]:
        for by_z, by_a, p in logits(expected):
            yield by_z, wrong(p, by_a)

    def in_a_multiple(expected: ExpectedAnswer) -> Iterator[tuple[Change, str]]:
        for p, y in probabilities_and_targets(expected):
            made = wrong(Name(p), Neg(Div(Name(y), Name(p))))
            yield partial(_multiple, expected, p, y, made, scaled), p

    return any_of(
        on_trees(on_error(below_cross_entropy)),
        on_trees(exchange(below_any_slope), steps),
        on_named_value(in_a_multiple),
    )


def logits(expected: ExpectedAnswer) -> Iterator[tuple[Expr, Expr, Expr]]:
    """Yield ∂L/∂z, ∂L/∂p and p of each softmax inside the network, where ∂L/∂z is no p − y."""
    for of in expected.losses:
        for made in softmaxes(expected.parts):
            by_z = gradient(expected.scope, of, made.z) if made.z else None
            if by_z is not None and by_z not in expected.lines.errors:
                yield by_z, gradient(expected.scope, of, made.a), Name(made.a)


def probabilities_and_targets(expected: ExpectedAnswer) -> Iterator[tuple[str, str]]:
    """Yield each softmax with each given array over the same axes."""
    names = expected.scope.names
    for made in softmaxes(expected.parts):
        for y, declared in names.items():
            if declared.role is Role.GIVEN and declared.axes == names[made.a].axes and y != made.z:
                yield made.a, y


def _multiple(
    expected: ExpectedAnswer, p: str, y: str, made: Expr, scaled: bool, truth: Array, values: Values
) -> Array:
    """Return what a tree is, times c where the truth is c (p − y); nothing where it is no multiple."""
    scale = ratio(np.asarray(values[p]) - np.asarray(values[y]), truth)
    return NOTHING if not scale else (scale if scaled else 1.0) * expected.value(made, values)


def slope_kept(made: Activation, y: Expr) -> Iterator[Expr]:
    """Multiply a − y by the slope that had cancelled."""
    a = Name(made.a)
    slope = times(a, minus(ONE, a)) if made.function == "softmax" else Call(f"{made.function}'", (Name(made.z),))
    yield times(minus(a, y), slope)


def slope_again(expected: ExpectedAnswer) -> Iterator[tuple[Expr, Expr]]:
    """Yield pairs (∂L/∂z, the same times p(1 − p)) where ∂L/∂z is no p − y for every y."""
    for by_z, _, p in logits(expected):
        yield by_z, diagonal(p, by_z)


def slope_kept_in_a_multiple(expected: ExpectedAnswer) -> Iterator[tuple[Change, str]]:
    """Multiply c (p − y) by p(1 − p)."""
    for p, y in probabilities_and_targets(expected):
        yield partial(_multiple, expected, p, y, diagonal(Name(p), minus(Name(p), Name(y))), True), p


# --- the largest logit, which is only subtracted ---------------------------------------------------------------


def through_max(made: Activation, y: Expr) -> Iterator[Expr]:
    """Let the largest logit carry a slope of its own."""
    error, largest = minus(Name(made.a), y), Name(f"largest {made.z}")
    yield from (Add((error, largest)), minus(error, largest), times(error, minus(ONE, largest)))


def on_largest(expected: ExpectedAnswer) -> Iterator[Change]:
    """Give the largest of the logits a slope of its own, where the scene takes their maximum and asks ∂/∂ of them."""
    names = expected.scope.names
    trees = (*expected.trees, *(made.definition for made in names.values() if made.definition is not None))
    calls = (part for tree in trees for part in walk(tree) if isinstance(part, Call) and part.function == "max")
    maxima = {call.args[0].id for call in calls if isinstance(call.args[0], Name)}
    for z in (name for name in names if name in maxima):
        if names[z].axes == expected.comparison.layout.all_axes:
            largest = partial(_of_logits, _largest, z)
            yield from (partial(_added, sign, largest) for sign in (1, -1))
            yield partial(_left_out, largest)


def _added(sign: int, largest: Placeholder, truth: Array, values: Values) -> Array:
    return truth + sign * largest(values)


def _left_out(largest: Placeholder, truth: Array, values: Values) -> Array:
    return truth * (1 - largest(values))


# --- the Jacobian of softmax itself, and of its logarithm --------------------------------------------------------


JACOBIAN = "the Jacobian that is asked a part of"
"""Stands for an array of which some entries are asked."""
Matrix = Callable[[Array], Array]
"""From p, shape (n,), to a wrong ∂p_i/∂z_j, shape (n, n), or (n,) where an answer keeps one index."""


def _diagonal(p: Array) -> Array:
    return np.diag(p * (1 - p))


def _diagonal_in_every_column(p: Array) -> Array:
    return np.tile((p * (1 - p))[:, None], len(p))


def diagonal_everywhere(p: Array) -> Array:
    """p_i (1 − p_j): the case i = j for all."""
    return np.outer(p, 1 - p)


def on_jacobian(wrong: Matrix, beside: Matrix | None = None) -> Hypotheses:
    """Return the hypotheses where ∂p_i/∂z_j, or ∂log p_i/∂z_j, is asked; `beside` for i ≠ j alone.

    Where entries at written places are asked, such as a row, they are taken from what the mistake makes of the whole.
    """

    def make(expected: ExpectedAnswer) -> Iterator[tuple[Change, str]]:
        asked = expected.comparison.expected
        for name, declared in expected.scope.names.items():
            if len(declared.axes) == 1 and declared.role in {Role.GIVEN, Role.DEFINED}:
                change = partial(_if_jacobian, name, wrong, beside)
                yield change, name
                if isinstance(asked, Slice | At) and _is_placed(asked):
                    yield partial(_part_of, expected, asked, change), name

    return on_named_value(make)


def _is_placed(expr: Slice | At) -> bool:
    places = expr.items if isinstance(expr, Slice) else expr.subscripts
    return any(isinstance(place, int | Number) for place in places)


def _part_of(expected: ExpectedAnswer, asked: Slice | At, change: Change, _: Array, values: Values) -> Array:
    """Return the entries that are asked, of what a change makes of the whole array."""
    whole = change(expected.value(asked.base, values), values)
    if not np.isfinite(whole).all():
        return NOTHING
    part, supposed = replace(asked, base=Name(JACOBIAN)), values.supposing(JACOBIAN, whole)
    return np.asarray(evaluate(part, supposed, columns=expected.comparison.columns), dtype=float)


def _if_jacobian(name: str, wrong: Matrix, beside: Matrix | None, truth: Array, values: Values) -> Array:
    p = np.asarray(values[name], dtype=float)
    if truth.shape != (len(p), len(p)):
        return NOTHING
    products = np.outer(p, p)
    known = [(np.diag(p) - products, wrong), (np.eye(len(p)) - p, lambda p: (wrong(p).T / p).T)]
    known += [] if beside is None else [(-products, beside)]
    for matrix, change in known:
        scale = ratio(matrix, truth)
        if scale:
            made: Array = scale * change(p)
            return made
    return NOTHING


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "diagonal-softmax",
        "the softmax derivative taken as diagonal",
        "Your rule says a score moves its own share alone. Look at {denominator}.",
        any_of(
            through_jacobian(diagonal),
            *(on_jacobian(wrong) for wrong in (_diagonal, _diagonal_in_every_column, lambda p: p * (1 - p))),
        ),
        says={
            "numbers": "These numbers leave out how one logit moves the other probabilities. Look at {denominator}.",
            "classes": "Your rule says wrong classes' scores cannot change {loss}. Look at {denominator}.",
        },
    ),
    Mistake(
        "lost-delta",
        "only the products −p_i p_j",
        "In your rule a score lowers its own probability. Look at the case where both indices are equal.",
        any_of(through_jacobian(without_delta), on_jacobian(lambda p: -np.outer(p, p))),
        says={
            "numbers+jacobian": "In these numbers a logit lowers its own probability. "
            "Look at the case where both indices are equal.",
            "jacobian": "In your rule a score lowers its own probability. "
            "Look at the case where both indices are equal.",
            "error": "Your answer is the same whichever class is the true one. Look at where {y} enters {loss}.",
            "numbers": "In these numbers a logit lowers its own probability. "
            "Look at the case where both indices are equal.",
        },
    ),
    Mistake(
        "offdiagonal-sign",
        "the opposite sign off the diagonal",
        "In your rule raising one score raises all probabilities. Look at what they add up to.",
        any_of(
            through_jacobian(plus_off_diagonal),
            through_jacobian(diagonal_plus_off_diagonal),
            on_jacobian(lambda p: np.diag(p) + np.outer(p, p)),
            on_jacobian(lambda p: np.diag(p - 2 * p * p) + np.outer(p, p)),
        ),
        says={
            "numbers": "These are the numbers of a logit that raises all probabilities. Look at what they add up to.",
        },
    ),
    Mistake(
        "softmax-axis",
        "shares made along another axis",
        "Your shares add up to 1 over other scores. Look at which scores belong to one example.",
        on_trees(normalised("softmax-axis")),
    ),
    Mistake(
        "no-keepdims",
        "the totals of rows meet columns",
        "Your totals of the rows meet the columns. Look at the shape of each total.",
        on_trees(normalised("no-keepdims")),
    ),
    Mistake(
        "not-normalised",
        "powers that are not divided by their sum",
        "Your entries do not add up to 1. Look at what each of them is a share of.",
        on_trees(normalised("not-normalised")),
    ),
    Mistake(
        "no-exponential",
        "shares of the scores themselves",
        "Some of your shares can be negative. Look at what happens to a score first.",
        on_trees(normalised("no-exponential")),
    ),
    Mistake(
        "falling-shares",
        "powers of the negative scores",
        "In your answer a larger score gets a smaller share. Look at the exponent.",
        on_trees(normalised("falling-shares")),
    ),
    Mistake(
        "max-gradient",
        "a gradient through the max of a stable softmax",
        "In your answer the largest score counts apart. Look at what subtracting it does to {p}.",
        any_of(on_trees(on_error(through_max)), on_value(on_largest)),
    ),
)
