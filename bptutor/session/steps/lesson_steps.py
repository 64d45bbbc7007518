"""A lesson cut into stops: the places where the learner does something before it goes on."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bptutor.packs.lesson import fading
from bptutor.packs.lesson.fading import Form
from bptutor.packs.lesson.outline import Rule
from bptutor.packs.lesson.stop_ids import called, line_ids, mark
from bptutor.packs.model import Block, Derivation, Lesson, Prose, Question, Show
from bptutor.session.ids import ROUND, apart
from bptutor.session.view.view_model import Wants

if TYPE_CHECKING:
    from bptutor.packs.scene.scene import Scene

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True)
class Item:
    """A question with all it needs to be asked by itself, away from the place where its lesson asks it."""

    id: str
    """`lesson/stop`."""
    question: Question
    context: tuple[Block, ...] = ()
    """What is shown above it; for a line, its derivation down to it, as the last block."""
    scene: Scene | None = None
    """The scene of its lesson; what the question changes in it is not yet changed."""
    also: tuple[str, ...] = ()
    """What else its stop may be called: `error-by-z.3`, or what it was called before."""

    @property
    def stop(self) -> str:
        """The id of the stop in its lesson."""
        return self.id.partition("/")[2]

    @property
    def lesson(self) -> str:
        """The id of its lesson."""
        return self.id.partition("/")[0]

    @property
    def is_line(self) -> bool:
        """Whether it is one line of a derivation."""
        last = self.context[-1] if self.context else None
        return isinstance(last, Derivation) and not last.blank

    def named(self, ids: Container[str]) -> bool:
        """Return whether it is among some ids, `lesson/stop` each, by any name that it may have."""
        return any(f"{self.lesson}/{stop}" in ids for stop in (self.stop, *self.also))

    def latest(self, asked: Mapping[str, str]) -> str:
        """Return when it was last asked, by any name that it may have; `lesson/stop` -> time."""
        return max(asked.get(f"{self.lesson}/{stop}", "") for stop in (self.stop, *self.also))

    @property
    def page(self) -> Derivation | None:
        """The derivation that is asked whole, on a blank page; None for anything else."""
        last = self.context[-1] if self.context else None
        return last if isinstance(last, Derivation) and last.blank else None

    @property
    def own_scene(self) -> Scene | None:
        """The scene with what the question changes."""
        changes = self.question.changes
        return self.scene.changed(changes) if self.scene is not None and changes else self.scene

    def variant(self, n: int) -> Item:
        """Return the n-th way to ask it."""
        return replace(self, question=self.question.variant(n))


@dataclass(frozen=True)
class Stop:
    """One place to stop. What stands after it in the lesson is hidden until it is left."""

    id: str
    wants: Wants
    """GO_ON, ANSWER, NUDGE or REST."""
    piece: int
    """Index of the last piece that is shown here."""
    line: int = -1
    """In a derivation: 0-based index of the line; else -1."""
    question: Question | None = None
    """What is asked, as written; set exactly when `wants` is ANSWER."""
    form: Form = Form.WRITE
    """How a line is asked."""
    blank: bool = False
    """Whether a whole derivation is asked here, line after line."""
    item: Item | None = None
    """Set when the question is asked by itself, with numbers of its own; then `piece` says nothing."""


@dataclass(frozen=True)
class Course:
    """A lesson as it is walked: its blocks, prose cut at headings, and the stops between them.

    A review or a quiz is walked the same way: it has no pieces, and each of its stops has an item.
    """

    lesson: Lesson
    pieces: tuple[Block, ...]
    stops: tuple[Stop, ...]
    meeting: int = 1
    """Which meeting with the lesson this is, from 1."""
    rules: Mapping[str, Rule] = field(default_factory=dict)
    one_try: bool = False
    quiet: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)
    """What a stop may be called in a record of old -> its id today."""

    @property
    def is_round(self) -> bool:
        """Whether this is a review or a quiz."""
        return self.lesson.id.startswith(ROUND)

    def today(self, stop: str) -> str:
        """Return today's id of a stop in a record; of one that is put in, what it begins with stays."""
        begin, own = apart(stop)
        return begin + (own if self.index(own) >= 0 else self.renamed.get(own, own))

    def also(self, stop: str) -> tuple[str, ...]:
        """Return what else a stop may be called."""
        return tuple(old for old, today in self.renamed.items() if today == stop)

    def index(self, stop: str) -> int:
        """Return the place of a stop by its id; -1 when the lesson has no such stop (any more)."""
        return next((n for n, s in enumerate(self.stops) if s.id == stop), -1)


