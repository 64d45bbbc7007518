"""The longest time that the screen takes no key: while the proof worker starts, while it grades, when a proof hangs.

Run from the root of the repository: `python benchmarks/stalls.py [RUNS]`. A clock on the event loop of the running app
wakes every millisecond; how much later it wakes is the stall. The bare side is a Textual app that opens nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Static

from bptutor.grading.service.worker import Worker
from bptutor.packs.library import Library
from bptutor.packs.model import Derivation
from bptutor.progress.event_log import EventKind, Log
from bptutor.tui.app import TutorApp
from bptutor.tui.widgets.answer_bar import AnswerBar

TICK = 0.001
LESSON, SEED = "output-error", 7
ANSWERS = ("p_i", "(p_i - δ_ki)", "(δ_ki + p_i)", "(δ_ki - p_i)")
"""Three wrong ones and the right one of the first asked line, of which one factor is asked."""


class Stalls:
    """Wakes every millisecond and keeps the longest delay, in seconds."""

    def __init__(self) -> None:
        self.worst = 0.0
        self._task = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK)
            self.worst = max(self.worst, time.perf_counter() - before - TICK)

    async def stop(self) -> float:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        return self.worst


class Bare(App[None]):
    """Nothing but a text."""

    def compose(self) -> ComposeResult:
        yield Static("nothing happens here")


async def idle() -> float:
    """Return the worst stall of a bare app in one second: what the machine itself does."""
    async with Bare().run_test() as pilot:
        await pilot.pause()
        stalls = Stalls()
        await asyncio.sleep(1)
        return await stalls.stop()


@contextlib.asynccontextmanager
async def lesson() -> AsyncIterator[tuple[TutorApp, Pilot[None], Log]]:
    """Run the tutor in a lesson; the real worker starts after the first paint."""
    with tempfile.TemporaryDirectory() as home:
        log = Log.open(Path(home))
        app = TutorApp(Library.builtin(), log, lesson=LESSON, seed=SEED)
        async with app.run_test() as pilot:
            yield app, pilot, log
        log.close()


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    for _ in range(3000):
        if holds():
            return
        await pilot.pause(0.01)
    raise RuntimeError("the app never came so far")


async def starting_and_grading() -> tuple[float, float]:
    """Return the worst stall while the worker loads SymPy, and while answers are graded, proved and shown."""
    async with lesson() as (app, pilot, log):
        await until(pilot, lambda: app.focused is not None and app._worker is not None)
        stalls = Stalls()
        worker = app._worker
        assert worker is not None
        await until(pilot, lambda: bool(worker._standby and worker._standby.ready.done()))
        start = await stalls.stop()
        while not isinstance(app.focused, AnswerBar):
            app.simulate_key("enter")
            await pilot.pause(0.05)
        stalls = Stalls()
        for n, text in enumerate(ANSWERS):
            bar = app.screen.query_one(AnswerBar)
            bar.clear()
            bar.post_message(events.Paste(text))
            await pilot.pause(0.05)
            app.simulate_key("enter")
            graded = n + 1
            await until(pilot, lambda graded=graded: _answers(log) >= graded)  # type: ignore[misc]  # a bound count
            await pilot.pause(0.2)
        return start, await stalls.stop()


def _answers(log: Log) -> int:
    return sum(event.kind is EventKind.ANSWERED for event in log.events())


async def hung() -> tuple[float, float]:
    """Return the seconds of a warm verdict, and of the next verdict after a child that hangs in a proof."""
    read = Library.builtin().lesson(LESSON)
    block = next(block for block in read.blocks if isinstance(block, Derivation))
    question = block.question(len(block.lines) - 1)
    worker = Worker()
    await worker.start()
    assert worker._child is not None and worker._standby is not None
    await asyncio.gather(worker._child.ready, worker._standby.ready)
    for child in (worker._child, worker._standby):
        await worker.grade(question, read.scene, "p_i - y_i", SEED)
        await worker.proof()
        worker._child, worker._standby = worker._standby, worker._child
        del child
    start = time.perf_counter()
    await worker.grade(question, read.scene, "p_i - y_i", SEED)
    warm = time.perf_counter() - start
    os.kill(worker._child.process.pid, signal.SIGSTOP)
    start = time.perf_counter()
    await worker.grade(question, read.scene, "-(y_i - p_i)", SEED)
    after = time.perf_counter() - start
    await worker.close()
    return warm, after


def main() -> int:
    """Print the table and the figures."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    bare, starts, grades, hangs = [], [], [], []
    for _ in range(runs):
        bare.append(1000 * asyncio.run(idle()))
        start, grade = asyncio.run(starting_and_grading())
        starts.append(1000 * start)
        grades.append(1000 * grade)
        warm, after = asyncio.run(hung())
        hangs.append(1000 * (after - warm))
    print(f"{'stall':44}{'median':>10}{'worst':>10}")
    for name, figures in (
        ("bare Textual app, one second", bare),
        ("while the worker starts", starts),
        ("while answers are graded and proved", grades),
        ("hung proof: added to the next verdict", hangs),
    ):
        print(f"{name:44}{statistics.median(figures):7.1f} ms{max(figures):7.1f} ms")
    print(f"worst stall: {max(*starts, *grades):.1f} ms (<= 50; while starting: median < 16, worst < 25)")
    print(f"hung proof, added: {statistics.median(hangs):.1f} ms (< 20)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
