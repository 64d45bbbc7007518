"""What counts as the same line, and what an answer must do to move a derivation on.

Two trees are the same line when they differ only in the names of summed letters, the order of
commuting parts, and where a minus sign stands in a product.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from bptutor.notation.tree import (
    Add,
    At,
    Cases,
    Compare,
    Delta,
    Derivative,
    Div,
    Expr,
    Letter,
    Mul,
    Name,
    Neg,
    Number,
    Relation,
    Sum,
    Transpose,
    Whole,
    walk,
)

OPERATORS: Mapping[str, type[Expr]] = {"∂": Derivative, "Σ": Sum, "δ": Delta, "cases": Cases}
"""What a line may drop, and an answer may keep."""
_MAX_PERMUTED = 4
"""Letters of one sum whose order is tried out; longer sums keep the order as written."""


def same_line(left: Expr, right: Expr) -> bool:
    """Return whether two trees are the same after renaming dummies and commuting."""
    return left == right or canonical(left) == canonical(right)


def canonical(expr: Expr) -> tuple[int, Any]:
    """Return a sign and a key; both are equal for trees that are the same line."""
    return _signed(expr, {}, 0)


def operators(expr: Expr) -> frozenset[str]:
    """Return which of ∂, Σ, δ and cases a tree contains."""
    kinds = {type(part) for part in walk(expr)}
    return frozenset(sign for sign, kind in OPERATORS.items() if kind in kinds)


def bare_name(expr: Expr) -> str | None:
    """Return the name that a tree is, whole, transposed or by its elements; None for anything else."""
    while isinstance(expr, Transpose):
        expr = expr.arg
    if isinstance(expr, At) and all(isinstance(part, Letter | Whole) for part in expr.subscripts):
        expr = expr.base
    return expr.id if isinstance(expr, Name) else None


_Env = Mapping[str, str]


def _signed(expr: Expr, env: _Env, depth: int) -> tuple[int, Any]:
    """Return the key of a node with its sign taken out."""
    if isinstance(expr, Neg):
        sign, key = _signed(expr.arg, env, depth)
        return -sign, key
    if isinstance(expr, Number):
        return (-1 if expr.value < 0 else 1), ("number", abs(expr.value))
    if isinstance(expr, Mul):
        return _product(expr, env, depth)
    if isinstance(expr, Div):
        above, num = _signed(expr.num, env, depth)
        below, den = _signed(expr.den, env, depth)
        return above * below, ("over", num, den)
    if isinstance(expr, Sum):
        return _sum(expr, env, depth)
    return 1, _key(expr, env, depth)


def _product(expr: Mul, env: _Env, depth: int) -> tuple[int, Any]:
    sign, keys = 1, []
    for factor in _flat(expr):
        own, key = _signed(factor, env, depth)
        sign *= own
        keys.append(key)
    return sign, ("product", *sorted(keys, key=repr))


def _flat(expr: Expr) -> list[Expr]:
    kind = type(expr)
    parts = expr.factors if isinstance(expr, Mul) else expr.terms if isinstance(expr, Add) else ()
    out: list[Expr] = []
    for part in parts:
        out.extend(_flat(part) if type(part) is kind else [part])
    return out


def _sum(expr: Sum, env: _Env, depth: int) -> tuple[int, Any]:
    """Give the summed letters new names by depth; of all orders of the letters the least key counts."""
    letters, body = expr.letters, expr.body
    plain = expr.where is None and expr.low is None and expr.high is None
    while plain and isinstance(body, Sum) and body.where is None and body.low is None and body.high is None:
        letters, body = letters + body.letters, body.body
    orders = itertools.permutations(letters) if len(letters) <= _MAX_PERMUTED else iter([letters])
    found = []
    for names in orders:
        inner = {**env, **{letter: f"#{depth + n}" for n, letter in enumerate(names)}}
        below = depth + len(names)
        sign, key = _signed(body, inner, below)
        limits = tuple(part and _key(part, inner, below) for part in (expr.where, expr.low, expr.high))
        found.append((sign, ("sum", len(names), limits, key)))
    return min(found, key=repr)


def _key(expr: Expr, env: _Env, depth: int) -> Any:
    if isinstance(expr, Neg | Mul | Div | Sum | Number):
        return _signed(expr, env, depth)
    if isinstance(expr, Add):
        return ("terms", *sorted((_signed(term, env, depth) for term in _flat(expr)), key=repr))
    if isinstance(expr, Letter):
        return ("letter", env.get(expr.id, expr.id))
    if isinstance(expr, Delta) or (isinstance(expr, Compare) and expr.relation in {Relation.EQ, Relation.NE}):
        sides = sorted((_key(side, env, depth) for side in (expr.left, expr.right)), key=repr)
        relation = expr.relation.value if isinstance(expr, Compare) else "δ"
        return (relation, *sides)
    return (type(expr).__name__, *(_field(getattr(expr, f.name), env, depth) for f in fields(expr)))  # type: ignore[arg-type]  # every node is a dataclass


def _field(value: object, env: _Env, depth: int) -> Any:
    if isinstance(value, Expr):
        return _key(value, env, depth)
    if isinstance(value, tuple):
        return tuple(_field(item, env, depth) for item in value)
    return value
