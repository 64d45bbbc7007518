"""How an asked line is asked: shown at first, then by its rule, then with one hole, then written whole.

A meeting is a run of the lesson by the learner, counted from 1; the last entry of `fade` holds for all later ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum

from bptutor.packs.lesson.outline import Rule
from bptutor.packs.model import Choice, Derivation, Derived, Kind, Line, Question

FALSE_RULES = 3
"""How many false rules stand beside the right one when the author names none."""
WHY = "Which rule makes this line out of the one above?"
HOLE = "What stands in the hole?"


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
    return {Form.WHY: _why, Form.HOLE: _hole, Form.WRITE: _write}[how](derivation, n, rules or {})


def _write(derivation: Derivation, n: int, rules: Mapping[str, Rule]) -> Question:
    return derivation.question(n)


def _why(derivation: Derivation, n: int, rules: Mapping[str, Rule]) -> Question:
    """Ask for the rule: the menu holds the first rule of the line, and false ones."""
    line = derivation.lines[n]
    right = line.by[0] if line.by else ""
    options = (right, *false_rules(derivation, n, rules))
    titles = [rules[rule].title if rule in rules else rule for rule in options]
    return Question(
        id=f"{derivation.id}.{n + 1}",
        kind=Kind.RULE,
        prompt=WHY,
        answer=right,
        options=options,
        choices=tuple(Choice(title, rule == right) for rule, title in zip(options, titles, strict=True)),
        hints=line.hints[:1],
        skills=line.skills,
        place=line.place,
        places=line.places,
        source={"type": "rule", "prompt": WHY, "answer": right, "options": options},
    )


def _hole(derivation: Derivation, n: int, rules: Mapping[str, Rule]) -> Question:
    """Ask for what stands in the hole: whatever fills it so that the line has its value."""
    line, gap = derivation.lines[n], hole(derivation.lines[n])
    above = tuple(earlier.math for earlier in derivation.lines[:n])
    answer = filling(line)
    source: dict[str, object] = {"type": "fill", "line": gap, "whole": line.math, "answer": answer}
    source["derived"] = {"goal": derivation.goal, "above": above}
    if line.where:
        source["where"] = line.where
    hints = line.hints[:-1] if line.hints and line.hints[-1] == gap else line.hints
    return Question(
        id=f"{derivation.id}.{n + 1}",
        kind=Kind.FILL,
        prompt=HOLE,
        answer=answer,
        line=gap,
        whole=line.math,
        where=line.where,
        hints=hints,
        skills=line.skills,
        show=line.show,
        derived=Derived(derivation.goal, above),
        place=line.place,
        places=line.places,
        source=source,
    )


def blank_page(
    derivation: Derivation, written: tuple[str, ...] = (), rules: Mapping[str, Rule] | None = None
) -> Question:
    """Return a derivation asked whole: the next line of any route to its last one.

    Args:
        derivation: The derivation; its own lines are one route.
        written: The lines that the learner has written.
        rules: The rules of the pack, for the hint that names them.
    """
    answer = derivation.lines[-1].math
    source: dict[str, object] = {"type": "symbolic", "answer": answer}
    source["derived"] = {"goal": derivation.goal, "above": written, "route": "true"}
    return Question(
        id=derivation.id,
        kind=Kind.SYMBOLIC,
        prompt=derivation.ask,
        answer=answer,
        hints=derivation.hints or _ways(derivation, rules or {}),
        skills=derivation.skills,
        derived=Derived(derivation.goal, written, route=True),
        place=derivation.place,
        places=derivation.places,
        source=source,
    )


def _ways(derivation: Derivation, rules: Mapping[str, Rule]) -> tuple[str, ...]:
    """Return hints for a blank page: the rules of one way, and where it begins."""
    named = dict.fromkeys(rules[id_].title if id_ in rules else id_ for line in derivation.lines for id_ in line.by)
    found = [f"One way uses: {'; '.join(named)}."] if named else []
    first = derivation.lines[0].math
    return (*found, f"One way begins with ${first}$.") if len(derivation.lines) > 1 else tuple(found)
