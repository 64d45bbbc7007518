"""What is said of an answer: how it was read, and the numbers it is held against."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bptutor.grading.verdict import Finding, Mark, ProofMark, Verdict
from bptutor.packs.model import Kind
from bptutor.plain.say import verdict_lines
from bptutor.progress.events import Log
from bptutor.session import Session, View
from tests.session.fakes import FakeGrader, FakeLibrary


def asked(home: Path, kind: Kind) -> View:
    """Return a view that asks a question of one kind."""
    log = Log.open(home)
    view = Session(FakeLibrary(), log, FakeGrader()).open("first-minutes")
    log.close()
    assert view.question is not None
    return replace(view, question=replace(view.question, kind=kind))


@pytest.mark.parametrize(
    ("kind", "read_as", "said"),
    [
        (Kind.NUMPY, "z ⊙ y", "I read: z times entry by entry y"),
        (Kind.FILL, "z_k − y_k", "I read: z k minus y k"),
        (Kind.CHOICE, "(a) only $z_k$ and `z @ y`", "I read: (a) only z k and z @ y"),
        (Kind.VECTOR, "[1, −2]", "I read: [1, minus 2]"),
    ],
)
def test_an_answer_is_read_back_in_words(tmp_path: Path, kind: Kind, read_as: str, said: str) -> None:
    verdict = Verdict(Mark.WRONG, ProofMark.PROBES, (), read_as)
    assert verdict_lines(verdict, asked(tmp_path, kind))[0] == said


def test_small_numbers_are_told_apart(tmp_path: Path) -> None:
    finding = Finding("disagreement", "They differ. Look at z.", values={"z": 0.5}, expected=0.0000434, got=-0.00113)
    lines = verdict_lines(Verdict(Mark.WRONG, ProofMark.PROBES, (finding,), ""), asked(tmp_path, Kind.SYMBOLIC))
    assert lines[-1] == "wanted 0.0000434, your answer gives minus 0.00113."
