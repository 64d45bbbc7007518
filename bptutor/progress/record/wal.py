"""Whether the write-ahead log of a record is whole, told without SQLite, which reads up to the first damage only."""

from __future__ import annotations

import struct
from pathlib import Path

from bptutor.progress.record.pages import FRAME_HEADER, LARGEST, SIZES, WAL_HEADER, WAL_MAGIC


def log_is_broken(path: Path) -> bool:
    """Return whether something of the last use of the log stands behind a place that SQLite does not read past.

    It reads up to the first frame whose checksum is wrong, or that has the salt of an earlier use. A program that is
    killed leaves a frame that is cut, or none; a whole one with a wrong checksum was damaged.

    Raises:
        OSError: It cannot be read.
    """
    with path.with_name(path.name + "-wal").open("rb") as log:
        header = log.read(WAL_HEADER)
        if len(header) < WAL_HEADER or not log.peek(1):
            return False
        magic, _, size, _, salt = struct.unpack_from(">IIII8s", header)
        order = ">" if magic & 1 else "<"
        sums = _checksum(order, header[:24], (0, 0))
        if magic not in WAL_MAGIC or size not in SIZES or sums != struct.unpack_from(">II", header, 24):
            return True
        while len(frame := log.read(FRAME_HEADER + size)) == FRAME_HEADER + size:
            sums = _checksum(order, frame[FRAME_HEADER:], _checksum(order, frame[:8], sums))
            if frame[8:16] != salt or sums != struct.unpack_from(">II", frame, 16):
                return salt in frame + log.read(LARGEST >> 5)
    return False


def _checksum(order: str, data: bytes, sums: tuple[int, int]) -> tuple[int, int]:
    one, two = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two
