"""Grading in another process: the screen never waits for a proof, and a hung one is killed.

Both ends are here. The parent's end (`Worker`) imports neither numpy nor sympy. The child
(`python -m bptutor.grading.service.worker`) reads one JSON object a line and answers with lines:

    -> {"n": 7, "job": "grade", "object": {...}}        the object that `bptutor grade` takes
    <- {"n": 7, "verdict": {...}, "ms": 1.2}            at once, without SymPy
    <- {"n": 7, "proof": {...}, "ms": 8.0}              the same verdict with its proof

`{"ready": true}` comes once, when the child has graded something real.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bptutor.errors import UsageError
from bptutor.grading import time_limits
from bptutor.grading.code.sandbox.seccomp import hide
from bptutor.grading.service import serialize
from bptutor.grading.verdict import Finding, Mark, ProofMark, Verdict
from bptutor.packs.question_types import of

if TYPE_CHECKING:
    from bptutor.packs.model import Question
    from bptutor.packs.scene.scene import Scene

COMMAND = (sys.executable, "-P", "-m", "bptutor.grading.service.worker")
LINE_LIMIT = 4_000_000
"""Longest message in characters."""


def environment() -> dict[str, str]:
    """Return the child's environment: it finds this package, and BLAS stays on one thread."""
    root = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **threads, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}


def request(
    question: Question, scene: Scene | None, text: str, seed: int, earlier: Mapping[str, object] | None = None
) -> dict[str, Any]:
    """Return one answer as the object that `bptutor grade` takes."""
    asked = {**question.source}
    if scene is not None:
        asked["scene"] = scene.source
    sent = {"id": question.id, "question": serialize.plain(asked), "answer": text, "seed": seed}
    return {**sent, "earlier": serialize.plain(earlier)} if earlier else sent


