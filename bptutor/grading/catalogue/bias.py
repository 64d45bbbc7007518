"""Mistakes about the gradient of a bias: a sum over the wrong axis, or something multiplied in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.catalogue.base import Hypotheses, Hypothesis, Mistake, any_of
from bptutor.notation.transform.backward_equations import gradient
from bptutor.notation.tree import Call, Expr, MatMul, Mul, Name, Outer, Transpose

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer

Array = NDArray[np.float64]
Wrong = Callable[["ExpectedAnswer", Expr, object], Iterator[Expr]]
"""From what a bias gradient sums, and over which axis, to what the mistake makes of it."""


def _sums(expected: ExpectedAnswer) -> Iterator[tuple[Expr, object]]:
    """Yield what the right answer sums and its axis, where a bias is asked for, or nothing but such a sum."""
    for tree in expected.trees:
        if isinstance(tree, Call) and tree.function == "sum" and not tree.option("keepdims"):
            yield tree.args[0], tree.option("axis")
        elif asks_bias(expected):
            yield tree, "none"


def asks_bias(expected: ExpectedAnswer) -> bool:
    """Return whether the right answer is the gradient of a bias."""
    wanted = {gradient(expected.scope, of, b) for of in expected.losses for b in expected.parts.biases}
    return bool(wanted & expected.asked)


def on_bias(wrong: Wrong) -> Hypotheses:
    """Return the hypotheses of a mistake about a bias."""

    def hypotheses(expected: ExpectedAnswer) -> Iterator[Hypothesis]:
        every = dict.fromkeys(made for inner, axis in _sums(expected) for made in wrong(expected, inner, axis))
        yield from ((partial(expected.value, made), "") for made in every)

    return hypotheses


def other_axis(_: ExpectedAnswer, inner: Expr, axis: object) -> Iterator[Expr]:
    """Sum over another axis than the one of the examples."""
    if axis != "none":
        for other in (0, 1, 2, 3):
            if axis is None or (isinstance(axis, int) and other != axis):
                yield Call("sum", (inner,), (("axis", other),))


def not_summed(_: ExpectedAnswer, inner: Expr, axis: object) -> Iterator[Expr]:
    """Sum nothing."""
    if axis != "none":
        yield inner


def all_summed(_: ExpectedAnswer, inner: Expr, axis: object) -> Iterator[Expr]:
    """Sum everything."""
    if axis is not None:
        yield Call("sum", (inner,))


def mean(_: ExpectedAnswer, inner: Expr, axis: object) -> Iterator[Expr]:
    """Take a mean where a sum belongs."""
    options = () if axis in {None, "none"} else (("axis", axis),)
    yield Call("mean", (inner,), options)


def times_input(expected: ExpectedAnswer, inner: Expr, axis: object) -> Iterator[Expr]:
    """Multiply by the input of the layer, as for a weight."""
    for below in expected.parts.below() if asks_bias(expected) else _beside(expected):
        if axis == "none":
            yield Mul((inner, Name(below)))
            yield Outer(inner, Name(below))
        else:
            product = MatMul(Transpose(inner), Name(below))
            yield from (Call("sum", (Mul((inner, Name(below))),), (("axis", axis),)), product)
            yield from (Call("sum", (product,), (("axis", 1),)), Call("sum", (MatMul(Transpose(Name(below)), inner),)))


def times_factor(expected: ExpectedAnswer) -> Iterator[Hypothesis]:
    """Multiply by a factor of a product of which nothing tells the weight from the input."""
    for inner, axis in _sums(expected) if asks_bias(expected) else ():
        untold = (name for one, other, _ in expected.parts.untold for name in (one, other))
        for factor in dict.fromkeys(untold) if axis == "none" else ():
            yield partial(expected.value, Mul((inner, Name(factor)))), factor
            yield partial(expected.value, Outer(inner, Name(factor))), factor


def _beside(expected: ExpectedAnswer) -> list[str]:
    """Return the matrices with a row for each example, where no layer tells what is an input."""
    batch = expected.parts.batch
    return [name for name, made in expected.scope.names.items() if len(made.axes) == 2 and batch == made.axes[0]]


def zeros(expected: ExpectedAnswer) -> Iterator[Hypothesis]:
    """0 everywhere, where a bias is asked for."""
    if asks_bias(expected) or any(isinstance(tree, Call) and tree.function == "sum" for tree in expected.trees):
        yield lambda values: np.zeros_like(expected.truth(values)), ""


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "bias-axis",
        "the sum over the wrong axis",
        "Your sum keeps the examples apart and adds up the units. Look at how many examples share {an entry of b}.",
        on_bias(other_axis),
        says={
            "shape+no batch": "Your shape is what the other axis leaves. Look at the index under Σ.",
            "shape": "Your shape keeps the examples apart. Look at how many examples share {an entry of b}.",
            "numbers+no batch": "These numbers are added up along the other axis. Look at the index under Σ.",
            "numbers": "These numbers add up the units and keep the examples apart. "
            "Look at how many examples share {an entry of b}.",
            "no batch": "Your sum runs over the other axis. Look at the letter under Σ.",
        },
    ),
    Mistake(
        "bias-not-summed",
        "the examples not summed",
        "Your answer keeps one row per example. Look at how many examples share {an entry of b}.",
        on_bias(not_summed),
        says={
            "numbers+no batch": "These numbers are not added up yet. Look at which indices the goal keeps.",
            "no batch": "Your answer sums nothing. Look at which letters the goal keeps.",
        },
    ),
    Mistake(
        "bias-all-summed",
        "everything summed",
        "Your answer is one number for all units. Look at how many numbers {b} holds.",
        on_bias(all_summed),
        says={
            "numbers+no batch": "These numbers are added up along every axis. Look at which indices the goal keeps.",
            "no batch": "Your sum runs over every axis. Look at which letters the goal keeps.",
        },
    ),
    Mistake(
        "bias-mean",
        "the mean over the batch once more",
        "Your answer stays when the batch is copied, and a sum grows. Look at where the mean was taken already.",
        on_bias(mean),
        says={
            "numbers": "These numbers are a mean where all are added up. Look at where the mean was taken already.",
            "no batch": "Your answer is a mean where a sum is asked. Look at what it is divided by.",
        },
    ),
    Mistake(
        "bias-times-input",
        "multiplied by an input",
        "Your answer changes with the layer's input. Look at what {b} meets going forward.",
        any_of(on_bias(times_input), times_factor),
        says={
            "untold": "Your answer is multiplied by a factor of the sum. Look at what {b} meets going forward.",
            "numbers": "These numbers change with the layer's input. Look at what {b} meets going forward.",
        },
    ),
    Mistake(
        "bias-zero",
        "zeros",
        "Your answer says that {b} moves nothing. Look at what a small nudge of {b} does.",
        zeros,
        says={
            "no batch": "Your answer is zero everywhere. Look at what one small nudge does to {loss}.",
        },
    ),
)
