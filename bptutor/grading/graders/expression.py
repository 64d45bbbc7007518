"""Answers that are mathematics: symbolic, matrix and NumPy expressions, einsum specifications, filled lines.

The order of decisions: read, shape, value, progress, form, mistake. The proof comes later (`prove_answer`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from bptutor.errors import UnreadableAnswer
from bptutor.grading.answer.answer_form import other_form, progress
from bptutor.grading.answer.parse_answer import (
    entire_line,
    goal,
    models,
    own_layout,
    read_answer,
    with_letters,
)
from bptutor.grading.answer.submission import Case
from bptutor.grading.feedback import diagnose, shape_errors
from bptutor.grading.feedback.floating_point import overflows
from bptutor.grading.verdict import Finding, Mark, ProofMark, Verdict
from bptutor.notation import parse
from bptutor.notation.equality.compare import Comparison
from bptutor.notation.equality.kinks import has_kink
from bptutor.notation.shapes.axes import ShapeMisfit
from bptutor.notation.shapes.layout import Layout, layout
from bptutor.notation.transform.fast_gradients import quick
from bptutor.notation.transform.to_index_notation import by_letters
from bptutor.notation.tree import (
    At,
    Call,
    Expr,
    Letter,
    Name,
    Number,
    Slice,
    Span,
    Stack,
    Sum,
    Whole,
    walk,
)
from bptutor.notation.values.evaluate import NoValue
from bptutor.packs.question_types import of

if TYPE_CHECKING:
    from bptutor.notation.equality.prove import Proof


@dataclass(frozen=True)
class Read:
    """A learner's tree with the comparison it was brought to."""

    expr: Expr
    comparison: Comparison
    note: str = ""
    """What to say beside a right answer."""


def grade_expression(case: Case) -> Verdict:
    """Grade an answer that is one expression; where a hole is to be filled, the whole line is as good."""
    try:
        verdict = _graded(case, read_answer(case))
    except ShapeMisfit as misfit:
        verdict = shape_errors.misfit(case, misfit)
    except UnreadableAnswer:
        entire = _entire(case)
        if entire is None:
            raise
        return entire
    return verdict if verdict.right else _entire(case) or verdict


def _entire(case: Case) -> Verdict | None:
    """Return the verdict of a whole line written where only its hole is asked; None when it is none, or not right."""
    line = entire_line(case)
    verdict = _graded(case, line) if line is not None else None
    return verdict if verdict is not None and verdict.right else None


def _graded(case: Case, given: Expr) -> Verdict:
    from bptutor.notation.printers import unicode

    shown = unicode.line(given, case.scope)
    decided: list[tuple[Read, Decision]] = []
    apart: Verdict | None = None
    for expected in models(case):
        read = bring(case, given, expected)
        if isinstance(read, Verdict):
            apart = apart or read
            continue
        shown = unicode.line(read.expr, case.scope)
        decision = decide(read)
        if decision.equal:
            overflow = overflows(case, read.comparison, read.expr)
            if overflow:  # right in exact arithmetic, where the question asks for more
                return Verdict(Mark.WRONG, ProofMark.REFUTED, (overflow,), shown)
            return _right(case, read, given, shown)
        decided.append((read, decision))
    for read, decision in decided:
        if decision.equal is False:
            return _at_these_sizes(case, read, shown) or diagnose.wrong(case, read, shown, decision.proof)
    return no_value(shown) if decided or apart is None else replace(apart, read_as=shown)


def bring(case: Case, given: Expr, expected: Expr) -> Read | Verdict:
    """Bring the learner's tree to the letters and axes of an expected one, or say why it cannot be."""
    scope, as_columns = case.scope, of(case.question).columns
    asked = layout(expected, scope, as_columns, goal(case))
    given = with_letters(given, asked, scope, as_columns)
    got = own_layout(given, asked, scope, as_columns)
    if asked.axes and not asked.letters and got.letters and not got.axes:
        letters = _arranged(got, asked.axes)
        if letters:
            expected = by_letters(expected, letters, scope)
            asked = Layout(letters, asked.axes, ())
    where = parse.read_condition(case.question.where, scope) if case.question.where else None
    held = positioned(given) or positioned(expected)
    sizes = tuple(case.values().sizes.items()) if held else ()
    comparison = Comparison(case.scene, expected, asked, as_columns, where, sizes)
    if not comparison.sizes and not _at_drawn_sizes(comparison):
        comparison = replace(comparison, sizes=tuple(case.values().sizes.items()))
    misfit = shape_errors.misplaced(case, comparison, given, got)
    if misfit:
        return misfit
    longer = len(got.axes) == len(asked.axes) + 1 and not asked.letters
    return Read(given, comparison, f"Your answer has an axis of length 1 beside {asked.shown}." if longer else "")


def _at_drawn_sizes(comparison: Comparison) -> bool:
    """Return whether what is asked has a value at sizes that are drawn; `x_{q+m}` may ask for those of the scene."""
    plain = (Letter, Number, Name, Whole)
    places = (place for part in walk(comparison.expected) if isinstance(part, At) for place in part.subscripts)
    if all(isinstance(place, plain) for place in places):
        return True
    try:
        for values in comparison.draws():
            comparison.truth(values)
    except NoValue:
        return False
    return True


