"""A small pack in memory and a grader that compares texts, to build and test screens before any real lesson."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from bptutor.errors import PackError, Problem, UsageError
from bptutor.grading.grade import grade
from bptutor.grading.verdict import Finding, Mark, ProofMark, ReadingError, Verdict
from bptutor.notation.values.evaluate import Values
from bptutor.packs.lesson.outline import LessonEntry, Pack, QuizEntry, Rule
from bptutor.packs.lesson.stop_ids import line_ids
from bptutor.packs.model import Choice, Derivation, Lesson, Line, Nudge, Prose, Question, Show
from bptutor.packs.quiz import Quiz
from bptutor.packs.scene.scene import Scene

Array = NDArray[np.float64]


class FakeScene:
    """Three scores and a class, drawn from the seed; seed 7 gives z = (0.3, −0.2, 0.5), class 2."""

    def __init__(self) -> None:
        self.source = {
            "sizes": {"K": "3"},
            "given": {"z": {"axes": ["K"]}, "y": {"axes": ["K"], "draw": "one-hot"}},
            "define": {"p": "softmax(z)", "L": "-Σ_k y_k log p_k"},
        }
        self.scope = Scene.from_mapping(self.source).scope

    def draw(self, seed: int) -> Values:
        random = np.random.default_rng(seed)
        z = np.array([0.3, -0.2, 0.5]) if seed == 7 else random.integers(-10, 11, 3) / 10
        y = np.eye(3)[1 if seed == 7 else random.integers(3)]
        return Values(self.scope, {"z": z, "y": y}, {"K": 3})

    def fill(self, text: str, values: Any) -> str:
        return text.replace("{{ L }}", f"{float(values['L']):.3f}").replace("{{ z[1] }}", f"{values['z'][1]:.1f}")


SCENE = cast(Scene, FakeScene())

ERROR = Derivation(
    "error-by-z",
    "∂L/∂z_i",
    (
        Line("-Σ_k y_k ∂(log p_k)/∂z_i", by=("sum-rule",)),
        Line(
            "-Σ_k (y_k/p_k) ∂p_k/∂z_i",
            by=("chain-rule",),
            ask="Carry the derivative through the logarithm.",
            hints=("Look at the outer function.", "(log u)' = u'/u", "-Σ_k (y_k / ?) ∂p_k/∂z_i"),
            skills=("chain",),
        ),
        Line("-Σ_k y_k (δ_ki - p_i)", by=("softmax-derivative",), ask="Insert it and cancel.", skills=("softmax",)),
        Line("p_i Σ_k y_k - y_i", by=("collapse-delta",)),
        Line("p_i - y_i", by=("one-hot",), ask="One more line."),
    ),
    faces={"matrix": "p - y", "numpy": "p - y"},
)

ERROR_LINES = line_ids(ERROR)
"""The ids of its lines, in order."""

RISES = Question(
    "rises",
    "choice",
    "Raise $z_2$ a little, from {{ z[1] }}. What does $L$ do?",
    choices=(Choice("It rises.", say="Look at the nudge."), Choice("It falls.", right=True), Choice("It stays.")),
    hints=("Look at $p_2$.", "The logarithm rises with $p_2$.", "$L = -log p_2$"),
    skills=("loss",),
    solution="More score, more probability, less loss.",
    source={
        "type": "choice",
        "choices": ({"text": "It rises."}, {"text": "It falls.", "right": "true"}, {"text": "It stays."}),
    },
)
SLOPE = Question("slope", "symbolic", "Write the slope from the two columns.", answer="p-y", skills=("output-error",))
SORT = Question("sort", "order", "Put the pass in order.", lines=("forward", "loss", "backward"), extra=("coffee",))
CODE = Question(
    "code",
    "numpy",
    "All six in one line.",
    answer="np.outer(p-y, a)",
    hints=("Two free indices.",),
    skills=("output-error",),
)

LESSONS = {
    "first-minutes": Lesson(
        "first-minutes",
        "First ten minutes",
        (
            Prose("Three scores, one loss: $L = -Σ_k y_k log p_k$ is **{{ L }}** here. Write `p-y` as code."),
            Show(("z", "p", "y")),
            RISES,
            Prose("Now measure.\n\n## The slope\n\nNudge each score."),
            Show(("z", "p", "y"), Nudge("L", "z")),
            SLOPE,
            Prose("That was the last layer."),
        ),
        scene=SCENE,
        minutes=10,
        skills=("loss", "output-error"),
        path="z → p → L",
        objective="measure a gradient",
        chapter="see",
    ),
    "output-error": Lesson(
        "output-error",
        "The output error",
        (Prose("Both derivatives you know meet in one sum."), ERROR, Prose("## In code\n\nOne line."), CODE, SORT),
        scene=SCENE,
        minutes=12,
        needs=("first-minutes",),
        skills=("output-error", "chain", "softmax"),
        path="x → z¹ → a¹ → z² → p → L",
        objective="derive the output error",
        chapter="why",
    ),
    "reading": Lesson("reading", "To read", (Prose("Only prose.\n\n## Second\n\nMore prose."),), chapter="why"),
}


@dataclass
class FakeLibrary:
    """The lessons above."""

    lessons: dict[str, Lesson] = field(default_factory=lambda: dict(LESSONS))
    quiz_files: dict[str, Quiz] = field(default_factory=dict)
    contrasts: tuple[tuple[str, ...], ...] = ()
    checked: bool = False

    @property
    def pack(self) -> Pack:
        return Pack(
            "fake",
            "Backpropagation",
            "1.0",
            Path("fake"),
            tuple(self.lessons),
            skills={
                "loss": "The loss",
                "output-error": "The output error",
                "chain": "Chain rule",
                "softmax": "Softmax",
            },
            rules={
                "sum-rule": Rule("sum-rule", "sum rule"),
                "chain-rule": Rule("chain-rule", "chain rule"),
                "softmax-derivative": Rule("softmax-derivative", "softmax derivative", "∂p_k/∂z_i = p_k (δ_ki - p_i)"),
                "collapse-delta": Rule("collapse-delta", "collapse δ"),
                "one-hot": Rule("one-hot", "y is one-hot"),
            },
            chapters={"see": "See", "why": "Why"},
            contrasts=self.contrasts,
        )

    def entries(self) -> list[LessonEntry]:
        return [_entry(lesson) for lesson in self.lessons.values()]

    def lesson(self, id: str) -> Lesson:  # noqa: A002
        if id in self.quiz_files:
            return self.quiz_files[id].lesson
        if id not in self.lessons:
            raise PackError(Problem("fake/pack.yaml", 0, 0, f"no lesson {id!r}"))
        return self.lessons[id]

    def quizzes(self) -> list[QuizEntry]:
        return [
            QuizEntry(quiz.id, quiz.lesson.title, quiz.lesson.chapter, test_out=quiz.front.test_out)
            for quiz in self.quiz_files.values()
        ]

    def quiz(self, id: str) -> Quiz:  # noqa: A002
        if id not in self.quiz_files:
            raise UsageError(f"no quiz {id!r}")
        return self.quiz_files[id]


def _entry(lesson: Lesson) -> LessonEntry:
    steps = 0
    for block in lesson.blocks:
        steps += isinstance(block, Question)
        steps += sum(bool(line.ask) for line in block.lines) if isinstance(block, Derivation) else 0
    return LessonEntry(
        lesson.id,
        lesson.title,
        lesson.minutes,
        lesson.needs,
        lesson.skills,
        lesson.chapter,
        lesson.objective,
        steps,
        Path(f"{lesson.id}.md"),
    )


class FakeGrader:
    """Right when the text is the answer, blanks aside; a later line of the derivation is right too, and reaches it.

    `?!` is unreadable, `maybe` is undecided, `form` is right in another form.
    """

    def __init__(self) -> None:
        self.graded: list[tuple[Question, str, int]] = []
        self.gate: asyncio.Event | None = None
        """When set, verdicts wait for it."""
        self._last: Verdict | None = None

    async def grade(
        self, question: Question, scene: Scene | None, text: str, seed: int, earlier: Mapping[str, object] | None = None
    ) -> Verdict:
        self.graded.append((question, text, seed))
        if self.gate is not None:
            await self.gate.wait()
        self._last = _verdict(question, text)
        return self._last

    async def close(self) -> None:
        self._last = None

    async def proof(self) -> Verdict | None:
        if self._last is None or self._last.proof is not ProofMark.PROBES:
            return None
        return replace(self._last, proof=ProofMark.PROVED)


class DirectGrader(FakeGrader):
    """Grades for real, in a thread of this process; programs run in their sandbox."""

    async def grade(
        self, question: Question, scene: Scene | None, text: str, seed: int, earlier: Mapping[str, object] | None = None
    ) -> Verdict:
        self._last = await asyncio.to_thread(grade, question, text, scene, seed, earlier)
        return self._last


def _verdict(question: Question, text: str) -> Verdict:
    given = _squeezed(text)
    if "?!" in text or not given:
        return Verdict(Mark.UNREADABLE, error=ReadingError(text.find("?!") + 1, "`?!` is no name here", "write p_i"))
    if given == "maybe":
        return Verdict(Mark.UNDECIDED, ProofMark.UNDECIDED, read_as=text)
    if given == "form":
        finding = Finding("form", "The value is right. Look at the Σ that is still there.")
        return Verdict(Mark.RIGHT_OTHER_FORM, ProofMark.PROBES, (finding,), text)
    if given == _squeezed(_answer(question)):
        proof = ProofMark.NONE if question.kind in {"choice", "order"} else ProofMark.PROBES
        return Verdict(Mark.RIGHT, proof, read_as=text)
    below = question.derived.below if question.derived else ()
    for n, later in enumerate(below):
        if question.derived and given == _squeezed(later):
            return Verdict(Mark.RIGHT, ProofMark.PROBES, read_as=text, reached=len(question.derived.above) + 1 + n)
    finding = Finding("sign", "Your numbers have the opposite direction. Look at the nudge of the true class.", (1,))
    return Verdict(Mark.WRONG, ProofMark.REFUTED, (finding,), text)


def _answer(question: Question) -> str:
    if question.kind == "choice":
        return ",".join("abcdefgh"[n] for n, choice in enumerate(question.choices) if choice.right)
    if question.kind == "order":
        return ",".join(str(n + 1) for n in range(len(question.lines)))
    return str(question.answer)


def _squeezed(text: str) -> str:
    return "".join(text.split())
