"""What can be asked outside of its lesson: read from the files of a pack, once."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from bptutor.errors import BptutorError
from bptutor.packs.model import Lesson
from bptutor.packs.quiz import BANK
from bptutor.progress.event_log import Log
from bptutor.progress.help import question_of
from bptutor.session.protocols import Library
from bptutor.session.review.items import items
from bptutor.session.steps.lesson_state import mixed
from bptutor.session.steps.lesson_steps import Course, Item, cut

MEETINGS = 99
"""A meeting so late that every line has faded to its last form."""


class Askable:
    """The questions of one pack, as one learner meets them."""

    def __init__(self, library: Library, log: Log) -> None:
        """Read nothing yet."""
        self.library = library
        self.log = log
        self._known: dict[tuple[str, int, bool], tuple[Item, ...]] = {}
        self._asked_at = 0, dict[tuple[str, ...], dict[str, str]]()
        """What was asked of some skills, up to a place of the record."""

    def cut(self, lesson: Lesson) -> Course:
        """Cut a lesson as the learner meets it now; lines that are still shown there are not asked elsewhere."""
        return cut(lesson, max(self._meeting(lesson.id), 1), self.library.pack.rules)

    def _meeting(self, lesson_id: str) -> int:
        return 1 if lesson_id.startswith(BANK) else self.log.openings(self.library.pack.id, lesson_id)

    def items(self, lesson_id: str, *, faded: bool = False) -> tuple[Item, ...]:
        """Return what a lesson, a bank or a quiz asks; nothing when its file is gone or wrong.

        Args:
            lesson_id: Its id.
            faded: Whether every line is asked as at the last meeting, and blank pages too, as a quiz does; else as the
                learner meets it, and as in a quiz what was never opened.
        """
        return self.read(lesson_id, (self._meeting(lesson_id) or MEETINGS) if not faded else MEETINGS, faded)

    def read(self, lesson_id: str, meeting: int, faded: bool = False) -> tuple[Item, ...]:
        """Read what is asked at a meeting with a lesson, once; it needs no record, so that a thread can do it."""
        key = lesson_id, meeting, faded
        if key not in self._known:
            try:
                whole = cut(self.library.lesson(lesson_id), meeting, self.library.pack.rules)
                self._known[key] = tuple(items(whole, pages=faded))
            except BptutorError:
                self._known[key] = ()
        return self._known[key]

    def item(self, id_: str, *, faded: bool) -> Item | None:
        """Return what a round asks by its id: `lesson/stop`, and `#2` behind it for a variant; None when it is gone."""
        own, _, variant = id_.partition("#")
        lesson, _, stop = own.partition("/")
        found = next((item for item in self.items(lesson, faded=faded) if stop in (item.stop, *item.also)), None)
        return found.variant(int(variant)) if found and variant.isdecimal() else found

    def candidates(self, skills: Collection[str], seed: int) -> Mapping[str, list[Item]]:
        """Return for each skill what exercises it and was asked before, the least recently asked first.

        It may have been asked in a lesson, out of a bank or in a quiz. Skills for which nothing can be asked have no
        entry.
        """
        asked = self._asked(skills) if skills else {}
        lessons = dict.fromkeys(id_.partition("/")[0] for id_ in asked)
        known = [item for lesson in lessons for item in self.items(lesson) if item.named(asked)]
        known.sort(key=lambda item: (item.latest(asked)[:10], mixed(seed, item.id)))
        found = {skill: [item for item in known if skill in item.question.skills] for skill in skills}
        return {skill: some for skill, some in found.items() if some}

    def unread(self, skills: Collection[str]) -> list[tuple[str, int]]:
        """Return the lessons, each with the meeting, that must be read to say what can be asked of some skills."""
        lessons = dict.fromkeys(id_.partition("/")[0] for id_ in self._asked(skills)) if skills else {}
        return [(lesson, self._meeting(lesson) or MEETINGS) for lesson in lessons]

    def _asked(self, skills: Collection[str]) -> dict[str, str]:
        """Return what was asked of some skills, and when last: `lesson/stop` -> UTC ISO time."""
        (place,) = self.log.rows("SELECT coalesce(max(seq), 0) FROM event")[0]
        if self._asked_at[0] != place:
            self._asked_at = place, {}
        known, key = self._asked_at[1], tuple(sorted(skills))
        if key not in known:
            known[key] = self._asked_in_record(key)
        return known[key]

    def _asked_in_record(self, skills: Collection[str]) -> dict[str, str]:
        query = """SELECT event.lesson, json_extract(event.body, '$.stop'), max(event.time)
            FROM event, json_each(event.body, '$.skills') AS skill
            WHERE event.pack = ? AND event.kind IN ('answered', 'revealed')
            AND skill.value IN (SELECT value FROM json_each(?)) GROUP BY 1, 2"""
        found: dict[str, str] = {}
        for lesson, stop, time in self.log.rows(query, self.library.pack.id, json.dumps(list(skills))):
            id_ = question_of(str(lesson), str(stop))
            found[id_] = max(str(time), found.get(id_, ""))
        return found
