from __future__ import annotations

import json

import numpy as np

from bptutor.grading.service import serialize
from bptutor.grading.verdict import Finding, Mark, ProofMark, ReadingError, Verdict

WRONG = Verdict(
    Mark.WRONG,
    ProofMark.REFUTED,
    (
        Finding("cells", "1 of 2 cell differs. Look at entry 2.", (1,), cells=((1,),)),
        Finding("witness", "They differ. Look at it.", values={"p": np.array([0.5, np.nan])}, expected=[1.0], got=2.0),
    ),
    "−(yᵢ − pᵢ)",
)


def test_a_verdict_comes_back_from_the_pipe() -> None:
    sent = json.loads(serialize.text(serialize.pack(WRONG)))
    back = serialize.unpack(sent)
    assert back.mark is WRONG.mark and back.proof is WRONG.proof and back.read_as == WRONG.read_as
    assert back.findings[0] == WRONG.findings[0]
    assert back.findings[1].values == {"p": [0.5, None]}


def test_an_unreadable_answer_comes_back_with_its_column() -> None:
    verdict = Verdict(Mark.UNREADABLE, error=ReadingError(3, "what is this", "write that"))
    assert serialize.unpack(serialize.pack(verdict)) == verdict


def test_what_a_program_printed_goes_along_only_where_it_printed() -> None:
    verdict = Verdict(Mark.WRONG, ProofMark.REFUTED, printed="a\nb\n")
    packed = serialize.pack(verdict)
    assert serialize.unpack(packed) == verdict
    assert serialize.printed("a1", packed, 1)["printed"] == "a\nb\n"
    assert "printed" not in serialize.printed("a1", serialize.pack(WRONG), 1)


def test_a_record_says_who_proved_or_that_time_was_over() -> None:
    proved = Verdict(Mark.RIGHT, ProofMark.PROVED, provers=("sympy",))
    late = Verdict(Mark.RIGHT, ProofMark.PROBES, reason="time-limit")
    assert [serialize.unpack(serialize.pack(verdict)) for verdict in (proved, late)] == [proved, late]
    records = [serialize.printed("a1", serialize.pack(verdict), 1) for verdict in (proved, late, WRONG)]
    assert [record.get("provers") for record in records] == [["sympy"], None, None]
    assert [record.get("reason") for record in records] == [None, "time-limit", None]


def test_the_printed_record_has_the_promised_fields_in_order() -> None:
    record = serialize.printed("a1", serialize.pack(WRONG), 1.849)
    assert list(record) == ["id", "mark", "proof", "read_as", "findings", "ms"]
    assert list(record["findings"][0]) == ["rule", "message", "where"]
    assert list(record["findings"][1]) == ["rule", "message", "where", "values", "expected", "got"]
    assert record["ms"] == 1.8
    unreadable = Verdict(Mark.UNREADABLE, error=ReadingError(3, "what", "write"))
    assert list(serialize.printed(None, serialize.pack(unreadable), 0))[-1] == "error"


def test_any_text_can_be_printed() -> None:
    for text in ("\ud800", "p − y", "\x1b[2J"):
        assert json.loads(serialize.text({"id": text}).encode().decode())["id"] == text
