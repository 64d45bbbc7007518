"""Copies of a tree with one part changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bptutor.notation.tree import (
    Add,
    At,
    Call,
    Derivative,
    Div,
    Expr,
    Letter,
    Mul,
    Name,
    Neg,
    Number,
    Outer,
    Slice,
    Sum,
    children,
    rebuild,
    walk,
)

Rule = Callable[[Expr], Iterator[tuple[Expr, str]]]
"""From a part to what may stand in its place, each with the name that a message about it should mention."""


Made = Iterator[tuple[Expr, str]]


def repeated(expr: Expr, rule: Rule) -> Iterator[tuple[Expr, str]]:
    """Yield every copy of a tree in which the rule changed a sum that stands in it more than once, each time."""
    sums = [part for part in walk(expr) if isinstance(part, Add)]
    for part in dict.fromkeys(part for part in sums if sums.count(part) > 1):
        for changed, name in rule(part):
            yield substituted(expr, part, changed), name


def everywhere(expr: Expr, rule: Rule) -> Iterator[tuple[Expr, str]]:
    """Yield every copy of a tree in which the rule changed exactly one part."""
    yield from rule(expr)
    if isinstance(expr, Derivative):  # another ∂ is another quantity
        return
    kind: Any = type(expr)
    parts = [getattr(expr, name) for name in kind.__slots__]
    for n, value in enumerate(parts):
        for changed, part in _changed(value, rule):
            yield kind(*parts[:n], changed, *parts[n + 1 :]), part


def _changed(value: object, rule: Rule) -> Iterator[tuple[Any, str]]:
    if isinstance(value, Expr):
        yield from everywhere(value, rule)
    elif isinstance(value, tuple):
        for n, item in enumerate(value):
            for changed, part in _changed(item, rule):
                yield (*value[:n], changed, *value[n + 1 :]), part


def substituted(expr: Expr, old: Expr, new: Expr) -> Expr:
    """Return a tree with every occurrence of a part replaced."""
    if expr == old:
        return new
    return rebuild(expr, lambda part: substituted(part, old, new))


def lettered(expr: Expr, old: str, new: Expr) -> Expr:
    """Return a tree with a free letter replaced by another letter or a number."""
    if isinstance(expr, Letter) and expr.id == old:
        return new
    if isinstance(expr, Sum) and old in expr.letters:
        return expr
    return rebuild(expr, lambda part: lettered(part, old, new))


def takes_diagonals(expr: Expr) -> int:
    """Return how often `diag` is given a matrix in a tree: there it takes numbers out, and lays no vector down."""
    calls = (part for part in walk(expr) if isinstance(part, Call) and part.function == "diag")
    return sum(_is_spread(call.args[0]) for call in calls)


def _is_spread(expr: Expr) -> bool:
    if isinstance(expr, Add | Mul | Neg):
        return any(map(_is_spread, children(expr)))
    return isinstance(expr, Outer) or (isinstance(expr, Slice) and None in expr.items)


def main_name(expr: Expr) -> str:
    """Return the first name of a part, for a message; empty when it has none."""
    return next((part.id for part in _above(expr) if isinstance(part, Name)), "")


def _above(expr: Expr) -> Iterator[Expr]:
    """Yield the parts of a tree but for what it is divided by: sizes, which no message is about."""
    yield expr
    for part in children(expr):
        if not isinstance(expr, Div) or part is not expr.den:
            yield from _above(part)


def letters_in(expr: Expr) -> set[str]:
    """Return the indices that stand in a tree, bound or free."""
    return {part.id for part in walk(expr) if isinstance(part, Letter)}


def is_place(expr: Expr) -> bool:
    """Return whether a tree is made of indices and numbers alone: a computed place, as in `x_{2p+m}`."""
    return all(isinstance(part, Letter | Number | Add | Neg | Mul) for part in walk(expr))


def computes_places(expr: Expr) -> bool:
    """Return whether a tree holds an entry at a computed place: `D_{a−m}`."""
    return any(isinstance(part, At) and any(isinstance(s, Add) for s in part.subscripts) for part in walk(expr))


def subscripts_swapped(expr: Expr, bound: set[str]) -> Made:
    """Yield copies of a tree in which one array has its two subscripts exchanged, where one of these indices stands."""

    def swap(part: Expr) -> Made:
        places = part.subscripts if isinstance(part, At) else ()
        if isinstance(part, At) and len(places) == 2 and bound & {s.id for s in places if isinstance(s, Letter)}:
            yield At(part.base, places[::-1]), main_name(part)

    yield from everywhere(expr, swap)


def negated(expr: Expr) -> Expr:
    """Return a tree with the opposite sign."""
    return expr.arg if isinstance(expr, Neg) else Neg(expr)


def named(part: Expr, *new: Expr) -> Made:
    """Yield what may stand in the place of something, about the first name in a part."""
    yield from ((one, main_name(part)) for one in new)


def mapped(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """Return a tree in which each part is changed, after the parts in it."""
    return change(rebuild(expr, lambda part: mapped(part, change)))


def replaced(parts: tuple[Expr, ...], n: int, *new: Expr) -> tuple[Expr, ...]:
    """Return parts with others, or none, in the place of the n-th."""
    return (*parts[:n], *new, *parts[n + 1 :])


def summed(terms: tuple[Expr, ...]) -> Expr:
    """Return the sum of terms; one term stands alone."""
    return terms[0] if len(terms) == 1 else Add(terms)
