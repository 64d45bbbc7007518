"""Complex entries: √(−2) and log(−2) have a value there, so that what they are in can be told from a real number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from bptutor.notation.tree import Relation
from bptutor.notation.values.backends import FLOATS, LEAK


def _above(x: Any) -> Any:
    return np.real(x) > 0


def _compare(relation: Relation, a: Any, b: Any) -> Any:
    return FLOATS.compare(relation, np.real(a), np.real(b)).astype(np.complex128)


COMPLEX = replace(
    FLOATS,
    name="complex numbers",
    dtype=np.complex128,
    number=complex,
    unary={
        **{name: FLOATS.unary[name] for name in ("exp", "log", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh")},
        "log2": lambda x: np.log(x) / np.log(2),
        "tanh": np.tanh,
        "abs": lambda x: np.abs(x).astype(np.complex128),
        "sign": lambda x: np.sign(np.real(x)).astype(np.complex128),
        "floor": lambda x: np.floor(np.real(x)).astype(np.complex128),
        "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
        "relu": lambda x: np.where(_above(x), x, 0),
        "leaky_relu": lambda x: np.where(_above(x), x, float(LEAK) * x),
        "softplus": lambda x: np.log(1 + np.exp(x)),
    },
    compare=_compare,
    maximum=lambda a, b: np.where(np.real(a) >= np.real(b), a, b),
)
