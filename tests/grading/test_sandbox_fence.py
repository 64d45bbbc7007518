"""What the fences refuse: each row of the table in the package's docstring, by the kernel and by the hook alone."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bptutor.grading.code.sandbox import channel, seccomp
from bptutor.grading.code.sandbox.run import Job, Ran, Stop, run

pytestmark = pytest.mark.normal

CASE: dict[str, Any] = {"p": np.array([0.2, 0.3, 0.5])}
LINUX = sys.platform == "linux" and platform.machine() in seccomp.CALLS
NO_WALLS = """
from bptutor.grading.code.sandbox import limits
limits.seccomp.seal = limits.landlock.restrict = lambda *_: False
"""

# --- the kernel's filter ----------------------------------------------------------------------------------------------

SEALED = """
import ctypes, json, sys
libc = ctypes.CDLL(None, use_errno=True)
from bptutor.grading.code.sandbox.seccomp import seal
rows = json.loads(sys.argv[1])
made = {text: ctypes.create_string_buffer(text.encode()) for row in rows for text in row[2:] if isinstance(text, str)}
if not seal():
    print("no filter here")
    sys.exit()
for name, number, *arguments in rows:
    given = [made[one] if isinstance(one, str) else ctypes.c_long(one) for one in arguments]
    answer = libc.syscall(ctypes.c_long(number), *given, *[ctypes.c_long(0)] * (6 - len(given)))
    print(json.dumps([name, answer, ctypes.get_errno()]), flush=True)
