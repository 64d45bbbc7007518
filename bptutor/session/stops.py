"""A lesson cut into stops: the places where the learner does something before it goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bptutor.packs.model import Block, Derivation, Lesson, Prose, Question, Show
from bptutor.session.view import Wants

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True)
class Stop:
    """One place to stop. What stands after it in the lesson is hidden until it is left."""

    id: str
    wants: Wants
    """GO_ON, ANSWER or NUDGE."""
    piece: int
    """Index of the last piece that is shown here."""
    line: int = -1
    """In a derivation: 0-based index of the line; else -1."""
    question: Question | None = None
    """What is asked, as written; set exactly when `wants` is ANSWER."""


@dataclass(frozen=True)
class Course:
    """A lesson as it is walked: its blocks, prose cut at headings, and the stops between them."""

    lesson: Lesson
    pieces: tuple[Block, ...]
    stops: tuple[Stop, ...]

    def index(self, stop: str) -> int:
        """Return the place of a stop by its id; -1 when the lesson has no such stop (any more)."""
        return next((n for n, s in enumerate(self.stops) if s.id == stop), -1)


def cut(lesson: Lesson) -> Course:
    """Cut a lesson into stops.

    A stop is each line of a derivation, each question, each nudge column, and, before a `##` heading, a rest when
    nothing else stopped just before. A lesson of prose alone has one rest at its end.
    """
    pieces: list[Block] = []
    stops: list[Stop] = []
    for block in lesson.blocks:
        for piece in _sections(block):
            if pieces and _is_section(piece) and not (stops and stops[-1].piece == len(pieces) - 1):
                stops.append(Stop(f"rest-{len(pieces)}", Wants.GO_ON, len(pieces) - 1))
            pieces.append(piece)
            stops += _stops_in(piece, len(pieces) - 1)
    if not stops:
        stops.append(Stop("rest-end", Wants.GO_ON, len(pieces) - 1))
    return Course(lesson, tuple(pieces), tuple(stops))


def _stops_in(piece: Block, at: int) -> list[Stop]:
    if isinstance(piece, Question):
        return [Stop(piece.id, Wants.ANSWER, at, question=piece)]
    if isinstance(piece, Derivation):
        return [_line_stop(piece, n, at) for n in range(len(piece.lines))]
    if isinstance(piece, Show) and piece.nudge is not None:
        return [Stop(f"nudge-{at}", Wants.NUDGE, at)]
    return []


def _line_stop(derivation: Derivation, n: int, at: int) -> Stop:
    if derivation.lines[n].ask:
        return Stop(f"{derivation.id}.{n + 1}", Wants.ANSWER, at, n, derivation.question(n))
    return Stop(f"{derivation.id}.{n + 1}", Wants.GO_ON, at, n)


def _is_section(piece: Block) -> bool:
    return isinstance(piece, Prose) and piece.text.lstrip("\n").startswith("## ")


def _sections(block: Block) -> list[Block]:
    """Return a block, prose cut before each `##` heading (outside code fences) and without empty parts."""
    if not isinstance(block, Prose):
        return [block]
    parts: list[list[str]] = [[]]
    fence = ""
    for line in block.text.splitlines():
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        if line.startswith("## ") and not fence:
            parts.append([])
        parts[-1].append(line)
    texts = ["\n".join(part).strip("\n") for part in parts]
    return [Prose(text, block.place) for text in texts if text.strip()]
