"""A file of a pack as text: its size, its encoding, and what a terminal might obey are looked at here."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

from bptutor.errors import Problem

MAX_CHARACTERS = 1_000_000
MAX_BYTES = 4 * MAX_CHARACTERS
"""A character of UTF-8 has at most four bytes: what is larger is not even opened."""
HIDDEN = frozenset([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029, 0x200E, 0x200F, 0xFEFF])
"""Characters that turn the direction of text or break lines unseen."""
FORBIDDEN = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f" + "".join(map(chr, sorted(HIDDEN))) + "]")


def control_problems(text: str, path: str) -> Iterator[Problem]:
    """Yield one problem for each control or direction-changing character that a terminal might obey."""
    for number, line in enumerate(text.split("\n"), 1):
        for found in FORBIDDEN.finditer(line):
            what = f"the character U+{ord(found[0]):04X} may not stand in a pack"
            yield Problem(path, number, found.start() + 1, what, "delete it", "control-character")


def file_text(path: Path, shown: str, problems: list[Problem]) -> str:
    """Return the text of a pack's file with plain newlines; empty where it cannot be read, which is a problem.

    Args:
        path: The file.
        shown: How it is called in messages.
        problems: Where problems are added.
    """
    reason = ("", "", "")
    text = ""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            reason = "this is no plain file", "put the text itself here", "file"
        elif found.st_size <= MAX_BYTES:
            text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        if found.st_size > MAX_BYTES or len(text) > MAX_CHARACTERS:
            reason = f"longer than {MAX_CHARACTERS} characters", "", "too-long"
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}", "", "file"
    except UnicodeDecodeError:
        reason = "not UTF-8 text", "save the file as UTF-8", "encoding"
    if reason[0]:
        problems.append(Problem(shown, 1, 1, *reason))
        return ""
    problems += control_problems(text, shown)
    return text
