"""`bptutor grade` and `bptutor prove`: JSON lines in, JSON lines out, in order, each within its time limit.

Every job runs in a child process (see `worker`), which is killed when it does not answer in time;
a verdict that came before the kill is kept, without its proof.
"""

from __future__ import annotations

import json
import os
import queue
import select
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from bptutor import jsonlines
from bptutor.errors import UsageError
from bptutor.grading import time_limits
from bptutor.grading.code.sandbox.seccomp import hide
from bptutor.grading.service import serialize
from bptutor.grading.service.worker import COMMAND, environment

LINE_LIMIT = 1_000_000
"""Longest line in characters."""
TOO_LONG = "This took longer than its time limit, so nothing is said of it."


Granted = Callable[[str], frozenset[str] | None]
"""Path of a pack -> the digests of its Python that may run, None for all; `UsageError` when it may not."""


class Lines(Iterator[str]):
    """The records, one line of JSON each; `malformed` counts the lines that were not jobs."""

    def __init__(self, made: Iterator[dict[str, Any]]) -> None:
        """Take the records as they are made."""
        self._made = made
        self.malformed = 0

    def __next__(self) -> str:
        """Return the next record as text."""
        record = next(self._made)
        if set(record) == {"id", "error"}:
            self.malformed += 1
        return serialize.text(record)


def grade_lines(
    lines: Iterable[str], jobs: int = 1, limit: float = time_limits.PROOF, granted: Granted | None = None
) -> Lines:
    """Grade answers.

    Args:
        lines: `{"id", "question", "answer", "seed"?, "earlier"?}`, one a line; blank lines are skipped.
        jobs: How many processes share the work; the order stays.
        limit: Seconds for one line.
        granted: Says which Python of the pack at a path may run; None lets all of every pack run.
    """

    def work(child: _Child, given: Mapping[str, Any], limit: float) -> dict[str, Any]:
        pack = given.get("pack")
        if granted and pack and isinstance(pack, str) and isinstance(given.get("question"), str):
            try:
                allowed = granted(pack)
            except UsageError as refused:
                return {"id": given.get("id"), "error": refused.message}
            given = {**given, "allowed": None if allowed is None else sorted(allowed)}
        return _graded(child, given, limit)

    return Lines(_run(lines, jobs, limit, work))


def prove_lines(lines: Iterable[str], jobs: int = 1, limit: float = time_limits.PROOF) -> Lines:
    """Prove that two sides are equal: `{"id", "scene", "left", "right", "where"?}`, one a line."""
    return Lines(_run(lines, jobs, limit, _proved))


