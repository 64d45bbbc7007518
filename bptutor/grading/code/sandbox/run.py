"""Running a program on given cases: one process, all cases, what each returned, and where it ended early."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bptutor.grading.code.sandbox.channel import Program
from bptutor.grading.code.sandbox.outcome import Ended, Head, Result, Stop, Stopped
from bptutor.grading.time_limits import PROGRAM

__all__ = ["Head", "Job", "Ran", "Result", "Stop", "Stopped", "run"]


@dataclass(frozen=True)
class Job:
    """A program, and the cases to call its function on."""

    source: str
    entry: str
    cases: tuple[Mapping[str, Any], ...]
    """Parameter -> argument, in the order of the call: arrays, numbers, texts, lists of them, `wire.Made`."""
    setup: str = ""
    """Code of the pack that runs first; its names are there for the program."""


@dataclass(frozen=True)
class Ran:
    """What a program did."""

    results: tuple[Result, ...]
    """One for each case, in order, as far as it came; all of them exactly where nothing stopped it."""
    stopped: Stopped | None = None
    printed: str = ""
    """The beginning of what it printed after the last result."""
    head: Head | None = None
    """How its function is written; None where that was not read, or it is not a plain `def` or lambda."""


def run(job: Job, wall: float = PROGRAM) -> Ran:
    """Run a program on all cases, in one process; once more where something from outside ended it.

    Args:
        job: What to run.
        wall: Seconds on the clock for all cases.
    """
    ran = _once(job, wall)
    killed = ran.stopped is not None and ran.stopped.stop is Stop.KILLED
    return _once(job, wall) if killed else ran


def _once(job: Job, wall: float) -> Ran:
    results: list[Result] = []
    program = Program()
    try:
        with program:
            program.allow(wall)
            program.load(job.source, job.entry, job.setup)
            for case in job.cases:
                results.append(program.call(case))
            program.finish()
    except Ended as ended:
        return Ran(tuple(results), ended.stopped, program.printed(), program.head)
    return Ran(tuple(results), None, "", program.head)
