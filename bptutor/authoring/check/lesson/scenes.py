"""Scenes that would show something untrue: an array that reads as Kronecker's δ, a target that no output reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import numpy as np

from bptutor.authoring.check.asked import asked
from bptutor.authoring.check.report import Checked
from bptutor.notation.scope import Role, Scope
from bptutor.notation.tree import Add, At, Call, Expr, Name, Neg, Number, Pow, walk
from bptutor.packs.model import Lesson, Place
from bptutor.packs.scene.network import REACHED
from bptutor.packs.scene.scene import Scene
from bptutor.packs.yaml.places import problems_at

TARGET = "unreachable-target"


def check_values(lesson: Lesson, seeds: int, checked: Checked) -> bool:
    """Draw the numbers of a scene and compute every definition; return whether all of them have a value."""
    scene, found = lesson.scene, len(checked.problems)
    if scene is None:
        return True
    place = lesson.places.get("scene") or scene.place
    with problems_at(place, checked.problems):
        for seed in range(seeds):
            scene.draw(seed)
    if len(checked.problems) > found:
        return False
    with problems_at(place, checked.problems), np.errstate(all="ignore"):
        for values in (scene.draw(0), scene.fresh(1)):
            for name, declared in scene.scope.names.items():
                if declared.role is Role.DEFINED and len(checked.problems) == found:
                    with problems_at(scene.places.get(name, place), checked.problems, f"{name} has no value"):
                        values[name]
    return len(checked.problems) == found


def check_scenes(lesson: Lesson, seeds: Iterable[int], checked: Checked) -> None:
    """Check the scene of a lesson, and what its questions make of it."""
    if lesson.scene is None:
        return
    place = lesson.places.get("scene", lesson.scene.place)
    scenes: list[tuple[Scene, Place]] = [(lesson.scene, place)]
    for question in asked(lesson):
        if question.changes:
            scenes.append((lesson.scene.changed(question.changes), question.place))
    said: set[str] = set()
    for scene, at in scenes:
        problems = [(what, help_, "kronecker") for what, help_ in _like_kronecker(scene.scope)]
        if TARGET not in lesson.allow:
            problems += [(what, help_, TARGET) for what, help_ in _out_of_reach(scene, seeds)]
        for what, help_, rule in problems:
            if what not in said:
                checked.wrong(at, what, help_, rule)
            said.add(what)


def _like_kronecker(scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield the arrays with two axes or more that are called δ: with two indices that is 1 where they are equal."""
    other = {id_: name for name, id_ in scope.alias.items() if name == "δ"}
    for name, declared in scope.names.items():
        called = {name, declared.show, other.get(name, "")}
        if "δ" in called and len(declared.axes) > 1:
            yield f"{name} is shown as δ, and δ with two indices is Kronecker's", "show it as it is in code, such as dZ"


def _out_of_reach(scene: Scene, seeds: Iterable[int]) -> Iterator[tuple[str, str]]:
    """Yield the targets of squared gaps that the activation before them never reaches."""
    for output, target in _gaps(scene.scope):
        function = _activation(output, scene.scope)
        low, high = REACHED.get(function, (-np.inf, np.inf))
        for seed in seeds if function in REACHED else ():
            drawn = np.asarray(scene.draw(seed)[target])
            if drawn.size and not (low <= drawn.min() and drawn.max() <= high):
                range_ = f"{low:g} to {high:g}" if np.isfinite(high) else f"{low:g} and above"
                what = f"the target {target} is {drawn.tolist()} (seed {seed}), and {function} reaches {range_}"
                yield what, f"draw it there, or `allow: {{{TARGET}: why}}`"
                break


def _gaps(scope: Scope) -> Iterator[tuple[Expr, str]]:
    """Yield the output and the given target of every squared difference in a definition."""
    for declared in scope.names.values():
        for part in walk(declared.definition) if declared.definition is not None else ():
            if not isinstance(part, Pow) or not isinstance(part.base, Add) or part.exponent != Number(Fraction(2)):
                continue
            terms = [_bare(term.arg if isinstance(term, Neg) else term) for term in part.base.terms]
            if len(terms) == 2 and sum(isinstance(term, Neg) for term in part.base.terms) == 1:
                for output, target in (terms, terms[::-1]):
                    if isinstance(target, Name) and scope.names[target.id].role is Role.GIVEN:
                        yield output, target.id


def _bare(expr: Expr) -> Expr:
    return expr.base if isinstance(expr, At) else expr


def _activation(expr: Expr, scope: Scope) -> str:
    """Return the function that an output comes out of; empty where it is none."""
    while isinstance(expr, Name) and (definition := scope.names[expr.id].definition) is not None:
        expr = _bare(definition)
    return expr.function if isinstance(expr, Call) else ""
