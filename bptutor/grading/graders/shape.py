"""Grading the shape of an array; some mistakes are told by a shape alone."""

from __future__ import annotations

import re

import numpy as np

from bptutor.errors import UnreadableAnswer
from bptutor.grading.answer import parse_numbers
from bptutor.grading.answer.answer_samples import entries
from bptutor.grading.answer.submission import Case
from bptutor.grading.catalogue import expected_answer
from bptutor.grading.catalogue.table import BY_ID
from bptutor.grading.feedback.answer_contents import NUMBERS
from bptutor.grading.feedback.message_context import words
from bptutor.grading.graders.number import Asked, seen
from bptutor.grading.verdict import Finding, Mark, Verdict
from bptutor.notation import parse
from bptutor.notation.equality.compare import Comparison
from bptutor.notation.shapes.layout import layout
from bptutor.notation.transform.backward_equations import gradient
from bptutor.notation.transform.definitions import scalars
from bptutor.notation.transform.roles import parts
from bptutor.notation.tree import Name
from bptutor.notation.values.evaluate import Values


def grade_shape(case: Case) -> Verdict:
    """Grade the shape of an array; the answer names the array, or is the shape itself."""
    got = parse_numbers.read_shape(parse_numbers.in_numbers(case.text, case.values().sizes))
    truth = _asked_shape(case, case.values())
    shown = parse_numbers.shown_shape(got)
    accepted = {truth, *(parse_numbers.read_shape(text) for text in case.question.accept)}
    if got in accepted and not _of_other_axes(case):
        return Verdict(Mark.RIGHT, read_as=shown)
    for text, say in case.question.wrong:
        if say and got == parse_numbers.read_shape(parse_numbers.in_numbers(text, case.values().sizes)):
            return Verdict(Mark.WRONG, findings=(Finding("authored", say),), read_as=shown)
    named = _shape_mistakes(case, got, truth)
    if got == truth:
        message = f"{shown} has these sizes here, by other axes. Look at what each index counts."
    elif len(got) != len(truth):
        count = {0: "no axis", 1: "one axis"}.get(len(got), f"{len(got)} axes")
        message = f"{shown} has {count}. Look at how many indices name one element."
    elif got == truth[::-1]:
        message = f"{shown} has these sizes in the opposite order. Look at which index counts rows."
    else:
        axis = next(n for n, pair in enumerate(zip(got, truth, strict=True)) if pair[0] != pair[1])
        message = f"Axis {axis + 1} of {shown} has another size. Look at what index {axis + 1} counts."
    return Verdict(Mark.WRONG, findings=(*named, Finding("shape", message)), read_as=shown)


def read_question(case: Case) -> None:
    """Read the shape that an author asks for.

    Raises:
        UnreadableAnswer: It cannot be read.
    """
    _asked_shape(case, case.values())


def _of_other_axes(case: Case) -> bool:
    """Return whether a shape written by axis names alone is another one where all sizes differ."""
    if not re.search(r"[^\W\d]", case.text) or re.search(r"\b\d", case.text) or not _names_an_array(case):
        return False
    values = case.scene.fresh(0)
    return parse_numbers.read_shape(parse_numbers.in_numbers(case.text, values.sizes)) != _asked_shape(case, values)


def _names_an_array(case: Case) -> bool:
    answer = case.question.answer
    return isinstance(answer, str) and any(char.isalpha() for char in answer)


SHAPES = ("transposed", "bias-axis", "bias-not-summed", "bias-all-summed", "broadcast")
"""Mistakes that a shape alone tells."""


def _shape_mistakes(case: Case, got: tuple[int, ...], truth: tuple[int, ...]) -> list[Finding]:
    """Return the first mistake whose result has the learner's shape."""
    if not _names_an_array(case):
        return []
    tree = parse.read(str(case.question.answer), case.scope)
    if isinstance(tree, Name) and tree.id in parts(case.scope).biases and scalars(case.scope):
        tree = gradient(case.scope, scalars(case.scope)[0], tree.id)  # which has the shape of the bias
    target = expected_answer.expected_answer(
        Comparison(case.scene, tree, layout(tree, case.scope, columns=True), columns=True)
    )
    for name in SHAPES:
        for guess, part in BY_ID[name].hypotheses(target):
            array = entries(guess, seen(case))
            if array is None or array.shape != got or not np.isfinite(array).all():
                continue
            if name != "broadcast" or array.size > np.prod(truth):
                known = words(target) | NUMBERS.holds() | {"shape": "yes"}
                return [Finding(name, BY_ID[name].message(part, known))]
    return []


def _asked_shape(case: Case, values: Values) -> tuple[int, ...]:
    answer = case.question.answer
    if isinstance(answer, tuple | list):
        return tuple(int(str(size)) for size in answer)
    text = str(answer)
    try:
        return parse_numbers.read_shape(text)
    except UnreadableAnswer:
        tree = parse.read(text, case.scope)
        return tuple(int(n) for n in Asked(tree=tree).value(values).shape)
