"""Arguments and results as JSON: arrays with their type, in the containers that Python has.

What comes back was made by a learner's program, so both directions take nothing for granted: unknown things
become `Other`, and a text that is not of this form raises `ValueError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ENTRIES = 200_000
"""Most entries of an array that goes through the pipe."""
DEPTH = 6
"""Deepest container in a container."""
WIDTH = 1_000
"""Most parts of one container."""

Array = NDArray[Any]


@dataclass(frozen=True)
class Other:
    """A result that is neither numbers nor a container of them."""

    kind: str
    """What it is, for a learner: `None`, `a function`, `an array of shape (9, 9)`."""


@dataclass(frozen=True)
class Made:
    """An argument that is made by the code of the pack: the name that it has there."""

    name: str


def encode(value: object, depth: int = 0) -> Any:
    """Return a value as JSON data; never raises for what a program returned."""
    try:
        return _encode(value, depth)
    except BaseException:  # a result may have methods of its own, which may raise anything
        return {"other": "a thing that cannot be looked at"}


def _encode(value: object, depth: int) -> Any:
    kind = type(value)
    if kind is Made and isinstance(value, Made):
        return {"made": value.name}
    if kind is str:
        return {"text": str(value)[:1000]}
    if isinstance(value, np.ndarray | np.generic) or kind in {bool, int, float}:
        return _array(value)
    if kind in {list, tuple, dict} and depth < DEPTH:
        return _container(value, depth)
    return {"other": _named(value)}


def _array(value: Any) -> Any:
    array = np.asarray(value)
    if array.dtype.kind == "O":
        try:
            array = array.astype(float)
        except (TypeError, ValueError):
            return {"other": "an array of objects"}
    if array.dtype.kind == "c":
        return {"other": "an array of complex numbers" if array.ndim else "a complex number"}
    if array.dtype.kind not in "fiub":
        return {"other": f"an array of type {array.dtype}"[:60]}
    if array.size > ENTRIES:
        return {"other": f"an array of shape {tuple(int(n) for n in array.shape)}"}
    numbers = array.astype(np.float64) if array.dtype.kind == "f" else array
    python = type(value).__name__ if type(value) in {bool, int, float} else ""
    return {"array": numbers.tolist(), "type": str(array.dtype), "shape": list(array.shape), "python": python}


def _container(value: Any, depth: int) -> Any:
    if len(value) > WIDTH:
        return {"other": f"a {type(value).__name__} of {len(value)} parts"}
    if isinstance(value, dict):
        if not all(type(key) is str for key in value):
            return {"other": "a dict whose keys are not texts"}
        return {"dict": {key[:100]: encode(item, depth + 1) for key, item in value.items()}}
    return {type(value).__name__: [encode(item, depth + 1) for item in value]}


def _named(value: object) -> str:
    name = type(value).__name__[:60]
    if value is None:
        return "None"
    return f"a {name}" if name[:1].lower() not in set("aeio") else f"an {name}"


def decode(data: Any, made: Mapping[str, object] | None = None) -> Any:
    """Return what was encoded: arrays, Python's numbers, texts, lists, tuples, dictionaries, or `Other`.

    Args:
        data: What `encode` returned, or what a hostile program wrote in its place.
        made: The values of the names that `Made` stands for.

    Raises:
        ValueError: It is not of this form.
    """
    if not isinstance(data, dict):
        raise ValueError("not an encoded value")
    if "array" in data:
        return _decoded_array(data)
    kind, inner = next(iter(data.items()), ("", None))
    if kind in {"list", "tuple"} and isinstance(inner, list):
        parts = [decode(item, made) for item in inner]
        return parts if kind == "list" else tuple(parts)
    if kind == "dict" and isinstance(inner, dict):
        return {str(key): decode(item, made) for key, item in inner.items()}
    if kind == "text":
        return str(inner)
    if kind == "made" and made is not None and str(inner) in made:
        return made[str(inner)]
    if kind == "other":
        return Other("".join(c for c in str(inner)[:80] if c.isprintable()))
    raise ValueError("not an encoded value")


def _decoded_array(data: Mapping[str, Any]) -> Any:
    try:
        array = np.array(data["array"], dtype=np.dtype(str(data["type"])))
        array = array.reshape(tuple(int(n) for n in data["shape"]))
    except (KeyError, TypeError, OverflowError) as wrong:
        raise ValueError("not an encoded array") from wrong
    if array.dtype.kind not in "fiub":
        raise ValueError("not numbers")
    python = {"bool": bool, "int": int, "float": float}.get(str(data.get("python")))
    return python(array) if python and not array.ndim else array


def same(left: Any, right: Any) -> bool:
    """Return whether two decoded values are equal to the last bit, NaN included."""
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return left.shape == right.shape and left.dtype == right.dtype and left.tobytes() == right.tobytes()
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    return type(left) is type(right) and (callable(left) or repr(left) == repr(right))
