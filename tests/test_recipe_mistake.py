"""The recipe for a mistake, followed in a copy of the package."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOPIC = Path("bptutor") / "grading" / "catalogue" / "scaling.py"
PROGRAM = """
from tests.grading.test_mistakes import cases, graded, uncovered
given = [case for case in cases() if case["id"] == "squared-value"]
print(*uncovered(cases()), "|", *uncovered([case for case in cases() if case not in given]))
for case in given:
    print(*graded(case).rules)
"""


def recipe() -> tuple[str, str]:
    """The rule and the row that the recipe gives."""
    section = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8").partition("## A mistake\n")[2]
    rule, row = re.findall(r"```python\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)
    return rule, row


def copied(folder: Path, rule: str, row: str) -> Path:
    """A copy of the package with a rule and a row more in one topic."""
    ignored = shutil.ignore_patterns("__pycache__", "lessons", "tui")
    shutil.copytree(ROOT / "bptutor", folder / "bptutor", ignore=ignored)
    text = (ROOT / TOPIC).read_text(encoding="utf-8")
    start = text.index("MISTAKES: tuple")
    end = text.rindex(")\n")
    case = "from bptutor.grading.catalogue.base import Case\n"
    head = text[:start].replace("from bptutor.grading", case + "from bptutor.grading", 1)
    (folder / TOPIC).write_text(f"{head}{rule}\n\n{text[start:end]}{row},\n{text[end:]}", encoding="utf-8")
    return folder


def ran(folder: Path, program: str) -> list[str]:
    """The lines that a program prints which runs on the copy."""
    paths = f"import sys; sys.path[:0] = [{str(folder)!r}, {str(ROOT)!r}]\n"
    check = f"import bptutor; assert bptutor.__file__.startswith({str(folder)!r}), bptutor.__file__\n"
    done = subprocess.run([sys.executable, "-c", paths + check + program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.normal
def test_a_mistake_is_one_row_with_its_rule_and_its_cases(tmp_path: Path) -> None:
    """All its cases are named; without them the test of the catalogue would name it."""
    without_cases, *named = ran(copied(tmp_path, *recipe()), PROGRAM)
    assert without_cases == "| squared-value"
    assert named == ["squared-value"] * 5
