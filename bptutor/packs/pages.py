"""The pages of a pack: lessons and quizzes (Markdown), and banks of questions (YAML)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bptutor.errors import PackError, Problem
from bptutor.packs.lesson.formulas import Formulas
from bptutor.packs.lesson.markdown import asked, lesson_from
from bptutor.packs.model import Block, Lesson, Show
from bptutor.packs.quiz import BANK
from bptutor.packs.scene.scene import scene
from bptutor.packs.yaml.fields import Fields
from bptutor.packs.yaml.places import merged
from bptutor.packs.yaml.reader import Located, places, read
from bptutor.packs.yaml.text_file import file_text


def read_lesson(path: Path, shown: str = "") -> Lesson:
    """Read a lesson, a quiz or a bank.

    Args:
        path: The file.
        shown: How the file is called in messages; its path when empty.

    Raises:
        PackError: It is wrong; carries every problem found.
    """
    problems: list[Problem] = []
    lesson = read_page(path, shown or str(path), problems)
    if problems or lesson is None:
        raise PackError(*merged(problems))
    return lesson


def read_page(path: Path, shown: str, problems: list[Problem]) -> Lesson | None:
    """Read a lesson, a quiz or a bank as far as it can be; every problem goes into `problems`.

    Returns:
        What was read; a bank is a lesson of questions whose id is the file's name with `@` before it. None when the
        file has no text.
    """
    text = file_text(path, shown, problems)
    if problems and not text:
        return None
    if path.suffix == ".yaml":
        return replace(bank_from(read(text, shown, problems), path.stem, problems), file=path)
    return replace(lesson_from(text, shown, problems), file=path)


def bank_from(node: Located, name: str, problems: list[Problem]) -> Lesson:
    """Read the mapping of a bank; every problem found goes into `problems`."""
    with Fields(node, "a bank", problems) as fields:
        written, before = fields.get("scene"), len(problems)
        own = scene(written, problems) if written is not None else None
        formulas = Formulas(own, problems, blind=len(problems) > before)
        title, skills = fields.text("title") or name, fields.texts("skills")
        allow = {rule: reason.text for rule, reason in fields.mapping("allow").items()}
        fields.require("questions", "[{id: first, type: numeric, prompt: ..., answer: ...}]")
        blocks = tuple(block for item in fields.nodes("questions") for block in _entry(item, formulas))
        was = fields.was()
    return Lesson(BANK + name, title, blocks, own, skills=skills, allow=allow, was=was, places=places(node))


def _entry(node: Located, formulas: Formulas) -> Iterable[Block]:
    """Read one question of a bank; `arrays` are shown above it."""
    written = node.mapping.get("arrays", Located(()))
    names = written.items or ((written,) if written.text else ())
    for name in names:
        formulas.expression(name)
    question = asked(node.without("arrays"), None, node.place, formulas)
    if names:
        yield Show(tuple(name.text for name in names), None, node.place)
    if question is not None:
        yield question
