"""Textual's palette, which cannot crash where it has no room."""

from __future__ import annotations

from textual.command import CommandList, CommandPalette


class Palette(CommandPalette):
    """The palette; a list without a single row has no pages to turn."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Refuse to turn pages of a list that is not laid out."""
        if action == "command_list" and not all(found.scrollable_content_region for found in self.query(CommandList)):
            return False
        return super().check_action(action, parameters)
