"""What authors write, as data.

A lesson is a list of blocks in the order of the file. What stands below a question or an asked line
stays hidden until it is answered, revealed or skipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bptutor.packs.quiz import QuizFront
    from bptutor.packs.scene.scene import Scene


@dataclass(frozen=True)
class Place:
    """Where something stands in a file; line and column are 1-based."""

    path: str = ""
    line: int = 0
    column: int = 0

    def within(self, text: str, offset: int) -> Place:
        """Return where the character `offset` (0-based) of a text stands that begins here."""
        lines = text.count("\n", 0, offset)
        column = offset - text.rfind("\n", 0, offset) + (0 if lines else self.column - 1)
        return Place(self.path, self.line + lines, column)


class Written:
    """Something of a file, which knows where it and each of its keys stand."""

    place: Place
    places: Mapping[str, Place]

    def at(self, *keys: str) -> Place:
        """Return where the first of some keys that is written stands (`hints.0`); else where the whole stands."""
        return next((self.places[key] for key in keys if key in self.places), self.place)


@dataclass(frozen=True)
class Choice:
    """One choice of a menu."""

    text: str
    right: bool = False
    say: str = ""
    """What to say when it is chosen wrongly."""


@dataclass(frozen=True)
class Derived:
    """Where an asked line stands in its derivation: what is not an answer, and what goes further."""

    goal: str
    above: tuple[str, ...] = ()
    """The lines already shown, in order."""
    below: tuple[str, ...] = ()
    """The lines after this one, in order."""
    route: bool = False
    """Whether any route to the answer will do: every equal line that is new is a step."""


@dataclass(frozen=True)
class Code:
    """What a `code` question has of its own; its model answer is Python, and runs in the sandbox only."""

    entry: str
    """The function that is asked for."""
    parameters: tuple[str, ...]
    """Of the model answer: each is a name of the scene, unless `args` or a case says what is handed over."""
    starter: str = ""
    """What stands in the editor at first."""
    setup: str = ""
    """Python whose names the program may use."""
    expect: object = None
    """What the function returns: an expression, or lists and mappings of them. None: what the model answer returns."""
    args: Mapping[str, object] = field(default_factory=dict)
    """Parameter -> what is handed over: an expression, numbers, lists of them, or `{python: ...}`."""
    count: int = 5
    """How many cases are drawn."""
    cases: tuple[Mapping[str, object], ...] = ()
    """Cases written one by one, each like `args`; then `count` is their number."""
    tolerance: float = 0.0
    """Largest accepted difference, relative to the largest value where that is above 1; 0: rounding only."""
    milestone: bool = False
    """Whether the function belongs to the program that the learner builds up over the course."""


@dataclass(frozen=True)
class Question(Written):
    """A question of any kind; keys that its kind does not use are empty."""

    id: str
    kind: str
    """Its type, as authors write it: a key of `packs.question_types.TYPES` and of `grading.types.TYPES`."""
    prompt: str = ""
    """Markdown."""
    answer: object = ""
    """Text, number (as text), nested tuples of texts, or for `choice` unused."""
    accept: tuple[str, ...] = ()
    decimals: int = 3
    form: tuple[str, ...] = ()
    """`index`, `matrix`, `numpy`, `no-sum`, `no-delta`, `only:p,y`."""
    names: tuple[str, ...] = ()
    where: str = ""
    operands: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    many: bool = False
    means: Mapping[str, object] = field(default_factory=dict)
    """Of lines that may be wrong: what their names stand for, where the scene has them not, or otherwise."""
    lines: tuple[str, ...] = ()
    by: tuple[tuple[str, ...], ...] = ()
    """Of lines that may be wrong: rule ids, line by line; empty where no line has any."""
    extra: tuple[str, ...] = ()
    after: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    """Rule ids offered by a `rule` question."""
    line: str = ""
    """The line with one `?` of a `fill` question."""
    whole: str = ""
    """Of a `fill` question: the line it must become; then any filling with its value is right."""
    goal: str = ""
    """What the answer is, in other words, such as `∂L/∂z_i`: `check` holds the two against each other; never shown."""
    extreme: tuple[Mapping[str, object], ...] = ()
    """Of an expression: name -> numbers (nested lists) on which it must also hold in floating point."""
    hints: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    solution: str = ""
    """Markdown, shown after the answer or the reveal."""
    show: str = ""
    """Which face stands open: index, matrix, numpy, numbers."""
    given: Mapping[str, object] = field(default_factory=dict)
    """Names given for this question only, as in a scene."""
    define: Mapping[str, object] = field(default_factory=dict)
    """Definitions that replace those of the scene, or join them, for this question only."""
    network: Mapping[str, object] = field(default_factory=dict)
    """Keys of the scene's network that are others for this question only."""
    vary: tuple[Question, ...] = ()
    """The same question in other words or under other definitions; "another like this" takes them in turn."""
    wrong: tuple[tuple[str, str], ...] = ()
    """Authored wrong answers: (answer, say)."""
    code: Code | None = None
    """Set exactly for `code`."""
    derived: Derived | None = None
    """Set for an asked line of a derivation."""
    was: tuple[str, ...] = ()
    """What it was called before."""
    place: Place = Place()
    places: Mapping[str, Place] = field(default_factory=dict, compare=False)
    """Where each key stands: `answer`, `hints.0`, ..."""
    source: Mapping[str, object] = field(default_factory=dict)
    """The mapping as written (plain data, with `derived` when set and without the scene); what `grade` takes."""

    @property
    def changes(self) -> dict[str, Mapping[str, object]]:
        """What this question changes in the scene, as `Scene.changed` takes it; empty when it changes nothing."""
        found = {"given": self.given, "define": self.define, "network": self.network}
        return {key: entries for key, entries in found.items() if entries}

    def variant(self, n: int) -> Question:
        """Return the n-th way to ask this: 0 is the question itself, and after the last it begins again."""
        ways = (self, *self.vary)
        return ways[n % len(ways)]


