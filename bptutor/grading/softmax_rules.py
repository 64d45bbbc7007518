"""Mistakes about the derivative of softmax, as rewrites of p − y."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bptutor.grading.formulas import ONE, made_by
from bptutor.grading.rewrites import Made, Rule, main_name
from bptutor.notation.scope import Role, Scope
from bptutor.notation.tree import Add, At, Call, Div, Expr, Letter, Mul, Name, Neg, Sum


def times(*factors: Expr) -> Expr:
    """Return a product, flat."""
    flat = [f for factor in factors for f in (factor.factors if isinstance(factor, Mul) else (factor,))]
    return Mul(tuple(flat))


def minus(left: Expr, right: Expr) -> Expr:
    """Return left − right."""
    return Add((left, Neg(right)))


@dataclass(frozen=True)
class OutputError:
    """The part p − y of a tree, with p a softmax."""

    p: Expr
    y: Expr


def output_error(expr: Expr, scope: Scope) -> OutputError | None:
    """Return p and y when a part is p − y, whole or by entries, and p is a softmax."""
    if not (isinstance(expr, Add) and len(expr.terms) == 2):
        return None
    first, second = expr.terms
    if isinstance(first, Neg) and not isinstance(second, Neg):
        first, second = second, first
    if not isinstance(second, Neg) or isinstance(first, Neg):
        return None
    p, y = first, second.arg
    base, target = (side.base if isinstance(side, At) else side for side in (p, y))
    if not (isinstance(base, Name) and isinstance(target, Name) and is_softmax(base.id, scope)):
        return None
    if isinstance(p, At) != isinstance(y, At) or (
        isinstance(y, At) and isinstance(p, At) and p.subscripts != y.subscripts
    ):
        return None
    return OutputError(p, y)


def is_softmax(name: str, scope: Scope) -> bool:
    """Return whether the scene makes a name by softmax."""
    return name in scope.names and (made_by(Name(name), "softmax", scope) is not None or name == "p")


def targets(scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield softmax outputs p with the given arrays y of the same axes."""
    for p, made in scope.names.items():
        if is_softmax(p, scope):
            for y, declared in scope.names.items():
                if (
                    declared.axes == made.axes
                    and declared.role is Role.GIVEN
                    and y != p
                    and y.startswith(("y", "t", "Y"))
                ):
                    yield p, y


def softmax_rule(scope: Scope, mistake: str) -> Rule:
    """Return the rule that changes p − y as a mistake about the softmax derivative would."""

    def rule(expr: Expr) -> Made:
        found = output_error(expr, scope)
        if found:
            yield _softmax_mistake(mistake, found.p, found.y, scope), main_name(found.p)

    return rule


def _softmax_mistake(mistake: str, p: Expr, y: Expr, scope: Scope) -> Expr:
    total = _total(y, scope)
    made: dict[str, Expr] = {
        "diagonal-softmax": Neg(times(y, minus(ONE, p))),
        "lost-delta": times(p, total),
        "offdiagonal-sign": Neg(Add((y, times(p, total)))),
        "derivative-twice": times(minus(p, y), p, minus(ONE, p)),
        "stopped-at-loss": Neg(Div(y, p)),
        "sign": minus(y, p),
    }
    return made[mistake]


def _total(y: Expr, scope: Scope) -> Expr:
    """Return Σ_k y_k beside an entry, or the sum over the last axis kept beside a whole array."""
    if isinstance(y, At) and isinstance(y.base, Name):
        letter = next(x for x in "uvwrst" if x not in scope.names)
        return Sum((letter,), At(y.base, (*y.subscripts[:-1], Letter(letter))))
    return Call("sum", (y,), (("axis", -1), ("keepdims", True)))
