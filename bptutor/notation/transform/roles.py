"""What the names of a scene are in a network: weights, inputs, pre-activations, activations, a batch axis.

An author may say it (`role: weight`); else it is read off the definitions: what is multiplied with what, what
enters a softmax, what a loss compares, what multiplies a gradient. How a name is spelled decides nothing, so
renaming a scene renames what is found here. Where the definitions leave two readings open, as in `z = w*x + b`
without a gradient, a name has no role.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from bptutor.errors import BptutorError
from bptutor.notation.scope import Declared, NetworkRole, Role, Scope, Source
from bptutor.notation.shapes import axes
from bptutor.notation.transform.backward_equations import whole
from bptutor.notation.transform.to_index_notation import entrywise, leaky
from bptutor.notation.tree import (
    Add,
    At,
    Call,
    Derivative,
    Div,
    Expr,
    MatMul,
    Mul,
    Name,
    Neg,
    Pow,
    Sum,
    Transpose,
    children,
    walk,
)
from bptutor.notation.values.sizes import averaged

SLOPES = ("sigmoid", "tanh", "relu", "leaky_relu")
"""Activations whose derivatives are mixed up."""
FED = frozenset({NetworkRole.INPUT, NetworkRole.ACTIVATION, NetworkRole.PROBABILITY, NetworkRole.OUTPUT})
"""Roles of what a weight is multiplied with."""
ENTERING = frozenset({NetworkRole.PRE_ACTIVATION, NetworkRole.LOGIT})
"""Roles of what enters an activation function."""
LEAVING = FED - {NetworkRole.INPUT}
"""Roles of what an activation function gives."""
COMPUTED = frozenset({Role.GIVEN, Role.DEFINED})
"""Names that hold entries, not sizes or positions."""


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
    roles: Mapping[str, NetworkRole]
    """Declared or inferred; names that have none are left out."""
    untold: tuple[tuple[str, str, str], ...] = ()
    """Weight and input, in any order, and the sum z that their product is in: nothing tells which is which."""
    given_activations: tuple[tuple[str, str], ...] = ()
    """Pairs (a, z) that nothing computes: the only activation and the only pre-activation over their axes."""

    def below(self) -> tuple[str, ...]:
        """Return the inputs of the layers in forward order, and what else has such a role."""
        fed = self.named(NetworkRole.INPUT, NetworkRole.ACTIVATION)
        return tuple(dict.fromkeys((*(layer.below for layer in self.layers), *fed)))

    def weights(self) -> tuple[str, ...]:
        """Return the weights of the layers in forward order, and what else has this role."""
        return tuple(dict.fromkeys((*(layer.weight for layer in self.layers), *self.named(NetworkRole.WEIGHT))))

    def named(self, *roles: NetworkRole) -> tuple[str, ...]:
        """Return the names with one of these roles, in the order of the scene."""
        return tuple(name for name, role in self.roles.items() if role in roles)


class _Key:
    """A scope as a key: two scopes are the same when they are one object."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __hash__(self) -> int:
        return id(self.scope)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.scope is self.scope


def parts(scope: Scope) -> Parts:
    """Return what the names of a scene are; kept for each scope."""
    return _parts(_Key(scope))


@lru_cache(maxsize=128)
def _parts(key: _Key) -> Parts:
    return _Reading(key.scope).parts()


