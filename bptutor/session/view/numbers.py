"""The numbers of a lesson for one seed: filled into texts, measured row by row, and kept with an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bptutor.packs.model import Nudge, Show

if TYPE_CHECKING:
    from bptutor.notation.values.evaluate import Values
    from bptutor.packs.scene.scene import Scene

STEP = 1e-5
"""Half the distance between the two points of a measured slope."""
MOST_KEPT = 200
"""Entries of an array up to which its drawn numbers are kept with an answer."""


class Numbers:
    """The draw of a scene; NumPy is loaded when the first number is needed."""

    def __init__(self, scene: Scene | None, seed: int) -> None:
        """Draw nothing yet."""
        self.scene = scene
        self.seed = seed
        self._values: Values | None = None
        self._slopes: dict[Nudge, tuple[float, ...]] = {}

    @property
    def values(self) -> Values | None:
        """The drawn and defined names; None when the lesson has no scene."""
        if self._values is None and self.scene is not None:
            self._values = self.scene.draw(self.seed)
        return self._values

    def fill(self, text: str) -> str:
        """Replace each `{{ }}` of a text by its value."""
        if "{{" not in text or self.scene is None or self.values is None:
            return text
        return str(self.scene.fill(text, self.values))

    def column(self, show: Show) -> tuple[float, ...]:
        """Return the whole nudge column: one measured slope for each entry, in row-major order."""
        values, nudge = self.values, show.nudge
        if values is None or nudge is None:
            return ()
        if nudge not in self._slopes:
            entries = range(int(values[nudge.by].size))
            self._slopes[nudge] = tuple(slope(values, nudge, row) for row in entries)
        return self._slopes[nudge]

    def drawn(self) -> dict[str, object]:
        """Return the given arrays as nested lists, without those over 200 entries."""
        values = self.values
        if values is None:
            return {}
        given = {name: values[name] for name in values.given}
        return {name: array.tolist() for name, array in given.items() if array.size <= MOST_KEPT}


def slope(values: Values, nudge: Nudge, row: int) -> float:
    """Measure the slope of a scalar by one entry of an array: (L(v + h) − L(v − h)) / 2h, with h = 1e-5.

    Args:
        values: The numbers of the scene; not changed.
        nudge: The scalar and the array, by name.
        row: 0-based place of the entry, in row-major order.
    """
    import numpy as np

    ends = []
    given = {name: values[name] for name in values.given}
    for step in (STEP, -STEP):
        moved = np.array(values[nudge.by], dtype=float)
        moved.flat[row] += step
        ends.append(float(type(values)(values.scope, {**given, nudge.by: moved}, values.sizes)[nudge.of]))
    return (ends[0] - ends[1]) / (2 * STEP)
