"""A row of the catalogue, and the ways from a rule to the hypotheses that an answer is held against.

A mistake is a rewrite of the right tree, or of its value. Its row says what a learner is told: first a fact about what
the answer does, then one place to look at. No row names the repair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bptutor.notation.transform.rewrite import Made, Rule, everywhere, repeated, substituted, takes_diagonals
from bptutor.notation.tree import Expr, Name, walk
from bptutor.notation.values.evaluate import Values

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer

Array = NDArray[np.float64]
NOTHING: Array = np.full((), np.nan)
"""What equals no answer."""
MOST = 80
"""Rewrites of one question tried for one mistake."""
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
Placeholder = Callable[[Values], Array]
"""What stands in the place of a name that the scene does not have."""
Change = Callable[[Array, Values], Array]
"""From the truth on a draw to what the mistake makes of it."""
Hypothesis = tuple[Callable[[Values], Array], str]
"""What a mistake makes of a draw, and the name that its message mentions."""
Hypotheses = Callable[["ExpectedAnswer"], Iterator[Hypothesis]]
"""All that a mistake makes of a question."""
Forms = Callable[["ExpectedAnswer"], tuple[Expr, ...]]
"""Which forms of the right answer a rule is tried on."""
Pairs = Callable[["ExpectedAnswer"], Iterator[tuple[Expr, Expr]]]
"""Which arrays are taken for which."""


class Case(NamedTuple):
    """Wrong answers to one question, by which a mistake is tested where it stands."""

    scene: Mapping[str, object]
    question: Mapping[str, object]
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Mistake:
    """One row of the catalogue."""

    id: str
    title: str
    say: str
    """In general; `{part}` is the name that the rewrite changed."""
    hypotheses: Hypotheses
    says: Mapping[str, str] = field(default_factory=dict)
    """Words -> what is said in its place, where all of them hold (`everywhere+square`); the first one counts.

    Words are those of `message_context`, of `answer_contents` and of the match. Of the match: `paired` (only this and
    another mistake together give the answer), `everywhere` (the change on the value alone gives every entry of the
    answer), `part` (it is about one name), `whole` (about no one name), `itself` (about what the slope is asked by).
    """
    vague: bool = False
    """Whether it only says what no other row explains."""
    change: Callable[[ExpectedAnswer], Iterator[Change]] | None = None
    """For a mistake on the value alone: it may come on top of another one."""
    within: bool = False
    """Whether the name that its message mentions stands in the answer itself."""
    cases: tuple[Case, ...] = ()
    """Wrong answers that it must be named for, five or more to three questions or more, with those of the tests."""

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


# --- the forms of the right answer -------------------------------------------------------------------------------


def whole(expected: ExpectedAnswer) -> tuple[Expr, ...]:
    """Return the right answer made of given and forward arrays."""
    return expected.trees


def steps(expected: ExpectedAnswer) -> tuple[Expr, ...]:
    """Return also the forms with the gradients between left in."""
    return expected.levels


def every(expected: ExpectedAnswer) -> tuple[Expr, ...]:
    """Return all forms."""
    return (*expected.levels, *expected.spelled)


def spelled(expected: ExpectedAnswer) -> tuple[Expr, ...]:
    """Return also the forms with derivatives of activations written out, as a learner multiplies them."""
    return (*expected.trees, *expected.spelled)


# --- from rules to hypotheses ------------------------------------------------------------------------------------


def on_trees(make: Callable[[ExpectedAnswer], Rule], forms: Forms = whole) -> Hypotheses:
    """Return the hypotheses of a rule on trees."""

    def hypotheses(expected: ExpectedAnswer) -> Iterator[Hypothesis]:
        rule, seen = make(expected), set[Expr]()
        for tree in forms(expected):
            for changed, part in chain(everywhere(tree, rule), repeated(tree, rule)):
                if changed not in seen and len(seen) < MOST and takes_diagonals(changed) <= takes_diagonals(tree):
                    seen.add(changed)
                    yield partial(expected.value, changed), part

    return hypotheses


def on_tree(rule: Rule, forms: Forms = whole) -> Hypotheses:
    """Return the hypotheses of a rule that needs no scene."""
    return on_trees(lambda _: rule, forms)


def on_value(make: Callable[[ExpectedAnswer], Iterator[Change]]) -> Hypotheses:
    """Return the hypotheses of a rule on the value."""
    return on_named_value(lambda expected: ((change, "") for change in make(expected)))


def on_named_value(make: Callable[[ExpectedAnswer], Iterator[tuple[Change, str]]]) -> Hypotheses:
    """Return the hypotheses of a rule on the value that says which name it is about."""
    return lambda expected: ((partial(changed, expected, change), part) for change, part in make(expected))


def changed(expected: ExpectedAnswer, change: Change, values: Values) -> Array:
    """Return what a change makes of the truth on a draw."""
    return change(expected.truth(values), values)


def any_of(*kinds: Hypotheses) -> Hypotheses:
    """Return the hypotheses of several kinds, one after the other."""
    return lambda expected: chain.from_iterable(kind(expected) for kind in kinds)


def nothing(_: ExpectedAnswer) -> Iterator[Hypothesis]:
    """Return no hypothesis: for rows that are seen in the learner's tree."""
    return iter(())


def exchange(pairs: Pairs, alone: bool = True) -> Callable[[ExpectedAnswer], Rule]:
    """Return the rule that puts one array in the place of another, once or everywhere.

    Args:
        pairs: Which for which.
        alone: Whether also an array that is all that is asked.
    """

    def make(expected: ExpectedAnswer) -> Rule:
        known: dict[Expr, list[Expr]] = {}
        for old, new in dict.fromkeys(pairs(expected)):
            known.setdefault(old, []).append(new)
        roots = {id(tree) for tree in (*expected.levels, *expected.spelled)}

        def rule(expr: Expr) -> Made:
            for new in known.get(expr, ()) if alone or id(expr) not in roots else ():
                yield new, _first_name(expr)
            if id(expr) in roots:
                inside = [part for part in walk(expr) if part in known]
                for old in dict.fromkeys(part for part in inside if inside.count(part) > 1):
                    for new in known[old]:
                        yield substituted(expr, old, new), _first_name(old)

        return rule

    return make


def _first_name(expr: Expr) -> str:
    return next((part.id for part in walk(expr) if isinstance(part, Name)), "")
