"""Questions with a menu of sentences; what is typed is read against them in the order shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from bptutor.errors import Problem
from bptutor.grading.answer.submission import Case
from bptutor.grading.types.base import QuestionType, Shuffle
from bptutor.grading.types.pointing import LETTERS, Pointing, chosen
from bptutor.grading.verdict import Finding, Mark, Verdict
from bptutor.packs.model import Question
from bptutor.packs.yaml.reader import note, problem

_NUMBER = re.compile(r"(?<![\w.{])-?\d+(?:\.\d+)?(?![\w.]*\d)")
"""A number that stands alone in a choice, and not in a name such as `W_21`."""
_LINE = re.compile(r"(?:in )?line \d+\b")


class Choice(Pointing):
    """`choice`."""

    kind = "choice"
    lettered = True

    def right_items(self, question: Question) -> tuple[str, ...]:
        """Return the right choices."""
        return tuple(choice.text for choice in question.choices if choice.right)

    def places(self, question: Question, text: str) -> tuple[int, ...]:
        """Return the choices that are named, in menu order."""
        return chosen(text, self.items(question), question.many)

    def in_words(self, question: Question, text: str) -> str:
        """Return the choices with their letters."""
        return ", ".join(f"({LETTERS[n]}) {question.choices[n].text}" for n in self.places(question, text))

    def grade(self, case: Case) -> Verdict:
        """Grade a choice: every right one, and no other."""
        question = case.question
        named = self.places(question, case.text)
        read_as = self.in_words(question, case.text)
        false = [n for n in named if not question.choices[n].right]
        if not false and len(named) == sum(choice.right for choice in question.choices):
            return Verdict(Mark.RIGHT, read_as=read_as)
        findings = [_false_choice(question, n) for n in false[:2]]
        if not false:
            message = "Each choice you made holds; they are not all that do. Look at the others one by one."
            findings = [Finding("choice", message)]
        return Verdict(Mark.WRONG, findings=tuple(findings), read_as=read_as)

    def model_text(self, case: Case, answer: object) -> str:
        """Return the letters of the right choices."""
        return self.pointing_text([n for n, choice in enumerate(case.question.choices) if choice.right])

    def shuffled(self, question: Question, shuffle: Shuffle) -> tuple[Question, tuple[int, ...]]:
        """Shuffle the choices, also in what is sent to be graded, unless they have an order of their own."""
        if counted(self.items(question)):
            return question, ()
        order, source = shuffle(len(question.choices)), dict(question.source)
        written = source.get("choices")
        if isinstance(written, list | tuple):
            source["choices"] = tuple(written[n] for n in order)
        return replace(question, choices=tuple(question.choices[n] for n in order), source=source), ()

    def faults(self, case: Case) -> Iterator[Problem]:
        """Yield a right choice that comes with what is said of a wrong one: one of the two is a slip."""
        question = case.question
        for n, choice in enumerate(question.choices):
            if choice.right and choice.say:
                place = question.at(f"choices.{n}")
                what = f"the choice `{choice.text}` is right, and its `say` tells what is wrong with it"
                help_ = "move `right: true` to the right choice, or the `say` to the `solution`"
                yield problem(place, what, help_, "choices")
        if any(_LINE.match(choice.text) for choice in question.choices):
            help_ = "write `type: wrong-line`, with its `lines`: each is proved, or refuted"
            yield note(question.place, "nothing proves which of these lines is wrong", help_, "not-vouched")


def _false_choice(question: Question, n: int) -> Finding:
    say = question.choices[n].say
    return Finding("choice", say or f"({LETTERS[n]}) does not hold here. Look at what it says in numbers.", (n,))


def counted(texts: Sequence[str]) -> bool:
    """Return whether choices stand in an order of their own: alike but for a number, or numbered, as `line 2: ...` is.

    The numbers rise or fall. A few choices without a number may stand after them: `line 2`, `line 3`, `both follow`.
    """
    found = [_NUMBER.search(text.replace("−", "-")) for text in texts]
    numbered = [(one, text[one.end() :]) for one, text in zip(found, texts, strict=True) if one]
    few = len(texts) - len(numbered)
    if len(numbered) <= max(1, few) or not all(found[: len(numbered)]):
        return False
    before = {one.string[: one.start()] for one, _ in numbered}
    alike = len({rest for _, rest in numbered}) == 1 or all(rest.startswith(":") for _, rest in numbered)
    numbers = [float(one[0]) for one, _ in numbered]
    return len(before) == 1 and alike and len({(a > b) - (a < b) for a, b in pairwise(numbers)} ^ {0}) == 2


TYPES: tuple[QuestionType, ...] = (Choice(),)
