"""What a quiz promises: that what it names is there, and that there is enough of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from bptutor.errors import Problem
from bptutor.packs.asking import asks
from bptutor.packs.lesson.outline import Pack
from bptutor.packs.model import Derivation, Lesson, Place
from bptutor.packs.quiz import BANK, QuizFront
from bptutor.packs.yaml.fields import nearest
from bptutor.packs.yaml.reader import problem


def check_quizzes(
    pack: Pack, lessons: Sequence[Lesson], may_be_unread: Callable[[str], bool], flawed: Collection[Path]
) -> Iterator[Problem]:
    """Check the quizzes among the files of a pack, and the skills that it calls contrasts.

    Args:
        pack: The pack.
        lessons: Its lessons, quizzes and banks, as far as they could be read.
        may_be_unread: Tells whether a lesson may be there in a file that cannot be read.
        flawed: The files that could not be read without a problem.
    """
    unread = {lesson.id for lesson in lessons if lesson.file in flawed}
    known = {lesson.id: lesson for lesson in lessons if lesson.quiz is None and lesson.id}
    seen = set(known)
    for lesson in lessons:
        if lesson.quiz is not None:
            if lesson.id in seen:
                what = f"the id `{lesson.id}` is also that of another lesson or quiz"
                yield problem(lesson.at("id"), what, "give one of the two another id", "duplicate-id")
            seen.add(lesson.id)
            yield from _quiz(lesson, lesson.quiz, known, lambda id_: id_ in unread or may_be_unread(id_))
    for skill in (skill for group in pack.contrasts for skill in group):
        if skill not in pack.skills:
            what = f"`contrasts` names no skill of the pack: `{skill}`"
            yield problem(Place(str(pack.root / "pack.yaml"), 1, 1), what, nearest(skill, pack.skills), "unknown-skill")


def _quiz(
    lesson: Lesson, front: QuizFront, known: dict[str, Lesson], unread: Callable[[str], bool]
) -> Iterator[Problem]:
    count, complete = len(list(asks(lesson))), True
    for source in front.sources:
        bank, name = source.lesson.startswith(BANK), source.lesson.removeprefix(BANK)
        if unread(source.lesson) or source.lesson not in known:
            complete = False
            if not unread(source.lesson):
                names = [id_.removeprefix(BANK) for id_ in known if id_.startswith(BANK) is bank]
                what = f"there is no {'bank' if bank else 'lesson'} `{name}`"
                yield problem(source.place, what, nearest(name, names), "unknown-lesson")
            continue
        there = [id_ for id_, _ in asks(known[source.lesson])]
        own = _own_ids(known[source.lesson])
        for id_ in source.ids:
            if id_ not in there and id_ not in own:
                yield problem(source.place, f"`{name}` asks no `{id_}`", nearest(id_, there), "unknown-question")
        named = len(source.ids or there)
        if source.pick > named:
            what = f"`pick: {source.pick}`, and there are {named}"
            yield problem(source.place, what, "pick fewer, or name more", "pick")
        count += min(source.pick or named, named)
    if not count and complete:
        yield problem(lesson.at("id"), "the quiz asks nothing", "add `questions:`, or write a question", "empty")
    elif front.pick > count and complete:
        what = f"`pick: {front.pick}`, and there are {count} questions"
        yield problem(lesson.at("pick"), what, "pick fewer, or name more sources", "pick")
    if front.test_out and not lesson.chapter:
        help_ = "add `chapter:`, whose lessons then count as known"
        yield problem(lesson.at("test-out"), "`test-out` without a chapter", help_, "missing-key")


def _own_ids(lesson: Lesson) -> set[str]:
    """Return asked lines by the ids that their author gave them."""
    derivations = [block for block in lesson.blocks if isinstance(block, Derivation)]
    return {f"{block.id}.{line.id}" for block in derivations for line in block.lines if line.ask and line.id}
