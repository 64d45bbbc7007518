"""The learner's own editor, opened from the program editor on a real terminal: whatever it does, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.terminal import Terminal, terminal

pytestmark = pytest.mark.normal

PACK = Path(__file__).parent / "data" / "packs" / "valid" / "code"
TAKES_ALL = "stty raw -echo; printf '\\033[?1049h\\033[?1003h\\033[?2004h\\033[?25l'"
FAILING = {
    f"{TAKES_ALL}; kill -9 $$": "was ended by signal 9",
    "kill -INT 0": "was ended by signal 2",  # as Ctrl+C does: every program on the terminal is told
    "exit 1": "ended with code 1",
}
"""What an editor does, as a line of a shell -> what is said of it."""


@contextmanager
def program_asked(tmp_path: Path) -> Iterator[tuple[Terminal, Path]]:
    """Open a question that asks for a function, with an editor that is not there yet."""
    editor = tmp_path / "editor"
    with terminal(
        "learn", "code", "--pack", str(PACK), "--trust", home=tmp_path, environment={"EDITOR": str(editor)}
    ) as t:
        t.until("enter go on")
        t.write("\r")
        t.until("F8 run it")
        t.until_cursor()
        yield t, editor


def opens(t: Terminal, editor: Path, line: str) -> None:
    editor.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    editor.chmod(0o755)
    t.screen.cells.clear()  # all of it is to be drawn anew
    t.write("\x0f")


def test_an_editor_that_fails_leaves_terminal_and_text_as_they_were(tmp_path: Path) -> None:
    with program_asked(tmp_path) as (t, editor):
        t.write("\treturn 0")
        t.until("return 0")
        raw = t.attributes
        t.write("\x0f")
        t.until("does not start")
        for n, (line, says) in enumerate(FAILING.items()):
            opens(t, editor, line)
            t.until(says)
            t.until("return 0" + "k" * n)
            assert t.attributes == raw
            t.write("k")
            t.until("return 0" + "k" * (n + 1))
        opens(t, editor, "printf '    return mine\\n' >> \"$1\"")
        t.until("    return mine")
        t.write("\x11")
        assert t.wait() == 0
        assert t.faults() == []


def test_a_signal_to_end_ends_the_editor_too(tmp_path: Path) -> None:
    with program_asked(tmp_path) as (t, editor):
        opens(t, editor, f"{TAKES_ALL}; echo here; exec sleep 600")
        t.until("here")
        t.process.terminate()
        assert t.wait() == 143
        assert t.faults() == []
        assert "Saved." in t.screen.text
