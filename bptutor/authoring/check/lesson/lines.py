"""Proving what a lesson shows: every line against the one before, the faces, and the equations in its prose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bptutor.authoring.check.report import Checked
from bptutor.errors import UnreadableAnswer
from bptutor.notation import parse
from bptutor.notation.equality.prove import Outcome, Proof, prove
from bptutor.notation.printers import layout, unicode
from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes
from bptutor.notation.tree import Chain, Compare, Expr, Relation, Text, walk
from bptutor.packs.faces import PROGRAMS
from bptutor.packs.lesson.templates import TEMPLATE
from bptutor.packs.model import Derivation, Lesson, Place, Prose, Question
from bptutor.packs.yaml.places import problems_at
from bptutor.packs.yaml.reader import Located

WIDTH = 78
NO_SCOPE = Scope({})
MATH = re.compile(r"\$\$(.+?)\$\$|\$(?!\s)([^$\n]+?)(?<!\s)\$", re.DOTALL)
CODE = re.compile(r"```.*?```|~~~.*?~~~|`[^`\n]*`", re.DOTALL)
EQUATION = frozenset({"="})

PATIENCE = 30.0
"""Seconds for one proof: on a busy machine a line that holds must not be refused for want of time."""


@dataclass(frozen=True)
class Side:
    """One side of an equation, with its place."""

    tree: Expr
    place: Place
    where: Expr | None = None
    numpy: bool = False


def check_derivation(derivation: Derivation, lesson: Lesson, checked: Checked) -> None:
    """Prove every line against the one before, the first against the goal, and each face against the last."""
    scope = lesson.scene.scope if lesson.scene else NO_SCOPE
    goal = parse.read(derivation.goal, scope)
    letters = axes.of(goal, scope).letters
    before = Side(goal, derivation.at("goal"))
    _width(before, scope, checked)
    for n, line in enumerate(derivation.lines, 1):
        with problems_at(line.place, checked.problems):
            where = parse.read_condition(line.where, scope) if line.where else None
            side = Side(parse.read(line.math, scope), line.place, where)
            _width(side, scope, checked)
            above = f"line {n - 1}" if n > 1 else "the goal"
            prove_sides(before, side, scope, letters, f"line {n} does not follow from {above}", lesson, checked)
            before = side
    for name, text in derivation.faces.items():
        numpy, place = name in PROGRAMS, derivation.at(f"faces.{name}")
        with problems_at(place, checked.problems):
            tree = parse.read(text, scope, parse.Spelling.NUMPY if numpy else parse.Spelling.ANY)
            side = Side(tree, place, numpy=numpy)
            prove_sides(before, side, scope, letters, f"the {name} face is not the last line", lesson, checked)


def prove_sides(
    left: Side, right: Side, scope: Scope, letters: Mapping[str, str], what: str, lesson: Lesson, checked: Checked
) -> None:
    """Prove two sides equal; report what refutes them, or that nothing proves them."""
    known = {letter: axis for letter, axis in letters.items() if axis}
    where, order, columns = right.where or left.where, tuple(letters), not right.numpy
    proof = prove(left.tree, right.tree, scope, where, order=order, known=known, columns=columns, deadline=PATIENCE)
    if right.numpy and proof.outcome is not Outcome.REFUTED and (turned := _turned(left, right, scope, order)):
        help_ = "the axes stand in the order of the letters; transpose it"
        checked.wrong(right.place, f"{what}: {turned}", help_, "not-equal")
    elif proof.outcome is Outcome.REFUTED:
        help_ = "correct one of the two, or add the missing condition to `assume`"
        if proof.witness is None:
            help_ = "let both sides have the same free letters and axes"
        said = _refuted(proof, left.tree, right.tree, scope)
        checked.wrong(right.place, f"{what}: {said}", help_, "not-equal")
    elif proof.outcome is Outcome.UNDECIDED:
        checked.wrong(right.place, f"{what}: cannot decide; {proof.detail}", "", "undecided")
    elif proof.outcome is Outcome.PROBES and proof.method != "gradient-check" and "not-proved" not in lesson.allow:
        help_ = "write a line between, or `allow: {not-proved: why}` in the front matter"
        checked.wrong(right.place, f"{what}: {proof.detail}", help_, "not-proved")
    else:
        checked.lines += 1
        if proof.provers:
            name = " and ".join(proof.provers)
            checked.proved[name] = checked.proved.get(name, 0) + 1
        if proof.conditions:
            place = f"{right.place.path}:{right.place.line}:{right.place.column}"
            checked.conditions[place] = proof.conditions


def _turned(left: Side, right: Side, scope: Scope, order: tuple[str, ...]) -> str:
    """Return how the axes of an array stand, where they are those of the letters in another order.

    Letters and axes are matched by the names of the axes, so a transposed array would pass as the right one.
    """
    letters, found = axes.of(left.tree, scope).letters, axes.of(right.tree, scope, columns=False).axes
    wanted = tuple(letters[x] for x in sorted(letters, key=lambda x: order.index(x) if x in order else len(order)))
    if found == wanted or "" in found or sorted(found) != sorted(wanted):
        return ""
    return f"its axes are ({', '.join(found)}), and those of the letters ({', '.join(wanted)})"


def _refuted(proof: Proof, left: Expr, right: Expr, scope: Scope) -> str:
    shown = f"{unicode.line(left, scope)} is not {unicode.line(right, scope)}"
    if proof.witness is None:
        return f"{shown}; {proof.detail}"
    witness = ", ".join(f"{name} = {value}" for name, value in proof.witness.items()) or "any values"
    return f"{shown} at {witness}: {proof.left} and {proof.right}"


def _width(side: Side, scope: Scope, checked: Checked) -> None:
    width = layout.fit(side.tree, scope, WIDTH, height=200).width
    if width > WIDTH:
        what = f"this formula is {width} columns wide"
        checked.wrong(side.place, what, f"split it: a screen has {WIDTH}", "too-wide")


# --- prose ------------------------------------------------------------------------------------------------


def check_prose(lesson: Lesson, checked: Checked) -> None:
    """Prove the equations in prose whose names are all declared."""
    scope = lesson.scene.scope if lesson.scene else NO_SCOPE
    for text, place in _texts(lesson):
        for math, at in formulas(text, place):
            try:
                tree = parse.read_prose(math, scope)
            except UnreadableAnswer as error:
                help_ = error.help or "write it as the language of the lesson"
                found = Place(at.path, at.line, at.column + (error.column - 1 if "\n" not in math else 0))
                checked.wrong(found, error.message, help_, "unreadable")
                continue
            if isinstance(tree, Chain) and set(tree.relations) == EQUATION:
                with problems_at(at, checked.problems):
                    _chain(tree, scope, at, lesson, checked)


def check_holds(lesson: Lesson, checked: Checked) -> None:
    """Refute what a scene says twice of its definitions: equations that hold for all their letters, tried on draws.

    Nobody is shown them, so they need no proof.
    """
    for node in lesson.scene.holds if lesson.scene else ():
        with problems_at(node, checked.problems):
            said = _unheld(node, lesson.scene.scope if lesson.scene else NO_SCOPE)
            if said:
                help_ = "correct this, or what is defined"
                checked.wrong(node.place, f"this should hold: {said}", help_, "holds")


def _unheld(node: Located, scope: Scope) -> str:
    """Return what is wrong with an equation; empty when it holds."""
    condition = parse.read_condition(node.text, scope)
    if not isinstance(condition, Compare) or condition.relation is not Relation.EQ:
        return "it is no equation"
    left, right = condition.left, condition.right
    letters = {**axes.of(left, scope).letters, **axes.of(right, scope).letters}
    known = {letter: axis for letter, axis in letters.items() if axis}
    proof = prove(left, right, scope, order=tuple(letters), known=known, exact=False, deadline=PATIENCE)
    if proof.outcome is Outcome.PROBES:
        return ""
    return _refuted(proof, left, right, scope)


def _texts(lesson: Lesson) -> Iterator[tuple[str, Place]]:
    for block in lesson.blocks:
        if isinstance(block, Prose):
            yield block.text, block.place
        elif isinstance(block, Question):
            yield block.prompt, block.at("prompt")
            yield block.solution, block.at("solution")


def formulas(text: str, place: Place) -> Iterator[tuple[str, Place]]:
    """Yield the mathematics of some Markdown with its place; code, quotations and `{{ }}` are left out."""
    blank = CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    blank = re.sub(r"^ {0,3}>.*$", lambda match: " " * len(match[0]), blank, flags=re.MULTILINE)
    for match in MATH.finditer(blank):
        group = 1 if match[1] else 2
        if not TEMPLATE.search(match[group]):
            yield match[group], place.within(blank, match.start(group))


def _chain(chain: Chain, scope: Scope, place: Place, lesson: Lesson, checked: Checked) -> None:
    """Prove neighbouring sides of an equation that has no unknown name and is not a definition of the scene."""
    if any(isinstance(node, Text) for side in chain.sides for node in walk(side)):
        return
    for pair in zip(chain.sides, chain.sides[1:], strict=False):
        left, right = (axes.resolve(side, scope) for side in pair)
        axes.of(left, scope)
        axes.of(right, scope)
        what = "an equation in the text does not hold"
        prove_sides(Side(left, place), Side(right, place), scope, {}, what, lesson, checked)
