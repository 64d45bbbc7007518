"""A question as it is shown: what is filled in, and in which order the choices and lines stand."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from bptutor.packs.model import Kind, Question

SEEDS = 10_000
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
        if question.kind is Kind.CHOICE:
            choices = shuffled(question.choices, _key(question, seed))
            source = dict(question.source)
            written = source.get("choices")
            if isinstance(written, list | tuple):
                source["choices"] = shuffled(written, _key(question, seed))
            return cls(replace(question, choices=choices, source=source))
        if question.kind is Kind.ORDER:
            places = tuple(range(len(question.lines) + len(question.extra)))
            return cls(question, _unsorted(places, _key(question, seed)))
        if question.kind is Kind.RULE:
            return cls(_menu(question, _key(question, seed)))
        return cls(question)

    def shown(self, fill: Callable[[str], str]) -> Question:
        """Return the question for the screen, with `{{ }}` replaced by `fill`."""
        question = self.graded
        choices = tuple(replace(choice, text=fill(choice.text)) for choice in question.choices)
        if self.order:
            written = (*question.lines, *question.extra)
            question = replace(question, lines=tuple(written[n] for n in self.order), extra=())
        hints = tuple(fill(hint) for hint in question.hints)
        return replace(
            question, prompt=fill(question.prompt), hints=hints, choices=choices, solution=fill(question.solution)
        )

    def for_grading(self, text: str) -> str:
        """Turn the numbers of shown lines into those of written lines, and the title of a rule into its id."""
        if self.graded.kind is Kind.RULE:
            named = zip(self.graded.options, self.graded.choices, strict=False)
            return next((id_ for id_, rule in named if rule.text.casefold() == text.strip().casefold()), text)
        if not self.order or not re.fullmatch(r"[\d\s,;>]+", text):
            return text
        places = [int(number) - 1 for number in re.findall(r"\d{1,3}", text)]
        if any(place not in range(len(self.order)) for place in places):
            return text
        return ",".join(str(self.order[place] + 1) for place in places)

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
    choices = tuple(question.choices[n] for n in order) if titled else question.choices
    source = {**question.source, "options": options} if options else question.source
    return replace(question, options=options, choices=choices, source=source)


def _unsorted(places: tuple[int, ...], key: int) -> tuple[int, ...]:
    """Shuffle, but never into the written order, which is the answer."""
    order = shuffled(places, key)
    return (*order[1:], order[0]) if order == places else order


def _key(question: Question, seed: int) -> int:
    return seed_of("order", question.id, "", seed)
