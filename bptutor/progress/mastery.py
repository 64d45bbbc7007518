"""How far each skill holds, and which mistakes come back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from bptutor.progress.days import day_of
from bptutor.progress.event import Event, EventKind
from bptutor.progress.event_log import Log
from bptutor.progress.help import RIGHT, Helped, question_of

HELPERS = ("why:", "easier:")
"""What the ids of stops begin with that stand there as help."""

UNAIDED = 3
"""Unaided right answers after which a skill holds."""
DAYS = 2
"""Days on which they must have been given."""


CODE_KINDS = ("numpy", "einsum", "code")


@dataclass(frozen=True)
class SkillStanding:
    """The figures of one skill: what was ever answered, and how much of it still counts."""

    skill: str
    unaided: int = 0
    """Right at the first try without help."""
    aided: int = 0
    """Right with help, or on a later try."""
    later: int = 0
    """Of these: right on a later try, and with no help."""
    revealed: int = 0
    wrong: int = 0
    last: str = ""
    """The last day it was answered, ISO."""
    rights: int = 0
    """Unaided rights that count, at most three: of one question one a day; a reveal takes one back."""
    days: int = 0
    """Days on which they were given, at most two."""
    code: bool = False
    """Whether one of them was in code."""
    asks_code: bool = False
    """Whether the skill is asked in code."""
    right_on: str = ""
    """The last day of a right that counts, and the questions that gave one on it."""
    today: tuple[str, ...] = ()
    lapsed: str = ""
    """The last day it was revealed, or answered wrongly in a quiz."""
    left: float = 1.0
    """What is left of it since it was due and not asked, 0 to 1."""

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
        """Three unaided rights on two days, one of them in code where the skill is asked in code, and not overdue."""
        return self.share == 1

    @property
    def share(self) -> float:
        """0 to 1, and 1 exactly when it holds: the part done of what it takes to hold, less what was forgotten."""
        needs, total = self.rights + self.days, UNAIDED + DAYS
        if self.asks_code:
            needs, total = needs + self.code, total + 1
        return self.left * needs / total


def answered(standing: SkillStanding, event: Event, day: str, *, again: bool) -> SkillStanding:
    """Return the figures of a skill after one more answer or reveal.

    Args:
        standing: The figures before.
        event: The answer or reveal.
        day: The learner's day.
        again: Whether it says that the skill was lost: one of the rights that count is taken back, once a day, and
            none is gained on that day any more.
    """
    right, code = event.mark in RIGHT, event.question in CODE_KINDS
    unaided = right and not event.aided
    counted = right or event.kind is EventKind.REVEALED or event.mark == "wrong"
    new = replace(
        standing,
        unaided=standing.unaided + unaided,
        aided=standing.aided + (right and event.aided),
        revealed=standing.revealed + (event.kind is EventKind.REVEALED),
        wrong=standing.wrong + (event.mark == "wrong"),
        last=max(standing.last, day) if counted else standing.last,
        asks_code=standing.asks_code or (code and counted),
    )
    if again and new.lapsed != day:
        rights = max(0, new.rights - 1)
        return replace(new, rights=rights, days=min(new.days, rights), code=new.code and rights > 0, lapsed=day)
    question = question_of(event.lesson, event.stop)
    known = new.today if new.right_on == day else ()
    if not unaided or new.lapsed == day or question in known:
        return new
    return replace(
        new,
        rights=min(new.rights + 1, UNAIDED),
        days=min(new.days + (new.right_on != day or not new.days), DAYS),
        code=new.code or code,
        right_on=day,
        today=(*known, question),
    )


@dataclass(frozen=True)
class Mistake:
    """A named wrong way, and how often it came."""

    rule: str
    times: int
    first: str
    last: str
    """UTC ISO times."""


def later_tries(log: Log, pack: str = "") -> dict[str, int]:
    """Return by skill how many right answers in a pack came on a later try and with no help."""
    helped = Helped()
    found: Counter[str] = Counter()
    for event in log.events():
        if event.pack != pack:
            continue
        if event.aided and event.mark in RIGHT and not event.stop.startswith(HELPERS):
            _, help_ = helped.at(pack, event.lesson, event.stop, day_of(event))
            found.update(event.skills if not help_ else ())
        helped.apply(event)
    return dict(found)


def mistakes(log: Log, limit: int = 10) -> list[Mistake]:
    """Return what was found most often in wrong answers, the most frequent first: named mistakes and other findings."""
    query = "SELECT rule, times, first, last FROM mistake ORDER BY times DESC, last DESC, rule LIMIT ?"
    return [Mistake(rule, times, first, last) for rule, times, first, last in log.rows(query, limit)]
