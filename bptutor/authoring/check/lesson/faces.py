"""A text that names a face stands where F3 opens that face: in its lesson, and where it is asked by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bptutor.authoring.check.report import Checked
from bptutor.packs.faces import NAMES, NUMBERS, WRITTEN
from bptutor.packs.model import Block, Derivation, Lesson, Place, Prose, Question
from bptutor.session.review.items import item
from bptutor.session.steps.lesson_steps import Course, Stop, cut
from bptutor.session.view.faces import faces_of
from bptutor.session.view.view_model import LineState, Shown, ShownDerivation, ShownProse, ShownQuestion, ShownShow

NAMED = re.compile(rf"\b(?:({'|'.join(NAMES)}|number) faces?|in the faces?(?! of))\b", re.IGNORECASE)
_SHOW = "`show`"
"""A key, not words: where a question is asked by itself it opens what there is."""


@dataclass(frozen=True)
class _Said:
    """A text, and all that is on the screen when it is read."""

    text: str
    where: str
    place: Place
    shown: tuple[Shown, ...]
    asked: Question | None = None


def check_faces(lesson: Lesson, checked: Checked) -> None:
    """Report texts that name a face which cannot be opened there."""
    course = cut(lesson)
    found = {}
    for said in [*_in_lesson(course), *_by_themselves(course)]:
        named = {(match[1] or "").casefold() for match in NAMED.finditer(said.text)}
        for name in {NUMBERS if name == "number" else name for name in named}:  # "" where no face is named
            texts = faces_of(said.shown, said.asked).texts
            opens = name in texts if name else bool(set(texts) - {WRITTEN[0].name})
            if not (lesson.scene is not None if name == NUMBERS else opens):
                found[said.place, name] = said
    for (place, name), said in found.items():
        what = f"{said.where} names the {name} face" if name else f"{said.where} names faces"
        help_ = "say what stands there; a question is also asked by itself, without the derivation above it"
        checked.wrong(place, f"{what}, and F3 opens none there", help_, "no-face")


def _in_lesson(course: Course) -> Iterator[_Said]:
    """Yield the texts of a lesson, each below what stands above it there."""
    for at, piece in enumerate(course.pieces):
        above = tuple(_done(other) for other in course.pieces[:at])
        if isinstance(piece, Prose):
            yield _Said(piece.text, "the text", piece.place, (*above, ShownProse(piece.text)))
        for stop in course.stops:
            if stop.piece == at and stop.question is not None:
                yield from _of_question(stop.question, (*above, *_open(piece, stop)), above)


def _by_themselves(course: Course) -> Iterator[_Said]:
    """Yield the texts of everything that may be asked by itself, as a review does."""
    for stop in course.stops:
        found = item(course, stop, pages=True)
        if found is None:
            continue
        above = tuple(_done(piece) for piece in found.context if not isinstance(piece, Derivation))
        shown = (*above, *_open(found.context[-1] if found.context else None, stop))
        for piece in found.context:
            if isinstance(piece, Prose):
                yield _Said(piece.text, "the text above a question", piece.place, shown, found.question)
        yield from (said for said in _of_question(found.question, shown, above) if said.where != _SHOW)


def _of_question(question: Question, shown: tuple[Shown, ...], above: tuple[Shown, ...]) -> Iterator[_Said]:
    for way in (question, *question.vary):
        yield _Said(way.prompt, "the prompt", way.at("prompt"), shown, way)
        for n, hint in enumerate(way.hints):
            yield _Said(hint, "a hint", way.at(f"hints.{n}"), shown, way)
        for n, choice in enumerate(way.choices):
            yield _Said(f"{choice.text} {choice.say}", "a choice", way.at(f"choices.{n}"), shown, way)
        if way.show:
            yield _Said(f"{way.show} face", _SHOW, way.at("show"), shown, way)
        answered = ShownQuestion(way, str(way.answer) or "a")
        yield _Said(way.solution, "the solution", way.at("solution"), (*above, answered))


def _done(piece: Block) -> Shown:
    """Return a block as it stands when it is behind the learner."""
    if isinstance(piece, Derivation):
        return ShownDerivation(piece, tuple((line, LineState.SHOWN) for line in piece.lines), finished=True)
    if isinstance(piece, Question):
        return ShownQuestion(piece, str(piece.answer) or "a")
    return ShownProse(piece.text) if isinstance(piece, Prose) else ShownShow(piece)


def _open(piece: Block | None, stop: Stop) -> Sequence[Shown]:
    """Return the block that asks, as it stands while it asks."""
    if isinstance(piece, Derivation):
        lines = piece.lines if piece.blank else piece.lines[: stop.line + 1]
        states = [LineState.SHOWN] * (len(lines) - 1) + [LineState.ASKED]
        if piece.blank:
            states = [LineState.ASKED] * len(lines)
        return [ShownDerivation(piece, tuple(zip(lines, states, strict=True)), finished=False)]
    return [ShownQuestion(stop.question, None)] if stop.question is not None else []
