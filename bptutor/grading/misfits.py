"""Answers of another shape: whose parts do not fit together, or that do not fit what is asked.

To name the mistake all the same, a scene is taken with all axes for one: there every product has a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bptutor.errors import BptutorError
from bptutor.grading import reads
from bptutor.grading.case import Case
from bptutor.grading.comparison import CLOSE, Comparison
from bptutor.grading.diagnosis import SAID, finite_draws, make_target, named
from bptutor.grading.guesses import Met
from bptutor.grading.layouts import Layout, layout
from bptutor.grading.verdict import Finding, Mark, ProofMark, Verdict
from bptutor.notation.axes import ShapeMisfit
from bptutor.notation.scope import Declared, Role, Scope
from bptutor.notation.tree import Expr
from bptutor.notation.value import Values


def misplaced(case: Case, comparison: Comparison, given: Expr, got: Layout) -> Verdict | None:
    """Return the verdict of an answer over other letters or axes; None when it can be compared."""
    asked = comparison.layout
    extra = [letter for letter in got.letters if letter not in asked.letters]
    if extra and not got.axes and not asked.axes:
        message = f"Your answer depends on a free {extra[0]}; the goal has {asked.shown or 'no letter'}. "
        finding = Finding("free-index", message + f"Look at where {extra[0]} is summed.")
        return Verdict(Mark.WRONG, ProofMark.REFUTED, (finding,))
    clash = [
        (letter, axis, got.known[letter])
        for letter, axis in zip(asked.letters, asked.letter_axes, strict=True)
        if letter in got.letters
    ]
    off = next(((x, a, b) for x, a, b in clash if a and b and a != b), None)
    if off:
        message = (
            f"In your answer {off[0]} runs over {off[2]}, in the goal over {off[1]}. Look at what {off[0]} stands at."
        )
        return Verdict(Mark.WRONG, ProofMark.REFUTED, (Finding("shape", message),))
    if not extra and _comparable(asked, got):
        return None
    return _other_shape(case, comparison, given, got)


def _comparable(asked: Layout, got: Layout) -> bool:
    if not got.axes and not got.letters:
        return not asked.axes
    if got.axes and asked.letters and not asked.axes:
        return False
    bare = got.axes[1:] if len(got.axes) == len(asked.axes) + 1 and got.axes[0] == "1" else got.axes
    return len(bare) == len(asked.axes) and all(a == b or not a or not b for a, b in zip(bare, asked.axes, strict=True))


def _other_shape(case: Case, comparison: Comparison, given: Expr, got: Layout) -> Verdict:
    """Return the verdict of an answer of another shape: the mistake that makes it, and both shapes."""
    asked = comparison.layout
    message = f"Your answer has axes {got.shown}, what is asked has {asked.shown}. Look at its axes one by one."
    shape = Finding("shape", message)
    draws = tuple(finite_draws(comparison, given))
    found = named(make_target(case, comparison), Met(draws, CLOSE))
    return Verdict(Mark.WRONG, ProofMark.REFUTED, (*found[:SAID], shape))


class SquareScene:
    """A scene with all axes taken for one, so that products that do not fit can still be told apart by value."""

    def __init__(self, scene: Any) -> None:
        """Take over the names of a scene."""
        self.original = scene
        scope: Scope = scene.scope
        names = {name: _squared(made) for name, made in scope.names.items()}
        self.scope = replace(scope, names=names, sizes={"n": ""}, indices=dict.fromkeys(scope.indices, "n"))
        self.source = getattr(scene, "source", {})

    def fresh(self, seed: int, sizes: Mapping[str, int] | None = None) -> Values:
        """Return values with every axis of size 3."""
        scope: Scope = self.original.scope
        values = self.original.fresh(seed, sizes=dict.fromkeys(scope.sizes, 3))
        counts = {name: np.array(3.0) for name, made in scope.names.items() if made.role is Role.SIZE}
        given = {name: np.asarray(array) for name, array in values.given.items()}
        return Values(self.scope, counts | given, {"n": 3})

    def draw(self, seed: int) -> Values:
        """Return the same as for a probe."""
        return self.fresh(seed)


def _squared(made: Declared) -> Declared:
    role = Role.GIVEN if made.role is Role.SIZE else made.role
    return replace(made, axes=("n",) * len(made.axes), role=role)


def misfit(case: Case, problem: ShapeMisfit) -> Verdict:
    """Return the verdict of an answer whose parts do not fit together."""
    message = f"{problem.message[:1].upper()}{problem.message[1:]}. Look at the axes of each part."
    shape = Finding("shape", message)
    found: list[Finding] = []
    try:
        found = _square_findings(case)
    except (BptutorError, ValueError, KeyError, TypeError, IndexError):
        found = []  # without equal sizes nothing more can be said than what does not fit
    return Verdict(Mark.WRONG, ProofMark.REFUTED, (*found[:SAID], shape))


def _square_findings(case: Case) -> list[Finding]:
    square: Any = SquareScene(case.scene)
    inside = replace(case, scene=square)
    given = reads.read_answer(inside)
    expected = next(reads.models(inside))
    asked = layout(expected, square.scope, reads.columns(case.question), reads.goal(inside))
    comparison = Comparison(square, expected, asked, reads.columns(case.question))
    found = named(make_target(inside, comparison), Met(tuple(finite_draws(comparison, given)), CLOSE))
    return [finding for finding in found if finding.rule != "other-quantity"]
