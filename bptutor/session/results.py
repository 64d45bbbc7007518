"""What is said at the end of a review or a quiz: how it went by skill, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bptutor.packs.outline import LessonEntry, Pack
from bptutor.session.ids import is_inserted
from bptutor.session.standing import Passed
from bptutor.session.stops import Stop
from bptutor.session.walk import Walk

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
    """Return the score of a round; that of one skill when it is named."""
    stops = [stop for stop in walk.course.stops if not is_inserted(stop.id) and (not skill or skill in _skills(stop))]
    right = sum(walk.standing(stop.id).passed is Passed.RIGHT for stop in stops)
    return Score(right, len(stops))


def _skills(stop: Stop) -> tuple[str, ...]:
    return stop.question.skills if stop.question else ()


def skills(walk: Walk) -> list[str]:
    """Return the skills that a round asked, in order."""
    return list(dict.fromkeys(skill for stop in walk.course.stops for skill in _skills(stop)))


def passed(walk: Walk, share: int) -> bool:
    """Return whether a quiz was passed, with `share` per cent or more."""
    whole = score(walk)
    return whole.total > 0 and 100 * whole.right >= share * whole.total


def quiz_text(walk: Walk, share: int, pack: Pack, lessons: Mapping[str, LessonEntry], *, tests_out: bool) -> str:
    """Return the result of a quiz as Markdown."""
    whole = score(walk)
    if not whole.total:
        return "This quiz has no questions that can be asked."
    good = passed(walk, share)
    verdict = f"passed ({share} % are needed)" if good else f"not passed yet: {share} % are needed"
    rows = [f"**{whole.shown}** right: {verdict}."]
    weak = {skill for skill in skills(walk) if score(walk, skill).share < ENOUGH}
    rows.append("")
    for skill in skills(walk):
        title = teaching(skill, walk.course.lesson.chapter, lessons) if skill in weak else ""
        rows.append(
            f"- {pack.skills.get(skill, skill)}: {score(walk, skill).shown}" + f"; read again: {title}" * bool(title)
        )
    if good and tests_out:
        rows += ["", "The lessons of this chapter now count as known; each can still be opened."]
    rows += ["", "The review will bring the weak skills back tomorrow." if weak else "No skill needs another look now."]
    return "\n".join(rows)


def teaching(skill: str, chapter: str, lessons: Mapping[str, LessonEntry]) -> str:
    """Return the title of the first lesson of a skill, of this chapter if it has one; empty when there is none."""
    entries = [entry for entry in lessons.values() if skill in entry.skills]
    return min(entries, key=lambda entry: entry.chapter != chapter).title if entries else ""


def review_text(walk: Walk, pack: Pack, more: int) -> str:
    """Return the end of a review as Markdown."""
    whole = score(walk)
    if not whole.total:
        return "Nothing is due now." if not more else f"{more} are due."
    rows = [f"**{whole.shown}** right without a reveal."]
    rows += ["", *(f"- {pack.skills.get(skill, skill)}: {score(walk, skill).shown}" for skill in skills(walk))]
    rows += ["", f"{more} more are due today." if more else "Nothing more is due today."]
    return "\n".join(rows)
