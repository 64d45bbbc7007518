"""What the Linux kernel refuses a process for the rest of its life: a seccomp filter and the parent's death signal.

The filter is the small program of `struct sock_filter` that the kernel runs at each system call (classic BPF):
it looks at the architecture, the number of the call and one argument, and answers "allow" or an error number.
Elsewhere than on Linux, and on processors without a row in `CALLS`, nothing is sealed.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import signal
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass

_PDEATHSIG, _SECCOMP, _NO_NEW_PRIVILEGES = 1, 22, 38
_FILTER = 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
"""Where the fields of `struct seccomp_data` stand."""
_THREAD = 0x00010000
_X32 = 0x40000000
"""On x86-64, calls from this number on are the same calls by another name."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass(frozen=True)
class Calls:
    """The numbers of the system calls of one processor."""

    architecture: int
    refused: tuple[int, ...]
    """Processes, programs, sockets, signals to others, tracing, renaming, deleting, linking, changing files."""
    clone: int
    """Allowed for threads only."""
    opening: tuple[tuple[int, int], ...]
    """Calls that open a file, each with the place of its flags: allowed for reading only."""
    absent: tuple[int, ...] = (435, 437, 425)
    """clone3, openat2, io_uring_setup: said to be unknown, so that the older calls are used."""


def _numbers(table: str) -> tuple[int, ...]:
    """Return the numbers of a table `name number name number ...`."""
    return tuple(int(word) for word in table.split()[1::2])


CALLS: Mapping[str, Calls] = {
    "x86_64": Calls(
        0xC000003E,
        _numbers(
            """
            fork 57 vfork 58 execve 59 execveat 322 kill 62 tkill 200 pidfd_send_signal 424 ptrace 101
            process_vm_readv 310 process_vm_writev 311 socket 41 connect 42 socketpair 53 creat 85 truncate 76
            ftruncate 77 rename 82 renameat 264 renameat2 316 mkdir 83 mkdirat 258 rmdir 84 link 86 linkat 265
            symlink 88 symlinkat 266 unlink 87 unlinkat 263 mknod 133 mknodat 259 chmod 90 fchmod 91 fchmodat 268
            chown 92 fchown 93 lchown 94 fchownat 260 mount 165
            """
        ),
        56,
        ((2, 1), (257, 2)),
    ),
    "aarch64": Calls(
        0xC00000B7,
        _numbers(
            """
            execve 221 execveat 281 kill 129 tkill 130 pidfd_send_signal 424 ptrace 117 process_vm_readv 270
            process_vm_writev 271 socket 198 connect 203 socketpair 199 truncate 45 ftruncate 46 renameat 38
            renameat2 276 mkdirat 34 linkat 37 symlinkat 36 unlinkat 35 mknodat 33 fchmod 52 fchmodat 53 fchown 55
            fchownat 54 mount 40
            """
        ),
        220,
        ((56, 2),),
    ),
}


def seal() -> bool:
    """Refuse new processes, sockets and writing from now on; True when the kernel took the filter."""
    calls = CALLS.get(platform.machine())
    if not sys.platform.startswith("linux") or calls is None:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    program = _program(calls)
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: a count, then (aligned) the address of the instructions.
    filled = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    head = ctypes.create_string_buffer(filled, len(filled))
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_SECCOMP, _FILTER, head, 0, 0) == 0)


def _program(calls: Calls) -> bytes:
    """Return the filter. A jump counts the instructions that are passed over."""
    refuse, absent = _ERROR | errno.EPERM, _ERROR | errno.ENOSYS
    parts = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, calls.architecture, 1, 0),
        _step(_RETURN, refuse),
        _step(_LOAD, _NUMBER),
        _step(_AT_LEAST, _X32, 0, 1),
        _step(_RETURN, refuse),
    ]
    for number in calls.refused:
        parts += [_step(_EQUAL, number, 0, 1), _step(_RETURN, refuse)]
    for number in calls.absent:
        parts += [_step(_EQUAL, number, 0, 1), _step(_RETURN, absent)]
    parts += _looking_at(calls.clone, 0, _THREAD, (_ALLOW, refuse))
    for number, flags in calls.opening:
        parts += _looking_at(number, flags, _WRITING, (refuse, _ALLOW))
    return b"".join([*parts, _step(_RETURN, _ALLOW)])


def _looking_at(number: int, argument: int, bits: int, answers: tuple[int, int]) -> list[bytes]:
    """Return the answer to one call: the first where any of the bits is set in an argument, else the second."""
    return [
        _step(_EQUAL, number, 0, 4),
        _step(_LOAD, _ARGUMENTS + 8 * argument),
        _step(_ANY_BIT, bits, 0, 1),
        _step(_RETURN, answers[0]),
        _step(_RETURN, answers[1]),
    ]


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("HBBI", code, then, otherwise, value)
