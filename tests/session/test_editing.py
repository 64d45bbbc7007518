"""A text in the learner's own editor: what is saved comes back, and whatever else happens is said in one sentence."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from bptutor.errors import UsageError
from bptutor.session.editing import LONGEST, edited

FAILING = {
    "exit 3": "ended with code 3",
    "kill -9 $$": "was ended by signal 9",
    "kill -TERM $$": "was ended by signal 15",
    'rm "$1"': "left no file",
    'rm "$1"; mkdir "$1"': "left no file",
    'rm "$1"; mkfifo "$1"': "left no file",
    'rm "$1"; ln -s /dev/zero "$1"': "left no file",
    "printf '\\377\\376' > \"$1\"": "is not UTF-8",
    f"head -c {LONGEST + 1} /dev/zero | tr '\\0' x > \"$1\"": "is longer than",
    "head -c 3000000 /dev/zero | tr '\\0' x > \"$1\"": "is longer than",
}
"""What an editor does, as a line of a shell -> what is said of it."""


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(tmp_path / "editor"))
    return tmp_path / "editor"


def does(editor: Path, line: str) -> None:
    editor.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    editor.chmod(0o755)


@pytest.mark.parametrize("line", FAILING)
def test_an_editor_that_fails_is_said(editor: Path, line: str) -> None:
    does(editor, line)
    with pytest.raises(UsageError, match=FAILING[line]):
        edited("x\n")


def test_an_editor_that_does_not_start_is_said(editor: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="does not start: No such file"):
        edited("x\n")
    editor.write_text("no program", encoding="utf-8")
    with pytest.raises(UsageError, match="does not start: Permission denied"):
        edited("x\n")
    monkeypatch.setattr(tempfile, "tempdir", str(editor / "nowhere"))
    with pytest.raises(UsageError, match="no folder"):
        edited("x\n")


@pytest.mark.parametrize(
    ("line", "saved"),
    [
        ("true", "x\n"),
        ("printf 'y\\n' >> \"$1\"", "x\ny\n"),
        ("printf '\\357\\273\\277y\\r\\n' > \"$1\"", "y\n"),
        (': > "$1"', ""),
        (f"head -c {LONGEST} /dev/zero | tr '\\0' x > \"$1\"", "x" * LONGEST),
    ],
)
def test_what_is_saved_comes_back(editor: Path, line: str, saved: str) -> None:
    does(editor, line)
    assert edited("x\n") == saved
