"""What an attempt was about: kept with it, so that it stays true when the pack says something else later."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from string import ascii_lowercase

from bptutor.errors import UnreadableAnswer
from bptutor.grading.types import choice as choices
from bptutor.packs.lesson.stop_ids import mark
from bptutor.packs.model import Kind, Question
from bptutor.session.steps.step_standing import Standing
from bptutor.session.view.question_view import typed

POINTED = frozenset({Kind.CHOICE, Kind.ORDER})
"""Kinds whose right answer is known by what it says; where it stands tells nothing."""
OTHER_FORM = "*Asked before in another form:*"
"""What stands over a question that was answered when the pack asked it otherwise."""


# --- whether it is the same question today ----------------------------------------------------------


def key(question: Question) -> tuple[str, ...]:
    """Return what tells whether a question has another answer later: of its kind and answer, and of each right choice.

    Its words are not among this: who answered it has answered it, in whatever words it is asked now.
    """
    if question.kind in POINTED:
        right = [mark(text) for text in _right(question)]
        return (mark(question.kind.value), *(right if question.kind is Kind.ORDER else sorted(right)))
    return (mark(question.kind.value, *_answer(question)),)


def _answer(question: Question) -> tuple[str, ...]:
    if question.code is not None:
        return (question.code.entry, _program(str(question.answer)))
    return (typed(question.answer), question.line, question.whole)


def _program(text: str) -> str:
    """Return a program without its comments and its layout."""
    try:
        return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text


def _right(question: Question) -> tuple[str, ...]:
    if question.kind is Kind.ORDER:
        places = [int(place) - 1 for place in str(question.answer).split(",") if place.strip().isdecimal()]
        return tuple(question.lines[n] for n in places) if len(places) == len(question.lines) else question.lines
    return tuple(choice.text for choice in question.choices if choice.right)


def is_other(question: Question, kept: Sequence[str]) -> bool:
    """Return whether what was asked has another answer in every way in which the question is asked today.

    Args:
        question: As it is written today.
        kept: Its `key` when it was asked; empty for records that have none.
    """
    return bool(kept) and all(_is_other(way, tuple(kept)) for way in (question, *question.vary))


def _is_other(question: Question, kept: tuple[str, ...]) -> bool:
    now = key(question)
    if question.kind not in POINTED or now[:1] != kept[:1]:
        return now != kept
    known = {mark(text) for text in choices.items(question)}
    return set(kept[1:]) <= known and now != kept


# --- as it was asked ----------------------------------------------------------------------------------


def chosen(shown: Question, text: str) -> tuple[str, ...]:
    """Return what the choices, the lines or the rule said that an answer points at; nothing for other kinds.

    Args:
        shown: The question as it stood on the screen.
        text: What was typed.
    """
    offered = choices.items(shown)
    with suppress(UnreadableAnswer):
        if shown.kind is Kind.CHOICE:
            return tuple(offered[n] for n in choices.places(shown, text))
        if shown.kind is Kind.ORDER:
            return tuple(offered[n] for n in choices.numbers(text, len(offered)))
        if shown.kind is Kind.RULE and shown.options:
            return (offered[choices.rule_place(shown, text)],)
    return ()


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
    offered = choices.items(shown)
    if _words(shown.prompt) == _words(standing.prompt):
        if chosen(shown, standing.text) == standing.chosen:
            return shown, standing.text
        if set(standing.chosen) <= set(offered):
            return shown, _pointed(shown.kind, [offered.index(text) for text in standing.chosen])
    prompt = f"{OTHER_FORM}\n\n{standing.prompt or shown.prompt}"
    plain = replace(shown, prompt=prompt, hints=(), solution="", choices=(), lines=(), extra=(), options=())
    return plain, "; ".join(standing.chosen) or standing.text


def _pointed(kind: Kind, places: Sequence[int]) -> str:
    return ",".join(str(n + 1) if kind is Kind.ORDER else ascii_lowercase[n] for n in places)


def _words(text: str) -> str:
    return " ".join(text.split())
