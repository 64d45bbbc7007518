"""Quizzes: runs of questions, taken from lessons, from banks, and from the quiz's own file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bptutor.packs.model import Lesson, Place
from bptutor.packs.yaml.fields import Fields
from bptutor.packs.yaml.reader import NOWHERE, Located

BANKS = "banks"
BANK = "@"
"""What the id of a bank begins with where a lesson's could stand."""
FEEDBACK = ("each", "end")
PASS = 70
MOST = 100
"""Questions of a quiz."""
KIND = re.compile(r"^kind:\s*[\"']?quiz[\"']?\s*(#.*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """Where a quiz takes questions from."""

    lesson: str
    """A lesson's id, or a bank's with `@` before it."""
    ids: tuple[str, ...] = ()
    """Its questions (`three-slopes`) and asked lines (`error-by-z.3`); empty for all."""
    pick: int = 0
    """How many of them; 0 for all."""
    place: Place = NOWHERE


@dataclass(frozen=True)
class QuizFront:
    """What the front matter of a quiz says beside that of a lesson."""

    sources: tuple[Source, ...] = ()
    pick: int = 0
    """How many questions of all; 0 for all."""
    shuffle: bool = True
    share: int = PASS
    """Per cent of right answers with which it is passed."""
    feedback: str = "each"
    """`each`: after every answer; `end`: all at the end."""
    test_out: bool = False
    """Whether passing it marks the lessons of its chapter as known."""
    place: Place = NOWHERE


@dataclass(frozen=True)
class Quiz:
    """A quiz file: what it says, and its own prose and questions as a lesson."""

    lesson: Lesson
    front: QuizFront

    @property
    def id(self) -> str:
        """Its id, as that of a lesson."""
        return self.lesson.id


def is_quiz(front: str) -> bool:
    """Return whether a file's front matter says `kind: quiz`."""
    return KIND.search(front) is not None


def quiz_front(fields: Fields) -> QuizFront | None:
    """Take the keys of a quiz; None for a lesson."""
    kind = fields.one_of("kind", ("lesson", "quiz"), "lesson")
    if kind != "quiz":
        return None
    return QuizFront(
        sources=tuple(_source(node, fields) for node in fields.nodes("questions")),
        pick=fields.integer("pick", 1, MOST, 0),
        shuffle=fields.flag("shuffle") or not fields.has("shuffle"),
        share=fields.integer("pass", 0, 100, PASS),
        feedback=fields.one_of("feedback", FEEDBACK, "each"),
        test_out=fields.flag("test-out"),
        place=fields.place,
    )


def _source(node: Located, fields: Fields) -> Source:
    """Read `- lesson: id` or `- bank: name`, with `ids` and `pick`; a text alone is a lesson."""
    if isinstance(node.value, str) and node.value:
        return Source(node.value, place=node.place)
    with Fields(node, "a source of questions", fields.problems) as one:
        lesson, bank = one.text("lesson"), one.text("bank")
        if bool(lesson) == bool(bank):
            help_ = "write `- bank: softmax` or `- lesson: output-error`"
            one.wrong(node.place, "a source names a lesson or a bank", help_)
        return Source(lesson or BANK + bank, one.texts("ids"), one.integer("pick", 1, MOST, 0), node.place)


def bank_files(root: Path) -> list[Path]:
    """Return the files of the banks of a pack, by name."""
    return sorted(file for file in (root / BANKS).glob("*.yaml") if not file.is_dir())
