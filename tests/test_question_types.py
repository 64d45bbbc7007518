"""The two halves of the question types belong together, and nobody else knows a type by its name."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bptutor.grading import types
from bptutor.packs import question_types
from bptutor.packs.question_types.base import Style

PACKAGE = Path(types.__file__).parents[2]
HELPERS = {
    question_types: {"__init__", "base", "read", "variants"},
    types: {"__init__", "base", "pointing"},
}
OUTSIDE = [
    path
    for path in sorted(PACKAGE.rglob("*.py"))
    if "types" not in path.relative_to(PACKAGE).as_posix() and "notation" not in path.parts
]


def test_both_halves_have_the_same_types() -> None:
    assert list(question_types.TYPES) == list(types.TYPES)
    assert question_types.MODULES == types.MODULES
    assert all(one.kind == kind for half in (question_types, types) for kind, one in half.TYPES.items())


def test_every_module_of_a_type_is_registered() -> None:
    for half, helpers in HELPERS.items():
        found = {path.stem for path in Path(str(half.__file__)).parent.glob("*.py")}
        assert found - helpers == set(half.MODULES)


@pytest.mark.parametrize("kind", question_types.TYPES)
def test_a_type_says_what_is_to_be_typed(kind: str) -> None:
    one = question_types.TYPES[kind]
    assert one.placeholder
    assert isinstance(one.style, Style)


def named(path: Path) -> list[int]:
    """Lines in which the type of a question is compared with a word, or a question is made of one."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        kinds = [part for part in ast.walk(node) if isinstance(part, ast.Attribute) and part.attr == "kind"]
        words = {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)} & {*question_types.TYPES}
        if isinstance(node, ast.Compare | ast.Subscript | ast.keyword) and words and kinds:
            found.append(node.lineno)
        if isinstance(node, ast.keyword) and node.arg == "kind" and words:
            found.append(node.value.lineno)
    return found


@pytest.mark.parametrize("path", OUTSIDE, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_types_know_a_type_by_its_name(path: Path) -> None:
    assert not named(path)
