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


def edited(text: str, suffix: str = ".py") -> str:
    """Open a text in $VISUAL or $EDITOR, wait until it is closed, and return what was saved.

    The terminal belongs to the editor meanwhile: a screen must have stepped aside.

    Raises:
        UsageError: There is no editor, it failed, or what it saved is no text.
    """
    command = _editor()
    with tempfile.TemporaryDirectory(prefix="bptutor-") as folder:
        file = Path(folder) / f"answer{suffix}"
        file.write_text(text, encoding="utf-8")
        try:
            code = subprocess.run([*command, str(file)], check=False).returncode
        except OSError as problem:
            raise UsageError(f"{command[0]} does not start: {problem.strerror}", "set EDITOR to another") from problem
        if code:
            raise UsageError(f"{command[0]} ended with code {code}; the text is as it was")
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise UsageError(f"{command[0]} left no text; it is as it was") from problem


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
