"""What a menu says twice: a choice is right, or something is wrong with it; a line of code comes first, or reads."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from bptutor.authoring.check.report import Checked
from bptutor.grading.types.choice import needed
from bptutor.packs.model import Kind, Lesson, Question
from bptutor.packs.yaml.reader import problem


def check_menu(question: Question, lesson: Lesson, checked: Checked) -> None:
    """Check the choices or the lines of a question that is answered by pointing."""
    if check := _CHECKS.get(question.kind):
        check(question, lesson, checked)


def _choices(question: Question, lesson: Lesson, checked: Checked) -> None:
    """Refuse a right choice that comes with what is said of a wrong one: one of the two is a slip."""
    for n, choice in enumerate(question.choices):
        if choice.right and choice.say:
            place = question.places.get(f"choices.{n}", question.place)
            what = f"the choice `{choice.text}` is right, and its `say` tells what is wrong with it"
            help_ = "move `right: true` to the right choice, or the `say` to the `solution`"
            checked.problems.append(problem(place, what, help_, "choices"))


class _Names(NamedTuple):
    """What one line of code reads and assigns."""

    read: frozenset[str]
    made: frozenset[str]


def _order(question: Question, lesson: Lesson, checked: Checked) -> None:
    """Refuse an order in which a line of code may stand above the one that makes what it reads.

    A line that reads what it assigns (`W = W - dW`) changes something that was there before, so it makes nothing.
    """
    if "order" in lesson.allow:
        return
    names = [_names(line) for line in question.lines]
    above = _above(question)
    for n, line in enumerate(names):
        for name in sorted(line.read - line.made):
            makers = {m for m, other in enumerate(names) if name in other.made - other.read}
            if makers and not makers & above[n]:
                place = question.places.get(f"lines.{n}", question.place)
                what = f"line {n + 1} reads `{name}`, and may come before line {min(makers) + 1}, which makes it"
                help_ = "write the lines in their order, or name that line in `after`"
                checked.problems.append(problem(place, what, help_, "order"))
                return


def _above(question: Question) -> list[set[int]]:
    """Return for each line (0-based) the lines that stand above it in every order that is right."""
    above = [set(needed(question).get(n, ())) for n in range(len(question.lines))]
    for _ in above:
        above = [one.union(*(above[m] for m in one)) for one in above]
    return above


def _names(line: str) -> _Names:
    """Return the names of one line; none where it is not Python."""
    try:
        nodes = [node for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Name)]
    except (SyntaxError, ValueError):
        return _Names(frozenset(), frozenset())
    read, made = (
        frozenset(node.id for node in nodes if isinstance(node.ctx, context)) for context in (ast.Load, ast.Store)
    )
    return _Names(read, made)


_CHECKS: Mapping[Kind, Callable[[Question, Lesson, Checked], None]] = MappingProxyType(
    {Kind.CHOICE: _choices, Kind.ORDER: _order}
)
