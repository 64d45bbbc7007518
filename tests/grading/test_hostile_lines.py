"""`grade` and `prove`: a line that no program should read is an error of its own; the others are served, in order."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bptutor.grading.service.batch import grade_lines, prove_lines
from bptutor.jsonlines import DEPTH, ENDLESS
from tests.grading.test_stream import EXAMPLE, SCENE

pytestmark = pytest.mark.normal

PROVE = {"id": "p", "scene": SCENE, "left": "p_i", "right": "p_i"}


def nested(levels: int, kind: str = "list") -> str:
    """Return JSON that is nested so deep."""
    return "[" * levels + "1" + "]" * levels if kind == "list" else '{"a":' * levels + "1" + "}" * levels


def instead(example: dict[str, Any], key: str, value: str) -> str:
    """Return an example as JSON with the JSON of another value in a place, `scene.define` being one in another."""
    mark = "@here@"
    whole: dict[str, Any] = json.loads(json.dumps(example))
    *above, last = key.split(".")
    place = whole
    for name in above:
        place = place[name]
    place[last] = mark
    return json.dumps(whole).replace(json.dumps(mark), value)


HOSTILE = [
    *(nested(levels, kind) for levels in (DEPTH + 1, 300, 500, 990, 5_000) for kind in ("list", "object")),
    "1" * 5_000,
    "-" + "9" * 100_000,
    "1e999",
    "NaN",
    "-Infinity",
    '{"a":1,"a":2}',
]
GRADE_PLACES = [
    "id",
    "question",
    "question.answer",
    "question.scene",
    "question.scene.define",
    "answer",
    "earlier",
    "x",
]
PROVE_PLACES = ["id", "scene", "scene.given", "left", "where", "x"]


def served(texts: list[str], good: dict[str, Any], *, prove: bool, jobs: int) -> list[dict[str, Any]]:
    """Return the records of hostile lines with a good one before, between and after them, the good ones checked."""
    lines = [json.dumps({**good, "id": "first"})]
    for n, text in enumerate(texts):
        lines += [text, json.dumps({**good, "id": n})]
    records = [json.loads(record) for record in (prove_lines if prove else grade_lines)(lines, jobs)]
    assert len(records) == len(lines)
    mine = records[0::2]
    assert [record["id"] for record in mine] == ["first", *range(len(texts))]
    assert {record["proof"] for record in mine} == {"proved"}
    return records[1::2]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    ("example", "places"), [(EXAMPLE, GRADE_PLACES), (PROVE, PROVE_PLACES)], ids=["grade", "prove"]
)
def test_hostile_lines_are_errors_and_the_others_are_served(
    example: dict[str, Any], places: list[str], jobs: int
) -> None:
    texts = [instead(example, place, value) for place in places for value in HOSTILE]
    found = served(texts, example, prove=example is PROVE, jobs=jobs)
    assert [set(record) for record in found] == [{"id", "error"}] * len(texts)


def test_the_id_of_a_refused_line_is_given_where_it_can_be() -> None:
    lines = [instead(EXAMPLE, "x", nested(500)), instead(EXAMPLE, "id", nested(500)), '{"id":4,"a":1,"a":2}']
    records = [json.loads(record) for record in grade_lines(lines)]
    assert [record["id"] for record in records] == [EXAMPLE["id"], None, 4]


def test_texts_that_are_no_unicode_are_served_and_come_back() -> None:
    answer = json.dumps({**EXAMPLE, "answer": "\ud800"})
    record, told = (json.loads(r) for r in grade_lines([json.dumps({**EXAMPLE, "id": "\udfff\ud800"}), answer]))
    assert (record["id"], record["mark"], told["mark"]) == ("\udfff\ud800", "right", "unreadable")


def test_byte_order_marks_and_line_ends_of_other_systems_are_no_part_of_a_line() -> None:
    one = json.dumps(EXAMPLE)
    records = [json.loads(r) for r in grade_lines([f"\ufeff{one}\r\n", "\r\n", "  \n", f"{one}\r\n", f"\ufeff{one}"])]
    assert [record["mark"] for record in records] == ["right"] * 3


def run(command: str, file: str, given: bytes = b"") -> tuple[list[dict[str, Any]], str, int]:
    done = subprocess.run(
        [sys.executable, "-m", "bptutor", command, file], input=given, capture_output=True, check=False
    )
    return [json.loads(text) for text in done.stdout.splitlines()], done.stderr.decode(), done.returncode


def test_a_long_line_is_skipped_and_the_next_one_is_read(tmp_path: Path) -> None:
    good = json.dumps(EXAMPLE).encode()
    path = tmp_path / "lines"
    path.write_bytes(good + b"\n" + b'"' + b"x" * 9_000_000 + b'"\n' + "é".encode() * 1_000_001 + b"\n" + good)
    records, said, code = run("grade", str(path))
    assert ([record.get("mark") for record in records], said, code) == (["right", None, None, "right"], "", 1)


def test_a_line_without_an_end_ends_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "zeros"
    path.write_bytes(json.dumps(EXAMPLE).encode() + b"\n")
    with path.open("ab") as file:
        file.truncate(2 * ENDLESS)  # a hole: no disk is filled
    records, said, code = run("grade", str(path))
    assert ([record.get("mark") for record in records], code) == (["right", None], 1)
    assert said == "bptutor: line 2 does not end: nothing after it was read\n"
