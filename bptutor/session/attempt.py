"""What an attempt was about: kept with it, so that it stays true when the pack says something else later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bptutor.grading import types
from bptutor.packs.model import Question
from bptutor.session.steps.step_standing import Standing

OTHER_FORM = "*Asked before in another form:*"
"""What stands over a question that was answered when the pack asked it otherwise."""


# --- whether it is the same question today ----------------------------------------------------------


def key(question: Question) -> tuple[str, ...]:
    """Return what tells whether a question has another answer later: of its type and answer, and of each right choice.

    Its words are not among this: who answered it has answered it, in whatever words it is asked now.
    """
    return types.of(question).record_key(question)


def is_other(question: Question, kept: Sequence[str]) -> bool:
    """Return whether what was asked has another answer in every way in which the question is asked today.

    Args:
        question: As it is written today.
        kept: Its `key` when it was asked; empty for records that have none.
    """
    return bool(kept) and all(types.of(way).is_other(way, tuple(kept)) for way in (question, *question.vary))


# --- as it was asked ----------------------------------------------------------------------------------


def chosen(shown: Question, text: str) -> tuple[str, ...]:
    """Return what the choices, the lines or the rule said that an answer points at; nothing for other types.

    Args:
        shown: The question as it stood on the screen.
        text: What was typed.
    """
    asked = types.of(shown)
    return tuple(asked.items(shown)[n] for n in asked.pointed_at(shown, text))


def as_asked(shown: Question, standing: Standing) -> tuple[Question, str]:
    """Return a question and its answer as they stood when it was answered.

    Where only the places of what it offers have changed, the answer points at the same as it did. Where its words or
    numbers are others today, the words of then are returned, and nothing that belongs to those of today.

    Args:
        shown: The question as it stands today, for the numbers of the answer.
        standing: What was kept of the answer.
    """
    if not standing.prompt and not standing.chosen:
        return shown, standing.text
    offered = types.of(shown).items(shown)
    if _words(shown.prompt) == _words(standing.prompt):
        if chosen(shown, standing.text) == standing.chosen:
            return shown, standing.text
        if set(standing.chosen) <= set(offered):
            return shown, types.of(shown).pointing_text([offered.index(text) for text in standing.chosen])
    prompt = f"{OTHER_FORM}\n\n{standing.prompt or shown.prompt}"
    plain = replace(shown, prompt=prompt, hints=(), solution="", choices=(), lines=(), extra=(), options=())
    return plain, "; ".join(standing.chosen) or standing.text


def _words(text: str) -> str:
    return " ".join(text.split())
