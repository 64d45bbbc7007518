"""The rules of a pack: their formulas are proved, and each line that names one is held against what it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from bptutor.authoring.check_lines import NO_SCOPE, check_prose
from bptutor.authoring.report import Checked
from bptutor.errors import PackError, Problem, UnreadableAnswer
from bptutor.notation import parse
from bptutor.notation import tree as t
from bptutor.packs.markdown import file_text
from bptutor.packs.model import Derivation, Lesson, Line, Place, Prose
from bptutor.packs.outline import NAMES, TURNS, Rule
from bptutor.packs.scene import Scene
from bptutor.packs.yaml import Located, problem, read


def check_formulas(file: Path) -> Checked:
    """Prove the formulas of those rules of a `pack.yaml` that have a scene, each as an equation in prose."""
    checked = Checked()
    ignored: list[Problem] = []
    written = read(file_text(file, str(file), ignored), str(file), ignored).mapping.get("rules", Located({}))
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
    """Hold each line against what the rules that it names do to the signs of the line above (`turns` of a rule).

    Where a line names several rules, a sign that two of them turn in different ways says nothing.
    """
    scope = lesson.scene.scope if lesson.scene else NO_SCOPE
    found: list[Problem] = []
    try:
        above = signs(parse.read(derivation.goal, scope))
        for n, line in enumerate(derivation.lines, 1):
            here = signs(parse.read(line.math, scope))
            named = [rules[rule] for rule in line.by if rule in rules]
            found += _twice(n, line)
            for at, rule in enumerate(named):
                for sign, turn in rule.turns.items():
                    if not _open(sign, turn, named) and not _turns(sign, turn, above, here):
                        place = line.places.get(f"by.{at}") or line.places.get("by", line.place)
                        found.append(_misfit(n, rule, sign, turn, place))
            above = here
    except UnreadableAnswer:
        return []  # reported where the lines are read
    return found


def _open(sign: str, turn: str, named: Sequence[Rule]) -> bool:
    """Tell whether another rule of the line may hide what a rule does to a sign."""
    others = {rule.turns.get(sign, turn) for rule in named} - {turn, "used"}
    return "more" in others if turn == "used" else bool(others)


def _twice(n: int, line: Line) -> Iterator[Problem]:
    """Report a rule that a line names a second time."""
    for at, rule in enumerate(line.by):
        if rule in line.by[:at]:
            place = line.places.get(f"by.{at}", line.place)
            yield problem(place, f"line {n} names `{rule}` twice", "name each rule once", "rule")


def _misfit(n: int, rule: Rule, sign: str, turn: str, place: Place) -> Problem:
    what = f"line {n} is no step by `{rule.id}`: {TURNS[turn].format(sign=f'`{sign}`')}"
    return problem(place, what, "name the rule that makes this line, or every rule that does", "rule")


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


def _turns(sign: str, turn: str, above: Signs, here: Signs) -> bool:
    """Tell whether a step turns a sign as it should."""
    if sign == NAMES:
        return _NAMES[turn](above.names, here.names)
    return _TURNS[turn](above.counts[sign], here.counts[sign])


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
_TURNS: Mapping[str, Callable[[int, int], bool]] = MappingProxyType(
    {
        "fewer": lambda above, here: here < above,
        "more": lambda above, here: here > above,
        "same": lambda above, here: here == above,
        "other": lambda above, here: here != above,
        "used": lambda above, here: above > 0,
        "kept": lambda above, here: 0 < above <= here,
        "no more": lambda above, here: here <= above,
    }
)
_NAMES: Mapping[str, Callable[[frozenset[str], frozenset[str]], bool]] = MappingProxyType(
    {
        "same": lambda above, here: here == above,
        "other": lambda above, here: here != above,
        "new": lambda above, here: not here <= above,
        "known": lambda above, here: here <= above,
    }
)
