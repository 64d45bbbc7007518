"""Entries that depend on the sign of another: steps, and choices between two values."""

from __future__ import annotations

from bptutor.notation.algebra.expression import ONE, ZERO, Constant, Sym
from bptutor.notation.tree import Relation


class Step(Sym):
    """1 where `arg` stands in the relation to 0, else 0; the relation is `>`, `≥` or `=`."""

    __slots__ = ("arg", "relation")

    def __init__(self, relation: Relation, arg: Sym) -> None:
        """Keep relation and argument."""
        self.relation = relation
        self.arg = arg

    def parts(self) -> tuple[Sym, ...]:
        """The argument."""
        return (self.arg,)


class Choice(Sym):
    """`then` where the condition is not 0, else `otherwise`."""

    __slots__ = ("condition", "otherwise", "then")

    def __init__(self, condition: Sym, then: Sym, otherwise: Sym) -> None:
        """Keep the three parts."""
        self.condition = condition
        self.then = then
        self.otherwise = otherwise

    def parts(self) -> tuple[Sym, ...]:
        """Condition and both values."""
        return (self.condition, self.then, self.otherwise)


def step(relation: Relation, arg: Sym) -> Sym:
    """Return 1 where `arg` stands in the relation to 0, else 0."""
    if relation in (Relation.LT, Relation.LE):
        return step(Relation.GT if relation is Relation.LT else Relation.GE, -arg)
    if relation is Relation.NE:
        return ONE - step(Relation.EQ, arg)
    if isinstance(arg, Constant):
        q = arg.value
        return (
            ONE
            if (q > 0 or (q == 0 and relation is not Relation.GT)) and (relation is not Relation.EQ or q == 0)
            else ZERO
        )
    return Step(relation, arg)


def choose(condition: Sym, then: Sym, otherwise: Sym) -> Sym:
    """Return `then` where the condition is not 0, else `otherwise`."""
    if isinstance(condition, Constant):
        return then if condition.value else otherwise
    return then if then is otherwise else Choice(condition, then, otherwise)
