"""A learner's record as a page of text: mastery by skill, answers by day, the mistakes that come back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bptutor.progress.days import day_of, noon, today
from bptutor.progress.event import EventKind
from bptutor.progress.event_log import Log
from bptutor.progress.mastery import Mistake, SkillStanding, later_tries, mistakes
from bptutor.progress.record.memory import mastery

DAYS = 14
"""Days whose answers are counted one by one."""
WIDEST = 30
"""Cells of the longest bar."""
ENOUGH = 10
"""Answers without a mistake after which it has stopped."""
SHOWN = 8
"""Mistakes that are listed."""
MANY = 10_000
"""More findings than there are."""


def page(
    log: Log,
    titles: Mapping[str, str] | None = None,
    now: datetime | None = None,
    catalogue: Mapping[str, str] | None = None,
    pack: str = "",
) -> list[str]:
    """Return the record as lines of text, at most 78 columns where titles are short.

    Args:
        log: The record.
        titles: Skill id -> title, in the order of the course; a skill without one comes last, by its id.
        now: The time where the learner is; that of this machine when None.
        catalogue: Id of a mistake -> title; other findings are no mistakes and are not listed.
        pack: The id of the pack whose skills and answers are told.
    """
    now = now or datetime.now(UTC).astimezone()
    later, day = later_tries(log, pack), date.fromisoformat(today(log, now).date)
    standings = {skill: replace(one, later=later.get(skill, 0)) for skill, one in mastery(log, pack, day).items()}
    if not standings:
        return ["Nothing answered yet."]
    named = {skill: title for skill, title in (titles or {}).items() if skill in standings}
    named |= {skill: skill.replace("-", " ") for skill in standings if skill not in named}
    width = max(len(name) for name in named.values())
    lines = ["Skills", *(row for skill, name in named.items() for row in _skill(name, width, standings[skill]))]
    lines += ["", f"Answers by day, the last {DAYS} days", *_days(log, day, pack)]
    found = [one for one in mistakes(log, MANY) if one.rule in (catalogue or {})][:SHOWN]
    if found and catalogue:
        lines += ["", "Mistakes, the most frequent first", *(_mistake(log, one, catalogue) for one in found)]
    return lines


def _skill(name: str, width: int, standing: SkillStanding) -> list[str]:
    """Say in two lines how far a skill holds, and how its answers came about."""
    level = "holds" if standing.holds else f"{standing.share:.0%}"
    counts = [
        (standing.unaided, "right at the first try"),
        (standing.later, "right on a later try"),
        (standing.helped, "right with help"),
        (standing.wrong, "wrong"),
        (standing.revealed, "revealed"),
    ]
    parts = ", ".join(f"{count} {word}" for count, word in counts if count)
    return [f"  {name:<{width}}  {level:>5}", f"      {parts}; last on {standing.last}"]


def _days(log: Log, today: date, pack: str) -> list[str]:
    first = today - timedelta(days=DAYS)
    since = log.since((noon(first.isoformat()) - timedelta(days=2)).isoformat(timespec="milliseconds"))
    days = [day_of(event) for event in since if event.kind is EventKind.ANSWERED and event.pack == pack]
    counted = sorted(Counter(day for day in days if day > first.isoformat()).items())
    most = max((count for _, count in counted), default=0)
    bars = [f"  {day}  {'█' * max(1, round(WIDEST * count / most))} {count}" for day, count in counted]
    return bars or ["  none"]


def _mistake(log: Log, one: Mistake, catalogue: Mapping[str, str]) -> str:
    """Say how often a mistake came, and whether it stopped: no such answer among the last ten or more."""
    query = "SELECT coalesce(sum(unaided + aided + wrong), 0) FROM skill_day WHERE day > ?"
    (since,) = log.rows(query, one.last[:10])[0]
    times = "once" if one.times == 1 else f"{one.times} times"
    title = catalogue[one.rule]
    said = f"  {title[:1].upper()}{title[1:]}: {times}, last on {datetime.fromisoformat(one.last).astimezone().date()}"
    if since >= ENOUGH:
        return f"{said}; stopped: not in the {since} answers since"
    return f"{said}; it comes back" if one.times > 1 else said
