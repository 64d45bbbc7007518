"""Which arrays of a scene are weights, inputs of a layer, sums z, and activations: read off its definitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bptutor.errors import BptutorError
from bptutor.notation.caching import cached_by_identity
from bptutor.notation.scope import Role, Scope
from bptutor.notation.shapes import axes
from bptutor.notation.transform.backward_equations import whole
from bptutor.notation.transform.to_index_notation import entrywise, leaky
from bptutor.notation.tree import Add, Call, Derivative, Div, Expr, MatMul, Mul, Name, Pow, Transpose, children, walk

SLOPES = ("sigmoid", "tanh", "relu", "leaky_relu")
"""Activations whose derivatives are mixed up."""
WEIGHTS = "wWvVuUθk"
"""What names of weights begin with."""


@dataclass(frozen=True)
class Layer:
    """z = W · below, plus what else stands in its definition."""

    weight: str
    below: str
    z: str


@dataclass(frozen=True)
class Activation:
    """a = f(z), entry by entry or a softmax."""

    a: str
    function: str
    z: str


@dataclass(frozen=True)
class Parts:
    """What a scene's names are in its forward pass."""

    layers: tuple[Layer, ...]
    activations: tuple[Activation, ...]
    biases: frozenset[str]
    mean_over: tuple[str, ...]
    """Axes whose size divides the loss, or over which a mean is taken."""
    batch: str
    """The axis of the examples; empty when there is none."""

    def below(self) -> tuple[str, ...]:
        """Return the inputs of the layers, in forward order."""
        return tuple(dict.fromkeys(layer.below for layer in self.layers))

    def weights(self) -> tuple[str, ...]:
        """Return the weights, in forward order."""
        return tuple(dict.fromkeys(layer.weight for layer in self.layers))


@cached_by_identity(128)
def parts(scope: Scope) -> Parts:
    """Return what the names of a scene are; kept for each scope."""
    layers: list[Layer] = []
    activations: list[Activation] = []
    biases: set[str] = set()
    for name in scope.names:
        definition = whole(scope, name)
        if definition is None:
            continue
        found = _activation(name, definition, scope)
        if found:
            activations.append(found)
            continue
        here = [] if _pairing(name, definition, scope) else _layers(name, definition, scope)
        layers += here
        if here:
            biases |= {part.id for part in getattr(definition, "terms", ()) if isinstance(part, Name)}
    mean = tuple(dict.fromkeys(_means(scope)))
    batch = _batch(scope, layers, mean)
    return Parts(tuple(layers), tuple(activations), frozenset(biases), mean, batch)


def _layers(name: str, definition: Expr, scope: Scope) -> list[Layer]:
    return [Layer(weight, below, name) for weight, below in _products(definition, scope, not scope.names[name].axes)]


def _pairing(name: str, definition: Expr, scope: Scope) -> bool:
    """Return whether a number pairs a computed array with given numbers and goes nowhere else: what L is made of."""
    used = (made.definition for made in scope.names.values() if not isinstance(made.definition, Derivative))
    inside = {part.id for tree in used if tree is not None for part in walk(tree) if isinstance(part, Name)}
    if scope.names[name].axes or name in inside or not isinstance(definition, MatMul | Call):
        return False
    made = (part.id for part in walk(definition) if isinstance(part, Name))
    return any(scope.names[part].role is Role.DEFINED for part in made if part in scope.names)


def _activation(name: str, definition: Expr, scope: Scope) -> Activation | None:
    z = leaky(definition)
    if isinstance(z, Name):
        return Activation(name, "leaky_relu", z.id)
    if isinstance(definition, Call) and (entrywise(definition) or definition.function in {"softmax", *scope.functions}):
        inner = definition.args[0]
        if isinstance(inner, Name) and len(definition.args) == 1:
            return Activation(name, definition.function, inner.id)
    shifted = _shifted(definition, scope)
    return Activation(name, "softmax", shifted) if shifted else None


