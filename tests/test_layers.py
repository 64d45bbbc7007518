"""Imports go only downwards, and each third-party package has its home."""

from __future__ import annotations

import ast
import fnmatch
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "bptutor"

MAY_IMPORT = {
    "errors": set(),
    "jsonlines": {"errors"},
    "engine": {"errors"},
    "notation": {"engine", "errors"},
    "packs": {"notation", "engine", "errors"},
    "grading": {"packs", "jsonlines", "notation", "engine", "errors"},
    "progress": {"packs", "jsonlines", "notation", "engine", "errors"},
    "session": {"grading", "progress", "packs", "notation", "engine", "errors"},
    "tui": {"session", "grading", "progress", "packs", "notation", "engine", "errors"},
    "plain": {"session", "grading", "progress", "packs", "notation", "engine", "errors"},
    "authoring": {"session", "grading", "progress", "packs", "notation", "engine", "errors"},
    "doctor": {"progress", "packs", "errors"},
    "streams": {"errors"},
    "cli": {
        "arguments",
        "jsonlines",
        "streams",
        "doctor",
        "tui",
        "plain",
        "authoring",
        "session",
        "grading",
        "progress",
        "packs",
        "notation",
        "errors",
    },
    "arguments": {"streams"},
    "__main__": {"cli"},
    "__init__": set(),
}
"""Which parts of the package a part may import, beside itself."""

HOMES = {
    "textual": ("tui/*",),
    "rich": ("tui/*",),
    "sympy": ("notation/algebra/*",),
    "yaml": ("packs/*",),
    "markdown_it": ("packs/*", "tui/*"),
    "mdit_py_plugins": ("packs/*", "tui/*"),
    "sqlite3": ("progress/*",),
    "numpy": (
        *("engine/*", "notation/*", "grading/*", "packs/*", "authoring/*"),
        *("session/view/numbers.py", "tui/render/*"),
    ),
}
"""Where a third-party (or heavy) package may be imported."""

FORBIDDEN_CALLS = {"eval", "exec", "sympify", "parse_expr", "S"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Yield every absolute name that a module imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_only_downwards(path: Path) -> None:
    own = part(path)
    for name in imported(path):
        pieces = name.split(".")
        if pieces[0] == "bptutor" and len(pieces) > 1 and pieces[1] in MAY_IMPORT and pieces[1] != own:
            assert pieces[1] in MAY_IMPORT[own], f"{own} must not import {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_packages_are_imported_at_home(path: Path) -> None:
    here = path.relative_to(PACKAGE).as_posix()
    for name in imported(path):
        homes = HOMES.get(name.split(".")[0])
        if homes is not None:
            assert any(fnmatch.fnmatch(here, home) for home in homes), f"{here} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_text_is_executed(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            name = node.func.attr if isinstance(node.func, ast.Attribute) else name
            assert name not in FORBIDDEN_CALLS, f"{path}:{node.lineno} calls {name}"


def test_every_part_is_in_the_table() -> None:
    assert {part(path) for path in modules()} == set(MAY_IMPORT)
