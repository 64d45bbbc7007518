"""The lessons of a pack: a light list for the course map, and each lesson when it is opened.

What reads YAML, or lessons, is imported where it is used: the first screen is drawn from an outline that was kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bptutor.errors import PackError, UsageError
from bptutor.packs.lesson import outline_cache
from bptutor.packs.lesson.outline import LessonEntry, QuizEntry
from bptutor.packs.lesson.outline_cache import Index
from bptutor.packs.model import Choice, Lesson, Question

if TYPE_CHECKING:
    import tempfile

    from bptutor.packs.quiz import Quiz


class Library:
    """One pack."""

    def __init__(self, outline: Index, unpacked: tempfile.TemporaryDirectory[str] | None = None) -> None:
        """Take a pack whose outline was read.

        Args:
            outline: The pack and its lessons.
            unpacked: The folder of an unpacked zip, deleted with the library.
        """
        self.pack = outline.pack
        self._entries = list(outline.entries)
        self._quizzes = list(outline.quizzes)
        self._unpacked = unpacked
        self.checked = False
        """Whether every line was proved before the pack was handed out, as with the one that comes with bptutor."""
        self.allowed: frozenset[str] | None = None
        """The Python of code questions that may run, as `programs` gives it; None where that was not asked."""

    @staticmethod
    def builtin(cache: Path | None = None) -> Library:
        """Open the pack that comes with bptutor; see `open`."""
        library = Library.open(builtin_root(), cache)
        library.checked = True
        return library

    @staticmethod
    def open(path: Path, cache: Path | None = None) -> Library:
        """Open a pack: a folder, or the same folder zipped.

        Args:
            path: The folder or the zip.
            cache: Where outlines of folders are kept from one start to the next; None reads the pack anew.

        Raises:
            UsageError: There is no pack at this path, or the zip is refused.
            PackError: Its `pack.yaml` is wrong; carries every problem found.
        """
        kept = cache and outline_cache.load(path, cache) if path.is_dir() else None
        if kept:
            return Library(kept)
        from bptutor.packs.folder import read_outline

        if path.is_file() and path.suffix == ".zip":
            from bptutor.packs.zipped import unpack

            folder, unpacked = unpack(path)
            return Library(read_outline(folder), unpacked)
        if not path.is_dir():
            raise UsageError(f"there is no pack at {path}", "give a folder with a pack.yaml, or a zip of one")
        outline = read_outline(path)
        if cache is not None:
            outline_cache.save(outline, cache)
        return Library(outline)

    @cached_property
    def _files(self) -> dict[str, Path]:
        found = {quiz.id: quiz.file for quiz in self._quizzes}
        return found | {entry.id: entry.file for entry in self._entries}

    def entries(self) -> list[LessonEntry]:
        """Return what the map needs of each lesson, in course order; lessons that cannot be read are left out."""
        return list(self._entries)

    def quizzes(self) -> list[QuizEntry]:
        """Return what the map needs of each quiz, by file name."""
        return list(self._quizzes)

    def quiz(self, id: str) -> Quiz:  # noqa: A002
        """Read a quiz.

        Raises:
            UsageError: The pack has no such quiz.
            PackError: Its file is wrong; carries every problem found.
        """
        from bptutor.packs.quiz import Quiz

        lesson = self.lesson(id) if any(id == entry.id for entry in self._quizzes) else None
        if lesson is None or lesson.quiz is None:
            known = ", ".join(entry.id for entry in self._quizzes)
            raise UsageError(f"the pack {self.pack.id} has no quiz {id}", f"one of: {known}" if known else "")
        return Quiz(lesson, lesson.quiz)

    def lesson(self, id: str) -> Lesson:  # noqa: A002
        """Read a lesson; `@name` reads a bank as one.

        Raises:
            UsageError: The pack has no such lesson.
            PackError: Its file is wrong; carries every problem found.
        """
        from bptutor.packs.pages import read_lesson
        from bptutor.packs.quiz import BANK, bank_files
        from bptutor.packs.yaml.fields import nearest

        files = self._files if not id.startswith(BANK) else {BANK + f.stem: f for f in bank_files(self.pack.root)}
        if id.startswith(BANK) and id not in files:
            id = self._bank_today(id, files)  # noqa: A001
        if id not in files:
            self._unreadable(id)
            raise UsageError(f"the pack {self.pack.id} has no lesson {id}", nearest(id, files))
        lesson = read_lesson(files[id])
        self._refuse_new_programs(lesson)
        blocks = tuple(self.titled(block) if isinstance(block, Question) else block for block in lesson.blocks)
        return replace(lesson, blocks=blocks)

    def _unreadable(self, id: str) -> None:  # noqa: A002
        """Say what is wrong with the file that seems to hold a lesson that the pack lists.

        Raises:
            PackError: Such a file cannot be read.
        """
        from bptutor.packs.folder import front_of, lesson_files
        from bptutor.packs.pages import read_lesson

        for file in lesson_files(self.pack.root) if id in self.pack.lessons else ():
            if front_of(file).likely_id == id:
                read_lesson(file)

    def _bank_today(self, id_: str, files: Mapping[str, Path]) -> str:
        """Return the id of the bank that was called so before; the id itself when none was, or its file is wrong."""
        from bptutor.packs.pages import read_lesson

        for name, file in files.items():
            with suppress(PackError):
                if id_.removeprefix("@") in read_lesson(file).was:
                    return name
        return id_

    def _refuse_new_programs(self, lesson: Lesson) -> None:
        """Refuse a lesson whose Python has changed since the Python of the pack was allowed to run.

        Raises:
            PackError: So it is.
        """
        asked = [block for block in lesson.blocks if isinstance(block, Question) and block.code is not None]
        if self.allowed is None or not asked:
            return
        from bptutor.packs.programs import digest
        from bptutor.packs.yaml.reader import problem

        what, help_ = "this Python is new since the pack was opened, and nobody has allowed it to run", "start again"
        new = [question for question in asked if digest(question.source) not in self.allowed]
        if new:
            raise PackError(*(problem(question.place, what, help_, "trust") for question in new))

    def titled(self, question: Question) -> Question:
        """Give a question about rules the titles of its options, which it then offers as a menu."""
        if not question.options:
            return question
        titles = [self.pack.rules[id_].title if id_ in self.pack.rules else id_ for id_ in question.options]
        right = question.options.index(str(question.answer)) if question.answer in question.options else -1
        return replace(question, choices=tuple(Choice(title, n == right) for n, title in enumerate(titles)))


def builtin_root() -> Path:
    """Return the folder of the pack that comes with bptutor."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_lessons"
    return (installed if installed.is_dir() else package.parent / "lessons") / "backprop"
