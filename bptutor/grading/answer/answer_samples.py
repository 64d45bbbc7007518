"""A learner's answer on draws, and when it counts as equal to what a mistake would have made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bptutor.errors import BptutorError
from bptutor.notation.equality.tolerances import close
from bptutor.notation.values.evaluate import Values

Array = NDArray[np.float64]
TROUBLE = (BptutorError, ValueError, KeyError, IndexError, TypeError, StopIteration, ArithmeticError)
"""What a rewritten tree that does not fit may raise: this mistake cannot be made here."""


@dataclass(frozen=True)
class Sample:
    """A learner's answer on one draw, beside the truth; all finite."""

    values: Values
    truth: Array
    got: Array
    counts: NDArray[np.bool_] | None = None
    """Which entries count; None for all."""


@dataclass(frozen=True)
class AnswerSamples:
    """A learner's answer on the draws where it differs from the truth."""

    draws: tuple[Sample, ...]
    tolerance: float
    """Largest difference that counts as equal, relative where `relative`."""
    relative: bool = True

    def equal(self, left: Array, right: Array, counts: NDArray[np.bool_] | None = None) -> bool:
        """Return whether two arrays hold the same entries; axes of length 1 do not count."""
        left, right = _squeezed(left), _squeezed(right)
        if left.shape != right.shape:
            return False
        if counts is not None and _squeezed(counts).shape == left.shape:
            left, right = left[_squeezed(counts)], right[_squeezed(counts)]
        return close(right, left, self.tolerance, self.relative)

    def made(self, guess: Callable[[Values], Array]) -> bool:
        """Return whether a guess gives the learner's entries on every draw, and not always the right ones."""
        for draw in self.draws:
            made = entries(guess, draw.values)
            if made is None or not self.equal(made, draw.got, draw.counts):
                return False
        return self.differs(guess)

    def differs(self, guess: Callable[[Values], Array]) -> bool:
        """Return whether a guess is not the right answer on some draw."""
        found = ((entries(guess, draw.values), draw) for draw in self.draws)
        return any(made is not None and not self.equal(made, draw.truth, draw.counts) for made, draw in found)


def _squeezed(array: NDArray[np.generic]) -> Array:
    return array.squeeze() if 1 in array.shape else array  # type: ignore[return-value]  # keeps its type


def entries(guess: Callable[[Values], Array], values: Values) -> Array | None:
    """Return what a guess makes of a draw; None where the mistake cannot be made."""
    try:
        with np.errstate(all="ignore"):
            return np.asarray(guess(values), dtype=float)
    except TROUBLE:
        return None
