"""Grading numbers, grids of numbers and shapes against what the scene gives for its seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptutor.errors import UnreadableAnswer
from bptutor.grading.answer import parse_numbers
from bptutor.grading.answer.answer_samples import AnswerSamples, Sample
from bptutor.grading.answer.submission import Case
from bptutor.grading.catalogue import expected_answer
from bptutor.grading.catalogue.table import CATALOGUE
from bptutor.grading.feedback import author_feedback, messages, numeric_difference
from bptutor.grading.feedback.answer_contents import NUMBERS
from bptutor.grading.feedback.error_carried_forward import following
from bptutor.grading.feedback.match import matches
from bptutor.grading.feedback.rounded_inputs import from_shown
from bptutor.grading.verdict import SAID, Finding, Mark, Verdict, telling
from bptutor.notation import parse
from bptutor.notation.caching import cached_by_identity
from bptutor.notation.equality.compare import Comparison
from bptutor.notation.equality.tolerances import close, of_decimals
from bptutor.notation.shapes.layout import Layout, layout
from bptutor.notation.tree import Expr, Name, Stack, walk
from bptutor.notation.values.evaluate import Values
from bptutor.packs.question_types.base import typed

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """What a number question asks for: literal numbers, or a tree of the scene."""

    literal: Array | None = None
    tree: Expr | None = None

    def value(self, values: Values) -> Array:
        """Return the numbers on a draw."""
        if self.literal is not None or self.tree is None:
            return np.asarray(self.literal, dtype=float)
        from bptutor.notation.values.evaluate import evaluate

        return np.asarray(evaluate(self.tree, values), dtype=float)


CERTAIN = 0.9
"""Part of the tolerance within which a number is what the digits shown give: halves that round either way are none."""


def seen(case: Case) -> Values:
    """Return the values that the learner sees; recent ones are kept with what was computed on them."""
    return _seen(case.scene, case.seed)


@cached_by_identity(64)
def _seen(scene: Any, seed: int) -> Values:
    drawn: Values = scene.draw(seed)
    return drawn


def grade_number(case: Case) -> Verdict:
    """Grade one number."""
    from bptutor.notation.printers import unicode

    got, expr = parse_numbers.read_number(parse_numbers.answered(case), case.scope)
    return _judge(case, np.array(got), unicode.line(expr, case.scope))


def grade_grid(case: Case) -> Verdict:
    """Grade a vector or a matrix."""
    got = parse_numbers.read_grid(parse_numbers.answered(case), case.scope)
    return _judge(case, got, parse_numbers.grid_text(got))


def _judge(case: Case, got: Array, shown: str) -> Verdict:
    asked = list(_asked(case))
    values = seen(case)
    truths = [one.value(values) for one in asked]
    tolerance = of_decimals(case.question.decimals)
    for truth in truths:
        if not np.isfinite(truth).all():
            message = "The number asked for is not finite on this draw, so nothing is said. Look at another seed."
            return Verdict(Mark.UNDECIDED, findings=(Finding("disagreement", message),), read_as=shown)
        fitted, note = _fitted(got, truth.shape)
        if fitted is not None and close(truth, fitted, tolerance, relative=False):
            notes = (Finding("shape", note),) if note else ()
            return Verdict(Mark.RIGHT, findings=notes, read_as=shown)
    rounded = _from_shown(case, asked[0], got, tolerance)
    if rounded:
        return replace(rounded, read_as=shown)
    carried = _from_earlier(case, asked[0], got, tolerance)
    if carried:
        return replace(carried, read_as=shown)
    return Verdict(Mark.WRONG, findings=tuple(_findings(case, asked[0], truths[0], got, tolerance)), read_as=shown)


def read_question(case: Case) -> None:
    """Read the numbers that an author asks for.

    Raises:
        UnreadableAnswer: They cannot be read.
    """
    for _ in _asked(case):
        pass


def asked_of(case: Case) -> Asked:
    """Return what a number question asks for first."""
    return next(_asked(case))


def _asked(case: Case) -> Iterator[Asked]:
    """Yield the model answer and what is accepted beside it."""
    for written in (case.question.answer, *case.question.accept):
        text = typed(written)
        try:
            tree = parse.read(text, case.scope)
        except UnreadableAnswer:
            yield Asked(parse_numbers.read_grid(text, case.scope))
            continue
        if any(isinstance(part, Name) for part in walk(tree)):  # it depends on the scene
            yield Asked(tree=tree)
        elif isinstance(tree, Stack):
            yield Asked(parse_numbers.read_grid(text, case.scope))
        else:
            yield Asked(Asked(tree=tree).value(Values(case.scope, {}, {})), tree)


def _fitted(got: Array, shape: tuple[int, ...]) -> tuple[Array | None, str]:
    """Return the numbers in the asked shape, with a note when an axis was dropped; None when they do not fit."""
    if got.shape == shape:
        return got, ""
    if len(shape) == 1 and got.shape in {(1, *shape), (*shape, 1)}:
        mine, theirs = parse_numbers.shown_shape(got.shape), parse_numbers.shown_shape(shape)
        return got.reshape(shape), f"Your grid is {mine}; a vector has one axis, {theirs}."
    typed_flat = got.ndim == 1 and len(shape) == 2 and 1 in shape
    if typed_flat and got.size == int(np.prod(shape)):
        return got.reshape(shape), ""
    if got.size == 1 and int(np.prod(shape)) == 1:
        return got.reshape(shape), ""
    return None, ""


# --- why it is wrong ---------------------------------------------------------------------------------------


def _findings(case: Case, asked: Asked, truth: Array, got: Array, tolerance: float) -> Iterator[Finding]:
    """Yield the mistakes that the numbers are and the shape, or the wrong cells: first where too many mistakes fit."""
    fitted, _ = _fitted(got, truth.shape)
    found = _mistakes(case, asked, truth, got if fitted is None else fitted, tolerance)
    start = case.scope.count_from
    differ = (
        numeric_difference.cells(fitted, truth, tolerance, start) if fitted is not None and truth.shape != () else None
    )
    if not found and differ is not None and fitted is not None:
        found = numeric_difference.everywhere(truth, fitted, tolerance)
    named = [replace(finding, again=differ.message if differ else "") for finding in found]
    if fitted is None:
        axes = over(layout(asked.tree, case.scope, columns=True)) if asked.tree is not None else ""
        mine, theirs = parse_numbers.shown_shape(got.shape), parse_numbers.shown_shape(truth.shape)
        plain = Finding("shape", f"Your grid is {mine}, what is asked is {theirs}{axes}. Look at its first axis.")
    else:
        plain = differ or numeric_difference.far(case, float(truth), float(fitted))
    several = len(telling(found)) > SAID
    if several or not found or fitted is None or differ is not None:
        named.insert(0 if several else len(named), plain)
    yield from named


def _mistakes(case: Case, asked: Asked, truth: Array, got: Array, tolerance: float) -> list[Finding]:
    """Return the mistakes that give the learner's numbers on the numbers shown."""
    if asked.tree is None:
        return _without_scene(AnswerSamples((), tolerance, relative=False), truth, got)
    values = seen(case)
    samples = AnswerSamples((Sample(values, truth, got),), parse_numbers.as_typed(case.text, tolerance), relative=False)
    expected = held_against(case, asked.tree, values)
    known = author_feedback.findings(case, expected, samples)
    if known or asked.literal is not None:
        return known or _without_scene(samples, truth, got)
    target = expected_answer.expected_answer(expected)
    telling_size = float(np.max(np.abs(got), initial=0.0)) > 3 * tolerance  # what is nearly 0 is any mistake
    found = [fit for fit in matches(target, samples) if fit.mistake.id == "bias-zero" or telling_size]
    if got.ndim == 0 and float(got).is_integer():  # so round a number is something else by chance
        found = [fit for fit in found if fit.mistake.id != "other-quantity"]
    return messages.said(found, target, samples, NUMBERS)


