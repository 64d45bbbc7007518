"""What is shipped: the package, its styles, and every file of the built-in lessons; nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def tracked(folder: str) -> set[str]:
    """Return the files of a folder that belong to the project."""
    files = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in files}


def test_the_wheel_holds_the_package_and_the_lessons(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
    lessons = {f"bptutor/_lessons/{name.removeprefix('lessons/')}" for name in tracked("lessons")}
    assert shipped == tracked("bptutor") | lessons
    assert "bptutor/_lessons/backprop/pack.yaml" in shipped
