"""What one definition says about its names: products, activations, comparisons of a loss, steps along a gradient.

Only structure is read; `roles` puts together what is found in all definitions of a scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bptutor.errors import BptutorError
from bptutor.notation.scope import Declared, Role, Scope, Source
from bptutor.notation.shapes import axes
from bptutor.notation.transform.to_index_notation import entrywise, leaky
from bptutor.notation.tree import (
    Add,
    At,
    Call,
    Derivative,
    Div,
    Expr,
    MatMul,
    Mul,
    Name,
    Neg,
    Pow,
    Sum,
    Transpose,
    children,
    walk,
)

HOLDS_ENTRIES = frozenset({Role.GIVEN, Role.DEFINED})
"""Names that are no sizes and no positions."""


@dataclass(frozen=True)
class Activation:
    """a = f(z), entry by entry or a softmax."""

    a: str
    function: str
    z: str


def names_in(tree: Expr) -> Iterator[str]:
    """Yield the names of a tree."""
    return (part.id for part in walk(tree) if isinstance(part, Name))


def core(expr: Expr) -> str:
    """Return the name of an array, of its transpose or of its entry; empty for anything else."""
    inner = expr.arg if isinstance(expr, Transpose) else expr.base if isinstance(expr, At) else expr
    return inner.id if isinstance(inner, Name) else ""


def is_given(name: str, scope: Scope) -> bool:
    """Return whether nothing computes a name."""
    return name in scope.names and scope.names[name].role is Role.GIVEN


# --- layers -----------------------------------------------------------------------------------------------------


def activation(name: str, definition: Expr, scope: Scope) -> Activation | None:
    """Return the activation that a definition is."""
    z = leaky(definition)
    if isinstance(z, Name):
        return Activation(name, "leaky_relu", z.id)
    if not isinstance(definition, Call) or not is_activation(definition, scope):
        return None
    inner = definition.args[0]
    if isinstance(inner, Name):
        return Activation(name, definition.function, inner.id)
    if definition.function == "softmax" and isinstance(inner, Add | Div | Mul):  # softmax(z − m), softmax(z/τ)
        arrays = [one for one in names_in(inner) if one in scope.names and scope.names[one].axes]
        return Activation(name, "softmax", arrays[0]) if len(arrays) == 1 else None
    return None


def is_activation(definition: Expr, scope: Scope) -> bool:
    """Return whether a definition is a function of one array: entry by entry, a softmax, or a declared one."""
    known = isinstance(definition, Call) and len(definition.args) == 1
    return known and (entrywise(definition) or getattr(definition, "function", "") in {"softmax", *scope.functions})


def products(expr: Expr, scope: Scope, number: bool) -> Iterator[tuple[Expr, Expr]]:
    """Yield the two factors of each product of two names in a definition, but for those inside a function.

    Args:
        expr: The definition.
        scope: The names.
        number: Whether it makes one number; in arrays, entries are multiplied by masks and gates.
    """
    for part in _outside(expr):
        plain = isinstance(part, Mul) and number and all(isinstance(factor, Name) for factor in part.factors)
        factors = [factor for factor in children(part) if core(factor) in scope.names] if plain else []
        if isinstance(part, MatMul) and not isinstance(part.left, At) and not isinstance(part.right, At):
            factors = [part.left, part.right]
        factors = [factor for factor in factors if core(factor) and _holds_entries(core(factor), scope)]
        if len(factors) == 2:
            yield factors[0], factors[1]


def _holds_entries(name: str, scope: Scope) -> bool:
    """Return whether a name stands for an array of the forward pass."""
    made = scope.names.get(name)
    return made is not None and made.role in HOLDS_ENTRIES and not isinstance(made.definition, Derivative)


def _outside(expr: Expr) -> Iterator[Expr]:
    """Yield the parts of a tree that no function but a sum, and no power, takes in."""
    yield expr
    if not isinstance(expr, Call | Pow) or (isinstance(expr, Call) and expr.function == "sum"):
        for part in children(expr):
            yield from _outside(part)


def by_place(left: Expr, right: Expr, scope: Scope) -> tuple[str, str] | None:
    """Return weight and input by where two given arrays stand: W x with one example, X Wᵀ with a row for each."""
    try:
        ranks = tuple(len(axes.of(side, scope).axes) for side in (left, right))
    except BptutorError:
        return None
    if ranks == (2, 1):
        return core(left), core(right)
    return (core(right), core(left)) if ranks == (2, 2) and isinstance(right, Transpose) else None


def repeated_along(definition: Expr, own: tuple[str, ...], scope: Scope) -> str:
    """Return the first of a definition's own axes when a given operand lacks that alone: a bias of all examples."""
    operands = children(definition) if isinstance(definition, Add | Mul | Div) else ()
    short = [name for part in operands if is_given(name := core(part), scope) and isinstance(part, Name)]
    number = isinstance(definition, Add) and any(products(definition, scope, False))  # to entries of X @ w, not to x
    fits = (scope.names[name].axes == own[1:] and (len(own) > 1 or number) for name in short)
    return own[0] if own and any(fits) else ""


