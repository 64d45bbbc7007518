"""A question as it is shown: what is filled in, and in which order the choices and lines stand."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random
from typing import TypeVar

from bptutor.errors import UnreadableAnswer
from bptutor.grading.types import choice as choices
from bptutor.packs.model import Kind, Question

SEEDS = 10_000
_NUMBER = re.compile(r"(?<![\w.{])-?\d+(?:\.\d+)?(?![\w.]*\d)")
"""A number that stands alone in a choice, and not in a name such as `W_21`."""
Item = TypeVar("Item")


def seed_of(pack: str, lesson: str, learner: str, draw: int) -> int:
    """Return the seed, 0 to 9999, of a learner's n-th draw for a lesson; the same on every machine."""
    key = "\0".join((pack, lesson, learner, str(draw))).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big") % SEEDS


@dataclass(frozen=True)
class Asked:
    """One question in the order in which it is shown for a seed."""

    graded: Question
    """As grading takes it: choices in the order shown, lines in the order written."""
    order: tuple[int, ...] = ()
    """Of an `order` question: shown place -> written place, both from 0."""

    @classmethod
    def of(cls, question: Question, seed: int) -> Asked:
        """Order what a question offers by the seed, so that the place of the right one tells nothing."""
        if question.kind is Kind.CHOICE and counted([choice.text for choice in question.choices]):
            return cls(question)
        if question.kind is Kind.CHOICE:
            offered = shuffled(question.choices, _key(question, seed))
            source = dict(question.source)
            written = source.get("choices")
            if isinstance(written, list | tuple):
                source["choices"] = shuffled(written, _key(question, seed))
            return cls(replace(question, choices=offered, source=source))
        if question.kind is Kind.ORDER:
            places = tuple(range(len(question.lines) + len(question.extra)))
            return cls(question, _unsorted(places, _key(question, seed)))
        if question.kind is Kind.RULE:
            return cls(_menu(question, _key(question, seed)))
        return cls(question)

    def shown(self, fill: Callable[[str], str]) -> Question:
        """Return the question for the screen, with `{{ }}` replaced by `fill`."""
        question = self.graded
        offered = tuple(replace(choice, text=fill(choice.text)) for choice in question.choices)
        if self.order:
            written = (*question.lines, *question.extra)
            question = replace(question, lines=tuple(written[n] for n in self.order), extra=())
        hints = tuple(fill(hint) for hint in question.hints)
        return replace(
            question, prompt=fill(question.prompt), hints=hints, choices=offered, solution=fill(question.solution)
        )

    def for_grading(self, text: str) -> str:
        """Turn the numbers of shown lines into those of written lines, and the name of a rule into its id.

        It is read as the echo reads it; what cannot be read stays as it was typed, for grading to say why.
        """
        with suppress(UnreadableAnswer):
            if self.graded.kind is Kind.RULE and self.graded.options:
                return self.graded.options[choices.rule_place(self.graded, text)]
            if self.order:
                return ",".join(str(self.order[place] + 1) for place in choices.numbers(text, len(self.order)))
        return text

    def right_text(self) -> str:
        """Return the model answer as a learner would type it for what is shown."""
        question = self.graded
        if question.kind is Kind.CHOICE:
            return ",".join(chr(ord("a") + n) for n, choice in enumerate(question.choices) if choice.right)
        if question.kind is Kind.ORDER:
            written = {place: shown for shown, place in enumerate(self.order)}
            return ",".join(str(written[place] + 1) for place in range(len(question.lines)))
        if question.kind is Kind.RULE:
            return next((rule.text for rule in question.choices if rule.right), typed(question.answer))
        return typed(question.answer)


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


def typed(answer: object) -> str:
    """Return an answer as text: nested tuples as `[[1, 2], [3, 4]]`."""
    if isinstance(answer, list | tuple):
        return "[" + ", ".join(typed(item) for item in answer) + "]"
    return str(answer)


def shuffled(items: Sequence[Item], key: int) -> tuple[Item, ...]:
    """Return items in an order drawn by `Random.random` alone, whose stream stays the same in every Python."""
    source = Random(key)  # noqa: S311  # not a secret
    left, order = list(items), []
    while left:
        order.append(left.pop(int(source.random() * len(left))))
    return tuple(order)


def _menu(question: Question, key: int) -> Question:
    """Shuffle the rules of a menu, their titles along with them, also in what is sent to be graded."""
    order = shuffled(range(len(question.options)), key)
    titled = len(question.choices) == len(question.options)
    options = tuple(question.options[n] for n in order)
    named = tuple(question.choices[n] for n in order) if titled else question.choices
    source = {**question.source, "options": options} if options else question.source
    return replace(question, options=options, choices=named, source=source)


def _unsorted(places: tuple[int, ...], key: int) -> tuple[int, ...]:
    """Shuffle, but never into the written order, which is the answer."""
    order = shuffled(places, key)
    return (*order[1:], order[0]) if order == places else order


def _key(question: Question, seed: int) -> int:
    return seed_of("order", question.id, "", seed)