class _Child:
    """A child process, read with a deadline."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""

    def ask(self, job: str, given: Mapping[str, Any], last: str, seconds: float) -> tuple[dict[str, Any], bool]:
        """Send a job and gather its messages until one has the key `last` or an error.

        Returns:
            The messages as one mapping, and whether all of them came in time.
        """
        process = self._started()
        found: dict[str, Any] = {}
        message = serialize.text({"n": 0, "job": job, "object": given}).encode() + b"\n"
        until = time.monotonic() + seconds
        try:
            if process.stdin is None:
                raise BrokenPipeError
            process.stdin.write(message)
            process.stdin.flush()
            while last not in found and "error" not in found:
                found = self._message(until) | found  # what came first stays, such as the time to the mark
        except (BrokenPipeError, TimeoutError):
            self.kill()
            return found, False
        return found, True

    def kill(self) -> None:
        """End the process, hung or not."""
        if self._process:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    _close(pipe)
        self._process, self._rest = None, b""

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process and self._process.poll() is None:
            return self._process
        self.kill()
        self._process = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment()
        )
        self._message(time.monotonic() + time_limits.START)
        return self._process

    def _message(self, until: float) -> dict[str, Any]:
        """Return the next message; `TimeoutError` at the deadline, `BrokenPipeError` when the child ended."""
        if self._process is None or self._process.stdout is None:
            raise BrokenPipeError
        pipe = self._process.stdout.fileno()
        while b"\n" not in self._rest:
            left = until - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise TimeoutError
            more = os.read(pipe, 1 << 16)
            if not more:
                raise BrokenPipeError
            self._rest += more
        line, self._rest = self._rest.split(b"\n", 1)
        message: dict[str, Any] = json.loads(line)
        return message


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        return


_Work = Callable[[_Child, Mapping[str, Any], float], dict[str, Any]]


def _run(lines: Iterable[str], jobs: int, limit: float, work: _Work) -> Iterator[dict[str, Any]]:
    """Yield one record for each line that is not blank, in order."""
    hide()
    jobs = max(1, min(jobs, 64))
    children = [_Child() for _ in range(jobs)]
    free: queue.SimpleQueue[_Child] = queue.SimpleQueue()
    for child in children:
        free.put(child)
    jobs_given = (line for line in lines if line.strip())
    try:
        if jobs == 1:
            yield from (_record(line, children[0], limit, work) for line in jobs_given)
        else:
            yield from _spread(jobs_given, jobs, lambda line: _borrowed(line, free, limit, work))
    finally:
        for child in children:
            child.kill()


def _spread(lines: Iterator[str], jobs: int, work: Callable[[str], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Run the work of several lines at once and yield in order; at most eight lines a process wait."""
    waiting: deque[Future[dict[str, Any]]] = deque()
    with ThreadPoolExecutor(jobs) as threads:
        for line in lines:
            waiting.append(threads.submit(work, line))
            while waiting and (waiting[0].done() or len(waiting) >= 8 * jobs):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _borrowed(line: str, free: queue.SimpleQueue[_Child], limit: float, work: _Work) -> dict[str, Any]:
    child = free.get()
    try:
        return _record(line, child, limit, work)
    finally:
        free.put(child)


def _record(line: str, child: _Child, limit: float, work: _Work) -> dict[str, Any]:
    """Return the record of a line; whatever the line is, it is an error of its own and ends nothing."""
    given, problem = jsonlines.parse(line, LINE_LIMIT)
    identity = _identity(given)
    if problem:
        return {"id": identity, "error": f"the line cannot be read: {problem}"}
    if not isinstance(given, dict):
        return {"id": None, "error": "the line is not a JSON object"}
    try:
        return work(child, given, limit)
    except (OSError, TimeoutError):
        return {"id": identity, "error": "the grading process does not start here"}
    except (RecursionError, ValueError):
        child.kill()
        return {"id": identity, "error": "the line cannot be read: it cannot be passed on"}


def _identity(given: object) -> Any:
    """Return the `id` of a line, or None where it has none that can be written."""
    identity = given.get("id") if isinstance(given, dict) else None
    return None if jsonlines.fault(identity) else identity


def _graded(child: _Child, given: Mapping[str, Any], limit: float) -> dict[str, Any]:
    identity = given.get("id")
    found, ended = child.ask("grade", given, "proof", limit)
    if "error" in found:
        return {"id": identity, "error": found["error"]}
    packed = found.get("proof") or found.get("verdict")
    if packed is None:
        finding = {"rule": "time-limit", "message": TOO_LONG, "where": None}
        packed = {"mark": "undecided", "proof": "undecided", "read_as": None, "findings": [finding], "error": None}
    elif not ended:
        packed["reason"] = "time-limit"
    return serialize.printed(identity, packed, found.get("ms", limit * 1000))


def _proved(child: _Child, given: Mapping[str, Any], limit: float) -> dict[str, Any]:
    identity = given.get("id")
    found, _ = child.ask("prove", given, "record", limit)
    if "error" in found:
        return {"id": identity, "error": found["error"]}
    late: dict[str, Any] = {"proof": "undecided", "method": "probes", "witness": None, "conditions": []}
    late |= {"reason": "time-limit", "ms": limit * 1000}
    return {"id": identity, **found.get("record", late)}
