"""The closed list of names that a text is read against, and what is known of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from bptutor.notation.tree import Compare, Expr


class Source(Enum):
    """How a given array gets its numbers."""

    UNIFORM = "uniform"
    """A decimal grid from `low` to `high` in steps of `step`."""
    ONE_HOT = "one-hot"
    """A 1 at one place of the last axis, 0 elsewhere."""
    SIMPLEX = "simplex"
    """Non-negative, the last axis sums to 1."""
    PICK = "pick"
    """Entries from a list."""
    LITERAL = "literal"
    """The author's own numbers."""


@dataclass(frozen=True)
class Draw:
    """How a given array is drawn from a seed."""

    source: Source = Source.UNIFORM
    low: str = "-1"
    high: str = "1"
    step: str = "0.1"
    """Decimals as text, so that the grid is exact."""
    choices: tuple[str, ...] = ()
    literal: object = None
    """Nested tuples of decimal texts, for `LITERAL`. Proofs draw in its place (see `notation.values.sampling`)."""


class Role(Enum):
    """What kind of name it is."""

    GIVEN = "given"
    DEFINED = "defined"
    SIZE = "size"
    """The size of an axis (`1/B`): a positive integer scalar."""
    POSITION = "position"
    """A position on an axis (`t` in `p_t`), given or drawn; counts like letters."""


class NetworkRole(Enum):
    """What a name is in a network; the spelling of a name says nothing about it."""

    WEIGHT = "weight"
    BIAS = "bias"
    INPUT = "input"
    """What enters the first layer."""
    PRE_ACTIVATION = "pre-activation"
    """What enters an activation function."""
    ACTIVATION = "activation"
    LOGIT = "logit"
    """What enters a softmax."""
    PROBABILITY = "probability"
    """What a softmax gives."""
    TARGET = "target"
    OUTPUT = "output"
    """What a loss compares with the target."""
    RATE = "rate"
    """The learning rate."""
    BATCH = "batch"
    """The axis of the examples."""


@dataclass(frozen=True)
class Declared:
    """A name of the scope."""

    id: str
    axes: tuple[str, ...] = ()
    """Axis names; an axis name may repeat (`J: [K, K]`)."""
    role: Role = Role.GIVEN
    show: str = ""
    """How it is shown (`W²`, `δ¹`); the id when empty."""
    positive: bool = False
    draw: Draw = Draw()
    position_of: str = ""
    """The axis a position is on, for `POSITION`."""
    outside_zero: bool = False
    """Whether reading outside the array gives 0 (padding)."""
    definition: Expr | None = None
    """For `DEFINED`: the tree, with `letters` as its free indices."""
    letters: tuple[str, ...] = ()
    """For a definition written with a subscripted key (`N_i: ...`), the letters in the order of the axes."""
    network_role: NetworkRole | None = None
    """What the author says that it is in a network; else `transform.roles` infers it."""


@dataclass(frozen=True)
class FunctionDef:
    """A declared function, `f(u): u^2`."""

    id: str
    parameters: tuple[str, ...]
    body: Expr
    """Parameters are `Name` nodes with the ids in `parameters`."""


_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True)
class Scope:
    """Everything a text may mention. Immutable; made by `packs.scene.scene.Scene`, or by hand in tests."""

    names: Mapping[str, Declared]
    """By id, definitions after what they use."""
    sizes: Mapping[str, str] = field(default_factory=dict)
    """Axis -> fixed size as text, an expression of other axes (`H - M + 1`), or "" when it is drawn.

    Every axis in use is listed. A size name is also a scalar in expressions (`Role.SIZE` in `names`)."""
    functions: Mapping[str, FunctionDef] = field(default_factory=dict)
    indices: Mapping[str, str] = field(default_factory=dict)
    """Letter -> axis, for letters that no array fixes."""
    layers: Mapping[str, int] = field(default_factory=dict)
    """Layer letters: `{l: 2}` makes `W^l` mean W2 and `z^{l-1}` mean z1."""
    alias: Mapping[str, str] = field(default_factory=dict)
    """Other spelling -> id."""
    conditions: tuple[Compare, ...] = ()
    """From `assume`; equations and inequalities between expressions of the scope."""
    count_from: int = 1
    """What letters and written positions count from."""
    allowed: frozenset[str] | None = None
    """When not None, the only names an answer may use (`names: [...]` of a question)."""

    def shown(self, name: str) -> str:
        """Return the display of a name: what was declared, else its id."""
        declared = self.names.get(name)
        return (declared.show if declared else "") or name


def counted(axes: int) -> str:
    """Return a number of axes in words: `no axis`, `one axis`, `3 axes`."""
    return {0: "no axis", 1: "one axis"}.get(axes, f"{axes} axes")
