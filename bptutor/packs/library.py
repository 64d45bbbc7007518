"""The lessons of a pack: a light list for the course map, and each lesson when it is opened."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from bptutor.errors import PackError, Problem, UsageError
from bptutor.packs.lesson_blocks import chunks, parts
from bptutor.packs.markdown import Front, file_text, front_matter, read_lesson
from bptutor.packs.model import Choice, Kind, Lesson, LessonEntry, Pack, Question
from bptutor.packs.pack_file import pack_from
from bptutor.packs.quiz import BANK, Quiz, QuizEntry, bank_files, is_quiz, read_bank
from bptutor.packs.zipped import unpack

PACK_FILE = "pack.yaml"
NOT_LESSONS = frozenset({"README.md", "COVERAGE.md"})
TRANSLATION = re.compile(r".+\.[a-z]{2}(-[A-Za-z]{2,4})?\.md")
ASKED = re.compile(r"^\s*(?:-\s*)?(?:\{.*\b)?ask\s*:", re.MULTILINE)
MAX_FILES = 2_000


class Library:
    """One pack."""

    def __init__(self, pack: Pack, unpacked: tempfile.TemporaryDirectory[str] | None = None) -> None:
        """Take a pack whose `pack.yaml` was read.

        Args:
            pack: The pack.
            unpacked: The folder of an unpacked zip, deleted with the library.
        """
        self.pack = pack
        self._unpacked = unpacked

    @staticmethod
    def builtin() -> Library:
        """Open the pack that comes with bptutor."""
        installed = Path(str(files("bptutor"))) / "_lessons"
        return Library.open(installed if installed.is_dir() else Path(__file__).resolve().parents[2] / "lessons")

    @staticmethod
    def open(path: Path) -> Library:
        """Open a pack: a folder, or the same folder zipped.

        Raises:
            UsageError: There is no pack at this path, or the zip is refused.
            PackError: Its `pack.yaml` is wrong; carries every problem found.
        """
        if path.is_file() and path.suffix == ".zip":
            folder, kept = unpack(path)
            return Library(read_pack(folder), kept)
        if not path.is_dir():
            raise UsageError(f"there is no pack at {path}", "give a folder with a pack.yaml, or a zip of one")
        return Library(read_pack(path))

    @cached_property
    def fronts(self) -> Mapping[str, tuple[Path, Front, int]]:
        """Lesson id -> its file, its front matter and its number of stops; files that cannot be read are left out."""
        found: dict[str, tuple[Path, Front, int]] = {}
        for file in [*lesson_files(self.pack.root), *quiz_files(self.pack.root)]:
            ignored: list[Problem] = []
            text = file_text(file, file.name, ignored)
            halves = parts(text, file.name, ignored)
            front = front_matter(halves.front, halves.front_line, file.name, ignored)
            if front.id and front.id not in found:
                stops = sum(_stops(c.word, c.text) for c in chunks(halves.body, 1, file.name, ignored))
                found[front.id] = (file, front, stops)
        return found

    def entries(self) -> list[LessonEntry]:
        """Return what the map needs of each lesson, in course order; lessons that cannot be read are left out."""
        return [
            LessonEntry(
                id=id_,
                title=front.title or id_,
                minutes=front.minutes,
                needs=front.needs,
                skills=front.skills,
                chapter=front.chapter,
                objective=front.objective,
                steps=stops,
                file=file,
            )
            for id_ in self.pack.lessons
            if id_ in self.fronts
            for file, front, stops in [self.fronts[id_]]
        ]

    def lesson(self, id: str) -> Lesson:  # noqa: A002
        """Read a lesson.

        Raises:
            UsageError: The pack has no such lesson.
            PackError: Its file is wrong; carries every problem found.
        """
        if id.startswith(BANK):
            return self._bank(id)
        if id not in self.fronts:
            raise UsageError(f"the pack {self.pack.id} has no lesson {id}", self._help(id))
        lesson = read_lesson(self.fronts[id][0])
        blocks = tuple(self.titled(block) if isinstance(block, Question) else block for block in lesson.blocks)
        return replace(lesson, blocks=blocks)

    def _bank(self, id_: str) -> Lesson:
        files = {BANK + file.stem: file for file in bank_files(self.pack.root)}
        if id_ not in files:
            raise UsageError(f"the pack {self.pack.id} has no bank {id_[1:]}", "banks are files in `banks/`")
        bank = read_bank(files[id_])
        blocks = tuple(self.titled(block) if isinstance(block, Question) else block for block in bank.blocks)
        return replace(bank, blocks=blocks)

    def quizzes(self) -> list[QuizEntry]:
        """Return what the map needs of each quiz, by file name."""
        return [
            QuizEntry(id_, front.title or id_, front.chapter, front.minutes, front.quiz.test_out)
            for id_, (_, front, _) in self.fronts.items()
            if front.quiz is not None
        ]

    def quiz(self, id: str) -> Quiz:  # noqa: A002
        """Read a quiz.

        Raises:
            UsageError: The pack has no such quiz.
            PackError: Its file is wrong; carries every problem found.
        """
        front = self.fronts[id][1].quiz if id in self.fronts else None
        if front is None:
            known = ", ".join(entry.id for entry in self.quizzes())
            raise UsageError(f"the pack {self.pack.id} has no quiz {id}", f"one of: {known}" if known else "")
        return Quiz(self.lesson(id), front)

    def titled(self, question: Question) -> Question:
        """Give a question about rules the titles of its options, which it then offers as a menu."""
        if question.kind is not Kind.RULE or not question.options:
            return question
        titles = [self.pack.rules[id_].title if id_ in self.pack.rules else id_ for id_ in question.options]
        right = question.options.index(str(question.answer)) if question.answer in question.options else -1
        return replace(question, choices=tuple(Choice(title, n == right) for n, title in enumerate(titles)))

    def _help(self, id_: str) -> str:
        from bptutor.packs.fields import nearest

        return nearest(id_, [known for known in self.pack.lessons if known in self.fronts])


def _stops(word: str, text: str) -> int:
    """Count the stops of one block: a question, or the asked lines of a derivation."""
    if word == "derivation":
        return len(ASKED.findall(text))
    return int(word == "question")


def read_pack(root: Path) -> Pack:
    """Read the `pack.yaml` of a folder.

    Raises:
        UsageError: There is none.
        PackError: It is wrong; carries every problem found.
    """
    file = root / PACK_FILE
    if not file.is_file():
        raise UsageError(f"{root} has no {PACK_FILE}", "a pack is a folder with a pack.yaml and lessons beside it")
    problems: list[Problem] = []
    pack = pack_from(file_text(file, str(file), problems), str(file), root, problems)
    if problems:
        raise PackError(*problems)
    return pack


def lesson_files(root: Path) -> list[Path]:
    """Return the lesson files of a pack, by name; translations, quizzes and the guide are none."""
    return [file for file in _pages(root) if not _is_quiz(file)]


def quiz_files(root: Path) -> list[Path]:
    """Return the quiz files of a pack, by name."""
    return [file for file in _pages(root) if _is_quiz(file)]


def _pages(root: Path) -> list[Path]:
    return [
        file
        for file in sorted(root.glob("*.md"))[:MAX_FILES]
        if file.name not in NOT_LESSONS and not TRANSLATION.fullmatch(file.name) and file.is_file()
    ]


def _is_quiz(file: Path) -> bool:
    ignored: list[Problem] = []
    return is_quiz(parts(file_text(file, file.name, ignored), file.name, ignored).front)
