"""What a quiz promises: that what it names is there, and that there is enough of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from bptutor.errors import Problem
from bptutor.packs.lesson.outline import Pack
from bptutor.packs.model import Derivation, Lesson, Place, Question
from bptutor.packs.quiz import BANK, QuizFront, Source
from bptutor.packs.yaml.fields import nearest
from bptutor.packs.yaml.reader import problem


def check_quizzes(
    pack: Pack, lessons: Sequence[Lesson], may_be_unread: Callable[[str], bool], flawed: Collection[Path]
) -> list[Problem]:
    """Check the quizzes among the files of a pack, and the skills that it calls contrasts.

    Args:
        pack: The pack.
        lessons: Its lessons, quizzes and banks, as far as they could be read.
        may_be_unread: Tells whether a lesson may be there in a file that cannot be read.
        flawed: The files that could not be read without a problem.
    """
    unread = {lesson.id for lesson in lessons if lesson.file in flawed}
    known = {lesson.id: lesson for lesson in lessons if lesson.quiz is None and lesson.id}
    found: list[Problem] = []
    seen = set(known)
    for lesson in lessons:
        if lesson.quiz is None:
            continue
        if lesson.id in seen:
            what = f"the id `{lesson.id}` is also that of another lesson or quiz"
            found.append(problem(_at(lesson, "id"), what, "give one of the two another id", "duplicate-id"))
        seen.add(lesson.id)
        found += _quiz(lesson, lesson.quiz, known, lambda id_: id_ in unread or may_be_unread(id_))
    for group in pack.contrasts:
        for skill in group:
            if skill not in pack.skills:
                place = Place(str(pack.root / "pack.yaml"), 1, 1)
                what = f"`contrasts` names no skill of the pack: `{skill}`"
                found.append(problem(place, what, nearest(skill, pack.skills), "unknown-skill"))
    return found


def _quiz(
    lesson: Lesson, front: QuizFront, known: dict[str, Lesson], unread: Callable[[str], bool]
) -> Iterator[Problem]:
    count, complete = len(list(_asked(lesson))), True
    for source in front.sources:
        if unread(source.lesson):
            complete = False
            continue
        if source.lesson not in known:
            banks = source.lesson.startswith(BANK)
            what = f"there is no {'bank' if banks else 'lesson'} `{source.lesson.removeprefix(BANK)}`"
            complete = False
            names = [id_.removeprefix(BANK) for id_ in known if id_.startswith(BANK) is banks]
            yield problem(source.place, what, nearest(source.lesson.removeprefix(BANK), names), "unknown-lesson")
            continue
        there = list(_asked(known[source.lesson]))
        yield from _named(source, there, set(_own_ids(known[source.lesson])))
        named = len(source.ids or there)
        if source.pick > named:
            what = f"`pick: {source.pick}`, and there are {named}"
            yield problem(source.place, what, "pick fewer, or name more", "pick")
        count += min(source.pick or named, named)
    if not count and complete:
        yield problem(_at(lesson, "id"), "the quiz asks nothing", "add `questions:`, or write a question", "empty")
    elif front.pick > count and complete:
        what = f"`pick: {front.pick}`, and there are {count} questions"
        yield problem(_at(lesson, "pick"), what, "pick fewer, or name more sources", "pick")
    if front.test_out and not lesson.chapter:
        help_ = "add `chapter:`, whose lessons then count as known"
        yield problem(_at(lesson, "test-out"), "`test-out` without a chapter", help_, "missing-key")


def _named(source: Source, there: list[str], own: set[str]) -> Iterator[Problem]:
    for id_ in source.ids:
        if id_ not in there and id_ not in own:
            what = f"`{source.lesson.removeprefix(BANK)}` asks no `{id_}`"
            yield problem(source.place, what, nearest(id_, there), "unknown-question")


def _own_ids(lesson: Lesson) -> Iterator[str]:
    """Yield asked lines by the ids that their author gave them."""
    for block in lesson.blocks:
        if isinstance(block, Derivation):
            yield from (f"{block.id}.{line.id}" for line in block.lines if line.ask and line.id)


def _asked(lesson: Lesson) -> Iterator[str]:
    """Yield the ids of what a lesson asks: questions, and asked lines as `derivation.3`."""
    for block in lesson.blocks:
        if isinstance(block, Question):
            yield block.id
        elif isinstance(block, Derivation):
            yield from (f"{block.id}.{n}" for n, line in enumerate(block.lines, 1) if line.ask)


def _at(lesson: Lesson, key: str) -> Place:
    return lesson.at(key)
