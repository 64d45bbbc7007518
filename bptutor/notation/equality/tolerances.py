"""The one table of tolerances, and the one way to ask whether numbers are equal.

Floats that come by two formulas differ in their last digits, so they count as equal up to a part of the largest of
them. What a tolerance accepts is looked at once more with 50 digits before anything is called equal, and what it
refuses before anything is called wrong (`compare`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EQUAL = 1e-9
"""Two formulas for one array, in floats: a few hundred operations lose at most 7 of 16 digits."""
CLEAR = 1e-4
"""A difference above it is real: rounding alone would have to lose 12 of 16 digits."""
LAST_DIGITS = 1e-13
"""Floats as close as this differ by rounding and nothing else; for what is too slow to compute at 50 digits."""
DIGITS = 1e-30
"""Two formulas at 50 digits: the 20 digits in reserve are for what cancels."""
SOLVED = 1e-40
"""An equation solved at 50 digits, which comparisons with `DIGITS` build on."""
COMPLEX = 1e-6
"""Complex values of an answer without a real value: above it, it is not what is asked."""
DERIVATIVE = 1e-6
"""A derivative against central differences with h = 1e-5, which err by h² and by rounding over h."""
DIRECTION = 1e-10
"""The derivative in a random direction against one complex step, which errs by rounding only."""
NEAR_KINK = 1e-3
"""The argument of a kink closer to 0 than this may change its sign within a central difference."""
FACTOR = 1e-7
"""One factor or one offset over all entries: a quotient of numbers that agree by `EQUAL` where some are small."""
REMAINDER = 1e-3
"""Part of a difference that what explains it may leave: `log(p + 10^-8)` is no constant factor."""
SHOWN = 1e-6
"""Numbers as they are printed, six digits: what is told apart on the screen."""
DECIMAL = 1e-12
"""A float against its decimal, beside the half unit that is accepted: 0.0005 itself is no binary fraction."""
PLAIN = 1e-2
"""A difference that numbers with few digits show."""
SMALLEST_SUM = 1e-2
"""A sum as small as this is not scaled to 1: the entries would grow a hundredfold."""


def close(expected: Array, got: Array, tolerance: float = EQUAL, relative: bool = True) -> bool:
    """Return whether two arrays of one shape are equal up to rounding; what is no finite number equals nothing.

    Args:
        expected: An array.
        got: An array of the same shape.
        tolerance: Largest difference that counts as equal.
        relative: Whether it is taken times the largest expected entry, where that is above 1.
    """
    if not expected.size:
        return True
    return bool(np.abs(expected - got).max() <= tolerance * _scale(expected, relative))


def different(expected: Array, got: Array, tolerance: float = EQUAL, relative: bool = True) -> NDArray[np.bool_]:
    """Return which entries of two arrays are not equal; the arguments are those of `close`."""
    return ~np.asarray(np.abs(expected - got) <= tolerance * _scale(expected, relative))


def _scale(expected: Array, relative: bool) -> float:
    largest = float(np.abs(expected).max(initial=0.0)) if relative else 1.0
    return largest if 1.0 < largest < np.inf else 1.0


def close_numbers(expected: float, got: float, tolerance: float = EQUAL) -> bool:
    """Return whether two numbers are equal up to rounding, as `close` says of arrays."""
    return abs(expected - got) <= tolerance * (abs(expected) if 1.0 < abs(expected) < np.inf else 1.0)


def of_decimals(decimals: int) -> float:
    """Return the largest accepted difference of a number asked to so many decimals: half a unit of the last one."""
    return 0.5 * float(10.0**-decimals) + DECIMAL
