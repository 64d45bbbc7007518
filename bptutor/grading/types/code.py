"""Questions for a function in Python: run in the sandbox, held against what the engine computes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bptutor.grading.answer.submission import Case
from bptutor.grading.types.base import Probe, QuestionType
from bptutor.grading.verdict import Reading, Verdict
from bptutor.packs.lesson.stop_ids import mark
from bptutor.packs.model import Question


class Code(QuestionType):
    """`code`."""

    kind = "code"
    longest = 8000
    """What a learner's record keeps."""

    def preview(self, case: Case) -> Reading:
        """Return nothing: a program is read when it runs."""
        return Reading()

    def grade(self, case: Case) -> Verdict:
        """Run a program on the cases of its question."""
        from bptutor.grading.graders.code import grade_code

        return grade_code(case)

    def model_text(self, case: Case, answer: object) -> str:
        """Return the model program."""
        return str(answer)

    def wrong_probes(self, case: Case) -> Iterator[Probe]:
        """Yield the starter, which must leave something to write."""
        code = case.question.code
        if code is not None and code.starter.strip():
            yield Probe(code.starter, "the starter", "accepted-starter")

    def record_key(self, question: Question) -> tuple[str, ...]:
        """Return what tells programs apart, without their comments and layout."""
        return (mark(self.kind, question.code.entry if question.code else "", _program(str(question.answer))),)


def _program(text: str) -> str:
    try:
        return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text


TYPES: tuple[QuestionType, ...] = (Code(),)
