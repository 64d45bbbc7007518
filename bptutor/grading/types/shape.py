"""Questions for the shape of an array."""

from __future__ import annotations

from collections.abc import Iterator

from bptutor.grading.answer.submission import Case
from bptutor.grading.types.base import Probe, QuestionType, nothing_written
from bptutor.grading.verdict import Reading, Verdict
from bptutor.packs.question_types.base import has_letters


class Shape(QuestionType):
    """`shape`."""

    kind = "shape"

    def preview(self, case: Case) -> Reading:
        """Return the shape, and how many axes it has."""
        from bptutor.grading.answer.parse_numbers import in_numbers, read_shape, shown_shape

        shape = read_shape(in_numbers(case.text, case.values().sizes))
        return Reading(shown_shape(shape), f"{len(shape)} {'axis' if len(shape) == 1 else 'axes'}")

    def grade(self, case: Case) -> Verdict:
        """Hold a shape against that of the array."""
        from bptutor.grading.graders.shape import grade_shape

        return grade_shape(case)

    def model_text(self, case: Case, answer: object) -> str:
        """Return the shape of an array, or the one that is written out."""
        if isinstance(answer, tuple | list):
            return "(" + ", ".join(map(str, answer)) + ("," if len(answer) == 1 else "") + ")"
        if not has_letters(answer):
            return str(answer)
        from bptutor.notation.parse import read
        from bptutor.notation.values.evaluate import evaluate

        return str(tuple(evaluate(read(str(answer), case.scope), case.values()).shape))

    def wrong_probes(self, case: Case) -> Iterator[Probe]:
        """Yield zero, and the prompt."""
        yield from nothing_written(case.question)

    def check_readable(self, case: Case) -> None:
        """Read the array or the shape that is asked."""
        from bptutor.grading.graders.shape import read_question

        read_question(case)


TYPES: tuple[QuestionType, ...] = (Shape(),)
