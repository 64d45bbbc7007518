"""What a question type is to those who write and show it: data only; what an answer is worth, `grading.types` says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from bptutor.packs.model import Derivation, Question
from bptutor.packs.yaml.fields import Fields
from bptutor.packs.yaml.reader import Located

if TYPE_CHECKING:
    from bptutor.notation.scope import Scope
    from bptutor.packs.lesson.formulas import Formulas


class Style(Enum):
    """How an answer, or something on offer, is set on a screen and read aloud."""

    FORMULA = "formula"
    NUMPY = "numpy"
    NUMBERS = "numbers"
    PROSE = "prose"
    """Markdown, with mathematics between dollar signs."""
    RULE = "rule"
    """The id of a rule, which stands for its title."""
    TEXT = "text"


@dataclass(frozen=True)
class Offer:
    """One thing that a question puts below its prompt: a choice, a line, a rule."""

    label: str
    """What a learner types for it; empty for a line that nobody points at."""
    text: str
    style: Style
    by: tuple[str, ...] = ()
    """Rule ids: why it follows from the one above."""
    pickable: bool = True
    """Whether an answer picks some of what is on offer, rather than all of it."""


class QuestionType(ABC):
    """One type of question, as authors write it; its twin in `grading.types` has the same `kind`."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """The word behind `type:`."""

    @property
    @abstractmethod
    def placeholder(self) -> str:
        """What stands under an empty answer line: what is to be typed."""

    @property
    @abstractmethod
    def style(self) -> Style:
        """How an answer is set on a screen and read aloud."""

    @property
    @abstractmethod
    def by_itself(self) -> bool:
        """Whether it is answered without the numbers of its lesson."""

    @abstractmethod
    def read_fields(self, fields: Fields) -> dict[str, Any]:
        """Read the keys that not every type has; returns fields of `Question`."""

    def read_formulas(self, node: Located, question: Question, formulas: Formulas, scope: Scope) -> None:
        """Read the mathematics in the keys of a question, so that an error points at its column.

        Unless a type has more of it, that is `goal`, `where` and `whole`.

        Args:
            node: The question as it is written.
            question: The question.
            formulas: Reads expressions, and collects what is wrong with them.
            scope: The names, with those that the question gives.
        """
        formulas.beside(node, scope)

    def secret(self, question: Question) -> str:
        """Return the text that neither the prompt nor a hint may hold: the answer; empty where any may."""
        return str(question.answer) if self.guarded else ""

    def offers(self, question: Question) -> tuple[Offer, ...]:
        """Return what stands below the prompt."""
        return ()

    def instruction(self, question: Question) -> str:
        """Return the sentence that says how to answer, for who sees no answer line; empty where it is plain."""
        return self.how

    how = ""
    """That sentence, where it is always the same."""
    guarded = True
    """Whether the answer may stand neither in the prompt nor in a hint."""
    default_prompt = ""
    """The prompt where no paragraph stands above the question; empty where its author must write one."""
    pointing = False
    """Whether an answer points at something that is on offer: a new one replaces it, where a formula is mended."""
    asks_numbers = False
    """Whether numbers are asked, rounded to `decimals`."""
    computed = False
    """Whether the answer is what a formula comes to on the numbers shown."""
    program = False
    """Whether the answer is a program, which is run."""
    columns = True
    """Whether vectors are read as columns: everywhere but in NumPy."""
    face = ""
    """The face that an answer is: `index`, `matrix`, `numpy`; empty for none."""

    @property
    def tall(self) -> bool:
        """Whether reading an answer back may take more than one row."""
        return self.style in {Style.FORMULA, Style.NUMPY}


def line_question(
    kind: QuestionType, derivation: Derivation, n: int, source: Mapping[str, object], **more: Any
) -> Question:
    """Return line `n` (0-based) of a derivation as a question.

    Args:
        kind: Its type.
        derivation: The derivation.
        n: 0-based index of the line.
        source: What `grade` takes of it, beside the type.
        more: Further fields of `Question`.
    """
    line, id_ = derivation.lines[n], f"{derivation.id}.{n + 1}"
    more |= {"skills": line.skills, "place": line.place, "places": line.places}
    return Question(id_, kind.kind, source={"type": kind.kind, **source}, **more)


def answer_key(fields: Fields, example: str) -> object:
    """Read an answer that may be a number, a formula, or nested lists of numbers."""
    node = fields.require("answer", example)
    if isinstance(node.value, str):
        fields.whole_text(node, "answer")
        return node.value
    if isinstance(node.value, Mapping):
        fields.wrong(node.place, "`answer` is a mapping", f"write `answer: {example}`", "answer")
        return ""
    return _nested(node, fields)


def _nested(node: Located, fields: Fields) -> object:
    if isinstance(node.value, str):
        return node.value
    if isinstance(node.value, Mapping):
        fields.wrong(node.place, "a mapping where a number stands", "write a list of numbers", "answer")
        return ""
    return tuple(_nested(item, fields) for item in node.items)


def answer_nodes(node: Located) -> list[Located]:
    """Return the answer and the accepted ones that are texts, as they are written."""
    found = [node.mapping[key] for key in ("answer", "accept") if key in node.mapping]
    return [one for part in found for one in (part.items or (part,)) if isinstance(one.value, str) and one.value]


def has_letters(answer: object) -> bool:
    """Tell whether an answer mentions a name, rather than being written out in digits."""
    if isinstance(answer, tuple | list):
        return any(has_letters(part) for part in answer)
    return any(character.isalpha() for character in str(answer))


def typed(answer: object) -> str:
    """Return an answer as text: nested tuples as `[[1, 2], [3, 4]]`."""
    if isinstance(answer, list | tuple):
        return "[" + ", ".join(typed(item) for item in answer) + "]"
    return str(answer)
