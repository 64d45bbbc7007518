"""What was called otherwise before (`was`): no old id may be in use, or be that of two things."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from bptutor.errors import Problem
from bptutor.packs.lesson.outline import Pack
from bptutor.packs.model import Derivation, Lesson, Place, Question
from bptutor.packs.quiz import BANK
from bptutor.packs.yaml.reader import Located, problem

Renamed = tuple[str, tuple[str, ...], Place]
"""An id of today, what it was, and where that is written."""


def check_renaming(pack: Pack, node: Located, fronts: Iterable[str], lessons: Sequence[Lesson]) -> Iterator[Problem]:
    """Yield every problem of what the things of a pack were called.

    Args:
        pack: The pack.
        node: Its `pack.yaml`.
        fronts: The ids of the lesson files.
        lessons: What could be read: lessons, quizzes, banks.
    """
    yield from _wrong("pack", [(pack.id, pack.was, node.mapping.get("was", node).place)], {pack.id})
    yield from _wrong("skill", list(_skills(node)), pack.skills)
    pages = [_page(lesson) for lesson in lessons if not lesson.id.startswith(BANK)]
    yield from _wrong("lesson", pages, {*fronts, *(id_ for id_, _, _ in pages)})
    banks = [_page(lesson) for lesson in lessons if lesson.id.startswith(BANK)]
    yield from _wrong("bank", banks, {id_ for id_, _, _ in banks})
    for lesson in lessons:
        blocks = [block for block in lesson.blocks if isinstance(block, Question | Derivation)]
        asked = [(block.id, block.was, block.at("was.0", "was")) for block in blocks]
        yield from _wrong("question or derivation", asked, {block.id for block in blocks})


def _wrong(what: str, renamed: list[Renamed], used: Collection[str]) -> Iterator[Problem]:
    claimed: dict[str, str] = {}
    for id_, was, place in renamed:
        for old in was:
            if old in used:
                message = f"`{old}` is the id of a {what} today"
                yield problem(place, message, f"take it out of the `was` of `{id_}`", "was")
            elif old in claimed:
                message = f"`{claimed[old]}` says as well that it was `{old}`"
                yield problem(place, message, "leave it with the one that the learner's work belongs to", "was")
            claimed.setdefault(old, id_)


def _skills(node: Located) -> Iterator[Renamed]:
    for id_, skill in node.mapping.get("skills", Located({})).mapping.items():
        was = skill.mapping.get("was")
        if was is not None:
            yield id_, tuple(item.text for item in was.items or (was,)), was.place


def _page(lesson: Lesson) -> Renamed:
    return lesson.id.removeprefix(BANK), lesson.was, lesson.at("was.0", "was")
