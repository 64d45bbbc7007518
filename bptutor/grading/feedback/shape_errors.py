"""Answers of another shape: whose parts do not fit together, or that do not fit what is asked.

To name the mistake all the same, a scene is taken with two axes for one, or all of them: there the product has a
value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, islice
from typing import Any

import numpy as np

from bptutor.grading.answer import parse_answer, parse_numbers
from bptutor.grading.answer.answer_samples import TROUBLE, Sample
from bptutor.grading.answer.submission import Case
from bptutor.grading.catalogue.order import LAST, place
from bptutor.grading.catalogue.table import BY_ID
from bptutor.grading.feedback.answer_contents import of_tree
from bptutor.grading.feedback.diagnose import finite_draws, letters_summed, named
from bptutor.grading.verdict import SAID, Finding, Mark, ProofMark, Verdict
from bptutor.notation.caching import cached_by_identity
from bptutor.notation.equality.compare import Comparison, value
from bptutor.notation.scope import Scope
from bptutor.notation.shapes.axes import ShapeMisfit
from bptutor.notation.shapes.layout import Layout, layout
from bptutor.notation.transform.rewrite import mapped
from bptutor.notation.tree import Expr, Sum
from bptutor.notation.values.evaluate import Values
from bptutor.packs.question_types import of

_AXES = re.compile(r"\[((?:[A-Za-z]\w*|1)(?:, (?:[A-Za-z]\w*|1))*)\]")
"""Axes as messages name them: `[K, D]`."""
_SUMMED = re.compile(r"sum (\w+) with (\w+)")


def misplaced(case: Case, comparison: Comparison, given: Expr, got: Layout) -> Verdict | None:
    """Return the verdict of an answer over other letters or axes; None when it can be compared."""
    asked = comparison.layout
    extra = [letter for letter in got.letters if letter not in asked.letters]
    if extra and not got.axes and not asked.axes:
        letters = asked.shown if asked.letters else "no letter"
        message = f"Your answer depends on a free {extra[0]}; the goal has {letters}. "
        finding = Finding("free-index", message + f"Look at each {extra[0]}.")
        others = [*_renamed(comparison, given, got), *_clashing(comparison, given, extra)]
        others = others or _merged_findings(case)[:SAID]
        return Verdict(
            Mark.WRONG, ProofMark.REFUTED, tuple(sorted((*others, finding), key=lambda finding: place(finding.rule)))
        )
    clash = [
        (letter, axis, got.known[letter])
        for letter, axis in zip(asked.letters, asked.letter_axes, strict=True)
        if letter in got.letters
    ]
    off = next(((x, a, b) for x, a, b in clash if a and b and a != b), None)
    if off:
        sizes = _sizes(case)
        mine, theirs = sizes.get(off[2]), sizes.get(off[1])
        fact = f"runs over {off[2]}, in the goal over {off[1]}"
        if mine and theirs and mine != theirs:
            fact = f"has {mine} values, in the goal {theirs}"
        shape = _shape(case, f"In your answer {off[0]} {fact}. Look at what {off[0]} stands at.")
        own = layout(given, comparison.scene.scope, comparison.columns)  # whatever the goal's indices stand over
        others = _renamed(comparison, given, own) or _merged_findings(case)[:SAID]
        return Verdict(Mark.WRONG, ProofMark.REFUTED, (*others, shape))
    if not extra and _comparable(asked, got):
        return None
    return _other_shape(case, comparison, given, got)


def _shape(case: Case, message: str) -> Finding:
    """Return the finding about axes, in the sizes on the screen; where two are alike, `[N2=3, N1=3]`."""
    sizes = _sizes(case)
    in_sizes = _in_sizes(message, sizes)
    if in_sizes != message:
        return Finding("shape", in_sizes)
    fact, look, place = message.partition(" Look at ")
    fact = re.sub(r"\b[A-Z]\w*\b", lambda axis: f"{axis[0]}={sizes[axis[0]]}" if axis[0] in sizes else axis[0], fact)
    return Finding("shape", fact + look + place)


def _renamed(comparison: Comparison, given: Expr, got: Layout) -> list[Finding]:
    """Return the mistakes of an answer that has other letters than the goal: told by their order, or by their place."""
    orders = dict.fromkeys((got, _in_place(got, comparison.layout)))
    return next(filter(None, (_ordered(comparison, given, order) for order in orders)), [])


def _in_place(got: Layout, asked: Layout) -> Layout:
    """Return a layout in the order of the goal, each letter that the goal lacks in the place of one that is missing."""
    extra = [letter for letter in got.letters if letter not in asked.letters]
    if len(got.letters) != len(asked.letters) or got.axes:
        return got
    rest = iter(extra)
    letters = tuple(letter if letter in got.letters else next(rest) for letter in asked.letters)
    return Layout(letters, tuple(got.known[letter] for letter in letters), ())


def _ordered(comparison: Comparison, given: Expr, got: Layout) -> list[Finding]:
    if not all(got.letter_axes):
        return []
    try:
        draws = tuple(
            Sample(values, comparison.truth(values), value(given, values, got, comparison.columns))
            for values in islice(comparison.draws(), 3)
        )
    except TROUBLE:
        return []
    return [found for found in named(comparison, draws, written=of_tree(given)) if found.rule != LAST][:SAID]


def _clashing(comparison: Comparison, given: Expr, extra: list[str]) -> list[Finding]:
    """Return the finding about a Σ that binds a letter of the goal, where another letter was to be summed."""
    goal = set(comparison.layout.letters)

    def summed(part: Expr) -> Expr:
        if not isinstance(part, Sum):
            return part
        return replace(part, letters=tuple(extra[0] if letter in goal else letter for letter in part.letters))

    meant = mapped(given, summed)
    try:
        if meant != given and comparison.compare(meant):
            clash = BY_ID["index-clash"]
            return [Finding(clash.id, clash.message(next(iter(letters_summed(given) & goal)), {}))]
    except TROUBLE:
        pass
    return []


def _comparable(asked: Layout, got: Layout) -> bool:
    if not got.axes and not got.letters:
        return not asked.axes
    if got.axes and asked.letters and not asked.axes:
        return False
    bare = got.axes[1:] if len(got.axes) == len(asked.axes) + 1 and got.axes[0] == "1" else got.axes
    return len(bare) == len(asked.axes) and all(a == b or not a or not b for a, b in zip(bare, asked.axes, strict=True))


def _other_shape(case: Case, comparison: Comparison, given: Expr, got: Layout) -> Verdict:
    """Return the verdict of an answer of another shape: the mistake that makes it, and both shapes."""
    mine, asked = (_told(of, _sizes(case)) for of in (got, comparison.layout))
    shape = Finding("shape", f"Your answer {mine}, what is asked {asked}. Look at its axes one by one.")
    found = named(comparison, tuple(finite_draws(comparison, given)), written=of_tree(given)) or _merged_findings(case)
    return Verdict(Mark.WRONG, ProofMark.REFUTED, (*found[:SAID], shape))


@dataclass(frozen=True, eq=False)
class MergedScene:
    """A scene with some axes taken for one, so that products that do not fit can still be told apart by value."""

    original: Any
    axes: tuple[str, ...]
    scope: Scope

    def fresh(self, seed: int, sizes: Mapping[str, int] | None = None) -> Values:
        """Return values with these axes of one size."""
        values = self.original.fresh(seed, sizes=dict.fromkeys(self.axes, 3))
        given = {name: np.asarray(array) for name, array in values.given.items()}
        return Values(self.scope, given, values.sizes)

    def draw(self, seed: int) -> Values:
        """Return the same as for a probe."""
        return self.fresh(seed)


@cached_by_identity(64)
def merged_scenes(scene: Any) -> tuple[MergedScene, ...]:
    """Return a scene with each two axes taken for one, then with all of them; kept for each scene."""
    scope: Scope = scene.scope
    free = tuple(dict.fromkeys(axis for made in scope.names.values() for axis in made.axes if axis))
    groups: Iterator[tuple[str, ...]] = combinations(free, 2)
    return tuple(_merged(scene, group) for group in (*groups, free) if len(group) > 1)


def _merged(scene: Any, axes: tuple[str, ...]) -> MergedScene:
    scope: Scope = scene.scope
    one = dict.fromkeys(axes, axes[0])
    names = {
        name: replace(made, axes=tuple(one.get(axis, axis) for axis in made.axes)) for name, made in scope.names.items()
    }
    indices = {letter: one.get(axis, axis) for letter, axis in scope.indices.items()}
    return MergedScene(scene, axes, replace(scope, names=names, indices=indices))


def misfit(case: Case, problem: ShapeMisfit) -> Verdict:
    """Return the verdict of an answer whose parts do not fit together."""
    message = f"{problem.message[:1].upper()}{problem.message[1:]}. Look at the axes of each part."
    shape = _shape(case, message)
    return Verdict(Mark.WRONG, ProofMark.REFUTED, (*_merged_findings(case)[:SAID], shape))


def _sizes(case: Case) -> Mapping[str, int]:
    """Return the sizes of the axes on the learner's screen; none where nothing can be drawn."""
    try:
        return case.values().sizes
    except TROUBLE:
        return {}


