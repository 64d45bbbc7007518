"""Questions for what stands in the one hole of a line: `line: p_i (? - p_j)`."""

from __future__ import annotations

from typing import Any

from bptutor.packs.model import Derivation, Derived, Question
from bptutor.packs.question_types.base import Offer, QuestionType, Style, line_question
from bptutor.packs.yaml.fields import Fields

HOLE = "What stands in the hole?"


class FillIn(QuestionType):
    """`fill`."""

    kind = "fill"
    placeholder = "what stands in the hole"
    how = "Answer with what stands in the gap, the question mark."
    style = Style.FORMULA
    by_itself = True

    def read_fields(self, fields: Fields) -> dict[str, Any]:
        """Read the line with its hole; what it must become, or what fills it."""
        line = fields.require("line", "p_i (? - p_j)")
        fields.whole_text(line, "line")
        if line.text and line.text.count("?") != 1:
            fields.wrong(line.place, f"`{line.text}` has {line.text.count('?')} gaps", "write one `?`", "fill")
        return {
            "line": line.text,
            "whole": fields.math("whole"),
            "answer": fields.math("answer", "" if fields.has("whole") else "δ_ij"),
            "where": fields.math("where"),
            "accept": fields.texts("accept", math=True),
            "names": fields.texts("names"),
            "goal": fields.math("goal"),
        }

    def offers(self, question: Question) -> tuple[Offer, ...]:
        """Return the line with its hole."""
        return (Offer("", question.line, Style.FORMULA, pickable=False),)


FILL = FillIn()
TYPES: tuple[QuestionType, ...] = (FILL,)


def hole_question(derivation: Derivation, n: int, gap: str, answer: str) -> Question:
    """Return line `n` (0-based) of a derivation as the question for its hole: all that makes the line right is right.

    Args:
        derivation: The derivation.
        n: 0-based index of the line.
        gap: The line with one `?`.
        answer: What stands there in the line itself; empty where that is not known.
    """
    line, derived = derivation.lines[n], Derived(derivation.goal, tuple(one.math for one in derivation.lines[:n]))
    source: dict[str, object] = {"line": gap, "whole": line.math, "answer": answer}
    source["derived"] = {"goal": derived.goal, "above": derived.above}
    if line.where:
        source["where"] = line.where
    hints = line.hints[:-1] if line.hints and line.hints[-1] == gap else line.hints
    more = {"prompt": HOLE, "answer": answer, "line": gap, "whole": line.math, "where": line.where, "hints": hints}
    return line_question(FILL, derivation, n, source, **more, show=line.show, derived=derived)
