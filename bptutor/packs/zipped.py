"""Unpacking a zipped pack, which may come from anywhere."""

from __future__ import annotations

import stat
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from bptutor.errors import UsageError

MAX_BYTES = 20 * 1024 * 1024
MAX_FILES = 2_000
CHUNK = 1 << 16


def unpack(path: Path) -> tuple[Path, tempfile.TemporaryDirectory[str]]:
    """Unpack a zip into a folder of its own.

    Args:
        path: The zip.

    Returns:
        The folder that holds `pack.yaml`, and what deletes it when it is let go.

    Raises:
        UsageError: The zip is damaged, or holds what a pack does not.
    """
    kept = tempfile.TemporaryDirectory(prefix="bptutor-pack-")
    root = Path(kept.name)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_FILES:
                raise UsageError(f"{path} holds more than {MAX_FILES} files", "a pack is smaller")
            left = MAX_BYTES
            for entry in entries:
                left -= _extract(archive, entry, root, left, path)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        kept.cleanup()
        raise UsageError(f"{path} cannot be unpacked: {error}", "zip the folder again, without a password") from error
    except UsageError:
        kept.cleanup()
        raise
    tops = [entry for entry in root.iterdir() if entry.is_dir()]
    if not (root / "pack.yaml").is_file() and len(tops) == 1:
        return tops[0], kept
    return root, kept


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, root: Path, left: int, path: Path) -> int:
    """Unpack one entry and return its size in bytes, which may be at most `left`."""
    name = entry.filename.replace("\\", "/")
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or not parts or ":" in parts[0] or "\0" in name:
        raise UsageError(f"{path} holds the name {entry.filename!r}", "names in a pack stay inside its folder")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UsageError(f"{path} holds the link {entry.filename!r}", "put the file itself into the pack")
    target = root.joinpath(*parts)
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with archive.open(entry) as source, target.open("wb") as sink:
        while block := source.read(CHUNK):
            size += len(block)
            if size > left:
                raise UsageError(f"{path} unpacks to more than {MAX_BYTES >> 20} MB", "a pack is smaller")
            sink.write(block)
    return size
