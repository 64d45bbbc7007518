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
sys.exit(run(Library.builtin(), Log.open(), "me", "output-error", 7))
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

    said = play("\n\np_i - q_i\nΣ_k y_k/p_k ∂p_k/∂z_i\n-sum_k y_k/p_k dp_k/dz_i\n")
    assert "Seed 7." in said
    assert "I cannot read that (column 7)" in said
    assert "Not right." in said
    assert "Right.\nProved." in said
    assert "Line 2: equals minus the sum over k" in " ".join(said.split())
    assert "Insert the softmax derivative" in play("\n")
