"""A damaged record is told of by every command that opens it, until a session has shown it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bptutor.progress.event_log import Event, EventKind, Log

pytestmark = pytest.mark.normal

COMMANDS = [
    ["progress", "show"],
    ["progress", "export"],
    ["progress", "import", os.devnull],
    ["export", "--my-code"],
    ["quiz"],
    ["doctor"],
    ["where"],
    ["review", "--plain"],
]
COUNT = 20


def damaged(home: Path, *, mend: bool = False) -> None:
    log = Log.open(home)
    log.append(*(Event(EventKind.ANSWERED, "one", "p", "q", text=str(n)) for n in range(COUNT)))
    log.close()
    path = home / "progress.db"
    path.write_bytes(bytes(4096) + path.read_bytes()[4096:])
    if mend:
        Log.open(home).close()


def run(home: Path, *words: str, given: str = "") -> tuple[int, str, str]:
    environment = {**os.environ, "BPTUTOR_HOME": str(home), "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "bptutor", *words]
    done = subprocess.run(command, input=given, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("mend", [False, True], ids=["by this command", "by another before"])
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_says_so_on_stderr_and_fails(words: list[str], mend: bool, tmp_path: Path) -> None:
    damaged(tmp_path, mend=mend or words == ["where"])  # `where` opens nothing
    code, out, err = run(tmp_path, *words)
    (kept,) = [file.name for file in tmp_path.iterdir() if ".damaged-" in file.name]
    told = [line for line in err.splitlines() if kept in line]
    assert (code, len(told)) == (1, 1)
    assert f"{COUNT} events could be read" in told[0]
    if words == ["progress", "export"]:
        assert [json.loads(line)["text"] for line in out.splitlines()] == [str(n) for n in range(COUNT)]


def test_a_session_shows_it_once(tmp_path: Path) -> None:
    damaged(tmp_path)
    assert run(tmp_path, "progress", "export")[0] == 1
    assert "damaged" in run(tmp_path, "learn", "--plain", given="quit\n")[1]
    assert "damaged" not in run(tmp_path, "learn", "--plain", given="quit\n")[1]
    code, _, err = run(tmp_path, "progress", "export")
    assert (code, err) == (0, "")
