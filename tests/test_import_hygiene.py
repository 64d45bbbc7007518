"""What a fresh interpreter loads: start-up must not pay for NumPy and SymPy."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "sympy", "mpmath")


def loaded(statement: str, names: tuple[str, ...] = HEAVY) -> list[str]:
    """Run a statement in a fresh interpreter and return which heavy packages it loaded."""
    code = f"{statement}\nimport sys\nprint(*[m for m in {names!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()


@pytest.mark.parametrize(
    "statement",
    [
        "import bptutor",
        "import bptutor.cli",
        "import bptutor.session",
        "import bptutor.packs.library",
        "import bptutor.progress.event_log",
        "import bptutor.grading.service.worker",
        "import bptutor.plain.play",
        "import bptutor.tui.app",
        "from bptutor.packs.library import Library; Library.builtin().entries()",
        "from bptutor.cli import main\ntry:\n    main(['--version'])\nexcept SystemExit:\n    pass",
    ],
)
def test_start_up_loads_nothing_heavy(statement: str) -> None:
    assert loaded(statement) == []


def test_the_test_sees_heavy_packages() -> None:
    assert "numpy" in loaded("import bptutor.notation.values.evaluate")


def test_the_map_is_painted_before_lessons_and_question_types_are_loaded() -> None:
    lessons = ("bptutor.session.steps.lesson_state", "bptutor.packs.question_types", "bptutor.grading.types")
    assert loaded("import bptutor.tui.app", lessons) == []
    assert loaded("import bptutor.session.steps.lesson_state", lessons) == list(lessons)
