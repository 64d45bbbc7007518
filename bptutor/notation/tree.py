"""The tree that every spelling is read into and every printer prints.

An expression has two kinds of axes. **Letters** are the free indices of index notation (`i` in
`p_i`); they are matched by name. **Positional axes** are those of an array written whole (`W @ a`);
they are matched by place. `At` turns positional axes into letters; `Sum` removes a letter.

Nodes are immutable and compare by structure, so a tree can be a dictionary key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction


class Expr:
    """Base of all nodes."""

    __slots__: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Number(Expr):
    """An exact rational; decimals are kept exactly."""

    value: Fraction
    text: str = field(default="", compare=False)
    """As it was typed (`.5`, `1e-3`); printed when not empty."""


@dataclass(frozen=True, slots=True)
class Name(Expr):
    """A declared array, scalar, or size, by its id in the scope (aliases are resolved)."""

    id: str


@dataclass(frozen=True, slots=True)
class Letter(Expr):
    """An index used as an integer: a subscript, or a side of a condition."""

    id: str


@dataclass(frozen=True, slots=True)
class Whole(Expr):
    """The `:` in `W_{i,:}`: this axis stays positional."""


@dataclass(frozen=True, slots=True)
class At(Expr):
    """Elements of an array: `W_ij`, `p_1`, `(Wᵀδ)_j`, `X_{i+m,j}`; one subscript for each axis.

    Subscripts are `Letter`, `Number`, integer arithmetic on them, a position `Name`, or `Whole`.
    Numbers count as the scope's `count_from` says (1 unless said), also for `p[0]`, which the
    parser converts.
    """

    base: Expr
    subscripts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Add(Expr):
    """A sum of two or more terms; a subtracted term is a `Neg`."""

    terms: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Neg(Expr):
    """The negative."""

    arg: Expr


@dataclass(frozen=True, slots=True)
class Mul(Expr):
    """The product of scalars, or the elementwise product ⊙ of arrays; two or more factors."""

    factors: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Juxtapose(Expr):
    """Factors written side by side, before `notation.shapes.axes.resolve` decides between `Mul` and `MatMul`.

    Only the parser makes it and only `notation.shapes.axes.resolve` reads it; no finished tree holds one.
    """

    factors: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Div(Expr):
    """A quotient, elementwise for arrays (⊘)."""

    num: Expr
    den: Expr


@dataclass(frozen=True, slots=True)
class Pow(Expr):
    """A power, elementwise for arrays."""

    base: Expr
    exponent: Expr


@dataclass(frozen=True, slots=True)
class MatMul(Expr):
    """The matrix product; with vectors as NumPy's `@`, or as columns and rows (see `notation.values.evaluate`)."""

    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Transpose(Expr):
    """The transpose; of a vector, a row in the column reading, itself in NumPy's."""

    arg: Expr


@dataclass(frozen=True, slots=True)
class Outer(Expr):
    """The outer product of two vectors."""

    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Sum(Expr):
    """Σ over letters: over the whole axis, or from `low` to `high` inclusive, where a condition holds."""

    letters: tuple[str, ...]
    body: Expr
    where: Expr | None = None
    """A `Compare` or a product of them (`k ≠ i`)."""
    low: Expr | None = None
    high: Expr | None = None


@dataclass(frozen=True, slots=True)
class Delta(Expr):
    """Kronecker's δ of two integer expressions."""

    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Derivative(Expr):
    """∂of/∂by: `of` unfolded by its definitions down to `by`, which counts as independent.

    `by` is a `Name` (its axes follow those of `of`) or an `At` of a `Name` by letters or numbers.
    """

    of: Expr
    by: Expr


@dataclass(frozen=True, slots=True)
class Call(Expr):
    """A function applied: `exp log sqrt sigmoid relu softmax diag sum mean ...` or a declared one.

    Ids are NumPy's where NumPy has the function; the derivative of a function is its id with `'`.
    """

    function: str
    args: tuple[Expr, ...]
    options: tuple[tuple[str, object], ...] = ()
    """Sorted keyword arguments of the NumPy spelling: axis, keepdims, axes, shape, mode."""

    def option(self, key: str, default: object = None) -> object:
        """Return one keyword argument."""
        return dict(self.options).get(key, default)


class Relation(Enum):
    """What a comparison asks."""

    EQ = "="
    NE = "≠"
    LT = "<"
    LE = "≤"
    GT = ">"
    GE = "≥"


@dataclass(frozen=True, slots=True)
class Compare(Expr):
    """1 where it holds, else 0: `[z > 0]`, and conditions such as `k ≠ i`."""

    relation: Relation
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Cases(Expr):
    """The value of the first condition that holds, else `otherwise`; `where(c, a, b)` is one case."""

    branches: tuple[tuple[Expr, Expr], ...]
    """Pairs (value, condition)."""
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class Stack(Expr):
    """An array written out: `[1, 2]`, `[[1, 2], [3, 4]]`."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Einsum(Expr):
    """`np.einsum(spec, operands)`; spec is explicit and has no spaces (`ij,j->i`)."""

    spec: str
    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A Python slice `start:stop:step` inside brackets."""

    start: int | None = None
    stop: int | None = None
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Slice(Expr):
    """NumPy indexing by position: `a[:, None]`, `W[0]`, `x[-1]`; integers count from 0."""

    base: Expr
    items: tuple[Span | int | None, ...]
    """`None` is `np.newaxis`."""


@dataclass(frozen=True, slots=True)
class Chain(Expr):
    """A chain of relations in prose, `a = b ≤ c`: shown, and proved where it can be; never graded."""

    sides: tuple[Expr, ...]
    relations: tuple[str, ...]
    """One fewer than the sides: `=`, `≈`, `≠`, `∈`, `⇒`, `→`, `:=`, `,` ..."""


@dataclass(frozen=True, slots=True)
class Text(Expr):
    """Words or an unknown symbol inside prose mathematics; has no value."""

    text: str


def children(expr: Expr) -> Iterator[Expr]:
    """Yield the direct parts of a node, in the order they are written."""
    for name in expr.__slots__:  # a dataclass with slots: its fields in order
        yield from _parts(getattr(expr, name))


def _parts(value: object) -> Iterator[Expr]:
    if isinstance(value, Expr):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _parts(item)


def walk(expr: Expr) -> Iterator[Expr]:
    """Yield the node and all its descendants, parents first."""
    yield expr
    for child in children(expr):
        yield from walk(child)


def rebuild(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """Return the node with `change` applied to each direct part; the same object if nothing changed."""
    old = {name: getattr(expr, name) for name in expr.__slots__}
    new = {name: _changed(value, change) for name, value in old.items()}
    if all(new[name] is old[name] for name in old):
        return expr
    return type(expr)(**new)


def _changed(value: object, change: Callable[[Expr], Expr]) -> object:
    if isinstance(value, Expr):
        return change(value)
    if isinstance(value, tuple):
        items = tuple(_changed(item, change) for item in value)
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items
    return value
