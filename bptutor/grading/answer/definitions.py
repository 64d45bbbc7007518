"""How the quantities of a scene are made, as trees: what mistakes rewrite and earlier answers flow through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from bptutor.errors import BptutorError
from bptutor.grading.answer.comparison import Fresh, close, fresh
from bptutor.notation.scope import Declared, Role, Scope
from bptutor.notation.transform.backward_equations import gradient, steps, whole
from bptutor.notation.transform.products import ONE, value_of
from bptutor.notation.transform.role_evidence import Activation
from bptutor.notation.transform.roles import parts
from bptutor.notation.tree import (
    Add,
    At,
    Call,
    Cases,
    Compare,
    Derivative,
    Div,
    Expr,
    Letter,
    Mul,
    Name,
    Neg,
    Number,
    Relation,
    rebuild,
    walk,
)
from bptutor.notation.values.evaluate import NoValue, Values, evaluate

DEEP = 12
"""Most rounds of putting formulas into formulas."""
LARGEST = 200
"""Most nodes of an unfolded tree."""
SCALARS = 6
"""Most scalars of a scene whose gradients are told apart."""


@dataclass(frozen=True)
class Lines:
    """The lines of a scene's backward and forward pass."""

    back: Mapping[Expr, tuple[Expr, ...]]
    """∂L/∂z, under its name where it has one -> what reaches it by each use."""
    errors: Mapping[Expr, Expr]
    """∂L/∂z of the last layer -> a − y, where it is that."""
    forward: Mapping[Expr, Expr]
    """A name -> its definition on whole arrays."""
    complete: bool = True
    """Whether every definition on the way had a line; else some gradients may lack a path."""

    @property
    def exact(self) -> Mapping[Expr, Expr]:
        """The lines that may stand for the gradients they make."""
        return self._gradients if self.complete else {}

    def line(self, of: Expr) -> Expr | None:
        """Return the one line that makes a quantity."""
        if of in self.errors:
            return self.errors[of]
        found = self.back.get(of)
        if found:
            return found[0] if len(found) == 1 else Add(found)
        return self.forward.get(of)

    @cached_property
    def _gradients(self) -> Mapping[Expr, Expr]:
        return {of: line for of in self.back if (line := self.line(of)) is not None}

    @property
    def gradients(self) -> Mapping[Expr, Expr]:
        """Every gradient with its line."""
        return self._gradients


@dataclass(frozen=True, eq=False)
class _Key:
    scene: Any

    def __hash__(self) -> int:
        return id(self.scene)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.scene is self.scene


def lines(scene: Fresh) -> Lines:
    """Return the lines of a scene; kept for each scene."""
    return _lines(_Key(scene))


@lru_cache(maxsize=64)
def _lines(key: _Key) -> Lines:
    scene: Fresh = key.scene
    scope = scene.scope
    back: dict[Expr, tuple[Expr, ...]] = {}
    errors: dict[Expr, Expr] = {}
    complete = True
    for of in scalars(scope):
        walked = steps(scope, of)
        complete &= walked.complete
        for name, found in walked.found.items():
            back.setdefault(gradient(scope, of, name), found)
        for made in parts(scope).activations:
            of_z = gradient(scope, of, made.z)
            error = _error(scene, of, made) if of_z in back else None
            if error is not None:
                errors[of_z] = error
    forward: dict[Expr, Expr] = {Name(name): line for name in scope.names if (line := whole(scope, name)) is not None}
    return Lines(back, errors, forward, complete)


def scalars(scope: Scope) -> tuple[str, ...]:
    """Return the numbers that a scene computes, the last ones first."""
    found = [
        name
        for name, declared in scope.names.items()
        if not declared.axes
        and declared.role is Role.DEFINED
        and declared.definition is not None
        and not isinstance(declared.definition, Derivative)
    ]
    return tuple(reversed(found))[:SCALARS]


def slope_of(of: Expr, scope: Scope) -> tuple[str, str] | None:
    """Return of what and by what a quantity is a slope, under its ∂ or under its name; None where it is none."""
    slope = scope.names[of.id].definition if isinstance(of, Name) and of.id in scope.names else of
    if isinstance(slope, Derivative) and isinstance(slope.of, Name) and isinstance(slope.by, Name):
        return slope.of.id, slope.by.id
    return None


def _error(scene: Fresh, of: str, made: Activation) -> Expr | None:
    """Return a − y, or its mean over the batch, when ∂L/∂z is that; found by value."""
    scope = scene.scope
    for y, declared in scope.names.items():
        if declared.role is not Role.GIVEN or declared.axes != scope.names[made.a].axes or y == made.z:
            continue
        error: Expr = Add((Name(made.a), Neg(Name(y))))
        for form in (error, *(Div(error, Name(axis)) for axis in parts(scope).mean_over)):
            if _equal(scene, Derivative(Name(of), Name(made.z)), form):
                return form
    return None


