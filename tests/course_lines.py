"""What the built-in pack says and asks, as the JSON lines that `bptutor prove` and `bptutor grade` read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from bptutor.authoring.check.asked import asked, fillings
from bptutor.authoring.check.lesson.lines import EQUATION, NO_SCOPE, _texts, formulas
from bptutor.errors import UnreadableAnswer
from bptutor.grading import types
from bptutor.grading.answer.submission import make
from bptutor.grading.service import serialize
from bptutor.grading.service.worker import request
from bptutor.notation import parse
from bptutor.notation.printers import unicode
from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes
from bptutor.notation.tree import Chain, Expr, Text, walk
from bptutor.packs.library import Library
from bptutor.packs.model import Derivation, Lesson, Question
from bptutor.packs.question_types import of
from bptutor.packs.question_types.expression import written_line
from bptutor.packs.quiz import BANK, bank_files
from bptutor.packs.scene.scene import Scene

COURSE = Path(__file__).parent / "data" / "proofs" / "course.jsonl"
SEEDS = (0, 1)
Row = dict[str, Any]


def lessons(library: Library) -> Iterator[Lesson]:
    """Yield the lessons, the quizzes and the banks of a pack."""
    for id_ in [*(entry.id for entry in library.entries()), *(quiz.id for quiz in library.quizzes())]:
        yield library.lesson(id_)
    for file in bank_files(library.pack.root):
        yield library.lesson(BANK + file.stem)


# --- what is proved ---------------------------------------------------------------------------------------


def write_course() -> str:
    """Return the text of `course.jsonl`."""
    rows = (row for lesson in lessons(Library.builtin()) for row in course(lesson))
    return "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)


def course(lesson: Lesson) -> Iterator[Row]:
    """Yield every line of a lesson that is proved: of derivations, of faces, and the equations of its prose."""
    for block in lesson.blocks:
        if isinstance(block, Derivation):
            yield from _derived(block, lesson)
    scope = lesson.scene.scope if lesson.scene else NO_SCOPE
    count = 0
    for text, place in _texts(lesson):
        for math, _ in formulas(text, place):
            for left, right in _equations(math, scope):
                count += 1
                yield {"id": f"{lesson.id}/prose.{count}", "scene": scene_of(lesson), "left": left, "right": right}


def scene_of(lesson: Lesson) -> Row:
    """Return the scene of a lesson as JSON, without what proofs do not need."""
    source: Row = serialize.plain(lesson.scene.source) if lesson.scene else {}
    return {key: value for key, value in source.items() if key not in {"require", "holds"}}


def _derived(block: Derivation, lesson: Lesson) -> Iterator[Row]:
    """Yield each line against the one before; the axes of the goal's letters go into `indices`."""
    scope = lesson.scene.scope if lesson.scene else NO_SCOPE
    letters = axes.of(parse.read(block.goal, scope), scope).letters
    scene = scene_of(lesson)
    known = {letter: axis for letter, axis in letters.items() if axis and axis in scope.names}
    if known:
        scene["indices"] = scene.get("indices", {}) | known
    before, held = block.goal, ""
    steps = [(str(n), line.math, line.where) for n, line in enumerate(block.lines, 1)]
    for name, text, where in (*steps, *((name, text, "") for name, text in block.faces.items())):
        row: Row = {"id": f"{lesson.id}/{block.id}.{name}", "scene": scene, "left": before, "right": text}
        yield row | ({"where": condition(where or held)} if where or held else {})
        if name.isdecimal():
            before, held = text, where


def condition(where: str) -> str:
    """Return a condition as `prove` reads it, which takes no bare equation."""
    return where.replace(" = ", " == ")


def _equations(math: str, scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield the neighbouring sides of an equation that has no unknown name; what defines a name is none."""
    tree = parse.read_prose(math, scope)
    if not isinstance(tree, Chain) or set(tree.relations) != EQUATION:
        return
    if any(isinstance(node, Text) for side in tree.sides for node in walk(side)):
        return
    pieces = math.split("=")
    sides = [axes.resolve(side, scope) for side in tree.sides]
    written = pieces if len(pieces) == len(sides) else [""] * len(sides)
    texts = [_text(side, piece.strip(), scope) for side, piece in zip(sides, written, strict=True)]
    yield from pairwise(texts)


def _text(side: Expr, written: str, scope: Scope) -> str:
    """Return a text that reads as this side: as it is written, else as it is printed."""
    for text in (written, unicode.line(side, scope)):
        try:
            if parse.read(text, scope) == side:
                return text
        except UnreadableAnswer:
            continue
    return unicode.line(side, scope)


# --- what is asked ----------------------------------------------------------------------------------------


def answers(library: Library) -> Iterator[tuple[str, Row]]:
    """Yield every answer that the pack itself knows of, right or wrong, with the id of what asks it."""
    for lesson in lessons(library):
        for question in (*asked(lesson), *_shown(lesson)):
            for seed in SEEDS[: 1 if of(question).program else None]:
                for text in dict.fromkeys(_answers(question, lesson, seed)):
                    yield f"{lesson.id}/{question.id}", request(question, lesson.scene, text, seed)


def _shown(lesson: Lesson) -> Iterator[Question]:
    """Yield the lines of derivations that are shown only, as if they were asked."""
    for block in lesson.blocks:
        if isinstance(block, Derivation) and not block.blank:
            yield from (written_line(block, n) for n, line in enumerate(block.lines) if not line.ask)


def _answers(question: Question, lesson: Lesson, seed: int) -> Iterator[str]:
    """Yield the model answer, what is accepted, the wrong answers of the author, and each choice or rule."""
    scene = (lesson.scene or Scene.from_mapping({})).changed(question.changes)
    for answer in (question.answer, *question.accept):
        yield types.of(question).model_text(make(question, "", lesson.scene, seed), answer)
    yield from (answer for answer, _ in question.wrong)
    if question.code is not None:
        yield question.code.starter
    if question.whole:
        yield from fillings(question, scene.scope)[:3]
    if question.derived is not None:
        yield from (question.derived.goal, *question.derived.above[-1:])
    if question.kind == "choice":
        yield from (chr(ord("a") + n) for n in range(len(question.choices)))
    if question.kind == "order":
        yield ",".join(str(n) for n in range(len(question.lines), 0, -1))
    yield from question.options
    if not (of(question).asks_numbers or of(question).program):
        yield "0"


def short(text: object, width: int = 40) -> str:
    """Return a text on one line, cut to a width."""
    return re.sub(r"\s+", " ", str(text))[:width]
