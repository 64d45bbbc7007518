"""Arrays whose leading axes are index names, and how they are aligned, indexed and contracted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bptutor.errors import BptutorError
from bptutor.notation.values.backends import Array
from bptutor.notation.values.forward_autodiff import Arithmetic, Operand, shaped

MAX_TERMS = 5_000_000
"""Entries that one step of an evaluation may have: a sum over many axes is refused before it is computed."""


class NoValue(BptutorError):
    """An expression has no value here: outside an array, an unknown letter, a name without numbers."""


@dataclass(frozen=True)
class Labelled:
    """An array with the axes of its free indices first, in the order of `letters`, then its positional axes."""

    letters: tuple[str, ...]
    data: Operand
    row: bool = False
    """Whether it is a row vector, where vectors are columns."""

    @property
    def rank(self) -> int:
        """Number of positional axes."""
        return len(self.data.shape) - len(self.letters)


def aligned(parts: Sequence[Labelled]) -> tuple[tuple[str, ...], list[Operand]]:
    """Bring arrays to the same letters in the same order and the same number of axes.

    Returns:
        The letters, in order of first appearance, and the data ready for broadcasting.
    """
    letters = tuple(dict.fromkeys(x for part in parts for x in part.letters))
    rank = max(part.rank for part in parts)
    bounded(parts)
    return letters, [_expanded(part, letters, rank) for part in parts]


def bounded(parts: Sequence[Labelled]) -> None:
    """Refuse arrays whose entries, paired, are too many to compute with.

    Raises:
        NoValue: They are.
    """
    sizes: dict[object, int] = {}
    for part in parts:
        shape = part.data.shape
        ends = [*part.letters, *range(-part.rank, 0)]
        for end, size in zip(ends, shape, strict=False):
            sizes[end] = max(sizes.get(end, 1), size)
    if (terms := math.prod(sizes.values())) > MAX_TERMS:
        raise NoValue(f"{terms:,} terms are too many to compute: take smaller sizes, or fewer axes in one product")


def _expanded(part: Labelled, letters: tuple[str, ...], rank: int) -> Operand:
    own = [x for x in letters if x in part.letters]
    n, k = len(own), part.rank
    order = (*(part.letters.index(x) for x in own), *range(n, n + k))
    index: list[slice | None] = [slice(None) if x in part.letters else None for x in letters]
    index += [None] * (rank - k) + [slice(None)] * k
    if order == tuple(range(n + k)) and None not in index:
        return part.data
    return shaped(lambda v: v.transpose(order)[tuple(index)], part.data)


def relabel(arithmetic: Arithmetic, x: Labelled, order: tuple[str, ...]) -> Labelled:
    """Return the array with its index axes in an order that lists each index once; positional axes stay."""
    places = (*(x.letters.index(letter) for letter in order), *range(len(order), len(order) + x.rank))
    if places == tuple(range(len(places))):
        return Labelled(order, x.data, x.row)
    return Labelled(order, arithmetic.shaped(lambda v: v.transpose(places), x.data), x.row)


def raveled(arithmetic: Arithmetic, x: Labelled) -> Labelled:
    """Put all positional axes into one, row by row."""
    lead = x.data.shape[: len(x.letters)]
    return Labelled(x.letters, arithmetic.shaped(lambda v: v.reshape((*lead, -1)), x.data))


def take(
    arithmetic: Arithmetic, base: Labelled, subscripts: Sequence[str | Labelled | None], zero_outside: bool
) -> Labelled | None:
    """Index every positional axis.

    Args:
        arithmetic: Of the field.
        base: The array.
        subscripts: For each positional axis: a letter that runs over it, integer positions (counted from
            0, labelled by their own letters), or None to leave the axis positional.
        zero_outside: Whether positions outside the array give 0.

    Returns:
        None when a position is outside and that is an error.
    """
    n = len(base.letters)
    shape = base.data.shape
    letters = list(base.letters)
    for s in subscripts:
        own = (s,) if isinstance(s, str) else s.letters if isinstance(s, Labelled) else ()
        letters.extend(x for x in own if x not in letters)
    wholes = [n + i for i, s in enumerate(subscripts) if s is None]
    width = len(letters)
    positions: list[Array] = []
    inside: Array | None = None
    for axis, size in enumerate(shape):
        s = base.letters[axis] if axis < n else subscripts[axis - n]
        where = _positions(s, size, letters, wholes.index(axis) if s is None else 0, len(wholes))
        if isinstance(s, Labelled):
            ok = (where >= 0) & (where < size)
            if not ok.all():
                if not zero_outside:
                    return None
                inside = ok if inside is None else inside & ok
                where = np.clip(where, 0, size - 1)
        positions.append(where)
    if not positions:
        return base
    if _just_names(base, subscripts):
        return _named(base, subscripts)
    data = shaped(lambda v: v[tuple(positions)], base.data)
    if inside is not None:
        mask = arithmetic.field.array(np.broadcast_to(inside, data.shape).astype(float))
        data = arithmetic.where(mask, data, arithmetic.constant(0))
    assert len(data.shape) == width + len(wholes)  # noqa: S101  # one axis a letter, then the positional ones
    return Labelled(tuple(letters), data)


def _just_names(base: Labelled, subscripts: Sequence[str | Labelled | None]) -> bool:
    """Tell whether indexing only gives names to axes: no letter twice, nothing picked."""
    names = [*base.letters, *(s for s in subscripts if isinstance(s, str))]
    return len(set(names)) == len(names) and not any(isinstance(s, Labelled) for s in subscripts)


def _named(base: Labelled, subscripts: Sequence[str | Labelled | None]) -> Labelled:
    n = len(base.letters)
    named = [n + i for i, s in enumerate(subscripts) if isinstance(s, str)]
    whole = [n + i for i, s in enumerate(subscripts) if s is None]
    order = (*range(n), *named, *whole)
    letters = (*base.letters, *(s for s in subscripts if isinstance(s, str)))
    if order == tuple(range(len(order))):
        return Labelled(letters, base.data)
    return Labelled(letters, shaped(lambda v: v.transpose(order), base.data))


def _positions(s: str | Labelled | None, size: int, letters: Sequence[str], whole: int, wholes: int) -> Array:
    """Return positions along one axis, shaped to broadcast over all letters and positional axes."""
    rank = len(letters) + wholes
    shape = [1] * rank
    if s is None:
        shape[len(letters) + whole] = size
        return np.arange(size).reshape(shape)
    if isinstance(s, str):
        shape[letters.index(s)] = size
        return np.arange(size).reshape(shape)
    own = [x for x in letters if x in s.letters]
    data = np.asarray(s.data, dtype=int).transpose([s.letters.index(x) for x in own])
    for x, count in zip(own, data.shape, strict=True):
        shape[letters.index(x)] = count
    return data.reshape(shape)


def contract_matrices(arithmetic: Arithmetic, left: Labelled, right: Labelled, columns: bool) -> Labelled:
    """The matrix product, by NumPy's rules; of a column and a row, in the column reading, the outer product."""
    if left.rank == 0 or right.rank == 0:
        letters, (a, b) = aligned([left, right])
        return Labelled(letters, arithmetic.mul(a, b), left.row or right.row)
    vectors = left.rank == right.rank == 1
    outer = vectors and columns and right.row and not left.row
    letters, (x, y) = aligned([_matrix(left, as_column=outer), _matrix(right, as_column=not outer)])
    product = arithmetic.matmul(x, y)
    drop = []
    if left.rank == 1 and not outer:
        drop.append(-2)
    if right.rank == 1 and not outer:
        drop.append(-1)
    if drop:
        product = shaped(lambda v: v.squeeze(tuple(drop)), product)
    return Labelled(letters, product, left.rank == 1 and right.rank == 2)


