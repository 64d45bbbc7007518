"""What the tutor says of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from bptutor.grading.catalogue.order import LAST, silenced

SAID = 2
"""Most findings that are said; when more mistakes fit, the numbers speak."""
PRINTED_LINES = 12
"""Most lines that are repeated of what a program printed."""
ABOUT_NUMBERS = frozenset({"witness", "cells", "shape", "factor", "offset", "free-index"})
"""Rules that say where an answer differs, not by what mistake."""


class Mark(Enum):
    """The mark of an answer."""

    RIGHT = "right"
    RIGHT_OTHER_FORM = "right-other-form"
    RIGHT_FROM_EARLIER = "right-from-earlier"
    WRONG = "wrong"
    UNDECIDED = "undecided"
    UNREADABLE = "unreadable"
    """Not an attempt: nothing is counted."""


class ProofMark(Enum):
    """How far a mark is proved."""

    PROVED = "proved"
    PROBES = "probes"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    NONE = "none"


@dataclass(frozen=True)
class Finding:
    """One thing to know about an answer, and where."""

    rule: str
    """A catalogue id, or `shape cells factor offset witness no-progress form disagreement time-limit`; of a program
    also `raises memory-limit output-limit reaches-outside changes-input type not-finite`."""
    message: str
    """Two sentences at most (see the wording rules): a fact, then "Look at ..."."""
    where: tuple[int, ...] | None = None
    """0-based position of the first wrong element; None when the whole answer is meant."""
    cells: tuple[tuple[int, ...], ...] = ()
    """All wrong positions, for a grid; not in the JSON."""
    values: Mapping[str, object] = field(default_factory=dict)
    """For a witness, and the first finding on a program: name -> value (nested lists)."""
    expected: object = None
    got: object = None
    again: str = ""
    """The same place in numbers, for a second identical try; empty when the message has them already."""


def telling(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings without those that say less than another: which quantity it is, where a mistake is named."""
    rules = {finding.rule for finding in findings}
    less = silenced(rules) | ({LAST} if rules - {LAST, *ABOUT_NUMBERS} else set())
    return tuple(finding for finding in findings if finding.rule not in less)


@dataclass(frozen=True)
class ReadingError:
    """Why a text could not be read."""

    column: int
    message: str
    help: str = ""
    line: int = 0
    """1-based, of a program: the column counts in this line, and the message names both. 0 for one line of text."""


@dataclass(frozen=True)
class Verdict:
    """The mark of an answer, how far it is proved, and what was found."""

    mark: Mark
    proof: ProofMark = ProofMark.NONE
    findings: tuple[Finding, ...] = ()
    read_as: str | None = None
    """The answer as it was understood, one Unicode line."""
    error: ReadingError | None = None
    """Set exactly when the mark is `UNREADABLE`."""
    reached: int | None = None
    """In a derivation: 0-based index of the line the answer equals, when it is a later one."""
    cases: int = 0
    """Of a right program: on how many cases it ran and returned what is asked. Programs are run, never proved."""
    provers: tuple[str, ...] = ()
    """What proved a right answer, where it is proved."""
    reason: str = ""
    """Why there is no proof, where one was tried: `time-limit`."""
    printed: str = ""
    """Of a program that failed: the beginning of what it printed in the case that decided."""

    @property
    def printed_lines(self) -> tuple[list[str], int]:
        """The first lines of what a program printed, and how many more there are."""
        lines = self.printed.rstrip().split("\n") if self.printed.strip() else []
        return lines[:PRINTED_LINES], max(0, len(lines) - PRINTED_LINES)

    @property
    def said(self) -> tuple[Finding, ...]:
        """What is told of the findings: one or two; numbers alone where more mistakes fit than that."""
        found = telling(self.findings)
        alone = len(found) > SAID and found[0].rule in {"witness", "cells"}
        return found[: 1 if alone else SAID]

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of what was found."""
        return tuple(finding.rule for finding in self.findings)

    @property
    def right(self) -> bool:
        """Whether the learner may go on."""
        return self.mark in {Mark.RIGHT, Mark.RIGHT_FROM_EARLIER}


@dataclass(frozen=True)
class Reading:
    """How typed text is read, before Enter: never whether it is right."""

    read_as: str = ""
    """One Unicode line; empty when unreadable."""
    fits: str = ""
    """Free letters or axes, such as `i` or `(C, H)`; empty when there is nothing to say."""
    problem: str = ""
    column: int = 0
    help: str = ""
    counted: bool = False
    """Whether Enter may count it although it has a problem: its axes do not fit, or it is more than was asked for."""


MOST_DIGITS = 17
"""Digits that tell any two floats apart."""


def figures(one: float, other: float) -> tuple[str, str]:
    """Return two different numbers with as many digits as show that they differ, four at least."""
    told = (digits for digits in range(4, MOST_DIGITS) if figure(one, digits) != figure(other, digits))
    digits = next(told, MOST_DIGITS)
    return figure(one, digits), figure(other, digits)


def figure(number: float, digits: int = 4) -> str:
    """Return a number with so many digits that count, and a true minus sign."""
    return f"{number + 0.0:.{digits}g}".replace("-", "−")  # −0 + 0 is 0
