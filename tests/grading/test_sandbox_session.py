"""A program that is kept and called step by step: each step has its limits, and closing leaves nothing."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from bptutor.grading.code.sandbox.channel import Program
from bptutor.grading.code.sandbox.outcome import Ended, Stop

DESCENT = """
seen = 0
def step(w, rate):
    global seen
    seen += 1
    print("step", seen)
    return w - rate * 2 * w
"""


def gone(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    return False


def test_steps_are_made_when_they_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    w = np.array([1.0, -2.0])
    with Program(cpu=60, lifetime=600) as program:
        number = program._process.pid
        program.allow(5)
        program.load(DESCENT, "step")
        for n in range(1, 30):
            result = program.call({"w": w, "rate": 0.25}, seconds=5)
            assert (result.printed, result.changed) == (f"step {n}\n", ())
            np.testing.assert_array_equal(result.value, w / 2)
            w = result.value
    assert gone(number)
    assert not list(tmp_path.iterdir())


def test_a_step_over_its_limit_ends_its_own_program_only() -> None:
    slow = "import time\ndef f(n):\n    time.sleep(60 if n == 2 else 0)\n    return n\n"
    with Program() as one, Program() as other:
        for program in (one, other):
            program.allow(5)
            program.load(slow, "f")
            assert program.call({"n": 1}, seconds=5).value == 1
        with pytest.raises(Ended) as ended:
            one.call({"n": 2}, seconds=0.2)
        assert ended.value.stopped.stop is Stop.TIME
        assert other.call({"n": 3}, seconds=5).value == 3
        numbers = [one._process.pid, other._process.pid]
    assert all(map(gone, numbers))


def test_each_step_may_print_and_return_as_much_as_the_first() -> None:
    with Program(cpu=60) as program:
        program.allow(5)
        program.load("def f():\n    print('x' * 60_000)\n    return np.zeros(100_000)\n", "f")
        for _ in range(5):
            assert program.call({}, seconds=5).value.shape == (100_000,)
        with pytest.raises(Ended):
            program.allow(5)
            for _ in range(5):
                program.call({})


def test_what_a_program_sends_between_two_steps_ends_it() -> None:
    talk = (
        "import os, threading, time\ndef f():\n"
        "    if threading.active_count() == 1: threading.Thread(target=tell).start()\n    return 1\n"
        "def tell():\n    time.sleep(0.01)\n    for n in range(3, 9):\n"
        "        try: os.write(n, b'{}\\n')\n        except OSError: pass\n"
    )
    with Program() as program:
        program.allow(5)
        program.load(talk, "f")
        with pytest.raises(Ended) as ended:
            for _ in range(1000):
                program.call({}, seconds=5)
        assert ended.value.stopped.stop is Stop.SPOKE


def test_its_owner_closes_it_in_the_middle() -> None:
    program = Program()
    with pytest.raises(KeyboardInterrupt), program:
        program.allow(5)
        program.load("def f(): return 1", "f")
        raise KeyboardInterrupt
    assert gone(program._process.pid)
