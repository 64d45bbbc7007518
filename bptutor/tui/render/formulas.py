"""Mathematics as styled text: one line inside prose, boxes of several rows where they fit.

What is set comes from the tree that was read, so that a displayed formula is the one that was checked. A text that
cannot be read shows its source, marked. Nothing here imports notation before the first formula is asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.content import Content

from bptutor.errors import BptutorError
from bptutor.tui.render.flow import Lines

if TYPE_CHECKING:
    from bptutor.notation.faces.layout import Box
    from bptutor.notation.scope import Scope
    from bptutor.notation.tree import Expr

SLIP = "underline $text-warning"
"""How a text that cannot be read is marked."""
_VARIABLE = re.compile(r"(?<![A-Za-zα-ωΑ-Ω])[A-Za-zα-ωΑ-Ω](?![A-Za-zα-ωΑ-Ω])")
_UPRIGHT = frozenset("ΣΠΔσ")
_REMEMBERED = 2000


class Typesetter:
    """Sets the formulas of one scene; remembers what it has set."""

    def __init__(self, scope: Scope | None) -> None:
        """Set formulas read against a scope; without one, every name is a plain symbol."""
        self._scope = scope
        self._trees: dict[tuple[str, bool], Expr | None] = {}
        self._lines: dict[str, str] = {}

    @property
    def scope(self) -> Scope:
        """The names that formulas are read against."""
        if self._scope is None:
            from bptutor.notation.scope import Scope

            self._scope = Scope({})
        return self._scope

    def tree(self, text: str, prose: bool = True) -> Expr | None:
        """Read a text, or return None when it cannot be read.

        Args:
            text: Notation or LaTeX.
            prose: Whether relations and undeclared names are welcome; answers and lines have none.
        """
        key = text, prose
        if key not in self._trees:
            if len(self._trees) > _REMEMBERED:
                self._trees.clear()
            self._trees[key] = self._read(text, prose)
        return self._trees[key]

    def _read(self, text: str, prose: bool) -> Expr | None:
        from bptutor.notation import parse

        try:
            return parse.read_prose(text, self.scope) if prose else parse.read(text, self.scope)
        except (BptutorError, ImportError):
            return None

    def plain(self, text: str) -> str:
        """Return a formula as one line of characters; its source when it cannot be read."""
        if text not in self._lines:
            from bptutor.notation.faces import unicode

            tree = self.tree(text)
            self._lines[text] = text if tree is None else unicode.line(tree, self.scope)
        return self._lines[text]

    def inline(self, text: str) -> Content:
        """Return a formula as one styled line; an unreadable one shows its source, marked."""
        if self.tree(text) is None:
            return Content.styled(text, SLIP)
        return slanted(self.plain(text))

    def display(self, text: str, width: int, height: int = 30, prose: bool = True) -> Lines:
        """Return a formula in two dimensions where it fits in `width` by `height` cells, else in one."""
        tree = self.tree(text, prose)
        if tree is None:
            return Content.styled(text, SLIP).wrap(width)
        box = self.box(tree, width)
        if box is not None and len(box) <= height:
            return box
        return slanted(self.plain(text)).wrap(width)

    def slanted(self, line: str) -> Content:
        """Set a line that was printed from a tree before."""
        return slanted(line)

    def box(self, tree: Expr, width: int) -> Lines | None:
        """Return a tree set in two dimensions, broken at relations if it must be; None when it does not fit."""
        from bptutor.notation.faces import layout

        found = layout.fit(tree, self.scope, width)
        return None if found is None else _styled(found)


def slanted(text: str) -> Content:
    """Set single letters slanted, as variables are printed; words stay upright."""
    content = Content(text)
    for found in _VARIABLE.finditer(text):
        if found.group() not in _UPRIGHT:
            content = content.stylize("italic", *found.span())
    return content


def _styled(box: Box) -> Lines:
    return [slanted(row) for row in box.lines]