def _told(of: Layout, sizes: Mapping[str, int]) -> str:
    """Return what an answer is over, in the sizes shown: one number, a shape, or its letters."""
    if not of.all_axes:
        return "is one number"
    if of.letters and not of.axes:
        return f"has an entry for each {', '.join(of.letters)}"
    if not of.letters and set(of.axes) <= set(sizes):
        return f"has shape {parse_numbers.shown_shape(tuple(sizes[axis] for axis in of.axes))}"
    return f"has {of.described}"


def _in_sizes(message: str, sizes: Mapping[str, int]) -> str:
    """Return a message with shapes in numbers, as they stand on the screen, where the numbers tell the axes apart."""
    sizes = {**sizes, "1": 1}
    named = {axis for group in _AXES.findall(message) for axis in group.split(", ")}
    if not named <= set(sizes) or len({sizes[axis] for axis in named}) < len(named):
        return message
    message = _SUMMED.sub(
        lambda m: f"sum an axis of {sizes.get(m[1], m[1])} with one of {sizes.get(m[2], m[2])}", message
    )
    return _AXES.sub(lambda m: parse_numbers.shown_shape(tuple(sizes[axis] for axis in m[1].split(", "))), message)


def _merged_findings(case: Case) -> list[Finding]:
    """Return the mistakes that an answer is where two axes are one; of the first two axes that make it fit."""
    for scene in merged_scenes(case.scene):
        try:
            found = _within(replace(case, scene=scene))  # type: ignore[arg-type]  # it stands for a scene
        except TROUBLE:
            continue
        if found:
            return found
    return []


def _within(case: Case) -> list[Finding]:
    scope, columns = case.scope, of(case.question).columns
    given = parse_answer.read_answer(case)
    expected = next(parse_answer.models(case))
    asked = layout(expected, scope, columns, parse_answer.goal(case))
    comparison = Comparison(case.scene, expected, asked, columns)
    given = parse_answer.with_letters(given, asked, scope, columns)
    got = parse_answer.own_layout(given, asked, scope, columns)
    if any(letter not in asked.letters for letter in got.letters):
        found = _renamed(comparison, given, got)
    else:
        found = named(comparison, tuple(finite_draws(comparison, given)), given, merged=True)
    return [finding for finding in found if finding.rule != LAST]
