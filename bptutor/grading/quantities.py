"""Grading numbers, grids of numbers and shapes against what the scene gives for its seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptutor.errors import BptutorError, UnreadableAnswer
from bptutor.grading import authored, diagnosis, formulas, numbers
from bptutor.grading.case import Case
from bptutor.grading.comparison import Comparison
from bptutor.grading.guesses import Met
from bptutor.grading.layouts import Layout, layout
from bptutor.grading.verdict import Finding, Mark, Verdict
from bptutor.notation import parse
from bptutor.notation.tree import Expr, Name, Stack, walk
from bptutor.notation.value import Values

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
        from bptutor.notation.value import evaluate

        return np.asarray(evaluate(self.tree, values), dtype=float)


def grade_number(case: Case) -> Verdict:
    """Grade one number."""
    from bptutor.notation.faces import unicode

    got, expr = numbers.read_number(numbers.answered(case), case.scope)
    return _judge(case, np.array(got), unicode.line(expr, case.scope))


def grade_grid(case: Case) -> Verdict:
    """Grade a vector or a matrix."""
    got = numbers.read_grid(numbers.answered(case), case.scope)
    return _judge(case, got, _grid_text(got))


def _judge(case: Case, got: Array, shown: str) -> Verdict:
    asked = list(_asked(case))
    values = case.values()
    truths = [one.value(values) for one in asked]
    tolerance = numbers.tolerance(case.question.decimals)
    for truth in truths:
        if not np.isfinite(truth).all():
            message = "The number asked for is not finite on this draw, so nothing is said. Look at another seed."
            return Verdict(Mark.UNDECIDED, findings=(Finding("disagreement", message),), read_as=shown)
        fitted, note = _fitted(got, truth.shape)
        if fitted is not None and _near(fitted, truth, tolerance):
            notes = (Finding("shape", note),) if note else ()
            return Verdict(Mark.RIGHT, findings=notes, read_as=shown)
    carried = _from_earlier(case, asked[0], got, tolerance)
    if carried:
        return replace(carried, read_as=shown)
    return Verdict(Mark.WRONG, findings=tuple(_findings(case, asked[0], truths[0], got, tolerance)), read_as=shown)


def _asked(case: Case) -> Iterator[Asked]:
    """Yield the model answer and what is accepted beside it."""
    for written in (case.question.answer, *case.question.accept):
        if isinstance(written, tuple | list):
            yield Asked(_literal(written, case))
            continue
        text = str(written)
        try:
            tree = parse.read(text, case.scope)
        except UnreadableAnswer:
            yield Asked(numbers.read_grid(text, case.scope))
            continue
        literal = isinstance(tree, Stack) and not _named(tree)
        yield Asked(numbers.read_grid(text, case.scope)) if literal else Asked(_plain(tree, case), tree)


def _named(tree: Expr) -> bool:
    """Return whether a tree depends on the scene."""
    return any(isinstance(part, Name) for part in walk(tree))


def _plain(tree: Expr, case: Case) -> Array | None:
    """Return the value of a tree without names; None when it depends on the scene."""
    if _named(tree):
        return None
    return Asked(tree=tree).value(Values(case.scope, {}, {}))


def _literal(written: Any, case: Case) -> Array:
    def cells(part: Any) -> Any:
        if isinstance(part, tuple | list):
            return [cells(item) for item in part]
        return float(numbers.read_number(str(part), case.scope)[0])

    return np.array(cells(written), dtype=float)


def _near(got: Array, truth: Array, tolerance: float) -> bool:
    return bool(np.max(np.abs(got - truth), initial=0.0) <= tolerance)


def _fitted(got: Array, shape: tuple[int, ...]) -> tuple[Array | None, str]:
    """Return the numbers in the asked shape, with a note when an axis was dropped; None when they do not fit."""
    if got.shape == shape:
        return got, ""
    if len(shape) == 1 and got.shape in {(1, *shape), (*shape, 1)}:
        mine, theirs = numbers.shown_shape(got.shape), numbers.shown_shape(shape)
        return got.reshape(shape), f"Your grid is {mine}; a vector has one axis, {theirs}."
    typed_flat = got.ndim == 1 and len(shape) == 2 and 1 in shape
    if typed_flat and got.size == int(np.prod(shape)):
        return got.reshape(shape), ""
    if got.size == 1 and int(np.prod(shape)) == 1:
        return got.reshape(shape), ""
    return None, ""


# --- why it is wrong ---------------------------------------------------------------------------------------


def _findings(case: Case, asked: Asked, truth: Array, got: Array, tolerance: float) -> Iterator[Finding]:
    """Yield the mistakes that the numbers are; then the shape, or the wrong cells."""
    fitted, _ = _fitted(got, truth.shape)
    found = _mistakes(case, asked, truth, got if fitted is None else fitted, tolerance)
    yield from found
    if fitted is None:
        axes = _axes(case, asked)
        mine, theirs = numbers.shown_shape(got.shape), numbers.shown_shape(truth.shape)
        yield Finding("shape", f"Your grid is {mine}, what is asked is {theirs}{axes}. Look at its first axis.")
    elif truth.shape != ():
        yield _cells(fitted, truth, tolerance)
    elif not found:
        yield _number_finding(case, float(truth), float(fitted))


def _cells(got: Array, truth: Array, tolerance: float) -> Finding:
    apart = tuple(tuple(int(n) for n in place) for place in np.argwhere(np.abs(got - truth) > tolerance))
    first = apart[0]
    place = (
        f"row {first[0] + 1}, column {first[1] + 1}"
        if len(first) == 2
        else "entry " + ", ".join(str(n + 1) for n in first)
    )
    differ = "cell differs" if len(apart) == 1 else "cells differ"
    return Finding("cells", f"{len(apart)} of {truth.size} {differ}. Look at {place}.", first, cells=apart)


def _number_finding(case: Case, truth: float, got: float) -> Finding:
    decimals = case.question.decimals
    for fewer in range(decimals - 1, -1, -1):
        if fewer and abs(got - truth) <= numbers.tolerance(fewer) and abs(round(got, fewer) - got) < 1e-12:
            return Finding(
                "rounding", f"Your number agrees to {fewer} decimals. Look at how many are asked: {decimals}."
            )
    names = "the numbers it is made of" if case.scope.names else "the question's numbers"
    return Finding("cells", f"Your number is further than half a unit of decimal {decimals} away. Look at {names}.")


def _mistakes(case: Case, asked: Asked, truth: Array, got: Array, tolerance: float) -> list[Finding]:
    """Return the mistakes that give the learner's numbers on the numbers shown."""
    values = case.values()
    met = Met(((values, truth, got),), tolerance, relative=False)
    if asked.tree is None:
        return _without_scene(met, truth, got)
    expected = Comparison(case.scene, asked.tree, layout(asked.tree, case.scope, columns=True), columns=True)
    known = authored.findings(case, expected, met)
    if known or asked.literal is not None:
        return known or _without_scene(met, truth, got)
    found = diagnosis.named(diagnosis.make_target(case, expected), met)
    return found if len(found) <= diagnosis.SAID + 1 else found[: diagnosis.SAID + 1]


