"""Why an answer is wrong: its shape, the mistake it is, or numbers for which it differs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bptutor.errors import BptutorError
from bptutor.grading.answer import parse_numbers
from bptutor.grading.answer.answer_samples import TROUBLE, AnswerSamples, Sample
from bptutor.grading.answer.parse_answer import own_layout
from bptutor.grading.answer.submission import Case
from bptutor.grading.catalogue.expected_answer import expected_answer
from bptutor.grading.catalogue.order import LAST, place
from bptutor.grading.catalogue.sums_and_indices import untangled
from bptutor.grading.catalogue.table import BY_ID
from bptutor.grading.feedback import author_feedback, messages, numeric_difference
from bptutor.grading.feedback.answer_contents import NUMBERS, Written, of_tree
from bptutor.grading.feedback.match import Match, matches
from bptutor.grading.feedback.numeric_difference import agreeing, figures
from bptutor.grading.verdict import SAID, Finding, Mark, ProofMark, Verdict, telling
from bptutor.notation.equality.compare import PROBES, Comparison
from bptutor.notation.equality.tolerances import EQUAL, different
from bptutor.notation.shapes.layout import Layout
from bptutor.notation.tree import Compare, Expr, Name, Relation, Sum, walk
from bptutor.notation.values.evaluate import Values

if TYPE_CHECKING:
    from bptutor.grading.graders.expression import Read
    from bptutor.notation.equality.prove import Proof

Array = NDArray[np.float64]


DRAWS = 5
"""Draws on which a mistake must be what the learner wrote."""
DIGITS = 6
"""Digits of a number in a verdict, where as many tell two apart."""
PLAIN = 0.01
"""A place where two sides differ by so much of their largest difference shows it."""


def wrong(case: Case, read: Read, shown: str, proof: Proof | None = None) -> Verdict:
    """Return the verdict of an answer with a wrong value; of one that only the prover refuted, its witness."""
    if proof is not None:
        return Verdict(Mark.WRONG, ProofMark.REFUTED, (_found_by_proof(proof),), shown)
    draws = tuple(finite_draws(read.comparison, read.expr))
    if not draws:
        return Verdict(Mark.WRONG, ProofMark.REFUTED, (witness(read, draws),), shown)
    known = author_feedback.findings(case, read.comparison, AnswerSamples(draws, EQUAL))
    findings = known or named(read.comparison, draws, read.expr)
    mistakes = sum(finding.rule not in {"free-index", LAST} for finding in telling(findings))
    if not findings:
        findings = numeric_difference.plain_differences(draws)
    seen = witness(read, (*_numbers_shown(case, read), *draws))
    if not findings or mistakes > SAID:
        findings.insert(0, seen)
    else:
        findings[0] = replace(findings[0], again=seen.message)
    return Verdict(Mark.WRONG, ProofMark.REFUTED, tuple(findings), shown)


def _numbers_shown(case: Case, read: Read) -> Iterator[Sample]:
    """Yield the numbers that stand on the learner's screen, where the answer is told from the truth by them."""
    comparison = read.comparison
    try:
        values = case.values()
        truth, got = comparison.truth(values), comparison.given(read.expr, values)
        if np.isfinite(truth).all() and np.isfinite(got).all() and comparison.same(truth, got, values) is False:
            yield Sample(values, truth, got)
    except TROUBLE:
        return


def finite_draws(comparison: Comparison, expr: Expr) -> Iterator[Sample]:
    """Yield the draws that tell an answer from the truth, as many as a mistake must hold on; one other at most.

    Both sides are finite on them where they count. (Where a unit is dead, wrong answers are right.)
    """
    count, alike = 0, 0
    for values in comparison.draws():
        truth, got = comparison.truth(values), comparison.given(expr, values)
        counts = None
        if comparison.where is not None and truth.shape == got.shape:
            counts = np.asarray(comparison.mask(values, truth.shape))
            if not counts.any():
                continue
        if np.isfinite(truth).all() and np.isfinite(got).all():
            same = comparison.same(truth, got, values) is True
            if same and not truth.any():  # zeros tell no mistake from another
                continue
            if not same or alike == 0:
                yield Sample(values, truth, got, counts)
            count, alike = count + (not same), alike + same
        if count == DRAWS:
            return


def named(
    comparison: Comparison,
    draws: tuple[Sample, ...],
    expr: Expr | None = None,
    merged: bool = False,
    written: Written | None = None,
) -> list[Finding]:
    """Return a finding for every mistake that the answer is, in catalogue order.

    Args:
        comparison: What is asked.
        draws: The answer on draws.
        expr: The learner's tree, where there is one: its letters are looked at too.
        merged: Whether axes were taken for one, so that entries may agree by that alone.
        written: What the answer holds, where its letters are not looked at.
    """
    expected, samples = expected_answer(comparison), AnswerSamples(draws, EQUAL)
    found = matches(expected, samples, pairs=not merged)
    if expr is not None:
        if not any(isinstance(part, Name) for part in walk(expr)):  # a number is another quantity by chance
            found = [fit for fit in found if fit.mistake.id != LAST]
        letters = list(_letters(expr, comparison))
        if letters:
            kept = [fit for fit in found if not fit.mistake.vague and fit.mistake.id != LAST]
            found = sorted((*kept, *letters), key=lambda fit: place(fit.mistake.id))
        plain = not any(fit.mistake.id != "free-index" and not fit.mistake.vague for fit in found)
        indices = _collapsed(comparison, draws) if plain and not merged else None
        if indices is not None:
            found = [fit for fit in found if not fit.mistake.vague]
            found.append(Match(BY_ID["delta-collapse"], "", indices=indices))
    return messages.said(found, expected, samples, written or (NUMBERS if expr is None else of_tree(expr)))


