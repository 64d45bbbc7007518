from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import pytest

from bptutor.grading.service import worker as module
from bptutor.grading.service.worker import Worker
from bptutor.grading.verdict import Mark, ProofMark
from bptutor.packs.model import Place, Question
from bptutor.packs.question_types.read import question
from bptutor.packs.scene.scene import Scene
from tests.grading.pairs import scenes

pytestmark = pytest.mark.normal

ASKED: Question = question({"type": "symbolic", "answer": "p_i - y_i"}, Place())
SCENE: Scene = Scene.from_mapping(scenes()["softmax"], Place())


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    started = Worker()
    await started.start()
    yield started
    await started.close()


async def test_the_verdict_comes_first_and_the_proof_second(worker: Worker) -> None:
    verdict = await worker.grade(ASKED, SCENE, "-(y_i - p_i)", 0)
    assert (verdict.mark, verdict.proof) == (Mark.RIGHT, ProofMark.PROBES)
    proved = await worker.proof()
    assert proved is not None
    assert (proved.mark, proved.proof) == (Mark.RIGHT, ProofMark.PROVED)
    assert await worker.proof() is None


async def test_answers_one_after_the_other_without_asking_for_proofs(worker: Worker) -> None:
    for text, mark in [("p_i - y_i", Mark.RIGHT), ("y_i - p_i", Mark.WRONG), ("p_i -", Mark.UNREADABLE)] * 2:
        assert (await worker.grade(ASKED, SCENE, text, 0)).mark is mark


async def test_a_killed_child_is_replaced(worker: Worker) -> None:
    assert (await worker.grade(ASKED, SCENE, "p_i - y_i", 0)).mark is Mark.RIGHT
    await worker.proof()
    for _ in range(2):
        child = worker._child
        assert child is not None
        os.kill(child.process.pid, signal.SIGKILL)
        await child.process.wait()
        assert (await worker.grade(ASKED, SCENE, "p_i - y_i", 0)).mark is Mark.RIGHT


async def test_a_new_answer_drops_the_proof_under_way(worker: Worker) -> None:
    await worker.grade(ASKED, SCENE, "p_i - y_i", 0)
    waiting = asyncio.create_task(worker.proof())
    await asyncio.sleep(0)
    verdict = await worker.grade(ASKED, SCENE, "y_i - p_i", 0)
    assert verdict.mark is Mark.WRONG
    dropped = await waiting
    assert dropped is None or dropped.mark is Mark.RIGHT


async def test_a_hung_child_is_undecided_within_the_limit_and_the_next_answer_is_graded() -> None:
    slow = Worker(verdict_limit=0.3)
    await slow.start()
    try:
        await slow.grade(ASKED, SCENE, "p_i - y_i", 0)
        await slow.proof()
        child = slow._child
        assert child is not None
        os.kill(child.process.pid, signal.SIGSTOP)
        start = time.monotonic()
        verdict = await slow.grade(ASKED, SCENE, "p_i - y_i", 0)
        assert verdict.mark is Mark.UNDECIDED and verdict.rules == ("time-limit",)
        assert time.monotonic() - start < 2
        assert (await slow.grade(ASKED, SCENE, "p_i - y_i", 0)).mark is Mark.RIGHT
    finally:
        await slow.close()


async def test_a_proof_that_hangs_leaves_the_verdict_and_its_reason() -> None:
    slow = Worker(proof_limit=0.3)
    await slow.start()
    try:
        await slow.grade(ASKED, SCENE, "p_i - y_i", 0)
        await slow.proof()
        await slow.grade(ASKED, SCENE, "-(y_i - p_i)", 0)
        child = slow._child
        assert child is not None
        os.kill(child.process.pid, signal.SIGSTOP)
        proved = await slow.proof()
        assert proved is not None and proved.mark is Mark.RIGHT
        assert proved.proof is ProofMark.PROVED or proved.reason == "time-limit"
    finally:
        await slow.close()


async def test_without_subprocesses_nothing_is_called_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMMAND", ("/nonexistent/python",))
    alone = Worker()
    await alone.start()
    verdict = await alone.grade(ASKED, SCENE, "y_i - p_i", 0)
    assert verdict.mark is Mark.UNDECIDED
    assert verdict.findings[0].message
    await alone.close()


async def test_closing_leaves_no_child_behind() -> None:
    started = Worker()
    await started.start()
    pids = [child.process.pid for child in (started._child, started._standby) if child]
    await started.close()
    assert len(pids) == 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_the_parent_side_loads_neither_numpy_nor_sympy() -> None:
    code = "import sys, bptutor.grading.service.worker\n"
    code += "print([m for m in ('numpy', 'sympy', 'mpmath') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
