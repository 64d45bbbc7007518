"""What is said of a program: the case it failed first, as grids, and its own lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual.content import Content

from bptutor.grading.verdict import Finding
from bptutor.tui.render.flow import Lines, wrapped
from bptutor.tui.render.grids import NamedArray, grids, number


def program_rows(source: str) -> Lines:
    """Return the lines of a program as they were typed."""
    return [Content(line) for line in source.expandtabs(4).rstrip("\n").split("\n")]


def case_rows(finding: Finding, width: int) -> Lines:
    """Lay out the case of a finding as grids: what it returned beside what is asked, then its arguments."""
    if not finding.values:
        return []
    results = {"yours": finding.got, "asked": finding.expected}
    rows = _laid({name: value for name, value in results.items() if value is not None}, width)
    return [*rows, Content.styled("the arguments", "$quiet"), *_laid(dict(finding.values), width)]


def _laid(named: dict[str, object], width: int) -> Lines:
    """Lay out values by name: arrays as grids side by side, all else in rows of text."""
    arrays: list[NamedArray] = []
    texts: Lines = []
    for name, value in (pair for top in named.items() for pair in _parts(*top)):
        array = _array(value)
        if array is None:
            text = number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
            texts += wrapped(Content(f"{name} = {text}"), width)
        else:
            arrays.append(NamedArray(name, array))
    return [*grids(arrays, width), *texts]


def _parts(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield the parts of lists and dictionaries that are no arrays, each by its place."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _parts(f"{name} {key}", part)
    elif isinstance(value, list) and _array(value) is None:
        for n, part in enumerate(value):
            yield from _parts(f"{name}[{n}]", part)
    else:
        yield name, value


def _array(value: object) -> Any:
    """Return nested lists of numbers as an array; None for anything else, also a list of unlike arrays."""
    import numpy as np

    if not isinstance(value, list) or not value:
        return None
    try:
        array = np.array(value, dtype=float)
    except (TypeError, ValueError):
        return None
    return array if 0 < array.ndim < 5 else None
