"""Whatever was done before a process ended, the next one shows the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bptutor.progress.event_log import Log
from bptutor.session import Session, View, Wants
from tests.session.conftest import Start
from tests.session.fakes import LESSONS, FakeGrader, FakeLibrary

pytestmark = pytest.mark.normal

WORDS = ["right", "wrong", "maybe", "?!", "last", "hint", "reveal", "skip", "another", "go", "draft", "ease"]
ACTIONS = st.lists(st.sampled_from(WORDS), max_size=60)


async def act(session: Session, action: str, view: View) -> View:
    """Do one thing that a learner may do."""
    simple = {
        "hint": session.hint,
        "reveal": session.reveal,
        "skip": session.skip,
        "another": session.another,
        "go": session.advance,
        "ease": session.ease,
    }
    if action in simple:
        return simple[action]()
    if action == "draft":
        session.keep_draft("p - ")
        return session.view()
    if view.wants is not Wants.ANSWER or view.question is None:
        return view
    texts = {"right": str(view.question.answer), "last": "p_i - y_i"}
    return (await session.submit(texts.get(action, action))).view


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.sampled_from(["first-minutes", "output-error"]), ACTIONS)
async def test_a_new_process_shows_the_same(start: Start, lesson: str, actions: list[str]) -> None:
    session = start()
    session.open(lesson)
    view = session.another()
    for action in actions:
        view = await act(session, action, view)
    if view.wants is Wants.REST:  # coming back goes on behind the rest
        view = session.advance()
    again = start().open(lesson)
    if view.wants is not Wants.FINISHED:  # a finished lesson goes back to what was skipped
        assert again == view
    else:
        assert again.wants in {Wants.FINISHED, Wants.ANSWER, Wants.NUDGE}


async def test_a_lesson_that_was_edited_meanwhile_still_opens(start: Start) -> None:
    session = start()
    session.open("output-error")
    session.advance()
    await session.submit("p_i - y_i")
    lesson = LESSONS["output-error"]
    shorter = replace(lesson, blocks=tuple(lesson.blocks[i] for i in (0, 3, 4)))
    log: Log = start().log
    edited = Session(FakeLibrary({"output-error": shorter}), log, FakeGrader())
    view = edited.open("output-error")
    assert view.question is not None
    assert view.question.id == "code"
    assert (view.stop, view.stops) == (1, 2)
