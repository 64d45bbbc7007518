"""The right answer of a question in every form that mistakes are made in, kept for the next wrong answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.answer.answer_samples import TROUBLE, Sample
from bptutor.grading.catalogue import softmax
from bptutor.grading.catalogue.activations import spelled, works_on_entries
from bptutor.grading.catalogue.base import Placeholder
from bptutor.notation.equality.compare import Comparison
from bptutor.notation.equality.tolerances import close
from bptutor.notation.scope import NetworkRole, Scope
from bptutor.notation.transform.backward_equations import gradient
from bptutor.notation.transform.definitions import Lines, levels, lines, scalars, slope_of, slopes_named, unfolded
from bptutor.notation.transform.products import times
from bptutor.notation.transform.role_evidence import updates
from bptutor.notation.transform.roles import Parts, parts
from bptutor.notation.transform.to_matrix_notation import as_array, spelled_out
from bptutor.notation.tree import At, Derivative, Expr, Letter, Mul, Name, Number, children, rebuild, walk
from bptutor.notation.values.evaluate import Values, Walk
from bptutor.notation.values.forward_autodiff import plain
from bptutor.notation.values.labelled_array import Labelled

Array = NDArray[np.float64]
FORWARD = 3
"""How many definitions of forward arrays are unfolded into each other."""
ALIKE = 2
"""Draws on which a gradient must equal what is asked."""


class CachedEvaluator(Walk):
    """Evaluates trees without indices, each part once: the rewrites of a tree share all but one path with it."""

    def __init__(
        self, values: Values, columns: bool, placeholders: Mapping[str, Placeholder], lines: Mapping[Expr, Expr]
    ) -> None:
        """Start with nothing computed.

        Args:
            values: The draw.
            columns: Whether vectors are columns.
            placeholders: Names that the scene does not have, and how they are filled.
            lines: Gradients with the lines that make them, which cost less than their ∂.
        """
        for name, fill in placeholders.items():
            values = values.supposing(name, np.asarray(fill(values), dtype=float))
        super().__init__(Number(Fraction(0)), values, columns, {})  # no index is looked up in this root
        self.drawn = values
        self.lines = lines
        self.cache: dict[object, tuple[Expr, Labelled]] = {}

    def __call__(self, expr: Expr) -> Labelled:
        """Return the value of a part, from the cache where it was computed before."""
        if self.values is not self.drawn or self.parameters:  # names stand for other values, or for arguments
            return super().__call__(expr)
        named = isinstance(expr, Name | Derivative)
        key: object = expr if named else id(expr)
        found = self.cache.get(key)
        if found is None:
            line = self.lines.get(expr) if named else None
            found = self.cache[key] = (expr, super().__call__(expr) if line is None else self(line))
        return found[1]


@dataclass(eq=False)
class ExpectedAnswer:
    """The right answer of a question, in the forms that mistakes are made in."""

    comparison: Comparison
    lines: Lines
    parts: Parts
    trees: tuple[Expr, ...] = ()
    """The right answer: as written, on whole arrays, and made of given and forward arrays alone."""
    levels: tuple[Expr, ...] = ()
    """The same with the gradients between left in, step by step."""
    spelled: tuple[Expr, ...] = ()
    """The first forms with derivatives of activations written out: a(1 − a) for σ'(z)."""
    asked: frozenset[Expr] = frozenset()
    """The gradients and names of the scene that the right answer equals."""
    rates: dict[str, Expr] = field(default_factory=dict)
    """Learning rates by their name: names of the scene, and numbers that a program is called with."""
    placeholders: dict[str, Placeholder] = field(default_factory=dict)
    _truths: dict[Values, Array] = field(default_factory=dict)
    _evaluators: dict[Values, CachedEvaluator] = field(default_factory=dict)
    _indexed: dict[int, tuple[Expr, bool]] = field(default_factory=dict)

    def truth(self, values: Values) -> Array:
        """Return the right entries on a draw; every hypothesis about the value starts from them."""
        if values not in self._truths:
            self._truths[values] = self.comparison.truth(values)
        return self._truths[values]

    @property
    def loss(self) -> str:
        """The scalar that gradients are of: that of the gradient asked first; empty when there is none."""
        asked = {of.of.id for of in self.slopes if isinstance(of, Derivative) and isinstance(of.of, Name)}
        found = [name for name in scalars(self.scope) if name in self.scope.names]
        return next((name for name in found if name in asked), found[0] if found else "")

    @property
    def losses(self) -> tuple[str, ...]:
        """The loss, or nothing: what rules about a loss go through."""
        return tuple(filter(None, (self.loss,)))

    @property
    def slopes(self) -> frozenset[Expr]:
        """What is asked as ∂, where it is a gradient of the scene."""
        named: dict[Expr, Expr | None] = {Name(n): made.definition for n, made in self.scope.names.items()}
        return frozenset(named.get(of) or of for of in self.asked)

    @property
    def scope(self) -> Scope:
        """The names."""
        return self.comparison.scene.scope

    def value(self, tree: Expr, values: Values) -> Array:
        """Return the entries of a tree: over the indices of the question, or over its axes."""
        if self._has_index(tree):
            return self.comparison.given(tree, values)
        with np.errstate(all="ignore"):
            found = np.asarray(plain(self._evaluator(values)(tree).data), dtype=float)
        if found.ndim == 0 and self.comparison.layout.letters:  # one number for every entry
            return np.broadcast_to(found, self.truth(values).shape)
        return found

    def _has_index(self, tree: Expr) -> bool:
        """Return whether a tree holds an index; rewrites share all but one path, so most of it is known."""
        if id(tree) not in self._indexed:
            found = isinstance(tree, Letter) or any(self._has_index(part) for part in children(tree))
            self._indexed[id(tree)] = (tree, found)
        return self._indexed[id(tree)][1]

    def _evaluator(self, values: Values) -> CachedEvaluator:
        if values not in self._evaluators:
            columns, lines_ = self.comparison.columns, self.lines.exact
            self._evaluators[values] = CachedEvaluator(values, columns, self.placeholders, lines_)
        return self._evaluators[values]


