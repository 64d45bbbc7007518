"""Grading the shape of an array; some mistakes are told by a shape alone."""

from __future__ import annotations

import numpy as np

from bptutor.errors import UnreadableAnswer
from bptutor.grading import diagnosis, numbers, targets
from bptutor.grading.case import Case
from bptutor.grading.comparison import Comparison
from bptutor.grading.layouts import layout
from bptutor.grading.met import entries
from bptutor.grading.mistakes import BY_ID
from bptutor.grading.quantities import Asked, seen
from bptutor.grading.verdict import Finding, Mark, Verdict
from bptutor.notation import parse


def grade_shape(case: Case) -> Verdict:
    """Grade the shape of an array; the answer names the array, or is the shape itself."""
    got = numbers.read_shape(case.text)
    truth = _asked_shape(case)
    shown = numbers.shown_shape(got)
    accepted = {truth, *(numbers.read_shape(text) for text in case.question.accept)}
    if got in accepted:
        return Verdict(Mark.RIGHT, read_as=shown)
    named = _shape_mistakes(case, got)
    if len(got) != len(truth):
        count = {0: "no axis", 1: "one axis"}.get(len(got), f"{len(got)} axes")
        message = f"{shown} has {count}. Look at how many indices name one element."
    elif got == truth[::-1]:
        message = f"{shown} has these sizes in the opposite order. Look at which index counts rows."
    else:
        axis = next(n for n, pair in enumerate(zip(got, truth, strict=True)) if pair[0] != pair[1])
        message = f"Axis {axis + 1} of {shown} has another size. Look at what index {axis + 1} counts."
    return Verdict(Mark.WRONG, findings=(*named, Finding("shape", message)), read_as=shown)


SHAPES = ("transposed", "bias-axis", "bias-not-summed", "bias-all-summed", "broadcast")
"""Mistakes that a shape alone tells."""


def _shape_mistakes(case: Case, got: tuple[int, ...]) -> list[Finding]:
    """Return the first mistake whose result has the learner's shape."""
    text = str(case.question.answer)
    if isinstance(case.question.answer, tuple | list) or not any(c.isalpha() for c in text):
        return []
    tree = parse.read(text, case.scope)
    target = targets.target(Comparison(case.scene, tree, layout(tree, case.scope, columns=True), columns=True))
    for name in SHAPES:
        for guess, part in BY_ID[name].guesses(target):
            array = entries(guess, seen(case))
            if array is not None and array.shape == got and np.isfinite(array).all():
                return diagnosis.said([(BY_ID[name], part)], target)
    return []


def _asked_shape(case: Case) -> tuple[int, ...]:
    answer = case.question.answer
    if isinstance(answer, tuple | list):
        return tuple(int(str(size)) for size in answer)
    text = str(answer)
    try:
        return numbers.read_shape(text)
    except UnreadableAnswer:
        tree = parse.read(text, case.scope)
        return tuple(int(n) for n in Asked(tree=tree).value(case.values()).shape)
