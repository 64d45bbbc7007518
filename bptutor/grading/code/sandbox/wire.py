"""Arguments and results as JSON: arrays with their type, in the containers that Python has.

What comes back was made by a learner's program, so both directions take nothing for granted: unknown things
become `Other`, and a text that is not of this form raises `ValueError`. A class of the program's own may answer as it
likes when it is compared or made an array; so only NumPy's and Python's own types are looked into, each by its own
methods.
"""

from __future__ import annotations

import json
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
_ARRAYS = frozenset({np.ndarray, np.matrix, np.ma.MaskedArray, np.memmap, *np.sctypeDict.values()})
"""The types that are looked into as arrays and numbers of NumPy."""
_TYPES = frozenset(np.dtype(kind).name for kind in "?bBhHiIlLqQefdg")
"""The names of the types of numbers that may come back."""
_PRETENDS = frozenset(
    f"__{name}__"
    for name in (
        *("eq", "ne", "lt", "array", "array_ufunc", "array_function", "array_interface", "array_struct"),
        *("array_finalize", "float", "int", "index", "complex", "bool", "iter", "getitem", "len", "class"),
        *("getattribute", "getattr"),
    )
)
"""Methods by which an object of a class of its own could answer for numbers that it does not hold."""
_MRO = type.__dict__["__mro__"].__get__
_FLAGS = type.__dict__["__flags__"].__get__
_NAMES = type.__dict__["__dict__"].__get__
_MADE_IN_PYTHON = 1 << 9
"""The flag of types that a program can make."""

Array = NDArray[Any]


@dataclass(frozen=True)
class Other:
    """A result that is neither numbers nor a container of them."""

    kind: str
    """What it is, for a learner: `None`, `a function`, `an array of shape (9, 9)`."""
    slip: bool = False
    """Whether it is no array at all and pretends nothing, such as what a forgotten `return` leaves."""


@dataclass(frozen=True)
class Made:
    """An argument that is made by the code of the pack: the name that it has there."""

    name: str


def encode(value: object, depth: int = 0) -> Any:
    """Return a value as JSON data; never raises for what a program returned."""
    try:
        return _encode(value, depth)
    except BaseException:  # a number may be too large, a thing may be changed while it is looked at
        return {"other": "a thing that cannot be looked at"}


def _encode(value: object, depth: int) -> Any:
    kind = type(value)
    if kind is Made and isinstance(value, Made):
        return {"made": value.name}
    if kind is str:
        return {"text": str(value)[:1000]}
    if kind in _ARRAYS or kind in {bool, int, float}:
        return _array(value)
    if depth < DEPTH and (kind in {list, tuple, dict} or not _pretends(kind)):
        for container in (list, tuple, dict):
            if container in _MRO(kind):
                return _container(value, container, depth)
    return {"other": _named(value), "slip": not _pretends(kind)}


def _pretends(kind: type) -> bool:
    """Return whether a class of the program's own answers for itself where it is compared or made an array."""
    own = [base for base in _MRO(kind) if base is not object and _FLAGS(base) & _MADE_IN_PYTHON]
    return any(not _PRETENDS.isdisjoint(_NAMES(base)) for base in own) or np.ndarray in _MRO(kind)


def _array(value: Any) -> Any:
    array = np.asarray(value)
    if array.dtype.kind == "O":
        if any(type(entry) not in _ARRAYS | {bool, int, float} for entry in array.flat):
            return {"other": "an array of objects"}
        array = array.astype(float)
    if array.dtype.kind == "c":
        return {"other": "an array of complex numbers" if array.ndim else "a complex number"}
    if array.dtype.kind not in "fiub":
        return {"other": f"an array of type {array.dtype}"[:60]}
    if array.size > ENTRIES:
        return {"other": f"an array of shape {tuple(int(n) for n in array.shape)}"}
    numbers = array.astype(np.float64) if array.dtype.kind == "f" else array
    python = type(value).__name__ if type(value) in {bool, int, float} else ""
    return {"array": numbers.tolist(), "type": array.dtype.name, "shape": list(array.shape), "python": python}


def _container(value: Any, kind: Any, depth: int) -> Any:
    """Return a container as its built-in type sees it, whatever a subclass says."""
    if kind.__len__(value) > WIDTH:
        return {"other": f"a {kind.__name__} of {kind.__len__(value)} parts"}
    if kind is dict:
        items = list(dict.items(value))
        if not all(type(key) is str for key, _ in items):
            return {"other": "a dict whose keys are not texts"}
        return {"dict": {key[:100]: encode(item, depth + 1) for key, item in items}}
    return {kind.__name__: [encode(item, depth + 1) for item in kind.__iter__(value)]}


def _named(value: object) -> str:
    name = type(value).__name__[:60]
    if value is None:
        return "None"
    return f"a {name}" if name[:1].lower() not in set("aeio") else f"an {name}"


def decode(data: Any, made: Mapping[str, object] | None = None) -> Any:
    """Return what was encoded: arrays, Python's numbers, texts, lists, tuples, dictionaries, or `Other`.

    Args:
        data: What `encode` returned, or what a hostile program wrote in its place.
        made: The values of the names that `Made` stands for; given where arguments are decoded.

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
        name = "".join(c for c in str(inner)[:80] if c.isprintable())
        return None if made is not None and name == "None" else Other(name, data.get("slip") is True)
    raise ValueError("not an encoded value")


def _decoded_array(data: Mapping[str, Any]) -> Any:
    if data.get("type") not in _TYPES:
        raise ValueError("not numbers")
    try:
        array = np.array(data["array"], dtype=np.dtype(data["type"]))
        array = array.reshape(tuple(int(n) for n in data["shape"]))
    except (KeyError, TypeError, OverflowError) as wrong:
        raise ValueError("not an encoded array") from wrong
    python = {"bool": bool, "int": int, "float": float}.get(str(data.get("python")))
    return python(array) if python and not array.ndim else array


def unchanged(sent: Any, back: Any) -> bool:
    """Return whether an argument came back as it was sent, to the last bit; what the pack's code made is not compared.

    Args:
        sent: What `encode` returned for it.
        back: The same after the call, from the program's process.
    """
    if isinstance(sent, dict) and "made" in sent:
        return True
    if isinstance(sent, dict) and isinstance(back, dict) and "array" not in sent:
        return list(sent) == list(back) and all(unchanged(sent[key], back[key]) for key in sent)
    if isinstance(sent, list) and isinstance(back, list):
        return len(sent) == len(back) and all(map(unchanged, sent, back))
    return json.dumps(sent) == json.dumps(back)
