"""A session on the lessons in memory, with its record in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bptutor.progress.event_log import Log
from bptutor.session import Session
from tests.session.fakes import FakeGrader, FakeLibrary

Start = Callable[[], Session]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts a session as a new process would: on what is on disk, and nothing else."""
    logs: list[Log] = []

    def started() -> Session:
        while logs:
            logs.pop().close()
        logs.append(Log.open(tmp_path))
        return Session(FakeLibrary(), logs[0], FakeGrader())

    yield started
    while logs:
        logs.pop().close()