def cut(lesson: Lesson, meeting: int = 1, rules: Mapping[str, Rule] | None = None) -> Course:
    """Cut a lesson into stops.

    A stop is each line of a derivation, each question, each nudge column, and, before a `##` heading, a rest when
    nothing else stopped just before. A lesson of prose alone has one rest at its end.

    Args:
        lesson: The lesson.
        meeting: Which meeting with it this is: lines fade from shown to written.
        rules: The rules of the pack, for lines that ask why.
    """
    pieces: list[Block] = []
    stops: list[Stop] = []
    renamed: dict[str, str] = {}
    for block in lesson.blocks:
        for piece in _sections(block):
            if pieces and is_section(piece) and not (stops and stops[-1].piece == len(pieces) - 1):
                stops.append(Stop(_rest(piece, stops), Wants.GO_ON, len(pieces) - 1))
                renamed[f"rest-{len(pieces)}"] = stops[-1].id
            pieces.append(piece)
            found = _stops_in(piece, len(pieces) - 1, meeting, rules or {}, stops)
            stops += found
            renamed |= _earlier(piece, len(pieces) - 1, found)
    if not stops:
        stops.append(Stop("rest-end", Wants.GO_ON, len(pieces) - 1))
    return Course(lesson, tuple(pieces), tuple(stops), meeting, rules or {}, renamed=renamed)


def _rest(piece: Block, stops: list[Stop]) -> str:
    """Return the id of the rest before a section: it goes by the heading."""
    heading = piece.text.strip().partition("\n")[0] if isinstance(piece, Prose) else ""
    return _unlike(f"rest-{mark(heading.casefold())}", stops)


def _unlike(id_: str, stops: list[Stop]) -> str:
    """Return an id, with a number behind it where stops have it already."""
    there = {stop.id for stop in stops}
    return next(one for n in range(1, len(stops) + 2) if (one := f"{id_}-{n}" if n > 1 else id_) not in there)


def _earlier(piece: Block, at: int, stops: list[Stop]) -> dict[str, str]:
    """Return what the stops of a piece may be called in records: by their places, and by what they were called."""
    if isinstance(piece, Derivation):
        return called(piece)
    if isinstance(piece, Question):
        return dict.fromkeys(piece.was, piece.id)
    return {f"nudge-{at}": stop.id for stop in stops}


def _stops_in(piece: Block, at: int, meeting: int, rules: Mapping[str, Rule], before: list[Stop]) -> list[Stop]:
    if isinstance(piece, Question):
        return [Stop(piece.id, Wants.ANSWER, at, question=piece)]
    if isinstance(piece, Derivation) and piece.blank:
        return [Stop(piece.id, Wants.ANSWER, at, question=fading.blank_page(piece, (), rules), blank=True)]
    if isinstance(piece, Derivation):
        return [_line_stop(piece, n, id_, at, meeting, rules) for n, id_ in enumerate(line_ids(piece))]
    if isinstance(piece, Show) and piece.nudge is not None:
        return [Stop(_unlike(f"nudge-{mark(piece.nudge.of, piece.nudge.by)}", before), Wants.NUDGE, at)]
    return []


def _line_stop(derivation: Derivation, n: int, id_: str, at: int, meeting: int, rules: Mapping[str, Rule]) -> Stop:
    form = fading.form(derivation.lines[n], meeting)
    if form is Form.SHOW:
        return Stop(id_, Wants.GO_ON, at, n, form=form)
    return Stop(id_, Wants.ANSWER, at, n, fading.question(derivation, n, form, rules), form)


def is_section(piece: Block) -> bool:
    """Return whether a piece begins with a `##` heading."""
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
