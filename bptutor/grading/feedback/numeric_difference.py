"""How numbers differ from what is asked where they are no known mistake: by a factor, in some cells, or far."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bptutor.grading.answer.answer_samples import Sample
from bptutor.grading.answer.submission import Case
from bptutor.grading.catalogue import scaling
from bptutor.grading.verdict import Finding
from bptutor.notation.equality.tolerances import (
    DECIMAL,
    EQUAL,
    FACTOR,
    REMAINDER,
    close,
    close_numbers,
    different,
    of_decimals,
)

Array = NDArray[np.float64]
FEW = 3
"""Entries by which one factor or one difference is told from chance."""
LARGEST = 12
"""Largest factor that is told of numbers, as 1/12 is the smallest."""


def everywhere(truth: Array, got: Array, tolerance: float) -> list[Finding]:
    """Return a finding where numbers are one small whole multiple or part of what is asked, or one difference away."""
    told = np.abs(truth) > 10 * tolerance
    if told.sum() >= FEW and np.abs(got[told]).max() > 10 * tolerance:
        factor = float((got * truth).sum() / (truth * truth).sum())
        simple = [n for k in range(2, LARGEST + 1) for n in (k, 1 / k, -k, -1 / k)]
        nearest = min(simple, key=lambda n: abs(n - factor))
        if close(nearest * truth, got, tolerance * max(1.0, abs(nearest)), relative=False):
            return [factor_finding(nearest)]
    step = float((got - truth).mean())
    if truth.size >= FEW and abs(step) > 3 * tolerance and close(truth + step, got, tolerance, relative=False):
        return [offset_finding(float(f"{step:.3g}"))]
    return []


def cells(got: Array, truth: Array, tolerance: float, start: int) -> Finding:
    """Return how many cells differ, and the first of them; positions count from `start`."""
    apart = tuple(
        tuple(int(n) for n in place) for place in np.argwhere(different(truth, got, tolerance, relative=False))
    )
    first = apart[0]
    place = "entry " + ", ".join(str(n + start) for n in first)
    if len(first) == 2:
        place = f"row {first[0] + start}, column {first[1] + start}"
    differ = "cells differs" if len(apart) == 1 else "cells differ"
    return Finding("cells", f"{len(apart)} of {truth.size} {differ}. Look at {place}.", first, cells=apart)


def far(case: Case, truth: float, got: float) -> Finding:
    """Return that a number is rounded too far, or that it is away."""
    decimals = case.question.decimals
    for fewer in range(decimals - 1, -1, -1):
        if fewer and abs(got - truth) <= of_decimals(fewer) and abs(round(got, fewer) - got) < DECIMAL:
            told = "one decimal" if fewer == 1 else f"{fewer} decimals"
            return Finding("rounding", f"Your number agrees to {told}. Look at how many are asked: {decimals}.")
    names = "the numbers it is made of" if case.scope.names else "the question's numbers"
    return Finding("cells", f"Your number is more than {of_decimals(decimals):g} away. Look at {names}.")


def plain_differences(draws: tuple[Sample, ...]) -> list[Finding]:
    """Return a finding when the answer is off by one constant factor, or by one constant, and by nothing else."""
    factor = _same([scaling.ratio(draw.truth, draw.got) for draw in draws])
    if factor is not None:
        told = abs(factor) > EQUAL and all(_leaves_little(draw, factor * draw.truth) for draw in draws)
        return [factor_finding(factor)] if told else []
    offset = _same([scaling.offset(draw.truth, draw.got) for draw in draws])
    told = offset is not None and all(_leaves_little(draw, draw.truth + offset) for draw in draws)
    return [offset_finding(offset)] if told and offset is not None else []


def _leaves_little(draw: Sample, explained: Array) -> bool:
    """Return whether what explains an answer leaves little of its difference: `log(p + 10^-8)` is no factor."""
    apart = float(np.abs(draw.got - draw.truth).max(initial=0.0))
    return float(np.abs(draw.got - explained).max(initial=0.0)) <= REMAINDER * apart


def _same(found: list[float | None]) -> float | None:
    """Return the number that was found on every draw; None where it was not the same."""
    first = found[0] if found else None
    alike = first is not None and all(c is not None and close_numbers(first, c, FACTOR) for c in found)
    return first if alike else None


def agreeing(draw: Sample, a: int = 0, b: int = 1) -> bool | None:
    """Return whether an answer is right where two indices are equal only (True), where not only (False), or neither."""
    if draw.truth.shape != draw.got.shape or draw.counts is not None or draw.truth.ndim <= max(a, b):
        return None
    if draw.truth.shape[a] != draw.truth.shape[b]:
        return None
    places = np.indices(draw.truth.shape)
    diagonal = places[a] == places[b]
    off = different(draw.truth, draw.got)
    wrong_on, wrong_off = bool(off[diagonal].any()), bool(off[~diagonal].any())
    return None if wrong_on == wrong_off else wrong_off


def factor_finding(factor: float) -> Finding:
    """Return the finding about numbers that are all one multiple of what is asked."""
    shown = figures(factor, 1.0)[0]
    return Finding("factor", f"Your answer is {shown} times what is asked, everywhere. Look at the constants.")


def offset_finding(offset: float) -> Finding:
    """Return the finding about numbers that all lie as far from what is asked."""
    return Finding("offset", f"Your answer differs by {figure(offset)} everywhere. Look at the constant terms.")


MOST_DIGITS = 17
"""Digits that tell any two floats apart."""


def figures(one: float, other: float) -> tuple[str, str]:
    """Return two different numbers with as many digits as show that they differ, four at least."""
    told = (digits for digits in range(4, MOST_DIGITS) if figure(one, digits) != figure(other, digits))
    digits = next(told, MOST_DIGITS)
    return figure(one, digits), figure(other, digits)


def figure(number: float, digits: int = 4) -> str:
    """Return a number with so many digits that count, and a true minus sign."""
    return f"{number + 0.0:.{digits}g}".replace("-", "−")  # −0 + 0 is 0