class _Reading:
    """One reading of the definitions of a scope, in order."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        made = {name: whole(scope, name) for name in scope.names}
        self.definitions = {name: tree for name, tree in made.items() if tree is not None}
        self.declared = {name: one.network_role for name, one in scope.names.items() if one.network_role is not None}
        written = (one.definition for one in scope.names.values())
        trees = [tree for tree in written if tree is not None and not isinstance(tree, Derivative)]
        trees += [function.body for function in scope.functions.values()]
        self.used = {part for tree in trees for part in _names(tree)}
        """What any definition but that of a gradient holds."""
        self.mean = averaged(scope)
        self.rates = [(by, rate) for tree in self.definitions.values() for by, rate in updates(tree, scope)]
        slopes = [one.definition for one in scope.names.values() if isinstance(one.definition, Derivative)]
        self.trained = {_core(one.by) for one in slopes if not self.axes(_core(one.of))}
        """What the scene names a gradient by."""
        self.layers: list[Layer] = []
        self.activations: list[Activation] = []
        self.untold: list[tuple[str, str, str]] = []
        self.biases: set[str] = set()
        self.first_axes = {one.axes[0] for one in scope.names.values() if len(one.axes) > 1}
        self.batch = self._said_batch() or next((axis for axis in self.mean if axis in self.first_axes), "")

    def parts(self) -> Parts:
        """Return what was found."""
        for name, definition in self.definitions.items():
            found = _activation(name, definition, self.scope)
            if found:
                self.activations.append(found)
            elif not _pairing(name, definition, self.scope):
                self._sum(name, definition)
        self.biases -= {layer.below for layer in self.layers}
        batch, roles = self._batch(), dict(self.declared)
        for role, names in self._found(batch):
            for name in names:
                roles.setdefault(name, role)
        ordered = {name: roles[name] for name in self.scope.names if name in roles}
        biases = self.biases | {name for name, role in self.declared.items() if role is NetworkRole.BIAS}
        layers, activations, untold = tuple(self.layers), tuple(self.activations), tuple(self.untold)
        given = tuple(self._given_activations(ordered))
        return Parts(layers, activations, frozenset(biases), self.mean, batch, ordered, untold, given)

    # --- layers ------------------------------------------------------------------------------------------------

    def _sum(self, name: str, definition: Expr) -> None:
        """Read the products of a sum z, and what is added to them."""
        pairs = list(_products(definition, self.scope, not self.axes(name)))
        told = [(pair, self._told_apart(*pair, name)) for pair in pairs]
        self.layers += [Layer(*found, name) for _, found in told if found is not None]
        names = ([factor.id for factor in _bare(pair)] for pair, found in told if found is None)
        self.untold += [(one, other, name) for one, other in names if self.is_given(one) and self.is_given(other)]
        if pairs:
            factors = {factor.id for pair in pairs for factor in _bare(pair)}
            terms = (part.id for part in getattr(definition, "terms", ()) if isinstance(part, Name))
            self.biases |= {term for term in terms if self.is_given(term) and term not in factors}

    def _told_apart(self, left: Expr, right: Expr, z: str) -> tuple[str, str] | None:
        """Return the weight and the input of a product; None where nothing tells them apart."""
        one, other = (factor.id for factor in _bare((left, right)))
        for weight, below in ((one, other), (other, one)):
            said = self.declared.get(weight), self.declared.get(below)
            if (said[0] is NetworkRole.WEIGHT or said[1] in FED) and said[0] not in FED:
                return weight, below
        given = [name for name in (one, other) if self.is_given(name)]
        if len(given) == 1:  # what nothing computes
            return given[0], other if given[0] == one else one
        if not given:
            return None
        for kind in (self._has_examples(one, other, z), self._is_trained(one, other), _stands(left, right, self.scope)):
            if kind:
                return kind
        return None

    def _has_examples(self, one: str, other: str, z: str) -> tuple[str, str] | None:
        """Tell two given arrays apart by the axis of the examples, which a weight lacks."""
        batch = self.batch or self._repeated(z)
        with_batch = [name for name in (one, other) if batch and batch in self.axes(name)]
        if len(with_batch) != 1:
            return None
        return (other, one) if with_batch[0] == one else (one, other)

    def _is_trained(self, one: str, other: str) -> tuple[str, str] | None:
        """Tell two given arrays apart by the one that is stepped, or else whose gradient alone the scene names."""
        for known in ({by for by, _ in self.rates}, self.trained):
            if (one in known) is not (other in known):
                return (one, other) if one in known else (other, one)
        return None

    def _repeated(self, z: str) -> str:
        """Return the first axis of a sum when something given in it is repeated along that: a bias of all examples."""
        definition, own = self.definitions.get(z), self.axes(z)
        if definition is None or not own:
            return ""
        operands = [*getattr(definition, "terms", ()), *getattr(definition, "factors", ())]
        operands += [definition.num, definition.den] if isinstance(definition, Div) else []
        names = [part.id for part in operands if isinstance(part, Name)]
        scalar = isinstance(definition, Add) and len(own) == 1 and any(_products(definition, self.scope, False))
        short = (name for name in names if self.is_given(name) and (self.axes(name) or scalar))
        return own[0] if any(self.axes(name) == own[1:] for name in short) else ""

    # --- the axis of the examples --------------------------------------------------------------------------------

    def _said_batch(self) -> str:
        return next((name for name, role in self.declared.items() if role is NetworkRole.BATCH), "")

    def _batch(self) -> str:
        """Return the axis of the examples: the first axis of inputs and sums that no weight has."""
        if said := self._said_batch():
            return said
        of_weights = {axis for layer in self.layers for axis in self.axes(layer.weight)}
        for layer in self.layers:
            own = self.axes(layer.below)
            if own and own[0] not in of_weights and own[0] in self.axes(layer.z):
                return own[0]
        repeated = (self._repeated(name) for name in self.definitions)
        shared = "" if self.layers else _shared_first(self.scope)
        return self.batch or next(filter(None, repeated), "") or shared

    # --- roles ---------------------------------------------------------------------------------------------------

    def _found(self, batch: str) -> Iterator[tuple[NetworkRole, list[str]]]:
        """Yield roles with the names that have them, the one that says most first."""
        soft = [made for made in self.activations if made.function == "softmax"]
        compared = list(dict.fromkeys(comparisons(self.scope, self.definitions)))
        yield NetworkRole.BATCH, [batch] if batch else []
        yield NetworkRole.PROBABILITY, [made.a for made in soft]
        yield NetworkRole.PROBABILITY, [name for name in self.definitions if self._is_share(name)]
        yield NetworkRole.LOGIT, [made.z for made in soft]
        yield NetworkRole.WEIGHT, [layer.weight for layer in self.layers]
        yield NetworkRole.BIAS, list(self.biases)
        yield NetworkRole.INPUT, [layer.below for layer in self.layers if self.is_given(layer.below)]
        yield NetworkRole.TARGET, [target for target, _ in compared]
        yield NetworkRole.OUTPUT, [output for _, output in compared if self._is_output(output)]
        yield NetworkRole.OUTPUT, list(self._ends())
        yield NetworkRole.PRE_ACTIVATION, [layer.z for layer in self.layers]
        yield NetworkRole.PRE_ACTIVATION, [made.z for made in self.activations if made.z]
        yield NetworkRole.ACTIVATION, [made.a for made in self.activations]
        sums = {layer.z for layer in self.layers}
        passed = [name for name, made in self.definitions.items() if isinstance(made, Name) and made.id in sums]
        yield NetworkRole.ACTIVATION, passed
        yield NetworkRole.RATE, [*(rate for _, rate in self.rates), *self._unused_rate()]
        drawn = {name: _drawn(made) for name, made in self.scope.names.items() if made.role is Role.GIVEN}
        yield NetworkRole.TARGET, [name for name, kind in drawn.items() if kind is Source.ONE_HOT]
        yield NetworkRole.PROBABILITY, [name for name, kind in drawn.items() if kind is Source.SIMPLEX]

    def _given_activations(self, roles: Mapping[str, NetworkRole]) -> Iterator[tuple[str, str]]:
        given = [name for name in roles if self.is_given(name)]
        for a in given:
            alike = [name for name in given if self.axes(name) == self.axes(a)]
            left = [name for name in alike if roles[name] in LEAVING]
            entered = [name for name in alike if roles[name] in ENTERING]
            if left == [a] and len(entered) == 1:
                yield a, entered[0]

    def _ends(self) -> Iterator[str]:
        """Yield the one computed array of a number that nothing else is made of."""
        for name in self.definitions:
            inside = [one for one in dict.fromkeys(_names(self.definitions[name])) if self.axes(one)]
            if name not in self.used and not self.axes(name) and len(inside) == 1 and self._is_output(inside[0]):
                yield inside[0]

    def _is_output(self, name: str) -> bool:
        """Return whether a name is computed, and no difference from something given."""
        terms = getattr(self.definitions.get(name), "terms", ())
        subtracted = [part.arg for part in terms if isinstance(part, Neg)]
        return name in self.definitions and not any(self.is_given(_core(part)) for part in subtracted)

    def _is_share(self, name: str) -> bool:
        """Return whether a name is defined as parts divided by their sum."""
        line = self.definitions[name]
        if not isinstance(line, Div):
            return False
        total = self.definitions.get(_core(line.den), line.den)
        over = set(_names(line.num))
        over |= {part for name in over if name in self.definitions for part in _names(self.definitions[name])}
        adds = any(isinstance(part, Sum) or (isinstance(part, Call) and part.function == "sum") for part in walk(total))
        return adds and not over.isdisjoint(_names(total))

    def _unused_rate(self) -> list[str]:
        """Return the one positive number that no definition holds: it moves no loss, so it can only scale a step."""
        numbers = [name for name, made in self.scope.names.items() if made.role is Role.GIVEN and not made.axes]
        free = [name for name in numbers if name not in self.used and _is_positive(self.scope.names[name])]
        return free if (self.layers or self.biases) and len(free) == 1 else []

    def is_given(self, name: str) -> bool:
        """Return whether nothing computes a name."""
        made = self.scope.names.get(name)
        return made is not None and made.role is Role.GIVEN

    def axes(self, name: str) -> tuple[str, ...]:
        """Return the axes of a name; none for what is no name."""
        made = self.scope.names.get(name)
        return made.axes if made is not None else ()


def _names(tree: Expr) -> Iterator[str]:
    return (part.id for part in walk(tree) if isinstance(part, Name))


def _bare(pair: tuple[Expr, Expr]) -> Iterator[Name]:
    """Yield the two names of a product, without their transposes."""
    for side in pair:
        inner = side.arg if isinstance(side, Transpose) else side
        assert isinstance(inner, Name)  # noqa: S101  # as `_products` yields them
        yield inner


def _pairing(name: str, definition: Expr, scope: Scope) -> bool:
    """Return whether a number pairs a computed array with given numbers and goes nowhere else: what L is made of."""
    used = (made.definition for made in scope.names.values() if not isinstance(made.definition, Derivative))
    inside = {part for tree in used if tree is not None for part in _names(tree)}
    if scope.names[name].axes or name in inside or not isinstance(definition, MatMul | Call):
        return False
    return any(scope.names[part].role is Role.DEFINED for part in _names(definition) if part in scope.names)


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
    arrays = [name for name in _names(definition) if name in scope.names and scope.names[name].axes]
    return arrays[0] if len(arrays) == 1 else ""


def _products(expr: Expr, scope: Scope, number: bool) -> Iterator[tuple[Expr, Expr]]:
    """Yield the two factors of each product of two names in a definition, but for those inside a function.

    Args:
        expr: The definition.
        scope: The names.
        number: Whether it makes one number; in arrays, entries are multiplied by masks and gates.
    """
    for part in _outside(expr):
        bare = [side.arg if isinstance(side, Transpose) else side for side in children(part)]
        if isinstance(part, MatMul) and all(_holds_entries(side, scope) for side in bare):
            yield part.left, part.right
        if number and isinstance(part, Mul) and all(isinstance(factor, Name) for factor in part.factors):
            arrays = [factor for factor in part.factors if _holds_entries(factor, scope)]
            if len(arrays) == 2:
                yield arrays[0], arrays[1]


def _holds_entries(expr: Expr, scope: Scope) -> bool:
    return isinstance(expr, Name) and expr.id in scope.names and scope.names[expr.id].role in COMPUTED


def _outside(expr: Expr) -> Iterator[Expr]:
    """Yield the parts of a tree that no function but a sum, and no power, takes in."""
    yield expr
    if not isinstance(expr, Call | Pow) or (isinstance(expr, Call) and expr.function == "sum"):
        for part in children(expr):
            yield from _outside(part)


def _stands(left: Expr, right: Expr, scope: Scope) -> tuple[str, str] | None:
    """Tell two given arrays apart by how they stand: W x with one example, X Wᵀ with a row for each."""
    one, other = (name.id for name in _bare((left, right)))
    try:
        ranks = tuple(len(axes.of(side, scope).axes) for side in (left, right))
    except BptutorError:
        return None
    if ranks == (2, 1):
        return one, other
    return (other, one) if ranks == (2, 2) and isinstance(right, Transpose) else None


def _shared_first(scope: Scope) -> str:
    """Return the axis that several matrices have first and none has last."""
    matrices = [made.axes for made in scope.names.values() if len(made.axes) == 2 and made.role is Role.GIVEN]
    first = [axes[0] for axes in matrices]
    last = {axes[-1] for axes in matrices}
    return next((axis for axis in first if first.count(axis) > 1 and axis not in last), "")


# --- what a loss compares -----------------------------------------------------------------------------------------


def comparisons(scope: Scope, definitions: Mapping[str, Expr]) -> Iterator[tuple[str, str]]:
    """Yield target and output of each t log a, and of each difference a − t that a function takes in, in a number."""
    numbers = [name for name in definitions if not scope.names[name].axes]
    made_of = {name for number in numbers for name in _names(definitions[number])}
    differences = {name: tree for name, tree in definitions.items() if name in made_of and isinstance(tree, Add)}
    for number in numbers:
        tree = scope.names[number].definition
        for part in walk(tree) if tree is not None else ():
            yield from _weighted_log(part, scope)
            inner = part.base if isinstance(part, Pow) else part
            inside = children(part) if isinstance(part, Call | Pow) else ()
            for one in (inner, *inside):
                yield from _difference(differences.get(_core(one), one), scope, _core(one))


def _core(expr: Expr) -> str:
    """Return the name of an array or of its entry; empty for anything else."""
    inner = expr.base if isinstance(expr, At) else expr
    return inner.id if isinstance(inner, Name) else ""


def _weighted_log(part: Expr, scope: Scope) -> Iterator[tuple[str, str]]:
    if isinstance(part, Mul):
        logs = [factor for factor in part.factors if isinstance(factor, Call) and factor.function == "log"]
        weights = [name for factor in part.factors if (name := _core(factor)) in scope.names]
        for log in logs:
            output = _core(log.args[0])
            yield from ((target, output) for target in weights if _compares(target, output, scope))


def _difference(part: Expr, scope: Scope, name: str) -> Iterator[tuple[str, str]]:
    """Yield target and output of a − t; of Σ_j w_j x_j − t, which is called by a name, the target and that name."""
    terms = part.terms if isinstance(part, Add) else ()
    if len(terms) != 2 or sum(isinstance(term, Neg) for term in terms) != 1:
        return
    one, other = (_core(term.arg if isinstance(term, Neg) else term) for term in terms)
    for target, output in ((one, other or name), (other, one or name)):
        if _compares(target, output, scope) and scope.names[output].role is Role.DEFINED:
            yield target, output


def _compares(target: str, output: str, scope: Scope) -> bool:
    names = scope.names
    given = target in names and output in names and target != output and names[target].role is Role.GIVEN
    return given and names[target].axes == names[output].axes and names[output].role in COMPUTED


# --- steps and draws ----------------------------------------------------------------------------------------------


def updates(tree: Expr, scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield by what each step along a gradient in a tree is taken, and its rate: W and η of W − η ∂L/∂W."""
    for part in walk(tree):
        terms = part.terms if isinstance(part, Add) else ()
        steps = [term.arg if isinstance(term, Neg) else term for term in terms]
        if all(next(_gradients(step, scope), None) for step in steps):
            continue  # a sum of gradients is no step
        for step in steps:
            factors = step.factors if isinstance(step, Mul) else ()
            rates = [one.id for one in factors if isinstance(one, Name) and _is_number(one.id, scope)]
            if len(rates) == 1:
                yield from ((by, rates[0]) for by in _gradients(step, scope))


