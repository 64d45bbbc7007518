"""The right answer of a question in every form that mistakes are made in, kept for the next wrong answer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.answer.answer_samples import TROUBLE, Draw
from bptutor.grading.answer.comparison import Comparison, close
from bptutor.grading.answer.definitions import Lines, levels, lines, scalars, slope_of, slopes_named, unfolded
from bptutor.grading.catalogue import softmax
from bptutor.grading.catalogue.activations import spelled, works_on_entries
from bptutor.grading.catalogue.base import Hole
from bptutor.notation.scope import NetworkRole, Scope
from bptutor.notation.transform.backward_equations import gradient
from bptutor.notation.transform.products import times
from bptutor.notation.transform.roles import Parts, parts, updates
from bptutor.notation.transform.to_matrix_notation import as_array, spelled_out
from bptutor.notation.tree import At, Derivative, Expr, Letter, Mul, Name, Number, children, rebuild, walk
from bptutor.notation.values.evaluate import Values, Walk
from bptutor.notation.values.forward_autodiff import plain
from bptutor.notation.values.labelled_array import Labelled

Array = NDArray[np.float64]


_NOTHING = Number(Fraction(0))
"""A root that no letter is looked up in."""


class Once(Walk):
    """A walk over trees without letters that computes each part once: rewrites share all but one path."""

    def __init__(
        self, values: Values, columns: bool, holes: Mapping[str, Hole], lines: Mapping[Expr, Expr] | None = None
    ) -> None:
        """Start with nothing computed.

        Args:
            values: The draw.
            columns: Whether vectors are columns.
            holes: Names that the scene does not have, and how they are filled.
            lines: Gradients with the lines that make them, which cost less than their ∂.
        """
        for name, fill in holes.items():
            values = values.supposing(name, np.asarray(fill(values), dtype=float))
        super().__init__(_NOTHING, values, columns, {})
        self.drawn = values
        self.lines = lines or {}
        self.kept: dict[object, tuple[Expr, Labelled]] = {}

    def __call__(self, expr: Expr) -> Labelled:
        """Return the value of a part, computed at its first meeting."""
        if self.values is not self.drawn or self.parameters:  # names stand for other values, or for arguments
            return super().__call__(expr)
        named = isinstance(expr, Name | Derivative)
        key: object = expr if named else id(expr)
        found = self.kept.get(key)
        if found is None:
            line = self.lines.get(expr) if named else None
            found = (expr, super().__call__(expr) if line is None else self(line))
            self.kept[key] = found
        return found[1]


@dataclass
class Target:
    """What a wrong answer was meant to equal, in the forms that mistakes are made in."""

    comparison: Comparison
    trees: tuple[Expr, ...]
    """The right answer: as written, on whole arrays, and made of given and forward arrays alone."""
    levels: tuple[Expr, ...]
    """The same with the gradients between left in, step by step."""
    spelled: tuple[Expr, ...]
    """The first forms with slopes written out: a(1 − a) for σ'(z)."""
    lines: Lines
    parts: Parts
    asked: frozenset[Expr] = frozenset()
    """The gradients and names of the scene that the right answer equals."""
    rates: dict[str, Expr] = field(default_factory=dict)
    """Learning rates by their name: names of the scene, and numbers that a program is called with."""
    holes: dict[str, Hole] = field(default_factory=dict)
    guesses: object = None
    """What mistakes make of it; see `fitting`."""
    _truths: dict[int, tuple[Values, Array]] = field(default_factory=dict)
    _walks: dict[int, Once] = field(default_factory=dict)
    _letters: dict[int, tuple[Expr, bool]] = field(default_factory=dict)

    def truth(self, values: Values) -> Array:
        """Return the right entries on a draw; every guess about the value starts from them."""
        if id(values) not in self._truths:
            self._truths[id(values)] = (values, self.comparison.truth(values))
        return self._truths[id(values)][1]

    def hold(self, values: Values, truth: Array) -> None:
        """Keep what is known to be right on a draw."""
        self._truths[id(values)] = (values, truth)

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
        """Return the entries of a tree: over the letters of the question, or over its axes."""
        if self._lettered(tree):
            return self.comparison.given(tree, values)
        with np.errstate(all="ignore"):
            found = np.asarray(plain(self._walk(values)(tree).data), dtype=float)
        if found.ndim == 0 and self.comparison.layout.letters:  # one number for every entry
            return np.broadcast_to(found, self.truth(values).shape)
        return found

    def _lettered(self, tree: Expr) -> bool:
        """Return whether a tree holds letters; rewrites share all but one path, so most of it is known."""
        known = self._letters.get(id(tree))
        if known is None:
            found = isinstance(tree, Letter) or any(self._lettered(part) for part in children(tree))
            known = self._letters[id(tree)] = (tree, found)
        return known[1]

    def _walk(self, values: Values) -> Once:
        if id(values) not in self._walks:
            self.truth(values)  # keeps the draw alive, so that its id stays its own
            self._walks[id(values)] = Once(values, self.comparison.columns, self.holes, self.lines.exact)
        return self._walks[id(values)]


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
    rates = [*found.parts.named(NetworkRole.RATE), *(rate for _, rate in updates(comparison.expected, scene.scope))]
    found.rates.update((name, Name(name)) for name in rates)
    for draw in draws:
        found.hold(draw.values, draw.truth)
    return found


def made(comparison: Comparison, draws: tuple[Draw, ...] = ()) -> Target:
    """Return what mistakes are made from, made anew."""
    scope = comparison.scene.scope
    found = bare(comparison, draws)
    found.holes |= softmax.placeholders_of_maxima(found.parts) | softmax.placeholders_of_probabilities(found.parts)
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
