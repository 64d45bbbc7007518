"""`bptutor check`: refuse a pack that would teach something wrong."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from bptutor.authoring import check_cache
from bptutor.authoring.check_pack import PackCheck
from bptutor.authoring.check_quizzes import check_quizzes
from bptutor.authoring.check_rules import check_formulas
from bptutor.authoring.fix import write_ids
from bptutor.authoring.report import STYLES, Checked, Report
from bptutor.errors import BptutorError, PackError, Problem, UnreadableAnswer
from bptutor.packs.folder import PACK_FILE, lesson_files, quiz_files
from bptutor.packs.library import Library
from bptutor.packs.markdown import file_text, lesson_from, read_lesson
from bptutor.packs.model import Derivation, Lesson, Place
from bptutor.packs.quiz import bank_files, bank_from, read_bank
from bptutor.packs.yaml import problem, read

SEEDS = 25
POLL = 0.5
"""Seconds between two looks at the files of a watched pack."""


def run(
    path: Path | None,
    style: str = "text",
    jobs: int = 1,
    fix: bool = False,
    watch: bool = False,
    allow: Callable[[], object] = lambda: None,
) -> tuple[str, int]:
    """Check a pack and return what to print, and the exit code.

    Args:
        path: The pack; the built-in one when None.
        style: `text`, `json` or `sarif`.
        jobs: Processes that share the lessons.
        fix: Whether missing ids are written into the files first.
        watch: Whether to check again whenever a file changes, until interrupted.
        allow: Called before a watched pack is checked; raises `UsageError` where its Python may not run.
    """
    if fix and path is not None and path.is_dir():
        write_ids(path)
    if watch:
        _watch(path, style, jobs, allow)
    report = check(path, jobs)
    return STYLES[style](report), report.code


def _watch(path: Path | None, style: str, jobs: int, allow: Callable[[], object]) -> None:
    """Print a report whenever a file has changed; Ctrl-C leaves."""
    root = path if path is not None else Library.builtin().pack.root
    before: object = None
    try:
        while True:
            now = [(file, file.stat().st_mtime_ns) for file in sorted(root.glob("*")) if file.is_file()]
            if now != before:
                before = now
                allow()
                sys.stdout.write(STYLES[style](check(path, jobs)) + "\n")
                sys.stdout.flush()
            time.sleep(POLL)
    except KeyboardInterrupt:
        return


def check(path: Path | None = None, jobs: int = 1, seeds: int = SEEDS) -> Report:
    """Check a pack.

    Args:
        path: A folder or a zip; the built-in pack when None.
        jobs: Processes that share the lessons.
        seeds: How many seeds each question with drawn numbers is graded on.

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
    complete = True
    files = [*lesson_files(root), *quiz_files(root), *bank_files(root)]
    for file, checked in zip(files, _shared(files, jobs, seeds), strict=True):
        total.add(checked)
        unreadable: list[Problem] = []
        lessons.append(replace(_lesson(file, unreadable), file=file))
        complete = complete and not unreadable
    total.add(next(_shared([root / PACK_FILE], 1, seeds)))
    total.problems += PackCheck(library).run(lessons, complete)
    total.problems += check_quizzes(library.pack, lessons)
    order = {str(root / PACK_FILE): -1} | {str(file): n for n, file in enumerate(files)}
    unique = dict.fromkeys(total.problems)
    problems = sorted(unique, key=lambda p: (order.get(p.path, 0), p.line, p.column))
    return Report(
        problems=tuple(problems),
        pack=library.pack.id,
        lessons=len(lesson_files(root)),
        lines=total.lines,
        questions=total.questions,
        grades=total.grades,
        conditions=total.conditions,
    )


def _lesson(file: Path, problems: list[Problem]) -> Lesson:
    """Return a lesson, a quiz or a bank as far as it can be read."""
    text = file_text(file, str(file), problems)
    if file.suffix == ".yaml":
        return bank_from(read(text, str(file), problems), file.stem, problems)
    return lesson_from(text, str(file), problems)


def _shared(files: list[Path], jobs: int, seeds: int) -> Iterator[Checked]:
    """Check files in one process or several; what was checked before with the same content is not checked again."""
    keys = [check_cache.key(file, seeds) for file in files]
    known = [check_cache.load(key) for key in keys]
    todo = [n for n, found in enumerate(known) if found is None]
    if jobs > 1 and len(todo) > 1:
        with ProcessPoolExecutor(min(jobs, len(todo)), mp_context=get_context("spawn")) as pool:
            made = list(pool.map(check_file, [files[n] for n in todo], [seeds] * len(todo)))
    else:
        made = [check_file(files[n], seeds) for n in todo]
    for n, checked in zip(todo, made, strict=True):
        check_cache.save(keys[n], checked)
        known[n] = checked
    yield from (found if found is not None else Checked() for found in known)


def check_file(file: Path, seeds: int = SEEDS) -> Checked:
    """Check one lesson file: whether it reads, and then all that it shows and asks; of `pack.yaml`, its formulas."""
    if file.name == PACK_FILE:
        return check_formulas(file)
    checked = Checked()
    try:
        lesson = read_bank(file) if file.suffix == ".yaml" else read_lesson(file)
    except PackError as error:
        checked.problems += error.problems
        return checked
    check_lesson(lesson, seeds, checked)
    return checked


def check_lesson(lesson: Lesson, seeds: int, checked: Checked) -> None:
    """Check a lesson that could be read."""
    from bptutor.authoring.check_faces import check_faces
    from bptutor.authoring.check_lines import check_derivation, check_holds, check_prose
    from bptutor.authoring.check_questions import check_questions
    from bptutor.authoring.check_scenes import check_scenes
    from bptutor.authoring.check_text import check_text

    place = Place(str(lesson.file), 1, 1)
    if lesson.scene is not None:
        try:
            for seed in range(seeds):
                lesson.scene.draw(seed)
        except BptutorError as error:
            help_ = getattr(error, "help", "")
            checked.problems.append(problem(lesson.places.get("scene", place), str(error), help_, "draw"))
            return
    for block in lesson.blocks:
        if isinstance(block, Derivation):
            try:
                check_derivation(block, lesson, checked)
            except UnreadableAnswer as error:
                checked.problems.append(problem(block.place, error.message, error.help, "unreadable"))
    check_holds(lesson, checked)
    check_prose(lesson, checked)
    check_questions(lesson, seeds, checked)
    check_scenes(lesson, range(seeds), checked)
    check_text(lesson, checked)
    check_faces(lesson, checked)
