"""Where everything a learner makes is stored."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from pathlib import Path

DATABASE = "progress.db"
TRUSTED = "trusted.json"
"""The packs whose Python was allowed to run: real path of a pack -> the digest of its Python."""
DEFAULT_LEARNER = "me"
LONGEST_SHOWN = 200
"""Characters of a path in a message."""


def home() -> Path:
    """Return the folder of all that is stored: `BPTUTOR_HOME`, else the platform's data folder.

    Nothing is created.
    """
    moved = os.environ.get("BPTUTOR_HOME", "")
    if moved:
        with contextlib.suppress(RuntimeError):  # `~nobody-here`: then it is the name of a folder
            return Path(moved).expanduser()
        return Path(moved)
    from platformdirs import user_data_path

    return user_data_path("bptutor", appauthor=False)


def shortened(path: Path) -> str:
    """Return a path for a message: a very long one is cut in its middle."""
    text = str(path)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN // 2]}…{text[-LONGEST_SHOWN // 4 :]}"


def database(folder: Path, learner: str) -> Path:
    """Return the file of one learner's record, so that two learners never wait for each other."""
    if learner == DEFAULT_LEARNER:
        return folder / DATABASE
    return folder / "learners" / _folder_name(learner) / DATABASE


def _folder_name(learner: str) -> str:
    """Return a name any file system takes; a hash keeps names apart that look the same without their signs."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", learner)[:40]
    if plain == learner and plain == plain.lower():
        return plain
    digest = hashlib.blake2b(learner.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{plain}-{digest}"
