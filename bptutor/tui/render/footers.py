"""The keys that are named at the foot of a lesson: those that work in what is open."""

from __future__ import annotations

from bptutor.session import ROUND, WARM_UP, View, Wants
from bptutor.tui.render.headings import ALWAYS, Pairs

TO_THE_LESSON: Pairs = (("F1", "help"), ("esc", "lesson"), ("^p", "all"))
WARMED: Pairs = (("enter", "the lesson"), ("m", "map"), ("pgup", "read again"))
"""At the end of what is due before a lesson."""
OUT_OF_THE_EDITOR: Pairs = (("F1", "help"), ("esc", "leave it"), ("^p", "all"))
_HERE: Pairs = (("F1", "help"), ("^p", "all"))
"""Where Esc is named already."""
PROGRAM: Pairs = (("F8", "run it"), ("F2", "hint"), ("^o", "$EDITOR"), ("tab", "4 blanks"), ("F6", "skip"))
ANSWER: Pairs = (("enter", "answer"), ("F2", "hint"), ("F3", "faces"), ("F6", "skip"), ("F5", "numbers"))
KEYS: dict[Wants, Pairs] = {
    Wants.GO_ON: (("F3", "faces"), ("F5", "other numbers"), ("pgup", "earlier steps")),
    Wants.NUDGE: (("F3", "faces"), ("F5", "other numbers"), ("F6", "skip")),
    Wants.REST: (("enter", "go on"), ("esc", "stop here, saved"), ("pgup", "earlier steps")),
    Wants.FINISHED: (("enter", "go on"), ("esc", "stop here, saved"), ("pgup", "read again"), ("F5", "once more")),
}


def footer(view: View) -> tuple[Pairs, Pairs]:
    """Return the keys for what is open, and those that always stand at the end of the row."""
    program = view.question is not None and view.question.code is not None
    pairs = PROGRAM if program else KEYS.get(view.wants, ANSWER)
    if view.wants is Wants.FINISHED and view.lesson.id == WARM_UP:
        return WARMED, TO_THE_LESSON
    if view.wants is Wants.ANSWER:
        pairs = tuple(_hint(view, key, word) for key, word in pairs)
    without = _without(view)
    always: Pairs = OUT_OF_THE_EDITOR if program else (TO_THE_LESSON if view.lesson.id == WARM_UP else ALWAYS)
    if view.wants in {Wants.REST, Wants.FINISHED}:
        always = _HERE
    return tuple((key, word) for key, word in pairs if key not in without), always


def _hint(view: View, key: str, word: str) -> tuple[str, str]:
    """Return a key for an open question as it works here."""
    if key == "F2" and view.may_reveal:
        return "F4", "reveal"
    if view.one_try:
        word = {"enter": "answer: one try", "F8": "run it: one try", "F6": "leave it"}.get(key, word)
    return key, word


def _without(view: View) -> set[str]:
    """Return the keys that do nothing in what is open."""
    if view.one_try:
        return {"F2", "F4"} | ({"F5"} if view.wants is not Wants.FINISHED else set())
    over = view.wants is Wants.FINISHED and view.lesson.id.startswith(ROUND)
    return {"F5"} if over else set()
