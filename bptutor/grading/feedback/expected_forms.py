"""From a question to what mistakes are made on: the right answer in every form, kept for the next answer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import numpy as np

from bptutor.grading.answer.answer_samples import TROUBLE, Draw
from bptutor.grading.catalogue.activations import spelled
from bptutor.grading.catalogue.gradient_step import RATES
from bptutor.grading.catalogue.hypotheses import Target
from bptutor.grading.catalogue.softmax import normalisation, output_layer
from bptutor.notation.equality.compare import Comparison
from bptutor.notation.equality.tolerances import close
from bptutor.notation.scope import Scope
from bptutor.notation.transform.backward_equations import gradient
from bptutor.notation.transform.definitions import levels, lines, scalars, slope_of, slopes_named, unfolded
from bptutor.notation.transform.elementwise_steps import works_on_entries
from bptutor.notation.transform.products import times
from bptutor.notation.transform.roles import parts
from bptutor.notation.transform.to_matrix_notation import as_array, spelled_out
from bptutor.notation.tree import At, Derivative, Expr, Mul, Name, Number, rebuild, walk

KEPT = 128
"""Questions whose rewrites are kept."""
FORWARD = 3
"""How many definitions of forward arrays are unfolded into each other."""
ALIKE = 2
"""Draws on which a gradient must equal what is asked."""
_kept: OrderedDict[Any, tuple[Any, Target]] = OrderedDict()


def target(comparison: Comparison) -> Target:
    """Return what mistakes of a question are made from; kept for its next wrong answer."""
    key = (id(comparison.scene), comparison.expected, comparison.layout, comparison.columns, comparison.sizes)
    if key not in _kept:
        _kept[key] = (comparison.scene, made(comparison))
        if len(_kept) > KEPT:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    return _kept[key][1]


def bare(comparison: Comparison, draws: tuple[Draw, ...] = ()) -> Target:
    """Return what mistakes on the value alone are made from.

    Args:
        comparison: What is asked.
        draws: Draws whose truth is known already.
    """
    scene = comparison.scene
    found = Target(comparison, (), (), (), lines(scene), parts(scene.scope))
    found.rates.update((name, Name(name)) for name in RATES if name in scene.scope.names)
    for draw in draws:
        found.hold(draw.values, draw.truth)
    return found


def made(comparison: Comparison, draws: tuple[Draw, ...] = ()) -> Target:
    """Return what mistakes are made from, made anew."""
    scope = comparison.scene.scope
    found = bare(comparison, draws)
    found.holes |= output_layer.holes(found.parts) | normalisation.holes(found.parts)
    asked = tuple(_asked(found))
    found.asked = frozenset(asked)
    bases = [_entered(comparison.expected, scope), *asked]
    written = spelled_out(bases[0]) or (bases[0], comparison.layout.letters)
    array = as_array(*written)
    if array is not None:
        bases.insert(1, array)
    ends, between = [comparison.expected], list[Expr]()
    for base in bases:
        steps = list(levels(base, found.lines.gradients))
        ends += [steps[0], steps[-1]]
        between += steps
        ends += _forward(found, base)
        ends += _put_in(found, steps[-1])
    flat = [flattened(tree) for tree in ends]
    named = [slopes_named(tree, scope) for tree in flat]
    found.trees = tuple(dict.fromkeys((*ends, *flat, *named)))
    found.levels = tuple(dict.fromkeys((*found.trees, *between)))
    found.spelled = tuple(dict.fromkeys(spelled(tree, found.parts.activations) for tree in named))
    return found


def _forward(made: Target, base: Expr) -> list[Expr]:
    """Return what a forward array is made of, a few definitions deep."""
    name = base.base if isinstance(base, At) else base
    if name not in made.lines.forward:
        return []
    found = []
    for n, tree in enumerate(levels(base, made.lines.forward)):
        if 0 < n <= FORWARD:
            found.append(tree)
        if n == FORWARD:
            break
    return found


def _put_in(made: Target, tree: Expr) -> list[Expr]:
    """Return a tree with masks, scalings and differences as what they are made of; activations tell the slopes."""
    activations = {Name(one.a) for one in made.parts.activations}
    forward = made.lines.forward.items()
    known = {name: line for name, line in forward if name not in activations and works_on_entries(line)}
    done = unfolded(tree, known, rounds=1)
    return [done] if done != tree else []


def _entered(expr: Expr, scope: Scope) -> Expr:
    """Return a tree with entries of gradients for derivatives by entries: (∂L/∂W)_21 for ∂L/∂W_21."""
    done = expr if isinstance(expr, Derivative) else rebuild(expr, lambda part: _entered(part, scope))
    if isinstance(done, Derivative) and isinstance(done.of, Name) and done.of.id in scalars(scope):
        by = done.by
        if isinstance(by, Name):
            return gradient(scope, done.of.id, by.id)
        if isinstance(by, At) and isinstance(by.base, Name) and any(isinstance(s, Number) for s in by.subscripts):
            return At(gradient(scope, done.of.id, by.base.id), by.subscripts)
    return done


def flattened(expr: Expr) -> Expr:
    """Return a tree with products of products as one product."""
    done = rebuild(expr, flattened)
    nested = isinstance(done, Mul) and any(isinstance(factor, Mul) for factor in done.factors)
    return times(*done.factors) if isinstance(done, Mul) and nested else done


def _asked(made: Target) -> Iterator[Expr]:
    """Yield the gradients of the scene that the right answer equals on the first draws."""
    comparison = made.comparison
    expected = comparison.expected
    if not any(isinstance(part, Name) for part in walk(expected)):
        return
    if expected in made.lines.back:
        yield expected
        return
    axes = comparison.layout.all_axes
    for of in made.lines.back:
        slope = slope_of(of, made.scope)
        if slope is not None and made.scope.names[slope[1]].axes == axes and _equal(made, of):
            yield of


def _equal(made: Target, of: Expr) -> bool:
    alike = 0
    try:
        for values in made.comparison.draws():
            truth, got = made.truth(values), made.value(of, values)
            if truth.shape != got.shape or not np.isfinite(truth).all() or not close(truth, got):
                return False
            alike += bool(truth.any())  # zeros equal the gradient of whatever is dead
            if alike == ALIKE:
                return True
    except TROUBLE:
        return False
    return False
