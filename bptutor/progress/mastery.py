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
    """Right with a hint, after something easier, or on a later try."""
    later: int = 0
    """Of these: right on a later try, and with no help."""
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
    def helped(self) -> int:
        """Right with help: a hint, something easier, or the question that follows a reveal."""
        return self.aided - self.later

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
            str(skill),
            unaided,
            aided,
            revealed=revealed,
            wrong=wrong,
            days=days,
            code=code,
            asks_code=bool(asks_code),
            last=str(last),
        )
    return found


def later_tries(log: Log) -> dict[str, int]:
    """Return by skill how many right answers came on a later try and with no help.

    A hint or something easier is help when it was taken at that question since it was last drawn; so are the stops
    that stand there as help.
    """
    query = """
        WITH one AS (SELECT seq, kind, pack, lesson, time, json_extract(body, '$.stop') AS stop, body FROM event)
        SELECT skill.value, count(*) FROM one AS given, json_each(given.body, '$.skills') AS skill
        WHERE given.kind = 'answered' AND json_extract(given.body, '$.aided')
        AND json_extract(given.body, '$.mark') IN ('right', 'right-from-earlier')
        AND given.stop NOT LIKE 'why:%' AND given.stop NOT LIKE 'easier:%'
        AND NOT EXISTS (
            SELECT 1 FROM one AS help WHERE help.pack = given.pack AND help.lesson = given.lesson
            AND help.kind IN ('hinted', 'eased') AND help.stop = given.stop
            AND (help.time, help.seq) < (given.time, given.seq) AND NOT EXISTS (
                SELECT 1 FROM one AS drawn WHERE drawn.pack = given.pack AND drawn.lesson = given.lesson
                AND drawn.time BETWEEN help.time AND given.time
                AND (drawn.time, drawn.seq) > (help.time, help.seq)
                AND (drawn.time, drawn.seq) < (given.time, given.seq)
                AND (drawn.kind = 'opened' OR (drawn.kind = 'redrawn' AND drawn.stop = given.stop))))
        GROUP BY skill.value"""
    return {str(skill): int(count) for skill, count in log.rows(query)}


def mistakes(log: Log, limit: int = 10) -> list[Mistake]:
    """Return what was found most often in wrong answers, the most frequent first: named mistakes and other findings."""
    query = "SELECT rule, times, first, last FROM mistake ORDER BY times DESC, last DESC, rule LIMIT ?"
    return [Mistake(rule, times, first, last) for rule, times, first, last in log.rows(query, limit)]
