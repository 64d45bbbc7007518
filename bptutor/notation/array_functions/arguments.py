"""The arguments of array functions when axes are inferred and values computed, and the types of those rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from bptutor.errors import UnreadableAnswer
from bptutor.notation import tree as t
from bptutor.notation.shapes.inference import Inference, Kind
from bptutor.notation.values.backends import Field
from bptutor.notation.values.forward_autodiff import Arithmetic
from bptutor.notation.values.labelled_array import Labelled

MAX_SIZE = 1_000
"""Longest axis of an array that is made of nothing: ones, zeros, eye."""
MAX_ENTRIES = 100_000


class Evaluation(Protocol):
    """What a value rule may ask of the evaluation that calls it."""

    @property
    def arithmetic(self) -> Arithmetic:
        """The operations on whole arrays, which carry derivatives along."""

    @property
    def field(self) -> Field:
        """The kind of entries: floats, 50 digits, complex numbers, symbols."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """The size of each axis."""


AxesRule = Callable[[Inference, t.Call, Sequence[Kind]], Kind]
"""The indices and axes of a call, from those of its arguments."""
ValueRule = Callable[[Evaluation, t.Call, Sequence[Labelled]], Labelled]
"""The value of a call, from the values of its arguments: indices first, then positional axes."""


class NoSuchForm(UnreadableAnswer):
    """A function is called in a way that means nothing here."""

    def __init__(self, message: str) -> None:
        """The whole call is meant."""
        super().__init__(1, message)


class NotComputed(NoSuchForm):
    """A call that NumPy takes and this language does not: no answer is wrong for it."""


def axis_option(call: t.Call, rank: int) -> tuple[int, ...] | None:
    """Return the axes that `axis=` names, counted from 0; None when it is left out.

    Raises:
        NoSuchForm: An array with `rank` axes does not have them.
    """
    given: Any = call.option("axis")
    if given is None:
        return None
    axes = given if isinstance(given, tuple) else (given,)
    for axis in axes:
        if not isinstance(axis, int) or not -rank <= axis < rank:
            raise NoSuchForm(f"there is no axis {axis} in an array with {rank} axes")
    return tuple(axis % rank for axis in axes)


def reduced_axes(call: t.Call, rank: int) -> tuple[int, ...]:
    """Return the axes that a reduction runs over, counted from 0; all of them without `axis=`."""
    axes = axis_option(call, rank)
    return tuple(range(rank)) if axes is None else axes


def lengths(call: t.Call, start: int) -> list[tuple[str, int | None]]:
    """Read the sizes from argument `start` on, `K` or `(B, K)` or `2`, as (axis name, size).

    Raises:
        NoSuchForm: One is neither a size nor a whole number.
    """
    out: list[tuple[str, int | None]] = []
    for arg in call.args[start:]:
        for item in arg.items if isinstance(arg, t.Stack) else (arg,):
            if isinstance(item, t.Name):
                out.append((item.id, None))
            elif isinstance(item, t.Number):
                out.append(("", int(item.value)))
            else:
                raise NoSuchForm("a shape is made of sizes and whole numbers")
    return out


def sizes(run: Evaluation, call: t.Call, start: int) -> list[int]:
    """Return the sizes that shape arguments name, from argument `start` on.

    Raises:
        NoSuchForm: A name is not the size of an axis.
        NotComputed: The array would be larger than is ever needed.
    """
    out = []
    for name, number in lengths(call, start):
        size = number if number is not None else run.sizes.get(name)
        if size is None:
            raise NoSuchForm(f"{name} is not the size of an axis")
        out.append(size)
    if any(size > MAX_SIZE for size in out) or math.prod(out) > MAX_ENTRIES:
        raise NotComputed("an array that large is not needed here")
    return out
