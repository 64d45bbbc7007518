"""A pack has other names for what is in the record: it goes on under these, and keeps what it said at first.

Nothing is lost by it: a pack that is opened takes back what another one, which says that it was this one, has taken.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from bptutor.packs.lesson.outline import LessonEntry, Pack, QuizEntry
from bptutor.progress.event import NAMED, Event, as_first
from bptutor.progress.event_log import Log
from bptutor.progress.record.figures import recount

QUIZ = "~quiz/"
DRAFTS = "draft"
"""The table of what is typed and not answered."""


@dataclass(frozen=True)
class Names:
    """What the things of a pack were called -> what they are called."""

    pack: str
    packs: tuple[str, ...] = ()
    lessons: Mapping[str, str] = field(default_factory=dict)
    """Of lessons, and of quizzes as `~quiz/id` and as `id`."""
    skills: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def of(pack: Pack, entries: Sequence[LessonEntry], listed: Sequence[QuizEntry]) -> Names:
        """Return the names of a pack; one that is in use is not taken for an old one."""
        quizzes = {old: quiz.id for quiz in listed for old in quiz.was}
        lessons = {old: entry.id for entry in entries for old in entry.was}
        taken = {entry.id for entry in entries} | {quiz.id for quiz in listed}
        by_id = {old: new for old, new in (lessons | quizzes).items() if old not in taken}
        rounds = {QUIZ + old: QUIZ + new for old, new in quizzes.items() if old in by_id}
        skills = {old: new for old, new in pack.skills_before.items() if old not in pack.skills}
        return Names(pack.id, tuple(old for old in pack.was if old != pack.id), by_id | rounds, skills)

    def today(self, event: Event) -> Event:
        """Return an event under the names of today, with what it said at first."""
        named = replace(
            event,
            pack=self.pack,
            lesson=self.lessons.get(event.lesson, event.lesson),
            stop=self.item(event.stop),
            items=tuple(map(self.item, event.items)),
            skills=tuple(self.skills.get(skill, skill) for skill in event.skills),
        )
        changed = {name: getattr(event, name) for name in NAMED if getattr(event, name) != getattr(named, name)}
        return replace(named, renamed={**changed, **event.renamed}) if changed else event

    def place(self, pack: str, lesson: str, stop: str) -> tuple[str, str, str]:
        """Return where a draft stands today."""
        if pack != self.pack and pack not in self.packs:
            return pack, lesson, stop
        return self.pack, self.lessons.get(lesson, lesson), self.item(stop)

    def item(self, id_: str) -> str:
        """Return today's name of `lesson/stop`, whatever it begins with."""
        before, slash, stop = id_.partition("/")
        begin, colon, lesson = before.rpartition(":")
        return begin + colon + self.lessons.get(lesson, lesson) + slash + stop if slash else id_


def rename(log: Log, names: Names) -> None:
    """Bring what is in a record of a pack under the names that the pack has today."""
    found: list[tuple[int, Event]] = []
    for seq, body in _candidates(log, names):
        with suppress(ValueError):
            event = Event.from_json(body)
            named = names.today(as_first(event) if event.renamed.get("pack") == names.pack else event)
            if named != event:
                found.append((seq, named))
    drafts = log.rows(f"SELECT pack, lesson, stop FROM {DRAFTS}")  # noqa: S608
    if found or any(names.place(*draft) != draft for draft in drafts):
        log.rewrite(lambda connection: _write(connection, found, names))


def _candidates(log: Log, names: Names) -> list[tuple[int, str]]:
    """Return the events that may need another name."""
    pack, old_packs = names.pack, names.packs
    found = log.rows(f"SELECT seq, body FROM event WHERE pack IN ({_marks(old_packs)})", *old_packs)  # noqa: S608
    found += log.rows(
        f"""SELECT seq, body FROM event WHERE pack NOT IN (?{", ?" * len(old_packs)})
        AND json_extract(body, '$.renamed.pack') = ?""",  # noqa: S608
        pack,
        *old_packs,
        pack,
    )
    words = [*(f'"{old}"' for old in (*names.lessons, *names.skills)), *(f"{old}/" for old in names.lessons)]
    if words:
        have = " OR ".join("instr(body, ?)" for _ in words)
        found += log.rows(f"SELECT seq, body FROM event WHERE pack = ? AND ({have})", pack, *words)  # noqa: S608
    return [(seq, body) for seq, body in found]


def _marks(values: tuple[str, ...]) -> str:
    return ", ".join("?" for _ in values)


def _write(connection: sqlite3.Connection, found: list[tuple[int, Event]], names: Names) -> None:
    for seq, event in found:
        row = (event.pack, event.lesson, event.to_json(), seq)
        connection.execute("UPDATE event SET pack = ?, lesson = ?, body = ? WHERE seq = ?", row)
    for old in connection.execute(f"SELECT pack, lesson, stop FROM {DRAFTS}").fetchall():  # noqa: S608
        new = names.place(*old)
        query = (
            f"UPDATE OR IGNORE {DRAFTS} SET pack = ?, lesson = ?, stop = ? WHERE pack = ? AND lesson = ? AND stop = ?"  # noqa: S608
        )
        if new != tuple(old):
            connection.execute(query, (*new, *old))
    if found:
        recount(connection)
