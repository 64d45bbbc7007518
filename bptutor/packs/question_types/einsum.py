"""Questions for the letters of an `np.einsum` over given operands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bptutor.packs.model import Question
from bptutor.packs.question_types.base import QuestionType, Style
from bptutor.packs.yaml.fields import Fields
from bptutor.packs.yaml.reader import Located

if TYPE_CHECKING:
    from bptutor.notation.scope import Scope
    from bptutor.packs.lesson.formulas import Formulas


class Einsum(QuestionType):
    """`einsum`."""

    kind = "einsum"
    placeholder = "an einsum text: ij,j->i"
    style = Style.TEXT
    by_itself = columns = False

    def read_fields(self, fields: Fields) -> dict[str, Any]:
        """Read the operands and the specification."""
        answer = fields.require("answer", "ij,j->i")
        fields.require("operands", "[W, x]")
        accept, operands = fields.texts("accept"), fields.texts("operands", math=True)
        return {"answer": answer.text, "accept": accept, "operands": operands, "goal": fields.math("goal")}

    def read_formulas(self, node: Located, question: Question, formulas: Formulas, scope: Scope) -> None:
        """Read the goal and the operands."""
        formulas.beside(node, scope)
        for operand in node.mapping["operands"].items if "operands" in node.mapping else ():
            formulas.expression(operand, scope)


TYPES: tuple[QuestionType, ...] = (Einsum(),)