"""


def numbers(x86: int, arm: int) -> int:
    return x86 if platform.machine() == "x86_64" else arm


def attacks(victim: int, file: str, tmp: str) -> list[list[Any]]:
    """Return system calls that reach outside: name, number, arguments. Without the filter most of them succeed."""
    here, cwd = os.getpid(), -100
    return [
        ["kill", numbers(62, 129), victim, 9],
        ["tkill", numbers(200, 130), victim, 9],
        ["tgkill", numbers(234, 131), victim, victim, 9],
        ["rt_sigqueueinfo", numbers(129, 138), victim, 9, "\xff" * 128],
        ["rt_tgsigqueueinfo", numbers(297, 240), victim, victim, 9, "\xff" * 128],
        ["pidfd_open", 434, victim],
        ["pidfd_getfd", 438, 0, 0],
        ["pidfd_send_signal", 424, 0, 9],
        ["fork", numbers(57, 220), 17],
        ["clone3", 435, "\0" * 88, 88],
        ["execve", numbers(59, 221), "/bin/true"],
        ["execveat", numbers(322, 281), cwd, "/bin/true"],
        ["socket", numbers(41, 198), 1, 1],
        ["fchmodat", numbers(268, 53), cwd, file, 0o777],
        ["fchmodat2", 452, cwd, file, 0o777],
        ["utimensat", numbers(280, 88), cwd, file, "\0" * 32],
        ["setxattr", numbers(188, 5), file, "user.x", "y", 1],
        ["openat for writing", numbers(257, 56), cwd, file, os.O_WRONLY],
        ["openat that makes one", numbers(257, 56), cwd, tmp + "/new", os.O_CREAT, 0o600],
        ["openat2", 437, cwd, file, "\0" * 24, 24],
        ["creat", numbers(85, 34), tmp + "/made", 0o700],
        ["unlinkat", numbers(263, 35), cwd, file],
        ["renameat2", numbers(316, 276), cwd, file, cwd, tmp + "/other"],
        ["symlinkat", numbers(266, 36), file, cwd, tmp + "/link"],
        ["mknodat", numbers(259, 33), cwd, tmp + "/pipe", 0o10600],
        ["truncate", numbers(76, 45), file, 0],
        ["fallocate", numbers(285, 47), 2, 3, 0, 1],
        ["mq_open", numbers(240, 180), "bptutor", os.O_CREAT | os.O_RDWR, 0o600],
        ["shmget", numbers(29, 194), 0, 4096, 0o1600],
        ["semget", numbers(64, 190), 0, 1, 0o1600],
        ["msgget", numbers(68, 186), 0, 0o1600],
        ["memfd_create", numbers(319, 279), "x"],
        ["unshare", numbers(272, 97), 0x10000000],
        ["setns", numbers(308, 268), 0],
        ["chroot", numbers(161, 51), "/"],
        ["mount", numbers(165, 40), "none", "/", "tmpfs"],
        ["fsopen", 430, "tmpfs"],
        ["prlimit64 on another", numbers(302, 261), here, 7, 0, "\0" * 16],
        ["prlimit64 on itself", numbers(302, 261), 0, 3, "\0" * 16],
        ["setpriority", numbers(141, 140), 0, victim, 19],
        ["sched_setaffinity", numbers(203, 122), victim, 8, "\1" + "\0" * 7],
        ["keyctl", numbers(250, 219), 0, -3, 1],
        ["add_key", numbers(248, 217), "user", "bptutor", "x", 1, -3],
        ["ptrace", numbers(101, 117), 16, victim],
        ["process_vm_readv", numbers(310, 270), victim],
        ["process_vm_writev", numbers(311, 271), victim],
        ["prctl", numbers(157, 167), 1, 0],
        ["seccomp", numbers(317, 277), 0],
        ["bpf", numbers(321, 280), 0],
        ["userfaultfd", numbers(323, 282), 1],
        ["perf_event_open", numbers(298, 241), 0],
        ["io_uring_setup", 425, 1],
        ["timer_create", numbers(222, 107), 0, "\0" * 64, "\0" * 8],
        ["fcntl F_SETOWN", numbers(72, 25), 0, 8, victim],
        ["ioctl TIOCSTI", numbers(16, 29), 0, 0x5412, "x"],
        ["a call of the future", 9999],
        ["reboot", numbers(169, 142)],
        ["setsid", numbers(112, 157)],
        ["setuid", numbers(105, 146), 0],
    ]


@pytest.mark.skipif(not LINUX, reason="the filter is the Linux kernel's")
def test_the_kernel_refuses_what_is_not_on_its_list(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("numbers")
    file.chmod(0o600)
    before = file.stat()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as victim:
        rows = attacks(victim.pid, str(file), str(tmp_path))
        done = subprocess.run(
            [sys.executable, "-c", SEALED, json.dumps(rows)], capture_output=True, text=True, check=True
        )
        assert victim.poll() is None
        victim.kill()
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [name for name, *_ in answers] == [name for name, *_ in rows]
    assert [name for name, answer, error in answers if answer != -1 or error not in {1, 38}] == []
    assert [*tmp_path.iterdir()] == [file]
    after = file.stat()
    assert (after.st_mode, after.st_mtime_ns, file.read_text()) == (before.st_mode, before.st_mtime_ns, "numbers")


FRIENDLY = """
import os, sys, threading, time
from bptutor.grading.code.sandbox.seccomp import seal
import numpy as np
print(seal())
thread = threading.Thread(target=print, args=("thread",))
thread.start()
thread.join()
time.sleep(0.001)
A = np.random.default_rng().random((200, 200))
print(np.allclose(np.linalg.inv(A) @ A, np.eye(200)), len(open(os.__file__).read()) > 0, os.listdir("/") != [])
print(time.time() > time.perf_counter() - 1e9, os.isatty(1), len(os.urandom(4)), os.getpid() > 0)
"""


@pytest.mark.skipif(not LINUX, reason="the filter is the Linux kernel's")
def test_the_kernel_still_allows_what_numpy_needs() -> None:
    done = subprocess.run([sys.executable, "-c", FRIENDLY], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "thread", "True", "True", "True", "True", "False", "4", "True"], done.stderr


def test_the_lists_of_two_processors_name_the_same_calls() -> None:
    older = {"stat", "lstat", "access", "readlink", "dup2", "pipe", "time", "alarm", "pause", "poll", "select"}
    one, other = seccomp.CALLS["x86_64"].allowed, seccomp.CALLS["aarch64"].allowed
    assert set(one) - set(other) == older and set(other) <= set(one)
    for calls in (one, other):
        assert len(set(calls.values())) == len(calls)


def test_on_a_processor_that_is_not_known_nothing_is_sealed_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "import platform; platform.machine = lambda: 'abacus'\n"
    text += "from bptutor.grading.code.sandbox.seccomp import seal\n"
    text += "print(seal(), open('/proc/self/stat').close() if False else 1)"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "1"]
    without(monkeypatch)
    with channel.Program() as program:
        assert program.fences == ()


# --- reading ----------------------------------------------------------------------------------------------------------

RESTRICTED = """
import os, sys
from bptutor.grading.code.sandbox.landlock import restrict
if not restrict((os.path.dirname(os.__file__),)):
    print("no wall here")
    sys.exit()
for path in ("/etc/passwd", f"/proc/{os.getppid()}/mem", f"/proc/{os.getppid()}/environ", sys.argv[1]):
    try:
        print(path, open(path, "rb").read(1))
    except PermissionError:
        pass
for act in (lambda: os.listdir("/etc"), lambda: os.remove(sys.argv[1]), lambda: os.mkdir(sys.argv[1] + "x")):
    try:
        print("done", act())
    except PermissionError:
        pass
