"""Which files the Linux kernel lets a process read for the rest of its life (Landlock, since Linux 5.13).

It also keeps the process from tracing, and reading the memory of, every process outside. Where the kernel has it not,
nothing is restricted, and `restrict` says so.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""The numbers of the calls, the same on every processor."""
_NO_NEW_PRIVILEGES = 38
_HANDLED = (1 << 13) - 1
"""Reading, writing, running, making, removing: all that the first version knows."""
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_BENEATH = 1
"""The kind of rule: for a folder and all in it, or one file."""
_ALSO = ("/etc/ld.so.cache", "/etc/localtime")
"""Single files that loading a library or asking for the time reads."""


def restrict(folders: Iterable[str]) -> bool:
    """Let the process read in these folders only, and write, make and remove nothing; False where it cannot be so."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    handled = ctypes.create_string_buffer(struct.pack("Q", _HANDLED), 8)
    rules = libc.syscall(_CREATE, handled, ctypes.c_size_t(8), 0)
    if rules < 0:
        return False
    for path in (*folders, *_ALSO):
        with contextlib.suppress(OSError):
            _allow(libc, rules, path)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    done = bool(libc.syscall(_RESTRICT, rules, 0) == 0)
    os.close(rules)
    return done


def _allow(libc: ctypes.CDLL, rules: int, path: str) -> None:
    """Add a rule for what there is at a path; `OSError` when there is nothing."""
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rights = _READ_FILE | (_READ_FOLDER if Path(path).is_dir() else 0)
    rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, opened), 12)
    libc.syscall(_ADD, rules, _BENEATH, rule, 0)
    os.close(opened)
