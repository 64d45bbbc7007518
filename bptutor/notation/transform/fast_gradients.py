"""A network's gradients by the lines of its backward pass, for values at 50 digits and around kinks.

The scene defines dW1 as ∂L/∂W1, whose value needs one derivative for every entry. The lines that a lesson would
write for it (dz2 = p − y, dz1 = W2ᵀ dz2 ⊙ σ′(z1), ...) give the same numbers in one walk. They are taken only
where they do, on a draw.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bptutor.errors import BptutorError
from bptutor.notation.caching import cached_by_identity
from bptutor.notation.equality.tolerances import close
from bptutor.notation.scope import Scope
from bptutor.notation.transform.definitions import lines as lines_of
from bptutor.notation.tree import Derivative, Expr, Name
from bptutor.notation.values.evaluate import Values
from bptutor.notation.values.sampling import SceneLike


@cached_by_identity(64)
def quick(scene: SceneLike) -> Scope:
    """Return the scope of a scene with derivatives of names replaced by lines of equal value; kept for each scene."""
    scope = scene.scope
    slow = [name for name, made in scope.names.items() if isinstance(made.definition, Derivative)]
    known = lines_of(scene).gradients if slow else {}
    lines = {name: known[Name(name)] for name in slow if Name(name) in known}
    if not lines:
        return scope
    first = {name: made for name, made in scope.names.items() if name not in lines}
    then = {name: replace(scope.names[name], definition=line, letters=()) for name, line in lines.items()}
    other = replace(scope, names=first | then)
    return other if _agree(scene, other, lines) else scope


def _agree(scene: SceneLike, other: Scope, lines: dict[str, Expr]) -> bool:
    """Return whether the lines have the values of the derivatives on a draw."""
    try:
        drawn = scene.fresh(0)
        with np.errstate(all="ignore"):
            again = Values(other, {name: drawn[name] for name in drawn.given}, drawn.sizes)
            return all(_same(drawn[name], again[name]) for name in lines)
    except (BptutorError, ValueError, KeyError, TypeError):
        return False


def _same(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Return whether arrays agree; where one is no number, the other must be none."""
    known = np.isfinite(one)
    return one.shape == other.shape and close(one[known], other[known]) and not np.isfinite(other[~known]).any()
