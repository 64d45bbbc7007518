"""Programs that mean harm, or do it: each gets its end, and nothing of it is left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bptutor.grading.code.sandbox import wire
from bptutor.grading.code.sandbox.run import Job, Stop, Stopped, run

pytestmark = pytest.mark.normal

CASE: dict[str, Any] = {"p": np.array([0.2, 0.3, 0.5]), "y": np.array([0.0, 1.0, 0.0])}
HEAD = "def f(p, y):\n    "

HOSTILE = {
    "sleep": ("import time\n" + HEAD + "time.sleep(60)", Stop.TIME, 0),
    "endless output": (HEAD + "while True: print('x' * 1000)", Stop.OUTPUT, 0),
    "endless output past Python": ("import os\n" + HEAD + "while True: os.write(2, b'x' * 4096)", Stop.OUTPUT, 0),
    "a fork": ("import os\n" + HEAD + "while True: os.fork()", Stop.REFUSED, 3),
    "a fork that does not give up": (
        "import os\n" + HEAD + "while True:\n        try: os.fork()\n        except OSError: pass",
        Stop.TIME,
        0,
    ),
    "a shell": ("import os\n" + HEAD + "os.system('sleep 60')", Stop.REFUSED, 3),
    "another program": ("import subprocess\nsubprocess.Popen(['sleep', '60'])\n" + HEAD + "pass", Stop.REFUSED, 2),
    "killing everybody": ("import os\n" + HEAD + "os.kill(-1, 9)", Stop.REFUSED, 3),
    "a huge array": (HEAD + "return np.zeros((10**6, 10**6))", Stop.MEMORY, 2),
    "a growing list": (HEAD + "x = []\n    while True: x.append(np.empty(10**7))", Stop.MEMORY, 3),
    "sys.exit": ("import sys\n" + HEAD + "sys.exit(0)", Stop.EXITED, 3),
    "leaving without a word": ("import os\nos._exit(0)", Stop.EXITED, 0),
    "endless recursion": (HEAD + "return f(p, y)", Stop.RECURSION, 2),
    "a crash": ("import os\n" + HEAD + "os.abort()", Stop.CRASHED, 0),
    "an alarm": ("import signal, time\n" + HEAD + "signal.setitimer(0, 0.01); time.sleep(9)", Stop.CRASHED, 0),
    "a signal to itself": ("import signal\n" + HEAD + "signal.raise_signal(11)", Stop.REFUSED, 3),
    "reading a file": (HEAD + "return open('/etc/passwd').read()", Stop.REFUSED, 2),
    "reading the folder above": ("import os\n" + HEAD + "return os.listdir('..')", Stop.REFUSED, 3),
    "writing a file": (HEAD + "open('mine', 'w')", Stop.REFUSED, 2),
    "deleting a file": ("import os\n" + HEAD + "os.remove('answer.py')", Stop.REFUSED, 3),
    "a socket": ("import socket\n" + HEAD + "socket.socket()", Stop.REFUSED, 3),
    "foreign code": ("import ctypes\n" + HEAD + "ctypes.CDLL(None).getpid()", Stop.REFUSED, 1),
    "an exception": (HEAD + "return p @ y[:2]", Stop.RAISED, 2),
    "an exception that raises": (
        "class E(Exception):\n    def __str__(self): raise E\n" + HEAD + "raise E",
        Stop.RAISED,
        4,
    ),
    "an exception below everything": (HEAD + "raise KeyboardInterrupt", Stop.RAISED, 2),
    "too few parameters": ("def f(p):\n    return p", Stop.SIGNATURE, 0),
    "no Python": (HEAD + "return (p -", Stop.UNREADABLE, 2),
    "brackets without end": ("(" * 5000, Stop.UNREADABLE, 1),
    "no function": ("def g(p, y): return p", Stop.MISSING, 0),
    "a name that is no function": ("f = 3", Stop.MISSING, 0),
    "writing into the tutor's pipe": (
        "import os\n"
        + HEAD
        + "for n in range(3, 60):\n        try: os.write(n, b'{}}\\n')\n        except OSError: pass",
        Stop.SPOKE,
        0,
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_program_gets_its_end(name: str) -> None:
    source, stop, line = HOSTILE[name]
    ran = run(Job(source, "f", (CASE,)), wall=0.4 if stop is Stop.TIME else 20)
    assert ran.stopped is not None, ran
    assert (ran.stopped.stop, ran.stopped.line) == (stop, line), ran.stopped
    assert ran.results == ()
    assert len(ran.stopped.message) <= 300


def test_a_program_without_end_says_what_it_had_printed() -> None:
    ran = run(Job(HEAD + "print('\x1b[31mhere')\n    while True: pass", "f", (CASE,)), wall=0.4)
    assert (ran.stopped, ran.printed) == (Stopped(Stop.TIME), "[31mhere\n")


def test_computing_without_end_is_stopped_by_the_system_too() -> None:
    assert run(Job(HEAD + "while True: pass", "f", (CASE,)), wall=60).stopped == Stopped(Stop.TIME)


SPAWNER = """
import os, time
def f(p, y):
    for _ in range(3):
        if os.fork() == 0:
            time.sleep(600)
    time.sleep(600)
