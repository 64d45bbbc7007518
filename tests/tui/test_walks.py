"""The lessons on the screen at two sizes, from the first key to the last, graded by the real worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from bptutor.grading.service.worker import Worker
from bptutor.grading.verdict import Mark
from bptutor.packs.library import Library
from bptutor.progress.event_log import EventKind, Log
from tests.tui.stage import LARGE, SMALL, Stage, stage
from tests.walks.script import SEED, Step, walk

pytestmark = pytest.mark.normal

LESSONS = ["first-ten-minutes", "network-model", "softmax-derivative", "output-error"]
LONG = pytest.mark.long
WALKS = pytest.mark.parametrize(
    ("size", "way"),
    [
        pytest.param(SMALL, 0, id="80x24-first"),
        pytest.param(LARGE, 1, id="120x36-second", marks=LONG),
        *(pytest.param(SMALL, way, id=f"80x24-{way}", marks=LONG) for way in (1, 2)),
        *(pytest.param(LARGE, way, id=f"120x36-{way}", marks=LONG) for way in (0, 2)),
    ],
)
"""One spelling in every run; all three at both sizes in the long one."""
WAITING = ("enter go on", "enter answer", "→ nudge")


@WALKS
@pytest.mark.parametrize("lesson", LESSONS)
async def test_a_lesson_is_walked_with_the_keyboard(
    tmp_path: Path, lesson: str, way: int, size: tuple[int, int]
) -> None:
    library = Library.builtin()
    steps = await walk(library, tmp_path / "plan", lesson, way)
    worker = Worker(verdict_limit=20.0)  # on a busy machine too a verdict is waited for
    log = Log.open(tmp_path)
    try:
        async with stage(tmp_path, lesson, SEED, size, library=library, log=log, grader=worker) as s:
            for n, step in enumerate(steps):
                await take(s, log, step, sum(earlier.mark is not None for earlier in steps[:n]))
            await s.until("stop here, saved")
        kinds = [event.kind for event in log.events() if event.kind is not EventKind.PROVED]  # a proof may come late
        assert kinds[-1] is EventKind.FINISHED
    finally:
        await worker.close()
        log.close()


async def take(s: Stage, log: Log, step: Step, before: int) -> None:
    """Do one step; `before` answers were given so far."""
    if step.mark is None:
        await s.until_any(WAITING)
        await s.enter()
        return
    await s.until_any(("type your answer", "✗ wrong", "F8 run it"))
    if "F8 run it" in s.text:
        await s.run_program(step.text)
    else:
        await s.paste(step.text)
        await s.enter()
    await s.until_true(lambda: answered(log) > before)
    assert [event for event in log.events() if event.kind is EventKind.ANSWERED][-1].mark == step.mark.value
    await s.until("✗ wrong" if step.mark is Mark.WRONG else "enter go on")


def answered(log: Log) -> int:
    """Return how many answers are written down."""
    return sum(event.kind is EventKind.ANSWERED for event in log.events())
