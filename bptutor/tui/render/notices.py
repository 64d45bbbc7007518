"""Sentences for a key that does nothing here: each fits the room, and names only what works in it."""

from __future__ import annotations

from bptutor.session import ROUND, View, Wants


def nothing_typed(view: View) -> str:
    """Return what is said of an empty Enter."""
    hint = "F2 opens a hint, " if view.hints_total > len(view.hints) else ""
    leaves = "; F6 leaves this question" if view.one_try else ""
    return f"Nothing is typed yet. {hint}F1 shows how answers are spelled{leaves}."


def no_hint(view: View) -> str:
    """Return why no hint opens; empty when one does."""
    if view.one_try:
        return "A quiz has no hints; F6 leaves this question."
    if not view.hints_total:
        return "This question has no hints; F4 reveals the answer."
    if len(view.hints) >= view.hints_total:
        easier = ", ^g asks something easier first" if view.may_ease else ""
        return f"That was the last hint; F4 reveals the answer{easier}."
    return ""


def no_reveal(view: View) -> str:
    """Return why nothing is revealed; empty when the answer is."""
    if view.one_try:
        return "A quiz reveals nothing; F6 leaves this question."
    if not view.may_reveal:
        return f"F4 reveals the answer after the last hint; {view.hints_total - len(view.hints)} to go (F2)."
    return ""


def no_easier(view: View) -> str:
    """Return why nothing easier is asked; empty when it is."""
    if view.may_ease:
        return ""
    if view.one_try:
        return "A quiz asks nothing easier; F6 leaves this question."
    hint = "F2 opens a hint, " if view.hints_total > len(view.hints) else ""
    return f"There is nothing easier here. {hint}F6 leaves this for later."


def no_others(view: View) -> str:
    """Return why no other numbers are drawn; empty when they are asked for."""
    if view.wants is Wants.REST:
        return "Other numbers are drawn at a question; enter goes on."
    if view.wants is Wants.FINISHED:
        review = view.lesson.id.startswith(ROUND) and not view.one_try
        return "A review asks what is due; it is not drawn again." if review else ""
    return "A quiz asks each question once, with the numbers it has." if view.one_try else ""
