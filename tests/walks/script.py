"""What a learner does from the first key of a lesson to its end, worked out from the lesson itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bptutor.grading.grade import grade
from bptutor.grading.verdict import Mark, Verdict
from bptutor.packs.lesson import fading
from bptutor.packs.model import Derivation, Lesson, Question
from bptutor.packs.scene.scene import Scene
from bptutor.progress.event_log import Log
from bptutor.session import Library, Session, View, Wants
from bptutor.session.view.question_view import Asked
from tests.walks import spellings

SEED = 7
MOST = 500


class InProcess:
    """Grades in this process, without a proof."""

    async def grade(
        self, question: Question, scene: Scene | None, text: str, seed: int, earlier: Mapping[str, object] | None = None
    ) -> Verdict:
        """Return the verdict."""
        return grade(question, text, scene, seed)

    async def proof(self) -> Verdict | None:
        """Prove nothing."""
        return None

    async def close(self) -> None:
        """Hold nothing."""


@dataclass(frozen=True)
class Step:
    """One thing the learner does."""

    text: str = ""
    """What is answered; empty when Enter goes on."""
    mark: Mark | None = None
    """What must be said of the answer."""
    question: str = ""
    rest: bool = False
    """Whether a sitting is over here, and the learner goes on all the same."""


def session(library: Library, home: Path) -> Session:
    """Return a session of its own in a folder."""
    return Session(library, Log.open(home), InProcess(), "me")


async def walk(library: Library, home: Path, lesson: str, way: int) -> list[Step]:
    """Walk a lesson to its end: each question first wrongly, then rightly in its `way`-th spelling (0 to 2)."""
    here = session(library, home)
    steps: list[Step] = []
    view = here.open(lesson, SEED)
    while view.wants is not Wants.FINISHED:
        assert len(steps) < MOST, f"{lesson} never ends"
        if view.wants is Wants.ANSWER:
            for step in answers(here, view, way):
                steps.append(step)
                outcome = await here.submit(step.text)
                said = (outcome.verdict.mark, outcome.verdict.error)
                assert outcome.verdict.mark is step.mark, f"{lesson} {step.question}: {step.text!r} is {said}"
                view = outcome.view
        else:
            steps.append(Step(rest=view.wants is Wants.REST))
            view = here.advance()
    await here.close()
    return steps


def written(lesson: Lesson, asked: Question) -> Question:
    """Return what is asked as the lesson has it: a question, or a line in the form in which it is asked."""
    for block in lesson.blocks:
        if isinstance(block, Question) and block.id == asked.id:
            return block
        if isinstance(block, Derivation) and block.blank and block.id == asked.id:
            return fading.blank_page(block)
        if isinstance(block, Derivation) and asked.id.startswith(f"{block.id}."):
            how = {"rule": fading.Form.WHY, "fill": fading.Form.HOLE}.get(asked.kind, fading.Form.WRITE)
            return fading.question(block, int(asked.id.removeprefix(f"{block.id}.")) - 1, how)
    raise AssertionError(f"{lesson.id} asks no {asked.id}")


def answers(here: Session, view: View, way: int) -> Iterator[Step]:
    """Yield a wrong answer to what is asked, then a right one; on a blank page, with the lines that lead to it."""
    question = view.question
    assert question is not None
    asked = Asked.of(written(here.lesson, question), view.seed)
    model = asked.right_text(here.lesson.scene, view.seed)
    yield Step(spellings.wrong(question, model), Mark.WRONG, question.id)
    for line in route(here.lesson, question):
        yield Step(line, Mark.RIGHT, question.id)
    yield Step(spellings.right(question, here.lesson.scene, model)[way], Mark.RIGHT, question.id)


def route(lesson: Lesson, asked: Question) -> tuple[str, ...]:
    """Return the lines of a blank page before its last one; nothing for any other question."""
    pages = (block for block in lesson.blocks if isinstance(block, Derivation) and block.blank)
    return tuple(line.math for page in pages if page.id == asked.id for line in page.lines[:-1])
