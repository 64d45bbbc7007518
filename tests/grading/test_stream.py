from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, run
from typing import Any

import pytest

from bptutor.grading.service import serialize
from bptutor.grading.service.batch import _Child, _graded, grade_lines, prove_lines
from bptutor.grading.verdict import Mark, ProofMark, Verdict
from tests.grading.pairs import line, pairs

pytestmark = pytest.mark.normal

SCENE = {
    "sizes": {"K": 3},
    "given": {"z": {"axes": ["K"]}, "y": {"axes": ["K"], "draw": "one-hot"}},
    "define": {"p": "softmax(z)", "L": "-Σ_k y_k log p_k"},
}
EXAMPLE = {
    "id": "a1",
    "question": {"type": "symbolic", "answer": "p_i - y_i", "scene": SCENE},
    "answer": "-(y_i - p_i)",
}


def graded(*objects: Any, jobs: int = 1) -> list[dict[str, Any]]:
    lines = [obj if isinstance(obj, str) else json.dumps(obj) for obj in objects]
    return [json.loads(text) for text in grade_lines(lines, jobs)]


def test_the_documented_example() -> None:
    (record,) = graded(EXAMPLE)
    assert list(record) == ["id", "mark", "proof", "read_as", "findings", "ms", "provers"]
    assert record | {"ms": 0} == {
        "id": "a1", "mark": "right", "proof": "proved", "read_as": "−(yᵢ − pᵢ)", "findings": [], "ms": 0,
        "provers": ["sympy"],
    }  # fmt: skip


def test_malformed_lines_leave_the_others_alone() -> None:
    lines = grade_lines(
        [
            "{",
            "[1]",
            json.dumps({"id": 7}),
            json.dumps({**EXAMPLE, "id": "b", "question": {"type": "nonsense"}}),
            json.dumps(EXAMPLE),
            "",
            "[" * 100_000,
        ]
    )
    records = [json.loads(text) for text in lines]
    assert [set(record) == {"id", "error"} for record in records] == [True, True, True, True, False, True]
    assert [record["id"] for record in records] == [None, None, 7, "b", "a1", None]
    assert records[4]["mark"] == "right"
    assert lines.malformed == 5


def test_an_unreadable_answer_is_no_malformed_line() -> None:
    lines = grade_lines([json.dumps({**EXAMPLE, "answer": "p_i - q_i"})])
    (record,) = [json.loads(text) for text in lines]
    assert record["mark"] == "unreadable" and record["proof"] == "none" and record["read_as"] is None
    assert record["error"]["column"] == 7
    assert set(record["error"]) == {"column", "message", "help"}
    assert lines.malformed == 0


def test_the_proof_of_each_kind_of_mark() -> None:
    proofs = {
        "p_i - y_i": ("right", "proved"),
        "y_i - p_i": ("wrong", "refuted"),
        "∂L/∂z_i": ("right-other-form", "proved"),
        "(p_i - p_i)/(p_i - p_i)": ("undecided", "undecided"),
        "log(-p_i)": ("wrong", "refuted"),
    }
    records = graded(*({**EXAMPLE, "answer": answer} for answer in proofs))
    assert [(record["mark"], record["proof"]) for record in records] == list(proofs.values())


def test_several_processes_keep_the_order() -> None:
    chosen = pairs()[::20]
    records = graded(*(line(pair, n) for n, pair in enumerate(chosen)), jobs=2)
    assert [record["id"] for record in records] == list(range(len(chosen)))
    assert [record["mark"] for record in records] == [pair["mark"] for pair in chosen]


def test_lines_are_taken_only_as_records_are_given_so_that_memory_stays() -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield json.dumps({**EXAMPLE, "id": taken, "answer": "p_i - y_i"})

    records = grade_lines(endless(), jobs=2)
    for given in range(1, 401):
        assert json.loads(next(records))["id"] == given
        assert taken <= given + 8 * 2 + 1
    records._made.close()  # type: ignore[attr-defined]  # a generator: its children end


def test_a_line_over_its_limit_is_undecided_and_delays_the_next_by_no_more() -> None:
    heavy = {
        **EXAMPLE,
        "answer": "p_i - y_i + " + "+".join(f"log(1 + e^(z_i + {n} z_i^2))" for n in range(40)) + " - p_i",
    }
    start = time.monotonic()
    lines = [json.dumps(EXAMPLE), json.dumps(heavy), json.dumps(EXAMPLE)]
    records = [json.loads(text) for text in grade_lines(lines, limit=0.0)]
    assert [record["mark"] for record in records] == ["undecided"] * 3
    assert all(record["proof"] == "undecided" for record in records)
    assert [finding["rule"] for record in records for finding in record["findings"]] == ["time-limit"] * 3
    assert time.monotonic() - start < 30


def test_a_proof_over_its_limit_says_so() -> None:
    given = json.dumps({"id": 1, "scene": SCENE, "left": "∂L/∂z_i", "right": "p_i - y_i"})
    (record,) = (json.loads(text) for text in prove_lines([given], limit=0.0))
    assert (record["proof"], record["reason"]) == ("undecided", "time-limit")


