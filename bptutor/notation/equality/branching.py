"""Which expressions change their branch: what is made with relu, abs, max, a comparison or cases."""

from __future__ import annotations

from bptutor.notation.scope import Scope
from bptutor.notation.tree import Call, Cases, Compare, Expr, Name, walk

_TURNING = frozenset(
    ("relu", "leaky_relu", "abs", "max", "min", "maximum", "minimum", "sign", "floor", "argmax", "where")
)


def has_kink(expr: Expr, scope: Scope, seen: frozenset[str] = frozenset()) -> bool:
    """Tell whether an expression, or what its names are made of, may change its branch."""
    for part in walk(expr):
        if isinstance(part, Cases) or (isinstance(part, Call) and part.function.rstrip("'") in _TURNING):
            return True
        if isinstance(part, Compare) and any(isinstance(side, Name) for side in walk(part)):
            return True
        if isinstance(part, Name) and part.id not in seen:
            seen |= {part.id}
            declared = scope.names.get(part.id)
            if declared and declared.definition and has_kink(declared.definition, scope, seen):
                return True
    return False
