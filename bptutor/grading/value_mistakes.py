"""Mistakes that are seen on the value: a factor, a mean, an axis, another array of the scene."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.formulas import made_by
from bptutor.grading.rewrites import Made, Rule
from bptutor.grading.slope_rules import SLOPES
from bptutor.grading.softmax_rules import is_softmax, times
from bptutor.notation.scope import Role, Scope
from bptutor.notation.tree import Add, Call, Expr, Name, Neg
from bptutor.notation.value import Values

if TYPE_CHECKING:
    from bptutor.grading.guesses import Guess, Target

Array = NDArray[np.float64]
Change = Callable[[Array, Values], Array]
"""From the truth on a draw to what the mistake makes of it."""
Make = Callable[[Scope], Iterator[Change]]
BATCH = "B"
"""The axis of the examples."""
RATES = ("eta", "η", "rate", "lr")
"""What a learning rate is called."""


def negative(_: Scope) -> Iterator[Change]:
    """−truth."""
    yield lambda truth, values: -truth


def times_batch(scope: Scope) -> Iterator[Change]:
    """B · truth."""
    if BATCH in scope.sizes:
        yield lambda truth, values: truth * values.sizes[BATCH]


def over_batch(scope: Scope) -> Iterator[Change]:
    """Truth / B."""
    if BATCH in scope.sizes:
        yield lambda truth, values: truth / values.sizes[BATCH]


def twice_or_half(_: Scope) -> Iterator[Change]:
    """2 · truth, truth / 2."""
    yield lambda truth, values: 2 * truth
    yield lambda truth, values: truth / 2


def over_last(scope: Scope) -> Iterator[Change]:
    """Truth / C, with C the classes of a softmax."""
    for name, declared in scope.names.items():
        if is_softmax(name, scope) and declared.axes:
            yield partial(_over, declared.axes[-1])
            return


def _over(axis: str, truth: Array, values: Values) -> Array:
    return truth / values.sizes[axis]


def transposed(_: Scope) -> Iterator[Change]:
    """truthᵀ."""
    yield lambda truth, values: truth.T if truth.ndim == 2 else np.full((), np.nan)


def first_example(scope: Scope) -> Iterator[Change]:
    """Row 0 of what has a row for each example."""
    if BATCH in scope.sizes:
        yield lambda truth, values: truth[0] if truth.ndim and len(truth) == values.sizes[BATCH] else truth


def stepped(scope: Scope) -> Iterator[Change]:
    """η · truth, and the weight after the step."""
    for rate in RATES:
        if rate in scope.names:
            yield partial(_step, rate)
            yield from (partial(_after_step, rate, name) for name in scope.names)


def _step(rate: str, truth: Array, values: Values) -> Array:
    step: Array = values[rate] * truth
    return step


def _after_step(rate: str, name: str, truth: Array, values: Values) -> Array:
    weight = values[name]
    return weight - values[rate] * truth if weight.shape == truth.shape else np.full((), np.nan)


# --- the Jacobian of softmax --------------------------------------------------------------------------------


def _jacobians(scope: Scope, wrong: Callable[[Array], Array]) -> Iterator[Change]:
    """Yield changes that hold only where the truth is the softmax's Jacobian ∂p_i/∂z_j."""
    for name, declared in scope.names.items():
        if is_softmax(name, scope) and len(declared.axes) == 1:
            yield partial(_if_jacobian, name, wrong)


def _if_jacobian(name: str, wrong: Callable[[Array], Array], truth: Array, values: Values) -> Array:
    p = values[name]
    jacobian = np.diag(p) - np.outer(p, p)
    if truth.shape == jacobian.shape and np.allclose(truth, jacobian, rtol=0, atol=1e-9):
        return wrong(p)
    return np.full((), np.nan)


def jacobian_diagonal(scope: Scope) -> Iterator[Change]:
    """diag(p(1 − p)), and p_i(1 − p_i) for every j."""
    yield from _jacobians(scope, lambda p: np.diag(p * (1 - p)))
    yield from _jacobians(scope, lambda p: p * (1 - p))


def jacobian_without_delta(scope: Scope) -> Iterator[Change]:
    """−p pᵀ."""
    yield from _jacobians(scope, lambda p: -np.outer(p, p))


def jacobian_plus(scope: Scope) -> Iterator[Change]:
    """diag(p) + p pᵀ."""
    yield from _jacobians(scope, lambda p: np.diag(p) + np.outer(p, p))


def jacobian_summed(scope: Scope) -> Iterator[Change]:
    """The rows, or the columns, of a matrix of the scene summed, where its product with a vector is the truth."""
    for name, declared in scope.names.items():
        if len(declared.axes) == 2 and name.startswith("J"):
            yield partial(_axis_summed, name, 0)
            yield partial(_axis_summed, name, 1)


def _axis_summed(name: str, axis: int, _: Array, values: Values) -> Array:
    summed: Array = values[name].sum(axis=axis)
    return summed


def slope_again(scope: Scope) -> Rule:
    """Return the rule that multiplies a − y by the slope of a: kept with cross-entropy, where it had cancelled."""

    def rule(expr: Expr) -> Made:
        if isinstance(expr, Add) and len(expr.terms) == 2 and isinstance(expr.terms[1], Neg):
            for f in SLOPES:
                z = made_by(expr.terms[0], f, scope)
                if z is not None:
                    yield times(expr, Call(f"{f}'", (z,))), ""

    return rule


# --- the bias -----------------------------------------------------------------------------------------------


def bias_changed(change: Callable[[Expr], Expr]) -> Rule:
    """Return the rule that changes a sum over the first axis."""

    def rule(expr: Expr) -> Made:
        if isinstance(expr, Call) and expr.function == "sum" and expr.option("axis") == 0:
            yield change(expr.args[0]), ""

    return rule


def zeros(_: Scope) -> Iterator[Change]:
    """0 everywhere."""
    yield lambda truth, values: np.zeros_like(truth)


def times_input(target: Target) -> Iterator[Guess]:
    """Truth ⊙ a, where an array of the scene has the same axes; only where a bias is asked for."""
    names = [tree.id for tree in target.trees if isinstance(tree, Name)]
    if not any(name.startswith("db") for name in names):
        return
    for name, declared in target.scope.names.items():
        if declared.axes == target.comparison.layout.all_axes and name[0] in "axX":
            yield partial(_times, target, name), name


def _times(target: Target, name: str, values: Values) -> Array:
    return target.truth(values) * values[name]


# --- other arrays -------------------------------------------------------------------------------------------


def other_names(target: Target) -> Iterator[Guess]:
    """Yield every other array of the scene."""
    for name, declared in target.scope.names.items():
        if declared.role in {Role.GIVEN, Role.DEFINED}:
            yield partial(_array, name), name


def _array(name: str, values: Values) -> Array:
    return np.asarray(values[name], dtype=float)


def ratio(truth: Array, got: Array) -> float | None:
    """Return c where got = c · truth in every entry that is not 0; None when there is no such c."""
    counts = np.abs(truth) > 1e-9
    if truth.shape != got.shape or not counts.any() or np.abs(got[~counts]).max(initial=0.0) > 1e-9:
        return None
    factors = got[counts] / truth[counts]
    first = float(factors.flat[0])
    return first if np.allclose(factors, first, rtol=1e-7, atol=1e-9) else None


def offset(truth: Array, got: Array) -> float | None:
    """Return c where got = truth + c in every entry; None when there is no such c."""
    if truth.shape != got.shape:
        return None
    steps = got - truth
    first = float(steps.flat[0])
    return first if np.allclose(steps, first, rtol=1e-7, atol=1e-9) else None
