"""A question as it is shown: what is filled in, and in which order the choices and lines stand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, TypeVar

from bptutor.errors import BptutorError, UnreadableAnswer
from bptutor.grading import types
from bptutor.grading.answer.submission import make
from bptutor.packs.model import Question
from bptutor.packs.question_types.base import typed

if TYPE_CHECKING:
    from bptutor.packs.scene.scene import Scene

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
    """As grading takes it."""
    order: tuple[int, ...] = ()
    """Where its items are graded in another order than they are shown in: shown place -> graded place, both from 0."""

    @classmethod
    def of(cls, question: Question, seed: int) -> Asked:
        """Order what a question offers by the seed, so that the place of the right one tells nothing."""
        key = seed_of("order", question.id, "", seed)
        return cls(*types.of(question).shuffled(question, lambda count: shuffled(range(count), key)))

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
        asked = types.of(self.graded)
        with suppress(UnreadableAnswer):
            if self.order:
                return asked.pointing_text([self.order[place] for place in asked.places(self.graded, text)])
            return asked.for_grading(self.graded, text)
        return text

    def right_text(self, scene: Scene | None, seed: int) -> str:
        """Return the model answer as a learner would type it for what is shown; where it has no value, as written."""
        question, asked = self.graded, types.of(self.graded)
        try:
            text = asked.model_text(make(question, "", scene, seed), question.answer)
        except BptutorError:
            return typed(question.answer)
        if not self.order:
            return text
        return asked.pointing_text([self.order.index(place) for place in asked.places(question, text)])


def shuffled(items: Sequence[Item], key: int) -> tuple[Item, ...]:
    """Return items in an order drawn by `Random.random` alone, whose stream stays the same in every Python."""
    source = Random(key)  # noqa: S311  # not a secret
    left, order = list(items), []
    while left:
        order.append(left.pop(int(source.random() * len(left))))
    return tuple(order)
