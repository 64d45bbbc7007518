"""Write lessons/backprop/COVERAGE.md: each statement of the article, and the lesson and item that teach or correct it.

Run from the root of the repository: `python scripts/coverage.py`. The statements are in
`lessons/backprop/coverage.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bptutor.errors import PackError, Problem
from bptutor.packs.library import Library
from bptutor.packs.model import Derivation, Question
from bptutor.packs.yaml.reader import plain, read

ROOT = Path(__file__).parents[1] / "lessons" / "backprop"
SOURCE, TARGET = ROOT / "coverage.yaml", ROOT / "COVERAGE.md"
INTRODUCTION = """# What the course covers

Each statement of *{article}*, in a few words of our own, and where this course teaches it. A place is a lesson, or
`lesson#item` with the id of a question or a derivation. Where the article is wrong or imprecise, the last column says
what holds; its places have the exercise that shows it.

This page is written by `python scripts/coverage.py` from `coverage.yaml`.
"""


@dataclass(frozen=True)
class Statement:
    """One thing that the article says."""

    section: str
    says: str
    places: tuple[str, ...]
    """Lesson ids, or `lesson#item`."""
    corrects: str = ""
    """What holds instead; empty where the article is right."""


@dataclass(frozen=True)
class Coverage:
    """The article's statements, in its order."""

    article: str
    statements: tuple[Statement, ...]
    unwritten: frozenset[str] = frozenset()
    """Lessons that places name and the pack does not have yet."""


def coverage(source: Path = SOURCE) -> Coverage:
    """Read the statements.

    Raises:
        PackError: The file is no YAML.
    """
    problems: list[Problem] = []
    found = plain(read(source.read_text(encoding="utf-8"), source.name, problems))
    if problems or not isinstance(found, dict):
        raise PackError(*problems)
    statements = tuple(
        Statement(section["title"], one["says"], tuple(one.get("places", ())), one.get("corrects", ""))
        for section in found["sections"]
        for one in section["statements"]
    )
    return Coverage(found["article"], statements, frozenset(found.get("unwritten", ())))


def items(library: Library) -> dict[str, frozenset[str]]:
    """Return the ids of the questions and derivations of each lesson."""
    return {
        entry.id: frozenset(
            block.id for block in library.lesson(entry.id).blocks if isinstance(block, Derivation | Question)
        )
        for entry in library.entries()
    }


def problems_of(found: Coverage, known: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Yield what is wrong: a statement without a place, a correction without an item, an id that does not exist."""
    for statement in found.statements:
        if not statement.places:
            yield f"no lesson teaches: {statement.says}"
        if statement.corrects and not any("#" in place for place in statement.places):
            yield f"no exercise corrects: {statement.says}"
        for place in statement.places:
            lesson, _, item = place.partition("#")
            if lesson not in known and lesson not in found.unwritten:
                yield f"there is no lesson `{lesson}`: {statement.says}"
            elif item and lesson in known and item not in known[lesson]:
                yield f"the lesson `{lesson}` has no item `{item}`: {statement.says}"
    for lesson in sorted(found.unwritten & known.keys()):
        yield f"`{lesson}` is written now: take it out of `unwritten`"


def page(found: Coverage) -> str:
    """Return the page as Markdown."""
    lines = [INTRODUCTION.format(article=found.article)]
    section = ""
    for statement in found.statements:
        if statement.section != section:
            section = statement.section
            lines += [f"\n## {section}\n", "| the article says | taught in | what holds |", "| --- | --- | --- |"]
        places = ", ".join(f"`{place}`" for place in statement.places)
        lines.append(f"| {statement.says} | {places} | {statement.corrects} |")
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def main() -> int:
    """Write the page; say what is wrong instead when something is."""
    found = coverage()
    problems = list(problems_of(found, items(Library.builtin())))
    print("\n".join(problems) or f"{TARGET.name}: {len(found.statements)} statements")
    if not problems:
        TARGET.write_text(page(found), encoding="utf-8")
    return int(bool(problems))


if __name__ == "__main__":
    raise SystemExit(main())
