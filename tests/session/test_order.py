"""What comes next: lessons in course order, quizzes behind their chapter, what is done passed over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bptutor.packs.lesson.outline import Pack
from bptutor.packs.library import Library
from bptutor.packs.model import Lesson, Prose
from bptutor.packs.quiz import Quiz, QuizFront, Source
from bptutor.progress.event_log import Log
from bptutor.session import QUIZ, REVIEW, Session, Standing, Wants
from bptutor.session.course import Result
from bptutor.session.order import code_ahead, in_order
from tests.session.clock import Desk, right, through
from tests.session.fakes import FakeLibrary


def library(**chapters: str) -> FakeLibrary:
    """Return the fake lessons (chapters see, why, why) with a quiz for each id that is given its chapter."""
    front = QuizFront(sources=(Source("first-minutes"),), shuffle=False)
    quizzes = {
        id_: Quiz(Lesson(id_, f"Quiz {id_}", (Prose("Two questions."),), chapter=chapter), front)
        for id_, chapter in chapters.items()
    }
    return FakeLibrary(quiz_files=quizzes)


async def finish(session: Session, id_: str, *, wrong: bool = False) -> None:
    view = session.open(id_)
    while view.wants is not Wants.FINISHED:
        if view.wants is Wants.ANSWER:
            view = (await session.submit("wrong" if wrong else right(view))).view
        else:
            view = session.advance()


async def test_the_next_of_each_is_what_stands_below_it(tmp_path: Path) -> None:
    order = ["first-minutes", f"{QUIZ}q1", "output-error", "reading", f"{QUIZ}q2"]
    with Desk(tmp_path, library(q2="why", q1="see")).session() as session:
        assert [one.id for one in in_order(session.library, session.log)] == order
        for id_, following in zip(order, [*order[1:], ""], strict=True):
            await finish(session, id_)
            assert session.what_comes_next(id_) == following
            found = session.where_to_continue()
            assert (found[0] if found else "") == following
            assert session.open(id_ if not id_.startswith(QUIZ) else "first-minutes").wants is Wants.FINISHED


async def test_what_was_left_out_comes_after_the_last(tmp_path: Path) -> None:
    with Desk(tmp_path, library(q1="see")).session() as session:
        for id_ in ("first-minutes", "output-error", "reading"):
            await finish(session, id_)
        assert session.what_comes_next("reading") == f"{QUIZ}q1"
        await finish(session, f"{QUIZ}q1", wrong=True)
        assert session.what_comes_next(f"{QUIZ}q1") == ""
        assert session.what_comes_next("reading") == f"{QUIZ}q1"  # not passed yet
        assert session.what_comes_next(REVIEW) == ""


async def test_a_half_quiz_is_gone_on_with(tmp_path: Path) -> None:
    with Desk(tmp_path, library(q1="see")).session() as session:
        await finish(session, "first-minutes")
        session.open(f"{QUIZ}q1")
        await session.submit("wrong")
        session.advance()
        assert session.where_to_continue() == (f"{QUIZ}q1", 2, "Quiz q1")
        assert session.what_comes_next(REVIEW) == f"{QUIZ}q1"


async def test_a_passed_quiz_stays_passed_and_tells_its_best_and_its_last_result(tmp_path: Path) -> None:
    with Desk(tmp_path, library(q1="see")).session() as session:
        await finish(session, f"{QUIZ}q1")
        session.open(f"{QUIZ}q1")
        (quiz,) = session.quizzes()
        assert (quiz.result, quiz.best, quiz.last, quiz.again) == (Result.PASSED, (2, 2), (2, 2), (0, 2))
        await finish(session, f"{QUIZ}q1", wrong=True)
        (quiz,) = session.quizzes()
        assert (quiz.result, quiz.best, quiz.last, quiz.again) == (Result.PASSED, (2, 2), (0, 2), None)


async def test_a_retake_begins_without_the_answers_of_before(tmp_path: Path) -> None:
    with Desk(tmp_path, library(q1="see")).session() as session:
        await finish(session, f"{QUIZ}q1", wrong=True)
        view = session.open(f"{QUIZ}q1")
        while view.wants is not Wants.FINISHED:
            assert view.draft == ""
            view = session.skip()


async def test_a_lesson_that_is_done_stays_done_when_it_is_begun_again(tmp_path: Path) -> None:
    with Desk(tmp_path).session() as session:
        await finish(session, "first-minutes")
        view = session.another()
        await session.submit(right(view))
        one = session.course()[0]
        assert (one.standing, one.again, one.passed, one.steps) == (Standing.DONE, True, 1, 2)
        assert session.missing("output-error") == []
        assert session.where_to_continue() == ("first-minutes", 1, "First ten minutes")
        await through(session, session.view(), Wants.FINISHED)
        assert not session.course()[0].again


class Listed(FakeLibrary):
    """Its pack lists a chapter between two others that holds no lesson."""

    @property
    def pack(self) -> Pack:
        return replace(super().pack, chapters={"see": "See", "whole": "The whole", "why": "Why"})


def test_a_chapter_of_quizzes_stands_where_the_pack_lists_it(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    found = [one.id for one in in_order(Listed(quiz_files=library(q1="whole", q2="see").quiz_files), log)]
    log.close()
    assert found == ["first-minutes", f"{QUIZ}q2", f"{QUIZ}q1", "output-error", "reading"]


def test_the_last_quiz_of_the_course_stands_behind_all_that_it_asks(tmp_path: Path) -> None:
    built_in, log = Library.builtin(), Log.open(tmp_path)
    ids = [one.id for one in in_order(built_in, log)]
    log.close()
    quizzes = [id_ for id_ in ids if id_.startswith(QUIZ)]
    assert quizzes[-1] == f"{QUIZ}quiz-final"
    assert ids.index(f"{QUIZ}quiz-final") > ids.index("convolution-from-memory")
    assert ids[ids.index("nudge") + 1] == f"{QUIZ}quiz-see"


def test_the_chapter_on_code_lies_ahead_until_it_is_reached() -> None:
    built_in = Library.builtin()
    assert getattr(code_ahead(built_in, "jacobian"), "id", "") == "products"
    assert code_ahead(built_in, "products") is None
    assert code_ahead(built_in, "batches") is None
