"""A learner who comes and goes for weeks, as a lottery of what people do; and an account of it that is kept apart."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from io import StringIO
from pathlib import Path
from typing import Any

from fsrs import Card, Rating, Scheduler

from bptutor.packs.lesson.outline import Pack
from bptutor.packs.model import Choice, Lesson, Prose, Question
from bptutor.packs.quiz import Quiz, QuizFront, Source
from bptutor.plain.repl import Talk
from bptutor.progress.event import Event, EventKind
from bptutor.progress.event_log import Log
from bptutor.progress.record.memory import cards, mastery
from bptutor.session import QUIZ, REVIEW, WARM_UP, Session, ShownProse, View, Wants
from bptutor.session.ids import is_inserted
from tests.session.clock import Clock, right
from tests.session.fakes import FakeGrader, FakeLibrary

RIGHT = {"right", "right-from-earlier"}
PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def question(name: str, *skills: str) -> Question:
    """Return a question whose wording has three forms, each a choice of three."""
    choices = (Choice("It rises."), Choice("It falls.", right=True), Choice("It stays."))
    hints = ("Look.", "Look again.")
    return Question(name, "choice", f"What of {name}?", choices=choices, hints=hints, skills=skills)


class WeeksLibrary(FakeLibrary):
    """Eight lessons of two skills each, a bank a chapter, and a quiz a chapter that draws from its bank alone."""

    def __init__(self, gone: frozenset[str] = frozenset()) -> None:
        lessons = {}
        self.banks: dict[str, Lesson] = {}
        for n, place in enumerate(PLACES):
            skills, chapter = (f"{place}-a", f"{place}-b"), ("see", "why")[n // 4]
            asked = [question(f"q{k}", skills[k % 2], *(skills[1 - k % 2 :][:1] if k == 4 else ())) for k in range(5)]
            lessons[place] = Lesson(place, place, (Prose("Read."), *asked), skills=skills, chapter=chapter)
        quizzes = {}
        for n, chapter in enumerate(("see", "why")):
            tested = [f"{place}-{one}" for place in PLACES[4 * n : 4 * n + 4] for one in "ab"]
            asked = [question(f"{chapter}-{skill}-{k}", skill) for skill in tested for k in range(2)]
            self.banks[f"@{chapter}"] = Lesson(f"@{chapter}", chapter, tuple(asked))
            front = QuizFront(sources=(Source(f"@{chapter}"),), pick=8, test_out=True)
            quizzes[f"quiz-{chapter}"] = Quiz(
                Lesson(f"quiz-{chapter}", chapter, (Prose("Eight."),), chapter=chapter), front
            )
        super().__init__({k: v for k, v in lessons.items() if k not in gone}, quizzes)

    @property
    def pack(self) -> Pack:
        return replace(super().pack, skills={f"{place}-{one}": place for place in PLACES for one in "ab"})

    def lesson(self, id: str) -> Lesson:  # noqa: A002
        return self.banks[id] if id in self.banks else super().lesson(id)


@dataclass
class Habits:
    """What a learner is like; shares of all questions."""

    right: float = 0.8
    reveals: float = 0.1
    skips: float = 0.1
    quizzes: float = 0.1
    again: float = 0.1
    """Asks for other numbers after an answer."""
    gaps: tuple[int, ...] = (1, 1, 1, 2, 3, 7)


class ZonedClock(Clock):
    """A clock of a place."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self.zone = zone
        self.time = datetime(2026, 3, 2, 9, 0, tzinfo=zone).astimezone(UTC)

    def __call__(self) -> datetime:
        return super().__call__().astimezone(self.zone)

    def tomorrow(self, days: int, hour: int, minute: int) -> None:
        local = self.time.astimezone(self.zone)
        new = (local + timedelta(days=days)).replace(hour=hour, minute=minute)
        self.time = max(self.time, new.astimezone(UTC))