print(len(open(os.__file__).read()) > 0)
"""


@pytest.mark.skipif(not LINUX, reason="the wall is the Linux kernel's")
def test_the_kernel_lets_nothing_be_read_outside_the_installation(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("word")
    done = subprocess.run([sys.executable, "-c", RESTRICTED, str(file)], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") in (["True", ""], ["no wall here", ""])
    assert [*tmp_path.iterdir()] == [file]


@pytest.mark.skipif(not LINUX, reason="a flag of the Linux kernel")
def test_the_memory_of_the_tutor_and_its_worker_is_closed_to_others() -> None:
    text = """
import asyncio, ctypes, json
from bptutor.grading.code.sandbox.run import Job, run
from bptutor.grading.service.worker import Worker
libc = ctypes.CDLL(None)
print(libc.prctl(3, 0, 0, 0, 0))
async def main():
    worker = Worker()
    await worker.start()
    print(libc.prctl(3, 0, 0, 0, 0))
    await worker._child.ready
    # the files of /proc of such a process belong to the superuser, whoever runs it
    print(open(f"/proc/{worker._child.process.pid}/status").read().count("Uid:"))
    await worker.close()
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "0", "1"]


# --- Python's hook, alone and with the kernel -----------------------------------------------------------------

PATHS = """
import sys
for name in ("bptutor.grading.code.sandbox.limits", "bptutor.grading.code.sandbox.runner"):
    module = sys.modules.get(name)
    if module: module._REFUSED = module._LOOKED_AT = module._MODULES = ()
"""
READING: dict[str, str] = {
    "a file": "open('/etc/passwd').read()",
    "a file by its number": "os.fdopen(os.open('/etc/passwd', os.O_RDONLY)).read()",
    "a path of two faces": "__import__('_io').FileIO(Faces()).read()",
    "a text of two faces": "open(Text('/etc/passwd')).read()",
    "bytes": "open(b'/etc/passwd').read()",
    "a way around": "open(os.path.dirname(os.__file__) + '/../../../../../../etc/passwd').read()",
    "a way around by bytes": "open(os.fsencode(os.path.dirname(os.__file__)) + b'/../../../../../etc/passwd').read()",
    "a folder like one that may be read": "open(os.path.dirname(os.__file__) + 'x')",
    "from a folder": "os.open('passwd', os.O_RDONLY, dir_fd=os.open('/etc', os.O_RDONLY))",
    "a path object": "__import__('pathlib').Path('/etc/passwd').read_text()",
    "NumPy": "np.fromfile('/etc/passwd', dtype='u1')",
    "NumPy's map": "np.memmap('/etc/passwd', mode='r')",
    "NumPy's text": "np.loadtxt('/etc/passwd', dtype=str)",
    "a module": "__import__('importlib.machinery').machinery.SourceFileLoader('x', 'y').get_data('/etc/passwd')",
    "lines": "__import__('linecache').getlines('/etc/passwd') or open('/etc/passwd')",
    "the tutor's memory": "open(f'/proc/{os.getppid()}/mem', 'rb')",
    "its own memory": "open('/proc/self/mem', 'rb')",
    "the list of a folder": "os.listdir('/etc')",
    "a folder by scandir": "list(os.scandir('/etc'))",
    "here": "os.listdir()",
    "after a step": "os.chdir('/etc') or open('passwd')",
    "with another realpath": "setattr(os.path, 'realpath', lambda *_, **k: os.getcwd()) or open('/etc/passwd')",
    "with another fsdecode": "setattr(os, 'fsdecode', lambda _: '/usr/lib/x') or open('/etc/passwd')",
    "with other tables": "exec(PATHS) or open('/etc/passwd')",
    "with the hook's code": "[setattr(f, '__code__', tried.__code__) for f in gc.get_objects() if callable(f)]",
    "with what refers to it": "gc.get_referrers(PermissionError)",
    "through its frame": "through()",
    "memory by ctypes": "__import__('ctypes').memmove",
    "memory by NumPy's ctypes": "np._core._internal.ctypes.memmove(1, 2, 0)",
    "memory by an array's ctypes": "np.zeros(2).ctypes.data",
}  # fmt: skip
READER = f"""
import gc, os, sys
PATHS = {PATHS!r}
class Faces:
    n = 0
    def __fspath__(self):
        self.n += 1
        return os.__file__ if self.n == 1 else "/etc/passwd"
class Text(str):
    def startswith(self, *_): return True
    def __add__(self, _): return os.__file__
    def __contains__(self, _): return False
def through():
    try:
        open("/etc/passwd")
    except PermissionError as refused:
        step = refused.__traceback__
        while step.tb_next: step = step.tb_next
        for value in [*step.tb_frame.f_locals.values(), *step.tb_frame.f_globals.values()]:
            for name in ("_WRITING", "_REFUSED", "_MODULES"):
                try: setattr(value, name, ())
                except (TypeError, AttributeError): pass
        step.tb_frame.f_globals.update(_looking=None, _REFUSED=(), _MODULES=(), PermissionError=None)
        step.tb_frame.f_locals.update(roots=("/",), looking=())
    return open("/etc/passwd").read()
"""


