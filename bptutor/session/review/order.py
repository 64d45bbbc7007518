"""What a review asks: one item a due skill, never one skill twice running, contrasts side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bptutor.session.steps.lesson_steps import Item

A_DAY = 10
"""Items of a review, and of all reviews of a day, at most."""


def plan(
    due: Sequence[str],
    candidates: Mapping[str, Sequence[Item]],
    contrasts: Sequence[Sequence[str]] = (),
    limit: int = A_DAY,
) -> list[Item]:
    """Return what to ask, in order.

    Args:
        due: The skills that are due, the most urgent first.
        candidates: Skill -> the items that exercise it, the one to prefer first.
        contrasts: Sets of skills that are told apart best when they are asked side by side.
        limit: How many items at most.

    Returns:
        Items of which no two neighbours share a skill. A skill that every item of it would ask twice running is left
        for another day.
    """
    chosen: list[Item] = []
    waiting = [skill for skill in due if candidates.get(skill)]
    while waiting and len(chosen) < limit:
        skill = _next(waiting, chosen, contrasts)
        waiting.remove(skill)
        placed = next((found for item in candidates[skill] if (found := _placed(chosen, item))), None)
        if placed is None:
            continue
        chosen = placed
        asked = {skill for item in chosen for skill in item.question.skills}
        waiting = [other for other in waiting if other not in asked]
    return chosen


def _next(waiting: Sequence[str], chosen: Sequence[Item], contrasts: Sequence[Sequence[str]]) -> str:
    """Return the skill to ask next: a contrast to the one just asked, when one is due, else the most urgent."""
    last = set(chosen[-1].question.skills) if chosen else set()
    beside = {skill for group in contrasts if last & set(group) for skill in group}
    return next((skill for skill in waiting if skill in beside and skill not in last), waiting[0])


def _placed(chosen: Sequence[Item], item: Item) -> list[Item] | None:
    """Return the items with one more: at the end, else at the last place where its neighbours have other skills."""
    skills = set(item.question.skills)
    for at in range(len(chosen), -1, -1):
        beside = [*chosen[max(at - 1, 0) : at], *chosen[at : at + 1]]
        if not any(skills & set(other.question.skills) for other in beside):
            return [*chosen[:at], item, *chosen[at:]]
    return None
