"""The recipe for a question type, followed in a copy of the package: two files, and a line in each half."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HALVES = ("packs/question_types", "grading/types")
PACK = """bptutor: 1
id: small
version: 0.1.0
title: Small
lessons: [one]
skills: {s: Something}
"""
LESSON = """---
id: one
title: A title
skills: [s]
---
Is the square of a number ever negative?

```yaml question
{id: square, type: yes-no, answer: ANSWER}
```
"""
GRADED = """
from pathlib import Path
from bptutor.grading.grade import grade, preview
from bptutor.packs.library import Library
from bptutor.session.review.items import items
from bptutor.session.steps.lesson_steps import cut
lesson = Library.open(Path(PACK)).lesson("one")
(asked,) = [item.question for item in items(cut(lesson))]
for text in ("no", "N", "yes", "eye"):
    print(grade(asked, text, None).mark.value, preview(asked, None, text))
"""
SCREEN = """
import asyncio
from pathlib import Path
from bptutor.packs.library import Library
from bptutor.progress.event_log import Log
from bptutor.tui.app import TutorApp
from tests.session.fakes import FakeGrader
from tests.tui.screen_text import screen_text

async def main():
    log = Log.open()
    app = TutorApp(Library.open(Path(PACK)), log, grader=FakeGrader(), lesson="one")
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("", "y", "e", "s"):
            await pilot.press(*([key] if key else []))
            await pilot.pause()
        print(screen_text(app))

asyncio.run(main())
"""


def recipe() -> list[str]:
    """The two files that the recipe gives."""
    section = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8").partition("## A question type\n")[2]
    return re.findall(r"```python\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)


def copied(folder: Path, files: list[str]) -> Path:
    """A copy of the package with one question type more, and a pack that asks it."""
    ignored = shutil.ignore_patterns("__pycache__", "lessons")
    shutil.copytree(ROOT / "bptutor", folder / "bptutor", ignore=ignored)
    for half, text in zip(HALVES, files, strict=True):
        home = folder / "bptutor" / half
        (home / "yes_no.py").write_text(text, encoding="utf-8")
        start = (home / "__init__.py").read_text(encoding="utf-8")
        (home / "__init__.py").write_text(start.replace("MODULES = (", 'MODULES = (\n    "yes_no",'), encoding="utf-8")
    pack(folder / "pack", "no")
    pack(folder / "wrong", "perhaps")
    return folder


def pack(folder: Path, answer: str) -> None:
    folder.mkdir()
    (folder / "pack.yaml").write_text(PACK, encoding="utf-8")
    (folder / "one.md").write_text(LESSON.replace("ANSWER", answer), encoding="utf-8")


def ran(folder: Path, *argv: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run Python on the copy."""
    paths = os.pathsep.join((str(folder), str(ROOT)))
    env = {**os.environ, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1", "BPTUTOR_HOME": str(folder / "home")}
    done = subprocess.run(
        [sys.executable, *argv], input=typed, env=env, cwd=folder, capture_output=True, text=True, check=False
    )
    assert str(ROOT / "bptutor") not in done.stderr, done.stderr
    return done


def program(folder: Path, text: str) -> str:
    done = ran(folder, "-c", f"PACK = {str(folder / 'pack')!r}\n{text}")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.normal
def test_a_question_type_is_two_files_and_two_lines(tmp_path: Path) -> None:
    folder = copied(tmp_path, recipe())
    assert program(folder, GRADED).splitlines() == [
        "right Reading(read_as='no', fits='', problem='', column=0, help='', counted=False)",
        "right Reading(read_as='no', fits='', problem='', column=0, help='', counted=False)",
        "wrong Reading(read_as='yes', fits='', problem='', column=0, help='', counted=False)",
        "unreadable Reading(read_as='', fits='', problem='this is neither yes nor no', column=1, "
        "help='type yes or no', counted=False)",
    ]
    checked = ran(folder, "-m", "bptutor", "check", "pack")
    assert (checked.returncode, "1 questions graded" in checked.stdout) == (0, True), checked.stdout
    refused = ran(folder, "-m", "bptutor", "check", "wrong")
    assert (refused.returncode, "`answer` is neither true nor false" in refused.stdout) == (1, True), refused.stdout


@pytest.mark.normal
def test_the_new_type_is_asked_in_plain_mode_and_on_the_screen(tmp_path: Path) -> None:
    folder = copied(tmp_path, recipe())
    screen = program(folder, SCREEN)
    assert "I read: yes" in screen
    assert "eye" not in screen
    said = ran(folder, "-m", "bptutor", "--pack", "pack", "--plain", "learn", "one", typed="perhaps\nyes\nno\n").stdout
    for text in ("Answer with yes or no.", "neither yes nor no", "Not right.", "Right."):
        assert text in said, said


@pytest.mark.parametrize("member", ["placeholder", "read_fields", "preview", "wrong_probes"])
def test_a_forgotten_member_is_found_before_any_screen(tmp_path: Path, member: str) -> None:
    files = [
        re.sub(
            rf"    def {member}\(.*?(?=\n    def |\n\n\n)|    {member} = [^\n]*\n", "", text, count=1, flags=re.DOTALL
        )
        for text in recipe()
    ]
    done = ran(copied(tmp_path, files), "-c", "import bptutor.grading.grade")
    assert done.returncode == 1
    assert re.search(rf"abstract.*{member}", done.stderr), done.stderr
