"""What the face pane can open: the faces of what is on the screen, closed while a line of it is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textual.content import Content

from bptutor.session import LineState, Shown, ShownDerivation, ShownQuestion, ShownShow
from bptutor.tui.render.flow import Lines, wrapped
from bptutor.tui.render.grids import LARGEST, Cell, NamedArray
from bptutor.tui.render.prose import CODE
from bptutor.tui.render.steps import Setting, named_arrays

_SEEN = (LineState.SHOWN, LineState.WHY, LineState.RIGHT, LineState.REVEALED)
_NAME = re.compile(r"[^\W\d_]+[\d']*")


class Face:
    """The four faces of the last derivation or question that was shown."""

    def __init__(self, shown: Sequence[Shown], setting: Setting) -> None:
        """Look at what is on the screen."""
        self._shown = shown
        self._setting = setting
        self._arrays: list[NamedArray] | None = None
        self._ids: list[str] = []

    @property
    def _derivation(self) -> ShownDerivation | None:
        last = self._shown[-1] if self._shown else None
        return last if isinstance(last, ShownDerivation) else None

    def rows(self, name: str, width: int) -> Lines:
        """Lay out the index, matrix or NumPy face."""
        text = self.source(name)
        if text is None:
            return wrapped(Content.styled(self._why_closed(name), "$quiet"), width)
        if name == "numpy":
            return wrapped(Content.styled(text, CODE), width)
        return self._setting.setter.display(text, width, prose=False)

    def source(self, name: str) -> str | None:
        """Return a face as its author wrote it; None while it is closed, or where there is none."""
        last = self._shown[-1] if self._shown else None
        if isinstance(last, ShownQuestion):
            fits = {"index": "symbolic", "matrix": "matrix-expression", "numpy": "numpy"}.get(name)
            return last.answer if last.question.kind.value == fits else None
        if not isinstance(last, ShownDerivation):
            return None
        if name == "index":
            known = [line.math for line, state in last.lines if state in _SEEN]
            newest = known[-1] if known else None
            return last.derivation.faces.get("index", newest) if last.finished else newest
        return last.derivation.faces.get(name) if last.finished else None

    def _why_closed(self, name: str) -> str:
        last = self._derivation
        if last is not None and not last.finished:
            return f"The {name} face opens when the last line stands."
        return f"There is no {name} face here."

    def arrays(self) -> list[NamedArray]:
        """Return the arrays of the numbers face: those of the last show, or those the shown lines mention."""
        if self._arrays is None:
            self._ids = list(self._mentioned())
            found = [(text, named_arrays((text,), self._setting, self._setting.values)) for text in self._ids]
            self._ids = [text for text, arrays in found if arrays]
            self._arrays = [arrays[0] for _, arrays in found if arrays]
        return self._arrays

    def _mentioned(self) -> tuple[str, ...]:
        last = self._derivation
        if last is not None:
            texts = [last.derivation.goal, *(line.math for line, state in last.lines if state in _SEEN)]
            return self._names(" ".join(texts))
        for shown in reversed(self._shown):
            if isinstance(shown, ShownShow):
                return shown.show.arrays
        return tuple(name for name, known in self._setting.setter.scope.names.items() if known.axes)[:6]

    def _names(self, text: str) -> tuple[str, ...]:
        """Return the declared names of a text in the order of the scene: what comes first is computed first."""
        words = set(_NAME.findall(text.replace("∂", " "))) | {word.lstrip("d") for word in _NAME.findall(text)}
        return tuple(name for name in self._setting.setter.scope.names if name in words)

    def made_by(self, cell: Cell) -> tuple[list[Cell], str]:
        """Return the drawn cells that made one cell, and the arithmetic; nothing for a drawn number."""
        values = self._setting.values
        tree = self._setting.setter.tree(self._ids[cell[0]], prose=False) if values is not None else None
        if values is None or tree is None:
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
