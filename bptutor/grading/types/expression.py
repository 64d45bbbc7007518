"""Questions whose answer is mathematics: an expression in indices, in matrices, in NumPy."""

from __future__ import annotations

from collections.abc import Iterator

from bptutor.errors import UnreadableAnswer
from bptutor.grading.answer.submission import Case
from bptutor.grading.types.base import Probe, QuestionType, nothing_written
from bptutor.grading.verdict import Reading, Verdict
from bptutor.packs.question_types import of


class Written(QuestionType):
    """What is compared as an expression: `einsum`, `fill`, and the expressions themselves."""

    kind = ""
    provable = True

    def preview(self, case: Case) -> Reading:
        """Return the formula as it is read, and which indices or axes it has."""
        from bptutor.grading.answer.parse_answer import as_asked, read_answer
        from bptutor.notation.printers import unicode
        from bptutor.notation.shapes.layout import layout

        given = as_asked(case, read_answer(case))
        found = layout(given, case.scope, of(case.question).columns)
        fits = found.described if "" in found.all_axes else found.shown if found.all_axes else "one number"
        return Reading(unicode.line(given, case.scope), fits)

    def grade(self, case: Case) -> Verdict:
        """Compare by value, then for progress and form; name the mistake of a wrong one."""
        from bptutor.grading.graders.expression import grade_expression

        return grade_expression(case)

    def model_text(self, case: Case, answer: object) -> str:
        """Return the answer as its author wrote it."""
        return str(answer)

    def wrong_probes(self, case: Case) -> Iterator[Probe]:
        """Yield what moves a derivation nowhere: its goal, and the lines that stand."""
        yield from nothing_written(case.question)
        if case.question.derived is not None:
            yield Probe(case.question.derived.goal, "the goal", "no-progress")
            for line in case.question.derived.above:
                yield Probe(line, "a line above", "no-progress")

    def check_readable(self, case: Case) -> None:
        """Read the answer and all that stands beside it."""
        from bptutor.grading.answer.parse_answer import read_question

        read_question(case)

    def counts(self, case: Case, error: UnreadableAnswer) -> bool:
        """Return whether grading goes on: axes that do not fit are a wrong answer."""
        from bptutor.notation.shapes.axes import ShapeMisfit

        return isinstance(error, ShapeMisfit)


class Expression(Written):
    """`symbolic`, `matrix-expression` and `numpy`."""

    def __init__(self, kind: str) -> None:
        """Take the word behind `type:`."""
        self.kind = kind

    def wrong_probes(self, case: Case) -> Iterator[Probe]:
        """Yield also the defined names that equal the answer: they name what is asked."""
        yield from super().wrong_probes(case)
        for name in _equal_names(case):
            yield Probe(name, "the bare name", "no-progress")


def _equal_names(case: Case) -> Iterator[str]:
    """Yield the defined names, with the letters of the answer, that equal it and are not the answer itself."""
    import numpy as np

    from bptutor.grading.answer.parse_answer import model
    from bptutor.notation import parse
    from bptutor.notation.equality.tolerances import close
    from bptutor.notation.scope import Role
    from bptutor.notation.shapes import axes
    from bptutor.notation.values.evaluate import evaluate

    scope, derived, columns = case.scope, case.question.derived, of(case.question).columns
    tree = model(str(case.question.answer), case.question, scope)
    goal = parse.read(derived.goal, scope) if derived else None
    known = {letter: axis for letter, axis in axes.of(goal, scope).letters.items() if axis} if goal else {}
    own = axes.of(tree, scope, columns, known).letters
    known |= {letter: axis for letter, axis in own.items() if axis}
    values = case.scene.fresh(1)
    with np.errstate(all="ignore"):
        truth = evaluate(tree, values, order=tuple(own), known=known, columns=columns)
        for name, declared in scope.names.items():
            if declared.role is not Role.DEFINED or values[name].shape != truth.shape:
                continue
            text = name + (f"_{{{','.join(own)}}}" if own else "")
            asked_for = parse.read(text, scope) == tree
            if not asked_for and close(truth, values[name]):
                yield text


TYPES: tuple[QuestionType, ...] = (Expression("symbolic"), Expression("matrix-expression"), Expression("numpy"))
