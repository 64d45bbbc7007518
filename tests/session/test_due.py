"""What is due can be asked, and no more and no less is said of it; a coming back locks nobody out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bptutor.packs.lesson.outline import Pack
from bptutor.plain.repl import Talk
from bptutor.progress.event import EventKind
from bptutor.progress.event_log import Log
from bptutor.progress.record.memory import cards, mastery
from bptutor.session import QUIZ, REVIEW, WARM_UP, Session, View, Wants
from bptutor.session.review.results import more_due
from tests.session.clock import Desk, right, through
from tests.session.fakes import FakeGrader, FakeLibrary
from tests.session.weeks import PLACES, WeeksLibrary, ZonedClock, said

pytestmark = pytest.mark.normal


class OtherPack(WeeksLibrary):
    """The same skills, in a pack of another id."""

    @property
    def pack(self) -> Pack:
        return replace(super().pack, id="other")


class NoBanks(WeeksLibrary):
    """The banks were taken out of the pack."""

    def __init__(self) -> None:
        super().__init__()
        self.banks = {}


async def quizzed(desk: Desk, *, rightly: bool = True) -> View:
    with desk.session() as session:
        view = session.open(QUIZ + "quiz-see")
        while view.wants is not Wants.FINISHED:
            answer = right(view) if rightly and view.wants is Wants.ANSWER else "a"
            view = (await session.submit(answer)).view if view.wants is Wants.ANSWER else session.advance()
        return view


async def done(desk: Desk, lessons: Sequence[str]) -> None:
    with desk.session() as session:
        for lesson in lessons:
            await through(session, session.open(lesson), Wants.FINISHED)


async def test_questions_of_banks_are_asked_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WeeksLibrary())
    await quizzed(desk)
    desk.clock.pass_by(days=4)
    with desk.session() as session:
        count = session.rounds.due_count()
        assert count == len(session.rounds.due()) > 0
        assert session.open(REVIEW).stops == count
        assert all(item.startswith("@see/") for item in session.log.run("fake", REVIEW)[0].items)


@pytest.mark.parametrize("library", [NoBanks(), OtherPack()], ids=["no banks", "other pack"])
async def test_what_cannot_be_asked_is_not_due_and_locks_nothing(tmp_path: Path, library: FakeLibrary) -> None:
    desk = Desk(tmp_path, WeeksLibrary())
    await quizzed(desk)
    desk.clock.pass_by(days=4)
    desk.library = library
    with desk.session() as session:
        assert (session.rounds.due(), session.rounds.due_count(), session.rounds.warm_up()) == ([], 0, 0)
        assert Talk(session, io.StringIO(), io.StringIO())._open("first").lesson.id == "first"
        assert said(session.open(REVIEW)) == "Nothing is due now."


async def test_a_lesson_that_is_gone_is_not_due(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WeeksLibrary())
    await done(desk, ["first", "second"])
    desk.clock.pass_by(days=4)
    desk.library = WeeksLibrary(gone=frozenset({"first"}))
    with desk.session() as session:
        assert session.rounds.due() == ["second-a", "second-b"]
        assert session.rounds.warm_up() == session.open(WARM_UP).stops > 0


async def test_the_word_lesson_goes_past_what_is_due_though_it_stays_due(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WeeksLibrary())
    await done(desk, ["first", "second"])
    desk.clock.pass_by(days=4)
    with desk.session() as session:
        talk = Talk(session, io.StringIO(), io.StringIO())
        view = talk._open("third")
        assert view.lesson.id == WARM_UP
        session.rounds.warm_up = lambda: 3  # type: ignore[method-assign]  # however it is counted
        assert (await talk._do("lesson", view)).lesson.id == "third"


async def test_ten_are_enough_for_a_day_and_the_rest_is_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WeeksLibrary())
    await done(desk, PLACES)
    desk.clock.pass_by(days=70)
    with desk.session() as session:
        beyond = session.rounds.beyond_today()
        assert session.rounds.due_count() == 10 and beyond > 0
        view = session.open(REVIEW)
        for _ in range(10):
            assert view.wants is Wants.ANSWER
            view = (await session.submit(right(view))).view
            view = session.advance()
        assert view.wants is Wants.FINISHED
        left = session.rounds.beyond_today()
        assert more_due(left) in said(view) and 0 < left <= beyond
        assert session.rounds.due_count() == 0 and session.rounds.due()
        assert said(session.open(REVIEW)) == more_due(left)
    desk.clock.pass_by(days=1)
    with desk.session() as session:
        assert session.open(REVIEW).stops == session.rounds.due_count() >= left


async def test_what_is_left_of_the_ten_is_told_apart_from_what_is_due(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WeeksLibrary())
    await done(desk, PLACES[:4])
    desk.clock.pass_by(days=30)
    with desk.session() as session:
        view = session.open(REVIEW)
        asked = view.stops
        while view.wants is not Wants.FINISHED:
            view = session.skip()
        assert 5 < asked < 10
        assert f"{asked} are due; a review asks {10 - asked} of them today." in said(view)
        assert session.open(REVIEW).stops == 10 - asked


async def test_weak_skills_of_a_quiz_are_asked_tomorrow_as_is_said(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WeeksLibrary())
    view = await quizzed(desk, rightly=False)
    assert "The review will bring the weak skills back tomorrow." in said(view)
    desk.clock.pass_by(days=1)
    with desk.session() as session:
        assert session.open(REVIEW).stops == session.rounds.due_count() == len(session.rounds.due())


async def test_what_a_quiz_asked_and_the_pack_lost_still_counts(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WeeksLibrary())
    lost: set[str] = set()
    with desk.session() as session:
        view = session.open(QUIZ + "quiz-see")
        for _ in range(4):
            lost.add(session.log.run("fake", QUIZ + "quiz-see")[0].items[view.stop - 1])
            wrong = next("abc"[n] for n, one in enumerate(view.question.choices) if not one.right)  # type: ignore[union-attr]
            await session.submit(wrong)
            view = session.advance()
    library = WeeksLibrary()
    bank = library.banks["@see"]
    kept = tuple(block for block in bank.blocks if f"@see/{block.id}" not in lost)  # type: ignore[union-attr]
    library.banks["@see"] = replace(bank, blocks=kept)
    desk.library = library
    view = await quizzed(desk)
    assert "**4 of 8** right: not passed yet" in said(view)
    with desk.session() as session:
        assert session.quizzes()[0].last == (4, 8)


# --- days ---------------------------------------------------------------------------------------------------


class Placed(Desk):
    """A desk in a time zone."""

    def __init__(self, home: Path, zone: str, start: datetime) -> None:
        super().__init__(home, WeeksLibrary())
        self.clock = ZonedClock(ZoneInfo(zone))
        self.clock.time = start.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("America/Los_Angeles", datetime(2026, 12, 4, 15, 57)),  # midnight in UTC
        ("Asia/Shanghai", datetime(2026, 12, 4, 7, 57)),
        ("Pacific/Auckland", datetime(2026, 12, 4, 23, 57)),  # midnight there
        ("Europe/Berlin", datetime(2027, 3, 28, 1, 57)),  # two o'clock is three o'clock
    ],
)
async def test_one_sitting_is_one_day(tmp_path: Path, zone: str, start: datetime) -> None:
    desk = Placed(tmp_path, zone, start)
    with desk.session() as session:
        view = session.open("first")
        while view.wants is not Wants.FINISHED:
            desk.clock.pass_by(seconds=70)
            view = (await session.submit(right(view))).view if view.wants is Wants.ANSWER else session.advance()
        events = list(session.log.events())
        assert {event.day for event in events} == {start.date().isoformat()}
        assert mastery(session.log, "fake")["first-a"].days == 1


async def test_an_evening_and_the_morning_after_are_two_days(tmp_path: Path) -> None:
    desk = Placed(tmp_path, "America/Los_Angeles", datetime(2026, 12, 7, 17, 0))
    await done(desk, ["first"])
    desk.clock.pass_by(hours=16)
    with desk.session() as session:
        await through(
            session,
            session.another() if session.open("first").wants is Wants.FINISHED else session.view(),
            Wants.FINISHED,
        )
        standing = mastery(session.log, "fake")["first-a"]
        assert (standing.days, standing.holds) == (2, True)


async def test_moving_to_another_time_zone_makes_no_day_of_an_hour(tmp_path: Path) -> None:
    desk = Placed(tmp_path, "America/Los_Angeles", datetime(2026, 12, 7, 20, 0))
    await done(desk, ["first"])
    desk.clock.pass_by(hours=1)
    desk.clock.zone = ZoneInfo("Pacific/Auckland")  # type: ignore[attr-defined]
    await done(desk, ["second"])
    desk.clock.pass_by(hours=1)
    await done(desk, ["third"])
    desk.clock.zone = ZoneInfo("America/Los_Angeles")  # type: ignore[attr-defined]
    desk.clock.pass_by(hours=20)
    await done(desk, ["fourth"])
    with desk.session() as session:
        days = list(dict.fromkeys(event.day for event in session.log.events()))
        assert days == ["2026-12-07", "2026-12-08"]


async def test_a_review_begun_before_midnight_goes_on_after_it(tmp_path: Path) -> None:
    desk = Placed(tmp_path, "Europe/Berlin", datetime(2026, 12, 1, 18, 0))
    await done(desk, ["first", "second"])
    desk.clock.time = datetime(2026, 12, 5, 22, 57, tzinfo=UTC)
    with desk.session() as session:
        view = session.open(REVIEW)
        await session.submit(right(view))
        view = session.advance()
        session.keep_draft("b")
    desk.clock.time = datetime(2026, 12, 5, 23, 5, tzinfo=UTC)
    with desk.session() as session:
        again = session.open(REVIEW)
        assert (again.stop, again.draft, again.seed) == (view.stop, "b", view.seed)
        assert session.rounds.left_today() == 9


async def test_a_week_away_is_seven_days_of_the_calendar(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WeeksLibrary())
    await done(desk, PLACES)
    desk.clock.pass_by(days=7, minutes=-50)
    with desk.session() as session:
        assert session.rounds.warm_up() == 5
        assert session.open(WARM_UP).stops == 5


async def test_what_is_put_in_is_no_item_of_the_day_and_a_skip_is_one(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WeeksLibrary())
    await done(desk, ["first", "second"])
    desk.clock.pass_by(days=4)
    with desk.session() as session:
        view = session.open(REVIEW)
        items = len(session.log.run("fake", REVIEW)[0].items)
        session.hint(), session.hint(), session.reveal()
        view = session.advance()
        for _ in range(items - 1):
            view = session.skip()
        while view.wants is Wants.ANSWER:  # what was revealed, once more
            view = session.skip()
        assert session.rounds.left_today() == 10 - items


# --- help that is not washed off --------------------------------------------------------------------------------

WAYS = {
    "hint, other numbers": ("hint", "another"),
    "wrong, other numbers": ("wrong", "another"),
    "reveal, other numbers": ("hint", "hint", "reveal", "another"),
    "wrong, skip, again": ("wrong", "skip", "reopen"),
    "hint, skip, again": ("hint", "skip", "reopen"),
    "wrong, begun anew": ("wrong", "anew"),
    "hint, killed": ("hint", "kill"),
    "nothing": (),
    "other numbers": ("another",),
    "skip": ("skip", "reopen"),
}


@pytest.mark.parametrize("way", WAYS)
async def test_help_is_not_washed_off(tmp_path: Path, way: str) -> None:
    desk = Desk(tmp_path, FakeLibrary())
    log = Log.open(tmp_path)
    session = Session(desk.library, log, FakeGrader(), clock=desk.clock)
    view = session.open("first-minutes")
    for step in WAYS[way]:
        if step == "wrong":
            wrong = next("abc"[n] for n, one in enumerate(view.question.choices) if not one.right)  # type: ignore[union-attr]
            view = (await session.submit(wrong)).view
        elif step == "reopen":
            while view.wants is not Wants.FINISHED:
                view = session.skip() if view.wants in {Wants.ANSWER, Wants.NUDGE} else session.advance()
            view = session.open("first-minutes")
        elif step == "anew":
            view = session.open("first-minutes", seed=77)
        elif step == "kill":
            session = Session(desk.library, log, FakeGrader(), clock=desk.clock)
            view = session.open("first-minutes")
        else:
            view = getattr(session, step)()
    assert view.question is not None
    await session.submit(right(view))
    last = [event for event in log.events() if event.kind is EventKind.ANSWERED][-1]
    assert last.aided is bool({"hint", "wrong", "reveal"} & set(WAYS[way]))
    log.close()


async def test_what_was_helped_yesterday_is_asked_without_help_today(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WeeksLibrary())
    with desk.session() as session:
        view = session.open("first")
        session.hint()
        await session.submit(right(session.view()))
    desk.clock.pass_by(days=3)
    with desk.session() as session:
        view = session.open(REVIEW)
        await session.submit(right(view))
        last = list(session.log.events())[-1]
        assert last.aided is False


async def test_one_question_with_other_numbers_does_not_make_a_skill_hold(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WeeksLibrary())
    for _ in range(2):
        with desk.session() as session:
            view = session.open("first", seed=None)
            for _ in range(2):
                if view.wants is Wants.ANSWER:
                    view = (await session.submit(right(view))).view
                view = session.another()
                assert not view.same_numbers or view.wants is Wants.GO_ON
        desk.clock.pass_by(days=1)
    with desk.session() as session:
        questions = {(e.lesson, e.stop.rpartition(":")[2]) for e in session.log.events() if e.mark == "right"}
        standing = mastery(session.log, "fake")["first-a"]
        assert len(questions) > 1 or not standing.holds
        assert cards(session.log, "fake")