"""
UNFENCED = """
from bptutor.grading.code.sandbox import limits
limits._acting, limits.seccomp.seal = lambda: lambda *_: None, lambda: False
"""


def test_children_are_gone_with_the_verdict_even_without_the_fences(monkeypatch: pytest.MonkeyPatch) -> None:
    """With hook and filter taken away the program does start children: its group is killed with it."""
    from bptutor.grading.code.sandbox import channel as module

    started: list[int] = []
    begin = module._started

    def noted() -> subprocess.Popen[bytes]:
        process = begin()
        started.append(process.pid)
        return process

    script = module._START.replace("main()", UNFENCED.strip() + "\nmain()", 1)
    assert "seal" in script
    monkeypatch.setattr(module, "_START", script)
    monkeypatch.setattr(module, "_started", noted)
    assert run(Job(SPAWNER, "f", (CASE,)), wall=0.5).stopped == Stopped(Stop.TIME)
    for _ in range(200):
        if not alive(started[0]):
            return
    raise AssertionError(f"still alive: {alive(started[0])}")


def alive(group: int) -> list[str]:
    """Return the processes of a group that still run; one that is only waited for does not."""
    done = subprocess.run(["ps", "-A", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 2) for line in done.stdout.splitlines()]
    return [" ".join(row) for row in rows if row[0] == str(group) and not row[1].startswith("Z")]


ORPHAN = """
from bptutor.grading.code.sandbox import channel, run
begin, load = channel._started, channel.Program.load
def noted():
    process = begin()
    print(process.pid, flush=True)
    return process
def loaded(self, *texts):
    load(self, *texts)
    print("running", flush=True)
channel._started, channel.Program.load = noted, loaded
run.run(run.Job("import time\\ndef f():\\n    time.sleep(600)\\n", "f", ({},)), wall=600)
"""


def test_of_a_tutor_that_is_killed_neither_program_nor_folder_is_left(tmp_path: Path) -> None:
    """The grader is killed whenever it hangs: then nobody is left to end the program, or to clean up."""
    here = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True, env=here) as tutor:
        assert tutor.stdout is not None
        group = int(tutor.stdout.readline())
        assert tutor.stdout.readline() == "running\n"
        tutor.kill()
    assert not list(tmp_path.iterdir())
    sealed = sys.platform == "linux"
    for _ in range(200):
        if not alive(group) or not sealed:
            return
    raise AssertionError(f"still alive: {alive(group)}")


def test_a_program_inherits_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "word")
    source = (
        "import os, sys\n" + HEAD + "return [len(os.environ), str(sys.argv), sys.stdin is None or sys.stdin.read()]"
    )
    (result,) = run(Job(source, "f", (CASE,))).results
    assert result.value == [0, "['-c']", ""]
    where = "import os\n" + HEAD + "return os.getcwd()"
    (result,) = run(Job(where, "f", (CASE,))).results
    assert result.value == "/"


def test_a_friendly_program_has_what_it_needs() -> None:
    source = """
import math
from functools import reduce
import numpy as anything
rng = np.random.default_rng(0)
def f(p, y):
    print("a line to look at", p)
    np.testing.assert_allclose(p, p)
    return {"a": np.linalg.norm(p), "b": (helped(p), math.pi, 3, True), "c": [p, np.float32(0.5)], "d": rng.random(2)}
"""
    (result,) = run(Job(source, "f", (CASE,), "def helped(x): return 2 * x")).results
    value = result.value
    assert float(value["a"]) == pytest.approx(0.38**0.5)
    np.testing.assert_array_equal(value["b"][0], [0.4, 0.6, 1.0])
    assert (value["b"][1:], value["c"][1].dtype) == ((np.pi, 3, True), np.float32)
    assert result.changed == ()


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("p -= y\n    return p", ("p",)),
        ("p = p - y\n    return p", ()),
        ("y.sort()", ("y",)),
        ("W[0] *= 2", ("W",)),
        ("W.append(p)", ("W",)),
        ("p.shape = (3, 1)", ("p",)),
    ],
)
def test_arguments_that_are_written_into_are_named(body: str, changed: tuple[str, ...]) -> None:
    case = {**CASE, "y": np.array([2.0, 1.0]), "W": [np.ones(2), np.ones(3)]}
    source = f"def f(p, y, W):\n    {body.replace('p - y', 'p - 1').replace('p -= y', 'p -= 1')}"
    (result,) = run(Job(source, "f", (case,))).results
    assert result.changed == changed


RESULTS = {
    "None": wire.Other("None", slip=True),
    "f": wire.Other("a function", slip=True),
    "p + 1j": wire.Other("an array of complex numbers"),
    "np.zeros((1000, 1000))": wire.Other("an array of shape (1000, 1000)"),
    "np.array([f, 1])": wire.Other("an array of objects"),
    "range(3)": wire.Other("a range", slip=True),
    "10 ** 5000": wire.Other("a thing that cannot be looked at"),
    "float('nan')": float("nan"),
    "Odd()": wire.Other("an Odd"),
    "Plain()": wire.Other("a Plain", slip=True),
    "'text'": "text",
    "Pair(1, 2)": (1, 2),
    "collections.OrderedDict(a=1)": {"a": 1},
}


def test_whatever_is_returned_comes_back_as_something() -> None:
    odd = "import collections\nPair = collections.namedtuple('Pair', 'a b')\nclass Plain: pass\n"
    odd += "class Odd:\n    __class__ = property(lambda self: 1 / 0)\n    def __getattr__(self, name): raise KeyError\n"
    endless = "ring = []\nring.append(ring)\n"
    source = odd + endless + f"def f(p, y):\n    return [{', '.join(RESULTS)}, ring]"
    (result,) = run(Job(source, "f", (CASE,))).results
    *made, ring = result.value
    assert len(made) == len(RESULTS)
    for got, expected in zip(made, RESULTS.values(), strict=True):
        assert repr(got) == repr(expected)
    assert isinstance(ring, list)
