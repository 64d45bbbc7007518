"""The quizzes of the built-in course: enough to draw from, and every question answered rightly is right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bptutor.packs.folder import read_outline
from bptutor.packs.library import Library
from bptutor.packs.model import Show
from bptutor.packs.quiz import Quiz
from bptutor.session import QUIZ, Result, Wants
from bptutor.session.view.question_view import Asked
from tests.walks.script import SEED, session

pytestmark = pytest.mark.normal

LIBRARY = Library.builtin()
QUIZZES = [entry.id for entry in LIBRARY.quizzes()]
CHAPTERS = ("A", "B", "C", "D", "E")
TIMES = 3
"""How many times as many questions as it asks stand behind a quiz of a chapter."""


class Whole(Library):
    """The built-in course with quizzes that ask all that they could ask."""

    def quiz(self, quiz_id: str) -> Quiz:
        """Return a quiz that picks nothing, in the order in which it is written."""
        quiz = super().quiz(quiz_id)
        sources = tuple(replace(source, pick=0) for source in quiz.front.sources)
        return replace(quiz, front=replace(quiz.front, sources=sources, pick=0, shuffle=False))


WHOLE = Whole(read_outline(LIBRARY.pack.root))


def test_every_chapter_ends_with_a_quiz_that_can_stand_for_it() -> None:
    testing_out = [entry.chapter for entry in LIBRARY.quizzes() if entry.test_out]
    assert sorted(testing_out) == list(CHAPTERS)


@pytest.mark.parametrize("quiz", [entry.id for entry in LIBRARY.quizzes() if entry.test_out])
def test_a_quiz_draws_from_three_times_as_many_questions(tmp_path: Path, quiz: str) -> None:
    here, there = session(LIBRARY, tmp_path / "one"), session(WHOLE, tmp_path / "all")
    asked, all_there_is = here.rounds.choose(QUIZ + quiz, SEED), there.rounds.choose(QUIZ + quiz, SEED)
    here.log.close()
    there.log.close()
    assert 8 <= len(asked) <= 12
    assert len(set(all_there_is)) >= TIMES * len(asked)


@pytest.mark.parametrize("library", [LIBRARY, WHOLE], ids=["as drawn", "all there is"])
@pytest.mark.parametrize("quiz", QUIZZES)
async def test_a_quiz_answered_rightly_is_passed(tmp_path: Path, quiz: str, library: Library) -> None:
    here = session(library, tmp_path)
    view = here.open(QUIZ + quiz, SEED)
    stops = here.rounds.course(QUIZ + quiz, here.rounds.choose(QUIZ + quiz, SEED)).stops
    assert view.stops == len(stops)
    for stop in stops:
        assert stop.item is not None
        assert view.wants is Wants.ANSWER
        asked = Asked.of(stop.item.question, view.seed)
        text = asked.graded.whole or asked.right_text(stop.item.scene, view.seed)
        outcome = await here.submit(text)
        assert outcome.verdict.right, (stop.id, text, outcome.verdict)
        view = here.advance() if outcome.view.wants is Wants.GO_ON else outcome.view
    assert view.wants is Wants.FINISHED
    assert {one.entry.id: one.result for one in here.quizzes()}[quiz] is Result.PASSED
    here.log.close()


def test_a_question_of_a_bank_shows_no_arrays_of_another(tmp_path: Path) -> None:
    here = session(LIBRARY, tmp_path)
    stops = here.rounds.course(QUIZ + "quiz-why", ["@why-slopes/jacobian-shape", "@why-slopes/two-rows"]).stops
    here.log.close()
    shown = [piece.arrays for stop in stops if stop.item for piece in stop.item.context if isinstance(piece, Show)]
    assert shown == [("x", "y")]