def held_against(case: Case, tree: Expr, values: Values) -> Comparison:
    """Return what numbers are held against: a tree of the scene, in the sizes shown, as it may fit in these only."""
    shape, sizes = layout(tree, case.scope, columns=True), tuple(values.sizes.items())
    return Comparison(case.scene, tree, shape, columns=True, sizes=sizes)


def _without_scene(samples: AnswerSamples, truth: Array, got: Array) -> list[Finding]:
    """Return what can be said of literal numbers: their sign, and rows for columns."""
    changes: dict[str, Callable[[Array], Array]] = {"sign": np.negative}
    if truth.ndim == 2:
        changes["transposed"] = np.transpose
    for mistake in CATALOGUE:
        change = changes.get(mistake.id)
        if change and samples.equal(change(truth), got) and not samples.equal(truth, got):
            return [Finding(mistake.id, mistake.message("", {"everywhere": "yes"}))]
    return []


def over(found: Layout) -> str:
    """Return the names of all axes, for behind a shape; nothing where one has no name."""
    return f" over ({', '.join(found.all_axes)})" if found.all_axes and all(found.all_axes) else ""


# --- right from an earlier value ------------------------------------------------------------------------------


def _from_earlier(case: Case, asked: Asked, got: Array, tolerance: float) -> Verdict | None:
    """Return the verdict of numbers that follow from the learner's own earlier ones; None when they do not."""
    if not case.earlier or asked.tree is None or asked.literal is not None:
        return None
    for names, made in following(case, asked.tree, seen(case)):
        fitted, _ = _fitted(got, made.shape)
        if fitted is not None and close(made, fitted, tolerance, relative=False):
            shown = ", ".join(case.scope.shown(name) for name in sorted(names))
            message = f"Your answer follows from your own {shown}. Look at {shown} again."
            return Verdict(Mark.RIGHT_FROM_EARLIER, findings=(Finding("earlier", message),))
    return None


def _from_shown(case: Case, asked: Asked, got: Array, tolerance: float) -> Verdict | None:
    """Return the verdict of numbers that were computed from the rounded ones on the screen; None when they were not."""
    if asked.tree is None or asked.literal is not None:
        return None
    values = seen(case)
    for made in from_shown(asked.tree, values, case.question.prompt):
        fitted, _ = _fitted(got, made.shape)
        if fitted is not None and close(made, fitted, CERTAIN * tolerance, relative=False):
            exact = parse_numbers.grid_text(np.round(asked.value(values), case.question.decimals))
            return Verdict(Mark.RIGHT, findings=(Finding("rounding", f"With all digits it is {exact}."),))
    return None
