"""What is known of each skill of a pack, brought up to date with the record: its card, and how far it holds.

Both are kept beside the events, and only what is new is folded in. An imported event that is older than what is kept
makes all of it anew, and so does what cannot be read. A skill is one of its pack: two packs may use the same id for
different things, and what was answered in one says nothing of the other.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime

from bptutor.progress.days import day_of, noon
from bptutor.progress.event import Event
from bptutor.progress.event_log import Log
from bptutor.progress.mastery import SkillStanding, answered
from bptutor.progress.review import Card, Grade, Rating, after, grade, kept

FOLD = 2
"""Raised when the same events come to something else than before: what is kept is then made anew."""
_ROWS = "SELECT skill, body, due, last FROM card"


@dataclass(frozen=True)
class Memory:
    """What is known of one skill."""

    standing: SkillStanding
    card: Card | None = None
    """None while no answer says when it is due."""
    at: str = ""
    """When it was last answered, as UTC ISO text."""


def cards(log: Log, pack: str = "", now: datetime | None = None) -> dict[str, Card]:
    """Return the card of every skill of a pack.

    Args:
        log: The record.
        pack: The id of the pack.
        now: The time; what the record says was later counts as of now.
    """
    return {skill: one.card for skill, one in memory(log, pack, now).items() if one.card is not None}


def mastery(
    log: Log, pack: str = "", today: date | None = None, code: Collection[str] | None = None
) -> dict[str, SkillStanding]:
    """Return the standing of every skill of a pack that was ever answered, by skill id.

    Args:
        log: The record.
        pack: The id of the pack.
        today: The learner's day: what was due before and was not asked fades; None for the day of the last answer.
        code: The skills that the pack asks in code; None for those that were asked in code so far.
    """
    found = {}
    for skill, one in sorted(memory(log, pack).items()):
        left = kept(one.card, today) if one.card is not None and today is not None else 1.0
        in_code = one.standing.asks_code or skill in (code or ())
        found[skill] = replace(one.standing, left=left, asks_code=in_code)
    return found


def memory(log: Log, pack: str, now: datetime | None = None) -> dict[str, Memory]:
    """Return what is known of each skill of a pack."""
    latest = now.astimezone(UTC).isoformat(timespec="milliseconds") if now else ""
    if latest and log.last_time > latest:  # a clock was ahead: what comes next says what is to be believed
        events = log.rated_after(0)[1]
        events = [replace(event, day="", time=latest) if event.time > latest else event for event in events]
        return _of(pack, folded({}, events))
    try:
        return _of(pack, _brought_up_to_date(log))
    except (ValueError, KeyError, TypeError):  # what was kept cannot be read
        log.keep_cards(0, [])
        return _of(pack, _brought_up_to_date(log))


def folded(known: Mapping[str, Memory], events: Iterable[Event]) -> dict[str, Memory]:
    """Return what is known, by `pack/skill`, after some more answers and reveals, oldest first."""
    found = dict(known)
    for event in events:
        day, how = day_of(event), grade(event)
        for skill in event.skills:
            key = f"{event.pack}/{skill}"
            one = found.get(key) or Memory(SkillStanding(skill))
            card = one.card
            if how is not None and one.standing.lapsed != day:  # Again settles the day
                card = after(card, Rating(skill, noon(day), how))
            standing = answered(one.standing, event, day, again=how is Grade.AGAIN)
            found[key] = Memory(standing, card, max(one.at, event.time))
    return found


def _of(pack: str, found: Mapping[str, Memory]) -> dict[str, Memory]:
    return {one.standing.skill: one for key, one in found.items() if key.rpartition("/")[0] == pack}


def _brought_up_to_date(log: Log) -> dict[str, Memory]:
    (seq,) = log.rows("SELECT coalesce(max(seq), 0) FROM folded")[0]
    rows = log.rows(_ROWS)
    known = {str(key): _read(str(key), body, due, last) for key, body, due, last in rows}
    if any(one is None for one in known.values()) or not rows:
        seq, known = 0, {}
    new_seq, events = log.rated_after(int(seq))
    found = {key: one for key, one in known.items() if one is not None}
    if not events:
        return found
    if any(event.time < max((one.at for one in found.values()), default="") for event in events[:1]):
        found, events = {}, log.rated_after(0)[1]
    found = folded(found, events)
    log.keep_cards(new_seq, [_row(key, one) for key, one in found.items()])
    return found


def _row(key: str, one: Memory) -> tuple[str, str, str, str]:
    body: dict[str, object] = {"due": "", "last_review": ""}
    if one.card is not None:
        body = json.loads(one.card.body)
    whole = body | {"fold": FOLD, "at": one.at, "standing": asdict(one.standing)}
    return key, json.dumps(whole, ensure_ascii=False), str(body["due"]), str(body["last_review"])


def _read(key: str, text: str, due: str, last: str) -> Memory | None:
    """Return what was kept of a skill; None when an older version kept it."""
    body = json.loads(text)
    if body.get("fold") != FOLD:
        return None
    at, standing = body.pop("at"), body.pop("standing")
    del body["fold"]
    skill = key.rpartition("/")[2]
    card = Card(skill, _time(due), _time(last), json.dumps(body)) if due else None
    return Memory(SkillStanding(**standing | {"today": tuple(standing["today"])}), card, at)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
