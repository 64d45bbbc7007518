"""The built-in course by lines, graded for real."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.normal

START = """
import sys
from bptutor.packs.library import Library
from bptutor.plain.play import run
from bptutor.progress.event_log import Log
sys.exit(run(Library.builtin(), Log.open(), "me", "network-model", 7))
"""


def started(home: Path, text: str, *argv: str) -> str:
    """Start Python with arguments and a text to read; returns all that was said."""
    done = subprocess.run(
        [sys.executable, *argv],
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "BPTUTOR_HOME": str(home), "PYTHONIOENCODING": "utf-8"},
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_real_lesson_is_graded_and_resumed(tmp_path: Path) -> None:
    def play(text: str) -> str:
        return started(tmp_path, text, "-c", START)

    said = play("\n\nΣ_j W1_ij q_j\nΣ_j W1_ij x_j\nsum_j W1_ij x_j + b1_i\n")
    assert "Seed 7." in said
    assert "I cannot read that (column 11)" in said
    assert "Not right." in said
    assert "Right.\nProved." in said
    assert "Line 2: equals the sum over j" in " ".join(said.split())
    assert "Compute both entries" in play("\n")


def test_what_is_written_before_the_command_counts_and_a_quiz_tells_which_question_is_asked(tmp_path: Path) -> None:
    def quiz(*argv: str) -> str:
        return started(tmp_path, "skip\n", "-m", "bptutor", *argv)

    after, before = (
        quiz("quiz", "quiz-see", "--seed", "11", "--learner", "ada"),
        quiz("--seed", "11", "--learner", "bob", "learn", "quiz-see"),
    )
    assert before == after
    assert "Question 2 of 10." in before
    assert quiz("--seed", "12", "quiz", "quiz-see") != before
    assert sorted(path.name for path in (tmp_path / "learners").iterdir()) == ["ada", "bob"]