def positioned(expr: Expr) -> bool:
    """Return whether a tree means one size only: by a numbered place, a slice, a list, a bound, a size in NumPy."""
    for part in walk(expr):
        if isinstance(part, At) and any(isinstance(place, Number) for place in part.subscripts):
            return True
        if isinstance(part, Slice) and any(item not in {None, Span()} for item in part.items):
            return True
        if isinstance(part, Stack) or (isinstance(part, Sum) and isinstance(part.high or part.low, Number)):
            return True
        if isinstance(part, Call) and part.function in {"corr", "conv"} and part.option("mode", "valid") == "valid":
            return True  # whether the kernel fits depends on the sizes
        if isinstance(part, Call) and part.function in {"eye", "zeros", "ones", "full", "reshape", "arange"}:
            return True
    return False


@dataclass(frozen=True)
class Decision:
    """What comparing showed, with the refutation where the prover found one that the draws missed."""

    equal: bool | None
    """None where one of the two has no finite value on any draw."""
    proof: Proof | None = None


def decide(read: Read) -> Decision:
    """Compare by draws and at 50 digits.

    Where a kink is in play, or where the digits do not bear out the floats, the prover decides: it draws on both
    sides of every kink, and has a witness for what it refutes.
    """
    equal = read.comparison.compare(read.expr)
    if not equal:
        return Decision(equal)
    same_digits = read.comparison.borne_out(read.expr)
    scope = read.comparison.scene.scope
    if same_digits and not any(has_kink(expr, scope) for expr in (read.expr, read.comparison.expected)):
        return Decision(equal)
    from bptutor.notation.equality import prove

    proof = held_against(read, exact=False, agreed=same_digits)
    if proof.outcome is prove.Outcome.REFUTED and proof.witness is not None:
        return Decision(False, proof)
    return Decision(same_digits or proof.outcome in {prove.Outcome.PROBES, prove.Outcome.PROVED})


def held_against(read: Read, exact: bool, agreed: bool = False) -> Proof:
    """Return the prover's word on whether an answer equals what it was brought to; `agreed` by draws and digits."""
    from bptutor.notation.equality import prove

    held = read.comparison
    return prove.prove(
        read.expr,
        held.expected,
        held.scene.scope if exact else quick(held.scene),
        held.where,
        exact=exact,
        order=held.layout.letters,
        known=held.layout.known,
        sizes=dict(held.sizes),
        columns=held.columns,
        agreed=agreed,
    )


def no_value(shown: str) -> Verdict:
    """Return the verdict for an answer without a finite value on any draw."""
    message = (
        "Your answer has no finite value on the numbers tried, so it is not judged. "
        "Look at its divisors and logarithms."
    )
    return Verdict(Mark.UNDECIDED, ProofMark.UNDECIDED, (Finding("disagreement", message),), shown)


def _at_these_sizes(case: Case, read: Read, shown: str) -> Verdict | None:
    """Return the verdict of an answer with a size written as a number, such as 1/5 for 1/B; None for any other."""
    sizes = {} if read.comparison.sizes else case.values().sizes
    numbers = {part.value for part in walk(read.expr) if isinstance(part, Number)}
    axis = next((axis for axis, size in sizes.items() if numbers & {size, Fraction(1, size)}), None)
    if axis is None:
        return None
    here = replace(read, comparison=replace(read.comparison, sizes=tuple(sizes.items())))
    if not decide(here).equal:
        return None
    message = f"Your answer holds for {axis} = {sizes[axis]} only. Look at where the {sizes[axis]} comes from."
    return Verdict(Mark.RIGHT_OTHER_FORM, ProofMark.PROBES, (Finding("form", message),), shown)


def _right(case: Case, read: Read, given: Expr, shown: str) -> Verdict:
    """Return the verdict of an answer with the right value: progress, then form (of what was written)."""
    reached, stuck = progress(case, read.expr)
    if stuck:
        return Verdict(Mark.RIGHT_OTHER_FORM, ProofMark.PROBES, (Finding("no-progress", stuck),), shown)
    form = other_form(case, given)
    if form:
        return Verdict(Mark.RIGHT_OTHER_FORM, ProofMark.PROBES, (Finding("form", form),), shown)
    notes = (Finding("shape", read.note),) if read.note else ()
    return Verdict(Mark.RIGHT, ProofMark.PROBES, notes, shown, reached=reached)


def _arranged(got: Layout, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return the learner's letters in the order of the asked axes; empty when they do not fit."""
    rest = sorted(zip(got.letters, got.letter_axes, strict=True))  # of two letters over one axis i is the row
    out = []
    for axis in asked:
        found = next((pair for pair in rest if pair[1] in {axis, ""} or not axis), None)
        if found is None:
            return ()
        rest.remove(found)
        out.append(found[0])
    return () if rest else tuple(out)
