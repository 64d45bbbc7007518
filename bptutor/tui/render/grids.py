"""Arrays as grids of numbers: vectors of one length side by side, matrices in brackets, scalars in a row.

A cell is known by (number of the array, position), so that a cursor, a contributor or a wrong cell can be marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import isfinite, isnan
from typing import TYPE_CHECKING, Any

from textual.content import Content

from bptutor.notation.printers.scripts import lowered
from bptutor.tui.render.flow import Lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

Position = tuple[int, ...]
Cell = tuple[int, Position]
"""Number of the array in its list, and the 0-based position in it."""
LARGEST = 12
"""Rows or columns of one array on the screen; what is beyond is announced, not drawn."""
CURSOR = "reverse bold"
LIT = "bold underline $text-warning"
"""An element that made the one under the cursor."""
_HEAD = "bold"


@dataclass(frozen=True)
class NamedArray:
    """An array with what stands above it."""

    title: str
    """One Unicode line, such as `∂L/∂p`."""
    array: NDArray[Any]
    first: int = 1
    """What the scene counts from."""
    letters: tuple[str, ...] = ()
    """The letters that its axes are counted by, when its title is a formula with letters such as `∂L/∂zᵢ`."""

    @property
    def heading(self) -> str:
        """The title with the shape, `z [3]`; a scalar has none."""
        shape = ", ".join(str(n) for n in self.array.shape)
        apart = "  of shape" if self.title.endswith("]") else ""  # what was picked out is no shape
        return f"{self.title}{apart} [{shape}]" if shape else self.title

    def entry(self, position: Position) -> str:
        """Return how an entry is written: `W¹₂₁`, `W₁₂,₁`, `(u + v)₂`, and `∂L/∂zᵢ at i = 2` where letters count."""
        places = [n + self.first for n in position]
        if self.letters:
            counted = (f"{letter} = {n}" for letter, n in zip(self.letters, places, strict=True))
            return f"{self.title} at {', '.join(counted)}"
        if not places:
            return self.title
        comma = "," if max(places) > 9 else ""
        plain = not any(sign in self.title for sign in " []") or self.title.startswith("∂")
        return (self.title if plain else f"({self.title})") + comma.join(lowered(str(n)) for n in places)


def number(value: float) -> str:
    """Write a number with at most three decimals, with a true minus sign; tiny and huge ones by powers of ten."""
    size = abs(value)
    if not isfinite(value):
        return "none" if isnan(value) else "∞" if value > 0 else "−∞"
    text = f"{value:.2e}" if size >= 1e6 or 0 < size < 5e-4 else f"{value:.3f}".rstrip("0").rstrip(".")
    text = "0" if text in {"-0", ""} else text
    return text.replace("-", "−")


def positions(named: NamedArray) -> Iterator[Position]:
    """Yield the positions that are drawn, row by row."""
    yield from product(*(range(min(n, LARGEST)) for n in named.array.shape))


def grids(arrays: Sequence[NamedArray], width: int, marks: Mapping[Cell, str] | None = None) -> Lines:
    """Lay out arrays for a width.

    Args:
        arrays: In the order they are to stand.
        width: In cells; a block that does not fit beside the others goes below them.
        marks: Cell -> style, over the style of its sign.
    """
    painted = marks or {}
    blocks = [*_vectors(arrays, painted)]
    blocks += [block for n, named in enumerate(arrays) if named.array.ndim > 1 for block in _matrix(n, named, painted)]
    scalars = [_scalar(n, named, painted) for n, named in enumerate(arrays) if named.array.ndim == 0]
    if scalars:
        blocks.append([Content("   ").join(scalars)])
    return _side_by_side(blocks, width)


def _vectors(arrays: Sequence[NamedArray], marks: Mapping[Cell, str]) -> Iterator[Lines]:
    by_length: dict[int, list[int]] = {}
    for n, named in enumerate(arrays):
        if named.array.ndim == 1:
            by_length.setdefault(named.array.shape[0], []).append(n)
    for length, members in by_length.items():
        shown, first = min(length, LARGEST), arrays[members[0]].first
        rows = [Content("  "), *(Content.styled(f"{i + first:>2}", "$quiet") for i in range(shown))]
        for n in members:
            texts = [number(float(x)) for x in arrays[n].array[:shown].tolist()]
            cells = [_cell(texts[i], arrays[n], (n, (i,)), marks) for i in range(shown)]
            rows = _joined(rows, Content.styled(arrays[n].heading, _HEAD), cells)
        if length > shown:
            rows.append(Content.styled(f"   … {length - shown} more", "$quiet"))
        yield rows


def _joined(rows: Lines, head: Content, cells: Sequence[Content]) -> Lines:
    """Add one column, its numbers aligned to the right under its head."""
    inner = max(cell.cell_length for cell in cells) if cells else 0
    width = max(head.cell_length, inner)
    column = [head.pad_right(width - head.cell_length)]
    column += [cell.pad_left(inner - cell.cell_length).pad_right(width - inner) for cell in cells]
    return [row + Content("   ") + part for row, part in zip(rows, column, strict=True)]


def _matrix(n: int, named: NamedArray, marks: Mapping[Cell, str]) -> Iterator[Lines]:
    """Yield a block for each matrix along the leading axes."""
    for lead in product(*(range(min(size, 4)) for size in named.array.shape[:-2])):
        head = named.heading + (f" at {', '.join(str(i + named.first) for i in lead)}" if lead else "")
        part = named.array[lead]
        count, wide = (min(size, LARGEST) for size in part.shape)
        texts = [[number(float(part[i, j])) for j in range(wide)] for i in range(count)]
        widths = [max(len(row[j]) for row in texts) for j in range(wide)]
        rows: Lines = [Content.styled(head, _HEAD)]
        for i in range(count):
            cells = [
                _cell(texts[i][j], named, (n, (*lead, i, j)), marks).pad_left(widths[j] - len(texts[i][j]))
                for j in range(wide)
            ]
            left, right = _brackets(i, count)
            rows.append(Content(f"{left} ") + Content("  ").join(cells) + Content(f" {right}"))
        if part.shape != (count, wide):
            rows.append(Content.styled("… not all of it is drawn", "$quiet"))
        yield rows


def _brackets(row: int, count: int) -> tuple[str, str]:
    if count == 1:
        return "[", "]"
    return ("⎡", "⎤") if row == 0 else ("⎣", "⎦") if row == count - 1 else ("⎢", "⎥")


def _scalar(n: int, named: NamedArray, marks: Mapping[Cell, str]) -> Content:
    text = number(float(named.array))
    return Content.assemble((named.title, _HEAD), " = ") + _cell(text, named, (n, ()), marks)


def _cell(text: str, named: NamedArray, cell: Cell, marks: Mapping[Cell, str]) -> Content:
    if cell in marks:
        return Content.styled(text, marks[cell])
    return Content.styled(text, "$negative" if text.startswith("−") else "" if text == "0" else "$positive")


def _side_by_side(blocks: Sequence[Lines], width: int) -> Lines:
    rows: Lines = []
    band: list[Lines] = []
    for block in blocks:
        if band and sum(_width(b) + 4 for b in band) + _width(block) > width:
            rows += [*_band(band), Content()]
            band = []
        band.append(block)
    return [row.truncate(width, ellipsis=True) for row in [*rows, *(_band(band) if band else [])]]


def _band(blocks: Sequence[Lines]) -> Lines:
    height = max(len(block) for block in blocks)
    rows = [Content() for _ in range(height)]
    for n, block in enumerate(blocks):
        width = _width(block) + (4 if n + 1 < len(blocks) else 0)
        # A lone row of scalars stands in the middle of its neighbours, as in the drawing of a first lesson.
        first = height // 2 if len(block) == 1 else 0
        for y in range(height):
            row = block[y - first] if 0 <= y - first < len(block) else Content()
            rows[y] += row.pad_right(width - row.cell_length)
    return rows


def _width(block: Lines) -> int:
    return max((row.cell_length for row in block), default=0)


def nearest(arrays: Sequence[NamedArray], cell: Cell, step: tuple[int, int]) -> Cell:
    """Return the cell one step (rows down, columns right) from a cell, into the next array at an edge."""
    n, position = cell
    down, right = step
    shape = arrays[n].array.shape
    moved = list(position)
    if down and shape:
        axis = max(0, len(shape) - 2)
        moved[axis] = max(0, min(moved[axis] + down, min(shape[axis], LARGEST) - 1))
        return n, tuple(moved)
    if right and len(shape) > 1 and 0 <= moved[-1] + right < min(shape[-1], LARGEST):
        moved[-1] += right
        return n, tuple(moved)
    if not right or not 0 <= n + right < len(arrays):
        return cell
    return n + right, _entered(arrays[n + right], position, right)


def _entered(named: NamedArray, position: Position, right: int) -> Position:
    """Return where a neighbouring array is entered: in the row one comes from, at the near edge."""
    shape = [min(size, LARGEST) for size in named.array.shape]
    row = position[max(0, len(position) - 2)] if position else 0
    if not shape:
        return ()
    if len(shape) == 1:
        return (min(row, shape[0] - 1),)
    return (*(0 for _ in shape[:-2]), min(row, shape[-2] - 1), 0 if right > 0 else shape[-1] - 1)
