"""Everything that a lesson may ask: each line in every form of its `fade`, each question in every variant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bptutor.notation import parse
from bptutor.notation.printers import unicode
from bptutor.notation.scope import Scope
from bptutor.notation.tree import walk
from bptutor.packs.lesson import fading
from bptutor.packs.model import Derivation, Lesson, Question

CONSTANTS = ("1", "0", "2", "-1")


def asked(lesson: Lesson) -> Iterator[Question]:
    """Yield every question of a lesson as it may be asked: in each variant; a line in each form that it takes.

    A blank page is asked at every line of its author's route: each line must be a step to the one after it.
    """
    for block in lesson.blocks:
        if isinstance(block, Question):
            yield from (block, *block.vary)
        elif isinstance(block, Derivation):
            yield from _steps(block)


def _steps(derivation: Derivation) -> Iterator[Question]:
    for n, line in enumerate(derivation.lines):
        if derivation.blank:
            page = fading.blank_page(derivation, tuple(above.math for above in derivation.lines[:n]))
            source = {**page.source, "answer": line.math}
            yield replace(page, answer=line.math, source=source, places={**page.places, "answer": line.place})
            continue
        for how in fading.forms(line):
            key = {fading.Form.WHY: "by", fading.Form.HOLE: "hole"}.get(how)
            places = {**line.places, "answer": line.at(key) if key else line.place}
            yield replace(fading.question(derivation, n, how), places=places)


def fillings(question: Question, scope: Scope) -> list[str]:
    """Return what might stand in the hole of a line, the likeliest first: what the whole line has there, its parts."""
    tree = parse.read(question.whole, scope)
    parts = sorted(
        {unicode.line(part, scope) for part in walk(tree) if part is not tree}, key=lambda text: (len(text), text)
    )
    return [text for text in dict.fromkeys([str(question.answer), *CONSTANTS, *parts]) if text]
