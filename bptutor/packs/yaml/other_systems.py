"""Keys and types of other systems that authors bring along, and what is written here instead."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_COUNTED = "every question counts the same: leave it out"
_ROUNDED = "write `decimals: 2`: an answer is right when it is, rounded to so many decimals"
OTHER_KEYS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("points", "weight", "score", "marks", "credit"), _COUNTED),
        **dict.fromkeys(("tolerance", "precision", "digits", "epsilon", "rtol", "atol"), _ROUNDED),
        **dict.fromkeys(("feedback", "explanation", "explain"), "write `solution:`, or `say:` at a wrong answer"),
        **dict.fromkeys(("image", "picture", "figure"), "a terminal shows no picture: say in words what it shows"),
        **dict.fromkeys(("question", "text", "stem"), "the paragraph above the block is the prompt"),
    }
)
"""Key -> what is written instead."""

_CHOICE = "write `type: choice`, and `many: true` where several are right"
OTHER_TYPES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("free-text", "text", "essay", "short-answer", "short-text", "open"),
            "words are not graded here: ask a `choice`, an `order` or a formula",
        ),
        **dict.fromkeys(
            ("match", "matching", "pairs"), "ask each pair as a `choice`, or put lines in order with `type: order`"
        ),
        **dict.fromkeys(("multiple-choice", "mcq", "single-choice", "checkbox", "radio", "true-false"), _CHOICE),
        **dict.fromkeys(("cloze", "gap", "blank", "fill-in"), "write `type: fill`, with one `?` in its `line`"),
        **dict.fromkeys(("formula", "expression", "math", "equation"), "write `type: symbolic`"),
        **dict.fromkeys(("python", "program", "function"), "write `type: code`"),
    }
)
"""Type -> what is written instead."""
