"""The numbers of a lesson for one seed: filled into texts, measured row by row, and kept with an answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bptutor.errors import BptutorError
from bptutor.packs.model import Kind, Nudge, Show
from bptutor.session.view.question_view import Asked

if TYPE_CHECKING:
    from bptutor.notation.values.evaluate import Values
    from bptutor.packs.scene.scene import Scene

STEP = 1e-5
"""Half the distance between the two points of a measured slope."""
MOST_KEPT = 200
"""Entries of an array up to which its drawn numbers are kept with an answer."""

WRITTEN_SHAPE = re.compile(r"[(\[]?[\d\s,]*[)\]]?")
"""A shape as it is typed, not an array that has it."""
NUMBER_KINDS = frozenset({Kind.NUMERIC, Kind.VECTOR, Kind.MATRIX, Kind.SHAPE})


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


def right_text(asked: Asked, scene: Scene | None, seed: int) -> str:
    """Return the model answer as a learner would type it; where numbers are asked, their values for the seed.

    An answer that has no value here stays as it is written.
    """
    question, answer = asked.graded, asked.right_text()
    if scene is None or question.kind not in NUMBER_KINDS:
        return answer
    from bptutor.notation.parse import read
    from bptutor.notation.values.evaluate import evaluate

    try:
        drawn = (scene.changed(question.changes) if question.changes else scene).draw(seed)
        value = evaluate(read(answer, drawn.scope), drawn)
    except BptutorError:
        return answer
    if question.kind is Kind.SHAPE:
        return answer if WRITTEN_SHAPE.fullmatch(answer) else str(tuple(value.shape))
    return typed_array(value.tolist(), question.decimals)


def typed_array(value: object, decimals: int) -> str:
    """Return a number, or nested lists of numbers, with so many decimals."""
    if isinstance(value, list):
        return "[" + ", ".join(typed_array(item, decimals) for item in value) + "]"
    text = f"{float(str(value)):.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


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
