"""Every lesson of the built-in course from its first key to its end, in three spellings, without a screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from bptutor.packs.library import Library
from bptutor.session import Wants
from tests.walks.script import SEED, session, walk

pytestmark = pytest.mark.normal

LIBRARY = Library.builtin()
LESSONS = [entry.id for entry in LIBRARY.entries()]


@pytest.mark.parametrize("way", [2, *(pytest.param(way, marks=pytest.mark.long) for way in (0, 1))])
@pytest.mark.parametrize("lesson", LESSONS)
async def test_a_lesson_is_walked_wrongly_and_rightly(tmp_path: Path, lesson: str, way: int) -> None:
    steps = await walk(LIBRARY, tmp_path, lesson, way)
    assert any(step.text for step in steps)


@pytest.mark.parametrize("lesson", LESSONS)
def test_hints_lead_to_the_reveal_and_the_reveal_to_the_end(tmp_path: Path, lesson: str) -> None:
    here = session(LIBRARY, tmp_path)
    view = here.open(lesson, SEED)
    while view.wants is not Wants.FINISHED:
        if view.wants is Wants.ANSWER:
            assert view.question is not None
            for n in range(view.hints_total):
                assert not view.may_reveal
                view = here.hint()
                assert len(view.hints) == n + 1
            stop = view.question.id if view.question else ""
            view = here.reveal()
            assert view.wants is not Wants.ANSWER, stop
        view = here.advance()
    here.log.close()
