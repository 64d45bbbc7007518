"""What gives an answer away, and scenes whose numbers hide mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from bptutor.authoring.check.report import Checked
from bptutor.errors import UnreadableAnswer
from bptutor.notation import parse
from bptutor.notation.scope import Declared, Scope
from bptutor.notation.transform.roles import parts
from bptutor.notation.values.sizes import averaged
from bptutor.packs.model import Derivation, Lesson, Line, Place, Question
from bptutor.packs.question_types import of
from bptutor.packs.yaml.fields import nearest

ALLOWED = (
    "not-proved",
    "accepted-zero",
    "equal-sizes",
    "one-row",
    "symmetric",
    "constant",
    "leak",
    "accepted-mistake",
    "order",
    "unreachable-target",
    "wrong-line",
)
"""Rules that a lesson may break with a reason."""
BARE = re.compile(r"[\w∂/^]+(_\{[^{}]*\})?|[\d.,\s()\[\]-]{0,3}")


def check_text(lesson: Lesson, checked: Checked) -> None:
    """Check the hints of a lesson, what gives an answer away, and its scene."""
    scope = lesson.scene.scope if lesson.scene else Scope({})
    for asked, answer, place, prompt in _asked(lesson):
        _hints(asked, answer, place, scope, checked)
        if "leak" not in lesson.allow:
            _leaks(asked, answer, place, prompt, lesson, checked)
    for rule, reason in lesson.allow.items():
        place = lesson.at(f"allow.{rule}", "allow")
        if rule not in ALLOWED:
            checked.wrong(place, f"`allow` has no rule `{rule}`", nearest(rule, ALLOWED), "unknown-value")
        elif not reason.strip():
            checked.wrong(place, f"`allow: {rule}` has no reason", "say why", "empty")
    if lesson.scene is not None:
        for rule, what, help_ in _hiding(scope):
            if rule not in lesson.allow:
                place = lesson.places.get("scene", lesson.scene.place)
                checked.wrong(place, what, f"{help_}, or `allow: {{{rule}: why}}`", rule)


def _asked(lesson: Lesson) -> Iterator[tuple[Question | Line, str, Place, tuple[str, Place]]]:
    """Yield what is asked, its answer with its place, and its prompt with its place."""
    for block in lesson.blocks:
        for question in (block, *block.vary) if isinstance(block, Question) else ():
            prompt = question.prompt, question.at("prompt")
            yield question, of(question).secret(question), question.at("answer"), prompt
        for line in block.lines if isinstance(block, Derivation) else ():
            if line.ask:
                yield line, line.math, line.place, (line.ask, line.at("ask"))


def _hints(asked: Question | Line, answer: str, place: Place, scope: Scope, checked: Checked) -> None:
    for n, hint in enumerate(asked.hints):
        at = asked.places.get(f"hints.{n}", place)
        if not hint.strip():
            checked.wrong(at, f"hint {n + 1} is empty", "write it, or delete it", "empty-hint")
        elif answer and (_plain(hint) == _plain(answer) or _same(hint, answer, scope)):
            checked.wrong(at, f"hint {n + 1} is the answer", "leave one hole in it, written `?`", "hint-is-answer")


def _leaks(
    asked: Question | Line, answer: str, place: Place, prompt: tuple[str, Place], lesson: Lesson, checked: Checked
) -> None:
    """Report an answer that stands in the title, in the prompt, or in a hint before the last."""
    if len(_plain(answer)) < 3 or BARE.fullmatch(answer.strip()):
        return
    said = [("the title", lesson.title, lesson.places.get("title", place)), ("the prompt", *prompt)]
    for n, hint in enumerate(asked.hints[:-1]):
        said.append((f"hint {n + 1}", hint, asked.places.get(f"hints.{n}", place)))
    for where, text, at in said:
        if _contains(text, answer) and _plain(text) != _plain(answer):
            checked.wrong(at, f"{where} gives the answer `{answer}` away", "say it without the answer", "leak")


def _plain(text: str) -> str:
    return re.sub(r"[\s$`*·]", "", text).replace("−", "-").casefold()


def _contains(text: str, answer: str) -> bool:
    """Tell whether an answer stands in a text, however spaced, and is not the middle of a longer word."""
    gap = r"[\s$`*·]*"
    letters = [re.escape(letter) for letter in answer.replace("−", "-") if not re.fullmatch(gap, letter)]
    pattern = r"(?<!\w)" + gap.join(letters) + r"(?!\w)"
    return re.search(pattern, text.replace("−", "-"), re.IGNORECASE) is not None


def _same(hint: str, answer: str, scope: Scope) -> bool:
    """Tell whether a hint reads as the same tree as the answer."""
    try:
        return parse.read(hint.strip().strip("$`"), scope) == parse.read(answer, scope)
    except UnreadableAnswer:
        return False


# --- scenes that hide mistakes ----------------------------------------------------------------------------


def _hiding(scope: Scope) -> Iterator[tuple[str, str, str]]:
    """Yield the rule, what hides mistakes, and what would not."""
    used = {axis for name in scope.names.values() for axis in name.axes}
    fixed = {axis: int(text) for axis, text in scope.sizes.items() if text.isdigit() and axis in used}
    for a, b in combinations(fixed, 2):
        if fixed[a] == fixed[b]:
            yield "equal-sizes", f"the axes {a} and {b} both have size {fixed[a]}", "give them different sizes"
    for axis in dict.fromkeys((parts(scope).batch, *averaged(scope))):
        if fixed.get(axis) == 1:
            yield "one-row", f"the batch axis {axis} has size 1: a missing mean cannot be seen", "take 3 rows or more"
    for name in scope.names.values():
        yield from _literal(name)


def _literal(name: Declared) -> Iterator[tuple[str, str, str]]:
    rows = name.draw.literal
    if len(name.axes) != 2 or not isinstance(rows, tuple):
        return
    entries = [[float(entry) for entry in row] for row in rows]
    if len({entry for row in entries for entry in row}) == 1 and len(entries) * len(entries[0]) > 1:
        yield "constant", f"all entries of {name.id} are equal: a transpose cannot be seen", "vary its entries"
    elif len(entries) > 1 and entries == [list(column) for column in zip(*entries, strict=True)]:
        yield "symmetric", f"{name.id} is symmetric: a transpose cannot be seen", "change one entry"