def _gradients(tree: Expr, scope: Scope) -> Iterator[str]:
    """Yield by which names a tree holds gradients, under their ∂ or under a name of their own."""
    for part in walk(tree):
        made = scope.names[part.id].definition if isinstance(part, Name) and part.id in scope.names else part
        if isinstance(made, Derivative):
            yield _core(made.by)


def _is_number(name: str, scope: Scope) -> bool:
    made = scope.names.get(name)
    return made is not None and made.role is Role.GIVEN and not made.axes


def _is_positive(made: Declared) -> bool:
    """Return whether a given number cannot be 0 or less, whatever is drawn."""
    draw = made.draw
    lowest = {Source.PICK: draw.choices, Source.LITERAL: (draw.literal,)}.get(draw.source, (draw.low,))
    return made.positive or all(Fraction(str(text)) > 0 for text in lowest)


def _drawn(made: Declared) -> Source | None:
    """Return whether the rows of a given array are one-hot or add up to 1: by their draw, or as they are written."""
    if made.draw.source in {Source.ONE_HOT, Source.SIMPLEX}:
        return made.draw.source
    rows = list(_rows(made.draw.literal))
    if not rows or any(sum(row) != 1 or min(row) < 0 for row in rows):
        return None
    return Source.ONE_HOT if all(max(row) == 1 for row in rows) else Source.SIMPLEX


def _rows(literal: object) -> Iterator[list[Fraction]]:
    """Yield the entries along the last axis of an array that is written out."""
    if isinstance(literal, tuple):
        if isinstance(literal[0], tuple):
            for part in literal:
                yield from _rows(part)
        else:
            yield [Fraction(str(entry)) for entry in literal]
