"""What a function returned, held against what it should return: containers, then shapes, then numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.answer.parse_numbers import shown_shape
from bptutor.grading.code.expected import Path
from bptutor.grading.code.sandbox.wire import Other
from bptutor.notation.equality.tolerances import EQUAL, different

Array = NDArray[Any]


class Fault(Enum):
    """How a part differs from what is asked."""

    TYPE = "type"
    SHAPE = "shape"
    NOT_FINITE = "not-finite"
    VALUE = "value"


@dataclass(frozen=True)
class Difference:
    """The first part that differs."""

    fault: Fault
    path: Path
    truth: Any
    got: Any
    """An array where the part is one; else what was returned."""
    kind: str = ""
    """For `TYPE`: what was returned, and what is asked, in words."""
    asked: str = ""


@dataclass(frozen=True)
class Note:
    """Something to say of a part that is right."""

    rule: str
    """`shape`: an axis of length 1 in front; `type`: a list for an array."""
    path: Path
    said: str


def difference(truth: Any, got: Any, tolerance: float, notes: list[Note], path: Path = ()) -> Difference | None:
    """Return the first part of a returned value that is not as asked; None when all are.

    Args:
        truth: Arrays, in lists and mappings.
        got: What `wire.decode` returned.
        tolerance: Relative to the largest value where that is above 1; 0 for rounding only.
        notes: Where notes on right parts are added.
        path: Where this part stands.
    """
    if isinstance(truth, Mapping):
        return _mapping(truth, got, tolerance, notes, path)
    if isinstance(truth, list | tuple):
        return _sequence(truth, got, tolerance, notes, path)
    if isinstance(truth, str | Other):
        return None if truth == got else Difference(Fault.TYPE, path, truth, got, kind(got), kind(truth))
    return _numbers(np.asarray(truth), got, tolerance, notes, path)


def _mapping(truth: Mapping[str, Any], got: Any, tolerance: float, notes: list[Note], path: Path) -> Difference | None:
    if not isinstance(got, Mapping) or not set(truth) <= set(got):
        return Difference(Fault.TYPE, path, truth, got, kind(got), f"a dict with {', '.join(truth)}")
    for key, part in truth.items():
        found = difference(part, got[key], tolerance, notes, (*path, key))
        if found:
            return found
    return None


def _sequence(truth: Any, got: Any, tolerance: float, notes: list[Note], path: Path) -> Difference | None:
    stacked = isinstance(got, np.ndarray) and got.ndim and all(np.shape(one) == got.shape[1:] for one in truth)
    parts = list(got) if stacked else got
    if not isinstance(parts, list | tuple) or len(parts) != len(truth):
        return Difference(Fault.TYPE, path, truth, got, kind(got), f"{len(truth)} parts")
    for n, part in enumerate(truth):
        found = difference(part, parts[n], tolerance, notes, (*path, n))
        if found:
            return found
    return None


def _numbers(truth: Array, got: Any, tolerance: float, notes: list[Note], path: Path) -> Difference | None:
    array = as_array(got)
    if array is None or (isinstance(got, list | tuple) and array.shape != truth.shape):
        asked = f"an array of shape {shown_shape(truth.shape)}" if truth.ndim else "a number"
        return Difference(Fault.TYPE, path, truth, got, kind(got), asked)
    if array.shape != truth.shape and array.shape == (1, *truth.shape):
        said = f"It has an axis of length 1 in front: {shown_shape(array.shape)} for {shown_shape(truth.shape)}."
        notes.append(Note("shape", path, said))
        array = array[0]
    if array.shape != truth.shape:
        return Difference(Fault.SHAPE, path, truth, array)
    if not np.isfinite(array[np.isfinite(truth)]).all():
        return Difference(Fault.NOT_FINITE, path, truth, array)
    if wrong_cells(truth, array, tolerance).any():
        return Difference(Fault.VALUE, path, truth, array)
    if isinstance(got, list | tuple):
        notes.append(Note("type", path, f"It is {kind(got)}."))
    return None


def as_array(got: Any) -> Array | None:
    """Return numbers as an array, with the type they were returned in; None for anything else."""
    if isinstance(got, np.ndarray):
        return got
    if isinstance(got, bool | int | float):
        try:
            return np.asarray(float(got))
        except OverflowError:
            return np.asarray(np.inf)
    if isinstance(got, list | tuple) and got:
        rows = [as_array(part) for part in got]
        if any(row is None for row in rows) or len({row.shape for row in rows if row is not None}) > 1:
            return None
        return np.array(rows)
    return None


def closeness(got: Array, tolerance: float) -> float:
    """Return how far an array may be off: by rounding in the precision that it was returned in."""
    rounding = 100 * float(np.finfo(got.dtype).eps) if got.dtype.kind == "f" and got.dtype.itemsize < 8 else 0.0
    return max(EQUAL, tolerance, rounding)


def wrong_cells(truth: Array, got: Array, tolerance: float) -> NDArray[np.bool_]:
    """Return which entries of two arrays of one shape differ; what is not finite must be the same."""
    near = closeness(got, tolerance)
    truth, got = truth.astype(float), got.astype(float)
    finite = np.isfinite(truth)
    with np.errstate(all="ignore"):
        apart = different(np.where(finite, truth, 0.0), got, near)
    return np.where(finite, apart, ~((truth == got) | (np.isnan(truth) & np.isnan(got))))


def part(value: Any, path: Path) -> Any:
    """Return the part of a value at a place; None when there is none."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def kind(value: Any) -> str:
    """Return what a value is, in words."""
    if isinstance(value, Other):
        return value.kind
    if isinstance(value, np.ndarray):
        return f"an array of shape {shown_shape(value.shape)}" if value.ndim else "one number"
    if isinstance(value, list | tuple):
        count = f"{len(value)} part{'s' * (len(value) != 1)}"
        return f"a {type(value).__name__} of {count}"
    if isinstance(value, Mapping):
        return f"a dict with {', '.join(list(value)[:6]) or 'no keys'}"
    return "a text" if isinstance(value, str) else "one number"
