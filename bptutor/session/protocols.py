"""What a session needs from outside: lessons, and someone who grades."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bptutor.grading.verdict import Verdict
    from bptutor.packs.lesson.outline import LessonEntry, Pack, QuizEntry
    from bptutor.packs.model import Lesson, Question
    from bptutor.packs.quiz import Quiz
    from bptutor.packs.scene.scene import Scene


class Library(Protocol):
    """The lessons of a pack; `packs.library.Library` is one."""

    @property
    def pack(self) -> Pack:
        """The pack."""
        ...

    @property
    def checked(self) -> bool:
        """Whether every line of the pack was proved before it was handed out."""
        ...

    def entries(self) -> list[LessonEntry]:
        """Return what the map needs of each lesson, in course order."""
        ...

    def lesson(self, id: str) -> Lesson:  # noqa: A002
        """Return a lesson, or a bank as one; raises `PackError` with every problem of its file."""
        ...

    def quizzes(self) -> list[QuizEntry]:
        """Return what the map needs of each quiz."""
        ...

    def quiz(self, id: str) -> Quiz:  # noqa: A002
        """Return a quiz; raises `UsageError` when there is none of that name."""
        ...


class Grader(Protocol):
    """Grades answers outside the event loop; `grading.service.worker.Worker` is one."""

    async def grade(
        self,
        question: Question,
        scene: Scene | None,
        text: str,
        seed: int,
        earlier: Mapping[str, object] | None = None,
    ) -> Verdict:
        """Return the verdict at once, without the proof; `earlier` holds values that the learner got wrong before."""
        ...

    async def close(self) -> None:
        """End what runs beside."""
        ...

    async def proof(self) -> Verdict | None:
        """Return the verdict on the last graded answer with its proof; None when there is nothing to prove."""
        ...
