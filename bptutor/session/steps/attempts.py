"""What earlier tries mean for the one being graded: the learner's own values, and a mistake made again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bptutor.errors import UnreadableAnswer
from bptutor.packs.question_types import of
from bptutor.session.steps.lesson_state import Walk
from bptutor.session.steps.step_standing import Passed, Standing

if TYPE_CHECKING:
    from bptutor.grading.verdict import Verdict
    from bptutor.packs.scene.scene import Scene
    from bptutor.session.steps.lesson_steps import Stop


def earlier(walk: Walk, scene: Scene | None) -> dict[str, object]:
    """Return the values that the learner got wrong and went on with, by the name that was asked for."""
    found: dict[str, object] = {}
    for stop in walk.course.stops if scene is not None else ():
        standing = walk.standing(stop.id)
        name = str(stop.question.answer) if stop.question else ""
        if scene is not None and name in scene.scope.names and _carried(stop, standing, walk.seed):
            numbers = _numbers(standing.wrong, scene)
            if numbers is not None:
                found[name] = numbers
    return found


def _carried(stop: Stop, standing: Standing, seed: int) -> bool:
    asked = stop.question is not None and of(stop.question).asks_numbers and not stop.question.given
    return asked and bool(standing.wrong) and standing.wrong_seed == seed and standing.passed is Passed.SKIPPED


def _numbers(text: str, scene: Scene) -> object:
    from bptutor.grading.answer.parse_numbers import read_grid

    try:
        grid = read_grid(text, scene.scope)
    except UnreadableAnswer:
        return None
    return grid.reshape(()).tolist() if grid.size == 1 else grid.tolist()


def repeated(verdict: Verdict, text: str, standing: Standing, seed: int) -> Verdict:
    """Return the verdict of a wrong answer; the same as the last one is told the same place in numbers."""
    if not verdict.findings or text.strip() != standing.wrong.strip() or standing.wrong_seed != seed:
        return verdict
    first, *others = verdict.findings
    return replace(verdict, findings=(replace(first, message=first.again or first.message), *others))
