"""The question types as they are answered: how a text is read, what it is worth, what is right."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from bptutor.grading.types.base import QuestionType
from bptutor.packs.model import Question

MODULES = (
    "number",
    "shape",
    "expression",
    "einsum",
    "choice",
    "order",
    "rule",
    "fill_in",
    "code",
    "wrong_line",
)
"""One line a module, here and in `packs.question_types`; each has a tuple `TYPES`."""

TYPES: Mapping[str, QuestionType] = MappingProxyType(
    {one.kind: one for name in MODULES for one in import_module(f"{__name__}.{name}").TYPES}
)
"""The word behind `type:` -> the type."""


def of(question: Question) -> QuestionType:
    """Return the type of a question."""
    return TYPES[question.kind]
