"""Wrong values that are no expression: shapes, strings of einsum, marks of choices, orders, rules, holes, programs."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np

from bptutor.errors import BptutorError
from bptutor.grading.answer.submission import make
from bptutor.grading.code.cases import calls
from bptutor.grading.code.sandbox.run import run
from bptutor.notation.tree import Einsum, Expr
from bptutor.notation.values.evaluate import evaluate
from bptutor.packs.model import Question
from bptutor.packs.scene.scene import Scene
from tests.authoring.mutations.place import Place, Wrong
from tests.authoring.mutations.source import Entries, Written
from tests.authoring.mutations.trees import spec_slips

Offered = Callable[[Random], Sequence[Wrong]]
KIN = (
    {
        "chain-rule",
        "paths-add",
        "entrywise",
        "log-derivative",
        "sigmoid-slope",
        "own-row",
        "sum-rule",
        "product-rule",
        "quotient-rule",
    },
    {"collapse-delta", "split-sum", "join-sum", "one-hot", "own-coordinate", "summed-letter"},
    {"factor-out", "expand", "cancel", "powers"},
    {"layer", "definition", "sliding-window", "matrix-product", "transpose", "softmax-derivative", "output-error"},
)
"""Rules that might both be named for one step: a line that gives one of them for another is not surely wrong."""


def _shuffled(written: Written, named: Sequence[tuple[str, str]]) -> Offered:
    def offered(rng: Random) -> list[Wrong]:
        made = [Wrong(name, text, (written.replaced(text),)) for name, text in named if text != written.text]
        return rng.sample(made, len(made))

    return offered


# --- plain texts --------------------------------------------------------------------------------------------------


def plain(kind: str, written: Written, question: Question) -> Place:
    """Return the place of an answer that is a shape, a rule or an order of lines."""
    if question.kind == "rule":
        named = [("another rule", option) for option in question.options if option != written.text]
    else:
        named = list(_shapes(written.text))
    return Place(kind, written.line, written.text, _shuffled(written, named))


def _shapes(text: str) -> Iterator[tuple[str, str]]:
    sizes = [int(digits) for digits in re.findall(r"\d+", text)]
    for n, size in enumerate(sizes):
        yield "size", _shape([*sizes[:n], size + 1, *sizes[n + 1 :]])
        yield "axis dropped", _shape(sizes[:n] + sizes[n + 1 :])
    if len(sizes) > 1:
        yield "axes swapped", _shape([sizes[1], sizes[0], *sizes[2:]])
    yield "axis added", _shape([*sizes, 1])


def _shape(sizes: list[int]) -> str:
    return "(" + ", ".join(map(str, sizes)) + ("," if len(sizes) == 1 else "") + ")"


def another_rule(written: Written) -> Offered:
    """Return what offers other rules for a line, none of them kin to its own."""
    own = {rule for kin in KIN if written.text in kin for rule in kin}
    others = sorted(rule for kin in KIN for rule in kin if rule not in own)
    return _shuffled(written, [("another rule", rule) for rule in others])


def another_hole(written: Written) -> Offered:
    """Return what offers the line around a hole with two letters changed.

    A turned sign is no slip here: the hole then takes something of the other sign.
    """
    return _shuffled(written, [("letter", re.sub(r"_(\w)(\w)", r"_\2\1", written.text, count=1))])


def einsum(kind: str, written: Written, operands: tuple[Expr, ...], scene: Scene) -> Place:
    """Return the place of a string of einsum."""
    values = [scene.fresh(seed) for seed in range(3)]

    def made(spec: str) -> list[Any]:
        return [np.asarray(evaluate(Einsum(spec.replace(" ", ""), operands), one)) for one in values]

    def differs(spec: str) -> bool:
        pairs = zip(made(written.text), made(spec), strict=True)
        return any(one.shape != two.shape or not np.allclose(one, two) for one, two in pairs)

    named = []
    for spec in spec_slips(written.text.replace(" ", "")):
        try:
            made(spec)
        except (BptutorError, ValueError):
            continue  # letters over axes of different lengths: refused anyway
        named.append(("letters", spec))
    return Place(kind, written.line, written.text, _shuffled(written, named), differs)


# --- lists --------------------------------------------------------------------------------------------------------


def listed(entries: Entries, question: Question) -> Iterator[Place]:
    """Yield the places of a menu: which choice is right, and in which order lines stand."""
    choices = entries.items("choices")
    if choices:
        right = next(choice.at("right") for choice in choices if "right" in choice)
        assert right is not None
        wrong = [choice for choice in choices if "right" not in choice]
        held = next(choice.at("text") for choice in choices if "right" in choice)
        assert held is not None
        made = [
            Wrong("mark moved", text.text, (choice.added("right: true"), right.replaced("false")))
            for choice in wrong
            if (text := choice.at("text"))
        ]
        if question.many:
            made += [
                Wrong("mark added", text.text, (choice.added("right: true"),))
                for choice in wrong
                if (text := choice.at("text"))
            ]
        yield Place("choice", right.line, held.text, _three(made))
    lines = entries.texts("lines") if question.kind == "order" else ()
    for one, two in pairwise(lines):
        edits = (one.replaced(two.text), two.replaced(one.text))
        swapped = Wrong("lines swapped", two.text, edits)
        yield Place("order", one.line, one.text, _three([swapped]))


def _three(made: list[Wrong]) -> Offered:
    return lambda rng: rng.sample(made, len(made))


# --- programs -----------------------------------------------------------------------------------------------------


class _Slips(ast.NodeTransformer):
    """Makes the change number `at` among those that a program offers, and counts them."""

    def __init__(self, at: int) -> None:
        self.at, self.count, self.name = at, 0, ""

    def _taken(self, name: str) -> bool:
        self.count += 1
        self.name = name if self.count - 1 == self.at else self.name
        return self.count - 1 == self.at

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        others: dict[type[ast.operator], ast.operator] = {
            ast.Add: ast.Sub(),
            ast.Sub: ast.Add(),
            ast.Mult: ast.Add(),
            ast.Div: ast.Mult(),
            ast.MatMult: ast.Mult(),
        }
        if type(node.op) in others and self._taken("another sign"):
            return ast.BinOp(node.left, others[type(node.op)], node.right)
        if self._taken("operands swapped"):
            return ast.BinOp(node.right, node.op, node.left)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        return node.value if node.attr == "T" and self._taken("transpose dropped") else node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, int) and not isinstance(node.value, bool) and self._taken("number"):
            return ast.Constant(node.value + 1)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if len(node.args) == 2 and self._taken("operands swapped"):
            return ast.Call(node.func, [node.args[1], node.args[0]], node.keywords)
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        if node.value is not None and self._taken("sign"):
            first = node.value.elts[0] if isinstance(node.value, ast.Tuple) else node.value
            rest = node.value.elts[1:] if isinstance(node.value, ast.Tuple) else []
            turned = ast.UnaryOp(ast.USub(), first)
            return ast.Return(ast.Tuple([turned, *rest], ast.Load()) if rest else turned)
        return node


def program(kind: str, written: Written, question: Question, scene: Scene) -> Place:
    """Return the place of a model answer in Python; both programs run in the sandbox to tell whether they differ."""
    found: list[Wrong] = []
    count = _Slips(-1)
    count.visit(ast.parse(written.text))
    for at in range(count.count):
        one = _Slips(at)
        text = ast.unparse(ast.fix_missing_locations(one.visit(ast.parse(written.text))))
        found.append(Wrong(one.name, text, (written.replaced(text),)))

    def differs(text: str) -> bool:
        assert question.code is not None
        asked = calls(make(question, written.text, scene))
        right, other = (run(asked.job(source, question.code.entry)) for source in (written.text, text))
        assert right.stopped is None
        return other.stopped is not None or any(
            not _equal(one.value, two.value) for one, two in zip(right.results, other.results, strict=True)
        )

    return Place(kind, written.line, written.text.strip().split("\n")[-1], _some(found), differs)


def _some(found: list[Wrong]) -> Offered:
    return lambda rng: rng.sample(found, min(len(found), 4))


def _equal(one: object, two: object) -> bool:
    if isinstance(one, list | tuple) and isinstance(two, list | tuple):
        return len(one) == len(two) and all(map(_equal, one, two))
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(_equal(one[key], two[key]) for key in one)
    a, b = np.asarray(one), np.asarray(two)
    return a.shape == b.shape and np.allclose(a.astype(float), b.astype(float), equal_nan=True)
