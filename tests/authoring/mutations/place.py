"""One place of the course, and the wrong texts for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.authoring.mutations.oracle import Spelled
from tests.authoring.mutations.source import Edit, Unit, Written

RICH = (6, 30)
"""From so many different slips on a place gets a second and a third of them."""


@dataclass(frozen=True)
class Wrong:
    """One wrong text for a place."""

    name: str
    text: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Place:
    """Something that the course says, and what may stand there instead."""

    kind: str
    line: int
    text: str
    offered: Callable[[Random], Sequence[Wrong]]
    """Makes wrong texts, the most different first."""
    differs: Callable[[str], bool] = field(default=lambda text: True)
    """Whether a text means something else here."""
    unit: Unit | None = None
    """What the check has to look at; None for the whole file."""
    written: Written | None = None
    spelled: Spelled | None = None
    """How it is read, where it is one expression."""
    rules: bool = False
    """Whether the rules of the pack have to be looked at."""

    def wrong(self, rng: Random) -> tuple[list[Wrong], int]:
        """Return one to three wrong texts, and how many were thrown away because they mean the same."""
        offered = self.offered(rng)
        wanted = 1 + sum(len(offered) >= rich for rich in RICH)
        found: list[Wrong] = []
        same = 0
        for one in offered:
            if len(found) == wanted:
                break
            if self.differs(one.text):
                found.append(one)
            else:
                same += 1
        return found, same
