"""How a sitting goes: when it rests, what follows a reveal, and what is asked before something hard."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from bptutor.packs.model import Derivation, Lesson, Question
from bptutor.packs.scene.scene import Scene
from bptutor.progress.event_log import EventKind
from bptutor.session import LineState, ShownDerivation, ShownQuestion, Standing, View, Wants
from tests.session.clock import Desk, on, right, through
from tests.session.fakes import ERROR, ERROR_LINES, LESSONS, SCENE, SLOPE, FakeLibrary


def many(count: int) -> FakeLibrary:
    questions = tuple(replace(SLOPE, id=f"q{n}", answer=f"p-y+{n}", source={"type": "symbolic"}) for n in range(count))
    return FakeLibrary({"many": Lesson("many", "Many", questions, scene=SCENE, skills=("loss",)), **LESSONS})


def asked(view: View) -> str:
    assert view.question is not None
    return view.question.id


async def test_after_six_answers_one_is_recalled_and_then_the_lesson_rests(tmp_path: Path) -> None:
    desk = Desk(tmp_path, many(8))
    with desk.session() as session:
        view = session.open("many")
        answered = []
        while view.wants is not Wants.REST:
            if view.wants is Wants.ANSWER:
                answered.append(asked(view))
            view = await on(session, view)
        assert answered == ["q0", "q1", "q2", "q3", "q4", "q5", "q0"]
        assert (view.stop, view.stops) == (6, 8)
        assert asked(session.advance()) == "q6"
        view = await through(session, session.view(), Wants.FINISHED)
        assert session.course()[0].passed == 8


async def test_what_comes_again_says_why_and_what_was_asked_just_before_is_not_recalled(tmp_path: Path) -> None:
    desk = Desk(tmp_path, many(9))
    with desk.session() as session:
        await session.submit(right(session.open("many")))
        desk.clock.pass_by(minutes=13)
        assert session.advance().wants is Wants.REST  # one answer, and it stands on the screen
        view = await through(session, session.advance(), Wants.REST)
        recalled = [e.text for e in session.log.run("fake", "many") if e.kind is EventKind.PAUSED]
        assert recalled == ["", "q1"]
        view = session.advance()
        for _ in range(view.hints_total):
            session.hint()
        session.reveal()
        view = session.advance()
        prompts = []
        while view.wants is not Wants.FINISHED:
            prompts += [view.question.prompt] if view.question else []
            view = await on(session, view)
        assert [prompt[:8] for prompt in prompts if not prompt.startswith("Write")] == ["This one"]


async def test_the_recall_is_of_what_was_hardest_with_numbers_of_its_own(tmp_path: Path) -> None:
    desk = Desk(tmp_path, many(8))
    with desk.session() as session:
        view = session.open("many", 7)
        while asked(view) != "q3":
            view = await on(session, await on(session, view))
        await session.submit("wrong")
        view = session.view()
        while view.stop < 6 or view.wants is not Wants.GO_ON:
            view = await on(session, view)
        view = session.advance()
        assert asked(view) == "q3"
        assert view.seed != 7
        assert view.between and view.question is not None and "from memory" in view.question.prompt
        assert not any(isinstance(piece, ShownQuestion) and piece.answer for piece in view.shown)
        assert session.skip().wants is Wants.REST  # never blocking


async def test_after_twelve_minutes_it_rests_too_and_time_away_is_no_time_sat(tmp_path: Path) -> None:
    desk = Desk(tmp_path, many(8))
    with desk.session() as session:
        view = await on(session, session.open("many"))
        desk.clock.pass_by(minutes=30)
        view = await on(session, await on(session, view))
        assert view.wants is Wants.GO_ON
        desk.clock.pass_by(minutes=11)
        view = await on(session, view)
        view = await on(session, view)
        desk.clock.pass_by(minutes=2)
        view = session.advance()
        assert session.log.run("fake", "many")[-1].kind is EventKind.PAUSED
        assert (await through(session, view, Wants.REST, Wants.FINISHED)).wants is Wants.REST


async def test_a_lesson_rests_between_its_blocks_only_and_coming_back_goes_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path, many(5))
    with desk.session() as session:
        await through(session, session.open("many"), Wants.FINISHED)
        view = session.open("output-error")
        view = await through(session, view, Wants.REST)
        assert all(isinstance(piece, ShownDerivation) is (n == 1) for n, piece in enumerate(view.shown))
        assert isinstance(view.shown[1], ShownDerivation)
        assert view.shown[1].finished
    with desk.session() as session:
        view = session.open("output-error")
        assert (view.wants, view.stop) == (Wants.ANSWER, 6)


async def test_a_reveal_asks_why_and_comes_back_three_answers_later(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with desk.session() as session:
        session.open("output-error")
        view = session.advance()
        for _ in range(3):
            session.hint()
        session.reveal()
        view = session.advance()
        assert view.question is not None
        assert view.question.kind == "rule"
        assert view.question.answer == "chain-rule"
        shown = view.shown[1]
        assert isinstance(shown, ShownDerivation)
        assert shown.lines[-1][1] is LineState.WHY
    with desk.session() as session:  # nothing of it is lost when the program ends
        view = session.open("output-error")
        assert view.question is not None
        assert view.question.kind == "rule"
        order = []
        while view.wants is not Wants.FINISHED:
            if view.wants is Wants.ANSWER:
                order.append(asked(view))
                covered = [piece for piece in view.shown if isinstance(piece, ShownDerivation)]
                if len(order) == 5:
                    assert [len(piece.lines) for piece in covered] == [2]
                    assert covered[0].lines[-1][1] is LineState.ASKED
            view = await on(session, view)
        lines = [f"error-by-z.{n}" for n in (2, 3, 5)]
        assert order == [lines[0], lines[1], lines[2], "code", lines[0], "sort"]
        assert session.course()[1].standing is Standing.DONE
        aided = [(e.stop, e.aided) for e in session.log.run("fake", "output-error") if e.mark == "right"]
        assert aided[0] == (f"why:{ERROR_LINES[1]}", True)
        assert (f"again:{ERROR_LINES[1]}", True) in aided  # it was shown a moment ago


async def test_something_easier_is_the_line_with_a_hole_then_what_was_right_before(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with desk.session() as session:
        session.open("output-error")
        view = session.advance()
        assert view.may_ease
        view = session.ease()
        assert view.question is not None
        assert (view.question.kind, view.question.line) == ("fill", ERROR.lines[1].hints[2])
        await session.submit("p_k")
        view = session.advance()
        assert (asked(view), view.question.kind if view.question else None) == ("error-by-z.2", "symbolic")
        await session.submit(right(view))
        assert session.log.run("fake", "output-error")[-1].aided
        view = session.advance()
        assert not view.may_ease  # no hole is written, and nothing before exercised the same skill


async def test_a_line_fades_from_meeting_to_meeting(tmp_path: Path) -> None:
    line = replace(ERROR.lines[1], fade=("show", "why", "hole", "write"))
    fading = Derivation("fading", ERROR.goal, (ERROR.lines[0], line))
    library = FakeLibrary({"one": Lesson("one", "One", (fading,), scene=SCENE, skills=("loss",))})
    desk = Desk(tmp_path, library)
    found = []
    with desk.session() as session:
        view = session.open("one")
        for _ in range(5):
            view = session.advance()
            found.append(view.question.kind if view.question else None)
            await through(session, view, Wants.FINISHED)
            view = session.another()
    assert found == [None, "rule", "fill", "symbolic", "symbolic"]


async def test_another_like_this_takes_the_variants_in_turn(tmp_path: Path) -> None:
    twice = Question("twice", "symbolic", "Twice?", answer="2p")
    question = replace(SLOPE, vary=(twice,))
    library = FakeLibrary({"one": Lesson("one", "One", (question,), scene=SCENE, skills=("loss",))})
    with Desk(tmp_path, library).session() as session:
        prompts = [session.open("one").question, session.another().question, session.another().question]
        assert [one.prompt for one in prompts if one] == [SLOPE.prompt, "Twice?", SLOPE.prompt]
        view = session.another()
        await session.submit(right(view))
        view = session.view()
        assert isinstance(view.shown[-1], ShownQuestion)
        assert (view.shown[-1].question.prompt, view.shown[-1].answer) == ("Twice?", "2p")


@pytest.mark.parametrize(("value", "same"), [({"value": 2}, True), ({"draw": {"from": 0, "to": 99}}, False)])
def test_where_the_author_wrote_the_numbers_others_are_said_not_to_be(
    tmp_path: Path, value: dict[str, object], same: bool
) -> None:
    scene = Scene.from_mapping({"given": {"a": value}})
    question = Question("twice", "numeric", "Twice a?", answer="2a")
    library = FakeLibrary({"one": Lesson("one", "One", (question,), scene=scene, skills=("loss",))})
    with Desk(tmp_path, library).session() as session:
        assert not session.open("one").same_numbers
        assert session.another().same_numbers is same
        assert not session.view().same_numbers


ASKED_OF_A = [
    ("numeric", "2a", "Twice a?", True),
    ("numeric", "b + 1", "One more than b?", False),
    ("numeric", "c + 1", "One more than c?", True),
    ("numeric", "6", "What is 2 times 3?", False),
    ("numeric", "b + 1", "With a = {{ a }}, one more than b?", True),
    ("vector", "[b, 2b]", "b and twice b?", False),
    ("symbolic", "b c", "b times c?", False),
]


@pytest.mark.parametrize(("kind", "answer", "prompt", "others"), ASKED_OF_A)
def test_other_numbers_are_those_that_the_question_is_about(
    tmp_path: Path, kind: str, answer: str, prompt: str, others: bool
) -> None:
    scene = Scene.from_mapping({"given": {"a": {}, "b": {"value": 2}}, "define": {"c": "a + b"}})
    question = Question("q", kind, prompt, answer=answer)
    library = FakeLibrary({"one": Lesson("one", "One", (question,), scene=scene, skills=("loss",))})
    with Desk(tmp_path, library).session() as session:
        session.open("one")
        assert session.another().same_numbers is not (others or kind == "symbolic")


def test_other_numbers_are_never_the_same_again(tmp_path: Path) -> None:
    scene = Scene.from_mapping({"given": {"a": {"draw": {"pick": [1, 2]}}}})
    question = Question("q", "numeric", "Twice {{ a }}?", answer="2a")
    library = FakeLibrary({"one": Lesson("one", "One", (question,), scene=scene, skills=("loss",))})
    with Desk(tmp_path, library).session() as session:
        views = [session.open("one"), *(session.another() for _ in range(12))]
    prompts = [view.question.prompt for view in views if view.question]
    assert len(prompts) == 13 and all(one != other for one, other in pairwise(prompts))


async def test_a_lesson_finished_when_reveals_led_nowhere_stays_finished(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with desk.session() as session:
        session.open("output-error")
        session.advance()
        for _ in range(3):
            session.hint()
        session.reveal()
        await through(session, session.view(), Wants.FINISHED)
        events = session.log.run("fake", "output-error")
        old = [event for event in events if not event.stop.startswith(("why:", "again:"))]
    elsewhere = Desk(tmp_path / "elsewhere")
    with elsewhere.session() as session:
        session.log.add(old)
        assert session.open("output-error").wants is Wants.FINISHED
