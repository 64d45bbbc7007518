"""Questions taken out of their lessons: each with what must stand above it to be answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bptutor.packs.lesson import fading
from bptutor.packs.lesson.fading import Form
from bptutor.packs.lesson.outline import Rule
from bptutor.packs.model import Block, Derivation, Prose, Show
from bptutor.packs.question_types import of
from bptutor.packs.quiz import BANK
from bptutor.session.steps.lesson_steps import Course, Item, Stop, is_section

_NAME = re.compile(r"[^\W\d_]+\d*")


def items(course: Course, *, pages: bool = False) -> Iterator[Item]:
    """Yield everything that a lesson asks, in order, as an item.

    Args:
        course: The lesson.
        pages: Whether blank pages are among them; they take longer than a review or a recall gives.
    """
    for stop in course.stops:
        found = item(course, stop, pages=pages)
        if found is not None:
            yield found


def item(course: Course, stop: Stop, *, pages: bool = False) -> Item | None:
    """Return what is asked at a stop as an item; None when nothing is, or a blank page where none is wanted."""
    if stop.item is not None or stop.question is None or (stop.blank and not pages):
        return stop.item
    question = replace(stop.question, skills=stop.question.skills or course.lesson.skills)
    piece = course.pieces[stop.piece]
    if stop.blank:
        context: tuple[Block, ...] = (*_above(course, stop), piece)
    elif isinstance(piece, Derivation):
        context = (replace(piece, lines=piece.lines[: stop.line + 1]),)
    else:
        context = _above(course, stop)
    return Item(f"{course.lesson.id}/{stop.id}", question, context, course.lesson.scene, course.also(stop.id))


def _above(course: Course, stop: Stop) -> tuple[Block, ...]:
    """Return what must stand above a question, as it is shown by itself."""
    return tuple(still(course.pieces[at]) for at in above(course, stop))


def above(course: Course, stop: Stop) -> list[int]:
    """Return the places of the prose and the arrays directly above a question, up to the heading of its section.

    Where numbers matter and no array stands there, the last ones that the question mentions join them; not in a bank,
    whose questions have nothing to do with each other.
    """
    found: list[int] = []
    at = stop.piece - 1
    while at >= 0 and isinstance(course.pieces[at], Prose | Show):
        found.insert(0, at)
        if is_section(course.pieces[at]):
            break
        at -= 1
    in_bank = course.lesson.id.startswith(BANK)
    needs = stop.question is not None and not of(stop.question).by_itself and not in_bank
    if needs and not any(isinstance(course.pieces[place], Show) for place in found):
        earlier = ((place, course.pieces[place]) for place in range(max(at, 0)))
        shows = [place for place, piece in earlier if isinstance(piece, Show) and _speaks_of(stop, piece)]
        found = [*shows[-1:], *found]
    return found


def _speaks_of(stop: Stop, show: Show) -> bool:
    """Return whether a question mentions one of the arrays that are shown."""
    question = stop.question
    said = f"{question.prompt} {question.answer} {' '.join(question.names)}" if question else ""
    return bool({*_NAME.findall(" ".join(show.arrays))} & {*_NAME.findall(said)})


def still(piece: Block) -> Block:
    """Return a nudge column as an array that is simply shown."""
    if not isinstance(piece, Show) or piece.nudge is None:
        return piece
    slope = f"∂{piece.nudge.of}/∂{piece.nudge.by}"
    return Show(piece.arrays if slope in piece.arrays else (*piece.arrays, slope), place=piece.place)


def as_form(found: Item, form: Form, rules: Mapping[str, Rule]) -> Item | None:
    """Return a line asked for its rule (`WHY`) or with a hole; None when it is no line, or cannot be asked so."""
    derivation = found.context[-1] if found.context else None
    if not isinstance(derivation, Derivation):
        return None
    n = len(derivation.lines) - 1
    line = derivation.lines[n]
    if form is Form.HOLE and not fading.hole(line):
        return None
    if form is Form.WHY and not (line.by and fading.false_rules(derivation, n, rules)):
        return None
    question = fading.question(derivation, n, form, rules)
    return replace(found, question=replace(question, skills=found.question.skills))
