"""Stories: what a learner does, and what the session shows, keeps and counts."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bptutor.errors import PackError, UsageError
from bptutor.grading.verdict import Finding, Mark, ProofMark, Verdict
from bptutor.packs.question_types.expression import written_line
from bptutor.progress.event_log import EventKind
from bptutor.session import LineState, Session, ShownDerivation, ShownProse, ShownQuestion, ShownShow, View, Wants
from tests.session.conftest import Start
from tests.session.fakes import CODE, ERROR, ERROR_LINES, RISES, FakeGrader


def letter_of_right(view: View) -> str:
    assert view.question is not None
    return "abc"[[choice.right for choice in view.question.choices].index(True)]


def kinds(session: Session, lesson: str) -> list[str]:
    return [event.kind.value for event in session.log.run("fake", lesson)]


def states(view: View) -> list[LineState]:
    shown = next(piece for piece in view.shown if isinstance(piece, ShownDerivation))
    return [state for _, state in shown.lines]


async def test_the_first_ten_minutes(start: Start) -> None:
    session = start()
    assert session.first_start
    assert session.where_to_continue() is None
    view = session.open(session.first_lesson(), 7)
    assert (view.lesson.id, view.seed, view.stop, view.stops, view.wants) == ("first-minutes", 7, 1, 4, Wants.ANSWER)
    assert [type(piece) for piece in view.shown] == [ShownProse, ShownShow, ShownQuestion]
    assert isinstance(view.shown[0], ShownProse)
    assert "**1.540**" in view.shown[0].text  # −log p₂ for z = (0.3, −0.2, 0.5), from the teaching script
    outcome = await session.submit(letter_of_right(view))
    assert outcome.verdict.mark is Mark.RIGHT
    assert outcome.view.wants is Wants.GO_ON
    assert outcome.view.stop == 1
    assert isinstance(session.advance().shown[-1], ShownProse)
    view = session.advance()
    assert view.wants is Wants.NUDGE
    for row in (1, 2, 3):
        view = session.nudge()
        assert isinstance(view.shown[-1], ShownShow)
        assert view.shown[-1].measured == row
    assert isinstance(view.shown[-1], ShownShow)
    # p − y for softmax with cross-entropy: the measured column must be that of the script.
    assert view.shown[-1].slopes == pytest.approx((0.354, -0.786, 0.432), abs=5e-4)
    assert view.wants is Wants.GO_ON
    view = session.advance()
    assert view.question is not None
    assert view.question.id == "slope"
    assert not any(isinstance(piece, ShownProse) and "last layer" in piece.text for piece in view.shown)
    await session.submit("p - y")
    view = session.advance()
    assert view.wants is Wants.FINISHED
    assert isinstance(view.shown[-1], ShownProse)
    assert kinds(session, "first-minutes")[-2:] == ["advanced", "finished"]
    assert session.where_to_continue() == ("output-error", 1, "The output error")


async def test_unreadable_text_is_no_attempt(start: Start) -> None:
    session = start()
    session.open("first-minutes")
    outcome = await session.submit("?!")
    assert outcome.verdict.mark is Mark.UNREADABLE
    assert outcome.view.wants is Wants.ANSWER
    assert kinds(session, "first-minutes") == ["opened"]


@pytest.mark.parametrize("text", ["wrong", "maybe", "form"])
async def test_what_is_not_right_is_kept_and_leaves_the_question_open(start: Start, text: str) -> None:
    session = start()
    view = session.open("first-minutes")
    outcome = await session.submit(text)
    assert outcome.view.wants is Wants.ANSWER
    assert outcome.view.draft == text
    (answered,) = [e for e in session.log.run("fake", "first-minutes") if e.kind is EventKind.ANSWERED]
    assert (answered.text, answered.mark, answered.seed) == (text, outcome.verdict.mark.value, view.seed)
    assert answered.drawn == {name: session.values[name].tolist() for name in ("z", "y")}  # type: ignore[index]
    assert (answered.skills, answered.question) == (("loss",), "choice")


async def test_a_derivation_grows_line_by_line(start: Start) -> None:
    session = start()
    view = session.open("output-error")
    assert states(view) == [LineState.SHOWN]
    view = session.advance()
    assert states(view) == [LineState.SHOWN, LineState.ASKED]
    assert view.question == written_line(ERROR, 1)
    outcome = await session.submit(ERROR.lines[1].math)
    assert states(outcome.view) == [LineState.SHOWN, LineState.RIGHT]
    view = session.advance()
    assert states(view) == [LineState.SHOWN, LineState.RIGHT, LineState.ASKED]
    assert not any(piece.finished for piece in view.shown if isinstance(piece, ShownDerivation))


async def test_an_answer_that_equals_a_later_line_shows_the_lines_between(start: Start) -> None:
    session = start()
    session.open("output-error")
    session.advance()
    outcome = await session.submit("p_i Σ_k y_k - y_i")
    assert outcome.verdict.reached == 3
    shown, right = LineState.SHOWN, LineState.RIGHT
    assert states(outcome.view) == [shown, shown, shown, right]
    assert outcome.view.wants is Wants.GO_ON
    assert outcome.view.stop == 4
    view = session.advance()
    assert states(view) == [shown, shown, shown, right, LineState.ASKED]
    again = start().open("output-error")
    assert states(again) == states(view)
    assert again.stop == view.stop


def test_hints_come_in_order_and_the_reveal_after_the_last(start: Start) -> None:
    session = start()
    session.open("output-error")
    session.advance()
    assert session.reveal().wants is Wants.ANSWER
    for count in (1, 2, 3):
        view = session.hint()
        assert view.hints == ERROR.lines[1].hints[:count]
        assert view.may_reveal is (count == 3)
    assert session.hint().hints == ERROR.lines[1].hints
    view = session.reveal()
    assert states(view)[-1] is LineState.REVEALED
    assert view.wants is Wants.GO_ON
    revealed = session.log.run("fake", "output-error")[-1]
    assert (revealed.kind, revealed.text, revealed.mark) == (EventKind.REVEALED, ERROR.lines[1].math, "")


async def test_only_a_first_try_without_hint_is_unaided(start: Start) -> None:
    session = start()
    session.open("output-error")
    session.advance()
    for text in ("maybe", "wrong", ERROR.lines[1].math):
        await session.submit(text)
    session.advance()
    session.hint()
    await session.submit(ERROR.lines[2].math)
    answered = [e.aided for e in session.log.run("fake", "output-error") if e.kind is EventKind.ANSWERED]
    assert answered == [False, False, True, False]


async def test_a_hint_makes_an_answer_aided(start: Start) -> None:
    session = start()
    session.open("first-minutes")
    view = session.hint()
    await session.submit(letter_of_right(view))
    assert session.log.run("fake", "first-minutes")[-1].aided


async def test_skipped_now_and_asked_again_later(start: Start) -> None:
    session = start()
    session.open("output-error")
    session.advance()
    session.skip()
    session.skip()
    view = session.advance()
    assert states(view) == [LineState.SHOWN, LineState.SKIPPED, LineState.SKIPPED, LineState.SHOWN, LineState.ASKED]
    await session.submit(ERROR.lines[4].math)
    session.advance()
    session.advance()
    session.skip()
    view = session.skip()
    assert view.wants is Wants.FINISHED
    assert session.course()[1].standing.value == "begun"
    assert session.where_to_continue() == ("output-error", 2, "The output error")
    session = start()
    view = session.open("output-error")
    assert view.question is not None
    assert view.question.id == "error-by-z.2"
    assert states(view) == [LineState.SHOWN, LineState.ASKED]
    await session.submit(ERROR.lines[1].math)
    view = session.advance()
    assert view.question is not None
    assert view.question.id == "error-by-z.3"


async def test_another_one_has_other_numbers_and_asks_again(start: Start) -> None:
    session = start()
    view = session.open("first-minutes", 7)
    await session.submit(letter_of_right(view))
    other = session.another()
    assert other.seed != 7
    assert other.wants is Wants.ANSWER
    assert other.stop == 1
    assert isinstance(other.shown[0], ShownProse)
    assert session.values is not None
    assert f"**{float(session.values['L']):.3f}**" in other.shown[0].text
    assert other.hints == ()


async def test_an_answer_keeps_its_seed_when_later_numbers_change(start: Start) -> None:
    session = start()
    view = session.open("first-minutes", 7)
    await session.submit(letter_of_right(view))
    for _ in range(2):
        session.advance()
    view = session.another()
    (answered,) = [piece for piece in view.shown if isinstance(piece, ShownQuestion)]
    assert answered.seed == 7
    assert answered.question.choices["abc".index(answered.answer or "")].right


async def test_a_finished_lesson_can_be_read_again_and_begun_anew(start: Start) -> None:
    session = start()
    session.open("reading")
    assert session.advance().wants is Wants.FINISHED
    view = start().open("reading")
    assert view.wants is Wants.FINISHED
    assert len(view.shown) == 2
    session = start()
    session.open("reading")
    assert session.another().wants is Wants.GO_ON


async def test_a_verdict_is_dropped_when_the_learner_has_moved_on(start: Start) -> None:
    session = start()
    view = session.open("first-minutes")
    grader = session.grader
    assert isinstance(grader, FakeGrader)
    grader.gate = asyncio.Event()
    waiting = asyncio.create_task(session.submit(letter_of_right(view)))
    await asyncio.sleep(0)
    session.skip()
    grader.gate.set()
    await waiting
    assert kinds(session, "first-minutes") == ["opened", "skipped"]


async def test_the_proof_adds_to_the_record(start: Start) -> None:
    session = start()
    session.open("output-error")
    session.advance()
    assert await session.proof() is None
    await session.submit(ERROR.lines[1].math)
    verdict = await session.proof()
    assert verdict is not None
    assert verdict.proof is ProofMark.PROVED
    assert await session.proof() is None
    last = session.log.run("fake", "output-error")[-1]
    assert (last.kind, last.stop, last.proof) == (EventKind.PROVED, ERROR_LINES[1], "proved")


class Disputing(FakeGrader):
    """Its proofs contradict its verdicts."""

    async def proof(self) -> Verdict | None:
        return Verdict(Mark.UNDECIDED, ProofMark.UNDECIDED, (Finding("disagreement", "Two ways disagree."),))


async def test_a_proof_that_contradicts_takes_nothing_back_and_is_disputed(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPTUTOR_HOME", str(tmp_path / "home"))
    session = start()
    session.grader = Disputing()
    session.open("output-error")
    session.advance()
    await session.submit(ERROR.lines[1].math)
    verdict = await session.proof()
    assert verdict is not None
    *_, answered, proved, disputed = session.log.run("fake", "output-error")
    assert [event.kind.value for event in (answered, proved, disputed)] == ["answered", "proved", "disputed"]
    assert answered.mark == "right" and disputed.stop == answered.stop == ERROR_LINES[1]
    (file,) = (tmp_path / "home").rglob("reports/*.json")
    assert str(file) in disputed.text and str(file) in verdict.findings[0].message
    case = json.loads(file.read_text(encoding="utf-8"))
    assert (case["answer"], case["said"]["mark"]) == (ERROR.lines[1].math, "right")
    assert case["question"]["answer"]
    before = session.view()
    again = start()
    assert states(again.open("output-error")) == states(before)


async def test_a_lesson_goes_on_when_nothing_can_be_saved(start: Start) -> None:
    session = start()
    view = session.open("first-minutes")
    session.log._connection.execute("PRAGMA query_only = 1")
    outcome = await session.submit(letter_of_right(view))
    assert outcome.verdict.mark is Mark.RIGHT
    assert not outcome.view.saving
    assert outcome.view.saving_problem
    assert isinstance(session.advance().shown[-1], ShownProse)


async def test_a_line_without_skills_exercises_those_of_its_lesson(start: Start) -> None:
    session = start()
    session.open("output-error")
    session.advance()
    await session.submit(ERROR.lines[1].math)
    session.advance()
    await session.submit(ERROR.lines[4].math)
    session.advance()
    answered = [e.skills for e in session.log.run("fake", "output-error") if e.kind is EventKind.ANSWERED]
    assert answered == [("chain",), ("softmax",)]
    session.open("first-minutes")
    assert session.course()[1].mastery > 0
    again = session.open("output-error", 7)
    for _ in range(2):
        again = session.advance()
    assert again.stop == 2
    session.skip()
    session.skip()
    session.advance()
    await session.submit(ERROR.lines[4].math)
    last = session.log.run("fake", "output-error")[-1]
    assert (last.stop, last.skills) == (ERROR_LINES[4], ("output-error", "chain", "softmax"))


def test_a_seed_out_of_range_and_a_lesson_that_is_not_there(start: Start) -> None:
    session = start()
    with pytest.raises(UsageError, match="10000"):
        session.open("first-minutes", 10_000)
    with pytest.raises(PackError, match="no lesson"):
        session.open("nowhere")


async def test_texts_that_cannot_be_stored_harm_nothing(start: Start) -> None:
    session = start()
    session.open("first-minutes")
    for text in ("\ud800", "x" * 20_000, "\x00\x1b[31m"):
        session.keep_draft(text)
        outcome = await session.submit(text)
        assert outcome.view.saving
    assert len([e for e in session.log.events() if e.kind is EventKind.ANSWERED]) == 3


def test_the_course_shows_where_everything_stands(start: Start) -> None:
    session = start()
    assert [(e.entry.id, e.standing.value, e.passed, e.steps) for e in session.course()] == [
        ("first-minutes", "new", 0, 2),
        ("output-error", "new", 0, 5),
        ("reading", "new", 0, 0),
    ]
    session.open("output-error")
    session.advance()
    session.open("first-minutes")
    assert [e.standing.value for e in session.course()] == ["begun", "begun", "new"]
    assert session.where_to_continue() == ("first-minutes", 1, "First ten minutes")
    assert CODE.skills == ("output-error",)
    assert RISES.skills == ("loss",)
