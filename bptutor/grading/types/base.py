"""What a question type is to those who ask and grade: how a text is read, what it is worth, what is right.

What authors write of it, and how a screen shows it, is in `packs.question_types`. Nothing here loads NumPy before an
answer is read: screens ask a type for the order of its choices long before that.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from bptutor.errors import Problem, UnreadableAnswer
from bptutor.grading.answer.submission import Case
from bptutor.grading.verdict import Reading, Verdict
from bptutor.packs.lesson.stop_ids import mark
from bptutor.packs.model import Question
from bptutor.packs.question_types.base import typed

Shuffle = Callable[[int], tuple[int, ...]]
"""Gives so many places, from 0, in the order of a learner's seed."""


class Probe(NamedTuple):
    """A text that must not be right, what it is, and the rule of `check` that it breaks when it is."""

    text: str
    what: str
    rule: str


class QuestionType(ABC):
    """One type of question, as it is answered; its twin in `packs.question_types` has the same `kind`."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """The word behind `type:`."""

    @abstractmethod
    def preview(self, case: Case) -> Reading:
        """Return how a text is read while it is typed; never whether it is right.

        Raises:
            UnreadableAnswer: It cannot be read.
        """

    @abstractmethod
    def grade(self, case: Case) -> Verdict:
        """Grade an answer.

        Raises:
            UnreadableAnswer: It cannot be read.
        """

    @abstractmethod
    def model_text(self, case: Case, answer: object) -> str:
        """Return what a learner who knows would type, on the numbers of the case.

        Args:
            case: The question; its text does not matter.
            answer: The question's answer, one that it accepts, or its goal.

        Raises:
            BptutorError: The answer has no value here.
        """

    @abstractmethod
    def wrong_probes(self, case: Case) -> Iterator[Probe]:
        """Yield texts that must not be right, for `check` to try."""

    longest = 1000
    """Most characters of an answer."""
    provable = False
    """Whether an answer is an expression, which can be proved equal to another."""

    def check_readable(self, case: Case) -> None:  # noqa: B027  # most have nothing to read
        """Read what the author of a question wrote.

        Raises:
            UnreadableAnswer: It cannot be read.
        """

    def counts(self, case: Case, error: UnreadableAnswer) -> bool:
        """Return whether grading goes on where reading stopped."""
        return False

    def faults(self, case: Case) -> Iterator[Problem]:
        """Yield what an author got wrong beside the answer, or what makes a right answer wrong."""
        yield from ()

    # --- what is on offer, and which of it is meant --------------------------------------------------------------

    def items(self, question: Question) -> tuple[str, ...]:
        """Return what there is to point at, as the author wrote it; empty where nothing is."""
        return ()

    def places(self, question: Question, text: str) -> tuple[int, ...]:
        """Return which items an answer points at, by 0-based place.

        Raises:
            UnreadableAnswer: It points at none of them.
        """
        return ()

    def pointed_at(self, question: Question, text: str) -> tuple[int, ...]:
        """Return which items an answer points at; none where it cannot be read."""
        with suppress(UnreadableAnswer):
            return self.places(question, text)
        return ()

    def pointing_text(self, places: Sequence[int]) -> str:
        """Return what a learner types to point at items by place."""
        return ""

    def shuffled(self, question: Question, shuffle: Shuffle) -> tuple[Question, tuple[int, ...]]:
        """Return a question in the order in which it is shown, so that the place of what is right tells nothing.

        Returns:
            The question as it is graded, and where its items are graded in another order than they are shown in:
            shown place -> graded place, both from 0.
        """
        return question, ()

    def for_grading(self, question: Question, text: str) -> str:
        """Return an answer to a question as it is shown in the words that it is graded in.

        Raises:
            UnreadableAnswer: It points at nothing.
        """
        return text

    # --- whether it is the same question later ---------------------------------------------------------------------

    def record_key(self, question: Question) -> tuple[str, ...]:
        """Return what tells whether a question has another answer later; its words are not among this."""
        return (mark(self.kind, typed(question.answer), question.line, question.whole),)

    def is_other(self, question: Question, kept: tuple[str, ...]) -> bool:
        """Return whether a question has another answer than when its key was kept."""
        return kept != self.record_key(question)


def nothing_written(question: Question) -> Iterator[Probe]:
    """Yield what somebody types who does not know: zero, and the prompt."""
    yield Probe("0", "zero", "accepted-zero")
    if question.prompt.strip():
        yield Probe(question.prompt.strip()[:900], "the prompt", "accepted-prompt")
