"""Questions for a hole in a line: the filled line is compared."""

from __future__ import annotations

from bptutor.errors import UnreadableAnswer
from bptutor.grading.answer.submission import Case
from bptutor.grading.types.base import QuestionType
from bptutor.grading.types.expression import Written


class FillIn(Written):
    """`fill`."""

    kind = "fill"

    def counts(self, case: Case, error: UnreadableAnswer) -> bool:
        """Return whether grading goes on: also where the whole line is written, which is more than was asked for."""
        from bptutor.grading.answer.parse_answer import entire_line

        return super().counts(case, error) or entire_line(case) is not None


TYPES: tuple[QuestionType, ...] = (FillIn(),)
