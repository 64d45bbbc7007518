"""A proof that contradicts the verdict that was shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from bptutor.grading.verdict import Finding, Mark, ProofMark, Verdict
from bptutor.tui.widgets.answer_bar import AnswerBar
from tests.session.fakes import ERROR, FakeGrader
from tests.tui.stage import stage


class Disputing(FakeGrader):
    """Its proofs contradict its verdicts."""

    async def proof(self) -> Verdict | None:
        return Verdict(Mark.UNDECIDED, ProofMark.UNDECIDED, (Finding("disagreement", "Two ways disagree."),))


async def test_it_is_said_and_the_verdict_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPTUTOR_HOME", str(tmp_path / "home"))
    async with stage(tmp_path, "output-error", grader=Disputing()) as s:
        await s.until("enter go on")
        await s.press("enter", "enter")
        await s.until("Carry the derivative")
        await s.until_true(lambda: isinstance(s.app.focused, AnswerBar))
        await s.paste(ERROR.lines[1].math)
        await s.press("enter")
        await s.until("The proof contradicts this verdict")
        assert "right" in s.text
    assert list((tmp_path / "home").rglob("reports/*.json"))
