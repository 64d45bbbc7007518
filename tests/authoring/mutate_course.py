"""Put a wrong text into one place of the course after the other, and see whether `bptutor check` refuses it.

Run as `python -m tests.authoring.mutate_course --jobs 2`. Only the block that was changed is checked, by the check's
own functions, and only until the first problem; whatever is refused so is refused by the whole check too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from bptutor.packs.folder import lesson_files, quiz_files
from bptutor.packs.library import Library
from bptutor.packs.quiz import bank_files
from tests.authoring.mutations.outcome import Outcome, reasons, table, unexplained
from tests.authoring.mutations.trial import tried

SHARE = 0.99
"""Of the wrong texts, so many must be refused."""


def course() -> list[Path]:
    """Return the files of the built-in course: lessons, quizzes, banks, and the pack itself."""
    root = Library.builtin().pack.root
    return [*lesson_files(root), *quiz_files(root), *bank_files(root), root / "pack.yaml"]


def mutate(files: Iterable[Path], jobs: int = 1, part: int = 1) -> list[Outcome]:
    """Try the wrong texts of files; with `part` above 1, those of one place in so many of each kind.

    Args:
        files: Files of the course.
        jobs: Processes that share them.
        part: Which places are tried: the first of each kind in a file, and every so-many-th after it.
    """
    todo = sorted(files, key=lambda file: -file.stat().st_size)
    if jobs == 1:
        made: Iterable[list[Outcome]] = [tried(file, part) for file in todo]
    else:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            made = list(pool.map(tried, todo, [part] * len(todo)))
    return sorted((one for found in made for one in found), key=lambda one: (one.file, one.line, one.kind, one.new))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and the survivors; 1 when too many survive, or one without a reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--part", type=int, default=1, help="try only one place in so many")
    parser.add_argument("files", nargs="*", type=Path)
    given = parser.parse_args(arguments)
    files = [file.resolve() for file in given.files] or course()
    outcomes = mutate(files, given.jobs, given.part)
    sys.stdout.write(table(outcomes))
    wrong = [one for one in outcomes if not one.same]
    survived = [one for one in wrong if not one.refused]
    for one in survived:
        sys.stdout.write(f"{one}\n    {reasons().get(one.key, 'no reason is given')}\n")
    enough = len(wrong) - len(survived) >= SHARE * len(wrong)
    return int(not enough or bool(unexplained(survived)))


if __name__ == "__main__":
    sys.exit(main())
