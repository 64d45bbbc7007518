"""Questions for the letters of an `np.einsum`, compared by what it computes on distinct sizes."""

from __future__ import annotations

from bptutor.grading.types.base import QuestionType
from bptutor.grading.types.expression import Written


class Einsum(Written):
    """`einsum`."""

    kind = "einsum"


TYPES: tuple[QuestionType, ...] = (Einsum(),)
