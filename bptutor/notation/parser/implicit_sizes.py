"""The sizes that `I` and `𝟏` do not say: the one axis that makes everything around them fit."""

from __future__ import annotations

from itertools import product

from bptutor.errors import UnreadableAnswer
from bptutor.notation import tree as t
from bptutor.notation.parser.vocabulary import listed
from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes

_BARE = (t.Call("eye", ()), t.Call("ones", ()))
_MAX_TRIALS = 64


def sized(expr: t.Expr, scope: Scope, columns: bool) -> t.Expr:
    """Return the expression, its factors decided, with a size at each bare `I` and `𝟏`.

    Raises:
        UnreadableAnswer: No axis fits, or several do; the size must be written.
    """
    if not any(node in _BARE for node in t.walk(expr) if isinstance(node, t.Call)):
        return axes.resolve(expr, scope, columns=columns)
    found: dict[t.Expr, None] = {}
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


def as_text(expr: t.Expr) -> t.Expr:
    """Return the expression with bare `I` and `𝟏` as signs without a value."""
    if expr in _BARE:
        return t.Text("I" if expr == _BARE[0] else "𝟏")
    return t.rebuild(expr, as_text)


def _choices(expr: t.Expr, scope: Scope) -> list[tuple[str, ...]]:
    """Return which axis each bare sign could have, the axes in use first."""
    used = {
        axis: None for node in t.walk(expr) if isinstance(node, t.Name) and node.id in scope.names
        for axis in scope.names[node.id].axes
    }  # fmt: skip
    count = sum(node in _BARE for node in t.walk(expr) if isinstance(node, t.Call))
    candidates = [*used] or [*scope.sizes]
    if len(candidates) ** count > _MAX_TRIALS:
        return []
    return [*product(candidates, repeat=count)]


def _with(expr: t.Expr, axes: list[str]) -> t.Expr:
    """Fill in the axes, in the order of the signs."""
    if isinstance(expr, t.Call) and expr in _BARE:
        return t.Call(expr.function, (t.Name(axes.pop(0)),))
    return t.rebuild(expr, lambda part: _with(part, axes))
