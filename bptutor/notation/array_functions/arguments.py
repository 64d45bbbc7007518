"""The arguments of array functions: axes, shapes, and the types of their rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from bptutor.errors import UnreadableAnswer
from bptutor.notation.tree import Call, Name, Number, Stack
from bptutor.notation.values.labelled_array import Labelled

if TYPE_CHECKING:
    from bptutor.notation.shapes.axes import Inference, Kind
    from bptutor.notation.values.evaluate import Walk

AxesRule = Callable[["Inference", Call, "Sequence[Kind]"], "Kind"]
MAX_SIZE = 1_000
"""Longest axis of an array that is made of nothing: ones, zeros, eye."""
MAX_ENTRIES = 100_000
ValueRule = Callable[["Walk", Call, Sequence[Labelled]], Labelled]


class NoSuchForm(UnreadableAnswer):
    """A function is called in a way that means nothing here."""

    def __init__(self, message: str) -> None:
        """The whole call is meant."""
        super().__init__(1, message)


class NotComputed(NoSuchForm):
    """A call that NumPy takes and this language does not: no answer is wrong for it."""


def axis_option(call: Call, rank: int, place: int = 1) -> tuple[int, ...] | None:
    """Return the axes an `axis=` names, counted from 0; None when it is left out."""
    given = call.option("axis")
    if given is None and len(call.args) > place and isinstance(call.args[place], Number):
        given = int(call.args[place].value)  # type: ignore[attr-defined]
    if given is None:
        return None
    axes = given if isinstance(given, tuple) else (given,)
    out = []
    for axis in axes:
        number = int(axis)
        if not -rank <= number < rank:
            raise NoSuchForm(f"there is no axis {number} in an array with {rank} axes")
        out.append(number % rank)
    return tuple(out)


def lengths(run: Inference | Walk, call: Call, start: int) -> list[tuple[str, int | None]]:
    """Read shape arguments, `K` or `(B, K)` or `2`, as (axis name, size)."""
    out: list[tuple[str, int | None]] = []
    items: list[Any] = []
    for arg in call.args[start:]:
        items.extend(arg.items if isinstance(arg, Stack) else (arg,))
    shape = call.option("shape")
    if shape is not None:
        items.extend(shape if isinstance(shape, tuple) else (shape,))
    for item in items:
        if isinstance(item, Name):
            out.append((item.id, None))
        elif isinstance(item, Number):
            out.append(("", int(item.value)))
        elif isinstance(item, int):
            out.append(("", item))
        else:
            raise NoSuchForm("a shape is made of sizes and whole numbers")
    return out


def sizes(run: Walk, call: Call, start: int) -> list[int]:
    """Return the sizes that shape arguments name, from argument `start` on."""
    out = []
    for name, number in lengths(run, call, start):
        size = number if number is not None else run.values.sizes.get(name)
        if size is None:
            raise NoSuchForm(f"{name} is not the size of an axis")
        out.append(size)
    if any(size > MAX_SIZE for size in out) or math.prod(out) > MAX_ENTRIES:
        raise NotComputed("an array that large is not needed here")
    return out
