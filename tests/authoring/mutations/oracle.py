"""Is a changed place wrong at all? Both spellings are evaluated on drawn scenes by numbers alone; nothing is proved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from bptutor.errors import BptutorError, PackError, UnreadableAnswer
from bptutor.notation import parse
from bptutor.notation.shapes import axes
from bptutor.notation.tree import Expr
from bptutor.notation.values.evaluate import NoValue, Values, evaluate
from bptutor.packs.scene.scene import Scene

DRAWS = 6
SEEN = 25
"""Seeds of what a learner is shown."""
CLOSE = 1e-7

Drawn = Callable[[Scene], Iterator[Values]]


@lru_cache(maxsize=32)
def _fresh(scene: Scene) -> tuple[Values, ...]:
    return tuple(scene.fresh(seed) for seed in range(DRAWS))


@lru_cache(maxsize=32)
def _seen(scene: Scene) -> tuple[Values, ...]:
    return tuple(scene.draw(seed) for seed in range(SEEN))


@dataclass(frozen=True)
class Spelled:
    """How the texts of one place are read and compared."""

    scene: Scene
    numpy: bool = False
    where: str = ""
    decimals: int | None = None
    """Set where only the shown numbers count, rounded; else values of fresh draws do."""
    shape: bool = False
    """Whether only the shape counts."""

    def read(self, text: str) -> Expr:
        """Read one text of this place.

        Raises:
            UnreadableAnswer: It cannot be read.
        """
        spelling = parse.Spelling.NUMPY if self.numpy else parse.Spelling.ANY
        return parse.read(text, self.scene.scope, spelling)

    def differs(self, right: str, other: str) -> bool:
        """Tell whether two texts have different values, shapes or letters somewhere."""
        if self.shape:
            return self._shapes(right) != self._shapes(other)
        tree, letters = self.read(right), self._letters(right)
        try:
            changed = self.read(other)
            if set(letters) != set(self._letters(other)):
                return True
        except UnreadableAnswer:
            return True
        drawn = _fresh(self.scene) if self.decimals is None else _seen(self.scene)
        return any(self._apart(tree, changed, letters, values) for values in drawn)

    def _shapes(self, text: str) -> list[tuple[int, ...] | None]:
        """Return the shapes that a text has, its letters in the order in which they appear."""
        values = [self._value(self.read(text), {}, drawn) for drawn in _seen(self.scene)]
        return [None if value is None else value.shape for value in values]

    def _letters(self, text: str) -> dict[str, str]:
        return dict(axes.of(self.read(text), self.scene.scope, not self.numpy).letters)

    def _apart(self, tree: Expr, changed: Expr, letters: dict[str, str], values: Values) -> bool:
        one, other = (self._value(side, letters, values) for side in (tree, changed))
        if one is None or other is None:
            return (one is None) != (other is None)
        if one.shape != other.shape:
            return True
        off = abs(one - other)
        if self.decimals is not None:
            return bool((~(off <= 10.0**-self.decimals)).any())
        near = (off <= CLOSE * (1 + abs(one))) | (np.isnan(one) & np.isnan(other)) | (one == other)
        return bool((~near & self._asked(letters, values)).any())

    def _asked(self, letters: dict[str, str], values: Values) -> Any:
        """Return where the entries count: everywhere, or where a condition on the letters holds."""
        if not self.where:
            return np.array(True)
        condition = parse.read_condition(self.where, self.scene.scope)
        known = {letter: axis for letter, axis in letters.items() if axis}
        return evaluate(condition, values, order=tuple(letters), known=known).astype(bool)

    def _value(self, tree: Expr, letters: dict[str, str], values: Values) -> Any:
        known = {letter: axis for letter, axis in letters.items() if axis}
        try:
            return np.asarray(evaluate(tree, values, order=tuple(letters), columns=not self.numpy, known=known), float)
        except (BptutorError, NoValue, ValueError):
            return None


def scenes_differ(right: Scene, changed: Callable[[], Scene], name: str) -> bool:
    """Tell whether a definition means something else in another scene with the same draws."""
    try:
        others = _fresh(changed())
        for values, other in zip(_fresh(right), others, strict=True):
            one, two = np.asarray(values[name], float), np.asarray(other[name], float)
            if one.shape != two.shape or not np.allclose(one, two, rtol=CLOSE, atol=CLOSE, equal_nan=True):
                return True
    except (PackError, UnreadableAnswer, BptutorError, NoValue, ValueError):
        return True
    return False
