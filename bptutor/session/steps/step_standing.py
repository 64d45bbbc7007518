"""What was done at one stop of a run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

STEP = "step"
"""The mark of a line on a blank page that is right and not the last."""


class Passed(Enum):
    """How a stop was passed."""

    SEEN = "seen"
    RIGHT = "right"
    REVEALED = "revealed"
    SKIPPED = "skipped"
    WRONG = "wrong"
    """In a quiz, where there is one try."""


@dataclass
class Standing:
    """What was done at one stop."""

    passed: Passed | None = None
    """None while it is open."""
    left: bool = False
    text: str = ""
    """The right answer as typed, or what was revealed."""
    seed: int = 0
    variant: int = 0
    hints: int = 0
    tries: int = 0
    """Wrong answers; one that could not be decided is none."""
    measured: int = 0
    wrong: str = ""
    """The last wrong answer as typed."""
    wrong_seed: int = 0
    written: tuple[str, ...] = ()
    """On a blank page: the lines so far."""
    eased: int = 0
    """How often something easier was asked first."""
    proof: str = ""
    """What the record says of the proof of the right answer, as the value of a `ProofMark`; empty before it came."""
    cases: int = 0
    """Of a program that was run: on how many cases."""
    prompt: str = ""
    """What was asked, as it stood on the screen when it was passed; empty in records of old."""
    chosen: tuple[str, ...] = ()
    """What the choices, lines or rule said that the answer points at."""
    reached: str = ""
    """The stop of the later line that the answer equals."""
