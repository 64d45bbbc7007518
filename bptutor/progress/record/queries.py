"""What a record is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bptutor.progress.event import Event, EventKind, mended
from bptutor.progress.record.draft import Draft


class Queries:
    """Reads the events of one learner, in the order in which they happened."""

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        raise NotImplementedError

    def read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query with the event in place of its body, which is the last column."""
        return [(*others, mended(body)) for *others, body in self.rows(query, *values)]

    def events(self) -> Iterator[Event]:
        """Yield every event, oldest first."""
        for (event,) in self.read("SELECT body FROM event ORDER BY time, seq"):
            yield event

    def run(self, pack: str, lesson: str) -> list[Event]:
        """Return the events of the latest run of a lesson: from its last `opened` on, oldest first."""
        query = """
            SELECT body FROM event WHERE pack = ? AND lesson = ? AND time >= coalesce(
                (SELECT max(time) FROM event WHERE pack = ? AND lesson = ? AND kind = 'opened'), '')
            ORDER BY time, seq"""
        found = [event for (event,) in self.read(query, pack, lesson, pack, lesson)]
        begun = [n for n, event in enumerate(found) if event.kind is EventKind.OPENED]
        return found[begun[-1] :] if begun else []

    def runs(self, pack: str, lesson: str) -> list[list[Event]]:
        """Return every run of a lesson, the oldest first, each from its `opened` on."""
        query = "SELECT body FROM event WHERE pack = ? AND lesson = ? ORDER BY time, seq"
        found: list[list[Event]] = []
        for (event,) in self.read(query, pack, lesson):
            if event.kind is EventKind.OPENED:
                found.append([])
            if found:
                found[-1].append(event)
        return found

    def draws(self, pack: str, lesson: str) -> int:
        """Return how often numbers were drawn for a lesson, so that the next draw gets another seed."""
        query = "SELECT count(*) FROM event WHERE pack = ? AND lesson = ? AND kind IN ('opened', 'redrawn')"
        return int(self.rows(query, pack, lesson)[0][0])

    def marked(self, pack: str, mark: str) -> set[str]:
        """Return the lessons of which a run was finished with a mark: the quizzes that were passed."""
        query = """SELECT DISTINCT lesson FROM event
            WHERE pack = ? AND kind = 'finished' AND json_extract(body, '$.mark') = ?"""
        return {str(lesson) for (lesson,) in self.rows(query, pack, mark)}

    def openings(self, pack: str, lesson: str) -> int:
        """Return how often a lesson was begun: its meetings so far."""
        query = "SELECT count(*) FROM event WHERE pack = ? AND lesson = ? AND kind = 'opened'"
        return int(self.rows(query, pack, lesson)[0][0])

    def since(self, time: str) -> list[Event]:
        """Return the events from a UTC ISO time on, oldest first, each with the time it is sorted by."""
        query = "SELECT time, body FROM event WHERE time >= ? ORDER BY time, seq"
        return [replace(event, time=time) for time, event in self.read(query, time)]

    def rated_after(self, seq: int) -> tuple[int, list[Event]]:
        """Return the newest place of the record, and the answers and reveals written after a place, oldest first.

        Each event has the time that it is sorted by.
        """
        query = """SELECT time, seq, body FROM event WHERE seq > ? AND kind IN ('answered', 'revealed')
            ORDER BY time, seq"""
        found = self.read(query, seq)
        newest = max((place for _, place, _ in found), default=0)
        return int(newest), [replace(event, time=time) for time, _, event in found]

    def asked(self, pack: str) -> dict[str, str]:
        """Return when each thing was last answered or revealed: `lesson/stop` -> UTC ISO time."""
        query = """SELECT lesson, json_extract(body, '$.stop'), max(time) FROM event
            WHERE pack = ? AND kind IN ('answered', 'revealed') GROUP BY 1, 2"""
        found: dict[str, str] = {}
        for lesson, stop, time in self.rows(query, pack):
            own = str(stop).rpartition(":")[2]
            id_ = own if lesson.startswith("~") else f"{lesson}/{own}"
            found[id_] = max(time, found.get(id_, ""))
        return found

    def right_code(self, pack: str) -> Iterator[Event]:
        """Yield the right answers to code questions of a pack, oldest first."""
        query = """SELECT body FROM event WHERE pack = ? AND json_extract(body, '$.question') = 'code'
            AND json_extract(body, '$.mark') = 'right' ORDER BY time, seq"""
        for (event,) in self.read(query, pack):
            yield event

    @property
    def last_time(self) -> str:
        """When something was last written, as UTC ISO text; empty when nothing was."""
        return str(self.rows("SELECT coalesce(max(time), '') FROM event")[0][0])

    def lessons(self, pack: str) -> list[str]:
        """Return the ids of the lessons of a pack that were opened, the latest touched first."""
        query = "SELECT lesson FROM event WHERE pack = ? GROUP BY lesson ORDER BY max(time) DESC, max(seq) DESC"
        return [str(lesson) for (lesson,) in self.rows(query, pack)]

    def drafts(self, pack: str, lesson: str) -> dict[str, str]:
        """Return what was typed in a lesson and not answered: stop -> text, empty where it was answered since."""
        return dict(self.rows("SELECT stop, text FROM draft WHERE pack = ? AND lesson = ?", pack, lesson))

    def all_drafts(self) -> list[Draft]:
        """Return what is typed and not answered at any question of any lesson."""
        query = "SELECT pack, lesson, stop, text, time FROM draft WHERE text <> '' ORDER BY pack, lesson, stop"
        return [Draft(*row) for row in self.rows(query)]
