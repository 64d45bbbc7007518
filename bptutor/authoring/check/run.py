"""`bptutor check`: refuse a pack that would teach something wrong."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from bptutor.authoring.check import cache
from bptutor.authoring.check.fix import write_ids
from bptutor.authoring.check.lesson.faces import check_faces
from bptutor.authoring.check.lesson.lines import check_derivation, check_holds, check_prose
from bptutor.authoring.check.lesson.markdown import check_markdown
from bptutor.authoring.check.lesson.notes import check_notes
from bptutor.authoring.check.lesson.questions import check_questions
from bptutor.authoring.check.lesson.scenes import check_scenes, check_values
from bptutor.authoring.check.lesson.text import check_text
from bptutor.authoring.check.pack import PackCheck
from bptutor.authoring.check.quizzes import check_quizzes
from bptutor.authoring.check.report import STYLES, Checked, Report
from bptutor.authoring.check.rules import check_formulas
from bptutor.errors import PackError, Problem, UsageError
from bptutor.packs.folder import PACK_FILE, lesson_files, quiz_files
from bptutor.packs.library import Library
from bptutor.packs.model import Derivation, Lesson, Place
from bptutor.packs.pages import read_lesson, read_page
from bptutor.packs.quiz import bank_files
from bptutor.packs.yaml.places import problems_at

SEEDS = 25
POLL = 0.5
"""Seconds between two looks at the files of a watched pack."""


def run(
    path: Path | None,
    style: str = "text",
    jobs: int = 1,
    fix: bool = False,
    watch: bool = False,
    strict: bool = False,
    allow: Callable[[], object] = lambda: None,
) -> tuple[str, int]:
    """Check a pack and return what to print, and the exit code.

    Args:
        path: The pack, or one of its files; the built-in pack when None.
        style: `text`, `json` or `sarif`.
        jobs: Processes that share the lessons.
        fix: Whether missing ids are written into the files first.
        watch: Whether to check again whenever a file changes, until interrupted.
        strict: Whether notes count as errors.
        allow: Called before a watched pack is checked; raises `UsageError` where its Python may not run.
    """
    folder = pack_of(path) if path is not None else None
    path, only = folder, path if path != folder else None
    if fix and path is not None and path.is_dir():
        write_ids(path)

    def report() -> Report:
        found = check(path, jobs, only=only)
        return found.strictly() if strict else found

    if watch:
        _watch(path, lambda: STYLES[style](report()), allow)
    found = report()
    return STYLES[style](found), found.code


def pack_of(file: Path) -> Path:
    """Return the folder of the pack that a lesson or a bank belongs to; anything else is a pack itself.

    Raises:
        UsageError: The file belongs to none.
    """
    if file.suffix not in {".md", ".yaml"} or file.is_dir():
        return file
    for folder in (file.parent, file.parent.parent):
        if file.exists() and (folder / PACK_FILE).exists():
            return folder
    raise UsageError(f"there is no lesson of a pack at {file}", f"give a folder with a {PACK_FILE}, or a file in one")


def _watch(path: Path | None, report: Callable[[], str], allow: Callable[[], object]) -> None:
    """Print a report whenever a file has changed; Ctrl-C leaves."""
    root = path if path is not None else Library.builtin().pack.root
    before: object = None
    try:
        while True:
            now = [(file, file.stat().st_mtime_ns) for file in sorted(root.glob("*")) if file.is_file()]
            if now != before:
                before = now
                allow()
                sys.stdout.write(report() + "\n")
                sys.stdout.flush()
            time.sleep(POLL)
    except KeyboardInterrupt:
        return


def check(path: Path | None = None, jobs: int = 1, seeds: int = SEEDS, only: Path | None = None) -> Report:
    """Check a pack.

    Args:
        path: A folder or a zip; the built-in pack when None.
        jobs: Processes that share the lessons.
        seeds: How many seeds each question with drawn numbers is graded on.
        only: The one file of the pack to check; all when None.

    Raises:
        UsageError: There is no pack at this path.
    """
    try:
        library = Library.open(path) if path is not None else Library.builtin()
    except PackError as error:
        return Report(error.problems)
    root = library.pack.root
    total = Checked()
    lessons: list[Lesson] = []
    flawed: set[Path] = set()
    files = [*lesson_files(root), *quiz_files(root), *bank_files(root)]
    proved = [file for file in files if only is None or file.name == only.name]
    for checked in _shared(proved, jobs, seeds):
        total.add(checked)
    for file in files:
        unreadable: list[Problem] = []
        lessons.append(_lesson(file, unreadable))
        if unreadable:
            flawed.add(file)
    total.add(next(_shared([root / PACK_FILE], 1, seeds)))
    with problems_at(Place(str(root / PACK_FILE), 1, 1), total.problems):
        whole = PackCheck(library)
        total.problems += whole.run(lessons, flawed)
        total.problems += check_quizzes(library.pack, lessons, whole.may_be_unread, flawed)
    order = {str(root / PACK_FILE): -1} | {str(file): n for n, file in enumerate(files)}
    unique = [p for p in dict.fromkeys(total.problems) if only is None or Path(p.path).name == only.name]
    problems = sorted(unique, key=lambda p: (order.get(p.path, 0), p.line, p.column))
    wrong = {(p.path, p.line) for p in problems if p.level == "error"}
    return Report(
        problems=tuple(p for p in problems if p.level == "error"),
        notes=tuple(p for p in problems if p.level == "note" and (p.path, p.line) not in wrong),
        pack=library.pack.id,
        lessons=len(lesson_files(root)) if only is None else len(proved),
        lines=total.lines,
        proved=total.proved,
        questions=total.questions,
        grades=total.grades,
        conditions=total.conditions,
    )


def _lesson(file: Path, problems: list[Problem]) -> Lesson:
    """Return a lesson, a quiz or a bank as far as it can be read."""
    lesson = None
    with problems_at(Place(str(file), 1, 1), problems):
        lesson = read_page(file, str(file), problems)
    return lesson or Lesson("", "", (), file=file)


def _shared(files: list[Path], jobs: int, seeds: int) -> Iterator[Checked]:
    """Check files in one process or several; what was checked before with the same content is not checked again."""
    keys = [cache.key(file, seeds) for file in files]
    known = [cache.load(key) for key in keys]
    todo = [n for n, found in enumerate(known) if found is None]
    if jobs > 1 and len(todo) > 1:
        with ProcessPoolExecutor(min(jobs, len(todo)), mp_context=get_context("spawn")) as pool:
            made = list(pool.map(check_file, [files[n] for n in todo], [seeds] * len(todo)))
    else:
        made = [check_file(files[n], seeds) for n in todo]
    for n, checked in zip(todo, made, strict=True):
        cache.save(keys[n], checked)
        known[n] = checked
    yield from (found if found is not None else Checked() for found in known)


def check_file(file: Path, seeds: int = SEEDS) -> Checked:
    """Check one lesson file: whether it reads, and then all that it shows and asks; of `pack.yaml`, its formulas."""
    checked = Checked()
    with problems_at(Place(str(file), 1, 1), checked.problems):
        if file.name == PACK_FILE:
            return check_formulas(file)
        check_lesson(read_lesson(file), seeds, checked)
    return checked


def check_lesson(lesson: Lesson, seeds: int, checked: Checked) -> None:
    """Check a lesson that could be read."""
    if not check_values(lesson, seeds, checked):
        return
    for block in lesson.blocks:
        if isinstance(block, Derivation):
            with problems_at(block.place, checked.problems):
                check_derivation(block, lesson, checked)
    check_holds(lesson, checked)
    check_prose(lesson, checked)
    check_questions(lesson, seeds, checked)
    whole = lesson.at("scene")
    with problems_at(whole, checked.problems):
        check_scenes(lesson, range(seeds), checked)
    with problems_at(whole, checked.problems):
        check_text(lesson, checked)
    check_markdown(lesson, checked)
    check_notes(lesson, checked)
    with problems_at(whole, checked.problems):
        check_faces(lesson, checked)
