"""When a skill is due again: a card a skill, scheduled by FSRS from the record alone.

Unaided right is Good; with help, or on a later try, Hard; revealed is Again, and so is a wrong answer in a quiz, where
there is one try. Again settles the day: what is answered on that day after it says nothing of tomorrow, on which the
skill comes back. Days are counted as dates of the learner's calendar (`progress.days`). What FSRS makes of the ratings
is a pure function of their order and days.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from bptutor.progress.days import day_of, noon
from bptutor.progress.event import Event, EventKind

if TYPE_CHECKING:
    from fsrs import Scheduler

QUIZ = "~quiz/"
"""What the lesson of an event in a quiz begins with."""
RIGHT = frozenset({"right", "right-from-earlier"})
LONGEST = 60
"""Days after which a skill is asked at the latest: the course takes weeks, and what is asked in it is asked again."""
DECAY = -0.1542
"""FSRS's published parameter of forgetting."""
TOMORROW = timedelta(days=1)


class Grade(Enum):
    """How well something was remembered; the values are those of FSRS."""

    AGAIN = 1
    HARD = 2
    GOOD = 3


@dataclass(frozen=True)
class Rating:
    """One skill, asked once."""

    skill: str
    time: datetime
    """Noon, in UTC, of the learner's day: only days are counted."""
    grade: Grade


@dataclass(frozen=True)
class Card:
    """What is known of one skill."""

    skill: str
    due: datetime
    """Its date in UTC is the learner's day."""
    last: datetime
    body: str
    """FSRS's own card, as JSON."""


def grade(event: Event) -> Grade | None:
    """Return the rating that an event gives to each of its skills; None when it gives none."""
    if event.kind is EventKind.REVEALED:
        return Grade.AGAIN
    if event.kind is not EventKind.ANSWERED:
        return None
    if event.mark in RIGHT:
        return Grade.HARD if event.aided else Grade.GOOD
    return Grade.AGAIN if event.mark == "wrong" and event.lesson.startswith(QUIZ) else None


def ratings(events: Iterable[Event]) -> list[Rating]:
    """Return the ratings that events give, in their order."""
    found = []
    settled: dict[str, str] = {}
    """Skill -> the last day that Again settled."""
    for event in events:
        how, day = grade(event), day_of(event)
        for skill in event.skills if how is not None else ():
            if settled.get(skill) == day or how is None:
                continue
            if how is Grade.AGAIN:
                settled[skill] = day
            found.append(Rating(skill, noon(day), how))
    return found


def rated(cards: Mapping[str, Card], new: Iterable[Rating]) -> dict[str, Card]:
    """Return the cards after some more ratings, oldest first."""
    found = dict(cards)
    for rating in new:
        found[rating.skill] = after(found.get(rating.skill), rating)
    return found


@cache
def scheduler() -> Scheduler:
    """Return FSRS with its published parameters; nothing is due again the same day, and what was lost is tomorrow."""
    from fsrs import Scheduler

    return Scheduler(learning_steps=(), relearning_steps=(TOMORROW,), maximum_interval=LONGEST, enable_fuzzing=False)


def after(card: Card | None, rating: Rating) -> Card:
    """Return the card of a skill after one more rating."""
    from fsrs import Card as FsrsCard
    from fsrs import Rating as FsrsRating

    known = FsrsCard(card_id=0) if card is None else FsrsCard.from_json(card.body)
    when = rating.time.astimezone(UTC)
    new, _ = scheduler().review_card(known, FsrsRating(rating.grade.value), review_datetime=when)
    return Card(rating.skill, new.due, when, new.to_json())


def kept(card: Card, today: date) -> float:
    """Return how much of a skill is left since it was due and not asked: 1 until then, then as FSRS forgets."""
    due_on = card.due.date()
    if today <= due_on:
        return 1.0
    stability = float(json.loads(card.body)["stability"])
    then, now = (_retrievability((day - card.last.date()).days, stability) for day in (due_on, today))
    return now / then


def _retrievability(days: int, stability: float) -> float:
    """Return FSRS's probability that something is still known after some days, without loading FSRS."""
    factor = 0.9 ** (1 / DECAY) - 1
    return float((1 + factor * max(0, days) / stability) ** DECAY)


def due(cards: Iterable[Card], today: date) -> list[str]:
    """Return the skills that are due, in the order in which they are asked: today's first, then the longest overdue.

    Args:
        cards: One card a skill.
        today: The learner's day.
    """
    found = [(card.due.date(), card.skill) for card in cards]
    return [skill for day, skill in sorted((e for e in found if e[0] <= today), key=lambda e: (e[0] < today, *e))]
