"""Numeric arrays as grids of text, with the place of every cell: the numbers face."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bptutor.notation.printers.box import cells

Position = tuple[int, ...]
_GAP = 3
"""Blank columns between two arrays."""
_LARGE = 1e7
"""From here on numbers are written with an exponent."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Where one number stands: row and column of its first character, counted from 0, and its width."""

    row: int
    column: int
    width: int
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Lines of equal width, and the cell of every position."""

    lines: tuple[str, ...]
    cells: Mapping[Position, Cell] = field(default_factory=dict)
    """By 0-based position in the array; `()` for a scalar. After `side_by_side`, the number of the grid comes first."""

    @property
    def width(self) -> int:
        """Terminal cells in each line."""
        return max((cells(line) for line in self.lines), default=0)

    @property
    def height(self) -> int:
        """Number of lines."""
        return len(self.lines)


def grid(
    values: object,
    decimals: int = 3,
    title: str = "",
    axes: Sequence[str] = (),
    *,
    width: int = 0,
    marked: frozenset[Position] = frozenset(),
) -> Grid:
    """Set nested lists of numbers as a grid; a vector stands as a column.

    Args:
        values: A number, or lists of lists of one shape; None is a cell that is not known yet.
        decimals: Most digits after the point; whole numbers have none.
        title: The name above; the shape is added as `[3]` or `[3×2]`.
        axes: Names of the axes, shown in the place of their sizes' line: `(C, H)`; none when empty.
        width: Columns are cut into bands to fit; 0 for no limit.
        marked: Positions to mark in their cells.
    """
    shape = shape_of(values)
    texts = {position: number(value, decimals) for position, value in entries(values)}
    head = [line for line in (_heading(title, shape), f"({', '.join(axes)})" if axes else "") if line]
    lines: list[str] = list(head)
    found: dict[Position, Cell] = {}
    for prefix in _blocks(shape[:-2]):
        if prefix:
            lines.append("[" + ", ".join(str(n) for n in prefix) + "]")
        _block(prefix, shape[-2:], texts, width, marked, lines, found)
    widest = max((cells(line) for line in lines), default=0)
    return Grid(tuple(line + " " * (widest - cells(line)) for line in lines), found)


def _block(
    prefix: Position,
    shape: Position,
    texts: Mapping[Position, str],
    width: int,
    marked: frozenset[Position],
    lines: list[str],
    found: dict[Position, Cell],
) -> None:
    """Append one matrix, vector or scalar in bands of columns."""
    rows = shape[0] if shape else 1
    columns = shape[1] if len(shape) == 2 else 1

    def at(r: int, c: int) -> Position:
        return prefix + (r, c)[: len(shape)]

    sides = [_sides([texts[at(r, c)] for r in range(rows)]) for c in range(columns)]
    for band in _bands([left + right for left, right in sides], width):
        if len(band) < columns:
            lines.append(f"columns {band[0] + 1} to {band[-1] + 1}" if len(band) > 1 else f"column {band[0] + 1}")
        for r in range(rows):
            line = ""
            for n, c in enumerate(band):
                left, right = sides[c]
                line += "  " * bool(n)
                text = texts[at(r, c)]
                padded = " " * (left - _before_point(text)) + text
                start, whole = cells(line), left + right
                line += padded + " " * (whole - cells(padded))
                found[at(r, c)] = Cell(len(lines), start, whole, at(r, c) in marked)
            lines.append(line)


def _bands(widths: Sequence[int], limit: int) -> list[list[int]]:
    """Split column numbers so that each band fits; a single column always stands."""
    bands: list[list[int]] = [[]]
    used = 0
    for n, width in enumerate(widths):
        needed = width + (2 if bands[-1] else 0)
        if limit and bands[-1] and used + needed > limit:
            bands.append([])
            used, needed = 0, width
        bands[-1].append(n)
        used += needed
    return bands


def _sides(column: Sequence[str]) -> tuple[int, int]:
    """Return the most cells before the decimal point and from it on."""
    before = max((_before_point(text) for text in column), default=0)
    return before, max((cells(text) - _before_point(text) for text in column), default=0)


def _before_point(text: str) -> int:
    point = text.find(".")
    return cells(text) if point < 0 else cells(text[:point])


def number(value: object, decimals: int) -> str:
    """Write one number with the true minus: whole numbers without a point, tiny and huge ones with an exponent."""
    if value is None:
        return "·"
    x = float(value)  # type: ignore[arg-type]  # entries of nested lists are numbers
    if math.isnan(x):
        return "nan"
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    if abs(x) >= _LARGE or (x and abs(x) < 0.5 * 10**-decimals):
        mantissa, _, exponent = f"{x:.1e}".partition("e")
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    text = f"{x:.0f}" if x == int(x) else f"{x:.{decimals}f}"
    return text.replace("-", "−") if float(text) else "0"


def shape_of(values: object) -> Position:
    """Return the shape of nested lists, by their first items."""
    shape: list[int] = []
    while isinstance(values, list | tuple):
        shape.append(len(values))
        values = values[0] if values else None
    return tuple(shape)


def entries(values: object, position: Position = ()) -> Iterator[tuple[Position, object]]:
    """Yield every number with its 0-based position."""
    if isinstance(values, list | tuple):
        for n, value in enumerate(values):
            yield from entries(value, (*position, n))
    else:
        yield position, values


def _blocks(shape: Position) -> Iterator[Position]:
    if not shape:
        yield ()
        return
    for n in range(shape[0]):
        for rest in _blocks(shape[1:]):
            yield (n, *rest)


def _heading(title: str, shape: Position) -> str:
    sizes = f"[{'×'.join(str(n) for n in shape)}]" if shape else ""
    return f"{title} {sizes}".strip() if title else ""


def side_by_side(grids: Sequence[Grid], width: int) -> Grid:
    """Set several grids in one row, or in as many rows as the width asks for.

    Args:
        grids: In reading order; their top lines are level.
        width: Cells to be had; a grid that is wider than that alone stands in a row of its own.

    Returns:
        One grid whose positions begin with the number of the grid (from 0).
    """
    lines: list[str] = []
    found: dict[Position, Cell] = {}
    for band in _rows(grids, width):
        lines += [""] if lines else []
        top = len(lines)
        lines += [""] * max(grids[n].height for n in band)
        left = 0
        for n in band:
            one = grids[n]
            for r in range(top, len(lines)):
                text = one.lines[r - top] if r - top < one.height else ""
                lines[r] += " " * (left - cells(lines[r])) + text
            for position, cell in one.cells.items():
                found[n, *position] = Cell(cell.row + top, cell.column + left, cell.width, cell.marked)
            left += one.width + _GAP
    widest = max((cells(line) for line in lines), default=0)
    return Grid(tuple(line + " " * (widest - cells(line)) for line in lines), found)


def _rows(grids: Sequence[Grid], width: int) -> list[list[int]]:
    rows: list[list[int]] = []
    used = width + 1
    for n, one in enumerate(grids):
        if used + _GAP + one.width > width:
            rows.append([])
            used = -_GAP
        rows[-1].append(n)
        used += _GAP + one.width
    return rows
