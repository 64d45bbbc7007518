"""What is said at the end of a review or a quiz: how it went by skill, and what to do next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bptutor.packs.lesson.outline import LessonEntry, Pack
from bptutor.session.ids import is_inserted
from bptutor.session.steps.step_standing import Passed

if TYPE_CHECKING:  # the map says what is due, and is painted before any lesson can be opened
    from bptutor.session.steps.lesson_state import Walk
    from bptutor.session.steps.lesson_steps import Stop

ENOUGH = 0.7
"""Share of right answers below which a skill is worth another look."""


@dataclass(frozen=True)
class Score:
    """How much of a round, or of one skill of it, was right."""

    right: int
    total: int

    @property
    def share(self) -> float:
        """0 to 1; 0 when nothing counted."""
        return self.right / self.total if self.total else 0.0

    @property
    def shown(self) -> str:
        """How it is written: `3 of 4`."""
        return f"{self.right} of {self.total}"


def score(walk: Walk, skill: str = "") -> Score:
    """Return the score of a round; that of one skill when it is named.

    What was asked and has gone from the pack since still counts in the whole; of which skill it was is not known.
    """
    stops = [stop for stop in walk.course.stops if not is_inserted(stop.id) and (not skill or skill in _skills(stop))]
    found = [walk.standing(stop.id).passed for stop in stops]
    if not skill:
        here = {stop.id for stop in walk.stops}
        found += [one.passed for id_, one in walk.at.items() if id_ and id_ not in here and one.passed in _ASKED]
    return Score(sum(one is Passed.RIGHT for one in found), len(found))


_ASKED = frozenset({Passed.RIGHT, Passed.WRONG, Passed.REVEALED, Passed.SKIPPED})


def _skills(stop: Stop) -> tuple[str, ...]:
    return stop.question.skills if stop.question else ()


def skills(walk: Walk) -> list[str]:
    """Return the skills that a round asked, in order."""
    return list(dict.fromkeys(skill for stop in walk.course.stops for skill in _skills(stop)))


def passed(walk: Walk, share: int) -> bool:
    """Return whether a quiz was passed, with `share` per cent or more."""
    whole = score(walk)
    return whole.total > 0 and 100 * whole.right >= share * whole.total


def quiz_text(
    walk: Walk,
    share: int,
    pack: Pack,
    lessons: Mapping[str, LessonEntry],
    *,
    tests_out: bool,
    tomorrow: Collection[str] = (),
) -> str:
    """Return the result of a quiz as Markdown.

    Args:
        walk: What was asked.
        share: Per cent of right answers with which it is passed.
        pack: The pack, for the titles of skills.
        lessons: The lessons of the pack, by id.
        tests_out: Whether passing it marks the lessons of its chapter as known.
        tomorrow: The skills that the review asks tomorrow.
    """
    whole = score(walk)
    if not whole.total:
        return "This quiz has no questions that can be asked."
    good = passed(walk, share)
    verdict = f"passed ({share} % are needed)" if good else f"not passed yet: {share} % are needed"
    rows = [f"**{whole.shown}** right: {verdict}."]
    weak = [skill for skill in skills(walk) if score(walk, skill).share < ENOUGH]
    rows.append("")
    for skill in skills(walk):
        title = teaching(skill, walk.course.lesson.chapter, lessons) if skill in weak else ""
        rows.append(
            f"- {pack.skills.get(skill, skill)}: {score(walk, skill).shown}" + f"; read again: {title}" * bool(title)
        )
    if good and tests_out:
        rows += ["", "The lessons of this chapter now count as known; each can still be opened."]
    if not weak:
        return "\n".join([*rows, "", "No skill needs another look now."])
    back = [pack.skills.get(skill, skill) for skill in weak if skill in tomorrow]
    if len(back) == len(weak):
        rows += ["", "The review will bring the weak skills back tomorrow."]
    elif back:
        rows += ["", f"The review will bring back tomorrow: {', '.join(back)}."]
    return "\n".join(rows)


def teaching(skill: str, chapter: str, lessons: Mapping[str, LessonEntry]) -> str:
    """Return the title of the first lesson of a skill, of this chapter if it has one; empty when there is none."""
    entries = [entry for entry in lessons.values() if skill in entry.skills]
    return min(entries, key=lambda entry: entry.chapter != chapter).title if entries else ""


def more_due(beyond: int) -> str:
    """Say how much is due beyond what is asked in a day."""
    return f"Ten are enough for today; {beyond} more {'is' if beyond == 1 else 'are'} due."


def part_due(due: int, beyond: int) -> str:
    """Say that more is due than what is left of the day's ten."""
    return f"{due + beyond} are due; a review asks {due} of them today."


def review_text(walk: Walk, pack: Pack, more: int, beyond: int = 0) -> str:
    """Return the end of a review as Markdown.

    Args:
        walk: What was asked.
        pack: The pack, for the titles of skills.
        more: How many items a review would ask now.
        beyond: How many more are due than are asked today.
    """
    whole = score(walk)
    rest = (part_due(more, beyond) if more else more_due(beyond)) if beyond else ""
    if not whole.total:
        return rest or (f"{more} {'is' if more == 1 else 'are'} due." if more else "Nothing is due now.")
    rows = [f"**{whole.shown}** right without a reveal."]
    rows += ["", *(f"- {pack.skills.get(skill, skill)}: {score(walk, skill).shown}" for skill in skills(walk))]
    said = f"{more} more {'is' if more == 1 else 'are'} due now." if more else "Nothing more is due today."
    return "\n".join([*rows, "", rest or said])