def _matrix(x: Labelled, as_column: bool) -> Labelled:
    if x.rank != 1:
        return x
    if as_column:
        return Labelled(x.letters, shaped(lambda v: v[..., :, None], x.data))
    return Labelled(x.letters, shaped(lambda v: v[..., None, :], x.data))


def combined(combine: Callable[[Operand, Operand], Operand], parts: Iterable[Labelled]) -> Labelled:
    """Combine arrays entry by entry, from left to right, aligned by index name."""
    first, *others = parts
    for part in others:
        letters, (a, b) = aligned([first, part])
        first = Labelled(letters, combine(a, b), first.row or part.row)
    return first


def einsum(arithmetic: Arithmetic, spec: str, operands: Sequence[Labelled]) -> Labelled:
    """Multiply arrays and sum, by the subscripts of Einstein summation (NumPy's `einsum`): `ij,j->i`.

    Args:
        arithmetic: The operations on entries.
        spec: A character for each positional axis of each operand, and for those of the result; one that is
            repeated within an operand takes its diagonal.
        operands: The arrays; their free indices stay.
    """
    inputs, _, kept = spec.partition("->")
    pairs = zip(inputs.split(","), operands, strict=True)
    named = (take(arithmetic, x, [f"·{c}" for c in names], False) for names, x in pairs)
    product = combined(arithmetic.mul, (part for part in named if part is not None))
    for index in [x for x in product.letters if x.startswith("·") and x[1:] not in kept]:
        rest = tuple(x for x in product.letters if x != index)
        product = Labelled(rest, arithmetic.sum(product.data, (product.letters.index(index),)))
    letters = tuple(x for x in product.letters if not x.startswith("·"))
    placed = relabel(arithmetic, product, (*letters, *(f"·{c}" for c in kept)))
    return Labelled(letters, placed.data)  # the axes of the result are positional from here on
