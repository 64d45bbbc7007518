"""Every statement of the article has its place in the course, and every place exists."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from bptutor.packs.library import Library

pytestmark = pytest.mark.normal

SCRIPT = Path(__file__).parents[2] / "scripts" / "coverage.py"
LIBRARY = Library.builtin()


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("coverage_script", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


coverage = _script()


def test_every_statement_has_a_lesson_and_every_place_exists() -> None:
    found = coverage.coverage()
    assert list(coverage.problems_of(found, coverage.items(LIBRARY))) == []
    assert len(found.statements) >= 70
    assert sum(bool(statement.corrects) for statement in found.statements) >= 24


def test_the_page_is_the_one_of_the_statements() -> None:
    assert coverage.TARGET.read_text(encoding="utf-8") == coverage.page(coverage.coverage())


@pytest.mark.parametrize(
    ("places", "corrects", "said"),
    [
        ((), "", "no lesson teaches"),
        (("output-eror",), "", "there is no lesson `output-eror`"),
        (("output-error#three-slopse",), "", "the lesson `output-error` has no item `three-slopse`"),
        (("output-error",), "it is not so", "no exercise corrects"),
    ],
)
def test_a_wrong_place_is_found(places: tuple[str, ...], corrects: str, said: str) -> None:
    statement = coverage.Statement("Opening", "Something", places, corrects)
    found = coverage.Coverage("An article", (statement,))
    problems = list(coverage.problems_of(found, coverage.items(LIBRARY)))
    assert [problem.startswith(said) for problem in problems] == [True]


def test_a_lesson_that_is_written_is_no_longer_unwritten() -> None:
    found = replace(coverage.coverage(), unwritten=frozenset({"output-error"}), statements=())
    assert list(coverage.problems_of(found, coverage.items(LIBRARY))) == [
        "`output-error` is written now: take it out of `unwritten`"
    ]
