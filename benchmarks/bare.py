"""Textual alone, to hold the start of bptutor against: `python benchmarks/bare.py static|map`.

`static` is an app with one Static; `map` is a plain screen with the widgets of the course map, mounted at once.
"""

from __future__ import annotations

import sys

from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

TEXT, LAST = "First ten minutes", "quit  F1 help"


class Bare(App[None]):
    """One text."""

    def compose(self) -> ComposeResult:
        yield Static(TEXT)


class BareMap(App[None]):
    """The widgets of the course map with texts of their own."""

    CSS = "OptionList { width: 40; } VerticalScroll { width: 1fr; }"

    def compose(self) -> ComposeResult:
        yield Static("continue")
        yield Input(placeholder="search lessons")
        with Horizontal():
            yield OptionList(*(Option(f"{TEXT} {n}") for n in range(25)), compact=True)
            with VerticalScroll():
                yield Static("What the lesson is about. " * 6)
        yield Static(LAST)


if __name__ == "__main__":
    (Bare if sys.argv[1] == "static" else BareMap)().run()
