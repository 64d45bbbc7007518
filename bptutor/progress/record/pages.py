"""What can be read from the pages of a record, one by one, without SQLite: also when its trees are broken.

Every leaf page of a table says by itself which rows it holds, so a page that is lost takes no other with it. The file
is only read, in place, and no more than `LARGEST` bytes of it. Layout: https://www.sqlite.org/fileformat2.html
"""

from __future__ import annotations

import contextlib
import errno
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MAGIC = b"SQLite format 3\x00"
LARGEST = 2 << 30
"""Bytes that are read of one file; a record of 100,000 events has 70 MB."""
LONGEST = 1 << 20
"""Bytes of one row; a line of an import has 100,000 characters at most."""
PAGE = 4096
"""SQLite's page size, where the file does not say another."""
SIZES = (PAGE, 1024, 8192, 512, 2048, 16384, 32768, 65536)
_TABLE_LEAF, _INDEX_LEAF, _INDEX_INSIDE = 13, 10, 2
WAL_MAGIC = (0x377F0682, 0x377F0683)
WAL_HEADER, FRAME_HEADER = 32, 24
_ENCODINGS = {2: "utf-16-le", 3: "utf-16-be"}

_STRETCH = 8 << 20

Value = None | int | float | str | bytes


@dataclass(frozen=True)
class Row:
    """One row, or one entry of an index (which has no rowid)."""

    rowid: int | None
    values: tuple[Value, ...]


@dataclass(frozen=True)
class _Header:
    size: int
    usable: int
    encoding: str
    version: int


