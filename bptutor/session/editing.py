"""A text in the learner's own editor, for both screens."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from bptutor.errors import UsageError

FALLBACKS = ("nano", "vi")
"""What is tried where neither VISUAL nor EDITOR is set."""
LONGEST = 8_000
"""Characters; longer programs are not graded."""


def edited(text: str, suffix: str = ".py") -> str:
    """Open a text in $VISUAL or $EDITOR, wait until it is closed, and return what was saved.

    The terminal belongs to the editor meanwhile: a screen must have stepped aside.

    Raises:
        UsageError: There is no editor, it failed, or what it saved is no text.
    """
    command = _editor()
    try:
        folder = tempfile.TemporaryDirectory(prefix="bptutor-", ignore_cleanup_errors=True)
    except OSError as problem:
        raise UsageError(f"there is no folder for {command[0]} to work in: {problem.strerror}") from problem
    with folder as name:
        file = Path(name) / f"answer{suffix}"
        try:
            file.write_text(text, encoding="utf-8", errors="replace")
        except OSError as problem:
            raise UsageError(f"the text cannot be handed to {command[0]}: {problem.strerror}") from problem
        _run(command, file)
        return _saved(command[0], file)


def _run(command: list[str], file: Path) -> None:
    try:
        code = subprocess.run([*command, str(file)], check=False).returncode
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or str(problem)
        raise UsageError(f"{command[0]} does not start: {why}", "set EDITOR to another") from problem
    if code < 0:
        raise UsageError(f"{command[0]} was ended by signal {-code}; the text is as it was")
    if code:
        raise UsageError(f"{command[0]} ended with code {code}; the text is as it was")


def _saved(editor: str, file: Path) -> str:
    if not file.is_file():
        raise UsageError(f"{editor} left no file; the text is as it was")
    try:
        with file.open("rb") as found:
            raw = found.read(4 * LONGEST + 4)
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as problem:
        raise UsageError(f"what {editor} saved cannot be read; the text is as it was") from problem
    except UnicodeDecodeError as problem:
        raise UsageError(f"what {editor} saved is not UTF-8; the text is as it was", "save it as UTF-8") from problem
    if len(text) > LONGEST:
        raise UsageError(f"what {editor} saved is longer than {LONGEST:,} characters; the text is as it was")
    return text


def _editor() -> list[str]:
    """Return the words of the command."""
    for variable in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(os.environ.get(variable, ""))
        except ValueError:
            words = []
        if words:
            return words
    found = next((name for name in FALLBACKS if shutil.which(name)), None)
    if found is None:
        raise UsageError("no editor is set", "set EDITOR, such as EDITOR=nano")
    return [found]
