"""Numbers computed from what stands on the screen: arrays are shown with three decimals, and that is all one has."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.answer.answer_samples import TROUBLE
from bptutor.notation.scope import Role, Scope
from bptutor.notation.tree import At, Expr, Name, walk
from bptutor.notation.values.evaluate import Values, evaluate

Array = NDArray[np.float64]

SHOWN = 3
"""Decimals of an array on the screen."""
_FILLED = re.compile(r"\{\{(.*?)\}\}")


def from_shown(tree: Expr, values: Values, prompt: str) -> Iterator[Array]:
    """Yield what a tree gives when a computed array that it rests on has the digits shown; then with all of them.

    Args:
        tree: What is asked.
        values: The numbers with all digits.
        prompt: The text of the question; what it prints in `{{ }}` has digits of its own there.
    """
    own = tree.base if isinstance(tree, At) else tree
    printed = set(re.findall(r"[^\W_]+", " ".join(_FILLED.findall(prompt))))
    asked = {own.id} if isinstance(own, Name) else set()
    names = [name for name in _below(tree, values.scope) if name not in asked | printed]
    rounded = {name: array for name in names if (array := _rounded(values, name)) is not None}
    for some in (*({name: array} for name, array in rounded.items()), rounded):
        made = _made(tree, values, some)
        if made is not None:
            yield made


def _below(tree: Expr, scope: Scope) -> list[str]:
    """Return the defined names that a tree rests on."""
    found: dict[str, None] = {}
    open_ = [tree]
    while open_:
        for part in walk(open_.pop()):
            declared = scope.names.get(part.id) if isinstance(part, Name) else None
            if isinstance(part, Name) and declared and declared.role is Role.DEFINED and part.id not in found:
                found[part.id] = None
                open_ += [declared.definition] if declared.definition is not None else []
    return list(found)


def _rounded(values: Values, name: str) -> Array | None:
    """Return an array with the digits shown; None when it has none more."""
    try:
        whole = np.asarray(values[name], dtype=float)
    except TROUBLE:
        return None
    short = np.round(whole, SHOWN)
    return None if np.array_equal(short, whole) else short


def _made(tree: Expr, values: Values, some: dict[str, Array]) -> Array | None:
    if not some:
        return None
    try:
        with np.errstate(all="ignore"):
            held = Values(values.scope, {**values.given, **some}, values.sizes)  # type: ignore[dict-item]
            made = np.asarray(evaluate(tree, held), dtype=float)
    except TROUBLE:
        return None
    return made if np.isfinite(made).all() else None