def _without_scene(met: Met, truth: Array, got: Array) -> list[Finding]:
    """Return what can be said of literal numbers: their sign, and rows for columns."""
    from bptutor.grading.mistakes import CATALOGUE
    from bptutor.notation.scope import Scope

    changes: dict[str, Callable[[Array], Array]] = {"sign": np.negative}
    if truth.ndim == 2:
        changes["transposed"] = np.transpose
    for mistake in CATALOGUE:
        change = changes.get(mistake.id)
        if change and met.equal(change(truth), got) and not met.equal(truth, got):
            return [Finding(mistake.id, mistake.message("", Scope({})))]
    return []


def _axes(case: Case, asked: Asked) -> str:
    if asked.tree is None:
        return ""
    found: Layout = layout(asked.tree, case.scope, columns=True)
    return f" over ({', '.join(found.all_axes)})" if found.all_axes and all(found.all_axes) else ""


# --- right from an earlier value ------------------------------------------------------------------------------


def _from_earlier(case: Case, asked: Asked, got: Array, tolerance: float) -> Verdict | None:
    """Return the verdict of numbers that follow from the learner's own earlier ones; None when they do not."""
    if not case.earlier or asked.tree is None or asked.literal is not None:
        return None
    try:
        truth = _recomputed(case, asked.tree)
    except (BptutorError, ValueError, KeyError):
        return None
    fitted, _ = _fitted(got, truth.shape)
    if fitted is None or not np.isfinite(truth).all() or not _near(fitted, truth, tolerance):
        return None
    names = ", ".join(case.scope.shown(name) for name in sorted(case.earlier))
    message = f"Your answer follows from your own {names}. Look at {names} again."
    return Verdict(Mark.RIGHT_FROM_EARLIER, findings=(Finding("earlier", message),))


