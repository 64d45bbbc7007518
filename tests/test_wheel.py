"""What is shipped: the package, its styles, and every file of the built-in lessons; nothing else; and it runs."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.metadata import Metadata

import bptutor
from bptutor.packs.library import Library

pytestmark = pytest.mark.normal

ROOT = Path(__file__).parents[1]
SHIPPED_FOLDERS: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"][
    "build"
]["targets"]["wheel"]["force-include"]
"""What is shipped beside the package: its folder here, and its folder in the wheel."""


def tracked(folder: str) -> set[str]:
    """Return the files of a folder that belong to the project."""
    files = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in files}


def build(source: Path, target: str, into: Path) -> Path:
    """Build an sdist or a wheel as `python -m build` does, by the build backend, but in this environment."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = into.glob({"wheel": "*.whl", "sdist": "*.tar.gz"}[target])
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel that is built out of the sdist, so that nothing is missing there."""
    room = tmp_path_factory.mktemp("wheel")
    with tarfile.open(sdist) as archive:
        archive.extractall(room, filter="data")
    (source,) = room.iterdir()
    return build(source, "wheel", room / "dist")


def read(wheel: Path, ending: str) -> str:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(ending))
        return archive.read(name).decode()


def test_the_wheel_holds_the_package_and_the_lessons(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
    lessons = {
        inside + name.removeprefix(folder) for folder, inside in SHIPPED_FOLDERS.items() for name in tracked(folder)
    }
    assert shipped == tracked("bptutor") | lessons
    assert "bptutor/py.typed" in shipped
    assert any(name.endswith("/pack.yaml") for name in lessons)


def test_the_sdist_holds_what_is_needed_to_work_on_it(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        held = {name.split("/", 1)[1] for name in archive.getnames()}
    assert held >= {"LICENSE", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", ".ci/run", ".github/workflows/ci.yml"}
    assert held >= tracked("bptutor") | tracked("lessons") | tracked("tests") | tracked("benchmarks") | tracked("docs")


def test_the_metadata_are_valid(wheel: Path) -> None:
    """An index refuses what `Metadata` refuses; the licence stands as an SPDX expression with its text beside it."""
    metadata = Metadata.from_email(read(wheel, ".dist-info/METADATA"), validate=True)
    assert metadata.license_expression == "MIT"
    assert metadata.license_files == ["LICENSE"]
    assert metadata.description_content_type == "text/markdown"
    assert str(metadata.version) == bptutor.__version__
    assert "MIT License" in read(wheel, ".dist-info/licenses/LICENSE")


def run(program: str | Path, *arguments: str, home: Path, **extra: str) -> str:
    """Run a program away from the repository, with nothing but its own variables, and return what it prints."""
    env = {"PATH": os.defpath, "LANG": "C.UTF-8", "BPTUTOR_HOME": str(home), **extra}
    done = subprocess.run(
        [program, *arguments], cwd=home, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    return done.stdout


def opens_the_course(said: str) -> bool:
    """Return whether a lesson was begun: its title, and a number that was drawn for it."""
    return said.startswith(Library.builtin().lesson("output-error").title) and "Seed 7." in said


def test_the_wheel_runs_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    command = (sys.executable, "-m", "bptutor")
    assert run(*command, "--version", home=tmp_path, PYTHONPATH=str(unpacked)) == f"bptutor {bptutor.__version__}\n"
    said = run(*command, "where", home=tmp_path, PYTHONPATH=str(unpacked))
    assert str(ROOT) not in said and "unpacked" in said


@pytest.mark.long
def test_the_wheel_can_be_installed_in_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    """All of bptutor's own is installed by pip; then this environment lends what it depends on."""
    room = tmp_path / "fresh"
    venv.create(room, with_pip=True)
    scripts = Path(sysconfig.get_path("scripts", "venv", {"base": str(room)}))
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(room)}))
    install = ("-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel))
    run(scripts / "python", *install, home=tmp_path)
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    assert run(scripts / "bptutor", "--version", home=tmp_path) == f"bptutor {bptutor.__version__}\n"
    assert str(packages) in run(scripts / "bptutor", "where", home=tmp_path)
    assert opens_the_course(run(scripts / "bptutor", "--seed", "7", "learn", "output-error", "--plain", home=tmp_path))
    assert '"mark": "right"' in run(scripts / "bptutor", "grade", str(example(tmp_path)), home=tmp_path)


def example(folder: Path) -> Path:
    """Write one answer that the README shows, with the question that it is of."""
    lines = folder / "answers.jsonl"
    lines.write_text('{"id": 1, "question": "last-layer/all-six", "answer": "outer(p - y, a1)"}\n')
    return lines