def _letters(expr: Expr, comparison: Comparison) -> Iterator[Match]:
    """Yield what is wrong with the letters of an answer: one with two meanings, one that is missing."""
    letters = comparison.layout.letters
    if not letters:
        return
    for meant in untangled(expr, letters):
        try:
            if comparison.compare(meant, PROBES):
                yield Match(BY_ID["index-clash"], next(iter(letters_summed(expr) & set(letters))))
                break
        except TROUBLE:
            continue
    got = own_layout(expr, comparison.layout, comparison.scene.scope, comparison.columns)
    missing = [letter for letter in letters if letter not in got.letters]
    alike = isinstance(comparison.where, Compare) and comparison.where.relation is Relation.EQ
    if missing and not alike and not got.axes and (got.letters or letters_summed(expr) & set(letters)):
        yield Match(BY_ID["free-index"], f"where {missing[0]} went")


def _collapsed(comparison: Comparison, draws: tuple[Sample, ...]) -> tuple[str, ...] | None:
    """Return the indices in just one of whose cases i = j and i ≠ j an answer is right; None where there are none.

    Of an array without indices, nothing.
    """
    layout = comparison.layout
    axes = layout.all_axes
    pairs = [(a, b) for a in range(len(axes)) for b in range(a) if axes[a] and axes[a] == axes[b]]
    for a, b in pairs if draws else ():
        found = {agreeing(draw, a, b) for draw in draws}
        if len(found) == 1 and None not in found:
            known = a < len(layout.letters) and b < len(layout.letters)
            return (layout.letters[b], layout.letters[a]) if known else ()
    return None


def letters_summed(expr: Expr) -> set[str]:
    """Return the indices that a Σ binds."""
    return {letter for part in walk(expr) if isinstance(part, Sum) for letter in part.letters}


# --- the witness -------------------------------------------------------------------------------------------


def witness(read: Read, draws: tuple[Sample, ...]) -> Finding:
    """Return numbers for which the answer differs, with the first place where it does."""
    if not draws:
        return Finding("witness", "The two sides differ. Look at where your answer has no value.")
    differ = (draw for draw in draws if read.comparison.same(draw.truth, draw.got, draw.values) is False)
    draw = next(differ, draws[0])
    values, truth, got = draw.values, draw.truth, draw.got
    try:
        shape = np.broadcast_shapes(truth.shape, got.shape)
    except ValueError:
        mine, theirs = parse_numbers.shown_shape(got.shape), parse_numbers.shown_shape(truth.shape)
        message = (
            f"On one draw your answer has shape {mine}, what is asked has {theirs}. Look at the size of each axis."
        )
        return Finding("shape", message, expected=_small(truth), got=_small(got))
    truth, got = np.broadcast_to(truth, shape), np.broadcast_to(got, shape)
    counts = read.comparison.mask(values, shape)
    apart = np.argwhere(different(truth, got) & counts)
    clear = np.argwhere((np.abs(truth - got) > PLAIN * np.abs(truth - got).max(initial=0.0)) & counts)
    first = clear if len(clear) else apart  # a place that differs by more than rounding, where there is one
    where = tuple(int(n) for n in first[0]) if len(first) and first[0].size else None
    expected, given = (float(side[where]) if where else float(side.flat[0]) for side in (truth, got))
    place = _place(read.comparison.layout, where, read.comparison.scene.scope.count_from)
    asked, mine = figures(expected, given)
    message = f"On these numbers it is {asked} and yours is {mine}{place[0]}. Look at {place[1]}."
    digits = max(DIGITS, len(asked.lstrip("−").replace(".", "")))
    return Finding(
        "witness",
        message,
        where,
        values=_small(_mentioned(read, values)),
        expected=_small(truth, digits),
        got=_small(got, digits),
    )


def _found_by_proof(proof: Proof) -> Finding:
    values = dict(proof.witness or {})
    told = [
        f"{name} = {numeric_difference.figure(value) if isinstance(value, float | int) else 'the numbers below'}"
        for name, value in values.items()
    ]
    point = ", ".join(told[:2])
    message = f"At {point} your answer leaves what is asked. Look at what it does there."
    return Finding("witness", message, values=values, expected=proof.right, got=proof.left)


def _place(shape: Layout, where: tuple[int, ...] | None, first: int) -> tuple[str, str]:
    if where is None:
        return "", "how each number enters"
    if shape.letters and len(shape.letters) == len(where):
        text = ", ".join(f"{letter} = {n + first}" for letter, n in zip(shape.letters, where, strict=True))
        return f" at {text}", f"the case {text}"
    text = ", ".join(str(n + first) for n in where)
    return f" at entry {text}", f"entry {text}"


def _mentioned(read: Read, values: Values) -> dict[str, Array]:
    """Return the values of the names that the two sides mention; of what they are made of when that is nothing."""
    found: dict[str, Array] = {}
    for name in (
        part.id for tree in (read.expr, read.comparison.expected) for part in walk(tree) if isinstance(part, Name)
    ):
        with suppress(BptutorError, KeyError):
            found[name] = values[name]
    return found


def _small(value: Any, digits: int = DIGITS) -> Any:
    """Return arrays as nested lists of numbers with at most so many digits."""
    if isinstance(value, dict):
        return {name: _small(array) for name, array in value.items()}
    rounded = np.vectorize(lambda x: float(f"{x:.{digits}g}"), otypes=[float])(np.asarray(value, dtype=float))
    return rounded.tolist()
