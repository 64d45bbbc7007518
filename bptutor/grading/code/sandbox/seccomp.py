"""What the Linux kernel still allows a process for the rest of its life: a seccomp filter, and more of its flags.

The filter is the small program of `struct sock_filter` that the kernel runs at each system call (classic BPF): it
looks at the architecture, the number of the call and an argument or two. What stands on the list is allowed, and all
else is refused: a list of what is refused would lack what the next kernel brings. Elsewhere than on Linux, and on
processors without a row in `CALLS`, nothing is sealed, and `seal` says so.
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

_PDEATHSIG, _DUMPABLE, _SECCOMP, _NO_NEW_PRIVILEGES = 1, 4, 22, 38
_FILTER = 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
"""Where the fields of `struct seccomp_data` stand."""
_THREAD = 0x00010000
_X32 = 0x40000000
"""On x86-64, calls from this number on are the same calls by another name."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_ABSENT = (425, 435, 437)
"""io_uring_setup, clone3, openat2: said to be unknown, so that the older calls are used."""
_NEWER = 453
"""Calls from this number on are said to be unknown too: a C library that tries them has another way."""
_FCNTL = (0, 1, 2, 3, 1030)
"""Commands that copy a file's number, look at its flags, or keep it over the start of a program."""
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5450, 0x5451)
"""Questions about a terminal, how much there is to read, and the flags again."""


@dataclass(frozen=True)
class Calls:
    """The numbers of the system calls of one processor."""

    architecture: int
    allowed: Mapping[str, int]
    """What Python and NumPy need to compute, found by tracing them: their memory, threads, clocks, and open files."""
    clone: int
    """Allowed for threads only."""
    opening: tuple[tuple[int, int], ...]
    """Calls that open a file, each with the place of its flags: allowed for reading only."""
    fcntl: int
    ioctl: int


def _numbers(table: str) -> dict[str, int]:
    """Return a table `name number name number ...`."""
    words = table.split()
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))


CALLS: Mapping[str, Calls] = {
    "x86_64": Calls(
        0xC000003E,
        _numbers(
            """
            read 0 write 1 futex 202 clock_gettime 228 newfstatat 262 lseek 8 close 3 mmap 9 munmap 11 brk 12
            readv 19 writev 20 pread64 17 fstat 5 stat 4 lstat 6 statx 332 access 21 faccessat 269 faccessat2 439
            readlink 89 readlinkat 267 getcwd 79 getdents64 217 dup 32 dup2 33 dup3 292 pipe 22 pipe2 293 mprotect 10
            mremap 25 madvise 28 set_robust_list 273 get_robust_list 274 rseq 334 gettid 186 getpid 39 getppid 110
            getuid 102 geteuid 107 getgid 104 getegid 108 getrlimit 97 getrusage 98 times 100 sched_yield 24
            sched_getaffinity 204 getcpu 309 clock_getres 229 clock_nanosleep 230 nanosleep 35 gettimeofday 96 time 201
            getrandom 318 uname 63 sysinfo 99 rt_sigaction 13 rt_sigprocmask 14 rt_sigreturn 15 sigaltstack 131
            restart_syscall 219 alarm 37 setitimer 38 getitimer 36 pause 34 poll 7 ppoll 271 select 23 pselect6 270
            exit 60 exit_group 231
            """
        ),
        56,
        ((2, 1), (257, 2)),
        72,
        16,
    ),
    "aarch64": Calls(
        0xC00000B7,
        _numbers(
            """
            read 63 write 64 futex 98 clock_gettime 113 newfstatat 79 lseek 62 close 57 mmap 222 munmap 215 brk 214
            readv 65 writev 66 pread64 67 fstat 80 statx 291 faccessat 48 faccessat2 439 readlinkat 78 getcwd 17
            getdents64 61 dup 23 dup3 24 pipe2 59 mprotect 226 mremap 216 madvise 233 set_robust_list 99
            get_robust_list 100 rseq 293 gettid 178 getpid 172 getppid 173 getuid 174 geteuid 175 getgid 176
            getegid 177 getrlimit 163 getrusage 165 times 153 sched_yield 124 sched_getaffinity 123 getcpu 168
            clock_getres 114 clock_nanosleep 115 nanosleep 101 gettimeofday 169 getrandom 278 uname 160 sysinfo 179
            rt_sigaction 134 rt_sigprocmask 135 rt_sigreturn 139 sigaltstack 132 restart_syscall 128 setitimer 103
            getitimer 102 ppoll 73 pselect6 72 exit 93 exit_group 94
            """
        ),
        220,
        ((56, 2),),
        25,
        29,
    ),
}


def hide() -> None:
    """Keep other processes of the same user from reading and tracing this one, where the system can (Linux)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_DUMPABLE, 0, 0, 0, 0)


def seal() -> bool:
    """Refuse every call that is not on the list from now on; False where there is no filter, and nothing is refused."""
    calls = CALLS.get(platform.machine())
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if calls is None:
        return False
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
    for number in calls.allowed.values():
        parts += [_step(_EQUAL, number, 0, 1), _step(_RETURN, _ALLOW)]
    parts += _bits(calls.clone, 0, _THREAD, (_ALLOW, refuse))
    for number, flags in calls.opening:
        parts += _bits(number, flags, _WRITING, (refuse, _ALLOW))
    parts += [*_commands(calls.fcntl, _FCNTL, refuse), *_commands(calls.ioctl, _IOCTL, refuse)]
    for number in _ABSENT:
        parts += [_step(_EQUAL, number, 0, 1), _step(_RETURN, absent)]
    parts += [_step(_AT_LEAST, _NEWER, 0, 1), _step(_RETURN, absent)]
    return b"".join([*parts, _step(_RETURN, refuse)])


def _bits(number: int, argument: int, bits: int, answers: tuple[int, int]) -> list[bytes]:
    """Return the answer to one call: the first where any of the bits is set in an argument, else the second."""
    return [
        _step(_EQUAL, number, 0, 4),
        _step(_LOAD, _ARGUMENTS + 8 * argument),
        _step(_ANY_BIT, bits, 0, 1),
        _step(_RETURN, answers[0]),
        _step(_RETURN, answers[1]),
    ]


def _commands(number: int, allowed: tuple[int, ...], refuse: int) -> list[bytes]:
    """Return the answer to one call: allowed where its second argument is one of some commands."""
    found = [_step(_LOAD, _ARGUMENTS + 8)]
    for command in allowed:
        found += [_step(_EQUAL, command, 0, 1), _step(_RETURN, _ALLOW)]
    found.append(_step(_RETURN, refuse))
    return [_step(_EQUAL, number, 0, len(found)), *found]


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("HBBI", code, then, otherwise, value)