class _Child:
    """One subprocess and the messages that come from it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.ready = asyncio.ensure_future(self._first())

    @classmethod
    async def start(cls) -> _Child:
        """Start a child; `OSError` when the system refuses."""
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment(),
            limit=LINE_LIMIT,
        )
        return cls(process)

    async def _first(self) -> bool:
        return bool((await self.message()).get("ready"))

    async def send(self, message: Mapping[str, Any]) -> None:
        """Write one message; `ConnectionError` when the child is gone."""
        stdin = self.process.stdin
        if stdin is None or self.process.returncode is not None:
            raise ConnectionError("the worker has ended")
        stdin.write(serialize.text(message).encode() + b"\n")
        await stdin.drain()

    async def message(self) -> dict[str, Any]:
        """Return the next message; `ConnectionError` when the child has ended."""
        stdout = self.process.stdout
        line = await stdout.readline() if stdout else b""
        if not line:
            raise ConnectionError("the worker has ended")
        message: dict[str, Any] = json.loads(line)
        return message

    async def kill(self) -> None:
        """End the process at once, hung or not."""
        self.ready.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError, ValueError):
            await self.ready
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        if self.process.stdin:
            self.process.stdin.close()
        await self.process.wait()


class Worker:
    """Grades answers in a child process, with a second one standing by, warm.

    `grade` gives the verdict; `proof` then gives the same verdict with its proof. A new `grade`
    drops a proof still under way, by killing the child that works on it.
    """

    def __init__(self, verdict_limit: float = time_limits.VERDICT, proof_limit: float = time_limits.PROOF) -> None:
        """Set the limits in seconds; nothing starts before `start` or the first `grade`."""
        self.verdict_limit = verdict_limit
        self.proof_limit = proof_limit
        self._child: _Child | None = None
        self._standby: _Child | None = None
        self._busy = False
        self._awaited = False
        self._starting: asyncio.Task[None] | None = None
        self._n = 0
        self._verdict: Verdict | None = None
        self._lock = asyncio.Lock()
        self._closed = False

    async def start(self) -> None:
        """Start the child and its standby; they warm up while the caller goes on.

        From then on no other process of the user can read the memory of this one, or take its open files.
        """
        hide()
        with contextlib.suppress(OSError):
            self._child = self._child or await _Child.start()
            self._standby = self._standby or await _Child.start()

    async def close(self) -> None:
        """End all children."""
        self._closed = True
        if self._starting:
            self._starting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._starting
        children = (self._child, self._standby)
        self._child = self._standby = None
        for child in children:
            if child:
                await child.kill()

    async def grade(
        self,
        question: Question,
        scene: Scene | None,
        text: str,
        seed: int = 0,
        earlier: Mapping[str, object] | None = None,
    ) -> Verdict:
        """Return the verdict of an answer, without its proof; it never raises for what the answer is."""
        async with self._lock:
            self._verdict = None
            sent = request(question, scene, text, seed, earlier)
            for _ in range(2):  # a child killed from outside is replaced, and asked once more
                try:
                    self._verdict = await self._ask(sent, time_limits.CODE_VERDICT if of(question).program else 0)
                except TimeoutError:
                    return _cannot("Reading and computing this took too long, so nothing is said of it.", "time-limit")
                except OSError:
                    continue
                except UsageError as problem:
                    return _cannot(f"The question could not be graded: {problem.message}.")
                return self._verdict
            return _cannot("The grading process does not start here, so nothing can be said of this answer.")

    async def proof(self) -> Verdict | None:
        """Return the last verdict with its proof; None when there is none, or another answer came first."""
        child, n = self._child, self._n
        if self._verdict is None or child is None or not self._busy:
            return None
        verdict, self._verdict, self._awaited = self._verdict, None, True
        try:
            async with asyncio.timeout(self.proof_limit):
                message = await self._reply(child, n)
        except (TimeoutError, OSError) as stopped:
            if n == self._n and child is self._child:
                await self._replace()
                return replace(verdict, reason="time-limit") if isinstance(stopped, TimeoutError) else verdict
            return None
        finally:
            self._awaited = False
        if n != self._n:
            return None
        self._busy = False
        return serialize.unpack(message["proof"])

    async def _ask(self, sent: Mapping[str, Any], longer: float = 0) -> Verdict:
        if self._busy:
            await self._free()
        child = await self._alive()
        self._n += 1
        try:
            async with asyncio.timeout(self.verdict_limit + longer):
                await child.send({"n": self._n, "job": "grade", "object": sent})
                message = await self._reply(child, self._n)
        except (TimeoutError, OSError):
            await self._replace()
            raise
        if "error" in message:
            raise UsageError(str(message["error"]))
        self._busy = True
        return serialize.unpack(message["verdict"])

    async def _alive(self) -> _Child:
        """Return a child that is ready."""
        if self._child is None:
            await self._replace()
        child = self._child
        if child is None:
            raise ConnectionError("no worker")
        try:
            async with asyncio.timeout(time_limits.START):
                await asyncio.shield(child.ready)
        except (OSError, TimeoutError) as problem:
            await self._replace()
            raise ConnectionError("the worker did not start") from problem
        return child

    async def _free(self) -> None:
        """Make the child free for another answer: take the proof that nobody asked for, or drop the one under way."""
        if self._child and not self._awaited:
            with contextlib.suppress(TimeoutError, OSError):
                async with asyncio.timeout(0.01):
                    await self._reply(self._child, self._n)
                self._busy = False
                return
        await self._replace()

    async def _replace(self) -> None:
        """Put the standby in the child's place and kill the child; another standby starts meanwhile."""
        if self._starting:
            await self._starting
        gone, self._child, self._standby, self._busy = self._child, self._standby, None, False
        if gone:
            await gone.kill()
        if self._closed:
            return
        if self._child is None:
            await self.start()
        else:
            self._starting = asyncio.create_task(self.start())

    @staticmethod
    async def _reply(child: _Child, n: int) -> dict[str, Any]:
        """Return the next message about job `n`; older ones are dropped."""
        while True:
            message = await child.message()
            if message.get("n") == n:
                return message


def _cannot(message: str, rule: str = "disagreement") -> Verdict:
    """Return the verdict for an answer that could not be judged: it is never called wrong."""
    return Verdict(Mark.UNDECIDED, ProofMark.UNDECIDED, (Finding(rule, message),))


if __name__ == "__main__":
    from bptutor.grading.service.worker_process import main

    main()
