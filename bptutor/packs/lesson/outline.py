"""What the course map needs of a pack: light, so that the first screen does not wait for lessons to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class LessonEntry:
    """What the course map needs of a lesson, from the light index: no scene, no blocks."""

    id: str
    title: str
    minutes: int
    needs: tuple[str, ...]
    skills: tuple[str, ...]
    chapter: str
    objective: str
    steps: int
    """How many stops (asked lines and questions) it has."""
    file: Path
    was: tuple[str, ...] = ()
    """What it was called before."""


@dataclass(frozen=True)
class QuizEntry:
    """What the course map needs of a quiz."""

    id: str
    title: str
    chapter: str
    minutes: int = 0
    test_out: bool = False
    """Whether passing it marks the lessons of its chapter as known."""
    file: Path = Path()
    was: tuple[str, ...] = ()
    """What it was called before."""


NAMES = "names"
"""Stands for the names of a formula among the signs that a rule turns."""
TURNS = ("fewer", "more", "same", "other", "used", "kept", "no more", "no fewer")
"""What a rule may do to a sign: there are fewer of it than above, ..."""
OF_NAMES = ("same", "other", "new", "known")
"""What a rule may do to the names: there are those of the line above, others, a new one, no new one."""


@dataclass(frozen=True)
class Rule:
    """Why a line follows."""

    id: str
    title: str
    math: str = ""
    turns: Mapping[str, str] = field(default_factory=dict)
    """Sign (`∂`, `Σ`, `δ`, a function, `names`) -> what a step by this rule does to it."""


@dataclass(frozen=True)
class Pack:
    """A folder of lessons."""

    id: str
    title: str
    version: str
    root: Path
    lessons: tuple[str, ...]
    """Lesson ids in course order."""
    skills: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    language: str = "en"
    authors: tuple[str, ...] = ()
    license: str = ""
    summary: str = ""
    chapters: Mapping[str, str] = field(default_factory=dict)
    """Chapter id -> title, in order; optional."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Word -> what it means, for the glossary."""
    was: tuple[str, ...] = ()
    """What the pack was called before."""
    skills_before: Mapping[str, str] = field(default_factory=dict)
    """What a skill was called before -> what it is called."""
    contrasts: tuple[tuple[str, ...], ...] = ()
    """Sets of skills that are easily confused: a review asks them side by side."""
