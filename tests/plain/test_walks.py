"""The lessons by lines, from the first line to the last, graded by the real worker."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest

from bptutor.grading.service.worker import Worker
from bptutor.packs.library import Library
from bptutor.plain import run
from bptutor.plain.repl import END
from bptutor.progress.event_log import EventKind, Log
from bptutor.session import Session
from tests.walks.script import SEED, walk

pytestmark = pytest.mark.normal

LESSONS = ["first-ten-minutes", "network-model", "softmax-derivative", "output-error"]
LESSONS += [pytest.param("channels-pooling-stride", marks=pytest.mark.long)]  # type: ignore[list-item]
RIGHT = ("Right.", "Right, from your earlier value.")


def line(text: str) -> str:
    """Return an answer as it is typed; a program ends with a line of its own."""
    return f"{text}\n{END}\n" if "\n" in text else f"{text}\n"


@pytest.mark.parametrize("way", [2, *(pytest.param(way, marks=pytest.mark.long) for way in (0, 1))])
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_is_walked_by_lines(tmp_path: Path, lesson: str, way: int) -> None:
    library = Library.builtin()
    steps = asyncio.run(walk(library, tmp_path / "plan", lesson, way))
    said = io.StringIO()
    typed = io.StringIO("".join(line(step.text) for step in steps))
    log = Log.open(tmp_path)
    session = Session(library, log, Worker(verdict_limit=20.0), "me")
    assert run(session, lesson, typed, said, SEED) == 0
    text = said.getvalue()
    answered = [step for step in steps if step.text]
    assert sum(line in RIGHT for line in text.splitlines()) == len(answered) // 2
    assert text.count("\nNot right.") == len(answered) // 2
    after = Log.open(tmp_path)
    assert [event.kind for event in after.events()][-1] is EventKind.FINISHED
    after.close()
