"""Questions for the rule of a step, by its id or title; with `options`, from a menu."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_lowercase
from typing import Any

from bptutor.packs.lesson.outline import Rule as NamedRule
from bptutor.packs.model import Choice, Derivation, Question
from bptutor.packs.question_types.base import Offer, QuestionType, Style, line_question
from bptutor.packs.yaml.fields import Fields

WHY = "Which rule makes this line out of the one above?"


class Rule(QuestionType):
    """`rule`."""

    kind = "rule"
    placeholder = "the letter, or the name of the rule"
    how = "Answer with a letter, or the name of the rule."
    guarded = False
    style = Style.TEXT
    by_itself = True
    pointing = True

    def read_fields(self, fields: Fields) -> dict[str, Any]:
        """Read the rule and the menu it stands on."""
        answer = fields.require("answer", "chain-rule")
        options, accept = fields.texts("options"), fields.texts("accept")
        if options and answer.text not in options:
            fields.wrong(answer.place, f"`{answer.text}` is not among the options", "add it to `options`", "options")
        return {"answer": answer.text, "options": options, "accept": accept}

    def offers(self, question: Question) -> tuple[Offer, ...]:
        """Return the rules of the menu with their letters."""
        return tuple(Offer(*row, Style.RULE) for row in zip(ascii_lowercase, question.options, strict=False))


RULE = Rule()
TYPES: tuple[QuestionType, ...] = (RULE,)


def why_question(
    derivation: Derivation, n: int, false_rules: tuple[str, ...], rules: Mapping[str, NamedRule]
) -> Question:
    """Return line `n` (0-based) of a derivation as the question for its first rule.

    Args:
        derivation: The derivation.
        n: 0-based index of the line.
        false_rules: Ids of the rules that stand beside the right one.
        rules: The rules of the pack, for their titles.
    """
    line = derivation.lines[n]
    right = line.by[0] if line.by else ""
    options = (right, *false_rules)
    titles = [rules[rule].title if rule in rules else rule for rule in options]
    choices = tuple(Choice(title, rule == right) for rule, title in zip(options, titles, strict=True))
    source = {"prompt": WHY, "answer": right, "options": options}
    return line_question(RULE, derivation, n, source, **source, choices=choices, hints=line.hints[:1])
