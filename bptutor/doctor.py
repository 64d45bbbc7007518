"""What this machine offers: versions, the terminal, and where things are stored."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bptutor import __version__
from bptutor.progress.home import TRUSTED, database, home, shortened

NEEDED = ("textual", "numpy", "sympy", "PyYAML", "platformdirs", "markdown-it-py", "mdit-py-plugins")
SMALLEST = (60, 16)
"""Columns and rows below which the screens wait."""


def _versions() -> tuple[list[str], bool]:
    lines, healthy = [], True
    for package in NEEDED:
        try:
            lines.append(f"  {package:<16} {version(package)}")
        except PackageNotFoundError:
            lines.append(f"  {package:<16} missing: install it with `pip install {package}`")
            healthy = False
    return lines, healthy


def _terminal() -> tuple[list[str], bool]:
    size = shutil.get_terminal_size()
    enough = size.columns >= SMALLEST[0] and size.lines >= SMALLEST[1]
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    lines = [
        f"  size             {size.columns}x{size.lines}" + ("" if enough else "  too small: at least 60x16 is needed"),
        f"  TERM             {os.environ.get('TERM') or 'not set: plain mode will be used'}",
        f"  encoding         {sys.stdout.encoding}"
        + ("" if encoding == "utf8" else "  not UTF-8: use --plain, or set a UTF-8 locale"),
        f"  colour           {'off (NO_COLOR)' if os.environ.get('NO_COLOR') else 'on'}",
    ]
    return lines, encoding == "utf8"


def _writable(folder: Path) -> bool:
    """Return whether a folder is there, or can be made."""
    try:
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
    except OSError:  # such as a name that is too long
        return False
    return folder.is_dir() and os.access(folder, os.W_OK)


def _record() -> tuple[list[str], bool]:
    """Say how many events are kept, and why some may be missing; a record that is not there yet is not made."""
    from bptutor.progress.event_log import Log

    if not _writable(home()) or not database(home(), "me").exists():
        return [], True
    log = Log.open()
    try:
        ((count,),) = log.rows("SELECT count(*) FROM event")
        return [f"  {count} events", *([f"  {log.note}"] if log.note else [])], not log.note
    finally:
        log.close()


def places() -> str:
    """Return where the lessons, the progress and the cache are, one a line."""
    from bptutor.packs.library import Library

    here = home()
    rows = (
        ("lessons", Library.builtin().pack.root),
        ("stored", here),
        ("progress", database(here, "me")),
        ("trusted", here / TRUSTED),
        ("program", Path(__file__).parent),
    )
    return "\n".join(f"{name:<10} {path}" for name, path in rows)


def report() -> tuple[str, bool]:
    """Return a text on this machine, and whether everything needed is there."""
    versions, complete = _versions()
    terminal, speaks = _terminal()
    here = home()
    saved = _writable(here)
    lines = [
        f"bptutor {__version__}",
        f"  python           {sys.version.split()[0]}",
        *versions,
        "terminal",
        *terminal,
        "stored",
        f"  {shortened(here)}" + ("" if saved else "  cannot be written: progress will not be saved"),
    ]
    record, sound = _record()
    lines += record
    healthy = complete and speaks and saved and sound
    lines.append("everything needed is here" if healthy else "something is missing; see above")
    return "\n".join(lines), healthy
