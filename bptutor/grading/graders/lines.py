"""Whether the lines of a `wrong-line` question follow: each held against the one above, or against what it assigns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np

from bptutor.errors import BptutorError, UnreadableAnswer
from bptutor.grading.answer.submission import Case
from bptutor.notation import parse
from bptutor.notation.equality import prove
from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes
from bptutor.notation.shapes.axes import ShapeMisfit
from bptutor.notation.values.evaluate import evaluate
from bptutor.packs.model import Question
from bptutor.packs.question_types.wrong_line import Assignment, assignments, is_program
from bptutor.packs.scene.scene import Scene


class Step(Enum):
    """Whether a line follows."""

    PROVED = "it follows, proved"
    PROBES = "it agrees on all draws"
    REFUTED = "it does not follow"
    UNKNOWN = "nothing can be said"


@dataclass(frozen=True)
class Tried:
    """What was found of a line."""

    step: Step
    why: str = ""
    """Why nothing was found, or why it does not follow."""
    compared: bool = True
    """Whether two values were compared: a line that overwrites is tried by where it stands."""


class Lines:
    """The lines of a question in the scene that they are about."""

    def __init__(self, case: Case, deadline: float) -> None:
        """Take the lines.

        Args:
            case: The question; its text does not matter.
            deadline: Seconds for one line.
        """
        self.question: Question = case.question
        means = case.question.means
        scene = case.scene if isinstance(case.scene, Scene) else Scene.from_mapping({})
        self.scene = scene.changed({"define": means}) if means else scene
        self.case, self._deadline = case, deadline
        self._known: dict[int, Tried] = {}

    @property
    def scope(self) -> Scope:
        """The names of the lines."""
        return self.scene.scope

    def tried(self, n: int) -> Tried:
        """Return whether line `n` (1-based) follows."""
        if n not in self._known:
            self._known[n] = self._first(n)
        return self._known[n]

    def _first(self, n: int) -> Tried:
        try:
            found = list(self._tried(n))
        except UnreadableAnswer as error:
            return Tried(Step.UNKNOWN, f"{error.message}; {error.help}".rstrip("; "))
        except BptutorError as error:
            return Tried(Step.UNKNOWN, str(error))
        order = (Step.REFUTED, Step.UNKNOWN, Step.PROBES, Step.PROVED)
        return min(found, key=lambda one: (order.index(one.step), not one.compared))

    def _tried(self, n: int) -> Iterator[Tried]:
        line = self.question.lines[n - 1]
        if not is_program(self.question.lines):
            above = self.question.lines[n - 2] if n > 1 else self.question.goal or line
            yield self._held(above, line, columns=True)
            return
        later = {name for other in self.question.lines[n:] for one in assignments(other) for name in one.reads}
        for one in assignments(line):
            yield self._assigned(one, later)

    def _assigned(self, one: Assignment, later: set[str]) -> Tried:
        """Return whether an assignment holds; one that overwrites what it reads holds unless it stands too early."""
        if one.target in one.reads:
            return Tried(Step.REFUTED if one.target in later else Step.PROVED, compared=False)
        return self._held(one.target, one.value, columns=False)

    def _held(self, above: str, line: str, *, columns: bool) -> Tried:
        spelling = parse.Spelling.ANY if columns else parse.Spelling.NUMPY
        try:
            left, right = (parse.read(text, self.scope, spelling) for text in (above, line))
        except ShapeMisfit as error:
            return Tried(Step.REFUTED, error.message)
        where = parse.read_condition(self.question.where, self.scope) if self.question.where else None
        letters = axes.of(left, self.scope).letters
        proof = prove.prove(
            left,
            right,
            self.scope,
            where,
            order=tuple(letters),
            known={letter: axis for letter, axis in letters.items() if axis},
            columns=columns,
            deadline=self._deadline,
        )
        return Tried(_STEPS[proof.outcome], proof.detail)

    def in_numbers(self) -> str:
        """Return what the lines come to on the numbers shown, at the entry where two of them differ most."""
        if is_program(self.question.lines):
            return ""
        try:
            values = self.scene.draw(self.case.seed)
            trees = [parse.read(line, self.scope) for line in self.question.lines]
            letters = tuple(axes.of(trees[0], self.scope).letters)
            with np.errstate(all="ignore"):
                found = np.array([np.asarray(evaluate(tree, values, order=letters), dtype=float) for tree in trees])
        except (BptutorError, ValueError):
            return ""
        apart = np.abs(np.diff(found, axis=0)).max(axis=0) if len(found) > 1 else np.zeros(found.shape[1:])
        if not np.isfinite(found).all() or not apart.max(initial=0.0) > 0:
            return ""
        entry = np.unravel_index(int(np.argmax(apart)), apart.shape)
        start = self.scope.count_from
        at = ", ".join(f"{letter} = {int(place) + start}" for letter, place in zip(letters, entry, strict=False))
        rows = "; ".join(f"line {n}: {float(row[entry]):.4g}".replace("-", "−") for n, row in enumerate(found, 1))
        return f"On these numbers{f', for {at}' if at else ''}, {rows}."


_STEPS = {
    prove.Outcome.PROVED: Step.PROVED,
    prove.Outcome.PROBES: Step.PROBES,
    prove.Outcome.REFUTED: Step.REFUTED,
    prove.Outcome.UNDECIDED: Step.UNKNOWN,
}