class Life:
    """One learner's weeks; everything that the tutor says on the way is checked."""

    def __init__(self, home: Path, seed: int, zone: tzinfo, habits: Habits, grader: Any = FakeGrader) -> None:
        self.home, self.habits, self.grader = home, habits, grader
        self.lots, self.clock = random.Random(seed), ZonedClock(zone)
        self.library = WeeksLibrary()
        self.fell = self.rose = self.visits = 0
        self.shares: dict[str, float] = {}

    def chance(self, share: float) -> bool:
        return self.lots.random() < share

    async def live(self, days: int) -> None:
        """Come and go for some days."""
        end = self.clock.time + timedelta(days=days)
        while self.clock.time < end:
            await self.visit()
            hour = self.lots.choice([7, 9, 12, 18, 21, 23, 23])
            self.clock.tomorrow(self.lots.choice(self.habits.gaps), hour, self.lots.randrange(60))

    async def visit(self) -> None:
        """Sit down once: the program starts, some things are done, it ends."""
        self.visits += 1
        log = Log.open(self.home)
        session = Session(self.library, log, self.grader(), clock=self.clock)
        try:
            self.doors(session)
            await self.review(session)
            for _ in range(self.lots.randrange(1, 4)):
                await self.something(session)
            if self.chance(0.3):
                await self.review(session)
            self.account(log, session)
        finally:
            log.close()

    def doors(self, session: Session) -> None:
        """Every lesson can be opened within two steps, and what is due before it is there."""
        for lesson in self.lots.sample(list(self.library.lessons), 2):
            talk, warm = Talk(session, StringIO(), StringIO()), session.rounds.warm_up()
            view = talk._open(lesson)
            if view.lesson.id == WARM_UP:
                assert view.stops - view.stop + 1 == warm > 0
                assert view.wants is Wants.ANSWER
                view = talk._behind(view)
            else:
                assert not warm
            assert view.lesson.id == lesson

    async def something(self, session: Session) -> None:
        """Take a quiz, or go on with a lesson."""
        if self.chance(self.habits.quizzes):
            view = session.open(QUIZ + self.lots.choice(["quiz-see", "quiz-why"]))
            view = await self.through(session, view, 40)
            if view.wants is Wants.FINISHED and "back tomorrow" in said(view):
                assert self.due_by_tomorrow(session)
        else:
            view = session.open(self.lots.choice(list(self.library.lessons)))
            if view.wants is Wants.FINISHED:
                view = session.another()
            await self.through(session, view, self.lots.randrange(2, 12))

    async def review(self, session: Session) -> None:
        """Ask what is due: as much as was said, and what is said at the end is so."""
        count, beyond = session.rounds.due_count(), session.rounds.beyond_today()
        view = session.open(REVIEW)
        if view.wants is Wants.FINISHED:
            assert count == 0
        elif not is_inserted(view.between) and view.wants is Wants.ANSWER:
            assert view.stops - view.stop + 1 == count
        view = await self.through(session, view, 60)
        text = said(view)
        count, beyond = session.rounds.due_count(), session.rounds.beyond_today()
        really = self.really_due(session)
        assert ("Nothing" in text) == (not really), (text, really)
        if beyond and not count:
            assert f"Ten are enough for today; {beyond} more" in text
        if count and beyond:
            assert f"{count + beyond} are due; a review asks {count} of them today" in text
        elif count:
            assert f"{count} more {'is' if count == 1 else 'are'} due now" in text or not view.stops

    async def through(self, session: Session, view: View, steps: int) -> View:
        """Do as this learner does for some steps."""
        for _ in range(steps):
            if view.wants is Wants.FINISHED:
                break
            self.clock.pass_by(seconds=self.lots.randrange(5, 90))
            view = await self.step(session, view)
        return view

    async def step(self, session: Session, view: View) -> View:
        if view.wants is not Wants.ANSWER:
            return session.another() if self.chance(self.habits.again / 3) else session.advance()
        if self.chance(self.habits.skips):
            return session.skip()
        if self.chance(self.habits.reveals) and not view.one_try:
            for _ in range(view.hints_total):
                session.hint()
            return session.reveal()
        if self.chance(self.habits.right):
            return (await session.submit(right(view))).view
        assert view.question is not None
        wrong = next("abc"[n] for n, choice in enumerate(view.question.choices) if not choice.right)
        view = (await session.submit(wrong)).view
        return session.another() if self.chance(self.habits.again) else view

    # --- an account that is kept apart ------------------------------------------------------------------

    def account(self, log: Log, session: Session) -> None:
        """Compare the cards with a fold of one's own, and see which skills fell and rose."""
        mine, kept = fold(log.events()), cards(log, "fake")
        assert {skill: card.due.date() for skill, card in kept.items()} == {s: c.due.date() for s, c in mine.items()}
        for skill, card in mine.items():
            assert kept[skill].body == card.to_json()
        shares = {skill: one.share for skill, one in mastery(log, "fake", session.today).items()}
        assert all(0 <= share <= 1 for share in shares.values())
        self.fell += any(shares[skill] < before for skill, before in self.shares.items())
        self.rose += any(share > self.shares.get(skill, 0) for skill, share in shares.items())
        self.shares = shares

    def really_due(self, session: Session) -> set[str]:
        """Return the skills that are due and can be asked: something of them was asked that the pack still has."""
        events = list(session.log.events())
        day = date.fromisoformat(session.rounds.day.date)
        due = {skill for skill, card in fold(events).items() if card.due.date() <= day}
        return due & self.askable(events)

    def due_by_tomorrow(self, session: Session) -> set[str]:
        events = list(session.log.events())
        day = date.fromisoformat(session.rounds.day.date) + timedelta(days=1)
        return {skill for skill, card in fold(events).items() if card.due.date() <= day} & self.askable(events)

    def askable(self, events: list[Event]) -> set[str]:
        answered = {(event.lesson, event.stop) for event in events if event.kind is EventKind.ANSWERED or event.text}
        asked = {
            stop.rpartition(":")[2] if lesson[0] == "~" else f"{lesson}/{stop.rpartition(':')[2]}"
            for lesson, stop in answered
        }
        found = set()
        for lesson in [*self.library.lessons.values(), *self.library.banks.values()]:
            for block in lesson.blocks:
                if isinstance(block, Question) and f"{lesson.id}/{block.id}" in asked:
                    found |= set(block.skills)
        return found


