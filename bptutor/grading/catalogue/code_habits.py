"""What one brings from calculators and programs: other logarithms, degrees, broadcasting, the first row for all."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.catalogue.base import NOTHING, Change, Mistake, any_of, on_tree, on_value
from bptutor.grading.catalogue.convolution import kernel_gradient
from bptutor.grading.catalogue.convolution.cross_correlations import on_kernels
from bptutor.grading.catalogue.matrix_products import COLUMN
from bptutor.grading.catalogue.scaling import size
from bptutor.notation.scope import Role
from bptutor.notation.transform.definitions import scalars
from bptutor.notation.transform.products import ONE
from bptutor.notation.transform.rewrite import Made, main_name, mapped, replaced
from bptutor.notation.tree import At, Call, Div, Expr, Mul, Number, Slice, walk
from bptutor.notation.values.evaluate import Values

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer

Array = NDArray[np.float64]


def broadcast(expr: Expr) -> Made:
    """Let one vector stand as a column beside another: (n,) with (n, 1) gives (n, n)."""
    parts = expr.factors if isinstance(expr, Mul) else getattr(expr, "terms", ())
    if len(parts) < 2:
        return
    for n, part in enumerate(parts):
        if not isinstance(part, Number | At):
            inner = getattr(part, "arg", None)
            column = type(part)(Slice(inner, COLUMN)) if isinstance(inner, Expr) else Slice(part, COLUMN)
            yield type(expr)(replaced(parts, n, column)), main_name(part)  # type: ignore[call-arg]


def first_example(expected: ExpectedAnswer) -> Iterator[Change]:
    """Row 0 of what has a row for each example; the rest computed from row 0 of the batch alone."""
    if expected.parts.batch:
        yield from (partial(_first_row, expected, everywhere) for everywhere in (False, True))
        yield from (partial(_first, expected, shared) for shared in (False, True))


def _first_row(expected: ExpectedAnswer, everywhere: bool, truth: Array, values: Values) -> Array:
    if not truth.ndim or len(truth) != size(values, expected.parts.batch):
        return NOTHING
    return np.broadcast_to(truth[:1], truth.shape) if everywhere else truth[0]


def _first(expected: ExpectedAnswer, shared: bool, truth: Array, values: Values) -> Array:
    batch = expected.parts.batch
    given = {name: np.asarray(array) for name, array in values.given.items()}
    for name, array in given.items():
        declared = expected.scope.names.get(name)
        if declared and declared.role is Role.GIVEN and batch in declared.axes:
            given[name] = array.take([0], axis=declared.axes.index(batch))
    alone = Values(values.scope, given, {**values.sizes, batch: 1})
    made = expected.comparison.truth(alone)
    return made / size(values, batch) if shared else made


ANGLES = frozenset({"sin", "cos", "tan"})
"""Functions of an angle."""
BASES = (10, 2)
"""Bases that are taken for e."""
DEGREE = Number(Fraction(np.pi / 180))


def other_unit(expr: Expr) -> Made:
    """Take degrees for radians, or radians for degrees."""
    if isinstance(expr, Call) and expr.function in ANGLES and len(expr.args) == 1:
        for factor in (DEGREE, Div(ONE, DEGREE)):
            yield Call(expr.function, (Mul((factor, expr.args[0])),)), main_name(expr)


def other_base(expr: Expr) -> Made:
    """Take the logarithm to base 10 or 2 for the natural one; then every logarithm of a line."""
    for base in BASES:
        one, every = _based(expr, base), mapped(expr, partial(_based, base=base))
        yield from ((done, main_name(expr)) for done in dict.fromkeys((one, every)) if done != expr)


def _based(expr: Expr, base: int) -> Expr:
    """Return a logarithm to another base; anything else as it is."""
    natural = isinstance(expr, Call) and expr.function == "log" and len(expr.args) == 1
    return Div(expr, Call("log", (Number(Fraction(base)),))) if natural else expr


def of_log(expected: ExpectedAnswer) -> Iterator[Change]:
    """What a logarithm to base 10 or 2 leaves in a slope: truth / ln 10; or ln 10 on the wrong side."""
    if _uses(expected, frozenset({"log"})) or any(
        isinstance(part, Div) for tree in expected.trees for part in walk(tree)
    ):
        for base in map(np.log, BASES):
            yield from (partial(_scaled, factor) for factor in (1 / base, base))


def _scaled(factor: float, truth: Array, _: Values) -> Array:
    return truth * factor


def of_degrees(expected: ExpectedAnswer) -> Iterator[Change]:
    """What an angle in degrees leaves in a slope: truth · π/180; or 180/π."""
    if _uses(expected, ANGLES):
        yield from (partial(_scaled, factor) for factor in (float(DEGREE.value), 1 / float(DEGREE.value)))


def _uses(expected: ExpectedAnswer, functions: frozenset[str]) -> bool:
    """Return whether what is asked, or the number it is the gradient of, is made with one of these functions."""
    made = (expected.scope.names[name].definition for name in scalars(expected.scope) if expected.asked)
    trees = (*expected.trees, *(tree for tree in made if tree is not None))
    calls = (part for tree in trees for part in walk(tree) if isinstance(part, Call))
    return any(call.function.rstrip("'") in functions for call in calls)


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "broadcast",
        "a vector stood as a column beside another",
        "Your answer pairs every entry with every other. Look at the shape of each part.",
        on_tree(broadcast),
        says={
            "numbers": "These numbers pair every entry with every other. Look at the shape of each part.",
            "no pairing": "",
        },
    ),
    Mistake(
        "first-example",
        "only the first sample of the batch",
        "Only the first example moves your answer. Look at the other rows of the batch.",
        any_of(on_value(first_example), on_kernels(kernel_gradient.first_example)),
    ),
    Mistake(
        "log-base",
        "logarithm to base 10, or to base 2",
        "Your logarithm has another base. Look at the log of e.",
        any_of(on_tree(other_base), on_value(of_log)),
        says={"numbers": "These numbers come from a logarithm with another base. Look at the log of e."},
    ),
    Mistake(
        "radians",
        "degrees for radians",
        "Your angle is taken in another unit. Look at the unit of the angle.",
        any_of(on_tree(other_unit), on_value(of_degrees)),
    ),
)