def _equal(scene: Fresh, left: Expr, right: Expr) -> bool:
    try:
        for n in range(2):
            values = _probe(scene, n)
            one, other = evaluate(left, values), evaluate(right, values)
            if one.shape != other.shape or not np.isfinite(one).all() or not close(one, other):
                return False
    except (BptutorError, NoValue, ValueError, KeyError):
        return False
    return True


def _probe(scene: Fresh, n: int) -> Values:
    """Return a fresh draw, or what a learner sees where the scene holds in its own sizes only."""
    values = fresh(scene, n)
    try:
        for name in scene.scope.names:
            values[name]
    except (BptutorError, ValueError, KeyError):
        shown = getattr(scene, "draw", None)
        return values if shown is None else shown(n)
    return values


def unfolded(expr: Expr, known: Mapping[Expr, Expr], rounds: int = DEEP) -> Expr:
    """Return a tree with lines in the place of the quantities they make.

    Args:
        expr: The tree.
        known: What may be unfolded.
        rounds: How many times.
    """

    def put(part: Expr) -> Expr:
        if part in known:
            return known[part]
        return part if isinstance(part, Derivative) else rebuild(part, put)

    for _ in range(rounds):
        after = put(expr)
        if after == expr or sum(1 for _ in walk(after)) > LARGEST:
            break
        expr = after
    return expr


def levels(expr: Expr, known: Mapping[Expr, Expr]) -> Iterator[Expr]:
    """Yield a tree and what it becomes round by round."""
    for _ in range(DEEP):
        yield expr
        after = unfolded(expr, known, rounds=1)
        if after == expr:
            return
        expr = after


def slopes_named(expr: Expr, scope: Scope) -> Expr:
    """Return a tree with σ'(z) for a(1 − a), tanh'(z) for 1 − a², where the scene defines a by z."""
    done = rebuild(expr, lambda part: slopes_named(part, scope))
    if isinstance(done, Mul):
        return _sigmoid_named(done, scope)
    if isinstance(done, Compare | Cases):
        return _step_named(done)
    squared = one_minus(done)
    if squared is not None and isinstance(squared, Call | Mul) is False:
        base = getattr(squared, "base", None)
        exponent = getattr(squared, "exponent", None)
        made = made_by(base, "tanh", scope) if isinstance(base, Expr) else None
        if made is not None and exponent == Number(Fraction(2)):
            return Call("tanh'", (made,))
    return done


def _step_named(expr: Compare | Cases) -> Expr:
    """Return relu'(z) for [z > 0], and the slope of the leaky one for `where(z > 0, 1, 0.01)`."""
    condition = expr
    low = ZERO
    if isinstance(expr, Cases):
        if len(expr.branches) != 1 or value_of(expr.branches[0][0]) != 1:
            return expr
        condition, low = expr.branches[0][1], expr.otherwise  # type: ignore[assignment]  # a condition is any node
    if not isinstance(condition, Compare) or condition.relation is not Relation.GT or value_of(condition.right) != 0:
        return expr
    found = {Fraction(0): "relu'", Fraction(1, 100): "leaky_relu'"}.get(value_of(low) or Fraction(0))
    return Call(found, (condition.left,)) if found and value_of(low) is not None else expr


ZERO: Expr = Number(Fraction(0))


def _sigmoid_named(expr: Mul, scope: Scope) -> Expr:
    for a in expr.factors:
        z = made_by(a, "sigmoid", scope)
        partner = next((f for f in expr.factors if one_minus(f) == a), None)
        if z is not None and partner is not None:
            rest = list(expr.factors)
            rest.remove(a)
            rest[rest.index(partner)] = Call("sigmoid'", (z,))
            return rest[0] if len(rest) == 1 else Mul(tuple(rest))
    return expr


def one_minus(expr: Expr) -> Expr | None:
    """Return x of 1 − x."""
    if isinstance(expr, Add) and len(expr.terms) == 2 and expr.terms[0] == ONE and isinstance(expr.terms[1], Neg):
        return expr.terms[1].arg
    return None


def made_by(expr: Expr, function: str, scope: Scope) -> Expr | None:
    """Return z when the expression is a name (or its entry) that the scene defines as function(z)."""
    subscripts: tuple[Expr, ...] = ()
    base = expr
    if isinstance(expr, At):
        base, subscripts = expr.base, expr.subscripts
    if isinstance(expr, Call) and expr.function == function:
        return expr.args[0]
    if not isinstance(base, Name):
        return None
    inner = _inner(scope.names.get(base.id), function)
    if inner is None or not subscripts:
        return inner
    return At(inner, subscripts) if isinstance(inner, Name) else None


def _inner(declared: Declared | None, function: str) -> Expr | None:
    """Return z of a definition `function(z)`, written whole or entry by entry."""
    definition = declared.definition if declared else None
    if not isinstance(definition, Call) or definition.function != function or len(definition.args) != 1:
        return None
    inner = definition.args[0]
    if isinstance(inner, At) and declared and declared.letters:
        same = inner.subscripts == tuple(Letter(letter) for letter in declared.letters)
        return inner.base if same else None
    return inner
