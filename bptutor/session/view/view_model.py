"""What a screen shows and what an answer did: all that a screen needs to know of a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from bptutor.grading.verdict import Verdict
from bptutor.packs.model import Derivation, Lesson, Line, Question, Show

if TYPE_CHECKING:
    from bptutor.packs.scene.scene import Scene


FIXED = "There are no other numbers here: the author wrote these."
"""What is said where others were asked for, and there are none."""


class Wants(Enum):
    """What the learner is to do now."""

    GO_ON = "go on"
    """Enter shows what comes next (a shown line, the next section, after a right answer)."""
    ANSWER = "answer"
    REST = "rest"
    """A sitting is over: the learner may stop here, or go on."""
    NUDGE = "nudge"
    """A column is measured row by row; then Enter goes on."""
    FINISHED = "finished"


class LineState(Enum):
    """How a line of a derivation stands on the screen."""

    SHOWN = "shown"
    ASKED = "asked"
    WHY = "why"
    """It stands, and its rule is asked."""
    RIGHT = "right"
    REVEALED = "revealed"
    SKIPPED = "skipped"
    """Asked and skipped for now: still hidden, though lines below it stand."""


@dataclass(frozen=True)
class ShownProse:
    """Markdown with every `{{ }}` replaced."""

    text: str


@dataclass(frozen=True)
class ShownDerivation:
    """A derivation as far as it has grown; asked lines are the last, hidden until answered."""

    derivation: Derivation
    lines: tuple[tuple[Line, LineState], ...]
    finished: bool
    """Whether every line stands; only then may the derivation's faces be opened."""
    proofs: tuple[str, ...] = ()
    """For each line, what the record says of the proof of the learner's answer; empty where there is none."""


@dataclass(frozen=True)
class ShownQuestion:
    """A question that is asked now, or was answered."""

    question: Question
    answer: str | None
    """The right (or revealed) answer as the learner gave it; None while it is open."""
    revealed: bool = False
    skipped: bool = False
    seed: int = 0
    """The seed whose numbers it was answered with; another than the view's after "another one"."""
    proof: str = ""
    """What the record says of the proof of its answer, as the value of a `ProofMark`; empty when nothing yet."""
    cases: int = 0
    """Of a program: on how many cases it ran."""


@dataclass(frozen=True)
class ShownShow:
    """Live arrays; `measured` rows of the nudge column are filled."""

    show: Show
    measured: int = 0
    slopes: tuple[float, ...] = ()
    """The measured slopes, one for each measured row."""
    rows: int = 0
    """How many rows the nudge column has; 0 until the first is measured."""
    seed: int | None = None
    """The seed of its numbers, where they are not those of the view: other numbers were drawn below it."""


Shown = ShownProse | ShownDerivation | ShownQuestion | ShownShow


@dataclass(frozen=True)
class View:
    """Everything a screen needs; made anew after each change, compared by nobody."""

    lesson: Lesson
    seed: int
    shown: tuple[Shown, ...]
    wants: Wants
    question: Question | None
    """What is asked now, with prompt, as it is to be shown (`{{ }}` replaced, choices and lines shuffled by the seed);
    None unless `wants` is ANSWER."""
    hints: tuple[str, ...]
    """Opened hints of the current question, in order."""
    hints_total: int
    draft: str
    stop: int
    """1-based number of the current stop, for "2/5"."""
    stops: int
    saving: bool
    """False when progress cannot be written; the screen says so in a banner."""
    saving_problem: str = ""
    may_reveal: bool = False
    """Whether every hint of the open question stands, so that it may be revealed."""
    scene: Scene | None = None
    """What all that is shown is about: the scene of the lesson, or that of a question asked by itself."""
    may_ease: bool = False
    """Whether something easier can be asked first."""
    one_try: bool = False
    """Whether an answer counts at once: in a quiz."""
    between: str = ""
    """The id of the stop when it was put in between: what it shows is shown anew. Else empty."""
    quiet: bool = False
    """Whether verdicts are kept for the end: in a quiz with `feedback: end`."""
    skipped: int = 0
    """How many stops of the lesson were left for later, and are."""
    following: str = field(default="", compare=False)
    """At the end of a lesson, a quiz or a review: the title of what comes next; empty when nothing does."""
    code_ahead: str = field(default="", compare=False)
    """At the end of a lesson: the title of the chapter on code, while it lies ahead."""
    same_numbers: bool = field(default=False, compare=False)
    """Whether others were asked for, and there are none: the author wrote these."""


@dataclass(frozen=True)
class Outcome:
    """What an answer did."""

    verdict: Verdict
    view: View
