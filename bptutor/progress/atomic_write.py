"""Writing a file whole or not at all, and never over what somebody else wrote."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from bptutor.errors import UsageError

_BYTES = 1 << 19
"""How much of a file is looked at to see who wrote it: the longest line of a record and more."""


def write_whole(file: Path, parts: Iterable[str], ours: Callable[[str], bool]) -> None:
    """Write a file that appears under its name only when all of it is written.

    Args:
        file: Where to; a device or a pipe is simply written to.
        parts: The text in pieces.
        ours: Tells from the beginning of a file that is there whether it may be written over.

    Raises:
        UsageError: The file is something else, or cannot be written.
    """
    try:
        if file.exists() and not file.is_file():
            with file.open("w", encoding="utf-8") as straight:
                straight.writelines(parts)
            return
        target = Path(os.path.realpath(file))
        if target.exists() and not ours(_beginning(target)):
            raise UsageError(f"{file} is there already and was not written by this command", "name another file")
        _replaced(target, parts)
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror}", "name another file, or - for the screen") from error


def _beginning(file: Path) -> str:
    with file.open("rb") as found:
        return found.read(_BYTES).decode("utf-8", "replace")


def _replaced(target: Path, parts: Iterable[str]) -> None:
    part = target.with_name(f".{target.name[:100]}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8") as new:
            new.writelines(parts)
            new.flush()
            os.fsync(new.fileno())
        if target.exists():
            part.chmod(target.stat().st_mode & 0o777)
        part.replace(target)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
