"""Whether an answer was helped: by a hint, something easier, a reveal, or an earlier wrong try at the same question.

Other numbers, a skip and another start of the program take none of it back. What was done today counts, and what was
done in this run since the question was last passed on an earlier day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from bptutor.progress.days import day_of
from bptutor.progress.event import Event, EventKind

RIGHT = frozenset({"right", "right-from-earlier"})
HELP = frozenset({EventKind.HINTED, EventKind.EASED, EventKind.REVEALED})
ROUND = "~"
"""What the ids of reviews and quizzes begin with."""

RECALL = "recall:"
"""What the id of a recall begins with; behind it stands the stop after which it comes."""


def question_of(lesson: str, stop: str) -> str:
    """Return what is asked at a stop, wherever it is asked: `lesson/stop`."""
    own = stop.rpartition(":")[2]
    return own if lesson.startswith(ROUND) else f"{lesson}/{own}"


@dataclass
class _Question:
    """What was done at one question: day, run, and whether it was help (else a wrong try)."""

    done: list[tuple[str, str, bool]] = field(default_factory=list)
    passed: str = ""
    """The day on which it was passed last."""


class Helped:
    """What helped, by question, after some events."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        """Take events into account, oldest first."""
        self._questions: defaultdict[tuple[str, str], _Question] = defaultdict(_Question)
        self._runs: dict[tuple[str, str], str] = {}
        self._recalled: dict[tuple[str, str, str], str] = {}
        """Pack, lesson and stop of a recall from memory -> the stop that it recalls."""
        for event in events:
            self.apply(event)

    def apply(self, event: Event) -> None:
        """Take one event into account."""
        if event.kind is EventKind.OPENED:
            self._runs[event.pack, event.lesson] = event.id
            return
        if event.kind is EventKind.PAUSED:
            self._recalled[event.pack, event.lesson, RECALL + event.stop] = event.text
            return
        wrong = event.mark == "wrong" and event.kind is EventKind.ANSWERED
        passed = event.kind is EventKind.REVEALED or (event.kind is EventKind.ANSWERED and event.mark in RIGHT)
        if not (wrong or passed or event.kind in HELP):
            return
        day = day_of(event)
        question = self._at(event.pack, event.lesson, event.stop, day)
        if wrong or event.kind in HELP:
            run = self._runs.get((event.pack, event.lesson), "")
            question.done.append((day, run, event.kind in HELP))
        if passed:
            question.passed = day

    def at(self, pack: str, lesson: str, stop: str, day: str) -> tuple[bool, bool]:
        """Return whether there was an earlier try or help at a question, and whether there was help."""
        run = self._runs.get((pack, lesson), "")
        found = [help_ for on, in_, help_ in self._at(pack, lesson, stop, day).done if on == day or in_ == run]
        return bool(found), any(found)

    def _at(self, pack: str, lesson: str, stop: str, day: str) -> _Question:
        stop = self._recalled.get((pack, lesson, stop), stop)
        question = self._questions[pack, question_of(lesson, stop)]
        if question.passed and question.passed != day:  # what led to it is over
            question.done, question.passed = [], ""
        return question
