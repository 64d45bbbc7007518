"""What a learner who knows the answer would type: the author's formula as numbers, a shape, letters of choices."""

from __future__ import annotations

from string import ascii_lowercase
from typing import Any

from bptutor.notation import parse
from bptutor.notation.values.evaluate import evaluate
from bptutor.packs.lesson.templates import number_text
from bptutor.packs.model import NUMBERS, Kind, Question
from bptutor.packs.scene.scene import Scene


def model_text(question: Question, answer: object, scene: Scene, seed: int) -> str:
    """Return what a learner who knows the answer would type.

    Args:
        question: The question.
        answer: Its `answer`, or one that it accepts.
        scene: The names, with those that the question gives.
        seed: Which numbers the learner sees.

    Raises:
        UnreadableAnswer: The answer cannot be read.
    """
    if question.kind is Kind.CHOICE:
        return ",".join(ascii_lowercase[n] for n, choice in enumerate(question.choices) if choice.right)
    if question.kind is Kind.ORDER:
        return str(answer) or _order(question)
    if question.kind is Kind.SHAPE:
        return _shape(answer, scene, seed)
    if question.kind in NUMBERS:
        return _numbers(answer, question.decimals, scene, seed)
    return str(answer)


def _order(question: Question) -> str:
    """Return the first order that `after` allows; the written one when nothing is said."""
    count = len(question.lines)
    done: list[int] = []
    while len(done) < count:
        ready = [n for n in range(1, count + 1) if n not in done and all(m in done for m in question.after.get(n, ()))]
        done.append(ready[0] if ready else count + 1)
    return ",".join(str(n) for n in done)


def _shape(answer: object, scene: Scene, seed: int) -> str:
    if isinstance(answer, tuple):
        return "(" + ", ".join(str(part) for part in answer) + ("," if len(answer) == 1 else "") + ")"
    if not any(character.isalpha() for character in str(answer)):
        return str(answer)
    return str(evaluate(parse.read(str(answer), scene.scope), scene.draw(seed)).shape)


def _numbers(answer: object, decimals: int, scene: Scene, seed: int) -> str:
    if isinstance(answer, tuple):
        return "[" + ", ".join(_numbers(part, decimals, scene, seed) for part in answer) + "]"
    text = str(answer)
    if not any(character.isalpha() for character in text):
        return text
    value: Any = evaluate(parse.read(text, scene.scope), scene.draw(seed))
    return number_text(value.tolist(), decimals)
