"""Writing a function in the lesson, read from the screen; programs are graded for real."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

import pytest
from textual import events

from bptutor.grading.service.batch import grade_lines
from bptutor.packs.library import Library
from bptutor.progress.event_log import Log
from bptutor.tui.app import TutorApp
from tests.session.fakes import DirectGrader
from tests.tui.stage import LARGE, SMALL, Stage, stage

pytestmark = pytest.mark.normal

PACK = Library.open(Path(__file__).parents[1] / "data" / "packs" / "valid" / "code")


async def begin(s: Stage) -> None:
    await s.until("enter go on")
    assert "def output_error" not in s.text
    await s.press("enter")
    await s.until("2      ...")


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x36"])
async def test_a_function_is_written_run_named_and_put_right(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPTUTOR_HOME", str(tmp_path))
    async with stage(tmp_path, "code", size=size, library=PACK, grader=DirectGrader()) as s:
        await begin(s)
        assert "F8 run it" in s.rows[-1] and "esc leave it" in s.rows[-1]
        assert "len(p)" not in s.text
        await s.press(*"return", "left_parenthesis")
        await s.type("p-y)")
        assert "3      return(p-y)" in s.text
        await s.press("f8")
        await s.until("Copying the batch would double your gradient")
        assert "✗ wrong" in s.text
        assert "return(p-y)" in s.text and "Write the output error" in s.text
        await s.press("f7")
        await s.until("The case is written")
        (report,) = (tmp_path / "reports").iterdir()
        record = json.loads(report.read_text(encoding="utf-8"))
        assert record["answer"].endswith("    return(p-y)")
        if size == SMALL:
            (again,) = map(json.loads, grade_lines([json.dumps(record)]))
            assert again["mark"] == record["said"]["mark"] == "wrong"
        await s.press("escape", "end")
        await s.press("tab")
        await s.type("/len(p)")
        await s.press("ctrl+s")
        await s.until("✔ right")
        assert "return(p-y)/len(p)" in s.text
        await s.press("enter")
        await s.until("Write both gradients")


async def test_the_failing_case_is_scrolled_to(tmp_path: Path) -> None:
    async with stage(tmp_path, "code", library=PACK, grader=DirectGrader()) as s:
        await begin(s)
        await s.type("return p")
        await s.press("f8")
        await s.until("✗ wrong")
        await s.until("when called with p (7, 2), y (7, 2)")
        await s.until("esc ↓ more")
        await s.press("escape", "end")
        await s.until("⎦    ⎣")
        await s.press("up", "up", "up")
        await s.until("the arguments")
        assert "p [7, 2]" in s.text and "y [7, 2]" in s.text
        await s.press("home", "down", "down", "down", "down")
        await s.until("yours [7, 2]")
        assert "asked [7, 2]" in s.text


async def test_lines_begin_where_they_belong_and_the_help_says_how(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    async with stage(tmp_path, "code", library=PACK, log=log) as s:
        await begin(s)
        await s.press("i", "f", "space", "p", ":", "enter", "x", "enter", "y")
        await s.until("5          y")
        assert "4          x" in s.text
        await s.press("f1")
        await s.until("How a function is written and run")
        await s.press("escape")
        await s.press("ctrl+o")
        await s.until("cannot be lent")
        await s.press("escape", "escape")
        await s.until("continue: Functions")
    async with stage(tmp_path, "code", seed=None, library=PACK, log=log) as s:
        await s.until("5          y")
        await s.press("f6")
        await s.until("Write both gradients")
    log.close()


async def test_the_learners_own_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "edit.py"
    script.write_text("import sys\nopen(sys.argv[1], 'a').write('    return mine\\n')\n", encoding="utf-8")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")
    monkeypatch.setattr(TutorApp, "suspend", lambda self: contextlib.nullcontext())
    async with stage(tmp_path, "code", library=PACK) as s:
        await begin(s)
        await s.press("ctrl+o")
        await s.until("3      return mine")
        monkeypatch.setenv("EDITOR", "/nowhere/editor")
        await s.press("ctrl+o")
        await s.until("does not start")
        assert "3      return mine" in s.text


async def test_what_is_typed_fast_keeps_its_order(tmp_path: Path) -> None:
    async with stage(tmp_path, "code", library=PACK, grader=DirectGrader()) as s:
        await begin(s)
        for key in "return p", "enter", "# and", "enter", "# more":
            for one in [key] if key == "enter" else key:
                s.app.post_message(events.Key(one, None if one == "enter" else one))
        await s.until("# more")
        shown = [row.split(maxsplit=1)[-1].strip() for row in s.rows if row.strip()[:1] in set("345")]
        assert shown[:3] == ["return p", "# and", "# more"]
