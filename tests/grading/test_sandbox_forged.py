"""Programs that answer for themselves: a verdict rests on the returned values, and on nothing that a program says."""

from __future__ import annotations

import json
import os
import signal
from typing import Any

import numpy as np
import pytest

from bptutor.grading.code.sandbox import channel
from bptutor.grading.code.sandbox.channel import Program
from bptutor.grading.code.sandbox.run import Job, Stop, run
from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark, ProofMark, Verdict
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene

pytestmark = pytest.mark.normal

ASKED = question({"type": "code", "entry": "f", "answer": "def f(p, y):\n    return p - y\n", "expect": "p - y"})
SCENE = Scene.from_mapping(
    {"sizes": {"K": 3}, "given": {"z": {"axes": ["K"]}, "y": {"axes": ["K"]}}, "define": {"p": "softmax(z)"}}
)
CASE = {"p": np.array([0.2, 0.3, 0.5]), "y": np.array([0.0, 1.0, 0.0])}
EVERYWHERE = """
import os, json, sys
def tell(text):
    for n in range(3, 64):
        try: os.write(n, text.encode() + b'\\n')
        except OSError: pass
"""
FRAMES = """
import sys
def found(name):
    frame = sys._getframe(1)
    while frame is not None:
        if name in frame.f_locals: return frame.f_locals[name]
        frame = frame.f_back
"""
RIGHT = '{"array": (p - y).tolist(), "type": "float64", "shape": list(p.shape), "python": ""}'


def graded(source: str) -> Verdict:
    return grade(ASKED, source, SCENE)


def forged(message: dict[str, Any], where: str) -> str:
    """Return a program that writes a message to every file, as it is loaded or as it is called."""
    text = json.dumps(message)
    if where == "load":
        return f"{EVERYWHERE}tell({text!r})\ndef f(p, y): return 0\n"
    return f"{EVERYWHERE}\ndef f(p, y):\n    tell({text!r})\n    return 0\n"


MESSAGES: list[dict[str, Any]] = [
    {"done": True},
    {"end": True},
    {"key": "", "end": True},
    {"ready": True, "fences": [], "cpu": 99},
    {"case": 0, "value": {"array": 0, "type": "int64", "shape": []}, "changed": []},
    {"stop": "not started"},
    {"stop": "given", "message": "no"},
    {"stop": "killed"},
    {"stop": "unreadable", "message": "no", "line": 1, "column": 1},
    {"stop": "missing"},
    {"stop": "raised", "message": "x", "line": 1e999},
    {"stop": "raised", "message": "x", "line": -3, "column": 10**400},
    {"stop": [], "line": "1"},
    {"printed": "right"},
]


@pytest.mark.parametrize("where", [pytest.param("load", marks=pytest.mark.long), "call"])
@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: json.dumps(message)[:40])
def test_a_message_of_the_program_is_not_believed(message: dict[str, Any], where: str) -> None:
    verdict = graded(forged(message, where))
    assert (verdict.mark, verdict.proof) == (Mark.WRONG, ProofMark.REFUTED), verdict


HELD_KEY = {
    "the end": "'end': True",
    "a right value": f"'value': {RIGHT}, 'after': found('asked')['arguments']",
    "the pack's fault": "'stop': 'given', 'message': 'no'",
    "no start": "'stop': 'not started'",
    "no Python": "'stop': 'unreadable', 'line': 1, 'column': 1",
    "no function": "'stop': 'missing'",
    "no signature": "'stop': 'signature', 'line': 0",
    "a line without end": "'stop': 'raised', 'line': float('inf')",
    "other arguments": f"'value': {RIGHT}, 'after': {{}}",
    "no numbers": "'value': {'array': 1, 'type': 'V9999999', 'shape': []}, 'after': found('asked')['arguments']",
}
"""What a program says, with the tutor's own function and the key of the request, which are in the frames around it."""


