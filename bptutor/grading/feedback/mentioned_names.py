"""Which names a message may mention: those that a question is about, not those of another exercise in its scene."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bptutor.grading.catalogue.wrong_array import other_quantities
from bptutor.grading.feedback.answer_contents import Written
from bptutor.notation.scope import Role
from bptutor.notation.transform.definitions import made_of, names_in

if TYPE_CHECKING:
    from bptutor.grading.catalogue.expected_answer import ExpectedAnswer


def asked_about(expected: ExpectedAnswer) -> frozenset[str]:
    """Return the names that what is asked is made of; of a gradient also what the loss is made of."""
    return made_of(expected.scope, names_in((expected.comparison.expected, *expected.slopes)))


def suits(part: str, expected: ExpectedAnswer, written: Written, within: bool) -> bool:
    """Return whether a message may mention a part.

    Args:
        part: A name of the scene; anything else, such as an index, may be mentioned.
        expected: What is asked.
        written: What the answer holds.
        within: Whether it has to stand in the answer, where that is no list of numbers.
    """
    scope = expected.scope
    if part in scope.names:
        if within and written.formula:
            return part in written.names
        return _known({part}, expected, written)
    slope = next((tree for called, tree in other_quantities(expected) if called == part), None)
    return slope is None or _known(names_in([slope]), expected, written)


def _known(names: Iterable[str], expected: ExpectedAnswer, written: Written) -> bool:
    """Return whether names stand in the question or the answer, or are made of what stands there alone."""
    scope = expected.scope
    near = asked_about(expected) | made_of(scope, written.names)
    if not near:  # a program that is held against the numbers of another
        return True
    for name in names:
        given = {one for one in made_of(scope, [name]) if scope.names[one].role is not Role.DEFINED}
        if name not in near and not (given and given <= near):
            return False
    return True
