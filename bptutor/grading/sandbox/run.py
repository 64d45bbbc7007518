"""The tutor's end of the sandbox: start it, read what it says within the limits, kill it with all its children."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from bptutor.grading.sandbox import wire
from bptutor.grading.sandbox.fence import root

WALL = 3.0
"""Seconds on the clock, from the moment the sandbox is ready; computing is bounded more tightly (`fence.CPU`)."""
START = 10.0
"""Seconds for the sandbox to be ready."""
PRINTED = 100_000
"""Bytes that a program may print."""
RETURNED = 16_000_000
"""Bytes that may come back."""
_START = (
    "import sys; sys.path.insert(0, {!r}); from bptutor.grading.sandbox.inside import main; del sys.path[0]; main()"
)


class Stop(Enum):
    """Why a program ended before it had answered every case."""

    UNREADABLE = "unreadable"
    MISSING = "missing"
    """It does not define the function."""
    GIVEN = "given"
    """The pack's own code raised, before the program began."""
    RAISED = "raised"
    EXITED = "exited"
    MEMORY = "memory"
    RECURSION = "recursion"
    REFUSED = "refused"
    TIME = "time"
    OUTPUT = "output"
    CRASHED = "crashed"
    NOT_STARTED = "not started"
    """The sandbox did not start; nothing is known of the program."""


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
class Result:
    """What one call returned."""

    value: Any
    """Decoded: see `wire.decode`."""
    changed: tuple[str, ...]
    """The arguments that are not what they were."""
    printed: str = ""
    """The beginning of what the program printed on the way."""


@dataclass(frozen=True)
class Stopped:
    """Where a program ended early."""

    stop: Stop
    message: str = ""
    line: int = 0
    """1-based line of the program; 0 when it is not known."""
    column: int = 0


@dataclass(frozen=True)
class Ran:
    """What a program did."""

    results: tuple[Result, ...]
    """One for each case, in order, as far as it came."""
    stopped: Stopped | None = None
    printed: str = ""
    """The beginning of what it printed after the last result."""


def run(job: Job, wall: float = WALL) -> Ran:
    """Run a program on all cases, in one process.

    Args:
        job: What to run.
        wall: Seconds on the clock for all cases.
    """
    with tempfile.TemporaryDirectory(prefix="bptutor-", ignore_cleanup_errors=True) as folder:
        try:
            _lay_out(job, Path(folder))
            process = _started(folder)
        except OSError:
            return Ran((), Stopped(Stop.NOT_STARTED))
        hearing = _Hearing(process, wall)
        try:
            return hearing.listen()
        finally:
            _end(process)


def _lay_out(job: Job, folder: Path) -> None:
    """Write the three files that the sandbox reads."""
    cases = [{name: wire.encode(value) for name, value in case.items()} for case in job.cases]
    (folder / "answer.py").write_text(job.source, encoding="utf-8")
    (folder / "given.py").write_text(job.setup, encoding="utf-8")
    given = {"entry": job.entry, "cases": cases, "parent": os.getpid()}
    (folder / "cases.json").write_text(json.dumps(given), encoding="utf-8")


def _started(folder: str) -> subprocess.Popen[bytes]:
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return subprocess.Popen(
        (sys.executable, "-I", "-B", "-W", "ignore", "-X", "utf8", "-c", _START.format(root())),
        cwd=folder,
        env=threads,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and all that it started. Its group is named by its own id until it has been waited for."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()
    process.wait()


class _Over(Exception):
    """Nothing more is to be heard."""

    def __init__(self, stop: Stop) -> None:
        self.stop = stop
        super().__init__(stop.value)


class _Hearing:
    """Reads both pipes of one sandbox until it is done, ends, or goes over a limit."""

    def __init__(self, process: subprocess.Popen[bytes], wall: float) -> None:
        self._process = process
        self._wall = wall
        self._until = time.monotonic() + START
        self._ready = False
        self._results: list[Result] = []
        self._stopped: Stopped | None = None
        self._rest = b""
        self._printed = ""
        self._bytes = {"said": 0, "printed": 0}

    def listen(self) -> Ran:
        """Return what the program did."""
        try:
            with selectors.DefaultSelector() as both:
                for pipe, name in ((self._process.stdout, "said"), (self._process.stderr, "printed")):
                    if pipe is not None:
                        both.register(pipe.fileno(), selectors.EVENT_READ, name)
                while self._read(both):
                    pass
        except _Over as over:
            self._stopped = Stopped(over.stop)
        except (ValueError, KeyError, TypeError, RecursionError):  # the program wrote into the tutor's pipe
            self._stopped = Stopped(Stop.CRASHED)
        return Ran(tuple(self._results), self._stopped, self._printed)

    def _read(self, both: selectors.BaseSelector) -> bool:
        """Read what there is; returns whether more may come."""
        events = both.select(max(0.0, self._until - time.monotonic()))
        if not events:
            raise _Over(Stop.TIME if self._ready else Stop.NOT_STARTED)
        for key, _ in events:
            more = os.read(key.fd, 1 << 16)
            self._bytes[key.data] += len(more)
            if self._bytes["printed"] > PRINTED or self._bytes["said"] > RETURNED:
                raise _Over(Stop.OUTPUT)
            if key.data == "said" and self._heard(more):
                return False
            if not more and key.data == "said":
                raise _Over(self._ended())
            if not more:
                both.unregister(key.fd)
        return True

    def _heard(self, more: bytes) -> bool:
        """Take messages; returns whether one was the last."""
        *lines, self._rest = (self._rest + more).split(b"\n")
        return any([self._message(json.loads(line)) for line in lines])

    def _message(self, message: dict[str, Any]) -> bool:
        if "ready" in message:
            self._ready, self._until = True, time.monotonic() + self._wall
        elif "stop" in message:
            line, column = int(message.get("line", 0)), int(message.get("column", 0))
            text = "".join(c for c in str(message.get("message", "")) if c.isprintable())
            self._stopped = Stopped(Stop(message["stop"]), text, line, column)
        elif "printed" in message:
            self._printed += "".join(c for c in str(message["printed"]) if c.isprintable() or c in "\n\t")
        elif "value" in message:
            changed = tuple(str(name) for name in message["changed"])
            self._results.append(Result(wire.decode(message["value"]), changed, self._printed))
            self._printed = ""
        return "stop" in message or "done" in message

    def _ended(self) -> Stop:
        """Return why the process ended without a last word."""
        try:
            code = self._process.wait(max(0.1, self._until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return Stop.TIME
        if not self._ready:
            return Stop.NOT_STARTED
        if code == -signal.SIGXCPU:
            return Stop.TIME
        return Stop.CRASHED if code else Stop.EXITED
