"""What a mistake would have made of a draw: guesses that an answer is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bptutor.errors import BptutorError
from bptutor.grading.comparison import Comparison
from bptutor.grading.formulas import Lines, scalars
from bptutor.grading.layers import Parts
from bptutor.grading.rewrites import Rule, everywhere
from bptutor.notation.dual import plain
from bptutor.notation.labelled import Labelled
from bptutor.notation.scope import Scope
from bptutor.notation.tree import Derivative, Expr, Letter, Name, Number, walk
from bptutor.notation.value import Values, Walk

Array = NDArray[np.float64]
MOST = 80
"""Rewrites of one question tried for one mistake."""
TROUBLE = (BptutorError, ValueError, KeyError, IndexError, TypeError, StopIteration, ArithmeticError)
"""What a rewritten tree that does not fit may raise: this mistake cannot be made here."""
Hole = Callable[[Values], Array]
"""What stands in the place of a name that the scene does not have."""
Change = Callable[[Array, Values], Array]
"""From the truth on a draw to what the mistake makes of it."""
Guess = tuple[Callable[[Values], Array], str]
"""What a mistake makes of a draw, and the name that its message mentions."""
_NOTHING = Number(0)  # type: ignore[arg-type]  # a root that no letter is looked up in


class Once(Walk):
    """A walk over trees without letters that computes each part once: rewrites share all but one path."""

    def __init__(self, values: Values, columns: bool, holes: Mapping[str, Hole]) -> None:
        """Start with nothing computed; holes are names that are filled when they are met."""
        for name, fill in holes.items():
            values = values.supposing(name, np.asarray(fill(values), dtype=float))
        super().__init__(_NOTHING, values, columns, {})
        self.drawn = values
        self.kept: dict[int, tuple[Expr, Labelled]] = {}

    def __call__(self, expr: Expr) -> Labelled:
        """Return the value of a part, computed at its first meeting."""
        if self.values is not self.drawn:  # inside a derivative, names stand for other values
            return super().__call__(expr)
        found = self.kept.get(id(expr))
        if found is None:
            found = (expr, super().__call__(expr))
            self.kept[id(expr)] = found
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

    def words(self) -> dict[str, str]:
        """Return what the scene calls what messages speak of."""
        scope, made = self.scope, self.parts.activations
        softmax = [one.a for one in made if one.function == "softmax"]
        wanted = [name for name in scope.names if Derivative(Name(self.loss), Name(name)) in self.slopes]
        biases = [name for name in wanted if name in self.parts.biases] or sorted(self.parts.biases)
        outputs = softmax or [one.a for one in reversed(made)]
        return {
            "loss": scope.shown(self.loss) if self.loss else "L",
            "p": scope.shown(outputs[0]) if outputs else "the output",
            "b": scope.shown(biases[0]) if biases else "the bias",
            "softmax": "yes" if softmax else "",
        }

    @property
    def loss(self) -> str:
        """The scalar that gradients are of; empty when there is none."""
        return next((name for name in scalars(self.scope) if name in self.scope.names), "")

    @property
    def slopes(self) -> frozenset[Expr]:
        """What is asked as ∂, where it is a gradient of the scene."""
        named = {Name(n): made.definition for n, made in self.scope.names.items()}
        return frozenset(named.get(of) or of for of in self.asked)

    @property
    def scope(self) -> Scope:
        """The names."""
        return self.comparison.scene.scope

    def value(self, tree: Expr, values: Values) -> Array:
        """Return the entries of a tree: over the letters of the question, or over its axes."""
        known = self._letters.get(id(tree))
        if known is None:
            known = self._letters[id(tree)] = (tree, any(isinstance(part, Letter) for part in walk(tree)))
        if known[1]:
            return self.comparison.given(tree, values)
        with np.errstate(all="ignore"):
            found = np.asarray(plain(self._walk(values)(tree).data), dtype=float)
        if found.ndim == 0 and self.comparison.layout.letters:  # one number for every entry
            return np.broadcast_to(found, self.truth(values).shape)
        return found

    def _walk(self, values: Values) -> Once:
        if id(values) not in self._walks:
            self.truth(values)  # keeps the draw alive, so that its id stays its own
            self._walks[id(values)] = Once(values, self.comparison.columns, self.holes)
        return self._walks[id(values)]


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
    change: Callable[[Target], Iterator[Change]] | None = None
    """For a mistake on the value alone: it may come on top of another one."""

    def message(self, part: str, words: Mapping[str, str]) -> str:
        """Return what is said when an answer is this mistake.

        Args:
            part: The name that it is about; empty when it is about the whole.
            words: What the scene calls its loss, its output and its bias.
        """
        text = self.here if self.here and words.get("softmax") else self.say
        for name, word in {**words, "part": part or "the product"}.items():
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
        for changed, part in everywhere(tree, rule):
            if changed not in seen and len(seen) < MOST:
                seen.add(changed)
                yield changed, part


def _value_of(tree: Expr, target: Target) -> Callable[[Values], Array]:
    return lambda values: target.value(tree, values)


def on_tree(rule: Rule, forms: Forms = whole) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses of a rule that needs no scene."""
    return on_trees(lambda _: rule, forms)


def on_value(make: Callable[[Target], Iterator[Change]]) -> Callable[[Target], Iterator[Guess]]:
    """Return the guesses of a rule on the value."""

    def guesses(target: Target) -> Iterator[Guess]:
        for change in make(target):
            yield _changed(change, target), ""

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


@dataclass(frozen=True)
class Draw:
    """A learner's answer on one draw, beside the truth; all finite."""

    values: Values
    truth: Array
    got: Array
    counts: NDArray[np.bool_] | None = None
    """Which entries count; None for all."""


@dataclass(frozen=True)
class Met:
    """A learner's answer on the draws where it is told from the truth."""

    draws: tuple[Draw, ...]
    tolerance: float
    """Largest difference that counts as equal, relative where `relative`."""
    relative: bool = True

    def equal(self, left: Array, right: Array, counts: NDArray[np.bool_] | None = None) -> bool:
        """Return whether two arrays hold the same entries; axes of length 1 do not count."""
        left, right = _squeezed(left), _squeezed(right)
        if left.shape != right.shape:
            return False
        if counts is not None and _squeezed(counts).shape == left.shape:
            left, right = left[_squeezed(counts)], right[_squeezed(counts)]
        apart = np.abs(left - right)
        largest = float(apart.max()) if apart.size else 0.0
        if not largest < np.inf:  # also when a side is nan
            return False
        scale = max(1.0, float(np.abs(right).max())) if self.relative and right.size else 1.0
        return largest <= self.tolerance * scale

    def made(self, guess: Callable[[Values], Array]) -> bool:
        """Return whether a guess gives the learner's entries on every draw, and never the right ones."""
        for draw in self.draws:
            made = entries(guess, draw.values)
            if made is None or not self.equal(made, draw.got, draw.counts) or self.equal(made, draw.truth, draw.counts):
                return False
        return bool(self.draws)


def _squeezed(array: NDArray[np.generic]) -> Array:
    return array.squeeze() if 1 in array.shape else array  # type: ignore[return-value]  # keeps its type


def entries(guess: Callable[[Values], Array], values: Values) -> Array | None:
    """Return what a guess makes of a draw; None where the mistake cannot be made."""
    try:
        with np.errstate(all="ignore"):
            return np.asarray(guess(values), dtype=float)
    except TROUBLE:
        return None
