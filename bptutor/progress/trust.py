"""Whether the Python of a pack may run: asked once, and remembered until the Python changes or the pack moves."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from bptutor.errors import PackError, UsageError
from bptutor.packs.library import Library, builtin_root
from bptutor.packs.programs import programs
from bptutor.progress.home import TRUSTED, home

YES = frozenset({"y", "yes"})
HELP = "look at its code questions, then start again and answer yes, or add --trust for one run"


@dataclass(frozen=True)
class Trust:
    """What decides whether the Python of packs may run, for one run of a command."""

    always: bool
    """Whether it was allowed with the command: nothing is asked, and nothing remembered."""
    may: Callable[[], str]
    """Says what such Python may do on this machine; asked only when a person is."""
    talks: bool = True
    """Whether standard input is free for an answer."""
    _here: dict[str, str] = field(default_factory=dict)
    """What was allowed in this run, as it is remembered for others."""
    _grants: dict[str, frozenset[str] | str | None] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def allow(self, library: Library, path: Path) -> None:
        """Let the Python of a pack run from now on, as it is now.

        Args:
            library: The pack.
            path: Where it was opened: its folder or its zip.

        Raises:
            UsageError: It may not.
        """
        if self.always or is_builtin(library.pack.root):
            return
        library.allowed = programs(library.pack.root)
        where, digest = os.path.realpath(path), _whole(library.allowed)
        if library.allowed and digest not in (self._here.get(where), _remembered().get(where)):
            self._ask(_one_line(f"{library.pack.title} ({library.pack.id})"), where, digest)

    def granted(self, pack: str) -> frozenset[str] | None:
        """Return what of the Python of the pack at a path may run, None for all; each pack is asked for once.

        Raises:
            UsageError: It may not run, or there is no pack to be opened.
        """
        with self._lock:
            if pack not in self._grants:
                self._grants[pack] = self._opened(Path(pack))
            found = self._grants[pack]
        if isinstance(found, str):
            raise UsageError(found)
        return found

    def _opened(self, path: Path) -> frozenset[str] | str | None:
        """Return what may run, or why nothing may."""
        try:
            library = Library.open(path)
            self.allow(library, path)
        except UsageError as error:
            return error.message + (f"; {error.help}" if error.help else "")
        except PackError as error:
            return "; ".join(problem.what for problem in error.problems)
        return library.allowed

    def _ask(self, name: str, where: str, digest: str) -> None:
        """Put the one question.

        Raises:
            UsageError: The answer is not yes, or nobody is there to give one.
        """
        shown = _one_line(where)
        if not (self.talks and sys.stdin.isatty() and sys.stdout.isatty()):
            raise UsageError(f"the pack {name} in {shown} holds Python, which nobody has allowed to run", HELP)
        _show(f"The pack {name}\nin {shown}\nholds Python of its own, which runs when its code questions are used.")
        _show(self.may())
        _show("May it run? [y/N] ", end="")
        if not _said_yes():
            raise UsageError(f"the Python of the pack {name} was not allowed to run, so nothing was started", HELP)
        self._here[where] = digest
        try:
            _remember(where, digest)
        except OSError as error:
            _show(f"This could not be remembered ({error.strerror or error}), and will be asked again.")


def is_builtin(root: Path) -> bool:
    """Return whether this is the folder of the pack that comes with bptutor; its id says nothing of that."""
    return os.path.realpath(root) == os.path.realpath(builtin_root())


def _said_yes() -> bool:
    """Return whether the answer is yes; Return alone, and the end of the input, are no.

    It is read as bytes: plain mode still sets how standard input is decoded, which must come before the first text.
    """
    said = sys.stdin.buffer.readline().decode("utf-8", "replace")
    if not said.endswith("\n"):
        _show("")
    return said.strip().casefold() in YES


def _whole(found: frozenset[str]) -> str:
    return hashlib.sha256("\n".join(sorted(found)).encode("ascii")).hexdigest()


def _remembered() -> dict[str, object]:
    """Return what was allowed before; nothing where that cannot be read."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        kept = json.loads((home() / TRUSTED).read_text(encoding="utf-8"))
        return kept if isinstance(kept, dict) else {}
    return {}


def _remember(where: str, digest: str) -> None:
    file = home() / TRUSTED
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps({**_remembered(), where: digest}, indent=2) + "\n", encoding="utf-8")
    part.replace(file)


def _one_line(text: str) -> str:
    """Return a pack's title or path for a message: it may hold new lines, and what a terminal would obey."""
    return "".join(char if char.isprintable() else "?" for char in text.strip())


def _show(text: str, end: str = "\n") -> None:
    """Write to the terminal that is asked."""
    sys.stdout.write(text + end)
    sys.stdout.flush()
