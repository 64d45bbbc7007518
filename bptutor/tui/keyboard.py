"""What is typed acts in the order in which it was typed.

Textual hands a letter to the widget at once, but runs the action of any other key when the key has come up through the
queues of all that stand around the widget: of keys that are read together, letters overtake Backspace and Enter. Here
the next key is handed on when all that the one before it set going is over, and when the screen is ready for it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import groupby

from textual import events
from textual.app import App
from textual.command import CommandPalette
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from bptutor.tui.screens.ready import ReadyScreen

Input = events.InputEvent | events.Paste
"""What a person does: keys, pasted text, the mouse."""
_LOOK_AGAIN = 1 / 120
"""Seconds until a screen that was not ready is asked again."""
_ROUNDS = 6
"""Most rounds through a screen for one key; two are enough for all but what one widget tells another."""


class Keyboard:
    """Hands on what a person does, one event at a time."""

    def __init__(self, app: App[None]) -> None:
        """Begin with nothing typed."""
        self._app = app
        self._typed: deque[Input] = deque()
        self._handed: list[Input] = []
        """The events that are handed on; `take` leaves them to Textual."""
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether something that was typed has not acted yet."""
        return self._busy

    def take(self, event: events.Event) -> bool:
        """Take an event that comes from the terminal, to hand it on in its turn.

        Returns:
            Whether it was taken; else Textual is to handle it now.
        """
        if not isinstance(event, Input) or event.is_forwarded or self._leaves(event):
            return False
        for n, handed in enumerate(self._handed):
            if handed is event:
                del self._handed[: n + 1]  # those before it never come: Textual took this movement for them
                return False
        if isinstance(event, events.MouseMove) and not self._busy:
            return False
        self._typed.append(event)
        if not self._busy:
            self._busy = True
            self._app.run_worker(self._hand_on(), group="keyboard")
        return True

    def _leaves(self, event: Input) -> bool:
        """Return whether this quits while the same key waits already: who presses it twice does not want to wait."""
        if not isinstance(event, events.Key) or not any(event.key == getattr(key, "key", "") for key in self._typed):
            return False
        return any(
            binding.priority and binding.action == "quit"
            for _, bindings in self._app.screen._binding_chain  # `active_bindings` ends at a page that lies over a room
            for binding in bindings.key_to_bindings.get(event.key, ())
        )

    async def _hand_on(self) -> None:
        """Hand on what was typed, until nothing is left."""
        try:
            while self._typed and self._app.return_code is None:  # what follows the key that quits is for nobody
                event = self._typed[0]
                while self._waits(event):
                    await asyncio.sleep(_LOOK_AGAIN)
                self._typed.popleft()
                screen = self._app.screen
                if not isinstance(screen, ReadyScreen) or screen.hears(event):
                    await self._handle(event)
        finally:
            self._busy = False

    def _waits(self, event: Input) -> bool:
        """Return whether the screen is not ready for an event."""
        if not self._app.screen_stack:
            return True
        screen = self._app.screen
        if isinstance(screen, ReadyScreen):
            return screen.waits(event)
        if isinstance(screen, CommandPalette):  # Enter is for what the letters before it found
            return not screen.is_mounted or any(w.node is screen and not w.is_finished for w in self._app.workers)
        return type(screen) is Screen or not screen.is_mounted  # the bare one stands there before the first room

    async def _handle(self, event: Input) -> None:
        """Let Textual handle an event, and wait until all that it sets going is over."""
        target = self._app.focused or self._app.screen
        self._handed.append(event)
        self._app.post_message(event)
        if _is_letter(event, target):
            if not self._typed or not _is_letter(self._typed[0], target):  # letters keep their order by themselves
                await _through([self._app])
                await _up(target.ancestors_with_self)
                await _up(target.ancestors_with_self)  # what the last letter has told
            return
        # First up to the app, whose binding acts; then what that told the widgets; then what they told each other.
        for n in range(_ROUNDS):
            nodes = [*self._app.screen.walk_children(with_self=True), self._app]
            if n >= 2 and not any(node.message_queue_size for node in nodes):
                return
            await _up(nodes)


def _is_letter(event: Input, target: Widget) -> bool:
    """Return whether a key goes no further than the widget that has the focus."""
    return isinstance(event, events.Key) and target.check_consume_key(event.key, event.character)


async def _up(nodes: Sequence[DOMNode]) -> None:
    """Wait until nodes did all that waits in their queues, the inner ones first: what they tell goes outwards."""
    depth = {node: len(node.ancestors) for node in nodes}
    for _, level in groupby(sorted(nodes, key=lambda node: -depth[node]), key=lambda node: depth[node]):
        await _through(level)


async def _through(nodes: Iterable[DOMNode]) -> None:
    """Wait until each node did all that waits in its queue now, or is gone."""
    loop = asyncio.get_running_loop()
    left = {}
    for node in nodes:
        done = loop.create_future()
        if node.is_running and node.call_later(_finish, done):
            left[done] = node
    while left:
        await asyncio.wait(left, timeout=_LOOK_AGAIN)
        left = {done: node for done, node in left.items() if not done.done() and node.is_running}


def _finish(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)
