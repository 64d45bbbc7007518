"""The tutor's end of one sandbox: ask, wait within the limits, believe nothing that was not asked, end it.

After each request one answer is taken, with the key of that request, and only in the form that can follow it. What
comes in between, twice, without the key or in another form ends the program as one that broke off. So nothing that
a program writes into the tutor's pipe can be a result that the tutor did not ask for. Before the program has begun
only the tutor's own code and the pack's have run, and what is said then is true; afterwards nothing decides
but the values, which are compared here, and an end, which never makes a program right.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from bptutor.grading.code.sandbox import seccomp, wire
from bptutor.grading.code.sandbox.limits import root
from bptutor.grading.code.sandbox.outcome import MAY_STOP, Ended, Head, Result, Stop, Stopped, early

CPU = 1
"""Seconds of computing there are at least."""
START = 10.0
"""Seconds for the sandbox to be ready."""
PRINTED = 100_000
"""Bytes that a program may print."""
SHOWN = 2000
"""Characters that are kept of what it prints in one call."""
RETURNED = 16_000_000
"""Bytes that may come back."""
LIFETIME = 20
"""Seconds after which the sandbox ends itself, where nobody is left to end it."""
_LIBRARIES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""Without these some installations of Python do not start; the program does not see them."""
_START = (
    "import sys; sys.path.insert(0, {!r}); from bptutor.grading.code.sandbox.runner import main; "
    "del sys.path[0]; main()"
)
_OWN = frozenset(
    getattr(signal, f"SIG{name}", 0)
    for name in ("SEGV", "ABRT", "BUS", "ILL", "FPE", "TRAP", "SYS", "PIPE", "XFSZ", "ALRM", "VTALRM", "PROF")
)
"""Signals that a program brings on itself; others come from outside."""


