"""Is the answer what was asked? It is proved equal to the `goal`, or comes to the same numbers or the same shape.

An answer that is only compared with itself is right whatever it says: the goal says once more, in other words, what is
asked, so that a slip in either is found.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from bptutor.authoring.check.lesson.lines import Side, prove_sides
from bptutor.authoring.check.report import Checked
from bptutor.errors import BptutorError
from bptutor.grading import types
from bptutor.grading.answer.parse_answer import model
from bptutor.grading.answer.submission import make
from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark
from bptutor.notation import parse
from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes
from bptutor.notation.tree import Expr
from bptutor.notation.values.evaluate import UnknownLetter, evaluate
from bptutor.packs.model import Lesson, Question
from bptutor.packs.question_types import of
from bptutor.packs.scene.scene import Scene


def check_goal(question: Question, scene: Scene, seeds: Iterable[int], lesson: Lesson, checked: Checked) -> None:
    """Hold the answer of a question against its goal; under other definitions an expression needs one.

    Args:
        question: The question.
        scene: The names, with those that the question gives.
        seeds: Which numbers are drawn where numbers or a shape are asked.
        lesson: The lesson.
        checked: Where problems are added.

    Raises:
        UnreadableAnswer: The goal or the answer cannot be read.
    """
    place = question.at("answer")
    if not question.goal:
        if of(question).face and (question.define or question.network):
            help_ = "add what it is equal to, such as `goal: ∂L/∂z_i`"
            checked.wrong(place, "nothing proves this answer under its own definitions", help_, "no-goal")
        return
    tree = parse.read(question.goal, scene.scope)
    try:
        with np.errstate(all="ignore"):
            evaluate(tree, scene.fresh(1), order=tuple(axes.of(tree, scene.scope).letters))
    except UnknownLetter:  # nothing says what one of its letters ranges over
        raise
    except BptutorError:
        pass  # it may have a value on other draws; where it has none, the proof says so
    if of(question).computed:
        _same_numbers(question, seeds, lesson, checked)
    elif types.of(question).provable:
        _proved(question, tree, scene.scope, lesson, checked)


def _proved(question: Question, tree: Expr, scope: Scope, lesson: Lesson, checked: Checked) -> None:
    """Prove the answer, or the line that it fills, equal to the goal."""
    place = question.at("answer")
    goal = Side(tree, question.places.get("goal", place))
    where = parse.read_condition(question.where, scope) if question.where else None
    answer = Side(model(str(question.answer), question, scope), place, where, numpy=not of(question).columns)
    letters = axes.of(tree, scope).letters
    prove_sides(goal, answer, scope, letters, "the answer is not the goal", lesson, checked)


def _same_numbers(question: Question, seeds: Iterable[int], lesson: Lesson, checked: Checked) -> None:
    """Grade what the goal comes to, as if a learner had typed it: it must be right on every seed."""
    for seed in seeds:
        typed = types.of(question).model_text(make(question, "", lesson.scene, seed), question.goal)
        checked.grades += 1
        verdict = grade(question, typed, lesson.scene, seed)
        if verdict.mark is not Mark.RIGHT:
            what = f"the answer is not the goal, which comes to `{typed}` (seed {seed})"
            place = question.at("answer")
            checked.wrong(place, what, "correct one of the two", "not-equal")
            return
