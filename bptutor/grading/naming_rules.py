"""Mistakes that put one array of the scene in the place of another."""

from __future__ import annotations

from collections.abc import Iterator

from bptutor.grading.formulas import made_by
from bptutor.grading.rewrites import Made, Rule
from bptutor.grading.slope_rules import SLOPES
from bptutor.notation.scope import Role, Scope
from bptutor.notation.tree import Add, Expr, Name


def exchange(scope: Scope, pairs: Iterator[tuple[str, str]]) -> Rule:
    """Return the rule that puts one name in the place of another."""
    known = set(pairs)

    def rule(expr: Expr) -> Made:
        if isinstance(expr, Name):
            for old, new in known:
                if old == expr.id and new in scope.names:
                    yield Name(new), old

    return rule


def z_for_a(scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield pairs (a, z) where the scene makes a from z entry by entry, and the other way round."""
    for name in scope.names:
        if name.startswith("a") and f"z{name[1:]}" in scope.names:
            yield name, f"z{name[1:]}"
        for f in SLOPES:
            z = made_by(Name(name), f, scope)
            if isinstance(z, Name):
                yield name, z.id


def wrong_layer(scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield pairs of one kind in two layers: a1 and a2, W1 and W2, x and a1."""
    kinds: dict[str, list[str]] = {}
    for name in scope.names:
        stem = name.rstrip("0123456789")
        if stem in {"x", "X", "a", "W", "z", "dz", "δ", "d"}:
            kinds.setdefault("a" if stem in {"x", "X"} else stem, []).append(name)
    for names in kinds.values():
        yield from ((old, new) for old in names for new in names if old != new)


def weight_for_activation(scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield pairs (a, W)."""
    weights = [name for name in scope.names if name.rstrip("0123456789") == "W"]
    for name in scope.names:
        if name.rstrip("0123456789") in {"a", "x", "X"}:
            yield from ((name, weight) for weight in weights)


def updated_weights(scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield pairs (W, W after a step): a name that the scene defines as a given array plus or minus something."""
    for after, made in scope.names.items():
        first = made.definition.terms[0] if isinstance(made.definition, Add) else None
        before = scope.names.get(first.id) if isinstance(first, Name) else None
        if before is not None and before.role is Role.GIVEN and before.axes == made.axes:
            yield before.id, after
