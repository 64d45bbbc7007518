"""What a learner's program may not do: resource limits, and Python's audit hook. See the package's docstring."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bptutor.grading.sandbox.kernel import seal

CPU = 1
"""Seconds of computing there are at least; the system counts whole seconds from the start of Python."""
MEMORY = 1 << 30
"""Bytes of address space."""
FILES = 64
PROCESSES = 64
"""Of the user, where the system counts them; the program itself may start none."""
_REFUSED = (
    "ctypes.",
    "ftplib.",
    "http.client.",
    "imaplib.",
    "mmap.",
    "os.chflags",
    "os.chmod",
    "os.chown",
    "os.exec",
    "os.fork",
    "os.kill",
    "os.link",
    "os.lockf",
    "os.mkdir",
    "os.posix_spawn",
    "os.remove",
    "os.removexattr",
    "os.rename",
    "os.rmdir",
    "os.setxattr",
    "os.spawn",
    "os.startfile",
    "os.symlink",
    "os.system",
    "os.truncate",
    "os.utime",
    "poplib.",
    "pty.spawn",
    "resource.",
    "shutil.",
    "smtplib.",
    "socket.",
    "sqlite3.",
    "subprocess.",
    "syslog.",
    "telnetlib.",
    "urllib.",
    "webbrowser.",
    "winreg.",
)
"""Beginnings of the audit events that are refused."""
_LOOKED_AT = frozenset({"open", "os.listdir", "os.scandir", "os.chdir"})
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Refused(PermissionError):
    """The program tried what it may not do."""


def close_in() -> None:
    """Put up every fence there is; what is imported lazily later is still found in the installation."""
    readable = _readable()
    _limits()
    os.environ.clear()
    seal()
    _hook(readable)


def _readable() -> tuple[str, ...]:
    """Return the folders that Python is installed in, and the current one."""
    found: Iterable[str] = (*sys.path, sys.prefix, sys.base_prefix, "/usr/lib", "/usr/share/zoneinfo", "/lib", ".")
    real = (os.path.realpath(part) for part in found if part)
    return tuple(dict.fromkeys(path for path in real if path != os.sep))


def _limits() -> None:
    try:
        import resource
    except ImportError:  # a system without resource limits
        return
    seconds = math.ceil(time.process_time()) + CPU
    limits = {
        resource.RLIMIT_CPU: (seconds, seconds + 1),
        resource.RLIMIT_AS: (MEMORY, MEMORY),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_NOFILE: (FILES, FILES),
        resource.RLIMIT_NPROC: (PROCESSES, PROCESSES),
        resource.RLIMIT_CORE: (0, 0),
    }
    for kind, limit in limits.items():
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, limit)


def _hook(readable: tuple[str, ...]) -> None:
    def audit(event: str, args: tuple[Any, ...]) -> None:
        if event in _LOOKED_AT:
            if not _may_read(event, args, readable):
                raise Refused(f"{'a file' if event == 'open' else 'a folder'} is opened")
        elif event.startswith(_REFUSED):
            raise Refused(f"{event} is called")

    sys.addaudithook(audit)


def _may_read(event: str, args: tuple[Any, ...], readable: tuple[str, ...]) -> bool:
    """Return whether a file or folder may be looked at: part of the installation, and only for reading."""
    path = args[0] if args else None
    if event == "open":
        mode, flags = args[1], args[2]
        if (isinstance(flags, int) and flags & _WRITING) or (isinstance(mode, str) and set(mode) & set("wax+")):
            return False
    if isinstance(path, int):  # what is open already
        return True
    real = os.path.realpath(os.fsdecode(path) if path is not None else ".")
    return any(real == root or real.startswith(root + os.sep) for root in readable)


def root() -> str:
    """Return the folder that this package is imported from."""
    return str(Path(__file__).resolve().parents[3])
