"""What the face pane can open: the faces of what is on the screen, closed while a line of it is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textual.content import Content

from bptutor.packs.faces import NUMBERS, PROGRAMS
from bptutor.packs.model import Question
from bptutor.packs.question_types import of
from bptutor.session import Shown, ShownDerivation, ShownShow
from bptutor.session.view import faces as known
from bptutor.tui.render.flow import Lines
from bptutor.tui.render.grids import LARGEST, Cell, NamedArray
from bptutor.tui.render.prose import CODE
from bptutor.tui.render.steps import Setting, named_arrays

_NAME = re.compile(r"[^\W\d_]+[\d']*")
LOW, HIGH = 5, 30
"""Rows of a formula on a low and a high screen."""
_EDGES = 12
"""Cells of the row of tabs that are no tabs: its ends, and the key."""
_WORKED_OUT = 2
"""Most letters of a line that is worked out."""


class Face:
    """The faces of the last derivation, or of the answer just given."""

    def __init__(self, shown: Sequence[Shown], setting: Setting, asked: Question | None = None) -> None:
        """Look at what is on the screen, and at what is asked."""
        self._shown = shown
        self._setting = setting
        self._asked = asked
        self._found = known.faces_of(shown, asked)
        self._arrays: list[NamedArray] | None = None
        self._ids: list[str] = []

    @property
    def names(self) -> tuple[str, ...]:
        """The faces there are, in the order in which F3 opens them."""
        return (*self._found.texts, *([NUMBERS] if self.arrays() else []))

    def after(self, name: str) -> str:
        """Return the face that is opened after one; "" after the last. The first comes after "" and what is closed."""
        order = ("", *self.names)
        return order[(order.index(name) + 1) % len(order)] if name in order else order[min(1, len(order) - 1)]

    def rows(self, name: str, width: int) -> Lines:
        """Lay out the index, matrix or NumPy face; in one line where a low screen would cut it."""
        text = self._found.texts[name]
        head = [self.of] if self.of and not self.has_room(width) else []
        if name in PROGRAMS:
            return [*head, *Content.styled(text, CODE).wrap(width)]
        height = HIGH if self._setting.tall else LOW
        return [*head, *self._setting.setter.display(text, width, height, prose=False)]

    def has_room(self, width: int) -> bool:
        """Return whether what these are faces of stands beside the tabs; else it stands over the face."""
        return sum(len(name) + 3 for name in self.names) + self.of.cell_length + _EDGES <= width

    @property
    def of(self) -> Content:
        """What these are faces of, when it stands further up."""
        if self._found.last or not self._found.goal:
            return Content()
        return Content.styled("of ", "$quiet") + self._setting.setter.inline(self._found.goal)

    def source(self, name: str) -> str | None:
        """Return a face as its author wrote it; None while it is closed, or where there is none."""
        return self._found.texts.get(name)

    def arrays(self) -> list[NamedArray]:
        """Return the arrays of the numbers face: those of the last show, or those the shown lines mention.

        The last line that stands is worked out beside them, unless numbers are what is asked.
        """
        if self._arrays is None:
            self._ids = list(self._mentioned())
            found = [(text, named_arrays((text,), self._setting, self._setting.values)) for text in self._ids]
            self._ids = [text for text, arrays in found if arrays]
            self._arrays = [arrays[0] for _, arrays in found if arrays]
            self._work_out()
        return self._arrays

    def _work_out(self) -> None:
        """Add the value of the last line that stands, when it is none of the arrays already."""
        asks_numbers = self._asked is not None and of(self._asked).computed
        line = None if asks_numbers or self._arrays is None else self._value_of_line()
        if line is not None and self._arrays is not None and not any(_same(line, one) for one in self._arrays):
            self._arrays.append(line)
            self._ids.append(self._found.line)

    def _value_of_line(self) -> NamedArray | None:
        values, setter = self._setting.values, self._setting.setter
        goal, line = (setter.tree(text, prose=False) for text in (self._found.goal, self._found.line))
        if values is None or goal is None or line is None:
            return None
        import numpy as np

        from bptutor.errors import BptutorError
        from bptutor.notation.shapes import axes
        from bptutor.notation.values.evaluate import evaluate

        try:
            letters = axes.of(goal, setter.scope).letters
            array = evaluate(line, values, order=tuple(letters), known=dict(letters))
        except (BptutorError, ArithmeticError, KeyError, TypeError, ValueError):
            return None
        if array.ndim != len(letters) or array.ndim > _WORKED_OUT:
            return None
        title = setter.plain(self._found.goal)
        return NamedArray(title, np.asarray(array, dtype=float), values.scope.count_from, tuple(letters))

    def _mentioned(self) -> tuple[str, ...]:
        last = self._shown[-1] if self._shown else None
        if isinstance(last, ShownDerivation):
            texts = [last.derivation.goal, *(line.math for line, state in last.lines if state in known.SEEN)]
            return self._names(" ".join(texts))
        for shown in reversed(self._shown):
            if isinstance(shown, ShownShow):
                return shown.show.arrays
        return tuple(name for name, one in self._setting.setter.scope.names.items() if one.axes)[:6]

    def _names(self, text: str) -> tuple[str, ...]:
        """Return the declared names of a text in the order of the scene: what comes first is computed first."""
        words = set(_NAME.findall(text.replace("∂", " "))) | {word.lstrip("d") for word in _NAME.findall(text)}
        return tuple(name for name in self._setting.setter.scope.names if name in words)

    def made_by(self, cell: Cell) -> tuple[list[Cell], str]:
        """Return the drawn cells that made one cell, and the arithmetic; nothing for a drawn number."""
        values = self._setting.values
        tree = self._setting.setter.tree(self._ids[cell[0]], prose=False) if values is not None else None
        if values is None or tree is None or not self._in_order(cell[0]):
            return [], ""
        from bptutor.notation.explain import explain

        try:
            found = explain(tree, values, cell[1])
        except (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError):
            return [], ""
        cells = [
            (self._ids.index(one.name), one.position)
            for one in found.contributors
            if one.name in self._ids and all(n < LARGEST for n in one.position)
        ]
        return cells, found.arithmetic

    def _in_order(self, n: int) -> bool:
        """Return whether an array counts by the letters of its line in the order in which they stand there."""
        letters, setter = self.arrays()[n].letters, self._setting.setter
        tree = setter.tree(self._ids[n], prose=False) if letters else None
        if tree is None:
            return not letters
        from bptutor.notation.shapes import axes

        return tuple(axes.of(tree, setter.scope).letters) == letters


def _same(one: NamedArray, other: NamedArray) -> bool:
    import numpy as np

    return np.array_equal(one.array, other.array) and bool(one.array.size)