def without(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the kernel's fences away, as they are on other systems."""
    start = channel._START.replace("main()", NO_WALLS.strip() + "\nmain()", 1)
    assert "restrict" in start
    monkeypatch.setattr(channel, "_START", start.replace("import main; ", "import main\n"))


def tried(expression: str) -> Ran:
    return run(Job(f"{READER}\ndef f(p):\n    return [1, str({expression})]\n", "f", (CASE,)))


@pytest.mark.long
@pytest.mark.parametrize("walls", [True, False], ids=["kernel", "hook"])
@pytest.mark.parametrize("name", READING)
def test_nothing_is_read_outside_the_installation(name: str, walls: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not walls:
        without(monkeypatch)
    ran = tried(READING[name])
    assert ran.results == () and ran.stopped is not None, ran
    assert ran.stopped.stop in {Stop.REFUSED, Stop.RAISED, Stop.NAME, Stop.CRASHED}, ran.stopped


ACTING = {
    "a process": "os.fork()",
    "a program": "os.system('true')",
    "another": "__import__('subprocess').run(['true'])",
    "one in the place of this": "os.execv('/bin/true', ['true'])",
    "a signal": "os.kill(os.getppid(), 0)",
    "a socket": "__import__('socket').socket()",
    "a pair of sockets": "__import__('socket').socketpair()",
    "a file to write": "open('/tmp/bptutor-mine', 'w')",
    "one by its number": "os.open('/tmp/bptutor-mine', os.O_CREAT | os.O_WRONLY)",
    "one that NumPy writes": "np.zeros(3).tofile('/tmp/bptutor-mine')",
    "a folder": "os.mkdir('/tmp/bptutor-mine')",
    "a name": "os.rename('/tmp', '/tmp2')",
    "an end of a file": "os.truncate('/etc/hostname', 0)",
    "a right": "os.chmod('/tmp', 0)",
    "a time": "os.utime('/tmp')",
    "a link": "os.symlink('/', '/tmp/bptutor-mine')",
    "a limit": "__import__('resource').setrlimit(7, (1, 1))",
    "foreign code": "__import__('ctypes').CDLL(None)",
    "shared memory": "__import__('multiprocessing.shared_memory').shared_memory.SharedMemory(create=True, size=9)",
    "a mapped file": "__import__('mmap').mmap(-1, 99)",
    "a database": "__import__('sqlite3').connect('/tmp/bptutor-mine')",
}  # fmt: skip


@pytest.mark.parametrize("walls", [True, False], ids=["kernel", "hook"])
def test_of_many_ways_out_in_one_program_none_is_open(walls: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not walls:
        without(monkeypatch)
    body = "".join(f"    ways.append(tried(lambda: {way}))\n" for way in (READING | ACTING).values())
    attempt = "def tried(way):\n    try: return str(way())\n    except Exception: return 'closed'\n"
    ran = run(Job(f"{READER}\n{attempt}def f(p):\n    ways = []\n{body}    return ways\n", "f", (CASE,)), wall=20)
    (result,) = ran.results
    names = [*(READING | ACTING)]
    assert [(name, one) for name, one in zip(names, result.value, strict=True) if one != "closed"] == []
    assert not Path("/tmp/bptutor-mine").exists()


@pytest.mark.long
@pytest.mark.parametrize("walls", [True, False], ids=["kernel", "hook"])
@pytest.mark.parametrize("name", ACTING)
def test_nothing_is_done_outside(name: str, walls: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not walls:
        without(monkeypatch)
    ran = tried(ACTING[name])
    assert ran.results == () and ran.stopped is not None, ran
    assert ran.stopped.stop is Stop.REFUSED, ran.stopped
    assert not Path("/tmp/bptutor-mine").exists()


def test_each_row_of_the_table_has_its_test() -> None:
    from bptutor.grading.code import sandbox

    named = [line.strip() for line in str(sandbox.__doc__).splitlines() if line.startswith("  test_")]
    texts = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_sandbox*.py"))
    assert len(named) > 10
    assert [name for name in named if f"def {name}(" not in texts] == []
