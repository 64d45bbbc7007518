"""The learner's record as a page: skills in the order of the course, mistakes by their titles."""

from __future__ import annotations

from bptutor.progress.event_log import Log
from bptutor.progress.mastery import mistakes
from bptutor.progress.report import page
from bptutor.session.protocols import Library


def record_page(log: Log, library: Library) -> list[str]:
    """Return the record as lines of text; every screen shows this one."""
    ids = dict.fromkeys(skill for entry in library.entries() for skill in entry.skills)
    titles = {
        skill: library.pack.skills[skill] for skill in [*ids, *library.pack.skills] if skill in library.pack.skills
    }
    return page(log, titles, catalogue=_catalogue() if mistakes(log, 1) else {}, pack=library.pack.id)


def _catalogue() -> dict[str, str]:
    from bptutor.grading.catalogue.table import CATALOGUE  # loads NumPy

    return {mistake.id: mistake.title for mistake in CATALOGUE}
