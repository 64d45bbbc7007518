"""What an author calls right must be a finite number: on what learners see, and on the extremes of the question."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from bptutor.authoring.check.report import Checked
from bptutor.errors import UsageError
from bptutor.grading.answer.parse_answer import models
from bptutor.grading.answer.submission import make
from bptutor.grading.feedback.floating_point import at_extremes
from bptutor.grading.graders.expression import Read, bring
from bptutor.packs.model import Question
from bptutor.packs.question_types import of
from bptutor.packs.scene.scene import Scene


def check_finite(question: Question, scene: Scene, seeds: Iterable[int], checked: Checked) -> None:
    """Report a model answer without a finite value on the numbers shown, or on an extreme of its question."""
    if not of(question).face:
        return
    case = make(question, str(question.answer), scene)
    expected = next(iter(models(case)), None)
    read = bring(case, expected, expected) if expected is not None else None
    comparison = read.comparison if isinstance(read, Read) else None
    if comparison is None:
        return

    def report(key: str, what: str) -> None:
        checked.wrong(question.at(key), what, "write an answer that computes a number there", "not-finite")

    seen = [scene.draw(seed) for seed in seeds]
    if not any(np.isfinite(comparison.truth(values)).all() for values in seen):
        report("answer", "the model answer has no finite value on the numbers shown")
    try:
        for n, (_, values) in enumerate(at_extremes(case, comparison), 1):
            if not np.isfinite(comparison.truth(values)).all():
                report("extreme", f"the model answer has no finite value on extreme {n}")
    except UsageError as error:
        report("extreme", f"an extreme cannot be taken: {error.message}")
