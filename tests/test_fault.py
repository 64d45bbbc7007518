"""A fault of the program itself ends in one line and a file, never in a traceback on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from bptutor import cli
from bptutor.progress.event_log import Log
from bptutor.tui.app import TutorApp
from tests.session.fakes import FakeGrader, FakeLibrary


def broken(*given: object) -> int:
    raise LookupError("nothing expected this")


def test_a_command_that_breaks_says_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BPTUTOR_HOME", str(tmp_path))
    monkeypatch.setitem(cli._RUN, "where", broken)
    assert cli.main(["where"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("bptutor: ") and "LookupError" in said and "Traceback" not in said
    (report,) = (tmp_path / "reports").iterdir()
    assert "nothing expected this" in report.read_text() and report.name in said.replace("\n", "")


async def test_a_screen_that_breaks_ends_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BPTUTOR_HOME", str(tmp_path))
    monkeypatch.setattr(TutorApp, "action_glossary", broken)
    log = Log.open(tmp_path)
    with pytest.raises(LookupError):
        async with TutorApp(FakeLibrary(), log, "me", "output-error", 7, FakeGrader()).run_test() as pilot:
            await pilot.press("f10")
            await pilot.pause()
    log.close()
    (report,) = (tmp_path / "reports").iterdir()
    assert "nothing expected this" in report.read_text()
    assert "Traceback" not in capsys.readouterr().err
