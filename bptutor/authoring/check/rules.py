"""The rules of a pack: their formulas are proved, and each line that names one is held against what it does."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from types import MappingProxyType

from bptutor.authoring.check.lesson.lines import NO_SCOPE, check_prose
from bptutor.authoring.check.report import Checked
from bptutor.errors import PackError, Problem, UnreadableAnswer
from bptutor.notation import parse
from bptutor.notation import tree as t
from bptutor.packs.lesson.outline import NAMES, Rule
from bptutor.packs.model import Derivation, Lesson, Place, Prose
from bptutor.packs.scene.scene import Scene
from bptutor.packs.yaml.reader import Located, problem, read
from bptutor.packs.yaml.text_file import file_text


def check_formulas(file: Path) -> Checked:
    """Prove the formulas of those rules of a `pack.yaml` that have a scene, each as an equation in prose."""
    checked = Checked()
    written = read(file_text(file, str(file), []), str(file), []).mapping.get("rules", Located({}))
    for id_, node in written.mapping.items():
        math, scene = node.mapping.get("math"), node.mapping.get("scene")
        if math is None or scene is None:
            continue
        try:
            # The formula stands behind a `$`, so the prose begins one column before it.
            prose = Prose(f"${math.text}$", Place(str(file), math.at(1).line, math.at(1).column - 1))
            check_prose(Lesson(id_, id_, (prose,), Scene.from_mapping(scene)), checked)
        except PackError as error:
            checked.problems += error.problems
    return checked


def check_turns(derivation: Derivation, lesson: Lesson, rules: Mapping[str, Rule]) -> list[Problem]:
    """Hold each line against what the rules that it names do, together, to the signs of the line above."""
    scope = lesson.scene.scope if lesson.scene else NO_SCOPE
    found: list[Problem] = []
    try:
        above = signs(parse.read(derivation.goal, scope))
        for n, line in enumerate(derivation.lines, 1):
            here = signs(parse.read(line.math, scope))
            for at, rule in enumerate(line.by):
                if rule in line.by[:at]:
                    what = f"line {n} names `{rule}` twice"
                    found.append(problem(line.at(f"by.{at}"), what, "name each rule once", "rule"))
            named = [rules[rule] for rule in line.by if rule in rules]
            for sign in dict.fromkeys(sign for rule in named for sign in rule.turns):
                if said := _wrong_turn(sign, [rule for rule in named if sign in rule.turns], above, here):
                    place = line.at("by.0", "by")
                    what = f"line {n} is no step by `{', '.join(line.by)}`: {said}"
                    help_ = "name the rule that makes this line, or every rule that does"
                    found.append(problem(place, what, help_, "rule"))
            above = here
    except UnreadableAnswer:
        return []  # reported where the lines are read
    return found


def _wrong_turn(sign: str, named: Sequence[Rule], above: Signs, here: Signs) -> str:
    """Return what rules should have done to a sign; empty when they may have made this line."""
    turns = {rule.turns[sign] for rule in named}
    if sign == NAMES:
        holds, said = next(row for turn, row in _NAMES.items() if turn in turns)
        return "" if holds(above.names, here.names) else f"its names should be {said}"
    if turns & {"used", "kept"} and "more" not in turns and not above.counts[sign]:
        return f"the line above should have a `{sign}`"
    change = here.counts[sign] - above.counts[sign]
    if turns == {"other"}:
        return "" if change else f"it should have more `{sign}` than the line above, or fewer"
    low, high = (sum(_CHANGE[rule.turns[sign]][end] for rule in named) for end in (0, 1))
    if low <= change <= high or "other" in turns:
        return ""
    many = "fewer" if high < 0 else "more" if low > 0 else "no more" if change > high else "no fewer"
    return f"it should have {many} `{sign}` than the line above"


@dataclass(frozen=True)
class Signs:
    """What stands in a formula: how often each sign, and which names."""

    counts: Counter[str]
    names: frozenset[str]


def signs(tree: t.Expr) -> Signs:
    """Count the signs of a formula: ∂, Σ (each letter), δ, ᵀ, @, /, ^, ≠, + and · (each once), ', functions by name."""
    counts: Counter[str] = Counter()
    for node in t.walk(tree):
        if isinstance(node, t.Sum):
            counts["Σ"] += len(node.letters)
        elif isinstance(node, t.Call):
            counts["'" if node.function.endswith("'") else node.function] += 1
        elif sign := _SIGNS.get(type(node)):
            counts[sign] += 1
    return Signs(counts, frozenset(node.id for node in t.walk(tree) if isinstance(node, t.Name)))


_SIGNS: Mapping[type[t.Expr], str] = MappingProxyType(
    {
        t.Derivative: "∂",
        t.Delta: "δ",
        t.Transpose: "ᵀ",
        t.MatMul: "@",
        t.Div: "/",
        t.Pow: "^",
        t.Compare: "≠",
        t.Add: "+",
        t.Mul: "·",
    }
)
_CHANGE: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "fewer": (-inf, -1),
        "more": (1, inf),
        "same": (0, 0),
        "other": (-inf, inf),
        "used": (-inf, inf),
        "kept": (0, inf),
        "no more": (-inf, 0),
        "no fewer": (0, inf),
    }
)
"""What a rule does to a sign -> how much its count may change, at least and at most."""
_NAMES: Mapping[str, tuple[Callable[[frozenset[str], frozenset[str]], bool], str]] = MappingProxyType(
    {
        "new": (lambda above, here: not here <= above, "others than above"),
        "other": (operator.ne, "others than above"),
        "known": (operator.ge, "among those above"),
        "same": (operator.eq, "those above"),
    }
)
"""What a rule does to the names -> whether two sets of names, above and here, are so, and what they should be.

In this order: a rule that brings a name in may hide what another leaves as it is.
"""
