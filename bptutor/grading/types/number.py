"""Questions for numbers: one, or a grid of them."""

from __future__ import annotations

from collections.abc import Iterator

from bptutor.grading.answer.submission import Case
from bptutor.grading.types.base import Probe, QuestionType, nothing_written
from bptutor.grading.verdict import Reading, Verdict
from bptutor.packs.lesson.templates import number_text
from bptutor.packs.question_types.base import has_letters


class Numbers(QuestionType):
    """`vector` and `matrix`: grids of numbers."""

    kind = ""

    def __init__(self, kind: str) -> None:
        """Take the word behind `type:`."""
        self.kind = kind

    def preview(self, case: Case) -> Reading:
        """Return the grid with its shape."""
        from bptutor.grading.answer.parse_numbers import answered, grid_text, read_grid, shown_shape

        grid = read_grid(answered(case), case.scope)
        return Reading(grid_text(grid), shown_shape(grid.shape))

    def grade(self, case: Case) -> Verdict:
        """Hold a grid against what the scene gives for its seed."""
        from bptutor.grading.graders.number import grade_grid

        return grade_grid(case)

    def model_text(self, case: Case, answer: object) -> str:
        """Return the numbers of an answer, those that the scene gives with the decimals asked for."""
        if isinstance(answer, tuple | list):
            return "[" + ", ".join(self.model_text(case, part) for part in answer) + "]"
        if not has_letters(answer):
            return str(answer)
        from bptutor.notation.parse import read
        from bptutor.notation.values.evaluate import evaluate

        value = evaluate(read(str(answer), case.scope), case.values())
        return number_text(value.tolist(), case.question.decimals)

    def wrong_probes(self, case: Case) -> Iterator[Probe]:
        """Yield zero, and the prompt."""
        yield from nothing_written(case.question)

    def check_readable(self, case: Case) -> None:
        """Read the numbers that are asked."""
        from bptutor.grading.graders.number import read_question

        read_question(case)


class Number(Numbers):
    """`numeric`: one number."""

    def preview(self, case: Case) -> Reading:
        """Return the arithmetic, with what it comes to."""
        from bptutor.grading.answer.parse_numbers import answered, read_number
        from bptutor.notation.printers import unicode

        value, expr = read_number(answered(case), case.scope)
        fits = "" if _is_literal(case.text) else f"{value:.6g}".replace("-", "−")
        return Reading(unicode.line(expr, case.scope), fits)

    def grade(self, case: Case) -> Verdict:
        """Hold a number against what the scene gives for its seed."""
        from bptutor.grading.graders.number import grade_number

        return grade_number(case)


def _is_literal(text: str) -> bool:
    try:
        float(text.replace("−", "-"))
    except ValueError:
        return False
    return True


TYPES: tuple[QuestionType, ...] = (Number("numeric"), Numbers("vector"), Numbers("matrix"))
