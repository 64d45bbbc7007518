"""What a learner's program may not do: resource limits, and Python's audit hook. See the package's docstring."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bptutor.grading.code.sandbox import landlock, seccomp

MEMORY = 1 << 30
"""Bytes of address space."""
FILES = 64
PROCESSES = 64
"""Of the user, where the system counts them; the program itself may start none."""
_REFUSED = (
    *("ctypes.", "ftplib.", "gc.", "http.client.", "imaplib.", "mmap.", "os.chdir", "os.chflags", "os.chmod"),
    *("os.chown", "os.exec", "os.fchdir", "os.fork", "os.getxattr", "os.kill", "os.link", "os.listxattr", "os.lockf"),
    *("os.mkdir", "os.posix_spawn", "os.remove", "os.removexattr", "os.rename", "os.rmdir", "os.setxattr", "os.spawn"),
    *("os.startfile", "os.symlink", "os.system", "os.truncate", "os.utime", "poplib.", "pty.spawn", "resource."),
    *("shutil.", "signal.pthread_kill", "smtplib.", "socket.", "sqlite3.", "subprocess.", "sys._current_exceptions"),
    *("sys._current_frames", "sys.addaudithook", "sys.setprofile", "sys.settrace", "syslog.", "telnetlib."),
    *("urllib.", "webbrowser.", "winreg."),
)
"""Beginnings of the audit events that are refused."""
_MODULES = frozenset(
    {"_ctypes", "_interpreters", "_testcapi", "_testinternalcapi", "_xxsubinterpreters", "ctypes", "readline"}
)
"""Modules that reach past the audit hook, and so are not imported."""
SYSTEM = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/usr/share/zoneinfo")
"""Folders of libraries that parts of Python may be loaded from."""
_Hook = Callable[[str, tuple[Any, ...]], None]
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass(frozen=True)
class Fences:
    """What is around a program."""

    names: tuple[str, ...]
    """`filter`: the kernel's for system calls; `files`: the kernel's for reading. Limits and hook are always there."""
    cpu: int
    """Seconds of computing from the start of Python after which the system ends it."""


def close_in(cpu: int) -> Fences:
    """Put up every fence there is; what is imported lazily later is still found in the installation.

    Args:
        cpu: Seconds of computing there are at least; the system counts whole seconds from the start of Python.
    """
    readable = _readable()
    seconds = math.ceil(time.process_time()) + cpu
    _limits(seconds)
    os.environ.clear()
    files = landlock.restrict(readable)
    sealed = seccomp.seal()
    _hook(readable)
    return Fences(("files",) * files + ("filter",) * sealed, seconds)


def _readable() -> tuple[str, ...]:
    """Return the folders that Python is installed in, as they are spelled and as they really are."""
    found: Iterable[str] = (*sys.path, sys.prefix, sys.base_prefix, *SYSTEM)
    sys.path[:] = [str(Path(part).absolute()) for part in sys.path if part]
    spelled = [str(path) for part in found if part for path in (Path(part).absolute(), Path(part).resolve())]
    return tuple(dict.fromkeys(path for path in spelled if path != os.sep))


def _limits(seconds: int) -> None:
    try:
        import resource
    except ImportError:  # a system without resource limits
        return
    limits = {
        "CPU": (seconds, seconds + 1),
        "AS": (MEMORY, MEMORY),
        "FSIZE": (0, 0),
        "NOFILE": (FILES, FILES),
        "NPROC": (PROCESSES, PROCESSES),
        "CORE": (0, 0),
        "MSGQUEUE": (0, 0),
    }
    for name, limit in limits.items():
        with contextlib.suppress(AttributeError, OSError, ValueError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), limit)


def _hook(readable: tuple[str, ...]) -> None:
    """Refuse events for good: all that decides is bound here, and made of things that cannot be changed.

    No function of Python is called on the way, and no name of a module is looked up: a program can reach and change
    both. A path is judged as it is spelled, for the same reason.
    """
    sys.addaudithook(_looking(tuple(f"{root}/" for root in readable)))
    sys.addaudithook(_acting())


def _looking(roots: tuple[str, ...]) -> _Hook:
    """Return the hook that lets files and folders be looked at: in these folders, and only for reading."""
    refuse, number, kind, text, whole, raw = PermissionError, errno.EPERM, type, str, int, bytes
    looking, flags, modes = ("open", "os.listdir", "os.scandir"), _WRITING, frozenset("wax+")

    def look(event: str, args: tuple[Any, ...]) -> None:
        if event not in looking:
            return
        path: Any = args[0] if args else None
        if event == "open":
            flagged = kind(args[2]) is whole and args[2] & flags
            if flagged or (kind(args[1]) is text and not modes.isdisjoint(args[1])):
                raise refuse(number, "a file is opened for writing")
        if kind(path) is whole:  # what is open already
            return
        if kind(path) is raw:
            path = raw.decode(path, "utf-8", "surrogateescape")
        spelled = path + "/" if kind(path) is text else ""
        if "/../" in spelled or not text.startswith(spelled, roots):
            raise refuse(number, "a file is opened" if event == "open" else "a folder is opened")

    return look


def _acting() -> _Hook:
    """Return the hook that refuses to act on the world, and to look for the hooks."""
    refuse, number, kind, text = PermissionError, errno.EPERM, type, str
    refused, modules = _REFUSED, _MODULES

    def act(event: str, args: tuple[Any, ...]) -> None:
        if event == "import" and (kind(args[0]) is not text or args[0] in modules):
            raise refuse(number, "a module that reaches outside is imported")
        if text.startswith(event, refused):
            raise refuse(number, text.__add__(event, " is called"))

    return act


def root() -> str:
    """Return the folder that this package is imported from."""
    return str(Path(__file__).resolve().parents[4])
