"""What can be asked before a question that is too hard: there always is something."""

from __future__ import annotations

from bptutor.packs.lesson.fading import Form
from bptutor.packs.model import Derivation
from bptutor.session.ids import is_inserted
from bptutor.session.review.items import as_form, item
from bptutor.session.steps.lesson_state import Walk
from bptutor.session.steps.lesson_steps import Stop
from bptutor.session.steps.step_standing import Passed
from bptutor.session.view.view_model import Wants


def easier(walk: Walk, stop: Stop) -> str:
    """Return the stop to ask before one: itself, for its line with a hole, or a passed one of the same skill.

    Empty when there is none left that was not asked already.
    """
    if is_inserted(stop.id) or walk.course.one_try:
        return ""
    found = item(walk.course, stop)
    if found is None:
        return ""
    asked = {other.item.id for other in walk.stops if other.item and other.id.startswith("easier:")}
    whole = stop.form is Form.WRITE and _is_line(walk, stop)
    if whole and found.id not in asked and as_form(found, Form.HOLE, walk.course.rules) is not None:
        return stop.id
    for other in reversed(walk.course.stops[: walk.course.index(stop.id)]):
        sibling = item(walk.course, other) if other.wants is Wants.ANSWER else None
        if sibling is None or sibling.id in asked or walk.standing(other.id).passed is not Passed.RIGHT:
            continue
        if set(sibling.question.skills) & set(found.question.skills):
            return other.id
    return ""


def _is_line(walk: Walk, stop: Stop) -> bool:
    return stop.item is not None or isinstance(walk.course.pieces[stop.piece], Derivation)
