"""The built-in course by lines, graded for real."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

START = """
import sys
from bptutor.packs.library import Library
from bptutor.plain.play import run
from bptutor.progress.events import Log
sys.exit(run(Library.builtin(), Log.open(), "me", "network-model", 7))
"""


def test_a_real_lesson_is_graded_and_resumed(tmp_path: Path) -> None:
    def play(text: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", START],
            input=text,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "BPTUTOR_HOME": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
            cwd=Path(__file__).parents[2],
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    said = play("\n\nΣ_j W1_ij q_j\nΣ_j W1_ij x_j\nsum_j W1_ij x_j + b1_i\n")
    assert "Seed 7." in said
    assert "I cannot read that (column 11)" in said
    assert "Not right." in said
    assert "Right.\nProved." in said
    assert "Line 2: equals the sum over j" in " ".join(said.split())
    assert "Compute both entries" in play("\n")
