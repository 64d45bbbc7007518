"""One wrong text after the other put into a file, and the check's own functions run on what was changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NoReturn, SupportsIndex

from bptutor.authoring.check.report import Checked
from bptutor.authoring.check.rules import check_formulas, check_turns
from bptutor.authoring.check.run import check_lesson
from bptutor.errors import Problem
from bptutor.packs.folder import PACK_FILE
from bptutor.packs.lesson.markdown import lesson_from
from bptutor.packs.library import Library
from bptutor.packs.model import Derivation, Lesson
from bptutor.packs.pages import bank_from
from bptutor.packs.yaml.reader import read
from tests.authoring.mutations.outcome import Outcome
from tests.authoring.mutations.places import formulas, places
from tests.authoring.mutations.source import Source, Unit, edited, source

SEEDS = (4, 25)
"""Seeds at first, and those of the check itself for what has survived these."""


class Refused(Exception):
    """The first problem that is reported; what follows need not be looked at."""


class First(list[Problem]):
    """Problems of which the first ends the check."""

    def append(self, found: Problem) -> NoReturn:
        raise Refused(str(found))

    def __iadd__(self, found: Any) -> First:  # type: ignore[misc,override]  # as a list takes anything that iterates
        for one in found:
            self.append(one)
        return self

    def insert(self, at: SupportsIndex, found: Problem) -> NoReturn:
        self.append(found)


def refused(text: str, file: Path, sure: bool = True) -> str:
    """Return the first problem that the check has with the text of a file; empty when it has none.

    Args:
        text: The text.
        file: Where it would stand.
        sure: Whether to look again with all seeds before saying that there is none.
    """
    try:
        lesson = replace(_read(text, file), file=file)
        for seeds in SEEDS if sure else SEEDS[:1]:
            check_lesson(lesson, seeds, Checked(problems=First()))
    except Refused as found:
        return str(found)
    return ""


def _read(text: str, file: Path) -> Lesson:
    problems = First()
    if file.suffix == ".yaml":
        return bank_from(read(text, str(file), problems), file.stem, problems)
    return lesson_from(text, str(file), problems)


def tried(file: Path, part: int = 1) -> list[Outcome]:
    """Try the wrong texts of one file; or those of the first place of each kind, and every `part`-th after it."""
    if file.name == PACK_FILE:
        return _formulas(file, part)
    found = source(file)
    root = Library.builtin().pack.root
    outcomes: list[Outcome] = []
    right: set[int] = set()
    kinds: Counter[str] = Counter()
    for place in places(found):
        shown = str(file.relative_to(root))
        rng = Random(f"{shown}: {place.kind}: {place.text}")
        kinds[place.kind] += 1
        if part > 1 and kinds[place.kind] % part != 1:
            continue
        _sound(found, place.unit, right)
        wrong, same = place.wrong(rng)
        outcomes += [
            Outcome(shown, place.line, place.kind, "equivalent", place.text, str(n), same=True) for n in range(same)
        ]
        for one in wrong:
            text = edited(found.reduced(place.unit), one.edits)
            why = misnamed(text, file) if place.rules else refused(text, file)
            outcomes.append(Outcome(shown, place.line, place.kind, one.name, place.text, one.text, why))
    return outcomes


def misnamed(text: str, file: Path) -> str:
    """Return the first line of a file that is no step by a rule that it names; empty when there is none."""
    try:
        lesson = _read(text, file)
        for block in lesson.blocks:
            if isinstance(block, Derivation):
                First().__iadd__(check_turns(block, lesson, Library.builtin().pack.rules))
    except Refused as found:
        return str(found)
    return ""


def _formulas(file: Path, part: int) -> list[Outcome]:
    """Try wrong formulas in the rules of a pack."""
    text = file.read_text(encoding="utf-8")
    outcomes = []
    with TemporaryDirectory() as folder:
        changed = Path(folder) / PACK_FILE
        for n, (place, written) in enumerate(formulas(text), 1):
            if n % part:
                continue
            wrong, same = place.wrong(Random(f"{place.kind}: {place.text}"))
            outcomes += [
                Outcome(file.name, place.line, place.kind, "equivalent", place.text, str(m), same=True)
                for m in range(same)
            ]
            for one in wrong:
                changed.write_text(edited(text, one.edits), encoding="utf-8")
                problems = check_formulas(changed).problems
                why = str(problems[0]) if problems else ""
                outcomes.append(Outcome(file.name, written.line, place.kind, one.name, place.text, one.text, why))
    return outcomes


def _sound(found: Source, unit: Unit | None, right: set[int]) -> None:
    """Make sure that the part alone, or the whole, passes as it stands: else all in it would seem to be refused."""
    if id(unit) not in right:
        right.add(id(unit))
        if why := refused(found.reduced(unit), found.file, sure=False):
            name = unit.block.id if unit is not None else "the whole"
            raise AssertionError(f"{found.file.name}: {name} does not pass by itself: {why}")
