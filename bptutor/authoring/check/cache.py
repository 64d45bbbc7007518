"""What was checked before: by the content of the lesson, of its pack, and of bptutor itself."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import bptutor
from bptutor.authoring.check.report import Checked
from bptutor.errors import Problem
from bptutor.packs.yaml.text_file import MAX_BYTES
from bptutor.progress.home import home

KEPT = 500
"""How many lessons are remembered."""


def key(file: Path, seeds: int) -> str:
    """Return the key of a lesson's check: its path and content, and the version of everything that checks it."""
    digest = hashlib.blake2b(digest_size=16)
    for part in (str(file).encode(), str(seeds).encode(), _checker().encode()):
        digest.update(part + b"\0")
    with contextlib.suppress(OSError):
        found = file.stat()
        small = stat.S_ISREG(found.st_mode) and found.st_size <= MAX_BYTES
        digest.update(file.read_bytes() if small else f"{found.st_mode} {found.st_size}".encode())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _checker() -> str:
    """Return what changes when bptutor changes: its version, and the size and time of its files."""
    root = Path(bptutor.__file__).parent
    files = [(str(f.relative_to(root)), f.stat().st_size, f.stat().st_mtime_ns) for f in sorted(root.rglob("*.py"))]
    return json.dumps([bptutor.__version__, files])


def _folder() -> Path:
    return home() / "cache" / "check"


def load(key_: str) -> Checked | None:
    """Return what was found under a key; None when nothing was, or it cannot be read."""
    try:
        found = json.loads((_folder() / f"{key_}.json").read_text(encoding="utf-8"))
        problems = [Problem(**entry) for entry in found.pop("problems")]
        conditions = {place: tuple(said) for place, said in found.pop("conditions").items()}
        return Checked(problems=problems, conditions=conditions, **found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def save(key_: str, checked: Checked) -> None:
    """Keep what was found; a disk that refuses costs only time."""
    folder = _folder()
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{key_}.{os.getpid()}.part"
        part.write_text(json.dumps(asdict(checked), ensure_ascii=False), encoding="utf-8")
        part.replace(folder / f"{key_}.json")
        old = sorted(folder.glob("*.json"), key=lambda f: f.stat().st_mtime)[:-KEPT]
        for file in old:
            file.unlink(missing_ok=True)
