"""The folder of a pack: its `pack.yaml`, its lesson files, and the outline made of them."""

from __future__ import annotations

import re
from pathlib import Path

from bptutor.errors import PackError, Problem, UsageError
from bptutor.packs.lesson.blocks import Parts, chunks, parts
from bptutor.packs.lesson.front_matter import Front, front_matter
from bptutor.packs.lesson.outline import LessonEntry, Pack, QuizEntry
from bptutor.packs.lesson.outline_cache import Index
from bptutor.packs.pack_file import pack_from
from bptutor.packs.quiz import is_quiz
from bptutor.packs.yaml.text_file import file_text

PACK_FILE = "pack.yaml"
NOT_LESSONS = frozenset({"README.md", "COVERAGE.md"})
TRANSLATION = re.compile(r".+\.[a-z]{2}(-[A-Za-z]{2,4})?\.md")
ASKED = re.compile(r"^\s*(?:-\s*)?(?:\{.*\b)?ask\s*:", re.MULTILINE)
BLANK = re.compile(r"^blank-page\s*:\s*(true|yes)\b", re.MULTILINE)
MAX_FILES = 2_000


def read_outline(root: Path) -> Index:
    """Read what the course map needs of a pack; lessons that cannot be read, or are not listed, are left out.

    Raises:
        UsageError: The folder has no `pack.yaml`.
        PackError: It is wrong; carries every problem found.
    """
    pack = read_pack(root)
    found: dict[str, LessonEntry] = {}
    quizzes: dict[str, QuizEntry] = {}
    for file in _pages(root):
        entry = _entry(file)
        if isinstance(entry, QuizEntry):
            quizzes.setdefault(entry.id, entry)
        elif entry.id:
            found.setdefault(entry.id, entry)
    lessons = tuple(found[id_] for id_ in pack.lessons if id_ in found)
    return Index(pack, lessons, tuple(quiz for id_, quiz in quizzes.items() if id_ not in found))


def _entry(file: Path) -> LessonEntry | QuizEntry:
    halves = split(file)
    front = front_matter(halves, file.name, []).lesson
    title = front.title or front.id
    if front.quiz is not None:
        return QuizEntry(front.id, title, front.chapter, front.minutes, front.quiz.test_out, file, front.was)
    steps = 0
    for chunk in chunks(halves.body, 1, file.name, []):
        if chunk.word == "derivation":
            steps += 1 if BLANK.search(chunk.text) else len(ASKED.findall(chunk.text))
        steps += chunk.word == "question"
    return LessonEntry(
        id=front.id,
        title=title,
        minutes=front.minutes,
        needs=front.needs,
        skills=front.skills,
        chapter=front.chapter,
        objective=front.objective,
        steps=steps,
        file=file,
        was=front.was,
    )


def split(file: Path) -> Parts:
    """Return the front matter and the body of a file; what is wrong with it is reported where it is read whole."""
    return parts(file_text(file, file.name, []), file.name, [])


def front_of(file: Path) -> Front:
    """Return what the front matter of a file says."""
    return front_matter(split(file), str(file), [])


def read_pack(root: Path) -> Pack:
    """Read the `pack.yaml` of a folder.

    Raises:
        UsageError: There is none.
        PackError: It is wrong; carries every problem found.
    """
    file = root / PACK_FILE
    if not file.exists():
        raise UsageError(f"{root} has no {PACK_FILE}", "a pack is a folder with a pack.yaml and lessons beside it")
    problems: list[Problem] = []
    pack = pack_from(file_text(file, str(file), problems), str(file), root, problems)
    if problems:
        raise PackError(*problems)
    return pack


def lesson_files(root: Path) -> list[Path]:
    """Return the lesson files of a pack, by name; translations, quizzes and the guide are none."""
    return [file for file in _pages(root) if not is_quiz(split(file).front)]


def quiz_files(root: Path) -> list[Path]:
    """Return the quiz files of a pack, by name."""
    return [file for file in _pages(root) if is_quiz(split(file).front)]


def _pages(root: Path) -> list[Path]:
    return [
        file
        for file in sorted(root.glob("*.md"))[:MAX_FILES]
        if file.name not in NOT_LESSONS
        and not file.name.startswith(".")
        and not TRANSLATION.fullmatch(file.name)
        and not file.is_dir()
    ]
