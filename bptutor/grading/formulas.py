"""How the gradients of a scene are made, as trees: what mistakes rewrite and earlier answers flow through.

A network scene declares dW2, dz1, ... and computes them by its engine; here each is the one line that a
lesson would write for it. In other scenes the definitions of the scene serve.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from bptutor.notation.scope import Declared, Scope
from bptutor.notation.tree import (
    Add,
    At,
    Call,
    Derivative,
    Div,
    Expr,
    Letter,
    MatMul,
    Mul,
    Name,
    Neg,
    Number,
    Outer,
    Transpose,
    rebuild,
    walk,
)

ONE = Number(Fraction(1))
DEEP = 12
"""Most rounds of putting formulas into formulas."""


def formulas(scope: Scope, source: Mapping[str, Any]) -> dict[str, Expr]:
    """Return for each computed name of a scene the line that makes it.

    Args:
        scope: The names.
        source: The scene as written; a `network:` in it gives the backward formulas.
    """
    found = {
        name: declared.definition
        for name, declared in scope.names.items()
        if declared.definition is not None and not declared.letters and not isinstance(declared.definition, Derivative)
    }
    network = source.get("network")
    if isinstance(network, Mapping):
        found |= {name: tree for name, tree in _backward(scope, network).items() if name in scope.names}
    return found


def _backward(scope: Scope, network: Mapping[str, Any]) -> dict[str, Expr]:
    """Return dz, da, dW, db of every layer as lines over each other, the forward arrays, and the weights."""
    activations = [str(name) for name in network.get("activations", ())]
    rows = network.get("batch") == "rows"
    loss = str(network.get("loss", ""))
    depth = len(activations)
    found: dict[str, Expr] = {}
    for n in range(depth, 0, -1):
        dz, f = Name(f"dz{n}"), activations[n - 1]
        if n == depth:
            found |= _output(scope, n, f, loss, rows)
        else:
            W, after = Name(f"W{n + 1}"), Name(f"dz{n + 1}")
            found[f"da{n}"] = MatMul(after, W) if rows else MatMul(Transpose(W), after)
            if f != "softmax":
                found[f"dz{n}"] = _through(found[f"da{n}"], f, n)
        below = Name("x" if n == 1 else f"a{n - 1}")
        found[f"dW{n}"] = MatMul(Transpose(dz), below) if rows else Outer(dz, below)
        found[f"db{n}"] = Call("sum", (dz,), (("axis", 0),)) if rows else dz
    if depth:
        found["dx"] = MatMul(Name("dz1"), Name("W1")) if rows else MatMul(Transpose(Name("W1")), Name("dz1"))
    return found


def _output(scope: Scope, n: int, f: str, loss: str, rows: bool) -> dict[str, Expr]:
    a = Name("p") if f == "softmax" and "p" in scope.names else Name(f"a{n}")
    error: Expr = Add((a, Neg(Name("y"))))
    if rows:
        error = Div(error, Name("B"))
    if (loss, f) in {("cross-entropy", "softmax"), ("binary-cross-entropy", "sigmoid")}:
        return {f"dz{n}": error}
    if loss == "quadratic" and f != "softmax":
        return {f"da{n}": error, f"dz{n}": _through(error, f, n)}
    return {}


def _through(da: Expr, activation: str, n: int) -> Expr:
    """Carry a gradient back through the activation of layer n."""
    if activation in {"identity", "linear", "none"}:
        return da
    function = activation.replace("-", "_") + "'"
    return Mul((da, Call(function, (Name(f"z{n}"),))))


def unfolded(expr: Expr, known: Mapping[str, Expr], names: frozenset[str] | None = None, rounds: int = DEEP) -> Expr:
    """Return a tree with formulas in the place of names.

    Args:
        expr: The tree.
        known: What `formulas` returned.
        names: Which names to unfold; None for the gradients (names of `known` that start with d).
        rounds: How many times.
    """
    chosen = names if names is not None else frozenset(name for name in known if _is_gradient(name, known))

    def put(part: Expr) -> Expr:
        if isinstance(part, Name) and part.id in chosen:
            return known[part.id]
        return rebuild(part, put)

    for _ in range(rounds):
        after = put(expr)
        if after == expr or sum(1 for _ in walk(after)) > 200:
            break
        expr = after
    return expr


def _is_gradient(name: str, known: Mapping[str, Expr]) -> bool:
    return name.startswith(("d", "δ")) and name[1:2] != "" and name in known


def slopes_named(expr: Expr, scope: Scope) -> Expr:
    """Return a tree with σ'(z) for a(1 − a), tanh'(z) for 1 − a², where the scene defines a by z."""
    done = rebuild(expr, lambda part: slopes_named(part, scope))
    if isinstance(done, Mul):
        return _sigmoid_named(done, scope)
    squared = _one_minus(done)
    if squared is not None and isinstance(squared, Call | Mul) is False:
        base = getattr(squared, "base", None)
        exponent = getattr(squared, "exponent", None)
        made = made_by(base, "tanh", scope) if isinstance(base, Expr) else None
        if made is not None and exponent == Number(Fraction(2)):
            return Call("tanh'", (made,))
    return done


def _sigmoid_named(expr: Mul, scope: Scope) -> Expr:
    for a in expr.factors:
        z = made_by(a, "sigmoid", scope)
        partner = next((f for f in expr.factors if _one_minus(f) == a), None)
        if z is not None and partner is not None:
            rest = list(expr.factors)
            rest.remove(a)
            rest[rest.index(partner)] = Call("sigmoid'", (z,))
            return rest[0] if len(rest) == 1 else Mul(tuple(rest))
    return expr


def _one_minus(expr: Expr) -> Expr | None:
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
        whole = inner.subscripts == tuple(Letter(letter) for letter in declared.letters)
        return inner.base if whole else None
    return inner
