"""Questions for a rule, by its id or title; with a menu also by its letter."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from bptutor.errors import UnreadableAnswer
from bptutor.grading.answer.submission import Case
from bptutor.grading.types.base import QuestionType, Shuffle
from bptutor.grading.types.pointing import BEGINNING, Pointing, chosen, words, wrong
from bptutor.grading.verdict import Finding, Mark, Verdict
from bptutor.packs.model import Question
from bptutor.packs.question_types.base import typed
from bptutor.packs.question_types.rule import WHY


class Rule(Pointing):
    """`rule`."""

    kind = "rule"
    lettered = True

    def items(self, question: Question) -> tuple[str, ...]:
        """Return the titles of the menu, or its ids where they have none."""
        titles = tuple(choice.text for choice in question.choices)
        return titles if len(titles) == len(question.options) else question.options

    def places(self, question: Question, text: str) -> tuple[int, ...]:
        """Return the rule of the menu that is named."""
        return (_place(question, self.items(question), text),) if question.options else ()

    def in_words(self, question: Question, text: str) -> str:
        """Return the title of a rule; without a menu what was typed."""
        return ", ".join(self.items(question)[n] for n in self.places(question, text)) or text.strip()

    def grade(self, case: Case) -> Verdict:
        """Grade a rule given by id or title."""
        question, asked = case.question, words(str(case.question.answer))
        read_as = self.in_words(question, case.text)
        if question.options:
            right = asked in {words(question.options[self.places(question, case.text)[0]]), words(read_as)}
        else:
            right = words(case.text) in {asked, *map(words, question.accept)}
        if right:
            return Verdict(Mark.RIGHT, read_as=read_as)
        message = "That rule does not turn the line above into this one. Look at the sign or operator that changed."
        if question.prompt != WHY:
            message = "That rule does not fit here. Look at what its left side is made of."
        return wrong(Finding("rule", message), read_as)

    def model_text(self, case: Case, answer: object) -> str:
        """Return the title of the right rule, or its id where it has none."""
        right = [rule.text for rule in case.question.choices if rule.right and answer == case.question.answer]
        return right[0] if right else typed(answer)

    def shuffled(self, question: Question, shuffle: Shuffle) -> tuple[Question, tuple[int, ...]]:
        """Shuffle the menu, its titles along with it, also in what is sent to be graded."""
        order = shuffle(len(question.options))
        options, choices = tuple(question.options[n] for n in order), question.choices
        if len(choices) == len(options):
            choices = tuple(choices[n] for n in order)
        source = {**question.source, "options": options} if options else question.source
        return replace(question, options=options, choices=choices, source=source), ()

    def for_grading(self, question: Question, text: str) -> str:
        """Return the id of a rule of the menu: titles are not sent along."""
        return question.options[self.places(question, text)[0]] if question.options else text

    record_key = QuestionType.record_key
    is_other = QuestionType.is_other


def _place(question: Question, titles: tuple[str, ...], text: str) -> int:
    """Return the 0-based place of the rule that is named: by its id or title, the beginning or words of one, a label.

    Ids are looked at first: so what a question without titles reads, one with titles reads the same.

    Raises:
        UnreadableAnswer: No rule, or more than one, is named.
    """
    named = words(text)
    for names in (question.options, titles):
        exact = [n for n, option in enumerate(names) if words(option) == named]
        begun = [n for n, option in enumerate(names) if len(named) >= BEGINNING and words(option).startswith(named)]
        if exact or len(begun) == 1:
            return (exact or begun)[0]
    with suppress(UnreadableAnswer):
        return chosen(text, question.options, many=False)[0]
    return chosen(text, titles, many=False)[0]


TYPES: tuple[QuestionType, ...] = (Rule(),)
