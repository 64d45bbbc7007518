"""How an answer is read while it is typed: the live echo. It never tells whether the answer is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bptutor.errors import UnreadableAnswer
from bptutor.grading.answer.submission import Case, make
from bptutor.grading.types import choice
from bptutor.packs.model import Kind, Question

if TYPE_CHECKING:
    from bptutor.packs.scene.scene import Scene


@dataclass(frozen=True)
class Reading:
    """How typed text is read."""

    read_as: str = ""
    """One Unicode line; empty when unreadable."""
    fits: str = ""
    """Free letters or axes, such as `i` or `(C, H)`; empty when there is nothing to say."""
    problem: str = ""
    column: int = 0
    help: str = ""
    counted: bool = False
    """Whether Enter may count it although it has a problem: its axes do not fit, or it is more than was asked for."""


def reading(question: Question, scene: Scene | None, text: str, seed: int = 0) -> Reading:
    """Read an answer without grading it.

    Args:
        question: What is asked; its kind says how the text is read.
        scene: The names in force.
        text: What stands in the answer bar so far.
        seed: Which numbers the learner sees.
    """
    from bptutor.grading.grade import EXPRESSIONS, LONGEST, bounded

    if not text.strip() or question.kind is Kind.CODE:  # a program is read when it runs
        return Reading()
    try:
        bounded(text)
        return _READERS.get(question.kind, _expression)(make(question, text, scene, seed))
    except UnreadableAnswer as wrong:
        counted = question.kind in EXPRESSIONS and len(text) <= LONGEST and _counts(make(question, text, scene), wrong)
        misfit = counted and question.kind is not Kind.FILL
        advice = (wrong.help, "Enter counts it as it stands" if misfit else "")
        column = min(wrong.column, len(text) + 1)
        return Reading("", "", wrong.message, column, "; ".join(part for part in advice if part), counted)


def _counts(case: Case, wrong: UnreadableAnswer) -> bool:
    """Return whether grading goes on where reading stops: axes that do not fit, a whole line in a hole."""
    from bptutor.grading.answer.parse_answer import entire_line
    from bptutor.notation.shapes.axes import ShapeMisfit

    return isinstance(wrong, ShapeMisfit) or entire_line(case) is not None


def _expression(case: Case) -> Reading:
    from bptutor.grading.answer.parse_answer import as_asked, columns, read_answer
    from bptutor.notation.printers import unicode
    from bptutor.notation.shapes.layout import layout

    given = as_asked(case, read_answer(case))
    found = layout(given, case.scope, columns(case.question))
    fits = found.described if "" in found.all_axes else found.shown if found.all_axes else "one number"
    return Reading(unicode.line(given, case.scope), fits)


def _number(case: Case) -> Reading:
    from bptutor.grading.answer.parse_numbers import answered, read_number
    from bptutor.notation.printers import unicode

    value, expr = read_number(answered(case), case.scope)
    line = unicode.line(expr, case.scope)
    return Reading(line, "" if _is_literal(case.text) else f"{value:.6g}".replace("-", "−"))


def _is_literal(text: str) -> bool:
    try:
        float(text.replace("−", "-"))
    except ValueError:
        return False
    return True


def _grid(case: Case) -> Reading:
    from bptutor.grading.answer.parse_numbers import answered, grid_text, read_grid, shown_shape

    grid = read_grid(answered(case), case.scope)
    return Reading(grid_text(grid), shown_shape(grid.shape))


def _shape(case: Case) -> Reading:
    from bptutor.grading.answer.parse_numbers import in_numbers, read_shape, shown_shape

    shape = read_shape(in_numbers(case.text, case.values().sizes))
    axes = "axis" if len(shape) == 1 else "axes"
    return Reading(shown_shape(shape), f"{len(shape)} {axes}")


def _pointed(case: Case) -> Reading:
    return Reading(choice.read(case.question, case.text))


_READERS = {
    Kind.NUMERIC: _number,
    Kind.VECTOR: _grid,
    Kind.MATRIX: _grid,
    Kind.SHAPE: _shape,
    Kind.CHOICE: _pointed,
    Kind.ORDER: _pointed,
    Kind.RULE: _pointed,
}
