"""The outline of a pack, kept beside what the learner makes: a later start reads one small file, no lesson.

It is keyed by the names, sizes and times of the pack's files and by the version of bptutor; whatever cannot be read
is as if it had never been written.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bptutor import __version__
from bptutor.packs.lesson.outline import LessonEntry, Pack, QuizEntry, Rule


@dataclass(frozen=True)
class Index:
    """A pack and its lessons, without what stands in them."""

    pack: Pack
    entries: tuple[LessonEntry, ...]
    quizzes: tuple[QuizEntry, ...] = ()


def key(root: Path) -> str:
    """Return what changes when a file of the pack does."""
    with os.scandir(root) as found:
        files = [(entry.name, entry.stat().st_size, entry.stat().st_mtime_ns) for entry in found if entry.is_file()]
    return json.dumps([__version__, str(root), sorted(files)])


def load(root: Path, folder: Path) -> Index | None:
    """Return the outline that was kept of a pack; None when there is none, or the pack has changed."""
    try:
        found = json.loads(_file(root, folder).read_text(encoding="utf-8"))
        if found["key"] != key(root):
            return None
        pack = _thawed(found["pack"]) | {"root": root}
        pack["rules"] = {id_: Rule(**rule) for id_, rule in pack["rules"].items()}
        lessons = tuple(LessonEntry(**_thawed(entry)) for entry in found["entries"])
        return Index(Pack(**pack), lessons, tuple(QuizEntry(**_thawed(entry)) for entry in found["quizzes"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def save(index: Index, folder: Path) -> None:
    """Keep an outline; a disk that refuses costs only time."""
    root = index.pack.root
    with contextlib.suppress(OSError):
        file = _file(root, folder)
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps({"key": key(root), **asdict(index)}, default=str, ensure_ascii=False), "utf-8")
        part.replace(file)


def _file(root: Path, folder: Path) -> Path:
    digest = hashlib.blake2b(str(root).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
    return folder / "packs" / f"{digest}.json"


def _thawed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an entry with the tuples and the path that JSON does not have."""
    found = {name: _frozen(value) for name, value in entry.items()}
    return found | ({"file": Path(entry["file"])} if "file" in entry else {})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
