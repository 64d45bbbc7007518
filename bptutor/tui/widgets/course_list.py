"""The list of lessons on the map: the row under the cursor is drawn the other way round, with colours and without."""

from __future__ import annotations

from textual.style import Style
from textual.widgets import OptionList


class CourseList(OptionList):
    """A list whose cursor can be seen in every theme, as its texts keep their contrast."""

    def action_page_up(self) -> None:
        """Go up by a page; a list that has no room on the terminal has no pages."""
        if self.scrollable_content_region:
            super().action_page_up()  # type: ignore[no-untyped-call]  # Textual gives no types here

    def action_page_down(self) -> None:
        """Go down by a page; a list that has no room on the terminal has no pages."""
        if self.scrollable_content_region:
            super().action_page_down()  # type: ignore[no-untyped-call]  # Textual gives no types here

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        """Return the style of a row; Textual drops `text-style: reverse` here."""
        style = super().get_visual_style(*component_classes, partial=partial)
        return style + Style(reverse=True) if "option-list--option-highlighted" in component_classes else style