@lru_cache(maxsize=128)
def expected_answer(comparison: Comparison) -> ExpectedAnswer:
    """Return what mistakes of a question are made from; kept for its next wrong answer."""
    return in_every_form(comparison)


def by_value_alone(comparison: Comparison, draws: tuple[Sample, ...] = ()) -> ExpectedAnswer:
    """Return what mistakes on the value alone are made from.

    Args:
        comparison: What is asked.
        draws: Draws whose truth is known already.
    """
    scene = comparison.scene
    found = ExpectedAnswer(comparison, lines(scene), parts(scene.scope))
    rates = [*found.parts.named(NetworkRole.RATE), *(rate for _, rate in updates(comparison.expected, scene.scope))]
    found.rates.update((name, Name(name)) for name in rates)
    found._truths.update((draw.values, draw.truth) for draw in draws)
    return found


def in_every_form(comparison: Comparison, draws: tuple[Sample, ...] = ()) -> ExpectedAnswer:
    """Return what mistakes are made from, made anew; the arguments are those of `by_value_alone`."""
    scope = comparison.scene.scope
    found = by_value_alone(comparison, draws)
    found.placeholders = softmax.placeholders(found.parts)
    asked = tuple(_asked(found))
    found.asked = frozenset(asked)
    bases = [_entered(comparison.expected, scope), *asked]
    array = as_array(*(spelled_out(bases[0]) or (bases[0], comparison.layout.letters)))
    if array is not None:
        bases.insert(1, array)
    ends, between = [comparison.expected], list[Expr]()
    for base in bases:
        steps = list(levels(base, found.lines.gradients))
        ends += [steps[0], steps[-1], *_forward(found, base), *_put_in(found, steps[-1])]
        between += steps
    flat = [_flattened(tree) for tree in ends]
    named = [slopes_named(tree, scope) for tree in flat]
    found.trees = tuple(dict.fromkeys((*ends, *flat, *named)))
    found.levels = tuple(dict.fromkeys((*found.trees, *between)))
    found.spelled = tuple(dict.fromkeys(spelled(tree, found.parts.activations) for tree in named))
    return found


def _forward(made: ExpectedAnswer, base: Expr) -> list[Expr]:
    """Return what a forward array is made of, a few definitions deep."""
    name = base.base if isinstance(base, At) else base
    return list(levels(base, made.lines.forward))[1 : FORWARD + 1] if name in made.lines.forward else []


def _put_in(made: ExpectedAnswer, tree: Expr) -> list[Expr]:
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


def _flattened(expr: Expr) -> Expr:
    """Return a tree with products of products as one product."""
    done = rebuild(expr, _flattened)
    nested = isinstance(done, Mul) and any(isinstance(factor, Mul) for factor in done.factors)
    return times(*done.factors) if isinstance(done, Mul) and nested else done


def _asked(made: ExpectedAnswer) -> Iterator[Expr]:
    """Yield the gradients of the scene that the right answer equals on the first draws."""
    comparison, tree = made.comparison, made.comparison.expected
    if not any(isinstance(part, Name) for part in walk(tree)):
        return
    if tree in made.lines.back:
        yield tree
        return
    for of in made.lines.back:
        slope = slope_of(of, made.scope)
        if slope is not None and made.scope.names[slope[1]].axes == comparison.layout.all_axes and _equal(made, of):
            yield of


def _equal(made: ExpectedAnswer, of: Expr) -> bool:
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
