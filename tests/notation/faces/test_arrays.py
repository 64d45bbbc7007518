"""Grids of numbers: every cell holds its number, points stand one under the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptutor.notation.printers.box import cells
from bptutor.notation.printers.grids import entries, grid, number, side_by_side

FLOATS = st.floats(-999, 999).map(lambda x: round(x, 2))


def read(text: str) -> float:
    """A number as shown, with the true minus."""
    return float(text.replace("−", "-"))


@given(
    st.integers(1, 5).flatmap(lambda w: st.lists(st.lists(FLOATS, min_size=w, max_size=w), min_size=1, max_size=4)),
    st.sampled_from((0, 12, 30)),
)
def test_each_cell_holds_its_number(matrix: list[list[float]], width: int) -> None:
    found = grid(matrix, 2, "A", width=width)
    assert len({cells(line) for line in found.lines}) == 1
    for position, value in entries(matrix):
        cell = found.cells[position]
        shown = found.lines[cell.row][cell.column : cell.column + cell.width]
        assert read(shown) == pytest.approx(value)


def test_points_stand_one_under_the_other() -> None:
    lines = grid([0.5, -12.25, 3], title="z").lines
    assert lines == ("z [3]  ", "  0.500", "−12.250", "  3    ")


def test_a_shape_is_shown() -> None:
    assert grid([[1, 2], [3, 4], [5, 6]], title="W²").lines[0].rstrip() == "W² [3×2]"


def test_grids_beside_one_another_keep_their_cells() -> None:
    both = side_by_side([grid([1, 2], title="x"), grid([[7, 8]], title="W")], 40)
    assert both.lines[0].split("  ")[0] == "x [2]"
    cell = both.cells[1, 0, 1]
    assert both.lines[cell.row][cell.column] == "8"


def test_grids_that_do_not_fit_stand_below() -> None:
    parts = [grid([1, 2, 3], title=name) for name in ("x", "y", "z")]
    both = side_by_side(parts, 14)
    assert both.width <= 14
    assert {both.cells[n, 0].row for n in range(3)} == {1, 6}


def test_marks_and_blocks_of_higher_arrays() -> None:
    found = grid([[[1, 2], [3, 4]], [[5, 6], [7, 8]]], marked=frozenset({(1, 0, 1)}))
    assert [position for position, cell in found.cells.items() if cell.marked] == [(1, 0, 1)]
    cell = found.cells[1, 0, 1]
    assert found.lines[cell.row][cell.column] == "6"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (-2.5, "−2.500"),
        (3.0, "3"),
        (1e-9, "1.0e−9"),
        (None, "·"),
        (float("inf"), "∞"),
        (1e12, "1.0e12"),
    ],
)
def test_numbers(value: float | None, shown: str) -> None:
    assert number(value, 3) == shown
