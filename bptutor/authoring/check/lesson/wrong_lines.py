"""Questions that ask which of some numbered lines is wrong: that line must be wrong, and every other one must hold.

The lines are read where the learner reads them: the last numbered list above the question, or in its prompt. A list
of formulas is a derivation, each line held against the one before. A list of Python is a program: each line is held
against what its name stands for, with the right value of everything that it reads; a line that overwrites what a
later line reads stands too early. Names that the scene does not have, or has otherwise, stand for what `means` says.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bptutor.authoring.check.report import Checked
from bptutor.errors import BptutorError, UnreadableAnswer
from bptutor.notation import parse
from bptutor.notation.equality.prove import Outcome, prove
from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes
from bptutor.notation.shapes.axes import ShapeMisfit
from bptutor.notation.tree import Expr
from bptutor.packs.model import Kind, Lesson, Place, Prose, Question
from bptutor.packs.scene.scene import Scene
from bptutor.packs.yaml.reader import problem

RULE = "wrong-line"
NUMBERED = re.compile(r" {0,3}(\d+)\.\s+(\S.*)")
FORMULA = re.compile(r"\$([^$]+)\$")
CODE = re.compile(r"`([^`]+)`(?:,\s+`[^`]+`)*")
NAMED = re.compile(r"(?:in )?line (\d+)\b")
PATIENCE = 30.0


class NotTried(Exception):
    """A line that nothing can be said of."""


@dataclass(frozen=True)
class Assignment:
    """`target = value`, with the names that the value reads."""

    target: str
    value: str
    reads: frozenset[str]


def check_wrong_lines(question: Question, lesson: Lesson, checked: Checked) -> None:
    """Hold the choices of a question against which of its lines are wrong."""
    lines = lines_of(question, lesson)
    if not lines or RULE in lesson.allow:
        return
    base = lesson.scene or Scene.from_mapping({})
    try:
        scene = base.changed(question.changes).changed({"define": question.means} if question.means else {})
        wrong = wrong_lines(lines, scene)
    except NotTried as error:
        _report(question, "choices", f"{error}", "say what its names stand for: `means: {s: a1}`", checked)
        return
    except BptutorError as error:
        _report(question, "means", f"`means` cannot be read: {error}", "", checked)
        return
    checked.lines += len(lines)
    for n, choice in enumerate(question.choices):
        named = NAMED.match(choice.text)
        is_right = int(named[1]) in wrong if named else not wrong
        if choice.right != is_right:
            said = "right" if choice.right else "wrong"
            what = f"the choice `{choice.text}` is called {said}; by computing, {_listed(wrong)} is wrong"
            _report(question, f"choices.{n}", what, "correct the lines or the choices", checked)


def lines_of(question: Question, lesson: Lesson) -> list[str]:
    """Return the numbered lines that a question asks about; empty where it asks about no line, or they are words."""
    if question.kind is not Kind.CHOICE or not any(NAMED.match(choice.text) for choice in question.choices):
        return []
    lines = _list_in(question.prompt) or _list_in(_above(question, lesson))
    readable = all(FORMULA.fullmatch(line) for line in lines) or all(CODE.fullmatch(line) for line in lines)
    return lines if readable else []


def _above(question: Question, lesson: Lesson) -> str:
    """Return the prose of the question's section that stands above it."""
    text = ""
    for block in lesson.blocks:
        if block is question or (isinstance(block, Question) and question in block.vary):
            return text
        if isinstance(block, Prose):
            text = block.text if block.text.lstrip().startswith("#") else f"{text}\n\n{block.text}"
    return text


def _list_in(text: str) -> list[str]:
    """Return the items of the last numbered list of a text."""
    found: list[str] = []
    for line in text.split("\n"):
        item = NUMBERED.match(line)
        if item and int(item[1]) == 1:
            found = []
        if item:
            found.append(item[2].strip())
    return found


def wrong_lines(lines: list[str], scene: Scene) -> set[int]:
    """Return the numbers of the lines that do not hold.

    Raises:
        NotTried: A line cannot be read, or neither proved nor refuted.
    """
    if FORMULA.fullmatch(lines[0]):
        return set(_not_following(lines, scene.scope))
    program = [[_assignment(text, n) for text in re.findall(r"`([^`]+)`", line)] for n, line in enumerate(lines, 1)]
    wrong = set()
    for n, made in enumerate(program, 1):
        later = {name for line in program[n:] for other in line for name in other.reads}
        for one in made:
            overwrites = one.target in one.reads
            if (overwrites and one.target in later) or (not overwrites and not _holds(one, scene.scope, n)):
                wrong.add(n)
    return wrong


def _not_following(lines: list[str], scope: Scope) -> Iterator[int]:
    before: Expr | None = None
    for n, line in enumerate(lines, 1):
        tree = _read(line.strip("$"), scope, n, parse.Spelling.ANY)
        if before is not None and not _equal(before, tree, scope, n, columns=True):
            yield n
        before = tree


def _assignment(text: str, n: int) -> Assignment:
    try:
        parsed = ast.parse(text).body[0]
    except (SyntaxError, IndexError):
        parsed = None
    if not isinstance(parsed, ast.Assign) or not isinstance(parsed.targets[0], ast.Name):
        raise NotTried(f"line {n} cannot be tried: `{text}` is no assignment to one name")
    reads = {node.id for node in ast.walk(parsed.value) if isinstance(node, ast.Name)}
    return Assignment(parsed.targets[0].id, ast.unparse(parsed.value), frozenset(reads))


def _holds(line: Assignment, scope: Scope, n: int) -> bool:
    name = _read(line.target, scope, n, parse.Spelling.NUMPY)
    try:
        value = parse.read(line.value, scope, parse.Spelling.NUMPY)
    except ShapeMisfit:
        return False
    except UnreadableAnswer as error:
        raise NotTried(f"line {n} cannot be tried: {error.message}") from error
    return _equal(name, value, scope, n, columns=False)


def _read(text: str, scope: Scope, n: int, spelling: parse.Spelling) -> Expr:
    try:
        return parse.read(text, scope, spelling)
    except UnreadableAnswer as error:
        raise NotTried(f"line {n} cannot be tried: {error.message}") from error


def _equal(left: Expr, right: Expr, scope: Scope, n: int, *, columns: bool) -> bool:
    letters = axes.of(left, scope).letters
    known = {letter: axis for letter, axis in letters.items() if axis}
    order = tuple(letters)
    proof = prove(left, right, scope, order=order, known=known, columns=columns, exact=False, deadline=PATIENCE)
    if proof.outcome is Outcome.UNDECIDED:
        raise NotTried(f"line {n} cannot be tried: {proof.detail}")
    return proof.outcome is not Outcome.REFUTED


def _listed(wrong: set[int]) -> str:
    return ", ".join(f"line {n}" for n in sorted(wrong)) or "no line"


def _report(question: Question, key: str, what: str, help_: str, checked: Checked) -> None:
    place: Place = question.places.get(key, question.place)
    checked.problems.append(problem(place, what, help_, RULE))
