"""Over which indices and axes an expression ranges."""

from __future__ import annotations

from dataclasses import dataclass

from bptutor.notation.scope import Scope
from bptutor.notation.shapes import axes
from bptutor.notation.tree import Expr


@dataclass(frozen=True)
class Layout:
    """The order of the axes of an array: indices first, then positional axes; both with their axis names."""

    letters: tuple[str, ...]
    letter_axes: tuple[str, ...]
    axes: tuple[str, ...]
    row: bool = False

    @property
    def all_axes(self) -> tuple[str, ...]:
        """Return the axis names in the order of the array."""
        return self.letter_axes + self.axes

    @property
    def known(self) -> dict[str, str]:
        """Return the axis of each index."""
        return dict(zip(self.letters, self.letter_axes, strict=True))

    @property
    def shown(self) -> str:
        """Return how the layout is named to a learner: letters, else axes."""
        if self.letters and not self.axes:
            return ", ".join(self.letters)
        return "(" + ", ".join(self.all_axes) + ("," if len(self.all_axes) == 1 else "") + ")"

    @property
    def described(self) -> str:
        """Return the axes by name, or their number where they have no names, as those of a convolution."""
        count = len(self.all_axes)
        if not count:
            return "no axes"
        unnamed = "one axis" if count == 1 else f"{count} axes"
        return unnamed if "" in self.all_axes else f"axes {self.shown}"


def layout(expr: Expr, scope: Scope, columns: bool, goal: Layout | None = None) -> Layout:
    """Return the layout of a tree; letters of the goal come first, in the goal's order."""
    known = goal.known if goal else {}
    kind = axes.of(expr, scope, columns, known)
    letters = dict(kind.letters)
    if goal and not kind.axes:
        letters = known | {letter: known.get(letter) or axis for letter, axis in letters.items()}
    return Layout(tuple(letters), tuple(letters.values()), tuple(kind.axes), bool(kind.row))
