"""Small screens over the one that is open: a page to read, and what a lesson needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from bptutor.packs.lesson.outline import LessonEntry, Pack
from bptutor.session import Session
from bptutor.session.record import record_page
from bptutor.session.view.symbols import symbol
from bptutor.tui import keys
from bptutor.tui.render.flow import Flow, Lines, named, wrapped
from bptutor.tui.render.formulas import Typesetter
from bptutor.tui.render.headings import keys_row
from bptutor.tui.render.prose import one_line
from bptutor.tui.render.steps import GENERAL
from bptutor.tui.screens.ready import ReadyModal

if TYPE_CHECKING:
    from bptutor.packs.scene.scene import Scene


CLOSES = "esc closes this · ↑ ↓ scroll"
"""What stands on the lower edge of a page, however long it is."""


class PageScreen(ReadyModal[None]):
    """A page that scrolls; any of F1, Esc, Enter and q closes it."""

    BINDINGS = keys.CLOSE
    CSS_PATH = "../styles/small.tcss"

    def __init__(self, title: str, rows: Callable[[int], Lines]) -> None:
        """Keep what is to be read.

        Args:
            title: Its heading.
            rows: Lays it out for a width in cells.
        """
        super().__init__()
        self._heading = title
        self._rows = rows

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with VerticalScroll(id="page") as page:
            page.border_subtitle = CLOSES
            yield Static(Flow(self._laid))

    def _laid(self, width: int) -> Lines:
        return [Content.styled(self._heading, "bold"), Content(), *self._rows(width)]


class NeedsScreen(ReadyModal[bool]):
    """Says what a lesson needs; True when that is to be opened."""

    BINDINGS = keys.NEEDS
    CSS_PATH = "../styles/small.tcss"
    UNASKED = True

    def __init__(self, title: str, missing: Sequence[LessonEntry]) -> None:
        """Keep the title of the lesson, and what it needs."""
        super().__init__()
        self._lesson = title
        self._missing = missing

    def compose(self) -> ComposeResult:
        """Lay out one sentence and two keys."""
        yield Static(Flow(self._laid), id="needs")

    def _laid(self, width: int) -> Lines:
        titles = ", ".join(entry.title for entry in self._missing)
        said = wrapped(Content(f"{self._lesson} needs: {titles}."), width)
        return [*said, Content(), keys_row((("enter", "goes on"), ("g", f"opens {self._missing[0].title}")), width, ())]


def progress_rows(session: Session) -> Callable[[int], Lines]:
    """Return what lays out the learner's record."""
    lines = record_page(session.log, session.library)
    return lambda width: [row for line in lines for row in (wrapped(Content(line), width, "", "    ") or [Content()])]


def glossary_rows(pack: Pack, scene: Scene | None) -> Callable[[int], Lines]:
    """Return what lays out the glossary: the symbols of a scene, the rules of the pack, its words."""

    def rows(width: int) -> Lines:
        setter = Typesetter(scene.scope if scene else None)
        found: Lines = []
        if scene is not None:
            symbols = [
                (setter.plain(name.id), Content(symbol(name, scene.scope))) for name in scene.scope.names.values()
            ]
            found += [Content.styled("Symbols", "bold"), *named(symbols, width), Content()]
        rules = [(rule.title, GENERAL.inline(rule.math) if rule.math else _IN_WORDS) for rule in pack.rules.values()]
        found += [Content.styled("Rules", "bold"), *named(rules, width)]
        if pack.words:
            words = [(word, one_line(text, setter)) for word, text in pack.words.items()]
            found += [Content(), Content.styled("Words", "bold"), *named(words, width)]
        return found

    return rows


_IN_WORDS = Content.styled("in words only, no formula", "$quiet")
