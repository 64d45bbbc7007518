"""Questions that put lines in order: right in any order that respects `after`.

Lines are numbered as they are written; screens shuffle them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from bptutor.errors import Problem
from bptutor.grading.answer.submission import Case
from bptutor.grading.types.base import QuestionType, Shuffle
from bptutor.grading.types.pointing import Pointing, numbers, wrong
from bptutor.grading.verdict import Finding, Mark, Verdict
from bptutor.packs.lesson.stop_ids import mark
from bptutor.packs.model import Question
from bptutor.packs.yaml.reader import problem


class Order(Pointing):
    """`order`."""

    kind = "order"

    def items(self, question: Question) -> tuple[str, ...]:
        """Return the lines, and then those that do not belong."""
        return question.lines + question.extra

    def right_items(self, question: Question) -> tuple[str, ...]:
        """Return the lines in the order that the author wrote, or says."""
        return tuple(question.lines[n] for n in _written_order(question))

    def places(self, question: Question, text: str) -> tuple[int, ...]:
        """Return the lines that are named, in the order in which they are."""
        return tuple(numbers(text, len(self.items(question))))

    def grade(self, case: Case) -> Verdict:
        """Name the first misplaced line, by its place in what was typed."""
        question, count = case.question, len(case.question.lines)
        given = self.places(question, case.text)
        read_as = self.in_words(question, case.text)
        after, seen = needed(question), set[int]()
        for place, n in enumerate(given):
            said = ""
            if n >= count:
                said = f"Nothing here rests on line {place + 1} of your order. Look at what that line says."
            elif not after.get(n, set()) <= seen:
                said = f"Line {place + 1} of your order uses what does not stand above it yet. Look at what it needs."
            if said:
                return wrong(Finding("order", said, (place,)), read_as)
            seen.add(n)
        if len(seen) < count:
            said = f"Your order holds as far as it goes: {len(seen)} of {count} lines. Look at the lines not used."
            return wrong(Finding("order", said, (len(given),)), read_as)
        return Verdict(Mark.RIGHT, read_as=read_as)

    def model_text(self, case: Case, answer: object) -> str:
        """Return the order that the author says, else the first that `after` allows."""
        question = case.question
        done: list[int] = [n for n in _written_order(question) if not question.after]
        while len(done) < len(question.lines):
            left = [n for n in range(len(question.lines)) if n not in done]
            done.append(next((n for n in left if needed(question).get(n, set()) <= set(done)), left[0]))
        return self.pointing_text(done)

    def shuffled(self, question: Question, shuffle: Shuffle) -> tuple[Question, tuple[int, ...]]:
        """Shuffle the lines, but never into the written order, which is the answer."""
        order = shuffle(len(self.items(question)))
        return question, (*order[1:], order[0]) if order == tuple(range(len(order))) else order

    def record_key(self, question: Question) -> tuple[str, ...]:
        """Return the marks of the lines in their right order."""
        return (mark(self.kind), *map(mark, self.right_items(question)))

    def faults(self, case: Case) -> Iterator[Problem]:
        """Yield the first line of code that may stand above the one that makes what it reads.

        A line that reads what it assigns (`W = W - dW`) changes something that was there before, so it makes nothing.
        """
        question = case.question
        names, above = [_names(line) for line in question.lines], _above(question)
        for n, line in enumerate(names):
            for name in sorted(line.read - line.made):
                makers = {m for m, other in enumerate(names) if name in other.made - other.read}
                if makers and not makers & above[n]:
                    place = question.at(f"lines.{n}")
                    what = f"line {n + 1} reads `{name}`, and may come before line {min(makers) + 1}, which makes it"
                    help_ = "write the lines in their order, or name that line in `after`"
                    yield problem(place, what, help_, "order")
                    return


def _written_order(question: Question) -> list[int]:
    """Return the 0-based lines in the order of `answer`, else as they are written."""
    digits = [int(d) - 1 for d in re.findall(r"\d+", str(question.answer))]
    every = list(range(len(question.lines)))
    return digits if sorted(digits) == every else every


def needed(question: Question) -> dict[int, set[int]]:
    """Return for each line (0-based) the lines that must stand above it."""
    if question.after:
        return {int(n) - 1: {int(m) - 1 for m in before} for n, before in question.after.items()}
    sequence = _written_order(question)
    return {n: set(sequence[:place]) for place, n in enumerate(sequence)}


class _Names(NamedTuple):
    """What one line of code reads and assigns."""

    read: frozenset[str]
    made: frozenset[str]


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


TYPES: tuple[QuestionType, ...] = (Order(),)
