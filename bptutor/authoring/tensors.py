"""An array as lines of at most 78 columns: name, shape and axes, then its numbers in columns."""

from __future__ import annotations

from math import isfinite

import numpy as np

from bptutor.engine.graph import Array

WIDTH = 78
MARGIN = 26
"""Columns of the name, the shape and the axes."""
INDENT = 6
MOST = 400
"""Arrays with more entries are summed up; JSON has them all."""
DIGITS = 6


def tensor(name: str, array: Array, axes: tuple[str, ...]) -> list[str]:
    """Return an array as lines; rows that are too long go on below, indented.

    Args:
        name: What to call it.
        array: The numbers, any shape.
        axes: One name for each axis.
    """
    shape = f"({', '.join(str(size) for size in array.shape)}{',' if array.ndim == 1 else ''})"
    label = f"  {name:<8} {shape:<7} {' '.join(axes)}" if array.ndim else f"  {name}"
    if array.size > MOST:
        return [f"{label}   {array.size:,} numbers, not shown (--json has them)"]
    if len(label) >= MARGIN:  # a long label stands alone, and its numbers have more room
        return [label, *((" " * INDENT + line).rstrip() for line in _rows(array, WIDTH - INDENT))]
    lines = _rows(array, WIDTH - MARGIN)
    return [f"{label:<{MARGIN}}{lines[0]}", *(" " * MARGIN + line for line in lines[1:])]


def number(value: float) -> str:
    """Return a number with six digits after the point, or in powers of ten when it is very small or large."""
    if not isfinite(value):
        return "?"
    value += 0.0  # −0.0 + 0.0 is 0.0
    if value and not 1e-4 <= abs(value) < 1e6:
        return f"{value:.{DIGITS - 1}e}"
    text = f"{value:.{DIGITS}f}".rstrip("0")
    return text[:-1] if text.endswith(".") else text


def _rows(array: Array, width: int) -> list[str]:
    """Return the rows of an array; with three or more axes each block of rows stands under its position."""
    texts = [[number(float(value)) for value in row] for row in array.reshape(-1, array.shape[-1] if array.ndim else 1)]
    cells = [_aligned(column) for column in zip(*texts, strict=True)]
    blocks = list(np.ndindex(array.shape[:-2])) if array.ndim > 2 else []
    lines: list[str] = []
    for n, row in enumerate(zip(*cells, strict=True)):
        if blocks and n % array.shape[-2] == 0:
            at = ", ".join(str(k) for k in blocks[n // array.shape[-2]])
            lines.append(f"[{at}]")
        lines += _broken(row, width)
    return lines


def _aligned(column: tuple[str, ...]) -> list[str]:
    """Align texts at the decimal point."""
    before = max(len(text.split(".")[0]) for text in column)
    texts = [" " * (before - len(text.split(".")[0])) + text for text in column]
    width = max(len(text) for text in texts)
    return [f"{text:<{width}}" for text in texts]


def _broken(row: tuple[str, ...], width: int) -> list[str]:
    """Return one row, broken where it does not fit."""
    lines = [""]
    for cell in row:
        if lines[-1] and len(lines[-1]) + len(cell) + 2 > width:
            lines.append("  ")
        lines[-1] += cell if not lines[-1].strip() else f"  {cell}"
    return [line.rstrip() for line in lines]
