"""Reviews and quizzes: when they come, what they ask, and what comes of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from bptutor.packs.lesson.outline import LessonEntry
from bptutor.packs.model import Lesson, Prose
from bptutor.packs.quiz import Quiz, QuizFront, Source
from bptutor.session import QUIZ, REVIEW, WARM_UP, Result, Session, ShownProse, Standing, View, Wants
from bptutor.session.review.results import teaching
from tests.session.clock import Desk, on, right, through
from tests.session.fakes import LESSONS, FakeLibrary


def said(view: View) -> str:
    (piece,) = view.shown
    assert isinstance(piece, ShownProse)
    return piece.text


async def done(session: Session, *lessons: str) -> None:
    for lesson in lessons:
        await through(session, session.open(lesson), Wants.FINISHED)


async def test_what_was_learned_is_due_two_days_later_and_asked_once_a_skill(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with desk.session() as session:
        await done(session, "first-minutes", "output-error")
        assert session.rounds.due() == []
        assert said(session.open(REVIEW)) == "Nothing is due now."
        assert session.log.run("fake", REVIEW) == []
    desk.clock.pass_by(days=2)
    with desk.session() as session:
        count = session.rounds.due_count()
        assert sorted(session.rounds.due()) == ["chain", "loss", "output-error", "softmax"]
        view = session.open(REVIEW)
        skills = []
        while view.wants is not Wants.FINISHED:
            if view.wants is Wants.ANSWER:
                assert view.question is not None
                skills.append(set(view.question.skills))
            view = await on(session, view)
        assert len(skills) <= count
        assert all(not one & other for one, other in pairwise(skills))
        assert set().union(*skills) == {"chain", "loss", "output-error", "softmax"}
        assert session.rounds.due() == []


async def test_what_was_revealed_is_due_tomorrow(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with desk.session() as session:
        session.open("first-minutes")
        for _ in range(3):
            session.hint()
        session.reveal()
    desk.clock.pass_by(days=1)
    with desk.session() as session:
        assert session.rounds.due() == ["loss"]


async def test_a_review_goes_on_where_it_was_left_on_its_day_and_is_new_on_another(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with desk.session() as session:
        await done(session, "first-minutes", "output-error")
    desk.clock.pass_by(days=3)
    with desk.session() as session:
        view = session.open(REVIEW)
        view = await on(session, await on(session, view))
        session.keep_draft("p -")
    with desk.session() as session:
        again = session.open(REVIEW)
        assert (again.question, again.stop, again.seed, again.draft) == (view.question, 2, view.seed, "p -")
    desk.clock.pass_by(days=1)
    with desk.session() as session:
        assert session.open(REVIEW).stop == 1


async def test_coming_back_starts_with_three_due_items_and_a_week_later_with_five(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with desk.session() as session:
        await done(session, "first-minutes", "output-error")
        assert session.rounds.warm_up() == 0
        desk.clock.pass_by(days=2)
        count = session.rounds.warm_up()
        assert 1 <= count <= 3
        desk.clock.pass_by(days=6)
        count = session.rounds.warm_up()
        assert count <= 4  # five, and four skills are due
        assert session.open(WARM_UP).stops == count
        assert session.rounds.warm_up() == 0
        view = session.view()
        for _ in range(view.stops):
            view = session.skip()
        assert view.wants is Wants.FINISHED


# --- quizzes ----------------------------------------------------------------------------------------------


def library(**front: object) -> FakeLibrary:
    made = QuizFront(sources=(Source("first-minutes"), Source("output-error", ("code", "error-by-z.2"))), shuffle=False)
    lesson = Lesson("q1", "Quiz one", (Prose("Four questions."),), chapter="why")
    return FakeLibrary(quiz_files={"q1": Quiz(lesson, replace(made, **front))})  # type: ignore[arg-type]


async def answer_all(session: Session, wrong: set[int]) -> View:
    view = session.open(QUIZ + "q1")
    for n in range(view.stops):
        assert view.wants is Wants.ANSWER
        view = (await session.submit("wrong" if n in wrong else right(view))).view
        if view.wants is Wants.GO_ON:
            view = session.advance()
    assert view.wants is Wants.FINISHED
    return view


async def test_a_quiz_takes_one_answer_each_and_tells_the_result_by_skill(tmp_path: Path) -> None:
    with Desk(tmp_path, library()).session() as session:
        view = session.open(QUIZ + "q1")
        assert (view.stops, view.hints_total, view.may_reveal, view.one_try) == (4, 0, False, True)
        view = (await session.submit("wrong")).view
        assert view.wants is Wants.GO_ON
        assert session.reveal().wants is Wants.GO_ON
        view = await through(session, session.advance(), Wants.FINISHED)
        text = said(view)
        assert "**3 of 4** right: passed (70 % are needed)" in text
        assert "The loss: 0 of 1" in text
        assert "Chain rule: 1 of 1" in text
        assert "The loss: 0 of 1; read again: First ten minutes" in text
        assert session.quizzes()[0].result is Result.PASSED


@pytest.mark.parametrize(("chapter", "title"), [("0", "First"), ("C", "Last"), ("D", "First"), ("E", "First")])
def test_a_weak_skill_leads_to_its_first_lesson_in_the_chapter_of_the_quiz(chapter: str, title: str) -> None:
    def entry(name: str, chapter: str, *skills: str) -> LessonEntry:
        return LessonEntry(name, name, 1, (), skills, chapter, "", 1, Path())

    entries = [entry("First", "0", "s"), entry("Other", "C", "t"), entry("Last", "C", "s"), entry("Later", "C", "s")]
    assert teaching("s", chapter, {one.id: one for one in entries}) == title
    assert teaching("none", chapter, {}) == ""


@pytest.mark.parametrize(("wrong", "passed"), [({0, 1}, False), ({3}, True)])
async def test_passing_needs_its_share(tmp_path: Path, wrong: set[int], passed: bool) -> None:
    with Desk(tmp_path, library()).session() as session:
        await answer_all(session, wrong)
        assert session.quizzes()[0].result is (Result.PASSED if passed else Result.NOT_PASSED)
        await session.proof()
        assert session.quizzes()[0].result is (Result.PASSED if passed else Result.NOT_PASSED)


async def test_feedback_at_the_end_goes_from_question_to_question(tmp_path: Path) -> None:
    with Desk(tmp_path, library(feedback="end")).session() as session:
        view = session.open(QUIZ + "q1")
        assert view.quiet
        view = (await session.submit("wrong")).view
        assert (view.wants, view.stop) == (Wants.ANSWER, 2)


async def test_a_quiz_opens_with_what_its_author_says_of_it(tmp_path: Path) -> None:
    with Desk(tmp_path, library()).session() as session:
        view = session.open(QUIZ + "q1")
        assert view.shown[0] == ShownProse("Four questions.")
        view = (await session.submit(right(view))).view
        assert view.shown[0] == ShownProse("Four questions.")
        assert ShownProse("Four questions.") not in session.advance().shown


async def test_a_retake_has_other_numbers(tmp_path: Path) -> None:
    with Desk(tmp_path, library(pick=2, shuffle=True)).session() as session:
        await answer_all(session, set())
        first = session.log.run("fake", QUIZ + "q1")[0]
        view = session.another()
        second = session.log.run("fake", QUIZ + "q1")[0]
        assert view.wants is Wants.ANSWER
        assert (len(first.items), len(second.items)) == (2, 2)
        assert first.seed != second.seed


async def test_a_quiz_goes_on_after_a_kill(tmp_path: Path) -> None:
    desk = Desk(tmp_path, library())
    with desk.session() as session:
        session.open(QUIZ + "q1")
        await session.submit("wrong")
    desk.clock.pass_by(days=3)
    with desk.session() as session:
        view = session.open(QUIZ + "q1")
        assert (view.wants, view.stop) == (Wants.GO_ON, 1)
        assert session.quizzes()[0].result is Result.BEGUN


async def test_passing_a_test_makes_the_lessons_of_its_chapter_known(tmp_path: Path) -> None:
    desk = Desk(tmp_path, library(test_out=True))
    with desk.session() as session:
        await answer_all(session, {0, 1})
        assert [one.standing for one in session.course()] == [Standing.NEW] * 3
        session.another()
        await answer_all(session, set())
        assert [one.standing for one in session.course()] == [Standing.NEW, Standing.KNOWN, Standing.KNOWN]
        await done(session, "first-minutes")
        assert session.where_to_continue() is None
        session.open("output-error")
        assert session.course()[1].standing is Standing.BEGUN


def test_the_fake_lessons_hold_what_the_stories_count_on() -> None:
    assert {LESSONS["first-minutes"].chapter, LESSONS["output-error"].chapter} == {"see", "why"}
