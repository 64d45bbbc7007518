"""The sizes that `I` and `𝟏` do not say: the one axis that makes everything around them fit."""

from __future__ import annotations

from itertools import product

from bptutor.errors import UnreadableAnswer
from bptutor.notation.parser.vocabulary import listed
from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes
from bptutor.notation.tree import Call, Expr, Name, Text, rebuild, walk

_BARE = (Call("eye", ()), Call("ones", ()))
_MAX_TRIALS = 64


def sized(expr: Expr, scope: Scope, columns: bool) -> Expr:
    """Return the expression, its factors decided, with a size at each bare `I` and `𝟏`.

    Raises:
        UnreadableAnswer: No axis fits, or several do; the size must be written.
    """
    if not any(node in _BARE for node in walk(expr) if isinstance(node, Call)):
        return axes.resolve(expr, scope, columns=columns)
    found: dict[Expr, None] = {}
    for choice in _choices(expr, scope):
        try:
            done = axes.resolve(_with(expr, [*choice]), scope, columns=columns)
            axes.of(done, scope, columns=columns)
        except UnreadableAnswer:
            continue
        found[done] = None
    if len(found) == 1:
        return next(iter(found))
    known = listed(scope.sizes)
    raise UnreadableAnswer(1, "the size of I or 𝟏 is not clear here", f"write eye(K) or ones(K); the axes are {known}")


def as_text(expr: Expr) -> Expr:
    """Return the expression with bare `I` and `𝟏` as signs without a value."""
    if expr in _BARE:
        return Text("I" if expr == _BARE[0] else "𝟏")
    return rebuild(expr, as_text)


def _choices(expr: Expr, scope: Scope) -> list[tuple[str, ...]]:
    """Return which axis each bare sign could have, the axes in use first."""
    used = {
        axis: None for node in walk(expr) if isinstance(node, Name) and node.id in scope.names
        for axis in scope.names[node.id].axes
    }  # fmt: skip
    count = sum(node in _BARE for node in walk(expr) if isinstance(node, Call))
    candidates = [*used] or [*scope.sizes]
    if len(candidates) ** count > _MAX_TRIALS:
        return []
    return [*product(candidates, repeat=count)]


def _with(expr: Expr, axes: list[str]) -> Expr:
    """Fill in the axes, in the order in which the signs stand."""
    if isinstance(expr, Call) and expr in _BARE:
        return Call(expr.function, (Name(axes.pop(0)),))
    return rebuild(expr, lambda part: _with(part, axes))
