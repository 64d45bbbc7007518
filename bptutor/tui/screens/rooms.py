"""What screens may ask of the app: the other rooms."""

from __future__ import annotations

from typing import Protocol


class Rooms(Protocol):
    """Opens rooms of the tutor."""

    def open_lesson(self, lesson: str, seed: int | None = None) -> None:
        """Open a lesson by its id."""
        ...

    def next_lesson(self, lesson: str) -> None:
        """Open the lesson after one, or the map after the last."""
        ...

    def show_map(self, at: str = "", searching: bool = False) -> None:
        """Show the course map, standing on a lesson."""
        ...

    def first_code_lesson(self) -> str:
        """Return the id of the first lesson of the chapter on code; empty when there is none."""
        ...
