"""Questions with a menu of sentences, of which one is right, or `many`."""

from __future__ import annotations

from string import ascii_lowercase
from typing import Any

from bptutor.errors import Problem
from bptutor.packs.model import Choice as Sentence
from bptutor.packs.model import Question
from bptutor.packs.question_types.base import Offer, QuestionType, Style
from bptutor.packs.yaml.fields import Fields
from bptutor.packs.yaml.reader import Located

MAX_ITEMS = len(ascii_lowercase)


class Choice(QuestionType):
    """`choice`."""

    kind = "choice"
    placeholder = "type the letter"
    style = Style.PROSE
    by_itself = True
    pointing = True

    def read_fields(self, fields: Fields) -> dict[str, Any]:
        """Read the choices."""
        node = fields.require("choices", "[{text: it rises, right: true}, {text: it falls}]")
        many = fields.flag("many")
        choices = tuple(_sentence(item, fields.problems) for item in node.items[: MAX_ITEMS + 1])
        right = sum(choice.right for choice in choices)
        if node.value and not node.items:
            fields.wrong(node.place, f"`choices` is {node.kind}", "write one `- text: ...` line for each", "choices")
        elif choices and not right:
            fields.wrong(node.place, "no choice is right", "add `right: true` to one of them", "choices")
        elif right > 1 and not many:
            fields.wrong(node.place, f"{right} choices are right", "add `many: true`, or leave one right", "choices")
        elif len(choices) == 1 or len(choices) > MAX_ITEMS:
            fields.wrong(node.place, f"{len(node.items)} choices", f"write 2 to {MAX_ITEMS}", "choices")
        texts = [choice.text.strip() for choice in choices]
        for n, text in enumerate(texts):
            if text in texts[:n]:
                fields.wrong(node.items[n].place, f"the choice `{text}` stands here a second time", "", "choices")
        fields.mapping("means")  # of old: what the names of numbered lines stand for
        return {"choices": choices, "many": many, "answer": fields.text("answer")}

    def secret(self, question: Question) -> str:
        """Return the right choices."""
        return "; ".join(choice.text for choice in question.choices if choice.right)

    def offers(self, question: Question) -> tuple[Offer, ...]:
        """Return the choices with their letters."""
        rows = zip(ascii_lowercase, question.choices, strict=False)
        return tuple(Offer(letter, choice.text, Style.PROSE) for letter, choice in rows)

    def instruction(self, question: Question) -> str:
        """Say how to choose."""
        return "Answer with letters, such as a,c." if question.many else "Answer with a letter."


def _sentence(node: Located, problems: list[Problem]) -> Sentence:
    if isinstance(node.value, str) and node.value:
        node = Located({"text": node}, node.place, {"text": node.place})
    with Fields(node, "a choice", problems) as fields:
        fields.require("text", "it rises")
        return Sentence(fields.text("text"), fields.flag("right"), fields.text("say"))


TYPES: tuple[QuestionType, ...] = (Choice(),)
