"""Imports go only downwards, and each third-party package has its home."""

from __future__ import annotations

import ast
import fnmatch
from collections.abc import Iterator
from functools import cache
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


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imported(path: Path) -> Iterator[str]:
    """Yield every absolute name that a module imports, also inside functions."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_imports_go_only_downwards() -> None:
    for path in modules():
        own = part(path)
        for name in imported(path):
            pieces = name.split(".")
            if pieces[0] == "bptutor" and len(pieces) > 1 and pieces[1] in MAY_IMPORT and pieces[1] != own:
                assert pieces[1] in MAY_IMPORT[own], f"{path} must not import {name}"


def test_packages_are_imported_at_home() -> None:
    for path in modules():
        here = path.relative_to(PACKAGE).as_posix()
        for name in imported(path):
            homes = HOMES.get(name.split(".")[0], (here,))
            assert any(fnmatch.fnmatch(here, home) for home in homes), f"{here} imports {name}"


def test_no_text_is_executed() -> None:
    for path in modules():
        for node in nodes(path):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else ""
                name = node.func.attr if isinstance(node.func, ast.Attribute) else name
                assert name not in FORBIDDEN_CALLS, f"{path}:{node.lineno} calls {name}"


def test_every_part_is_in_the_table() -> None:
    assert {part(path) for path in modules()} == set(MAY_IMPORT)


# --- inside the packages ------------------------------------------------------------------------------------------

INSIDE = {
    "notation": (
        {"tree", "caching", "equality/tolerances"},
        {"scope", "limits"},
        {"shapes", "array_functions", "values"},
        {"parser"},
        {"parse", "printers", "algebra", "transform"},
        {"equality", "explain"},
    ),
    "grading": (
        {"time_limits", "catalogue/order"},
        {"verdict", "answer", "code"},
        {"catalogue", "feedback"},
        {"graders"},
        {"types"},
        {"proof"},
        {"grade"},
        {"service"},
    ),
}
"""The parts of a package, from the ground up: a part may import what stands above it in this table, and its own row."""


def row_of(package: str, inner: str) -> int:
    """The row of a module, by the longest part of its path that is in the table."""
    parts = [inner.rsplit("/", n)[0] for n in range(inner.count("/") + 1)]
    found = [n for part in parts for n, row in enumerate(INSIDE[package]) if part in row]
    assert found, f"{package}/{inner} stands in no row of INSIDE"
    return found[0]


@cache
def edges() -> dict[str, set[str]]:
    """Each module with those it imports, also inside functions; what is there for type checkers only is not counted."""
    names = {
        ".".join(p.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): p for p in modules()
    }
    found: dict[str, set[str]] = {}
    for name, path in names.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        skipped = {
            inner
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
            for part in node.body
            for inner in ast.walk(part)
        }
        wanted: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node not in skipped and node.module:
                wanted |= {
                    full if (full := f"{node.module}.{alias.name}") in names else node.module for alias in node.names
                }
            elif isinstance(node, ast.Import) and node not in skipped:
                wanted |= {alias.name for alias in node.names}
        found[name] = wanted & names.keys() - {name}
    return found


def circle(found: dict[str, set[str]]) -> list[str]:
    """The modules of a circle in the order of their imports; empty where there is none."""
    done: set[str] = set()

    def walked(name: str, way: tuple[str, ...]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        round_ = next((one for other in sorted(found[name]) if (one := walked(other, (*way, name)))), [])
        done.add(name)
        return round_

    return next((one for name in sorted(found) if (one := walked(name, ()))), [])


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["b", "c", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_module_imports_itself_by_others() -> None:
    assert circle(edges()) == []


@pytest.mark.parametrize("package", INSIDE)
def test_parts_of_a_package_import_only_downwards(package: str) -> None:
    inner = {name: name.removeprefix(f"bptutor.{package}.").replace(".", "/") for name in edges()}
    own = [name for name in inner if name.startswith(f"bptutor.{package}.")]
    rows = {name: row_of(package, inner[name]) for name in own}
    upwards = {(inner[a], inner[b]) for a in own for b in edges()[a] if b in rows and rows[b] > rows[a]}
    assert upwards == set()
