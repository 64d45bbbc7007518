"""The lines of the course as `bptutor prove` reads them are those of the lessons, and each of them can be read."""

from __future__ import annotations

import json

import pytest

from bptutor.grading.service.batch import prove_lines
from tests.course_lines import COURSE, write_course
from tests.freeze import compare
from tests.thinned import thinned

pytestmark = pytest.mark.normal

LINES = COURSE.read_text(encoding="utf-8").splitlines()


def test_the_file_is_what_the_lessons_give_today() -> None:
    assert COURSE.read_text(encoding="utf-8") == write_course(), "run `python -m tests.freeze --course`"


@pytest.mark.parametrize("line", thinned(LINES, 100), ids=lambda line: json.loads(line)["id"])
def test_a_line_is_read_and_not_refuted(line: str) -> None:
    (record,) = (json.loads(text) for text in prove_lines([line]))
    assert record["proof"] != "refuted" and "error" not in record


def test_what_changed_is_told_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    old = {"a": {"mark": "right", "proof": "proved", "findings": []}}
    new = {"a": {"mark": "wrong", "proof": "refuted", "findings": ["sign"]}, "b": old["a"]}
    assert compare(old, old) == 0 and compare(old, {**old, "b": old["a"]}) == 0
    capsys.readouterr()
    assert compare(old, new) == 1
    said = capsys.readouterr().out
    assert all(text in said for text in ("mark changed: 1", "right -> wrong", "findings changed: 1", "new: 1"))
    assert compare(new, old) == 1
