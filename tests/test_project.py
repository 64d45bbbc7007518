"""What the project says of itself in several places agrees: Pythons, dependencies, versions, addresses, benchmarks."""

from __future__ import annotations

import ast
import importlib
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

import bptutor

pytestmark = pytest.mark.normal

ROOT = Path(__file__).parents[1]
METADATA = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))

OWN = {"bptutor", "tests", "benchmarks", "scripts"}
STUBS = {"_typeshed"}
"""What only a type checker has."""
FOLDERS: dict[str, tuple[str, ...]] = {
    "bptutor": (),
    "tests": ("test",),
    "tests/data": ("test", "bench"),  # what once wrote the files that tests read
    "scripts": ("test",),
    "benchmarks": ("test", "bench"),
}
"""The extras that the modules of a folder may use beside the dependencies."""
HEADINGS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


# --- dependencies -----------------------------------------------------------------------------------------


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*extras: str) -> set[str]:
    """Return the distributions that the project asks for, with those of some extras."""
    wanted = [*METADATA["dependencies"], *(one for extra in extras for one in METADATA["optional-dependencies"][extra])]
    return {normalized(re.split(r"[^\w.-]", one, maxsplit=1)[0]) for one in wanted}


def imports(paths: Iterable[Path]) -> Iterator[str]:
    """Yield the top-level name of every import, also of those inside functions."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.split(".")[0]


@cache
def third_party(folder: str) -> set[str]:
    """Return the distributions whose packages the modules of a folder import."""
    nested = [ROOT / other for other in FOLDERS if other.startswith(folder + "/")]
    paths = (path for path in (ROOT / folder).rglob("*.py") if not any(path.is_relative_to(one) for one in nested))
    foreign = set(imports(paths)) - OWN - STUBS - sys.stdlib_module_names
    homes = packages_distributions()
    return {normalized(name) for package in foreign for name in homes.get(package, [package])}


@pytest.mark.parametrize(("folder", "extras"), FOLDERS.items())
def test_what_is_imported_is_declared(folder: str, extras: tuple[str, ...]) -> None:
    assert third_party(folder) <= declared(*extras)


def test_what_is_declared_is_imported() -> None:
    assert declared() <= third_party("bptutor")


# --- Pythons, addresses, hooks, forms ---------------------------------------------------------------------


def test_the_pythons_are_the_same_everywhere() -> None:
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(METADATA["classifiers"]))
    first, after = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", METADATA["requires-python"]).groups()  # type: ignore[union-attr]
    assert named == [f"3.{minor}" for minor in range(int(first), int(after))]
    assert WORKFLOW["jobs"]["run"]["strategy"]["matrix"]["python"] == named
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"Python {named[0]} to {named[-1]}" in readme


def test_the_checks_on_a_server_are_those_of_the_project() -> None:
    steps = WORKFLOW["jobs"]["run"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]) for step in steps if "uses" in step)


def test_hooks_run_what_is_installed() -> None:
    assert {repository["repo"] for repository in HOOKS["repos"]} == {"local"}
    for hook in (hook for repository in HOOKS["repos"] for hook in repository["hooks"]):
        assert hook["language"] == "system"
        assert hook["entry"].split()[0] in declared("test")


def test_every_address_is_of_the_one_repository() -> None:
    home = METADATA["urls"]["Homepage"]
    assert set(METADATA["urls"]) == {"Homepage", "Documentation", "Repository", "Issues", "Changelog"}
    assert all(url == home or url.startswith(home + "/") for url in METADATA["urls"].values())
    for path in (
        ROOT / relative for relative in re.findall(r"/(?:tree|blob)/main/(\S+)", " ".join(METADATA["urls"].values()))
    ):
        assert path.exists()


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_asks_for_something(path: Path) -> None:
    form: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    asked = [field for field in form["body"] if field["type"] != "markdown"]
    ids = [field["id"] for field in asked]
    assert len(ids) == len(set(ids))
    assert all(field["attributes"]["label"] for field in asked)
    assert any(field.get("validations", {}).get("required") for field in asked)


def test_a_wrong_verdict_can_be_seen_again() -> None:
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / "wrong-verdict.yml").read_text(encoding="utf-8"))
    needed = {field["id"] for field in form["body"] if field.get("validations", {}).get("required")}
    assert needed >= {"question", "answer", "seed", "version"}


# --- the changelog ----------------------------------------------------------------------------------------


def test_the_changelog_is_one_that_tools_can_read() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert releases[0] == "[Unreleased]"
    dated = [re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})", release) for release in releases[1:]]
    assert all(dated), releases
    versions = [tuple(map(int, found[1].split("."))) for found in dated if found]
    dates = [found[2] for found in dated if found]
    assert all(later > earlier for later, earlier in pairwise(versions))
    assert all(later >= earlier for later, earlier in pairwise(dates))
    assert set(re.findall(r"^### (.*)$", text, re.MULTILINE)) <= set(HEADINGS)


def test_the_version_of_the_package_has_its_section() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## [{bptutor.__version__}] - " in text


# --- benchmarks and scripts -------------------------------------------------------------------------------


def test_every_benchmark_is_described() -> None:
    described = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    for path in (ROOT / "benchmarks").glob("*.py"):
        assert f"`{path.name}`" in described or f"benchmarks/{path.name}" in described, path.name


@pytest.mark.parametrize(
    "path", sorted([*ROOT.glob("benchmarks/*.py"), *ROOT.glob("scripts/*.py")]), ids=lambda p: p.stem
)
def test_what_a_script_imports_exists(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in {"bptutor", "tests"}:
            module = importlib.import_module(node.module)
            for name in (alias.name for alias in node.names):
                assert hasattr(module, name) or importlib.import_module(f"{node.module}.{name}"), name