class Program:
    """A program in a process of its own, called step by step. Use it in a `with`: leaving it ends the process.

    On Linux the process also ends with the thread that started it.
    """

    def __init__(self, *, cpu: int = CPU, lifetime: int = LIFETIME) -> None:
        """Set the limits; nothing starts before the `with`.

        Args:
            cpu: Seconds of computing for everything together.
            lifetime: Seconds after which the process ends itself, whatever becomes of the tutor.
        """
        self.cpu, self._lifetime = cpu, lifetime
        self.fences: tuple[str, ...] = ()
        """What of the kernel's is around it: `filter`, `files`."""
        self.head: Head | None = None
        """How the function is written; None where it is not a plain `def` or lambda."""
        self._until = 0.0
        self._rest = bytearray()
        self._lines = 0
        self._printed = b""
        self._bytes = {"said": 0, "printed": 0}

    # --- what is asked --------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        """Start the process; `Ended` when it does not come to be ready."""
        seccomp.hide()
        try:
            self._process = _started()
        except OSError:
            raise Ended(Stopped(Stop.NOT_STARTED)) from None
        try:
            self._both = selectors.DefaultSelector()
            for pipe, name in ((self._process.stdout, "said"), (self._process.stderr, "printed")):
                if pipe is not None:
                    os.set_blocking(pipe.fileno(), False)
                    self._both.register(pipe.fileno(), selectors.EVENT_READ, name)
            self._begin()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the process."""
        self.close()

    def _begin(self) -> None:
        self.allow(START)
        try:
            ready = self._ask({"parent": os.getpid(), "cpu": self.cpu, "lifetime": self._lifetime})
            self.fences, self.cpu = tuple(ready["fences"]), int(ready["cpu"])
        except (Ended, KeyError) as wrong:
            killed = isinstance(wrong, Ended) and wrong.stopped.stop is Stop.KILLED
            raise Ended(Stopped(Stop.KILLED if killed else Stop.NOT_STARTED)) from None

    def allow(self, seconds: float) -> None:
        """Give everything from now on these seconds on the clock, and the whole of what may be printed and returned."""
        self._until = time.monotonic() + seconds
        self._bytes = dict.fromkeys(self._bytes, 0)

    def load(self, source: str, entry: str, setup: str = "") -> None:
        """Run the pack's code, then the program's own; `Ended` where it ends."""
        try:
            self._ask({"do": "setup", "text": setup}, frozenset())
        except Ended as ended:
            if ended.stopped.stop is Stop.KILLED:
                raise
            raise Ended(Stopped(Stop.GIVEN, ended.stopped.message or ended.stopped.stop.value)) from None
        read = self._ask({"do": "read", "text": source, "entry": entry}, MAY_STOP["read"])
        if read.get("head"):
            head = read["head"]
            self.head = Head(int(head["line"]), tuple(head["parameters"]), tuple(head["returns"]))
        self._ask({"do": "load"}, MAY_STOP["load"] - ({Stop.MISSING} if self.head else set()))

    def call(self, arguments: Mapping[str, Any], seconds: float | None = None) -> Result:
        """Call the function once; `Ended` where it ends.

        Args:
            arguments: Parameter -> argument, in the order of the call.
            seconds: What this call may take on the clock; None: what is left.
        """
        if seconds is not None:
            self.allow(seconds)
        sent = {name: wire.encode(value) for name, value in arguments.items()}
        fits = self.head is not None and self.head.parameters == tuple(arguments)
        answer = self._ask({"do": "call", "arguments": sent}, MAY_STOP["call"] - ({Stop.SIGNATURE} if fits else set()))
        try:
            value, after = wire.decode(answer["value"]), answer["after"]
            if set(after) != set(sent):
                raise ValueError("other arguments came back")
            changed = tuple(name for name in sent if not wire.unchanged(sent[name], after[name]))
        except (ValueError, KeyError, TypeError, RecursionError, MemoryError):
            raise Ended(Stopped(Stop.SPOKE)) from None
        return Result(value, changed, self.printed())

    def finish(self) -> None:
        """Ask whether nothing more is to come; `Ended` where something has, or the process does not end well."""
        self._ask({"do": "end"}, frozenset())
        try:
            while True:
                self._turn()
                if self._rest:
                    raise Ended(Stopped(Stop.SPOKE))
        except Ended as ended:
            if ended.stopped.stop is not Stop.EXITED:
                raise

    def printed(self) -> str:
        """Return the beginning of what has been printed since the last time that this was asked."""
        text, self._printed = self._printed.decode("utf-8", "replace"), b""
        return "".join(c for c in text if c.isprintable() or c in "\n\t")[:SHOWN]

    def close(self) -> None:
        """End the process and all that it started."""
        self._kill()
        self._both.close()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()

    # --- one request and its answer -------------------------------------------------------------------------------

    def _ask(self, request: Mapping[str, Any], may_stop: frozenset[Stop] = frozenset()) -> dict[str, Any]:
        key = secrets.token_hex(16)
        self._send(json.dumps({**request, "key": key}).encode() + b"\n")
        while not self._lines:
            self._turn()
        line, _, self._rest = self._rest.partition(b"\n")
        self._lines -= 1
        with contextlib.suppress(BlockingIOError):  # what was printed before the answer is in its pipe by now
            while self._process.stderr and self._take(self._process.stderr.fileno(), "printed"):
                pass
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError, MemoryError):
            answer = None
        if not isinstance(answer, dict) or answer.pop("key", "") != key or self._rest:
            raise Ended(Stopped(Stop.SPOKE))
        if "stop" in answer:
            raise Ended(early(answer, may_stop))
        return answer

    def _send(self, line: bytes) -> None:
        """Write a request, and read what is printed meanwhile: neither end waits for the other for ever."""
        stdin = self._process.stdin
        if stdin is None or self._rest:
            raise Ended(Stopped(Stop.SPOKE))
        os.set_blocking(stdin.fileno(), False)
        self._both.register(stdin.fileno(), selectors.EVENT_WRITE, "asked")
        try:
            while line:
                if self._turn():
                    with contextlib.suppress(BlockingIOError):
                        line = line[os.write(stdin.fileno(), line) :]
        except BrokenPipeError:  # how it ended is to be read at the other pipe
            pass
        finally:
            self._both.unregister(stdin.fileno())

    def _turn(self) -> bool:
        """Read what there is; returns whether a request can be written."""
        events = self._both.select(max(0.0, self._until - time.monotonic()))
        if not events:
            raise Ended(Stopped(Stop.TIME))
        writing = False
        for key, _ in events:
            if key.data == "asked":
                writing = True
            elif not self._take(key.fd, key.data):
                if key.data == "said":
                    raise Ended(Stopped(self._how_it_ended()))
                self._both.unregister(key.fd)
        return writing

    def _take(self, pipe: int, name: str) -> bool:
        """Read once; returns whether there was anything, and not the end."""
        more = os.read(pipe, 1 << 16)
        self._bytes[name] += len(more)
        if self._bytes["printed"] > PRINTED or self._bytes["said"] > RETURNED:
            raise Ended(Stopped(Stop.OUTPUT))
        if name == "said":
            self._rest += more
            self._lines += more.count(b"\n")
        elif len(self._printed) < 4 * SHOWN:
            self._printed += more
        return bool(more)

    # --- how it ended ---------------------------------------------------------------------------------------------

    def _how_it_ended(self) -> Stop:
        """Return why the process ended without an answer."""
        until = min(self._until, time.monotonic() + 1)
        while not self._over():
            if time.monotonic() > until:  # it closed the pipe and lives on
                return Stop.CRASHED
            time.sleep(0.002)
        computed = self._kill()
        code = self._process.returncode
        if code == -signal.SIGXCPU or (code == -signal.SIGKILL and computed >= self.cpu):
            return Stop.TIME
        if code is not None and code < 0 and -code not in _OWN:
            return Stop.KILLED
        return Stop.CRASHED if code else Stop.EXITED

    def _over(self) -> bool:
        """Return whether the process has ended, and leave it to be waited for: its id still names its group."""
        if self._process.returncode is not None or not hasattr(os, "waitid"):
            return True
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _kill(self) -> float:
        """Kill the process and all that it started, and wait for it; returns the seconds that it computed."""
        if self._process.returncode is not None:
            return 0.0
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        return usage.ru_utime + usage.ru_stime


def _started() -> subprocess.Popen[bytes]:
    needed = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    libraries = {name: os.environ[name] for name in _LIBRARIES if name in os.environ}
    return subprocess.Popen(
        (sys.executable, "-I", "-B", "-u", "-W", "ignore", "-X", "utf8", "-c", _START.format(root())),
        cwd=os.sep,
        env={**needed, **libraries},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        bufsize=0,
    )
