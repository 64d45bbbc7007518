"""Mistakes about softmax: how its probabilities are made, its Jacobian, and p − y at the end of a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.catalogue.base import (
    NOTHING,
    Change,
    Guess,
    Mistake,
    any_of,
    exchange,
    on_named_value,
    on_trees,
    on_value,
    steps,
)
from bptutor.grading.catalogue.convolution.cross_correlations import Way
from bptutor.grading.catalogue.scaling import ratio
from bptutor.notation.scope import NetworkRole, Role
from bptutor.notation.transform.backward_equations import gradient
from bptutor.notation.transform.products import ONE, minus, times
from bptutor.notation.transform.rewrite import Made, Rule
from bptutor.notation.transform.role_evidence import Activation
from bptutor.notation.transform.roles import Parts
from bptutor.notation.tree import Add, At, Call, Div, Expr, Name, Neg, Number, Slice, walk
from bptutor.notation.values.evaluate import Values, evaluate

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import Target


Array = NDArray[np.float64]


Normalisation = Callable[[Array], Array]
"""From scores, shares along the last axis, to what a mistake makes of them."""


def _powers(z: Array, axis: int | None = -1) -> Array:
    powers: Array = np.exp(z - z.max(axis=axis, keepdims=True))
    return powers


def _probabilities(z: Array, axis: int | None) -> Array:
    powers = _powers(z, axis)
    shares: Array = powers / powers.sum(axis=axis, keepdims=True)
    return shares


def _square(way: Way) -> Way:
    """Return a way that fits in a square only, where the totals of the rows meet the columns."""
    return lambda z: way(z) if z.ndim == 2 and z.shape[0] == z.shape[1] else np.full((), np.nan)


def _over_columns(powers: Array) -> Array:
    shares: Array = powers / powers.sum(axis=-1)
    return shares


NORMALISATIONS: dict[str, tuple[Way, ...]] = {
    "softmax-axis": (lambda z: _probabilities(z, 0) if z.ndim > 1 else z * np.nan, lambda z: _probabilities(z, None)),
    "no-keepdims": (
        _square(lambda z: _over_columns(_powers(z))),
        _square(lambda z: _over_columns(_powers(z, None))),
        _square(lambda z: _probabilities(z - z.max(axis=-1), -1)),
    ),
    "not-normalised": (np.exp, _powers, lambda z: np.exp(z - z.max())),
    "no-exponential": (
        lambda z: z / z.sum(axis=-1, keepdims=True),
        lambda z: (z - z.max(axis=-1, keepdims=True)) / (z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True),
    ),
    "falling-shares": (lambda z: _probabilities(-z, -1),),
}
"""Id -> ways to make it."""


def hole(id_: str, n: int, z: str) -> str:
    """Return the name of what stands where the shares of z should."""
    return f"{id_} {n} {z}"


def placeholders_of_probabilities(parts: Parts) -> dict[str, Callable[[Values], Array]]:
    """Return what fills the placeholders_of_probabilities: every way on the scores of every softmax of the scene."""
    scores = dict.fromkeys(made.z for made in parts.activations if made.function == "softmax" and made.z)
    return {
        hole(id_, n, z): partial(_made, way, z)
        for z in scores
        for id_, ways in NORMALISATIONS.items()
        for n, way in enumerate(ways)
    }


def _made(way: Way, z: str, values: Values) -> Array:
    with np.errstate(all="ignore"):
        return way(np.asarray(values[z], dtype=float))


def shares(id_: str) -> Callable[[Target], Rule]:
    """Return the rule that makes shares in a wrong way, wherever they stand."""

    def make(target: Target) -> Rule:
        soft = [made for made in target.parts.activations if made.function == "softmax" and made.z]
        known: dict[Expr, str] = {Name(made.a): made.z for made in soft}
        known |= {Call("softmax", (Name(made.z),)): made.z for made in soft}

        def rule(expr: Expr) -> Made:
            z = known.get(expr)
            yield from ((Name(hole(id_, n, z)), z) for n in range(len(NORMALISATIONS[id_])) if z is not None)

        return rule

    return make


Array = NDArray[np.float64]


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
HELD = frozenset({NetworkRole.TARGET, NetworkRole.PROBABILITY})
"""What is subtracted from probabilities: one-hot or not."""


def _unnamed(target: Target) -> Iterator[tuple[Expr, Activation, Expr]]:
    """Yield each p − y of what is asked where the scene has no loss: p, or a softmax, beside a target."""
    soft = {made.a: made for made in target.parts.activations if made.function == "softmax"}
    names = target.scope.names
    for part in dict.fromkeys(part for tree in target.trees for part in walk(tree)):
        if isinstance(part, Add) and len(part.terms) == PAIR and isinstance(part.terms[1], Neg):
            p, y = part.terms[0], part.terms[1].arg
            if not isinstance(p, Name) or not isinstance(y, Name) or p.id not in names or y.id not in names:
                continue
            held = target.parts.roles.get(y.id) in HELD and names[y.id].role is Role.GIVEN
            if (
                target.parts.roles.get(p.id) is NetworkRole.PROBABILITY
                and held
                and names[p.id].axes == names[y.id].axes
            ):
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


def placeholders_of_maxima(parts: Parts) -> dict[str, Callable[[Values], Array]]:
    """Return what the rules of this module leave open."""
    return {f"winner {made.z}": partial(winner, made.z) for made in parts.activations if made.function == "softmax"}


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


def with_winner(target: Target) -> Iterator[Change]:
    """Give the largest of the scores a slope of its own, where the scene takes their maximum and asks ∂/∂ of them."""
    names = target.scope.names
    trees = (*target.trees, *(made.definition for made in names.values() if made.definition is not None))
    calls = (part for tree in trees for part in walk(tree) if isinstance(part, Call) and part.function == "max")
    maxima = {call.args[0].id for call in calls if isinstance(call.args[0], Name)}
    for z in (name for name in names if name in maxima):
        if names[z].axes == target.comparison.layout.all_axes:
            yield from (partial(_with_winner, z, sign) for sign in (1, -1))
            yield partial(_without_winner, z)


def _with_winner(z: str, sign: int, truth: Array, values: Values) -> Array:
    return truth + sign * winner(z, values)


def _without_winner(z: str, truth: Array, values: Values) -> Array:
    return truth * (1 - winner(z, values))


Of = Callable[[Array], Array]


Named = Callable[["Target"], Iterator[tuple["Change", str]]]
"""Changes, each with the name of the probabilities that it is about."""


JACOBIAN = "the Jacobian that is asked a part of"
"""Stands for an array of which some entries are asked."""


def jacobian(wrong: Of, of_log: Of, beside: Of | None = None) -> Named:
    """Return changes that hold only where the truth is ∂p_i/∂z_j, or ∂log p_i/∂z_j; `beside` for i ≠ j alone.

    Where entries at written places are asked, such as a row, they are taken from what the mistake makes of the whole.
    """

    def make(target: Target) -> Iterator[tuple[Change, str]]:
        for name, declared in target.scope.names.items():
            if len(declared.axes) == 1 and declared.role in {Role.GIVEN, Role.DEFINED}:
                change = partial(_if_jacobian, name, wrong, of_log, beside)
                yield change, name
                expected = target.comparison.expected
                if isinstance(expected, Slice | At) and _is_placed(expected):
                    yield partial(_part_of, target, expected, change), name

    return make


def _is_placed(expr: Slice | At) -> bool:
    places = expr.items if isinstance(expr, Slice) else expr.subscripts
    return any(isinstance(place, int | Number) for place in places)


def _part_of(target: Target, expected: Slice | At, change: Change, _: Array, values: Values) -> Array:
    """Return the entries that are asked, of what a change makes of the whole array."""
    whole = change(target.value(expected.base, values), values)
    if not np.isfinite(whole).all():
        return NOTHING
    part = replace(expected, base=Name(JACOBIAN))
    return np.asarray(evaluate(part, values.supposing(JACOBIAN, whole), columns=target.comparison.columns), dtype=float)


def _if_jacobian(name: str, wrong: Of, of_log: Of, beside: Of | None, truth: Array, values: Values) -> Array:
    p = np.asarray(values[name], dtype=float)
    if truth.shape != (len(p), len(p)):
        return NOTHING
    known: list[tuple[Array, Of]] = [(np.diag(p) - np.outer(p, p), wrong), (np.eye(len(p)) - p, of_log)]
    if beside is not None:
        known.append((-np.outer(p, p), beside))
    for matrix, change in known:
        scale = ratio(matrix, truth)
        if scale:
            return scale * change(p)
    return NOTHING


def scaled(wrong: Callable[[Array, Array], Array], kept: bool = True) -> Named:
    """Return changes that hold only where the truth is c (p − y), with p a softmax and y a given target.

    Args:
        wrong: From p and y to what the mistake makes of p − y.
        kept: Whether c still stands before it.
    """

    def make(target: Target) -> Iterator[tuple[Change, str]]:
        names = target.scope.names
        for made in target.parts.activations:
            for y, declared in names.items() if made.function == "softmax" else ():
                if declared.role is Role.GIVEN and declared.axes == names[made.a].axes and y != made.z:
                    yield partial(_if_scaled, made.a, y, wrong, kept), made.a

    return make


def _if_scaled(
    p: str, y: str, wrong: Callable[[Array, Array], Array], kept: bool, truth: Array, values: Values
) -> Array:
    shares, meant = (np.asarray(values[name], dtype=float) for name in (p, y))
    scale = ratio(shares - meant, truth)
    return NOTHING if not scale else (scale if kept else 1.0) * wrong(shares, meant)


SCALED = {
    "diagonal-softmax": scaled(lambda p, y: -y * (1 - p)),
    "lost-delta": scaled(lambda p, y: p * y.sum(axis=-1, keepdims=True)),
    "offdiagonal-sign": scaled(lambda p, y: -y - p * y.sum(axis=-1, keepdims=True)),
    "derivative-twice": scaled(lambda p, y: (p - y) * p * (1 - p)),
    "stopped-at-loss": scaled(lambda p, y: -y / p, kept=False),
}
"""Id -> the mistake on a multiple of p − y."""


COLLAPSED = (
    jacobian(
        lambda p: np.outer(p, 1 - p), lambda p: np.broadcast_to(1 - p, (len(p), len(p))), lambda p: np.outer(p, 1 - p)
    ),
)


DIAGONAL = (
    jacobian(lambda p: np.diag(p * (1 - p)), lambda p: np.diag(1 - p)),
    jacobian(
        lambda p: np.broadcast_to((p * (1 - p))[:, None], (len(p), len(p))),
        lambda p: np.broadcast_to((1 - p)[:, None], (len(p), len(p))),
    ),
    jacobian(lambda p: p * (1 - p), lambda p: 1 - p),
)


LOST = (jacobian(lambda p: -np.outer(p, p), lambda p: np.broadcast_to(-p, (len(p), len(p)))),)


PLUS = (
    jacobian(lambda p: np.diag(p) + np.outer(p, p), lambda p: np.eye(len(p)) + p),
    jacobian(
        lambda p: np.diag(p - p * p) + np.outer(p, p) - np.diag(p * p), lambda p: np.eye(len(p)) * (1 - 2 * p) + p
    ),
)


def on_logits(change: Callable[[Expr, Expr], Expr]) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses of a wrong Jacobian of a softmax inside a network."""
    return on_trees(exchange(through(change)), steps)


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "diagonal-softmax",
        "the softmax derivative taken as diagonal",
        "Your rule says a score moves its own share alone. Look at {denominator}.",
        any_of(
            on_trees(on_error(diagonal)),
            on_logits(diagonal_of),
            on_named_value(SCALED["diagonal-softmax"]),
            *(on_named_value(made) for made in DIAGONAL),
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
        any_of(
            on_trees(on_error(without_delta)),
            on_logits(products_of),
            on_named_value(SCALED["lost-delta"]),
            *(on_named_value(made) for made in LOST),
        ),
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
            on_trees(on_error(plus_off_diagonal)),
            on_logits(all_raised),
            on_named_value(SCALED["offdiagonal-sign"]),
            *(on_named_value(made) for made in PLUS),
        ),
        says={
            "numbers": "These are the numbers of a logit that raises all probabilities. Look at what they add up to.",
        },
    ),
    Mistake(
        "softmax-axis",
        "shares made along another axis",
        "Your shares add up to 1 over other scores. Look at which scores belong to one example.",
        on_trees(shares("softmax-axis")),
    ),
    Mistake(
        "no-keepdims",
        "the totals of rows meet columns",
        "Your totals of the rows meet the columns. Look at the shape of each total.",
        on_trees(shares("no-keepdims")),
    ),
    Mistake(
        "not-normalised",
        "powers that are not divided by their sum",
        "Your entries do not add up to 1. Look at what each of them is a share of.",
        on_trees(shares("not-normalised")),
    ),
    Mistake(
        "no-exponential",
        "shares of the scores themselves",
        "Some of your shares can be negative. Look at what happens to a score first.",
        on_trees(shares("no-exponential")),
    ),
    Mistake(
        "falling-shares",
        "powers of the negative scores",
        "In your answer a larger score gets a smaller share. Look at the exponent.",
        on_trees(shares("falling-shares")),
    ),
    Mistake(
        "max-gradient",
        "a gradient through the max of a stable softmax",
        "In your answer the largest score counts apart. Look at what subtracting it does to {p}.",
        any_of(on_trees(on_error(through_max)), on_value(with_winner)),
    ),
)
