"""Where everything a learner makes is stored."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from pathlib import Path

DATABASE = "progress.db"
DEFAULT_LEARNER = "me"


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