def is_share(line: Expr, definitions: Mapping[str, Expr]) -> bool:
    """Return whether a definition divides parts by their sum."""
    if not isinstance(line, Div):
        return False
    total = definitions.get(core(line.den), line.den)
    over = set(names_in(line.num))
    over |= {part for name in over if name in definitions for part in names_in(definitions[name])}
    adds = any(isinstance(part, Sum) or (isinstance(part, Call) and part.function == "sum") for part in walk(total))
    return adds and not over.isdisjoint(names_in(total))


# --- the loss, and steps along its gradient ----------------------------------------------------------------------


def comparisons(scope: Scope, definitions: Mapping[str, Expr]) -> Iterator[tuple[str, str]]:
    """Yield target and output of each t log a, and of each difference a − t that a function takes in, in a number."""
    numbers = [name for name in definitions if not scope.names[name].axes]
    made_of = {name for number in numbers for name in names_in(definitions[number])}
    differences = {name: tree for name, tree in definitions.items() if name in made_of and isinstance(tree, Add)}
    for number in numbers:
        tree = scope.names[number].definition
        for part in walk(tree) if tree is not None else ():
            yield from _weighted_log(part, scope)
            for one in (part, *children(part)) if isinstance(part, Call | Pow) else (part,):
                yield from _difference(differences.get(core(one), one), scope, core(one))


def _weighted_log(part: Expr, scope: Scope) -> Iterator[tuple[str, str]]:
    for log in part.factors if isinstance(part, Mul) else ():
        if isinstance(log, Call) and log.function == "log":
            targets = (core(factor) for factor in children(part))
            yield from ((one, core(log.args[0])) for one in targets if _compares(one, core(log.args[0]), scope))


def _difference(part: Expr, scope: Scope, name: str) -> Iterator[tuple[str, str]]:
    """Yield target and output of a − t; of Σ_j w_j x_j − t, which is called by a name, the target and that name."""
    terms = part.terms if isinstance(part, Add) else ()
    if len(terms) == 2 and sum(isinstance(term, Neg) for term in terms) == 1:
        one, other = (core(term.arg if isinstance(term, Neg) else term) for term in terms)
        for target, output in ((one, other or name), (other, one or name)):
            if _compares(target, output, scope) and not is_given(output, scope):
                yield target, output


def _compares(target: str, output: str, scope: Scope) -> bool:
    given = is_given(target, scope) and target != output and _holds_entries(output, scope)
    return given and scope.names[target].axes == scope.names[output].axes


def updates(tree: Expr, scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield by what each step along a gradient in a tree is taken, and its rate: W and η of W − η ∂L/∂W."""
    for part in walk(tree):
        steps = [term.arg if isinstance(term, Neg) else term for term in getattr(part, "terms", ())]
        if all(any(_gradients(step, scope)) for step in steps):
            continue  # a sum of gradients is no step
        for step in steps:
            factors = [core(factor) for factor in children(step)] if isinstance(step, Mul) else []
            rates = [name for name in factors if is_given(name, scope) and not scope.names[name].axes]
            if len(rates) == 1:
                yield from ((by, rates[0]) for by in _gradients(step, scope))


def _gradients(tree: Expr, scope: Scope) -> Iterator[str]:
    """Yield by which names a tree holds gradients, under their ∂ or under a name of their own."""
    for part in walk(tree):
        made = scope.names[part.id].definition if isinstance(part, Name) and part.id in scope.names else part
        if isinstance(made, Derivative):
            yield core(made.by)


# --- given numbers -----------------------------------------------------------------------------------------------


def is_positive(made: Declared) -> bool:
    """Return whether a given number is above 0, whatever is drawn."""
    draw = made.draw
    lowest = {Source.PICK: draw.choices, Source.LITERAL: (draw.literal,)}.get(draw.source, (draw.low,))
    return made.positive or all(Fraction(str(text)) > 0 for text in lowest)


def drawn(made: Declared) -> Source | None:
    """Return whether the rows of an array are one-hot, or add up to 1: by their draw, or as they are written."""
    if made.draw.source in {Source.ONE_HOT, Source.SIMPLEX}:
        return made.draw.source
    rows = list(_rows(made.draw.literal))
    if not rows or any(sum(row) != 1 or min(row) < 0 for row in rows):
        return None
    return Source.ONE_HOT if all(max(row) == 1 for row in rows) else Source.SIMPLEX


def _rows(literal: object) -> Iterator[list[Fraction]]:
    """Yield the entries along the last axis of an array that is written out."""
    if isinstance(literal, tuple):
        if not isinstance(literal[0], tuple):
            yield [Fraction(str(entry)) for entry in literal]
            return
        for part in literal:
            yield from _rows(part)
