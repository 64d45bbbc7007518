"""Mistakes about what slides along a row or a picture: the gradient of a kernel, strides, and pooling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import permutations, product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.comparison import close
from bptutor.grading.formulas import unfolded
from bptutor.grading.met import TROUBLE
from bptutor.grading.rewrites import Made, Rule, main_name
from bptutor.grading.window_rules import arrays, correlate
from bptutor.notation.tree import At, Call, Derivative, Expr, Letter, Mul, Number, rebuild
from bptutor.notation.value import Values

if TYPE_CHECKING:
    from bptutor.grading.guesses import Guess, Target

Array = NDArray[np.float64]
MOST_AXES = 2
"""Most axes along which something slides."""


# --- the gradient of a kernel: what was met, along with what came back ---------------------------------------------


def _slid(x: Array, g: Array, turn: tuple[int, ...], after: bool) -> Array:
    """Slide g along x, with some of its axes turned, or the result; over channels and filters where there are such."""
    if g.ndim > len(turn):
        return np.array([[_slid(x[c], g[o], turn, after) for c in range(len(x))] for o in range(len(g))])
    axes = tuple(n for n, turned in enumerate(turn) if turned)
    if after:
        return np.flip(correlate(x, g), axes)
    return correlate(x, np.flip(g, axes))


def _sides(target: Target) -> Iterator[tuple[Expr, Expr, int]]:
    """Yield x, g and along how many axes g slides on x, where the right answer is that."""
    values = next(iter(target.comparison.draws()))
    truth = target.truth(values)
    for (x, one), (g, other) in permutations(list(arrays(target)), 2):
        plain = len(one) == len(other) == truth.ndim <= MOST_AXES
        channels = len(one) == len(other) == (truth.ndim + 2) // 2 and truth.ndim > MOST_AXES
        rank = truth.ndim if plain else len(one) - 1
        if truth.ndim and (plain or channels) and _gives(x, g, rank, target, values, truth):
            yield x, g, rank


def _gives(x: Expr, g: Expr, rank: int, target: Target, values: Values, truth: Array) -> bool:
    try:
        one, other = target.value(x, values), target.value(g, values)
        if any(a < b for a, b in zip(one.shape[-rank:], other.shape[-rank:], strict=True)) or other.size < 2:
            return False
        made = _slid(one, other, (0,) * rank, after=False)
    except TROUBLE:
        return False
    return made.shape == truth.shape and bool(close(truth, made))


def needless_flip(target: Target) -> Iterator[Guess]:
    """Turn what comes back, or the result, as one turns the kernel for the input."""
    for x, g, rank in _sides(target):
        for turn in product((1, 0), repeat=rank):
            for after in (False, True) if any(turn) else ():
                yield partial(_turned, target, x, g, turn, after), main_name(g)


def _turned(target: Target, x: Expr, g: Expr, turn: tuple[int, ...], after: bool, values: Values) -> Array:
    return _slid(target.value(x, values), target.value(g, values), turn, after)


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

    def exchanged(expr: Expr) -> Expr:
        done = rebuild(expr, exchanged)
        pools = isinstance(done, Call) and done.function == old and len(done.args) == 1
        return Call(new, done.args, done.options) if pools and isinstance(done, Call) else done

    def make(target: Target) -> Rule:
        def rule(expr: Expr) -> Made:
            inner = expr.of if isinstance(expr, Derivative) else expr
            if not isinstance(expr, Derivative | Call) or (isinstance(expr, Call) and expr.function != old):
                return
            made = unfolded(inner, target.lines.forward) if isinstance(expr, Derivative) else expr
            done = exchanged(made)
            if done != made:
                by = expr.by if isinstance(expr, Derivative) else None
                yield (Derivative(done, by) if by is not None else done), main_name(by or made)

        return rule

    return make
