"""How an asked line is asked: shown at first, then by its rule, then with one hole, then written whole.

A meeting is a run of the lesson by the learner, counted from 1; the last entry of `fade` holds for all later ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum

from bptutor.packs.lesson.outline import Rule
from bptutor.packs.model import Derivation, Line, Question
from bptutor.packs.question_types.expression import page_question, written_line
from bptutor.packs.question_types.fill_in import hole_question
from bptutor.packs.question_types.rule import why_question

FALSE_RULES = 3
"""How many false rules stand beside the right one when the author names none."""


class Form(Enum):
    """What a line asks."""

    SHOW = "show"
    WHY = "why"
    HOLE = "hole"
    WRITE = "write"


FADES = tuple(form.value for form in Form)


def form(line: Line, meeting: int = 1) -> Form:
    """Return what a line asks at a meeting; an asked line without `fade` is always written."""
    if not line.ask:
        return Form.SHOW
    if not line.fade:
        return Form.WRITE
    return Form(line.fade[min(max(meeting, 1), len(line.fade)) - 1])


def forms(line: Line) -> tuple[Form, ...]:
    """Return every form in which a line is asked, each once."""
    asked = (Form(word) for word in line.fade) if line.fade else (form(line),)
    return tuple(dict.fromkeys(one for one in asked if one is not Form.SHOW)) if line.ask else ()


def hole(line: Line) -> str:
    """Return the line with its hole: as written, else the last hint that has exactly one `?`; empty for none."""
    last = line.hints[-1] if line.hints else ""
    return line.hole or (last if last.count("?") == 1 else "")


def filling(line: Line) -> str:
    """Return what stands in the hole, where the rest is spelled as in the line itself; empty where it is not."""
    before, _, after = (_squeezed(part) for part in hole(line).partition("?"))
    whole = _squeezed(line.math)
    fits = whole.startswith(before) and whole.endswith(after) and len(whole) > len(before) + len(after)
    return whole[len(before) : len(whole) - len(after)] if fits and (before or after) else ""


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text).replace("−", "-")


def false_rules(derivation: Derivation, n: int, rules: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the rules that stand beside the right one: the author's, else others of the derivation, then of the pack.

    Args:
        derivation: The derivation.
        n: 0-based index of the line.
        rules: Ids of the rules of the pack.
    """
    line = derivation.lines[n]
    if line.why:
        return line.why
    others = [rule for other in derivation.lines for rule in other.by]
    found = [rule for rule in dict.fromkeys([*others, *rules]) if rule not in line.by]
    return tuple(found[:FALSE_RULES])


def question(derivation: Derivation, n: int, how: Form, rules: Mapping[str, Rule] | None = None) -> Question:
    """Return line `n` (0-based) as the question of a form; `SHOW` asks nothing and is an error.

    Args:
        derivation: The derivation.
        n: 0-based index of the line.
        how: `WHY`, `HOLE` or `WRITE`.
        rules: The rules of the pack, for the titles on the menu.
    """
    if how is Form.WHY:
        return why_question(derivation, n, false_rules(derivation, n, rules or {}), rules or {})
    if how is Form.HOLE:
        line = derivation.lines[n]
        return hole_question(derivation, n, hole(line), filling(line))
    return written_line(derivation, n)


def blank_page(
    derivation: Derivation, written: tuple[str, ...] = (), rules: Mapping[str, Rule] | None = None
) -> Question:
    """Return a derivation asked whole: the next line of any route to its last one.

    Args:
        derivation: The derivation; its own lines are one route.
        written: The lines that the learner has written.
        rules: The rules of the pack, for the hint that names them.
    """
    return page_question(derivation, written, _ways(derivation, rules or {}))


def _ways(derivation: Derivation, rules: Mapping[str, Rule]) -> tuple[str, ...]:
    """Return hints for a blank page: the rules of one way, and where it begins."""
    named = dict.fromkeys(rules[id_].title if id_ in rules else id_ for line in derivation.lines for id_ in line.by)
    found = [f"One way uses: {'; '.join(named)}."] if named else []
    first = derivation.lines[0].math
    return (*found, f"One way begins with ${first}$.") if len(derivation.lines) > 1 else tuple(found)
