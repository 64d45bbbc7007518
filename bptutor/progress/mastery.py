"""How far each skill holds, and which mistakes come back."""

from __future__ import annotations

from dataclasses import dataclass

from bptutor.progress.events import Log

UNAIDED = 3
"""Unaided right answers after which a skill holds."""
DAYS = 2
"""Days on which they must have been given."""


@dataclass(frozen=True)
class SkillStanding:
    """The figures of one skill."""

    skill: str
    unaided: int = 0
    """Right at the first try without a hint."""
    aided: int = 0
    revealed: int = 0
    wrong: int = 0
    days: int = 0
    """Days with an unaided right answer."""
    code: int = 0
    """Unaided right answers in code."""
    asks_code: bool = False
    """Whether the skill was ever asked in code."""
    last: str = ""
    """The last day it was answered, ISO."""

    @property
    def attempts(self) -> int:
        """How many answers were given (revealed ones not counted)."""
        return self.unaided + self.aided + self.wrong

    @property
    def holds(self) -> bool:
        """Three unaided rights on two days, one of them in code where the skill was asked in code."""
        return self.unaided >= UNAIDED and self.days >= DAYS and (self.code > 0 or not self.asks_code)

    @property
    def share(self) -> float:
        """0 to 1, and 1 exactly when it holds: the part done of what it takes to hold."""
        needs = [min(self.unaided, UNAIDED), min(self.days, DAYS)]
        total = UNAIDED + DAYS
        if self.asks_code:
            needs, total = [*needs, min(self.code, 1)], total + 1
        return sum(needs) / total


@dataclass(frozen=True)
class Mistake:
    """A named wrong way, and how often it came."""

    rule: str
    times: int
    first: str
    last: str
    """UTC ISO times."""


def mastery(log: Log) -> dict[str, SkillStanding]:
    """Return the standing of every skill that was ever answered, by skill id."""
    query = """
        SELECT skill, sum(unaided), sum(aided), sum(revealed), sum(wrong), count(DISTINCT iif(unaided, day, NULL)),
        sum(iif(code, unaided, 0)), max(code), coalesce(max(iif(day <= ?, day, NULL)), min(day))
        FROM skill_day GROUP BY skill ORDER BY skill"""
    found = {}
    today = log.last_time[:10]  # a later day is one of a clock that was ahead
    for skill, unaided, aided, revealed, wrong, days, code, asks_code, last in log.rows(query, today):
        found[str(skill)] = SkillStanding(
            str(skill), unaided, aided, revealed, wrong, days, code, asks_code=bool(asks_code), last=str(last)
        )
    return found


def mistakes(log: Log, limit: int = 10) -> list[Mistake]:
    """Return the mistakes that came most often, the most frequent first."""
    query = "SELECT rule, times, first, last FROM mistake ORDER BY times DESC, last DESC, rule LIMIT ?"
    return [Mistake(rule, times, first, last) for rule, times, first, last in log.rows(query, limit)]