def _shifted(definition: Expr, scope: Scope) -> str:
    """Return z of `softmax(z − m)` or `softmax(z/τ)`, with m and τ numbers: a stable form, and a temperature."""
    if not isinstance(definition, Call) or definition.function != "softmax":
        return ""
    if not isinstance(definition.args[0], Add | Div | Mul):
        return ""
    arrays = [part.id for part in walk(definition) if isinstance(part, Name) and _axes(part, scope)]
    return arrays[0] if len(arrays) == 1 else ""


def _axes(name: Name, scope: Scope) -> tuple[str, ...]:
    return scope.names[name.id].axes if name.id in scope.names else ()


def _products(expr: Expr, scope: Scope, number: bool) -> Iterator[tuple[str, str]]:
    """Yield weight and input of each product in a definition, but for those inside a function.

    Args:
        expr: The definition.
        scope: The names.
        number: Whether it makes one number; in arrays, entries are multiplied by masks and gates.
    """
    for part in _outside(expr):
        if isinstance(part, MatMul):
            yield from _matmul(part, scope)
        if number and isinstance(part, Mul) and all(isinstance(factor, Name) for factor in part.factors):
            names = [factor.id for factor in part.factors if isinstance(factor, Name) and factor.id in scope.names]
            arrays = [name for name in names if scope.names[name].role in {Role.GIVEN, Role.DEFINED}]
            if len(arrays) == 2:  # a weight and an input
                yield from _told_apart(arrays[0], arrays[1], scope)


def _outside(expr: Expr) -> Iterator[Expr]:
    """Yield the parts of a tree that no function but a sum, and no power, takes in."""
    yield expr
    if not isinstance(expr, Call | Pow) or (isinstance(expr, Call) and expr.function == "sum"):
        for part in children(expr):
            yield from _outside(part)


def _matmul(part: MatMul, scope: Scope) -> Iterator[tuple[str, str]]:
    left, right = (side.arg if isinstance(side, Transpose) else side for side in (part.left, part.right))
    if not isinstance(left, Name) or not isinstance(right, Name):
        return
    try:
        ranks = tuple(len(axes.of(side, scope).axes) for side in (part.left, part.right))
    except BptutorError:
        return
    if ranks == (2, 1):  # W x, but A w where the rows of A are examples
        table = right.id[0] in "wθβ" and left.id[0] not in WEIGHTS
        yield (right.id, left.id) if table else (left.id, right.id)
    elif isinstance(part.right, Transpose):
        yield right.id, left.id
    else:
        yield from _told_apart(left.id, right.id, scope)


def _told_apart(one: str, other: str, scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield the weight first: the one that nothing computes, and whose name begins as weights do."""
    given = [name for name in (one, other) if scope.names[name].role is Role.GIVEN]
    weights = [name for name in given if name[0] in WEIGHTS]
    found = weights if len(weights) == 1 else given
    if len(found) == 1 or (given and weights):
        yield found[0], other if found[0] == one else one


def _means(scope: Scope) -> Iterator[str]:
    """Yield the axes whose size stands below a fraction bar in a definition of one number."""
    for declared in scope.names.values():
        if declared.axes or declared.definition is None:
            continue
        for part in walk(declared.definition):
            below = getattr(part, "den", None)
            if isinstance(below, Expr):
                yield from (p.id for p in walk(below) if isinstance(p, Name) and p.id in scope.sizes)


def _shared_first(scope: Scope) -> str:
    """Return the axis that several matrices have first and none has last."""
    matrices = [made.axes for made in scope.names.values() if len(made.axes) == 2 and made.role is Role.GIVEN]
    first = [axes[0] for axes in matrices]
    last = {axes[-1] for axes in matrices}
    return next((axis for axis in first if first.count(axis) > 1 and axis not in last), "")


def _batch(scope: Scope, layers: list[Layer], mean: tuple[str, ...]) -> str:
    """Return the axis of the examples: the first axis of inputs and sums that no weight has."""
    of_weights = {axis for layer in layers for axis in scope.names[layer.weight].axes}
    for layer in layers:
        own = scope.names[layer.below].axes
        if own and own[0] not in of_weights and own[0] in scope.names[layer.z].axes:
            return own[0]
    if "B" in scope.sizes:
        return "B"
    first = {made.axes[0] for made in scope.names.values() if len(made.axes) > 1}
    return next((axis for axis in mean if axis in first), "") or _shared_first(scope)
