"""What gives an answer away, and scenes whose numbers hide mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from bptutor.authoring.check.report import Checked
from bptutor.errors import UnreadableAnswer
from bptutor.notation import parse
from bptutor.notation.scope import Declared, Scope
from bptutor.notation.transform.roles import parts
from bptutor.notation.values.sizes import averaged
from bptutor.packs.model import Derivation, Lesson, Place, Question
from bptutor.packs.question_types import of
from bptutor.packs.yaml.fields import nearest
from bptutor.packs.yaml.reader import problem

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


@dataclass(frozen=True)
class Asked:
    """Something that is asked, with all that is said before it is answered."""

    answer: str
    prompt: str
    hints: tuple[str, ...]
    place: Place
    places: Mapping[str, Place]
    prompt_place: Place


def check_text(lesson: Lesson, checked: Checked) -> None:
    """Check the hints of a lesson, what gives an answer away, and its scene."""
    scope = lesson.scene.scope if lesson.scene else Scope({})
    for asked in _asked(lesson):
        _hints(asked, scope, checked)
        if "leak" not in lesson.allow:
            _leaks(asked, lesson, checked)
    for rule, reason in lesson.allow.items():
        place = lesson.places.get(f"allow.{rule}", lesson.places.get("allow", Place(str(lesson.file))))
        if rule not in ALLOWED:
            what = f"`allow` has no rule `{rule}`"
            checked.problems.append(problem(place, what, nearest(rule, ALLOWED), "unknown-value"))
        elif not reason.strip():
            checked.problems.append(problem(place, f"`allow: {rule}` has no reason", "say why", "empty"))
    _scene(lesson, scope, checked)


def _asked(lesson: Lesson) -> Iterator[Asked]:
    for block in lesson.blocks:
        for question in (block, *block.vary) if isinstance(block, Question) else ():
            yield _of_question(question)
        if isinstance(block, Derivation):
            for line in block.lines:
                if line.ask:
                    ask = line.places.get("ask", line.place)
                    yield Asked(line.math, line.ask, line.hints, line.place, line.places, ask)


def _of_question(question: Question) -> Asked:
    places = question.places
    place, prompt = places.get("answer", question.place), places.get("prompt", question.place)
    return Asked(of(question).secret(question), question.prompt, question.hints, place, places, prompt)


def _hints(asked: Asked, scope: Scope, checked: Checked) -> None:
    for n, hint in enumerate(asked.hints):
        place = asked.places.get(f"hints.{n}", asked.place)
        if not hint.strip():
            checked.problems.append(problem(place, f"hint {n + 1} is empty", "write it, or delete it", "empty-hint"))
        elif asked.answer and (_plain(hint) == _plain(asked.answer) or _same(hint, asked.answer, scope)):
            help_ = "leave one hole in it, written `?`"
            checked.problems.append(problem(place, f"hint {n + 1} is the answer", help_, "hint-is-answer"))


def _leaks(asked: Asked, lesson: Lesson, checked: Checked) -> None:
    """Report an answer that stands in the title, in the prompt, or in a hint before the last."""
    if len(_plain(asked.answer)) < 3 or BARE.fullmatch(asked.answer.strip()):
        return
    places = [(lesson.title, "the title", lesson.places.get("title", asked.place))]
    places.append((asked.prompt, "the prompt", asked.prompt_place))
    for n, hint in enumerate(asked.hints[:-1]):
        places.append((hint, f"hint {n + 1}", asked.places.get(f"hints.{n}", asked.place)))
    for text, where, place in places:
        if _contains(text, asked.answer) and _plain(text) != _plain(asked.answer):
            what = f"{where} gives the answer `{asked.answer}` away"
            checked.problems.append(problem(place, what, "say it without the answer", "leak"))


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


def _scene(lesson: Lesson, scope: Scope, checked: Checked) -> None:
    if lesson.scene is None:
        return
    place = lesson.places.get("scene", lesson.scene.place)
    for rule, what, help_ in _hiding(scope):
        if rule not in lesson.allow:
            allow = f"or `allow: {{{rule}: why}}`"
            checked.problems.append(problem(place, what, f"{help_}, {allow}", rule))


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
