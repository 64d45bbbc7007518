"""The text on a screen, row by row, from the compositor: what a person would read."""

from __future__ import annotations

from typing import Any

from textual.app import App


def screen_text(app: App[Any]) -> str:
    """Return the rows of the screen without the blanks at their ends."""
    # The one private name: Textual offers no public way to ask what is painted.
    strips = app.screen._compositor.render_strips()
    rows = ["".join(segment.text for segment in strip).rstrip() for strip in strips]
    return "\n".join(rows).rstrip("\n")
