"""The palette: every action that the screen below it has a key for."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import Any

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen

from bptutor.tui import keys
from bptutor.tui.screens.course_map import MapScreen
from bptutor.tui.screens.help import key_text
from bptutor.tui.screens.lesson import LessonScreen
from bptutor.tui.screens.navigation import Rooms


def actions_of(screen: Screen[object]) -> list[Binding]:
    """Return the keys that work on a screen, its own first."""
    own = keys.LESSON if isinstance(screen, LessonScreen) else keys.MAP if isinstance(screen, MapScreen) else []
    return keys.bindings([*own, *keys.EVERYWHERE])


_THEME = Binding("", "change_theme", "Theme: other colours", tooltip="For now; --theme or TEXTUAL_THEME for always")


class Actions(Provider):
    """Lists the actions of the screen with their keys; a search also finds lessons and quizzes."""

    def _found(self) -> Iterator[tuple[str, str, str]]:
        """Yield title, help and action of everything that has a key here."""
        seen: set[str] = set()
        for binding in [*actions_of(self.screen), *([] if self.app.no_color else [_THEME])]:
            letter = _AT_REST.fullmatch(binding.action)
            action = letter[1] if letter else binding.action
            if action not in seen:
                seen.add(action)
                key = f"  ({key_text(binding)})" if binding.key and not letter else ""
                yield f"{binding.description}{key}", binding.tooltip, action

    def _call(self, action: str) -> Callable[[], Awaitable[bool]]:
        namespace = self.screen if hasattr(self.screen, f"action_{action.partition('(')[0]}") else self.app
        return partial(self.app.run_action, action.removeprefix("app."), namespace)

    def _rooms(self) -> Iterator[tuple[str, str, Callable[[], Any]]]:
        """Yield title, id and opening of every lesson and quiz."""
        app = self.app
        if isinstance(app, Rooms):
            for id_, title in app.titles():
                yield title, id_, partial(app.open_lesson, id_)

    async def discover(self) -> Hits:
        """Yield every action."""
        for title, tooltip, action in self._found():
            yield DiscoveryHit(title, self._call(action), help=tooltip)

    async def search(self, query: str) -> Hits:
        """Yield the actions, lessons and quizzes in which every word that is typed occurs."""
        words = query.casefold().split()
        nothing = True
        for title, tooltip, action in self._found():
            if occur(words, title):
                nothing = False
                yield Hit(_score(words, title), title, self._call(action), help=tooltip)
        for title, id_, opened in self._rooms():
            if occur(words, f"{title} {id_}"):
                nothing = False
                yield Hit(_score(words, title), title, opened, help="Open it")
        if nothing and words:
            yield Hit(
                0.1, f"nothing found for {query.strip()}", _nothing, help="Fewer letters find more; esc closes this"
            )


_AT_REST = re.compile(r"at_rest\('(\w+)'\)")


def occur(words: Sequence[str], text: str) -> bool:
    """Return whether every word of a search occurs in a text."""
    return bool(words) and all(word in text.casefold() for word in words)


def _score(words: Sequence[str], title: str) -> float:
    """Return how near a title is to what is typed: titles that begin with it come first."""
    begins = sum(part.startswith(word) for word in words for part in title.casefold().split())
    return 1.0 if title.casefold().startswith(" ".join(words)) else 0.9 if begins else 0.5


def _nothing() -> None:
    """Do nothing."""
