"""Quizzes and banks: runs of questions, taken from lessons, from banks, and from the quiz's own file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bptutor.errors import PackError, Problem
from bptutor.packs.model import Block, Lesson, Place, Show
from bptutor.packs.renaming import renamed_from
from bptutor.packs.yaml.fields import Fields
from bptutor.packs.yaml.places import gathered
from bptutor.packs.yaml.reader import Located, places, read

if TYPE_CHECKING:
    from bptutor.packs.lesson.formulas import Formulas

NOWHERE = Place()
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
    one = Fields(node, "a source of questions", fields.problems)
    lesson, bank = one.text("lesson"), one.text("bank")
    if bool(lesson) == bool(bank):
        one.wrong(
            node.place, "a source names a lesson or a bank", "write `- bank: softmax` or `- lesson: output-error`"
        )
    found = Source(lesson or BANK + bank, one.texts("ids"), one.integer("pick", 1, MOST, 0), node.place)
    one.close()
    return found


# --- banks ------------------------------------------------------------------------------------------------


def bank_files(root: Path) -> list[Path]:
    """Return the files of the banks of a pack, by name."""
    return sorted(file for file in (root / BANKS).glob("*.yaml") if not file.is_dir())


def read_bank(path: Path, shown: str = "") -> Lesson:
    """Read a bank as a lesson of questions, whose id is the file's name with `@` before it.

    Raises:
        PackError: It is wrong; carries every problem found.
    """
    from bptutor.packs.lesson.markdown import file_text

    problems: list[Problem] = []
    where = shown or str(path)
    text = file_text(path, where, problems)
    lesson = bank_from(read(text, where, problems), path.stem, problems) if text or not problems else None
    if problems or lesson is None:
        raise PackError(*gathered(problems))
    return replace(lesson, file=path)


def bank_from(node: Located, name: str, problems: list[Problem]) -> Lesson:
    """Read the mapping of a bank; every problem found goes into `problems`."""
    from bptutor.packs.lesson.formulas import Formulas
    from bptutor.packs.scene.scene import scene

    fields = Fields(node, "a bank", problems)
    written, before = fields.get("scene"), len(problems)
    own = scene(written, problems) if written is not None else None
    formulas = Formulas(own, problems, blind=len(problems) > before)
    title, skills = fields.text("title") or name, fields.texts("skills")
    allow = {rule: reason.text for rule, reason in fields.mapping("allow").items()}
    blocks: list[Block] = []
    fields.require("questions", "[{id: first, type: numeric, prompt: ..., answer: ...}]")
    for item in fields.nodes("questions"):
        blocks += _entry(item, formulas, fields)
    was = renamed_from(fields)
    fields.close()
    found = places(node)
    return Lesson(BANK + name, title, tuple(blocks), own, skills=skills, allow=allow, was=was, places=found)


def _entry(node: Located, formulas: Formulas, fields: Fields) -> Iterable[Block]:
    """Read one question of a bank; `arrays` are shown above it."""
    from bptutor.packs.lesson.markdown import asked

    written = node.mapping.get("arrays", Located(()))
    names = written.items or ((written,) if written.text else ())
    for name in names:
        formulas.expression(name)
    kept = {key: value for key, value in node.mapping.items() if key != "arrays"}
    keys = {key: place for key, place in node.keys.items() if key != "arrays"}
    question = asked(Located(kept, node.place, keys), None, node.place, formulas, fields.problems)
    if names:
        yield Show(tuple(name.text for name in names), None, node.place)
    if question is not None:
        yield question
