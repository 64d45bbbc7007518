"""`grade` takes the id of a question in place of the question."""

from __future__ import annotations

import json
from pathlib import Path

from bptutor.grading.service.worker_process import graded

PACK = str(Path(__file__).parents[1] / "data" / "packs" / "valid" / "plain")


def record(**given: object) -> dict[str, object]:
    return next(iter(graded({"answer": "p_i - y_i", **given})))


def test_a_question_of_a_pack_is_graded_as_if_it_were_written_out() -> None:
    for question in ("one/q", "one/d.2"):
        assert record(question=question, pack=PACK)["verdict"]["mark"] == "right"  # type: ignore[index]
        wrong = record(question=question, pack=PACK, answer="y_i - p_i", seed=3)
        assert wrong["verdict"]["mark"] == "wrong"  # type: ignore[index]


def test_a_question_of_the_course_is_graded() -> None:
    assert record(question="last-layer/all-six", answer="outer(p - y, a1)")["verdict"]["mark"] == "right"  # type: ignore[index]


def test_an_id_that_there_is_not_says_what_was_meant() -> None:
    said = {
        "one/qq": "asks no qq; did you mean `q`?",
        "onee/q": "has no lesson onee; did you mean `one`?",
        "one/d.1": "asks no d.1; did you mean `d.2`?",
        "one": "names no question; write lesson/question",
        "one/q#2": "is asked in 1 ways",
    }
    for question, error in said.items():
        assert error in str(record(question=question, pack=PACK)["error"])
    assert "no pack at" in str(record(question="one/q", pack="/nowhere")["error"])
    assert "`pack` is not" in str(record(question="one/q", pack=3)["error"])
    assert "`question` is missing" in str(record()["error"])
    assert json.dumps(said)
