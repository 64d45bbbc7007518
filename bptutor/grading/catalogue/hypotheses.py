"""What a mistake would have made of a draw: guesses that an answer is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.feedback.message_context import UNKNOWN, USUAL
from bptutor.notation.equality.compare import Comparison
from bptutor.notation.scope import Scope
from bptutor.notation.transform.definitions import Lines, scalars
from bptutor.notation.transform.rewrite import Rule, everywhere, repeated, takes_diagonals
from bptutor.notation.transform.roles import Parts
from bptutor.notation.tree import Derivative, Expr, Letter, Name, Number, children
from bptutor.notation.values.evaluate import Values, Walk
from bptutor.notation.values.forward_autodiff import plain
from bptutor.notation.values.labelled_array import Labelled

Array = NDArray[np.float64]
MOST = 80
"""Rewrites of one question tried for one mistake."""
Hole = Callable[[Values], Array]
"""What stands in the place of a name that the scene does not have."""
Change = Callable[[Array, Values], Array]
"""From the truth on a draw to what the mistake makes of it."""
Guess = tuple[Callable[[Values], Array], str]
"""What a mistake makes of a draw, and the name that its message mentions."""
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


@dataclass(frozen=True)
class Mistake:
    """One row of the catalogue."""

    id: str
    title: str
    say: str
    """In general; `{part}` is the name that the rewrite changed."""
    guesses: Callable[[Target], Iterator[Guess]]
    says: Mapping[str, str] = field(default_factory=dict)
    """Words -> what is said in its place, where all of them hold (`everywhere+square`); the first one counts.

    Words are those of `fitted_words`, of `written` and of the fit. Of the fit: `paired` (only this and another mistake
    together give the answer), `everywhere` (the change on the value alone gives every entry of the answer), `part`
    (it is about one name), `whole` (about no one name), `itself` (about what the slope is asked by).
    """
    vague: bool = False
    """Whether it only says what no other row explains."""
    change: Callable[[Target], Iterator[Change]] | None = None
    """For a mistake on the value alone: it may come on top of another one."""
    within: bool = False
    """Whether the name that its message mentions stands in the answer itself."""

    def text(self, part: str, words: Mapping[str, str], paired: bool = False) -> str:
        """Return what is said when an answer is this mistake, with `{part}` and other words still to be put in.

        Args:
            part: The name that it is about; empty when it is about the whole.
            words: What the scene calls its loss, its output and its bias, and what holds.
            paired: Whether it is one of two that give the answer together.
        """
        holds = {**UNKNOWN, **words, "paired": paired, "part": part, "whole": not part}
        holds["itself"] = part and part == words.get("asked")
        return next((text for key, text in self.says.items() if all(map(holds.get, key.split("+")))), self.say)

    def message(self, part: str, words: Mapping[str, str], paired: bool = False) -> str:
        """Return what is said when an answer is this mistake; the arguments are those of `text`."""
        text = self.text(part, words, paired)
        for name, word in {**USUAL, **words, "part": part or "what is asked"}.items():
            text = text.replace(f"{{{name}}}", word)
        return text[:1].upper() + text[1:]


Forms = Callable[[Target], tuple[Expr, ...]]
"""Which forms of the right answer a rule is tried on."""


def whole(target: Target) -> tuple[Expr, ...]:
    """Return the right answer made of given and forward arrays."""
    return target.trees


def steps(target: Target) -> tuple[Expr, ...]:
    """Return also the forms with the gradients between left in."""
    return target.levels


def every(target: Target) -> tuple[Expr, ...]:
    """Return all forms."""
    return (*target.levels, *target.spelled)


def spelled(target: Target) -> tuple[Expr, ...]:
    """Return also the forms with slopes written out, as a learner multiplies them."""
    return (*target.trees, *target.spelled)


def on_trees(make: Callable[[Target], Rule], forms: Forms = whole) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses of a rule on trees."""

    def guesses(target: Target) -> Iterator[Guess]:
        rule = make(target)
        for changed, part in _rewritten(rule, forms(target)):
            yield _value_of(changed, target), part

    return guesses


def _rewritten(rule: Rule, trees: tuple[Expr, ...]) -> Iterator[tuple[Expr, str]]:
    seen: set[Expr] = set()
    for tree in trees:
        for changed, part in chain(everywhere(tree, rule), repeated(tree, rule)):
            if changed not in seen and len(seen) < MOST and takes_diagonals(changed) <= takes_diagonals(tree):
                seen.add(changed)
                yield changed, part


def _value_of(tree: Expr, target: Target) -> Callable[[Values], Array]:
    return lambda values: target.value(tree, values)


def on_tree(rule: Rule, forms: Forms = whole) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses of a rule that needs no scene."""
    return on_trees(lambda _: rule, forms)


def on_value(make: Callable[[Target], Iterator[Change]]) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses of a rule on the value."""
    return on_named_value(lambda target: ((change, "") for change in make(target)))


def on_named_value(make: Callable[[Target], Iterator[tuple[Change, str]]]) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses of a rule on the value that says which name it is about."""

    def guesses(target: Target) -> Iterator[Guess]:
        for change, part in make(target):
            yield _changed(change, target), part

    return guesses


def _changed(change: Change, target: Target) -> Callable[[Values], Array]:
    return lambda values: change(target.truth(values), values)


def any_of(*kinds: Callable[[Target], Iterator[Guess]]) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses of several kinds, one after the other."""

    def guesses(target: Target) -> Iterator[Guess]:
        for kind in kinds:
            yield from kind(target)

    return guesses


def nothing(_: Target) -> Iterator[Guess]:
    """Return no guess: for rows that are seen in the learner's tree."""
    return iter(())
