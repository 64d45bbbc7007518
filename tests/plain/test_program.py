"""Writing a function by lines."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest

from bptutor.packs.library import Library
from bptutor.plain import run
from bptutor.progress.event import EventKind
from bptutor.progress.event_log import Log
from bptutor.session import Session
from tests.session.fakes import DirectGrader

pytestmark = pytest.mark.normal

PACK = Library.open(Path(__file__).parents[1] / "data" / "packs" / "valid" / "code")
HEAD = "def output_error(p, y):"


def talk(home: Path, *lines: str) -> str:
    out = io.StringIO()
    session = Session(PACK, Log.open(home), DirectGrader())
    assert run(session, "code", io.StringIO("".join(f"{line}\n" for line in lines)), out) == 0
    return out.getvalue()


def test_a_function_by_lines_wrong_unreadable_and_right(tmp_path: Path) -> None:
    said = talk(
        tmp_path, "",
        HEAD, "    n = len(p)", "", "    return (y - p) / n", ".",
        HEAD, "    return (p -", ".",
        HEAD, "    return p @ y", ".", "more",
        HEAD, "    n = len(p)", "    return (p - y) / n", ".",
        "",
    )  # fmt: skip
    assert "a line with a single dot ends it" in said
    assert f"    {HEAD}\n        ..." in said
    assert "Not right.\nYour numbers have the right size and the opposite direction." in said
    assert "For p = " in said and "They differ first at row 0, column 0: wanted" in said
    raised = re.search(r"with p \(\d+,\s\d+\), y \(\d+,\s\d+\)\.\sLook\sat\sline\s2\.\nFor p = (.*?)\n\n", said, re.S)
    assert raised is not None and "wanted" not in raised[1] and raised[1].endswith(".")
    assert said.count("The word more reads all of it.") == 2
    assert "I cannot read that: line 2, column 12: '(' was never closed." in said
    assert "`return (p -` is line 2; this is not counted." in " ".join(said.split())
    assert "Right.\nRun on 5 cases: what is asked, each time." in said
    assert "Write both gradients of a layer" in said
    assert "For p = [[" in said  # in full, by the word more


@pytest.mark.parametrize("line", ["return prob - y", "return (p -", "p - y", "return None", "return 'p - y'"])
def test_a_slip_of_python_is_no_attempt(line: str, tmp_path: Path) -> None:
    """Nothing is written down of it, nothing is shown of the answer, and what was typed is kept."""
    said = talk(tmp_path, "", HEAD, f"    {line}", ".")
    assert "I cannot read that: line " in said and "not counted" in " ".join(said.split())
    assert "wanted" not in said and "Not right" not in said
    log = Log.open(tmp_path)
    assert EventKind.ANSWERED not in {event.kind for event in log.events()}
    log.close()


def test_what_was_typed_is_kept_and_an_editor_goes_on_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert HEAD in talk(tmp_path, "", HEAD, "    d = p - y")
    script = tmp_path / "edit.py"
    script.write_text("import sys\nopen(sys.argv[1], 'a').write('    return d / len(d)\\n')\n", encoding="utf-8")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")
    said = talk(tmp_path, ":show", ":edit")
    assert "What you had typed is kept" in said
    assert f"    {HEAD}\n        d = p - y\n" in said
    assert "Right." in said
    assert f"Your answer:\n    {HEAD}\n        d = p - y\n        return d / len(d)\n" in said


def test_an_editor_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "/nowhere/editor")
    said = talk(tmp_path, "", ":edit", "skip")
    assert "/nowhere/editor does not start" in said and "Saved." in said
