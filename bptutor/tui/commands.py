"""The palette: every action that the screen below it has a key for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen

from bptutor.tui import keys
from bptutor.tui.screens.course_map import MapScreen
from bptutor.tui.screens.help import key_text
from bptutor.tui.screens.lesson import LessonScreen


def actions_of(screen: Screen[object]) -> list[Binding]:
    """Return the keys that work on a screen, its own first."""
    own = keys.LESSON if isinstance(screen, LessonScreen) else keys.MAP if isinstance(screen, MapScreen) else []
    return keys.bindings([*own, *keys.EVERYWHERE])


_THEME = Binding("", "change_theme", "Theme: other colours", tooltip="For now; --theme or TEXTUAL_THEME for always")


class Actions(Provider):
    """Lists the actions of the screen with their keys."""

    def _found(self) -> Iterator[tuple[str, str, Binding]]:
        seen: set[str] = set()
        for binding in [*actions_of(self.screen), *([] if self.app.no_color else [_THEME])]:
            if binding.action not in seen:
                seen.add(binding.action)
                key = f"  ({key_text(binding)})" if binding.key else ""
                yield f"{binding.description}{key}", binding.tooltip, binding

    def _call(self, action: str) -> Callable[[], Awaitable[bool]]:
        namespace = self.screen if hasattr(self.screen, f"action_{action.partition('(')[0]}") else self.app
        return partial(self.app.run_action, action.removeprefix("app."), namespace)

    async def discover(self) -> Hits:
        """Yield every action."""
        for title, tooltip, binding in self._found():
            yield DiscoveryHit(title, self._call(binding.action), help=tooltip)

    async def search(self, query: str) -> Hits:
        """Yield the actions that fit what is typed."""
        matcher = self.matcher(query)
        for title, tooltip, binding in self._found():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), self._call(binding.action), help=tooltip)
