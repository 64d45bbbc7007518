"""Start a session by lines on this process's stdin and stdout."""

from __future__ import annotations

import sys

from bptutor.grading.service.worker import Worker
from bptutor.plain import repl
from bptutor.progress.event_log import Log
from bptutor.session import Library, Session


def run(library: Library, log: Log, learner: str, lesson: str | None = None, seed: int | None = None) -> int:
    """Hold a session with grading in a process beside; returns the exit code.

    Args:
        library: The pack.
        log: The learner's record; closed at the end.
        learner: The learner's name.
        lesson: Id of the lesson; None for where the learner left off.
        seed: 0 to 9999, in place of the learner's own; None for that.
    """
    return repl.run(Session(library, log, Worker(), learner), lesson, sys.stdin, sys.stdout, seed)