@pytest.mark.parametrize("name", HELD_KEY)
def test_nor_is_one_with_the_key_that_it_found(name: str) -> None:
    tell = f"found('say')({{'key': found('asked')['key'], {HELD_KEY[name]}}})"
    verdict = graded(f"{FRAMES}\ndef f(p, y):\n    {tell}\n    return 0\n")
    assert verdict.mark is Mark.WRONG, verdict
    late = f"n += 1\n    if n == 5: {tell}; time.sleep(0.2)"
    last = f"{FRAMES}\nimport time\nn = 0\ndef f(p, y):\n    global n\n    {late}\n    return p - y\n"
    assert graded(last).mark is Mark.WRONG


def test_a_program_that_answers_in_the_place_of_the_sandbox_has_no_key() -> None:
    """The right value and the right end, each when it is asked for, without a return: the key alone tells them."""
    source = f"""{EVERYWHERE}
import time
def encoded(one):
    return {{"array": one.tolist(), "type": "float64", "shape": [3], "python": ""}}
def f(p, y):
    tell(json.dumps({{"value": encoded(p - y), "after": {{"p": encoded(p), "y": encoded(y)}}}}))
    time.sleep(0.2)
    tell('{{"end": true}}')
    os._exit(0)
"""
    ran = run(Job(source, "f", (CASE,)))
    assert ran.stopped is not None and (ran.stopped.stop, ran.results) == (Stop.SPOKE, ())


LEAVING = {
    "os._exit": ("import os", "os._exit(0)"),
    "os._exit in the last call": ("import os\nn = 0", "global n; n += 1; os._exit(0) if n == 5 else 0"),
    "os._exit in a thread": (
        "import os, threading, time",
        "threading.Thread(target=os._exit, args=(0,)).start(); time.sleep(9)",
    ),
    "sys.exit": ("import sys", "sys.exit(0)"),
    "SystemExit": ("", "raise SystemExit"),
    "a signal": ("import os, signal", "os.kill(os.getpid(), signal.SIGKILL)"),
    "a signal by the C library": ("import signal", "signal.raise_signal(signal.SIGKILL)"),
    "a signal to its group": ("import os, signal", "os.killpg(0, signal.SIGKILL)"),
    "an alarm": ("import signal, time", "signal.setitimer(signal.ITIMER_REAL, 0.001); time.sleep(9)"),
    "its own limit": ("import resource", "resource.setrlimit(resource.RLIMIT_CPU, (0, 0))"),
    "no pipe": ("import os", "os.closerange(0, 64)"),
    "an end of Python": ("import os", "os.abort()"),
}  # fmt: skip


@pytest.mark.parametrize("name", LEAVING)
def test_leaving_early_is_wrong(name: str) -> None:
    before, act = LEAVING[name]
    verdict = graded(f"{before}\ndef f(p, y):\n    {act}\n    return p - y\n")
    assert (verdict.mark, verdict.proof) == (Mark.WRONG, ProofMark.REFUTED), verdict


COMPARERS = """
import sys
for module in list(sys.modules.values()):
    for name in ("same", "unchanged"):
        if hasattr(module, name): setattr(module, name, lambda a, b: True)
"""
MODULES = """
try:
    import bptutor.grading.code.sandbox.wire as wire
    wire.unchanged, wire.encode = lambda *_: True, str
except ImportError:
    pass
"""
AROUND = (
    FRAMES
    + """
zero = {"array": 0.0, "type": "float64", "shape": [], "python": "float"}
found("steps").update(call=lambda _: {"value": zero, "after": {}})
"""
)
PATCHED = {
    "the comparison": COMPARERS,
    "json": "import json\njson.dumps = lambda *_, **k: '{\"end\": true}'",
    "an encoder": "import json\njson.JSONEncoder.encode = lambda *_: '{\"end\": true}'",
    "NumPy": "np.asarray = np.array = lambda *_, **k: 0\nnp.array_equal = np.allclose = lambda *_, **k: True",
    "the sandbox's modules": MODULES,
    "built-in functions": "import builtins\nbuiltins.isinstance = lambda *_: True\nbuiltins.type = lambda *_: int",
    "what is around the call": AROUND,
}


