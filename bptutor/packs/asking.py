"""What a lesson asks, by id: a question taken out of its lesson with its scene, and how many a quiz has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from bptutor.errors import BptutorError, UsageError
from bptutor.packs.lesson import fading
from bptutor.packs.lesson.fading import Form
from bptutor.packs.lesson.outline import Rule
from bptutor.packs.library import Library
from bptutor.packs.model import Derivation, Lesson, Question
from bptutor.packs.quiz import BANK
from bptutor.packs.yaml.fields import nearest

if TYPE_CHECKING:
    from bptutor.packs.scene.scene import Scene


def named(library: Library, id_: str) -> tuple[Question, Scene | None]:
    """Return a question and its scene.

    Args:
        library: The pack.
        id_: `lesson/question`, `lesson/derivation.3` for an asked line, `lesson/derivation` for a blank page,
            `@bank/question`; `#2` behind it is the second other way to ask it.

    Raises:
        UsageError: There is none of that id; the help names the nearest.
        PackError: The file of its lesson is wrong.
    """
    own, _, way = id_.partition("#")
    lesson_id, slash, stop = own.partition("/")
    if not slash:
        raise UsageError(f"`{id_}` names no question", "write lesson/question, such as last-layer/all-six")
    lesson = library.lesson(lesson_id)
    known = dict(asks(lesson, library.pack.rules))
    if stop not in known:
        raise UsageError(f"the lesson {lesson_id} asks no {stop}", nearest(stop, known))
    question = known[stop]
    if way and not (way.isdecimal() and 0 < int(way) <= len(question.vary)):
        raise UsageError(f"{own} is asked in {1 + len(question.vary)} ways", f"write {own} for the first")
    question = question.variant(int(way)) if way else question
    scene = lesson.scene
    return question, scene.changed(question.changes) if scene is not None else None


def asks(lesson: Lesson, rules: Mapping[str, Rule] | None = None) -> Iterator[tuple[str, Question]]:
    """Yield everything that a lesson asks for in writing, with its id.

    Args:
        lesson: The lesson.
        rules: The rules of the pack, for the hint of a blank page that names them.
    """
    for block in lesson.blocks:
        if isinstance(block, Question):
            yield block.id, block
        elif isinstance(block, Derivation) and block.blank:
            yield block.id, fading.blank_page(block, (), rules)
        elif isinstance(block, Derivation):
            for n, line in enumerate(block.lines):
                if line.ask:
                    yield f"{block.id}.{n + 1}", fading.question(block, n, Form.WRITE, rules)


def length(library: Library, id_: str) -> int:
    """Return how many questions a quiz asks, from its own file and the light index; 0 when a file is wrong."""
    steps = {entry.id: entry.steps for entry in library.entries()}
    try:
        quiz = library.quiz(id_)
        found = len(dict(asks(quiz.lesson)))
        for source in quiz.front.sources:
            there = len(source.ids) or steps.get(source.lesson, 0)
            if source.lesson.startswith(BANK) and not source.ids:
                there = len(dict(asks(library.lesson(source.lesson))))
            found += min(source.pick or there, there)
    except BptutorError:
        return 0
    return min(quiz.front.pick or found, found)