def _recomputed(case: Case, tree: Expr) -> Array:
    """Return the asked numbers with the learner's earlier values in the place of the true ones."""
    earlier = {
        name: np.array(value, dtype=float) for name, value in (case.earlier or {}).items() if name in case.scope.names
    }
    values = case.values()
    for name, array in earlier.items():
        if array.shape != values[name].shape:
            raise ValueError(name)
        values = values.supposing(name, array)
    known = formulas.formulas(case.scope, getattr(case.scene, "source", {}))
    names = frozenset(known) - frozenset(earlier)
    for rounds in range(1, formulas.DEEP + 1):
        unfolded = formulas.unfolded(tree, known, names, rounds)
        if any(isinstance(part, Name) and part.id in earlier for part in walk(unfolded)):
            return Asked(tree=unfolded).value(values)
    return Asked(tree=tree).value(values)


def _grid_text(grid: Array) -> str:
    """Return a grid as one line."""
    if grid.ndim == 0:
        return f"{float(grid):.6g}".replace("-", "−")
    return "[" + ", ".join(_grid_text(part) for part in grid) + "]"


# --- shapes ------------------------------------------------------------------------------------------------


def grade_shape(case: Case) -> Verdict:
    """Grade the shape of an array; the answer names the array, or is the shape itself."""
    got = numbers.read_shape(case.text)
    truth = _asked_shape(case)
    shown = numbers.shown_shape(got)
    accepted = {truth, *(numbers.read_shape(text) for text in case.question.accept)}
    if got in accepted:
        return Verdict(Mark.RIGHT, read_as=shown)
    if len(got) != len(truth):
        count = {0: "no axis", 1: "one axis"}.get(len(got), f"{len(got)} axes")
        message = f"{shown} has {count}. Look at how many indices name one element."
    elif got == truth[::-1]:
        message = f"{shown} has these sizes in the opposite order. Look at which index counts rows."
    else:
        axis = next(n for n, pair in enumerate(zip(got, truth, strict=True)) if pair[0] != pair[1])
        message = f"Axis {axis + 1} of {shown} has another size. Look at what index {axis + 1} counts."
    return Verdict(Mark.WRONG, findings=(Finding("shape", message),), read_as=shown)


def _asked_shape(case: Case) -> tuple[int, ...]:
    answer = case.question.answer
    if isinstance(answer, tuple | list):
        return tuple(int(str(size)) for size in answer)
    text = str(answer)
    try:
        return numbers.read_shape(text)
    except UnreadableAnswer:
        tree = parse.read(text, case.scope)
        return tuple(int(n) for n in Asked(tree=tree).value(case.values()).shape)