def is_database(path: Path) -> bool:
    """Return whether a file begins as a database does.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def version(path: Path) -> int:
    """Return the `user_version` of a database; 0 when it has none.

    Raises:
        OSError: It cannot be read.
    """
    with _Pages(path) as pages:
        header = _header(pages.page(1))
        return header.version if header else 0


def rows(path: Path) -> Iterator[Row]:
    """Yield every row that can be read, those that SQLite would find first; then what stands in left-over pages.

    Raises:
        OSError: The file cannot be read.
    """
    with _Pages(path) as pages:
        header = _header(pages.page(1))
        for size in [header.size] if header else SIZES:
            pages.header = header or _Header(size, size, "utf-8", 0)
            found = False
            for row in pages.rows():
                found = True
                yield row
            if found:
                return


def texts(path: Path) -> Iterator[str]:
    """Yield every stretch of a file and of its log as text, each page with the one behind it.

    Raises:
        OSError: The file cannot be read.
    """
    for name in (path.name, path.name + "-wal"):
        with contextlib.suppress(FileNotFoundError), path.with_name(name).open("rb") as file:
            before = file.read(_STRETCH)
            while before and file.tell() < LARGEST:
                more = file.read(_STRETCH)
                yield (before + more[:LONGEST]).decode("utf-8", "replace")
                before = more


def _header(page: bytes) -> _Header | None:
    """Return what the first page says of the database; None when it is no first page."""
    if len(page) < 100 or not page.startswith(MAGIC):
        return None
    (size,) = struct.unpack_from(">H", page, 16)
    size = 65536 if size == 1 else size
    encoding, version = struct.unpack_from(">Ii", page, 56)
    if size not in SIZES:
        size = PAGE
    return _Header(size, size - page[20], _ENCODINGS.get(encoding, "utf-8"), version)


class _Pages:
    """The newest state of each page: in the write-ahead log, else in the file."""

    def __init__(self, path: Path) -> None:
        self.header = _Header(PAGE, PAGE, "utf-8", 0)
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait, and a device has no end
            raise OSError(errno.EINVAL, f"{path.name} is not a file")
        self._file = path.open("rb")
        self._wal: IO[bytes] | None = None
        wal = path.with_name(path.name + "-wal")
        if wal.is_file():
            self._wal = wal.open("rb")
        self._newest: dict[int, int] = {}
        """Page number -> where in the log its newest state is."""
        self._chained = 0
        """Bytes of all rows that go over several pages; bounded, as broken pages may name others without end."""
        self._older: list[int] = []
        """Where in the log older states are."""
        self._read_log()

    def __enter__(self) -> _Pages:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if self._wal is not None:
            self._wal.close()

    def _read_log(self) -> None:
        """Find the pages in the log; a frame with another salt than its header is of an earlier use of the file."""
        if self._wal is None:
            return
        header = self._wal.read(WAL_HEADER)
        if len(header) < WAL_HEADER:
            return
        magic, _, size, _, salt = struct.unpack_from(">IIII8s", header)
        size = size if magic in WAL_MAGIC and size in SIZES else PAGE
        at = WAL_HEADER
        while at < LARGEST:
            self._wal.seek(at)
            frame = self._wal.read(FRAME_HEADER)
            if len(frame) < FRAME_HEADER:
                break
            number, _, own = struct.unpack_from(">II8s", frame)
            if own == salt:
                self._older += [self._newest[number]] if number in self._newest else []
                self._newest[number] = at + FRAME_HEADER
            else:
                self._older.append(at + FRAME_HEADER)
            at += FRAME_HEADER + size

    def page(self, number: int) -> bytes:
        """Return the newest state of a page, 1-based; empty when there is none."""
        if self._wal is not None and number in self._newest:
            return self._at(self._wal, self._newest[number])
        at = (number - 1) * self.header.size
        return self._at(self._file, at) if 0 <= at < LARGEST else b""

    def _at(self, file: IO[bytes], at: int) -> bytes:
        file.seek(at)
        return file.read(self.header.size)

    def rows(self) -> Iterator[Row]:
        """Yield the rows of all pages, the newest states first, then the older ones."""
        self._file.seek(0, 2)
        count = min(self._file.tell(), LARGEST) // self.header.size + 1
        for number in range(1, count + 1):
            yield from self._rows_of(self.page(number), 100 if number == 1 else 0)
        for number in sorted(self._newest):
            if number > count:
                yield from self._rows_of(self.page(number), 0)
        if self._wal is not None:
            for number in self._newest:  # what the log holds newer; SQLite no longer looks at these
                at = (number - 1) * self.header.size
                if 0 <= at < LARGEST:
                    yield from self._rows_of(self._at(self._file, at), 100 if number == 1 else 0)
            for at in self._older:
                yield from self._rows_of(self._at(self._wal, at), 0)

    def _rows_of(self, page: bytes, start: int) -> Iterator[Row]:
        """Yield the rows of one page; a cell that makes no sense is left out."""
        if len(page) < start + 8 or page[start] not in {_TABLE_LEAF, _INDEX_LEAF, _INDEX_INSIDE}:
            return
        kind = page[start]
        (count,) = struct.unpack_from(">H", page, start + 3)
        first = start + (12 if kind == _INDEX_INSIDE else 8)
        for place in range(first, min(first + 2 * count, len(page) - 1), 2):
            (at,) = struct.unpack_from(">H", page, place)
            try:
                row = self._cell(page, at, kind)
            except (IndexError, ValueError, struct.error, OverflowError):
                continue
            if row.rowid is None and row.values and isinstance(row.values[-1], int):
                return  # an index that points to rows of a table
            yield row

    def _cell(self, page: bytes, at: int, kind: int) -> Row:
        at += 4 if kind == _INDEX_INSIDE else 0
        length, at = _varint(page, at)
        rowid = None
        if kind == _TABLE_LEAF:
            rowid, at = _varint(page, at)
            rowid -= (rowid >> 63) << 64
        return Row(rowid, _record(self._payload(page, at, length, kind), self.header.encoding))

    def _payload(self, page: bytes, at: int, length: int, kind: int) -> bytes:
        """Return the bytes of a cell: in its page, and where they are many, in the chain of pages behind it."""
        usable = self.header.usable
        most = usable - 35 if kind == _TABLE_LEAF else (usable - 12) * 64 // 255 - 23
        if length <= most:
            return _all(page[at : at + length], length)
        least = (usable - 12) * 32 // 255 - 23
        here = least + (length - least) % (usable - 4)
        here = here if here <= most else least
        self._chained += length
        if length > LONGEST or self._chained > LARGEST:
            raise ValueError("too long for a row of a record")
        parts, got = [_all(page[at : at + here], here)], here
        (number,) = struct.unpack_from(">I", page, at + here)
        while got < length and number:  # each page takes some of the length, so a circle ends
            more = self.page(number)
            (number,) = struct.unpack_from(">I", more)
            parts.append(_all(more[4:usable][: length - got], 1))
            got += len(parts[-1])
        return _all(b"".join(parts), length)


def _all(found: bytes, length: int) -> bytes:
    if len(found) < length:
        raise ValueError("the page ends before its cell does")
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a whole number of one to nine bytes, and where the next thing begins."""
    value = 0
    for n in range(8):
        byte = data[at + n]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + n + 1
    return value << 8 | data[at + 8], at + 9


_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
"""Serial type of a whole number -> its bytes."""


def _record(payload: bytes, encoding: str) -> tuple[Value, ...]:
    """Return the values of a record."""
    body, at = _varint(payload, 0)
    values: list[Value] = []
    head = body
    while at < head:
        kind, at = _varint(payload, at)
        value, body = _value(payload, body, kind, encoding)
        values.append(value)
    return tuple(values)


def _value(payload: bytes, at: int, kind: int, encoding: str) -> tuple[Value, int]:
    """Return one value by its serial type, and where the next one begins."""
    if kind >= 12:
        size = (kind - 12) // 2
        raw = _all(payload[at : at + size], size)
        return (raw.decode(encoding, "replace") if kind % 2 else raw), at + size
    if kind == 7:
        return struct.unpack_from(">d", payload, at)[0], at + 8
    size = _INTEGERS.get(kind, 0)
    if size:
        return int.from_bytes(_all(payload[at : at + size], size), "big", signed=True), at + size
    return {8: 0, 9: 1}.get(kind), at
