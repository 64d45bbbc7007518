"""Wrong answers that an author has named: `wrong: [{answer, say}]`, computed and held against what was written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bptutor.errors import UnreadableAnswer
from bptutor.grading.answer.answer_samples import AnswerSamples
from bptutor.grading.answer.submission import Case
from bptutor.grading.verdict import Finding
from bptutor.notation import parse
from bptutor.notation.equality.compare import Comparison
from bptutor.packs.question_types import of
from bptutor.packs.question_types.base import Style

if TYPE_CHECKING:
    from bptutor.notation.tree import Expr


def findings(case: Case, comparison: Comparison, samples: AnswerSamples) -> list[Finding]:
    """Return the first wrong answer of the question that equals the learner's on every draw, as one finding.

    Args:
        case: The question with its answer.
        comparison: What the learner's answer was held against; gives the order of the entries.
        samples: The learner's entries on the draws.
    """
    for text, say in case.question.wrong:
        tree = _read(text, case)
        if tree is not None and say and samples.made(partial(comparison.given, tree)):
            return [Finding("authored", say)]
    return []


def _read(text: str, case: Case) -> Expr | None:
    """Read a wrong answer with all names of the scene; None when it is no expression, such as an einsum string."""
    spelling = parse.Spelling.NUMPY if of(case.question).style is Style.NUMPY else parse.Spelling.ANY
    try:
        return parse.read(text, case.scope, spelling)
    except UnreadableAnswer:
        return None
