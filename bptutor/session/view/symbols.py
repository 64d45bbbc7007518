"""What a symbol of a scene is, in words that a learner knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bptutor.notation.scope import Declared, Scope


def symbol(name: Declared, scope: Scope) -> str:
    """Return what a symbol is: one number, a vector of 3 entries (K), a matrix of 3 rows (N1) and 2 columns (N0)."""
    counts = [scope.sizes.get(axis, "") for axis in name.axes]
    known = [f"{count} " if count.isdigit() else "" for count in counts]
    if not name.axes:
        return "one number"
    if len(name.axes) == 1:
        return f"a vector of {known[0]}entries ({name.axes[0]})"
    if len(name.axes) == 2:
        rows, columns = name.axes
        return f"a matrix of {known[0]}rows ({rows}) and {known[1]}columns ({columns})"
    shape = " × ".join(f"{count}({axis})" for count, axis in zip(known, name.axes, strict=True))
    return f"an array with {len(name.axes)} axes: {shape}"