@pytest.mark.parametrize("name", PATCHED)
def test_changing_modules_makes_nothing_right(name: str) -> None:
    for body in ("return p + y", "p -= y\n    return p"):
        verdict = graded(f"{PATCHED[name]}\ndef f(p, y):\n    {body}\n")
        assert verdict.mark is Mark.WRONG, verdict


LIARS = {
    "__eq__": "def __eq__(self, other): return True",
    "__array__": "def __array__(self, *_, **k): return self.truth",
    "__array_ufunc__": "def __array_ufunc__(self, *_, **k): return np.True_",
    "__array_interface__": "__array_interface__ = property(lambda self: self.truth.__array_interface__)",
    "__float__": "def __float__(self): return 0.0",
    "__getattr__": "def __getattr__(self, name): return getattr(self.truth, name)",
    "__class__": "__class__ = np.ndarray",
}


@pytest.mark.parametrize("name", LIARS)
@pytest.mark.parametrize(
    "place", ["whole", *(pytest.param(place, marks=pytest.mark.long) for place in ("list", "object array"))]
)
def test_an_object_that_speaks_for_itself_is_wrong(name: str, place: str) -> None:
    objects = "np.array([Liar()] * len(p) + [None])[:-1]"
    made = {"whole": "Liar()", "list": "[Liar()] * len(p)", "object array": objects}[place]
    source = f"class Liar:\n    truth = None\n    {LIARS[name]}\n"
    source += f"def f(p, y):\n    Liar.truth = p - y\n    return {made}\n"
    assert graded(source).mark is Mark.WRONG
    derived = f"class Liar(np.ndarray):\n    {LIARS[name] if name != '__class__' else 'pass'}\n"
    assert graded(f"{derived}def f(p, y):\n    return (p - y).view(Liar)\n").mark is Mark.WRONG


def test_ready_again_gives_no_time() -> None:
    ready = "tell('{\"ready\": true}'); time.sleep(0.05)"
    again = f"{EVERYWHERE}\nimport time\ndef f(p, y):\n    while True:\n        {ready}\n"
    ran = run(Job(again, "f", (CASE,)), wall=0.4)
    assert ran.stopped is not None and ran.stopped.stop is Stop.SPOKE


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 10_000, '{"key"', "\\udcff", "{}", "[]", "null", ""])
def test_what_is_no_message_ends_the_program(text: str) -> None:
    ran = run(Job(f"{EVERYWHERE}\ndef f(p, y):\n    tell({text!r})\n    return p\n", "f", (CASE,)))
    assert ran.stopped is not None and ran.stopped.stop is Stop.SPOKE and ran.results == ()


def test_a_line_without_end_is_cut() -> None:
    endless = EVERYWHERE.replace("b'\\n'", "b'x' * 60000") + "def f(p, y):\n    while True: tell('')\n"
    assert "60000" in endless
    ran = run(Job(endless, "f", (CASE,)), wall=20)
    assert ran.stopped is not None and ran.stopped.stop in {Stop.OUTPUT, Stop.TIME} and ran.results == ()


# --- ended from outside -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_program_that_is_ended_from_outside_runs_once_more(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    load, deaths = Program.load, list[int]()

    def killed(self: Program, *texts: str) -> None:
        if len(deaths) < allowed:
            deaths.append(self._process.pid)
            os.kill(self._process.pid, number)
        load(self, *texts)

    monkeypatch.setattr(Program, "load", killed)
    allowed = 1
    assert graded("def f(p, y):\n    return p - y\n").mark is Mark.RIGHT
    assert len(deaths) == 1
    deaths.clear()
    allowed = 2
    verdict = graded("def f(p, y):\n    return p - y\n")
    assert (verdict.mark, verdict.proof) == (Mark.UNDECIDED, ProofMark.UNDECIDED)
    assert len(deaths) == 2


def test_a_process_that_does_not_start_accuses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "_START", "raise SystemExit  # {!r}")
    assert graded("def f(p, y):\n    return p - y\n").mark is Mark.UNDECIDED