class Scripted(_Child):
    """A child that has said its messages already; after the last it says nothing more."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        super().__init__()
        self.messages = list(messages)

    def _started(self) -> Popen[bytes]:
        self._process = Popen(["cat"], stdin=PIPE, stdout=DEVNULL)
        return self._process

    def _message(self, until: float) -> dict[str, Any]:
        if not self.messages:
            raise TimeoutError
        return self.messages.pop(0)


RIGHT = Verdict(Mark.RIGHT, ProofMark.PROBES, read_as="p_i")
VERDICT = {"verdict": serialize.pack(RIGHT), "ms": 2.0}


def test_the_time_of_a_record_is_that_of_the_mark() -> None:
    proof = {"proof": serialize.pack(replace(RIGHT, proof=ProofMark.PROVED, provers=("sympy",))), "ms": 900.0}
    child = Scripted(VERDICT, proof)
    record = _graded(child, {"id": 1}, 1.0)
    child.kill()
    assert (record["proof"], record["provers"], record["ms"]) == ("proved", ["sympy"], 2.0)


def test_a_right_answer_stays_right_when_its_proof_takes_too_long() -> None:
    record = _graded(Scripted(VERDICT), {"id": 1}, 1.0)
    assert (record["mark"], record["proof"], record["reason"]) == ("right", "probes", "time-limit")
    assert record["findings"] == []


def test_prove_says_proved_refuted_and_unreadable() -> None:
    lines = [
        {"id": 1, "scene": SCENE, "left": "∂L/∂z_i", "right": "p_i - y_i"},
        {"id": 2, "scene": SCENE, "left": "∂L/∂z_i", "right": "y_i - p_i"},
        {"id": 3, "scene": SCENE, "left": "∂L/∂z_i", "right": "q_i"},
        {"id": 4, "scene": SCENE, "left": "p_i δ_ij - p_i p_j", "right": "-p_i p_j", "where": "i ≠ j"},
        {"id": 5, "left": "1", "right": "1"},
    ]
    records = [json.loads(text) for text in prove_lines(json.dumps(one) for one in lines)]
    assert [record.get("proof") for record in records] == ["proved", "refuted", "undecided", "proved", None]
    assert list(records[0]) == ["id", "proof", "method", "witness", "conditions", "provers", "ms"]
    assert [record.get("provers") for record in records] == [["sympy"], None, None, ["sympy"], None]
    assert records[1]["witness"]
    assert records[2]["error"]["side"] == "right"
    assert set(records[4]) == {"id", "error"}


@pytest.mark.parametrize("answer", [3, -0.5])
def test_a_number_may_be_given_as_a_number(answer: float) -> None:
    (record,) = graded({"id": 1, "question": {"type": "numeric", "answer": str(answer)}, "answer": answer})
    assert record["mark"] == "right"


def test_an_answer_that_follows_from_an_earlier_one() -> None:
    scene = {"given": {"a": {"axes": ["K"], "value": [1, 2]}}, "define": {"b": "2 a", "c": "b + 1"}}
    question = {"type": "vector", "answer": "c", "scene": {"sizes": {"K": 2}, **scene}}
    given = {"id": 1, "question": question, "earlier": {"b": [3, 4]}}
    records = graded({**given, "answer": "4 5"}, {**given, "answer": "3 5"}, {**given, "answer": "9 9"})
    assert [record["mark"] for record in records] == ["right-from-earlier", "right", "wrong"]
    assert records[0]["proof"] == "none"


@pytest.mark.parametrize(
    "asks",
    [
        {"type": "symbolic", "answer": "p_i +"},
        {"type": "symbolic", "answer": "q_i"},
        {"type": "symbolic", "answer": "p_i", "accept": ["(("]},
        {"type": "symbolic", "answer": "p_i", "where": "i ≠"},
        {"type": "symbolic", "answer": "p_i", "derived": {"goal": "∂L/"}},
        {"type": "einsum", "answer": "i->i", "operands": ["q"]},
        {"type": "numeric", "answer": "q"},
        {"type": "vector", "answer": [1, [2]]},
        {"type": "shape", "answer": "q"},
    ],
)
def test_a_question_that_cannot_be_read_is_not_the_learners_fault(asks: dict[str, Any]) -> None:
    (record,) = graded({"id": 1, "question": {**asks, "scene": SCENE}, "answer": "p_i"})
    assert set(record) == {"id", "error"} and "cannot be read" in record["error"]


def test_only_a_newline_ends_a_line_and_bad_bytes_spoil_their_own(tmp_path: Path) -> None:
    whole = json.dumps({**EXAMPLE, "id": "one\u2028two"}, ensure_ascii=False).encode()
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + whole + b"\n\xff{\n" + whole)
    ran = run([sys.executable, "-m", "bptutor", "grade", str(path)], capture_output=True, check=False)
    piped = run(
        [sys.executable, "-m", "bptutor", "grade", "-"], input=path.read_bytes(), capture_output=True, check=False
    )
    for done in (ran, piped):
        records = [json.loads(text) for text in done.stdout.decode().split("\n") if text]
        assert [record["id"] for record in records] == ["one\u2028two", None, "one\u2028two"]
        assert [record.get("mark") for record in records] == ["right", None, "right"]
        assert done.returncode == 1
