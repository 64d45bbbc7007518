"""What a mistake would have made of a draw: guesses that an answer is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bptutor.errors import BptutorError
from bptutor.grading import naming_rules, softmax_rules
from bptutor.grading import value_mistakes as by_value
from bptutor.grading.comparison import Comparison
from bptutor.grading.rewrites import Rule, everywhere
from bptutor.notation.scope import Scope
from bptutor.notation.tree import Expr
from bptutor.notation.value import Values

Array = NDArray[np.float64]
MOST = 60
"""Rewrites of one tree tried for one mistake."""


@dataclass(frozen=True)
class Target:
    """What a wrong answer was meant to equal."""

    comparison: Comparison
    trees: tuple[Expr, ...]
    """The right answer in the forms that mistakes are made in."""
    known: Mapping[str, Expr] = field(default_factory=dict)
    """The formulas of the scene."""
    _truths: dict[int, Array] = field(default_factory=dict, compare=False)

    def truth(self, values: Values) -> Array:
        """Return the right entries on a draw; every guess about the value starts from them."""
        if id(values) not in self._truths:
            self._truths[id(values)] = self.comparison.truth(values)
        return self._truths[id(values)]

    @property
    def scope(self) -> Scope:
        """The names."""
        return self.comparison.scene.scope


Guess = tuple[Callable[[Values], Array], str]
"""What a mistake makes of a draw, and the name that its message mentions."""


@dataclass(frozen=True)
class Mistake:
    """One row of the catalogue."""

    id: str
    title: str
    say: str
    """In general; `{part}` is the name that the rewrite changed."""
    guesses: Callable[[Target], Iterator[Guess]]
    here: str = ""
    """When the scene tells more (a softmax and its target); else `say`."""
    vague: bool = False
    """Whether it only says what no other row explains."""

    def message(self, part: str, scope: Scope) -> str:
        """Return what is said when an answer is this mistake."""
        softmax = next((True for _ in softmax_rules.targets(scope)), False)
        text = self.here if self.here and softmax else self.say
        return text.replace("{part}", scope.shown(part) if part else "the product")


def on_trees(make: Callable[[Scope], Rule]) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses of a rule on trees."""

    def guesses(target: Target) -> Iterator[Guess]:
        rule = make(target.scope)
        seen: set[Expr] = set()
        for tree in target.trees:
            for changed, part in everywhere(tree, rule):
                if changed not in seen and len(seen) < MOST:
                    seen.add(changed)
                    yield _value_of(changed, target), part

    return guesses


def _value_of(tree: Expr, target: Target) -> Callable[[Values], Array]:
    return lambda values: target.comparison.given(tree, values)


def on_tree(rule: Rule) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses of a rule that needs no scene."""
    return on_trees(lambda _: rule)


def on_softmax(mistake: str) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses of one mistake about p − y."""
    return on_trees(lambda scope: softmax_rules.softmax_rule(scope, mistake))


def on_names(pairs: Callable[[Scope], Iterator[tuple[str, str]]]) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses that put one name for another."""
    return on_trees(lambda scope: naming_rules.exchange(scope, pairs(scope)))


def on_value(make: by_value.Make) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses of a rule on the value."""

    def guesses(target: Target) -> Iterator[Guess]:
        for change in make(target.scope):
            yield _changed(change, target), ""

    return guesses


def _changed(change: by_value.Change, target: Target) -> Callable[[Values], Array]:
    return lambda values: change(target.truth(values), values)


def any_of(*kinds: Callable[[Target], Iterator[Guess]]) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses of several kinds, one after the other."""

    def guesses(target: Target) -> Iterator[Guess]:
        for kind in kinds:
            yield from kind(target)

    return guesses


@dataclass(frozen=True)
class Met:
    """A learner's answer on the draws where it is told from the truth."""

    draws: tuple[tuple[Values, Array, Array], ...]
    """Values, truth and answer; all finite."""
    tolerance: float
    """Largest difference that counts as equal, relative where `relative`."""
    relative: bool = True

    def equal(self, left: Array, right: Array) -> bool:
        """Return whether two arrays hold the same entries; axes of length 1 do not count."""
        left, right = np.squeeze(left), np.squeeze(right)
        if left.shape != right.shape or not np.isfinite(left).all():
            return False
        scale = max(1.0, float(np.max(np.abs(right), initial=0.0))) if self.relative else 1.0
        return bool(np.max(np.abs(left - right), initial=0.0) <= self.tolerance * scale)


def is_made(guess: Callable[[Values], Array], met: Met) -> bool:
    """Return whether a guess gives the learner's entries on every draw, and never the right ones."""
    for values, truth, got in met.draws:
        try:
            with np.errstate(all="ignore"):
                made = np.asarray(guess(values), dtype=float)
        except (BptutorError, ValueError, KeyError, IndexError, TypeError, StopIteration):
            return False  # this mistake cannot be made here: the rewritten tree does not fit
        if not met.equal(made, got) or met.equal(made, truth):
            return False
    return bool(met.draws)
