"""A file of the course as text and as what was read of it: where each written value stands, and what to put there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bptutor.packs.lesson.blocks import chunks, parts
from bptutor.packs.model import Derivation, Lesson, Question
from bptutor.packs.pages import read_lesson

Node = Any
"""A node of PyYAML, which has no types."""


@dataclass(frozen=True)
class Edit:
    """Characters of a file, and what stands in their place."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Written:
    """One value of a file: a text with its span."""

    text: str
    start: int
    end: int
    line: int
    """1-based line of the file."""
    block: bool = False
    """Whether it is written over several lines behind a `|`."""

    def replaced(self, text: str) -> Edit:
        """Return the edit that writes another text here, quoted."""
        return Edit(self.start, self.end, json.dumps(text, ensure_ascii=False) + ("\n" if self.block else ""))


@dataclass(frozen=True)
class Entries:
    """A mapping of a file, read lazily."""

    node: Node
    text: str
    """Of the whole file."""
    offset: int
    """Of the YAML in the file."""
    first: int
    """The line of the file on which the YAML begins."""

    def __contains__(self, key: str) -> bool:
        return key in self._values

    @property
    def _values(self) -> Mapping[str, Node]:
        return {key.value: value for key, value in self.node.value} if self.node.id == "mapping" else {}

    def at(self, key: str) -> Written | None:
        """Return the text behind a key; None where there is none, or a list or a mapping."""
        found = self._values.get(key)
        return self.written(found) if found is not None and found.id == "scalar" else None

    def within(self, key: str) -> Entries:
        """Return the mapping behind a key; an empty one where there is none."""
        found = self._values.get(key)
        node = found if found is not None else yaml.MappingNode("", [])
        return Entries(node, self.text, self.offset, self.first)

    @property
    def names(self) -> tuple[str, ...]:
        """The keys in order."""
        return tuple(self._values)

    def items(self, key: str) -> tuple[Entries, ...]:
        """Return the items of the list behind a key."""
        found = self._values.get(key)
        nodes = found.value if found is not None and found.id == "sequence" else []
        return tuple(Entries(node, self.text, self.offset, self.first) for node in nodes)

    def texts(self, key: str) -> tuple[Written, ...]:
        """Return the texts of a list, or the one text that stands in its place."""
        alone = self.at(key)
        listed = tuple(item.written(item.node) for item in self.items(key) if item.node.id == "scalar")
        return (alone,) if alone is not None else listed

    def leaves(self, key: str) -> Iterator[Written]:
        """Yield every text behind a key, in lists and mappings too."""
        found = self._values.get(key)
        yield from self._leaves(found) if found is not None else ()

    def _leaves(self, node: Node) -> Iterator[Written]:
        if node.id == "scalar":
            yield self.written(node)
        for part in node.value if node.id != "scalar" else ():
            yield from self._leaves(part[1] if isinstance(part, tuple) else part)

    def plain(self) -> dict[str, object]:
        """Return this mapping without places, every scalar as text."""
        found = yaml.load(self._source, Loader=yaml.BaseLoader)  # makes texts, lists and dictionaries only
        return found if isinstance(found, dict) else {}

    @property
    def _source(self) -> str:
        return yaml.serialize(self.node)

    def written(self, node: Node) -> Written:
        """Return a scalar with its span in the file."""
        start, end = self.offset + node.start_mark.index, self.offset + node.end_mark.index
        return Written(node.value, start, end, self.first + node.start_mark.line, node.style in {"|", ">"})

    @property
    def own(self) -> Written:
        """This node itself, a text."""
        return self.written(self.node)

    def added(self, entry: str) -> Edit:
        """Return the edit that writes one more entry at the beginning of this mapping."""
        start = self.offset + self.node.start_mark.index
        if self.node.flow_style:
            return Edit(start + 1, start + 1, entry + ", ")
        return Edit(start, start, entry + "\n" + " " * self.node.start_mark.column)


@dataclass(frozen=True)
class Unit:
    """What the check looks at by itself: one derivation or question of a file, with its mapping."""

    block: Derivation | Question
    entries: Entries
    lines: range
    """0-based lines of the file that belong to it, its prompt included."""


@dataclass(frozen=True)
class Source:
    """A file of the course."""

    file: Path
    text: str
    lesson: Lesson
    units: tuple[Unit, ...]
    front: Entries
    """The front matter of a lesson; a bank itself."""
    kept: frozenset[int]
    """Lines that belong to no block: the front matter."""

    def reduced(self, unit: Unit | None) -> str:
        """Return the file with all but one block blanked, every character in its place; the whole file for None."""
        if unit is None:
            return self.text
        lines = self.text.split("\n")
        kept = self.kept | set(unit.lines)
        return "\n".join(line if n in kept else " " * len(line) for n, line in enumerate(lines))


def edited(text: str, edits: Sequence[Edit]) -> str:
    """Return a text with some places replaced."""
    for edit in sorted(edits, key=lambda e: e.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


@lru_cache(maxsize=4)
def source(file: Path) -> Source:
    """Read a file of the course."""
    text = file.read_text(encoding="utf-8")
    return _bank(file, text) if file.suffix == ".yaml" else _lesson(file, text)


def composed(text: str, part: str, first: int) -> Entries:
    """Return the mapping that YAML makes of a part of a text, which begins on line `first` (1-based)."""
    offset = sum(len(line) + 1 for line in text.split("\n")[: first - 1])
    return Entries(yaml.compose(part, Loader=yaml.SafeLoader), text, offset, first)


def _lesson(file: Path, text: str) -> Source:
    lesson, halves = read_lesson(file), parts(text, str(file), [])
    blocks = {block.place.line: block for block in lesson.blocks if isinstance(block, Derivation | Question)}
    units = []
    for chunk in chunks(halves.body, halves.body_line, str(file), []):
        if chunk.word not in {"derivation", "question"}:
            continue
        entries = composed(text, chunk.text, chunk.line)
        block = blocks[chunk.line + entries.node.start_mark.line]
        prompt = block.places.get("prompt")
        first = min(prompt.line, chunk.fence) if isinstance(block, Question) and prompt else chunk.fence
        last = chunk.line + chunk.text.count("\n") + 1
        units.append(Unit(block, entries, range(first - 1, last)))
    return Source(
        file,
        text,
        lesson,
        tuple(units),
        composed(text, halves.front, halves.front_line),
        frozenset(range(halves.body_line - 1)),
    )


def _bank(file: Path, text: str) -> Source:
    lesson, front = read_lesson(file), composed(text, text, 1)
    questions = [block for block in lesson.blocks if isinstance(block, Question)]
    items = front.items("questions")
    starts = [item.node.start_mark.line for item in items]
    ends = [*starts[1:], text.count("\n") + 1]
    units = tuple(
        Unit(question, item, range(start, end))
        for question, item, start, end in zip(questions, items, starts, ends, strict=True)
    )
    inside = {n for start, end in zip(starts, ends, strict=True) for n in range(start, end)}
    return Source(file, text, lesson, units, front, frozenset(range(text.count("\n") + 1)) - inside)
