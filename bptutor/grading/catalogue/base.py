"""One row of the catalogue, and from which rules a row has its hypotheses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bptutor.notation.transform.rewrite import Made, Rule, everywhere, repeated, substituted, takes_diagonals
from bptutor.notation.tree import Expr, Name, walk
from bptutor.notation.values.evaluate import Values

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import Target


USUAL: Mapping[str, str] = MappingProxyType(
    {
        "averaged": "what precedes Σ_s in L",
        "an entry of b": "an entry of the bias",
        "loss": "the loss",
        "y": "the target",
        "p": "the output",
        "denominator": "what all probabilities add up to",
        "cases": "an entry off the diagonal, then at one on it",
    }
)
"""What stands for a word that nobody gave."""


UNKNOWN: Mapping[str, str] = MappingProxyType({"no batch": "yes", "plain": "yes"})
"""What is taken to hold where nothing is known of a scene."""


Array = NDArray[np.float64]


NOTHING: Array = np.full((), np.nan)
"""What equals no answer."""
MOST = 80
"""Rewrites of one question tried for one mistake."""


Hole = Callable[[Values], Array]
"""What stands in the place of a name that the scene does not have."""


Change = Callable[[Array, Values], Array]
"""From the truth on a draw to what the mistake makes of it."""


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


Forms = Callable[["Target"], tuple[Expr, ...]]
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


Pairs = Callable[["Target"], Iterator[tuple[Expr, Expr]]]


def exchange(pairs: Pairs, alone: bool = True) -> Callable[[Target], Rule]:
    """Return the rule that puts one array in the place of another, once or everywhere.

    Args:
        pairs: Which for which.
        alone: Whether also an array that is all that is asked.
    """

    def make(target: Target) -> Rule:
        known: dict[Expr, list[Expr]] = {}
        for old, new in dict.fromkeys(pairs(target)):
            known.setdefault(old, []).append(new)
        roots = {id(tree) for tree in (*target.levels, *target.spelled)}

        def rule(expr: Expr) -> Made:
            for new in known.get(expr, ()) if alone or id(expr) not in roots else ():
                yield new, _shown(expr)
            if id(expr) in roots:
                inside = [part for part in walk(expr) if part in known]
                for old in dict.fromkeys(part for part in inside if inside.count(part) > 1):
                    for new in known[old]:
                        yield substituted(expr, old, new), _shown(old)

        return rule

    return make


def _shown(expr: Expr) -> str:
    return next((part.id for part in walk(expr) if isinstance(part, Name)), "")
