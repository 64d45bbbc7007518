"""The screen for a terminal that is too small: it says so and waits."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from bptutor.tui.screens.ready import ReadyModal

WIDTH, HEIGHT = 60, 16
"""The least that a lesson can be read in, in cells."""


class SmallScreen(ReadyModal[None]):
    """Waits for a larger terminal; nothing is lost meanwhile."""

    CSS_PATH = "../styles/small.tcss"

    def __init__(self) -> None:
        """Cover whatever is open."""
        super().__init__(id="small")

    def compose(self) -> ComposeResult:
        """Say what is missing."""
        yield Static(id="small-text")

    def on_resize(self, event: Resize) -> None:
        """Say how large it is now."""
        size = f"{event.size.width}x{event.size.height}"
        text = f"The terminal is {size}; bptutor needs {WIDTH}x{HEIGHT}. Make it larger to go on; ctrl+q quits."
        self.query_one("#small-text", Static).update(Content(text))
