"""A learner's record as a page of text: mastery by skill, answers by day, the mistakes that come back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bptutor.progress.events import Log
from bptutor.progress.mastery import Mistake, SkillStanding, mastery, mistakes

DAYS = 14
"""Days whose answers are counted one by one."""
WIDEST = 30
"""Cells of the longest bar."""
ENOUGH = 10
"""Answers without a mistake after which it has stopped."""
SHOWN = 8
"""Mistakes that are listed."""


def page(log: Log, titles: Mapping[str, str] | None = None, now: datetime | None = None) -> list[str]:
    """Return the record as lines of text, at most 78 columns where titles are short.

    Args:
        log: The record.
        titles: Skill id -> title; a skill without one shows its id.
        now: The time; that of this machine when None.
    """
    standings = mastery(log)
    if not standings:
        return ["Nothing answered yet."]
    named = {skill: (titles or {}).get(skill, skill) for skill in standings}
    width = max(len(name) for name in named.values())
    lines = ["Skills", *(_skill(named[skill], width, standing) for skill, standing in standings.items())]
    lines += ["", f"Answers by day, the last {DAYS} days", *_days(log, now or datetime.now(UTC))]
    found = mistakes(log, SHOWN)
    if found:
        lines += ["", "Mistakes, the most frequent first", *(_mistake(log, one) for one in found)]
    return lines


def _skill(name: str, width: int, standing: SkillStanding) -> str:
    level = "holds" if standing.holds else f"{standing.share:.0%}"
    parts = [
        f"{standing.unaided} unaided",
        f"{standing.aided} with help",
        f"{standing.wrong} wrong",
        f"{standing.revealed} revealed",
    ]
    return f"  {name:<{width}}  {level:>5}  {', '.join(parts)}; last on {standing.last}"


def _days(log: Log, now: datetime) -> list[str]:
    first = (now - timedelta(days=DAYS)).astimezone(UTC).isoformat(timespec="milliseconds")
    query = """SELECT substr(time, 1, 10), count(*) FROM event WHERE time >= ? AND kind = 'answered'
        GROUP BY 1 ORDER BY 1"""
    counted = log.rows(query, first)
    most = max((count for _, count in counted), default=0)
    bars = [f"  {day}  {'█' * max(1, round(WIDEST * count / most))} {count}" for day, count in counted]
    return bars or ["  none"]


def _mistake(log: Log, one: Mistake) -> str:
    """Say how often a mistake came, and whether it stopped: no such answer among the last ten or more."""
    query = "SELECT coalesce(sum(unaided + aided + wrong), 0) FROM skill_day WHERE day > ?"
    (since,) = log.rows(query, one.last[:10])[0]
    times = "once" if one.times == 1 else f"{one.times} times"
    said = f"  {one.rule.replace('-', ' ')}: {times}, last on {one.last[:10]}"
    if since >= ENOUGH:
        return f"{said}; stopped: not in the {since} answers since"
    return f"{said}; it comes back" if one.times > 1 else said
