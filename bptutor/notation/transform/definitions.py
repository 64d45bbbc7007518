"""How the quantities of a scene are made, as trees: what mistakes rewrite and earlier answers flow through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bptutor.errors import BptutorError
from bptutor.notation.caching import cached_by_identity
from bptutor.notation.equality.tolerances import close
from bptutor.notation.scope import Role, Scope
from bptutor.notation.transform.backward_equations import gradient, steps, whole
from bptutor.notation.transform.products import ONE, TWO, value_of
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
    Pow,
    Relation,
    rebuild,
    walk,
)
from bptutor.notation.values.evaluate import NoValue, Values, evaluate
from bptutor.notation.values.sampling import SceneLike, fresh

DEEP = 12
"""Most rounds of putting formulas into formulas."""
LARGEST = 200
"""Most nodes of an unfolded tree."""
SLOPES_BELOW: Mapping[Fraction | None, str] = {Fraction(0): "relu'", Fraction(1, 100): "leaky_relu'"}
"""Slope below 0 -> the derivative that it is."""
SCALARS = 6
"""Most scalars of a scene whose gradients are told apart."""


@dataclass(frozen=True)
class Lines:
    """The lines of a scene's backward and forward pass."""

    back: Mapping[Expr, tuple[Expr, ...]]
    """∂L/∂z, under its name where it has one -> what reaches it by each use."""
    gradients: Mapping[Expr, Expr]
    """The same -> the one line that makes it: their sum; of the last layer a − y, where it is that."""
    forward: Mapping[Expr, Expr]
    """A name -> its definition on whole arrays."""
    errors: Mapping[Expr, Expr]
    """∂L/∂z of the last layer -> a − y, where it is that."""
    complete: bool = True
    """Whether every definition on the way had a line; else some gradients may lack a path."""

    @property
    def exact(self) -> Mapping[Expr, Expr]:
        """The lines that may stand for the gradients they make."""
        return self.gradients if self.complete else {}


@cached_by_identity(64)
def lines(scene: SceneLike) -> Lines:
    """Return the lines of a scene; kept for each scene."""
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
    sums = {of: uses[0] if len(uses) == 1 else Add(uses) for of, uses in back.items() if uses}
    forward: dict[Expr, Expr] = {Name(name): line for name in scope.names if (line := whole(scope, name)) is not None}
    return Lines(back, sums | errors, forward, errors, complete)


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


def names_in(trees: Iterable[Expr]) -> frozenset[str]:
    """Return the names that stand in trees."""
    return frozenset(part.id for tree in trees for part in walk(tree) if isinstance(part, Name))


def made_of(scope: Scope, names: Iterable[str]) -> frozenset[str]:
    """Return names and all that they are made of by the definitions of a scene."""
    found: set[str] = set()
    waiting = [name for name in names if name in scope.names]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            definition = scope.names[name].definition
            waiting += [] if definition is None else [one for one in names_in([definition]) if one in scope.names]
    return frozenset(found)


def slope_of(of: Expr, scope: Scope) -> tuple[str, str] | None:
    """Return of what and by what a quantity is a slope, under its ∂ or under its name; None where it is none."""
    slope = scope.names[of.id].definition if isinstance(of, Name) and of.id in scope.names else of
    if isinstance(slope, Derivative) and isinstance(slope.of, Name) and isinstance(slope.by, Name):
        return slope.of.id, slope.by.id
    return None


def _error(scene: SceneLike, of: str, made: Activation) -> Expr | None:
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


def _equal(scene: SceneLike, left: Expr, right: Expr) -> bool:
    try:
        for n in range(2):
            values = _probe(scene, n)
            one, other = evaluate(left, values), evaluate(right, values)
            if one.shape != other.shape or not np.isfinite(one).all() or not close(one, other):
                return False
    except (BptutorError, NoValue, ValueError, KeyError):
        return False
    return True


def _probe(scene: SceneLike, n: int) -> Values:
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
    """Return a tree with σ'(z) for a(1 − a), tanh'(z) for 1 − a², where the scene defines a by z.

    Also relu'(z) for [z > 0], and the slope of the leaky one for `where(z > 0, 1, 0.01)`.
    """
    done = rebuild(expr, lambda part: slopes_named(part, scope))
    match done:
        case Mul(factors):
            return _sigmoid_named(factors, scope) or done
        case Add((one, Neg(Pow(base, two)))) if (one, two) == (ONE, TWO) and (z := _made_by(base, "tanh", scope)):
            return Call("tanh'", (z,))
        case Compare(Relation.GT, z, zero) if value_of(zero) == 0:
            return Call("relu'", (z,))
        case Cases(((one, Compare(Relation.GT, z, zero)),), low) if value_of(one) == 1 and value_of(zero) == 0:
            return Call(SLOPES_BELOW[slope], (z,)) if (slope := value_of(low)) in SLOPES_BELOW else done
    return done


def _sigmoid_named(factors: tuple[Expr, ...], scope: Scope) -> Expr | None:
    for a in factors:
        z = _made_by(a, "sigmoid", scope)
        partner = next((f for f in factors if one_minus(f) == a), None)
        if z is not None and partner is not None:
            rest = list(factors)
            rest.remove(a)
            rest[rest.index(partner)] = Call("sigmoid'", (z,))
            return rest[0] if len(rest) == 1 else Mul(tuple(rest))
    return None


def one_minus(expr: Expr) -> Expr | None:
    """Return x of 1 − x."""
    match expr:
        case Add((one, Neg(arg))) if one == ONE:
            return arg
    return None


def _made_by(expr: Expr, function: str, scope: Scope) -> Expr | None:
    """Return z of function(z), also under a name, or its entry, that the scene defines so, whole or entry by entry."""
    match expr:
        case Call() if expr.function == function:
            return expr.args[0]
        case At(Name() as name, subscripts):
            z = _made_by(name, function, scope)
            return At(z, subscripts) if isinstance(z, Name) else None
        case Name(id_) if id_ in scope.names:
            declared = scope.names[id_]
            match declared.definition:
                case Call(args=(At(base, subscripts),)) as made if made.function == function and declared.letters:
                    return base if subscripts == tuple(map(Letter, declared.letters)) else None
                case Call(args=(z,)) as made if made.function == function:
                    return z
    return None
