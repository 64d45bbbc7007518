"""Questions for the shape of an array: `answer` names the array, or is the shape itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bptutor.packs.model import Question
from bptutor.packs.question_types.base import QuestionType, Style, answer_key, answer_nodes, has_letters
from bptutor.packs.question_types.number import long_digits
from bptutor.packs.yaml.fields import Fields
from bptutor.packs.yaml.reader import Located

if TYPE_CHECKING:
    from bptutor.notation.scope import Scope
    from bptutor.packs.lesson.formulas import Formulas


class Shape(QuestionType):
    """`shape`."""

    kind = "shape"
    placeholder = "a shape: (3, 4), or (3,)"
    style = Style.TEXT
    by_itself = False
    computed = True

    def read_fields(self, fields: Fields) -> dict[str, Any]:
        """Read the array or its shape."""
        accept = fields.texts("accept", math=True)
        return {"answer": answer_key(fields, "W2, or (3, 4)"), "accept": accept, "goal": fields.math("goal")}

    def read_formulas(self, node: Located, question: Question, formulas: Formulas, scope: Scope) -> None:
        """Read the goal, and the arrays whose shape is asked."""
        formulas.beside(node, scope)
        for answer in answer_nodes(node) if "(" not in str(question.answer) else ():
            if has_letters(answer.text):
                formulas.expression(answer, scope)

    def secret(self, question: Question) -> str:
        """Return a shape that is written out."""
        return long_digits(question)


TYPES: tuple[QuestionType, ...] = (Shape(),)
