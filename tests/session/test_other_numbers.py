"""Other numbers are drawn for what is open; what was answered keeps its numbers, its answer and its proof."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bptutor.grading.verdict import Verdict
from bptutor.packs.model import Derivation, Lesson, Line, Prose, Question, Show
from bptutor.packs.scene.scene import Scene
from bptutor.progress.event import EventKind
from bptutor.session import Session, ShownProse, ShownQuestion, ShownShow, View, Wants
from tests.session.clock import Desk
from tests.session.fakes import FakeGrader, FakeLibrary

SCENE = Scene.from_mapping({"given": {"a": {"draw": {"from": 1, "to": 9000, "step": 1}}}, "define": {"c": "2 a"}})
FIXED = Scene.from_mapping({"given": {"a": {"value": 3}}})
TWICE = Question("twice", "numeric", "Twice {{ a }}?", answer="right", skills=("loss",))
THRICE = Question("thrice", "numeric", "Three times {{ a }}?", answer="right", skills=("loss",))
FOUR = Question("four", "numeric", "Four times {{ a }}?", answer="right", skills=("loss",))
STEP = Derivation("step", "c", (Line("a + a"), Line("2 a", ask="Add up.")))


def lesson(*blocks: object, scene: Scene = SCENE) -> FakeLibrary:
    return FakeLibrary({"one": Lesson("one", "One", blocks, scene=scene, skills=("loss",))})  # type: ignore[arg-type]


def a_of(session: Session, shown: ShownShow) -> float:
    values = session.values_at(shown.seed)
    assert values is not None
    return float(values["a"])


def tables(view: View) -> list[ShownShow]:
    return [shown for shown in view.shown if isinstance(shown, ShownShow)]


def prompts(view: View) -> list[str]:
    return [shown.question.prompt for shown in view.shown if isinstance(shown, ShownQuestion)]


async def answer(session: Session) -> View:
    await session.submit("right")
    return session.advance()


async def test_what_was_answered_keeps_its_table_and_what_is_asked_gets_another(tmp_path: Path) -> None:
    with Desk(tmp_path, lesson(Show(("a",)), TWICE, THRICE)).session() as session:
        session.open("one", 5)
        first = float(SCENE.draw(5)["a"])
        await answer(session)
        for _ in range(2):
            view = session.another()
        old, new = tables(view)
        assert (a_of(session, old), a_of(session, new)) == (first, float(SCENE.draw(view.seed)["a"]))
        assert view.seed != 5
        assert prompts(view)[0] == f"Twice {first:g}?"
        said = [shown.text for shown in view.shown if isinstance(shown, ShownProse)]
        assert any("other numbers" in text for text in said)
        places = [type(shown) for shown in view.shown]
        assert places == [ShownShow, ShownQuestion, ShownProse, ShownShow, ShownQuestion]
        after = await answer(session)
        assert [a_of(session, table) for table in tables(after)] == [first, a_of(session, new)]


async def test_a_table_below_what_was_answered_is_drawn_anew_in_its_place(tmp_path: Path) -> None:
    library = lesson(Show(("a",)), TWICE, Prose("Now {{ a }}."), Show(("a",)), THRICE, FOUR)
    with Desk(tmp_path, library).session() as session:
        session.open("one", 5)
        view = await answer(session)
        before = len(view.shown)
        view = session.another()
        assert len(view.shown) == before
        assert [shown.seed for shown in tables(view)] == [5, None]
        new = float(SCENE.draw(view.seed)["a"])
        assert ShownProse(f"Now {new:g}.") in view.shown
        later = await answer(session)
        assert len(tables(later)) == 2, "the same numbers are not shown twice"


async def test_numbers_drawn_in_a_derivation_reach_the_question_behind_it(tmp_path: Path) -> None:
    with Desk(tmp_path, lesson(Show(("a",)), TWICE, STEP, THRICE)).session() as session:
        session.open("one", 5)
        await answer(session)
        session.advance()
        seed = session.another().seed
        session.skip()
        view = session.view()
        assert view.question is not None
        assert view.question.id == "thrice"
        assert [shown.seed for shown in tables(view)] == [5, None]
        assert view.seed == seed


async def test_an_answered_question_is_asked_once_more_and_stays_answered(tmp_path: Path) -> None:
    desk = Desk(tmp_path, lesson(Show(("a",)), TWICE, THRICE))
    with desk.session() as session:
        session.open("one", 5)
        await session.submit("right")
        view = session.another()
        assert (view.wants, view.stop) == (Wants.ANSWER, 1)
        assert view.question is not None
        assert view.question.prompt.startswith("The same once more, with other numbers.")
        assert view.question.prompt.endswith(f"Twice {float(SCENE.draw(view.seed)['a']):g}?")
        assert session.course()[0].passed == 1
    with desk.session() as session:
        assert session.open("one").question == view.question
        view = await answer(session)
        assert view.question is not None
        assert view.question.id == "thrice"
        assert (view.seed, prompts(view)[0]) == (5, f"Twice {float(SCENE.draw(5)['a']):g}?")


@pytest.mark.parametrize("answered", [False, True])
async def test_where_the_numbers_are_written_nothing_changes(tmp_path: Path, answered: bool) -> None:
    with Desk(tmp_path, lesson(TWICE, THRICE, scene=FIXED)).session() as session:
        view = session.open("one", 5)
        if answered:
            view = (await session.submit("right")).view
        other = session.another()
        assert other.same_numbers
        assert (other.seed, other.wants, other.shown) == (5, view.wants, view.shown)
        assert EventKind.REDRAWN not in {event.kind for event in session.log.events()}


async def test_an_earlier_record_reads_a_redraw_as_it_was_meant(tmp_path: Path) -> None:
    """Before answers stayed, other numbers at an answered question asked it anew."""
    desk = Desk(tmp_path, lesson(Show(("a",)), TWICE, THRICE))
    with desk.session() as session:
        session.open("one", 5)
        await session.submit("right")
        event = session.log.run("fake", "one")[-1]
        session.log.append(type(event)(EventKind.REDRAWN, "one", "fake", "twice", seed=9))
    with desk.session() as session:
        view = session.open("one")
        assert (view.wants, view.seed, view.question is not None and view.question.id) == (Wants.ANSWER, 9, "twice")


async def test_what_is_typed_stays_with_its_question(tmp_path: Path) -> None:
    desk = Desk(tmp_path, lesson(TWICE, THRICE, FOUR))
    with desk.session() as session:
        session.open("one", 5)
        session.keep_draft("2*")
        session.skip()
        session.keep_draft("3*")
        assert session.another().draft == "3*"
        session.skip()
        await answer(session)
    with desk.session() as session:
        assert session.open("one").draft == "2*"
        assert (await answer(session)).draft == "3*"


async def test_what_is_typed_waits_while_something_easier_is_asked(tmp_path: Path) -> None:
    with Desk(tmp_path, lesson(TWICE, THRICE)).session() as session:
        session.open("one", 5)
        await answer(session)
        session.keep_draft("3 +")
        easier = session.ease()
        assert easier.question is not None
        assert easier.question.prompt.startswith("Something easier first.")
        assert easier.draft == ""
        assert (await answer(session)).draft == "3 +"


async def test_a_new_run_begins_without_what_was_answered(tmp_path: Path) -> None:
    with Desk(tmp_path, lesson(TWICE, THRICE)).session() as session:
        session.open("one", 5)
        await session.submit("wrong")
        session.reveal()
        for _ in range(3):
            view = session.advance()
            if view.wants is Wants.ANSWER:
                await session.submit("right")
        while session.view().wants is not Wants.FINISHED:
            await answer(session)
        assert session.another().draft == ""


# --- proofs -------------------------------------------------------------------------------------------------


async def test_the_badge_is_read_from_the_record(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with desk.session() as session:
        session.open("output-error")
        session.advance()
        question = session.view().question
        assert question is not None
        await session.submit(str(question.answer))
        await session.proof()
    with desk.session() as session:
        shown = session.open("output-error").shown[-1]
        assert shown.proofs == ("", "proved")  # type: ignore[union-attr]


class SlowProof(FakeGrader):
    """Its proofs wait to be let go."""

    def __init__(self) -> None:
        super().__init__()
        self.found = asyncio.Event()

    async def proof(self) -> Verdict | None:
        await self.found.wait()
        return await super().proof()


@pytest.mark.parametrize("given_up", [False, True], ids=["waited for", "nobody waits any more"])
async def test_a_proof_that_comes_when_the_lesson_was_left_is_written_down(tmp_path: Path, given_up: bool) -> None:
    desk = Desk(tmp_path)
    with desk.session() as session:
        session.grader = grader = SlowProof()
        session.open("output-error")
        session.advance()
        question = session.view().question
        assert question is not None
        await session.submit(str(question.answer))
        proof = asyncio.ensure_future(session.proof())
        await asyncio.sleep(0)
        session.advance()
        session.open("reading")
        if given_up:
            proof.cancel()
        grader.found.set()
        for _ in range(5):
            await asyncio.sleep(0)
    with desk.session() as session:
        shown = session.open("output-error").shown[-1]
        assert shown.proofs[:2] == ("", "proved")  # type: ignore[union-attr]
