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

from bptutor.errors import UsageError
from bptutor.packs.library import Library
from bptutor.packs.programs import programs
from bptutor.progress.home import home

FILE = "trusted.json"
"""Real path of a pack -> the digest of its Python that was allowed."""
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
    _refused: dict[str, str] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def allow(self, library: Library, path: Path) -> None:
        """Let the Python of a pack run from now on, as it is now.

        Args:
            library: The pack.
            path: Where it was opened: its folder or its zip.

        Raises:
            UsageError: It may not.
        """
        if is_builtin(library.pack.root):
            return
        found = programs(library.pack.root)
        library.allowed = found
        if not found or self.always:
            return
        where, digest = os.path.realpath(path), _whole(found)
        if _remembered().get(where) != digest:
            self._ask(f"{library.pack.title} ({library.pack.id})", where, digest)

    def refusal(self, pack: str) -> str:
        """Return why the Python of the pack at a path may not run; empty where it may. Each pack is asked for once.

        A pack that cannot be opened is not refused here: whoever opens it says what is wrong.
        """
        with self._lock:
            if pack not in self._refused:
                self._refused[pack] = ""
                try:
                    self.allow(Library.open(Path(pack)), Path(pack))
                except UsageError as error:
                    self._refused[pack] = error.message + (f"; {error.help}" if error.help else "")
            return self._refused[pack]

    def _ask(self, name: str, where: str, digest: str) -> None:
        """Put the one question.

        Raises:
            UsageError: The answer is not yes, or nobody is there to give one.
        """
        if not (self.talks and sys.stdin.isatty() and sys.stdout.isatty()):
            raise UsageError(f"the pack {name} in {where} holds Python, which nobody has allowed to run", HELP)
        _show(f"The pack {name}\nin {where}\nholds Python of its own, which runs when its code questions are used.")
        _show(self.may())
        _show("May it run? [y/N] ", end="")
        if sys.stdin.readline().strip().casefold() not in YES:
            raise UsageError(f"the Python of the pack {name} was not allowed to run, so nothing was started", HELP)
        try:
            _remember(where, digest)
        except OSError as error:
            _show(f"This could not be remembered ({error.strerror or error}), and will be asked again.")


def is_builtin(root: Path) -> bool:
    """Return whether this is the folder of the pack that comes with bptutor; its id says nothing of that."""
    return os.path.realpath(root) == os.path.realpath(Library.builtin().pack.root)


def _whole(found: frozenset[str]) -> str:
    return hashlib.sha256("\n".join(sorted(found)).encode("ascii")).hexdigest()


def _remembered() -> dict[str, object]:
    """Return what was allowed before; nothing where that cannot be read."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        kept = json.loads((home() / FILE).read_text(encoding="utf-8"))
        return kept if isinstance(kept, dict) else {}
    return {}


def _remember(where: str, digest: str) -> None:
    file = home() / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps({**_remembered(), where: digest}, indent=2) + "\n", encoding="utf-8")
    part.replace(file)


def _show(text: str, end: str = "\n") -> None:
    """Write to the terminal that is asked; a pack's title and path may hold what a terminal would obey."""
    sys.stdout.write("".join(char if char == "\n" or char.isprintable() else "?" for char in text) + end)
    sys.stdout.flush()
