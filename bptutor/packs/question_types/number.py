"""Questions for numbers: one, a vector of them, a matrix. `answer` names what is computed, or is written out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bptutor.packs.model import Question
from bptutor.packs.question_types.base import QuestionType, Style, answer_key, answer_nodes, has_letters
from bptutor.packs.yaml.fields import Fields
from bptutor.packs.yaml.reader import Located

if TYPE_CHECKING:
    from bptutor.notation.scope import Scope
    from bptutor.packs.lesson.formulas import Formulas

MAX_DECIMALS = 12


class Numbers(QuestionType):
    """`numeric`, `vector` or `matrix`."""

    kind = placeholder = ""
    style = Style.NUMBERS
    tall = by_itself = False
    asks_numbers = computed = True

    def __init__(self, kind: str, placeholder: str, tall: bool = False) -> None:
        """Take what the three of them differ in."""
        self.kind, self.placeholder, self.tall = kind, placeholder, tall

    def read_fields(self, fields: Fields) -> dict[str, Any]:
        """Read the answer, and to how many decimals it is asked."""
        return {
            "answer": answer_key(fields, "dW2, or 0.302"),
            "accept": fields.texts("accept", math=True),
            "decimals": fields.integer("decimals", 0, MAX_DECIMALS, 3),
            "goal": fields.math("goal"),
        }

    def read_formulas(self, node: Located, question: Question, formulas: Formulas, scope: Scope) -> None:
        """Read the goal and the answers."""
        formulas.beside(node, scope)
        for answer in answer_nodes(node):
            formulas.expression(answer, scope)

    def secret(self, question: Question) -> str:
        """Return a number that is written out; a formula that gives it may stand in the prompt."""
        return long_digits(question)


def long_digits(question: Question) -> str:
    """Return an answer of more than three characters that names nothing; a shorter one stands anywhere by chance."""
    answer = question.answer if isinstance(question.answer, str) else ""
    return answer if len(answer) > 3 and not has_letters(answer) else ""


TYPES: tuple[QuestionType, ...] = (
    Numbers("numeric", "a number, or arithmetic such as -.25*3"),
    Numbers("vector", "the entries: [0.1, -0.2, 0.3]"),
    Numbers("matrix", "rows in brackets: [[1, 2], [3, 4]]", tall=True),
)
