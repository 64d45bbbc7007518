"""When a skill is due again: a card a skill, scheduled by FSRS from the record alone.

Unaided right is Good; with a hint, or on a later try, Hard; revealed is Again, and so is a wrong answer in a quiz,
where there is one try. What FSRS makes of the ratings is a pure function of their order and times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import Enum
from typing import TYPE_CHECKING

from bptutor.progress.event import Event, EventKind
from bptutor.progress.events import Log

if TYPE_CHECKING:
    from fsrs import Scheduler

QUIZ = "~quiz/"
"""What the lesson of an event in a quiz begins with."""
RIGHT = frozenset({"right", "right-from-earlier"})


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
    grade: Grade


@dataclass(frozen=True)
class Card:
    """What is known of one skill."""

    skill: str
    due: datetime
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
    for event in events:
        how = grade(event)
        if how is not None:
            found += [Rating(skill, datetime.fromisoformat(event.time), how) for skill in event.skills]
    return found


def rated(cards: Mapping[str, Card], new: Iterable[Rating]) -> dict[str, Card]:
    """Return the cards after some more ratings, oldest first."""
    found = dict(cards)
    scheduler = _scheduler()
    for rating in new:
        found[rating.skill] = _step(scheduler, found.get(rating.skill), rating)
    return found


def _scheduler() -> Scheduler:
    """Return FSRS with its published parameters, and days as its shortest step: nothing is due again the same day."""
    from fsrs import Scheduler

    return Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)


def _step(scheduler: Scheduler, card: Card | None, rating: Rating) -> Card:
    from fsrs import Card as FsrsCard
    from fsrs import Rating as FsrsRating

    known = FsrsCard(card_id=0) if card is None else FsrsCard.from_json(card.body)
    when = rating.time.astimezone(UTC)
    after, _ = scheduler.review_card(known, FsrsRating(rating.grade.value), review_datetime=when)
    return Card(rating.skill, after.due, when, after.to_json())


def due(cards: Iterable[Card], now: datetime) -> list[str]:
    """Return the skills that are due, in the order in which they are asked: today's first, then the longest overdue.

    Args:
        cards: One card a skill.
        now: The time, with the zone in which a day begins at midnight.
    """
    today = now.date()
    found = [(card.due.astimezone(now.tzinfo).date(), card) for card in cards]

    def order(entry: tuple[date, Card]) -> tuple[bool, datetime, str]:
        return entry[0] < today, entry[1].due, entry[1].skill

    return [card.skill for day, card in sorted((e for e in found if e[0] <= today), key=order)]


def cards(log: Log, now: datetime | None = None) -> dict[str, Card]:
    """Return the card of every skill, brought up to date with the record.

    Cards are kept beside the events, and only what is new is folded in. An imported event that is older than what a
    card knows makes all cards anew, and so does a card that cannot be read.

    Args:
        log: The record.
        now: The time. What the record says was later had a clock that was ahead, and counts as of now; such cards are
            not kept, as the next event says what is to be believed.
    """
    if now is not None and log.last_time > (latest := now.astimezone(UTC)).isoformat(timespec="milliseconds"):
        return rated({}, [replace(one, time=min(one.time, latest)) for one in ratings(log.rated_after(0)[1])])
    try:
        return _brought_up_to_date(log)
    except (ValueError, KeyError, TypeError):  # what was kept is no card
        log.keep_cards(0, [])
        return _brought_up_to_date(log)


def _brought_up_to_date(log: Log) -> dict[str, Card]:
    known = {skill: Card(skill, _time(due_), _time(last), body) for skill, body, due_, last in log.rows(_CARDS)}
    (seq,) = log.rows("SELECT coalesce(max(seq), 0) FROM folded")[0]
    new_seq, events = log.rated_after(int(seq))
    if not events:
        return known
    new = ratings(events)
    latest = max((card.last for card in known.values()), default=None)
    if latest is not None and any(rating.time < latest for rating in new):
        known, new = {}, ratings(log.rated_after(0)[1])
    found = rated(known, new)
    log.keep_cards(new_seq, [(c.skill, c.body, c.due.isoformat(), c.last.isoformat()) for c in found.values()])
    return found


_CARDS = "SELECT skill, body, due, last FROM card"


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
