"""The line that stands on the shell when the tutor has ended: what is saved, what is next, when review is due."""

from __future__ import annotations

from datetime import date

from bptutor.progress.home import DEFAULT_LEARNER
from bptutor.session.learner import Learner
from bptutor.session.review.results import more_due, part_due

WEEK = 7


def farewell(learner: Learner) -> str:
    """Return one line on where a learner stands now."""
    if not learner.log.saving:
        return f"Nothing was saved: {learner.log.saving_problem.removeprefix('progress is not saved: ')}."
    return " ".join(part for part in ("Saved.", _next(learner), _review(learner)) if part)


def _next(learner: Learner) -> str:
    if learner.first_start:
        return ""
    found = learner.where_to_continue()
    if found is None:
        return "Every lesson is done."
    _, stop, title = found
    return f"Next: {title}{f', step {stop}' if stop > 1 else ''}{_command(learner, '')}."


def _review(learner: Learner) -> str:
    rounds = learner.rounds
    due, beyond = rounds.due_count(), rounds.beyond_today()
    if due and beyond:
        return part_due(due, beyond)
    if due:
        return f"{due} due for review now{_command(learner, ' review')}."
    if beyond:
        return more_due(beyond)
    day = rounds.next_day()
    return f"Review is due {_day(day, rounds.today)}." if day else ""


def _command(learner: Learner, word: str) -> str:
    """Return the command in brackets; none where it would need the path of a pack or a name as well."""
    plain = learner.library.checked and learner.log.learner == DEFAULT_LEARNER
    return f" (bptutor{word})" if plain else ""


def _day(day: date, today: date) -> str:
    """Say a day as people do."""
    away = (day - today).days
    if away <= 1:
        return "tomorrow"
    return f"on {day:%A}" if away < WEEK else f"on {day.day} {day:%B}"
