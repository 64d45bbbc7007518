"""Mistakes about what slides along a row or a picture: the gradient of a kernel, strides, and pooling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.catalogue.convolution.cross_correlations import Slide, Way, one_of, one_place, one_step, turned
from bptutor.grading.catalogue.matrix_products import joined
from bptutor.notation.equality.tolerances import close
from bptutor.notation.scope import Role
from bptutor.notation.transform.definitions import unfolded
from bptutor.notation.transform.rewrite import Made, Rule, main_name
from bptutor.notation.tree import At, Call, Derivative, Expr, Letter, Mul, Name, Number, Slice, rebuild, walk

if TYPE_CHECKING:
    from bptutor.grading.catalogue.hypotheses import Guess, Target

Array = NDArray[np.float64]


# --- the gradient of a kernel: what was met, along with what came back ---------------------------------------------


def needless_flip(slide: Slide) -> Iterator[tuple[Way, str]]:
    """Turn what comes back, or the result, as one turns the kernel for the input."""
    for turn in product((1, 0), repeat=slide.along):
        axes = tuple(axis for axis, turns in zip(slide.axes, turn, strict=True) if turns)
        if axes:
            yield Way(change=turned(axes)), main_name(slide.kernel)
            yield Way(after=partial(_turned, axes)), ""


def _turned(axes: tuple[int, ...], made: Array, _: tuple[int, ...]) -> Array:
    return np.flip(made, axes)


def exchanged(slide: Slide) -> Iterator[tuple[Way, str]]:
    """Take channels for filters in the result."""
    if slide.kind.out == "oc":
        yield Way(after=lambda made, _: made.swapaxes(0, 1)), ""


def next_to(slide: Slide) -> Iterator[tuple[Way, str]]:
    """Begin one place earlier or later, on every axis or on one of several."""
    yield from ((Way(steps=steps), main_name(slide.outer)) for steps in one_step(slide))


def one_output(slide: Slide) -> Iterator[tuple[Way, str]]:
    """Follow one output, the first or the last."""
    yield from ((Way(change=one_place(n)), main_name(slide.kernel)) for n in (0, -1))


def first_example(slide: Slide) -> Iterator[tuple[Way, str]]:
    """Keep the first example of the batch."""
    if "s" in slide.kind.outer:
        yield Way(change=one_of("s", 0)), ""


def of_slopes(guesses: Callable[[Target], Iterator[Guess]]) -> Callable[[Target], Iterator[Guess]]:
    """Return guesses that are made where a slope of the loss is asked; what is met forward has the same sum."""
    return lambda target: guesses(target) if target.loss and not _is_forward(target) else iter(())


def _is_forward(target: Target) -> bool:
    """Return whether what is asked is an array that the scene computes on its way to the loss."""
    values = next(iter(target.comparison.draws()))
    truth = target.truth(values)
    return any(
        close(truth, target.value(Name(name), values))
        for name, made in target.scope.names.items()
        if made.role is Role.DEFINED
        and not isinstance(made.definition, Derivative)
        and tuple(values.sizes.get(axis, 0) for axis in made.axes) == truth.shape
    )


# --- strides -------------------------------------------------------------------------------------------------------


def no_stride(expr: Expr) -> Made:
    """Move a window by one place: `x_{p+m}` for `x_{2p+m}`."""
    if isinstance(expr, At):
        places = tuple(_by_one(place) for place in expr.subscripts)
        if places != expr.subscripts:
            yield At(expr.base, places), main_name(expr)


def _by_one(place: Expr) -> Expr:
    done = rebuild(place, _by_one)
    if isinstance(done, Mul) and isinstance(done.factors[-1], Letter) and isinstance(done.factors[0], Number):
        return done.factors[-1] if len(done.factors) == 2 else done
    return done


# --- pooling -------------------------------------------------------------------------------------------------------


def pooled(old: str, new: str) -> Callable[[Target], Rule]:
    """Return the rule that takes the mean of a window for its largest, or the other way round; in slopes too."""

    def make(target: Target) -> Rule:
        def rule(expr: Expr) -> Made:
            if isinstance(expr, Call) and expr.function == old:
                done = _pooled_by(expr, old, new)
                if done != expr:
                    yield done, main_name(expr)
            yield from _in_slope(expr, target, lambda made: iter([(_pooled_by(made, old, new), "")]))

        return rule

    return make


def _pooled_by(expr: Expr, old: str, new: str) -> Expr:
    done = rebuild(expr, lambda part: _pooled_by(part, old, new))
    pools = isinstance(done, Call) and done.function == old and len(done.args) == 1
    return Call(new, done.args, done.options) if pools and isinstance(done, Call) else done


def _in_slope(expr: Expr, target: Target, change: Rule) -> Made:
    """Yield the slope of what a quantity would be, for each change of how it is made."""
    if isinstance(expr, Derivative):
        made = unfolded(expr.of, target.lines.forward)
        for done, part in change(made):
            if done != made:
                yield Derivative(done, expr.by), part or main_name(expr.by)


def whole_window(target: Target) -> Rule:
    """Return the rule that gives the slope of a window's largest number to all of them: that of their sum."""
    return lambda expr: _in_slope(expr, target, lambda made: iter([(_pooled_by(made, "max", "sum"), "")]))


def above_left_out(target: Target) -> Rule:
    """Return the rule that leaves out what multiplies pooled windows: the slope from above."""

    def change(made: Expr) -> Made:
        if any(isinstance(part, Call) and part.function in POOLS for part in walk(made)):
            for name in dict.fromkeys(part for part in walk(made) if isinstance(part, Name)):
                yield _without(made, name), name.id

    return lambda expr: _in_slope(expr, target, change)


POOLS = frozenset({"max", "mean"})


def _without(expr: Expr, name: Name) -> Expr:
    """Return a tree without the factors that are a name or entries of it."""
    done = rebuild(expr, lambda part: _without(part, name))
    if isinstance(done, Mul):
        rest = [
            factor for factor in done.factors if (factor.base if isinstance(factor, At | Slice) else factor) != name
        ]
        return joined(tuple(rest)) if rest else done
    return done
