"""Two hundred sessions killed at random moments: no answer whose verdict was shown is lost."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from bptutor.progress.event_log import EventKind, Log
from bptutor.session import Session
from tests.session.fakes import FakeGrader, FakeLibrary

KILLS = 200


def killed(home: Path, run: int, source: random.Random) -> list[str]:
    """Start a session, kill it at a random moment, and return the lines it had printed, cut ones left out."""
    command = [sys.executable, "-m", "tests.session.answering", str(home), str(run)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "saving\n"
        lines = [process.stdout.readline() for _ in range(source.randrange(4))]
        try:
            process.wait(timeout=source.random() * 0.03)
        except subprocess.TimeoutExpired:
            process.kill()
        lines += process.stdout.readlines()
    assert process.returncode == -9
    return [line for line in lines if line.endswith("\n")]


@pytest.mark.long
def test_nothing_shown_is_lost(tmp_path: Path) -> None:
    kill(KILLS, tmp_path)


def test_nothing_shown_is_lost_by_a_few_kills(tmp_path: Path) -> None:
    kill(KILLS // 100, tmp_path)


def kill(kills: int, tmp_path: Path) -> None:
    source = random.Random(20260131)
    before = answers = 0
    for run in range(kills):
        shown = killed(tmp_path, run, source)
        log = Log.open(tmp_path)
        assert log.saving
        assert (log.saving_problem, log.note) == ("", "")
        stored = [event for event in log.events() if event.kind is EventKind.ANSWERED][before:]
        lines = [f"shown {event.mark} {event.text!r}\n" for event in stored]
        assert lines[: len(shown)] == shown
        assert len(lines) <= len(shown) + 1  # one may be on disk and not yet printed
        before += len(stored)
        answers += len(shown)
        view = Session(FakeLibrary(), log, FakeGrader()).open("output-error")
        assert view.saving
        log.close()
    assert answers >= kills  # the sessions were killed while they worked