@dataclass(frozen=True)
class Line(Written):
    """One line of a derivation."""

    math: str
    by: tuple[str, ...] = ()
    """Rule ids: why it follows from the line before."""
    ask: str = ""
    """The prompt; empty when the line is shown."""
    hints: tuple[str, ...] = ()
    fade: tuple[str, ...] = ()
    """What it asks at the first, second, ... meeting: `show`, `why`, `hole`, `write`; see `packs.lesson.fading`."""
    why: tuple[str, ...] = ()
    """Tempting false rules, for `why`; empty for some other rules of the derivation and the pack."""
    hole: str = ""
    """The line with one `?`, for `hole`; empty for the last hint."""
    where: str = ""
    show: str = ""
    skills: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    id: str = ""
    """What the author calls it, so that it stays the same line when its mathematics is rewritten; may be empty."""
    place: Place = Place()
    """Of `math`."""
    places: Mapping[str, Place] = field(default_factory=dict, compare=False)
    """Where each key stands: `by.0`, `hints.0`, ..."""


@dataclass(frozen=True)
class Derivation(Written):
    """A goal and the lines that lead from it; each line is proved equal to the one before."""

    id: str
    goal: str
    lines: tuple[Line, ...]
    faces: Mapping[str, str] = field(default_factory=dict)
    """`index`, `matrix`, `numpy`: each proved equal to the last line."""
    blank: bool = False
    """Whether it is asked whole, from a blank page; its lines are then one route of many."""
    ask: str = ""
    hints: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    """Of a blank page: its prompt, its hints, what it exercises."""
    was: tuple[str, ...] = ()
    """What it was called before."""
    place: Place = Place()
    places: Mapping[str, Place] = field(default_factory=dict, compare=False)
    """Where each key stands: `goal`, `faces.numpy`, ..."""


@dataclass(frozen=True)
class Prose:
    """Markdown between blocks; `{{ }}` not yet replaced."""

    text: str
    place: Place = Place()


@dataclass(frozen=True)
class Nudge:
    """A column that the learner fills by measuring: the slope of a scalar by each entry of a vector."""

    of: str
    by: str


@dataclass(frozen=True)
class Show:
    """Live arrays with their shapes: the entries of vectors side by side, or grids."""

    arrays: tuple[str, ...]
    """Expressions of the scene."""
    nudge: Nudge | None = None
    place: Place = Place()


Block = Prose | Derivation | Question | Show


@dataclass(frozen=True)
class Lesson:
    """One lesson file."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    scene: Scene | None = None
    minutes: int = 0
    needs: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    path: str = ""
    """One row such as `x → z¹ → a¹ → z² → p → L` that marks where we are; empty for none."""
    allow: Mapping[str, str] = field(default_factory=dict)
    """Check rule -> the reason why this lesson may break it."""
    file: Path = Path()
    objective: str = ""
    chapter: str = ""
    quiz: QuizFront | None = None
    """Set in a quiz file."""
    was: tuple[str, ...] = ()
    """What it was called before."""
    places: Mapping[str, Place] = field(default_factory=dict, compare=False)
    """Where each key of the front matter stands: `title`, `needs.0`, ..."""

    def at(self, *keys: str) -> Place:
        """Return where the first of some keys of the front matter stands; else the beginning of the file."""
        return next((self.places[key] for key in keys if key in self.places), Place(str(self.file), 1, 1))
