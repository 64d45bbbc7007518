"""Wrong expressions made of a right one: each changes one place of its tree, as a slip of the pen does.

A slip is a function of a node and its surroundings; it yields nodes that stand in its place. Some of them have the same
value after all (a symmetric sum, a factor that is 1); the oracle throws these away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import NamedTuple

from bptutor.notation import tree as t
from bptutor.notation.scope import Role, Scope

ONE = t.Number(Fraction(1))
FUNCTIONS = {
    "exp": "log",
    "log": "exp",
    "sigmoid": "tanh",
    "sigmoid'": "sigmoid",
    "tanh": "sigmoid",
    "tanh'": "tanh",
    "relu": "tanh",
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "sqrt": "exp",
    "softmax": "sigmoid",
    "correlate": "convolve",
    "convolve": "correlate",
    "outer": "multiply",
}
RELATIONS = {
    t.Relation.EQ: t.Relation.NE,
    t.Relation.NE: t.Relation.EQ,
    t.Relation.LT: t.Relation.GE,
    t.Relation.LE: t.Relation.GT,
    t.Relation.GT: t.Relation.LE,
    t.Relation.GE: t.Relation.LT,
}


class Slip(NamedTuple):
    """A changed tree, and what was done."""

    name: str
    tree: t.Expr


class Around(NamedTuple):
    """What a slip knows beside its node."""

    scope: Scope
    letters: tuple[str, ...]
    """Every letter of the whole tree."""


Found = Iterator[tuple[str, t.Expr]]


def slips(tree: t.Expr, scope: Scope) -> list[Slip]:
    """Return every tree that one slip makes of this one, each once."""
    letters = tuple(dict.fromkeys(node.id for node in t.walk(tree) if isinstance(node, t.Letter)))
    around = Around(scope, letters)
    found: dict[t.Expr, Slip] = {}
    for at in range(sum(1 for _ in t.walk(tree))):
        for name, new in _of(_node(tree, at), around, root=at == 0):
            changed = _put(tree, at, new)
            if changed != tree:
                found.setdefault(changed, Slip(name, changed))
    return list(found.values())


def spread(rng: Random, found: list[Slip], count: int) -> list[Slip]:
    """Return slips in random order, those of different names first, so that few of them still differ in kind."""
    shuffled = rng.sample(found, len(found))
    seen: dict[str, int] = {}
    ranked: list[tuple[int, int, Slip]] = []
    for slip in shuffled:
        seen[slip.name] = seen.get(slip.name, 0) + 1
        ranked.append((seen[slip.name], len(ranked), slip))
    return [slip for _, _, slip in sorted(ranked, key=lambda entry: entry[:2])][:count]


def _node(tree: t.Expr, at: int) -> t.Expr:
    return next(node for n, node in enumerate(t.walk(tree)) if n == at)


def _put(tree: t.Expr, at: int, new: t.Expr) -> t.Expr:
    """Put a node in the place of the one that `walk` comes to at number `at`."""
    count = -1

    def step(node: t.Expr) -> t.Expr:
        nonlocal count
        count += 1
        if count == at:
            count += sum(1 for _ in t.walk(node)) - 1
            return new
        return t.rebuild(node, step)

    return step(tree)


def _of(node: t.Expr, around: Around, root: bool) -> Found:
    if root:
        yield "sign", node.arg if isinstance(node, t.Neg) else t.Neg(node)
    if type(node) in _SLIPS:
        yield from _SLIPS[type(node)](node, around)


# --- one kind of node after the other -----------------------------------------------------------------------------


def _add(node: t.Add, around: Around) -> Found:
    for n, term in enumerate(node.terms):
        others = (*node.terms[:n], *node.terms[n + 1 :])
        yield "term dropped", others[0] if len(others) == 1 else t.Add(others)
        turned = term.arg if isinstance(term, t.Neg) else t.Neg(term)
        yield "sign", t.Add((*node.terms[:n], turned, *node.terms[n + 1 :]))


def _mul(node: t.Mul, around: Around) -> Found:
    for n in range(len(node.factors)):
        others = (*node.factors[:n], *node.factors[n + 1 :])
        yield "factor dropped", others[0] if len(others) == 1 else t.Mul(others)
    if len(node.factors) == 2:
        yield "plus for times", t.Add(node.factors)
        yield "⊙ to product", t.MatMul(*node.factors)


def _neg(node: t.Neg, around: Around) -> Found:
    yield "sign", node.arg


def _div(node: t.Div, around: Around) -> Found:
    yield "numerator alone", node.num
    yield "operands swapped", t.Div(node.den, node.num)


def _pow(node: t.Pow, around: Around) -> Found:
    yield "exponent dropped", node.base
    if isinstance(node.exponent, t.Number):
        yield "exponent", t.Pow(node.base, t.Number(node.exponent.value + 1))


def _matmul(node: t.MatMul, around: Around) -> Found:
    yield "operands swapped", t.MatMul(node.right, node.left)
    yield "product to ⊙", t.Mul((node.left, node.right))
    yield "transposed", t.MatMul(_turned(node.left), node.right)
    yield "transposed", t.MatMul(node.left, _turned(node.right))
    yield "factor dropped", node.left
    yield "factor dropped", node.right


def _turned(node: t.Expr) -> t.Expr:
    return node.arg if isinstance(node, t.Transpose) else t.Transpose(node)


def _transpose(node: t.Transpose, around: Around) -> Found:
    yield "transpose dropped", node.arg


def _outer(node: t.Outer, around: Around) -> Found:
    yield "operands swapped", t.Outer(node.right, node.left)
    yield "product to ⊙", t.Mul((node.left, node.right))


def _sum(node: t.Sum, around: Around) -> Found:
    yield "Σ dropped", node.body
    if node.where is not None:
        yield "condition dropped", replace(node, where=None)
    if node.high is not None:
        yield "bound", replace(node, high=t.Add((node.high, t.Neg(ONE))))


def _at(node: t.At, around: Around) -> Found:
    if len(node.subscripts) > 1:
        yield "axes swapped", t.At(node.base, (node.subscripts[1], node.subscripts[0], *node.subscripts[2:]))
    for n, subscript in enumerate(node.subscripts):
        for letter in around.letters:
            if isinstance(subscript, t.Letter) and letter != subscript.id:
                changed = (*node.subscripts[:n], t.Letter(letter), *node.subscripts[n + 1 :])
                yield "another letter", t.At(node.base, changed)


def _name(node: t.Name, around: Around) -> Found:
    own = around.scope.names.get(node.id)
    if own is None or own.role in {Role.SIZE, Role.POSITION}:
        return
    for name, other in around.scope.names.items():
        if name != node.id and other.axes == own.axes and other.role in {Role.GIVEN, Role.DEFINED}:
            yield "another name", t.Name(name)


def _number(node: t.Number, around: Around) -> Found:
    yield "number", t.Number(node.value + 1)
    if node.value > 1:
        yield "number", t.Number(node.value - 1)


def _delta(node: t.Delta, around: Around) -> Found:
    yield "δ dropped", ONE
    for letter in around.letters:
        if t.Letter(letter) not in {node.left, node.right}:
            yield "another letter", t.Delta(node.left, t.Letter(letter))


def _derivative(node: t.Derivative, around: Around) -> Found:
    by = node.by
    if isinstance(by, t.At) and isinstance(by.base, t.Name):
        for name, other in _name(by.base, around):
            yield name, t.Derivative(node.of, t.At(other, by.subscripts))


def _call(node: t.Call, around: Around) -> Found:
    if node.function in FUNCTIONS:
        yield "another function", replace(node, function=FUNCTIONS[node.function])
    if node.function.endswith("'"):
        yield "derivative dropped", replace(node, function=node.function.removesuffix("'"))
    if len(node.args) == 2:
        yield "operands swapped", replace(node, args=(node.args[1], node.args[0]))
    options = dict(node.options)
    if isinstance(options.get("axis"), int):
        options["axis"] = 0 if options["axis"] else 1
        yield "axis", replace(node, options=tuple(sorted(options.items())))


def _compare(node: t.Compare, around: Around) -> Found:
    yield "relation", replace(node, relation=RELATIONS[node.relation])


def _cases(node: t.Cases, around: Around) -> Found:
    (value, condition), *rest = node.branches
    yield "cases swapped", t.Cases(((node.otherwise, condition), *rest), value)


def _einsum(node: t.Einsum, around: Around) -> Found:
    for spec in spec_slips(node.spec):
        yield "letters", replace(node, spec=spec)


def spec_slips(spec: str) -> Iterator[str]:
    """Yield strings of einsum with two letters of an operand swapped, the result turned, or a letter of it dropped."""
    inputs, _, out = spec.partition("->")
    operands = inputs.split(",")
    for n, letters in enumerate(operands):
        if len(letters) > 1:
            turned = [*operands[:n], letters[1] + letters[0] + letters[2:], *operands[n + 1 :]]
            yield ",".join(turned) + "->" + out
    if len(out) > 1:
        yield f"{inputs}->{out[1]}{out[0]}{out[2:]}"
    for n in range(len(out)):
        yield f"{inputs}->{out[:n]}{out[n + 1 :]}"
    for letter in dict.fromkeys(inputs.replace(",", "")):
        if letter not in out:
            yield f"{inputs}->{out}{letter}"


def _slice(node: t.Slice, around: Around) -> Found:
    for n, item in enumerate(node.items):
        if isinstance(item, int):
            moved = item - 1 if item else 1
            yield "position", replace(node, items=(*node.items[:n], moved, *node.items[n + 1 :]))
    if len(node.items) == 2:
        yield "axes swapped", replace(node, items=(node.items[1], node.items[0]))


def _stack(node: t.Stack, around: Around) -> Found:
    if len(node.items) > 1:
        yield "entries swapped", t.Stack((node.items[1], node.items[0], *node.items[2:]))


_SLIPS: dict[type[t.Expr], Callable[..., Found]] = {
    t.Add: _add,
    t.Mul: _mul,
    t.Neg: _neg,
    t.Div: _div,
    t.Pow: _pow,
    t.MatMul: _matmul,
    t.Transpose: _transpose,
    t.Outer: _outer,
    t.Sum: _sum,
    t.At: _at,
    t.Name: _name,
    t.Number: _number,
    t.Delta: _delta,
    t.Derivative: _derivative,
    t.Call: _call,
    t.Compare: _compare,
    t.Cases: _cases,
    t.Einsum: _einsum,
    t.Slice: _slice,
    t.Stack: _stack,
}
