"""Screens that are reached by keys only when they are complete and stand on the terminal."""

from __future__ import annotations

from math import inf
from typing import TypeVar

from textual import events
from textual.screen import ModalScreen, Screen

Result = TypeVar("Result")
_LOOK_AGAIN, _PATIENCE = 1 / 60, 1.0
"""Seconds until it is asked again whether a change was painted, and until keys are taken all the same."""


class ReadyScreen(Screen[Result]):
    """A screen whose keys and actions wait for it; see `Keyboard`."""

    AT_ONCE = True
    """Whether all of it is there when it is mounted; else the screen says so itself, by `complete`."""
    UNASKED = False
    """Whether it comes without being called: then what was typed before it stood there is not for it."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        """Begin incomplete."""
        super().__init__(id=id)
        self.shown_at = inf
        """When what is on the screen was painted, by the clock of events; infinite until then."""
        self._whole = False
        self._changed_at, self._painted_at = 0.0, inf

    def on_mount(self) -> None:
        """Be complete after the first paint, when nothing follows it."""
        if self.AT_ONCE:
            self.complete()

    def complete(self) -> None:
        """Take actions from now on, and keys as soon as all stands on the terminal."""
        self._whole = True
        self.paint_anew()

    def paint_anew(self) -> None:
        """Let keys wait until what has changed stands on the terminal."""
        self._changed_at, self._painted_at, self.shown_at = now(), inf, inf
        self.refresh()
        self.call_after_refresh(self._stands)

    def _stands(self) -> None:
        if self._painted_at == inf and self.is_current and now() < self._changed_at + _PATIENCE:
            self.set_timer(_LOOK_AGAIN, self._stands)  # updates are being gathered, as when the palette has closed
        else:
            self.shown_at = min(self._painted_at, now())

    def _compositor_refresh(self) -> None:
        """Note when the terminal is written to: a key may answer to it before `_stands` has its turn."""
        self._painted_at = min(self._painted_at, now())
        super()._compositor_refresh()

    def _on_resize(self, event: events.Resize) -> None:  # type: ignore[override]  # each class has its own turn
        """Leave a size that is no longer so: two of them, below another screen, would call up each other for ever."""
        if event.size != self.app.size:
            event.prevent_default()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Refuse what the keys of an incomplete screen do."""
        return super().check_action(action, parameters) if self._whole else False

    def waits(self, event: events.InputEvent | events.Paste) -> bool:
        """Return whether an event is to wait."""
        return self.shown_at == inf

    def hears(self, event: events.InputEvent | events.Paste) -> bool:
        """Return whether an event that no longer waits is for this screen; it is handed to the focus next."""
        if not self.UNASKED or event.time > self.shown_at:
            return True
        bound = self.active_bindings.get(event.key) if isinstance(event, events.Key) else None
        return bound is None or bound.node is not self  # who quits, quits


class ReadyModal(ReadyScreen[Result], ModalScreen[Result]):
    """The same over another screen."""


def now() -> float:
    """Return the time by the clock that events are stamped with."""
    return events.Idle().time