def said(view: View) -> str:
    return "\n".join(piece.text for piece in view.shown if isinstance(piece, ShownProse))


def fold(events: Iterator[Event] | list[Event]) -> Mapping[str, Card]:
    """Return FSRS's card of every skill: one rating an answer, none on a day after the skill was lost on it."""
    scheduler = Scheduler(
        learning_steps=(), relearning_steps=(timedelta(days=1),), maximum_interval=60, enable_fuzzing=False
    )
    found: dict[str, Card] = {}
    lost: dict[str, str] = {}
    for event in events:
        rating = None
        if event.kind is EventKind.REVEALED:
            rating = Rating.Again
        elif event.kind is EventKind.ANSWERED and event.mark in RIGHT:
            rating = Rating.Hard if event.aided else Rating.Good
        elif event.kind is EventKind.ANSWERED and event.mark == "wrong" and event.lesson.startswith("~quiz/"):
            rating = Rating.Again
        for skill in event.skills:
            if rating is None or lost.get(skill) == event.day:
                continue
            if rating is Rating.Again:
                lost[skill] = event.day
            when = datetime.fromisoformat(f"{event.day}T12:00:00+00:00")
            card = found.get(skill, Card(card_id=0))
            found[skill], _ = scheduler.review_card(card, rating, review_datetime=when)
    return found
