"""What the names of a scene are in a network: weights, inputs, pre-activations, activations, a batch axis.

An author may say it (`role: weight`); else it is read off the definitions: what is multiplied with what, what
enters a softmax, what a loss compares, what multiplies a gradient. How a name is spelled decides nothing, so
renaming a scene renames what is found here. Where the definitions leave two readings open, as in `z = w*x + b`
without a gradient, a name has no role.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bptutor.notation.caching import cached_by_identity
from bptutor.notation.scope import NetworkRole, Role, Scope, Source
from bptutor.notation.transform.backward_equations import whole
from bptutor.notation.transform.role_evidence import (
    Activation,
    activation,
    by_place,
    comparisons,
    core,
    drawn,
    is_activation,
    is_given,
    is_positive,
    is_share,
    names_in,
    products,
    repeated_along,
    updates,
)
from bptutor.notation.tree import Call, Derivative, Expr, MatMul, Name, Neg
from bptutor.notation.values.sizes import averaged

SLOPES = ("sigmoid", "tanh", "relu", "leaky_relu")
"""Activations whose derivatives are mixed up."""
ENTERING = frozenset({NetworkRole.PRE_ACTIVATION, NetworkRole.LOGIT})
"""Roles of what enters an activation function."""
LEAVING = frozenset({NetworkRole.ACTIVATION, NetworkRole.PROBABILITY, NetworkRole.OUTPUT})
"""Roles of what an activation function gives."""
FED = LEAVING | {NetworkRole.INPUT}
"""Roles of what a weight is multiplied with."""


@dataclass(frozen=True)
class Layer:
    """z = W · below, plus what else stands in its definition."""

    weight: str
    below: str
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
    """Declared or inferred, in the order of the scene; names that have none are left out."""
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


@cached_by_identity(128)
def parts(scope: Scope) -> Parts:
    """Return what the names of a scene are; kept for each scope."""
    return _Reading(scope).parts()


class _Reading:
    """One reading of the definitions of a scope, in order."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        lines = {name: whole(scope, name) for name in scope.names}
        self.lines = {name: line for name, line in lines.items() if line is not None}
        """Definitions on whole arrays."""
        self.said = {name: made.network_role for name, made in scope.names.items() if made.network_role is not None}
        trees = [made.definition for made in scope.names.values() if made.definition is not None]
        slopes = [tree for tree in trees if isinstance(tree, Derivative)]
        bodies = [function.body for function in scope.functions.values()]
        self.used = {name for tree in (*trees, *bodies) if tree not in slopes for name in names_in(tree)}
        """What any definition but that of a gradient holds."""
        self.steps = [step for line in self.lines.values() for step in updates(line, scope)]
        self.trained = {core(one.by) for one in slopes if isinstance(one.of, Name) and not self.axes(one.of.id)}
        """What the scene names a gradient by."""
        self.mean = averaged(scope)
        self.layers: list[Layer] = []
        self.told: list[tuple[str, str]] = []
        """Weights and inputs, also of layers whose z has no name."""
        self.composed: list[str] = []
        """Activations of such layers: σ(W x + b)."""
        self.untold: list[tuple[str, str, str]] = []
        self.activations: list[Activation] = []
        self.biases: list[str] = []
        first = {made.axes[0] for made in scope.names.values() if len(made.axes) > 1}
        said = [name for name, role in self.said.items() if role is NetworkRole.BATCH]
        self.batch = next(iter([*said, *(axis for axis in self.mean if axis in first)]), "")

    def parts(self) -> Parts:
        """Return what was found."""
        for name, line in self.lines.items():
            if found := activation(name, line, self.scope):
                self.activations.append(found)
            elif isinstance(line, Call) and is_activation(line, self.scope) and (self.axes(name) or name in self.used):
                if self._sum(name, line.args[0]):
                    self.composed.append(name)
            elif not self._is_pairing(name, line):
                self.layers += [Layer(*pair, name) for pair in self._sum(name, line)]
        fed = {below for _, below in self.told}
        biases = [*(name for name in self.biases if name not in fed), *self._said(NetworkRole.BIAS)]
        batch, roles = self._batch(), dict(self.said)
        for role, names in self._found(batch, biases):
            roles |= {name: role for name in names if name not in roles}
        ordered = {name: roles[name] for name in self.scope.names if name in roles}
        activations, given = tuple(self.activations), tuple(self._given_pairs(ordered))
        untold = tuple(one for one in self.untold if roles.keys().isdisjoint(one[:2]))  # y and z of Σ y z are none
        return Parts(tuple(self.layers), activations, frozenset(biases), self.mean, batch, ordered, untold, given)

    def axes(self, name: str) -> tuple[str, ...]:
        """Return the axes of a name; none for what is no name."""
        return self.scope.names[name].axes if name in self.scope.names else ()

    def _said(self, role: NetworkRole) -> list[str]:
        return [name for name, one in self.said.items() if one is role]

    # --- layers ------------------------------------------------------------------------------------------------

    def _is_pairing(self, name: str, line: Expr) -> bool:
        """Return whether a number pairs a computed array with given ones and goes nowhere else: what L is made of."""
        if self.axes(name) or name in self.used or not isinstance(line, MatMul | Call):
            return False
        return any(self.scope.names[part].role is Role.DEFINED for part in names_in(line) if part in self.scope.names)

    def _sum(self, z: str, line: Expr) -> list[tuple[str, str]]:
        """Read the products of a sum and what is added to them; return weight and input where they are told apart."""
        pairs = list(products(line, self.scope, not self.axes(z)))
        found = []
        for left, right in pairs:
            told = self._told_apart(left, right, repeated_along(line, self.axes(z), self.scope))
            if told is not None:
                found.append(told)
            elif is_given(core(left), self.scope) and is_given(core(right), self.scope):
                self.untold.append((core(left), core(right), z))
        factors = {core(factor) for pair in pairs for factor in pair}
        terms = [part.id for part in getattr(line, "terms", ()) if isinstance(part, Name)] if pairs else []
        self.biases += [term for term in terms if is_given(term, self.scope) and term not in factors]
        self.told += found
        return found

    def _told_apart(self, left: Expr, right: Expr, repeated: str) -> tuple[str, str] | None:
        """Return the weight and the input of a product; None where nothing tells them apart."""
        one, other = core(left), core(right)
        for weight, below in ((one, other), (other, one)):
            said = self.said.get(weight), self.said.get(below)
            if (said[0] is NetworkRole.WEIGHT or said[1] in FED) and said[0] not in FED:
                return weight, below
        given = [name for name in (one, other) if is_given(name, self.scope)]
        if len(given) == 1:  # what nothing computes
            return given[0], other if given[0] == one else one
        if not given:
            return None
        batch = self.batch or repeated
        with_examples = {name for name in (one, other) if batch and batch in self.axes(name)}
        stepped = {by for by, _ in self.steps}
        for inputs, weights in ((with_examples, set()), (set(), stepped), (set(), self.trained)):
            if (one in inputs) is not (other in inputs) or (one in weights) is not (other in weights):
                return (one, other) if one in weights or other in inputs else (other, one)
        return by_place(left, right, self.scope)

    def _batch(self) -> str:
        """Return the axis of the examples: the first axis of inputs and sums that no weight has."""
        if said := self._said(NetworkRole.BATCH):
            return said[0]
        of_weights = {axis for weight, _ in self.told for axis in self.axes(weight)}
        for layer in self.layers:
            own = self.axes(layer.below)[:1]
            if own and own[0] not in of_weights and own[0] in self.axes(layer.z):
                return own[0]
        repeated = (repeated_along(line, self.axes(name), self.scope) for name, line in self.lines.items())
        return self.batch or next(filter(None, repeated), "") or ("" if self.layers else self._shared_first())

    def _shared_first(self) -> str:
        """Return the axis that several given matrices have first and none has last."""
        given = [made.axes for made in self.scope.names.values() if len(made.axes) == 2 and made.role is Role.GIVEN]
        first, last = [axes[0] for axes in given], {axes[-1] for axes in given}
        return next((axis for axis in first if first.count(axis) > 1 and axis not in last), "")

    # --- roles ---------------------------------------------------------------------------------------------------

    def _found(self, batch: str, biases: list[str]) -> Iterator[tuple[NetworkRole, Iterable[str]]]:
        """Yield roles with the names that have them, the one that says most first."""
        calls = {name: line.function for name, line in self.lines.items() if isinstance(line, Call)}
        compared = list(dict.fromkeys(comparisons(self.scope, self.lines)))
        sums = {layer.z for layer in self.layers}
        trained = self.told or self.untold or biases
        kinds = {name: drawn(made) for name, made in self.scope.names.items() if made.role is Role.GIVEN}
        yield NetworkRole.BATCH, filter(None, [batch])
        yield NetworkRole.PROBABILITY, [name for name, function in calls.items() if function == "softmax"]
        yield NetworkRole.PROBABILITY, [name for name, line in self.lines.items() if is_share(line, self.lines)]
        yield NetworkRole.LOGIT, [made.z for made in self.activations if made.function == "softmax"]
        yield NetworkRole.WEIGHT, [weight for weight, _ in self.told]
        yield NetworkRole.BIAS, biases
        yield NetworkRole.INPUT, [below for _, below in self.told if is_given(below, self.scope)]
        yield NetworkRole.TARGET, [target for target, _ in compared]
        yield NetworkRole.OUTPUT, [output for _, output in compared if self._is_output(output)]
        yield NetworkRole.OUTPUT, self._ends()
        yield NetworkRole.PRE_ACTIVATION, sums
        yield NetworkRole.PRE_ACTIVATION, [made.z for made in self.activations]
        yield NetworkRole.ACTIVATION, [made.a for made in self.activations]
        yield NetworkRole.ACTIVATION, [name for name, line in self.lines.items() if core(line) in sums]
        yield NetworkRole.ACTIVATION, self.composed
        yield (
            NetworkRole.RATE,
            [*(rate for _, rate in self.steps), *(self._unused_rate() if compared and trained else ())],
        )
        yield NetworkRole.TARGET, [name for name, kind in kinds.items() if kind is Source.ONE_HOT]
        yield NetworkRole.PROBABILITY, [name for name, kind in kinds.items() if kind is Source.SIMPLEX]

    def _ends(self) -> Iterator[str]:
        """Yield the one computed array of a number that nothing else is made of."""
        for name, line in self.lines.items():
            inside = [one for one in dict.fromkeys(names_in(line)) if self.axes(one)]
            if name not in self.used and not self.axes(name) and len(inside) == 1 and self._is_output(inside[0]):
                yield inside[0]

    def _is_output(self, name: str) -> bool:
        """Return whether a name is computed, and no difference from something given."""
        subtracted = [part.arg for part in getattr(self.lines.get(name), "terms", ()) if isinstance(part, Neg)]
        return name in self.lines and not any(is_given(core(part), self.scope) for part in subtracted)

    def _unused_rate(self) -> list[str]:
        """Return the one positive number that no definition holds: it moves no loss, so it can only scale a step."""
        numbers = [name for name, made in self.scope.names.items() if made.role is Role.GIVEN and not made.axes]
        free = [name for name in numbers if name not in self.used and is_positive(self.scope.names[name])]
        return free if len(free) == 1 else []

    def _given_pairs(self, roles: Mapping[str, NetworkRole]) -> Iterator[tuple[str, str]]:
        given = [name for name in roles if is_given(name, self.scope)]
        for a in given:
            alike = [name for name in given if self.axes(name) == self.axes(a)]
            entered = [name for name in alike if roles[name] in ENTERING]
            if [name for name in alike if roles[name] in LEAVING] == [a] and len(entered) == 1:
                yield a, entered[0]
