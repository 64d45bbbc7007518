"""Questions whose answer is one expression of the scene: in indices, in matrices, in NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bptutor.packs.model import Derivation, Derived, Question
from bptutor.packs.question_types.base import QuestionType, Style, answer_nodes, line_question
from bptutor.packs.scene.extremes import extremes, fit
from bptutor.packs.yaml.fields import Fields, nearest
from bptutor.packs.yaml.reader import Located

if TYPE_CHECKING:
    from bptutor.notation.scope import Scope
    from bptutor.packs.lesson.formulas import Formulas

FORMS = ("index", "matrix", "numpy", "no-sum", "no-delta")


class Expression(QuestionType):
    """`symbolic`, `matrix-expression` or `numpy`."""

    kind = ""
    placeholder = "a formula; F1 shows spellings"
    style = Style.FORMULA
    by_itself = False

    def __init__(self, kind: str, face: str) -> None:
        """Take the word behind `type:`, and the face that an answer is."""
        self.kind, self.face = kind, face

    def read_fields(self, fields: Fields) -> dict[str, Any]:
        """Read the answer, and in which form and from which names it is asked."""
        return {
            "answer": fields.math("answer", "p_i - y_i"),
            "accept": fields.texts("accept", math=True),
            "form": _forms(fields),
            "names": fields.texts("names"),
            "where": fields.math("where"),
            "goal": fields.math("goal"),
            "extreme": extremes(fields),
        }

    def read_formulas(self, node: Located, question: Question, formulas: Formulas, scope: Scope) -> None:
        """Read the answer; what is accepted beside it keeps to the allowed names."""
        formulas.names(node, scope)
        narrow = replace(scope, allowed=frozenset(question.names)) if question.names else scope
        for answer in answer_nodes(node):
            names = narrow if answer is not node.mapping.get("answer") else scope
            formulas.expression(answer, names, numpy=self.style is Style.NUMPY)
        formulas.beside(node, scope)
        if "extreme" in node.mapping and not formulas.blind:
            fit(node.mapping["extreme"], scope, formulas.problems)


class NumPy(Expression):
    """`numpy`."""

    placeholder = "one NumPy expression"
    style = Style.NUMPY
    columns = False


def _forms(fields: Fields) -> tuple[str, ...]:
    found = []
    for node in fields.nodes("form"):
        if isinstance(node.value, Mapping) and set(node.mapping) == {"only"}:
            only = node.mapping["only"]
            found.append("only:" + ",".join(item.text for item in (only.items or (only,))))
        elif node.text in FORMS or node.text.startswith("only:"):
            found.append(node.text)
        else:
            help_ = nearest(node.text, (*FORMS, "{only: [p, y]}"))
            fields.wrong(node.place, f"{node.shown} is no form", help_, "unknown-value")
    return tuple(found)


SYMBOLIC = Expression("symbolic", "index")
TYPES: tuple[QuestionType, ...] = (SYMBOLIC, Expression("matrix-expression", "matrix"), NumPy("numpy", "numpy"))


def written_line(derivation: Derivation, n: int) -> Question:
    """Return line `n` (0-based) of a derivation as the question to write it."""
    line, lines = derivation.lines[n], [one.math for one in derivation.lines]
    derived = Derived(derivation.goal, tuple(lines[:n]), tuple(lines[n + 1 :]))
    source: dict[str, object] = {"answer": line.math}
    source |= {"derived": {"goal": derived.goal, "above": derived.above, "below": derived.below}}
    source |= {key: value for key, value in (("where", line.where), ("names", line.names)) if value}
    more = {"prompt": line.ask, "answer": line.math, "where": line.where, "names": line.names, "hints": line.hints}
    return line_question(SYMBOLIC, derivation, n, source, **more, show=line.show, derived=derived)


def page_question(derivation: Derivation, written: tuple[str, ...], hints: tuple[str, ...]) -> Question:
    """Return a derivation as the question for the next line of any route to its last one.

    Args:
        derivation: The derivation; its own lines are one route.
        written: The lines that the learner has written.
        hints: The hints, where the author wrote none.
    """
    answer = derivation.lines[-1].math
    source: dict[str, object] = {"type": SYMBOLIC.kind, "answer": answer}
    source["derived"] = {"goal": derivation.goal, "above": written, "route": "true"}
    return Question(
        id=derivation.id,
        kind=SYMBOLIC.kind,
        prompt=derivation.ask,
        answer=answer,
        hints=derivation.hints or hints,
        skills=derivation.skills,
        derived=Derived(derivation.goal, written, route=True),
        place=derivation.place,
        places=derivation.places,
        source=source,
    )
