"""What is said of an answer: how it was read, and the numbers it is held against."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bptutor.grading.verdict import Finding, Mark, ProofMark, Verdict
from bptutor.plain.text_view import verdict_lines
from bptutor.progress.event_log import Log
from bptutor.session import Session, View
from tests.session.fakes import FakeGrader, FakeLibrary


def asked(home: Path, kind: str) -> View:
    """Return a view that asks a question of one kind."""
    log = Log.open(home)
    view = Session(FakeLibrary(), log, FakeGrader()).open("first-minutes")
    log.close()
    assert view.question is not None
    return replace(view, question=replace(view.question, kind=kind))


@pytest.mark.parametrize(
    ("kind", "read_as", "said"),
    [
        ("numpy", "z ⊙ y", "I read: z times entry by entry y"),
        ("fill", "z_k − y_k", "I read: z k minus y k"),
        ("choice", "(a) only $z_k$ and `z @ y`", "I read: (a) only z k and z @ y"),
        ("vector", "[1, −2]", "I read: [1, minus 2]"),
    ],
)
def test_an_answer_is_read_back_in_words(tmp_path: Path, kind: str, read_as: str, said: str) -> None:
    verdict = Verdict(Mark.WRONG, ProofMark.PROBES, (), read_as)
    assert verdict_lines(verdict, asked(tmp_path, kind))[0] == said


def test_small_numbers_are_told_apart(tmp_path: Path) -> None:
    finding = Finding("disagreement", "They differ. Look at z.", values={"z": 0.5}, expected=0.0000434, got=-0.00113)
    lines = verdict_lines(Verdict(Mark.WRONG, ProofMark.PROBES, (finding,), ""), asked(tmp_path, "symbolic"))
    assert lines[-1] == "wanted 0.0000434, your answer gives minus 0.00113."


WIDE = [[0.5 * row + column for column in range(5)] for row in range(4)]


def changed(value: float, row: int, column: int) -> list[list[float]]:
    return [[value if (m, n) == (row, column) else one for n, one in enumerate(line)] for m, line in enumerate(WIDE)]


@pytest.mark.parametrize(
    ("expected", "got", "said"),
    [
        (WIDE, changed(-9.0, 2, 3), "They differ first at row 2, column 3: wanted 4, your answer gives minus 9."),
        ([1.0, 2.0], [1.0, 3.0], "They differ first at entry 1: wanted 2, your answer gives 3."),
        ({"dW": WIDE, "db": [1.0]}, {"dW": WIDE, "db": [2.0]}, "They differ first at db, entry 0: wanted 1, your"),
        (
            [WIDE, [1.0, 2.0]],
            [changed(8.0, 0, 0), [1.0, 2.0]],
            "They differ first at part 0, row 0, column 0:",
        ),
        (WIDE, [1.0, 2.0], "They differ: wanted 4 by 5 entries beginning 0, 1, 2, 3, 4, 0.5, and so on, your answer"),
        (0.25, -0.25, "wanted 0.25, your answer gives minus 0.25."),
    ],
)
def test_the_first_difference_is_read_and_not_whole_arrays(
    tmp_path: Path, expected: object, got: object, said: str
) -> None:
    finding = Finding("witness", "They differ. Look at p.", values={"p": WIDE, "h": 0.5}, expected=expected, got=got)
    view, verdict = asked(tmp_path, "code"), Verdict(Mark.WRONG, ProofMark.PROBES, (finding,), "")
    short, full = (" ".join(verdict_lines(verdict, view, full=in_full)) for in_full in (False, True))
    assert said in " ".join(short.split())
    assert "For p = 4 by 5 entries beginning 0, 1, 2, 3, 4, 0.5, and so on; h = 0.5:" in " ".join(short.split())
    assert "The word more reads all of it." in short
    assert "[[0, 1, 2, 3, 4], [0.5, 1.5, 2.5, 3.5, 4.5]," in " ".join(full.split()) and "word more" not in full
