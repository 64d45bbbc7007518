"""What screens may ask of the app: the other rooms."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Rooms(Protocol):
    """Opens rooms of the tutor."""

    def open_lesson(self, lesson: str, seed: int | None = None) -> None:
        """Open a lesson by its id."""
        ...

    def next_lesson(self, lesson: str) -> None:
        """Open what comes after a lesson, a quiz or a review, or the map after the last."""
        ...

    def show_map(self, at: str = "", searching: bool = False, said: str = "") -> None:
        """Show the course map, standing on a lesson, with a sentence over it."""
        ...

    def titles(self) -> list[tuple[str, str]]:
        """Return id and title of every lesson and quiz, in course order."""
        ...
