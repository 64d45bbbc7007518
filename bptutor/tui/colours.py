"""The colours of the screens: our own, and those of a theme moved until its texts can be read on every background."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.color import Color
from textual.theme import Theme

TEXTS = (
    "foreground",
    "text-accent",
    "text-error",
    "text-primary",
    "text-success",
    "text-warning",
    "quiet",
    "negative",
    "positive",
)
"""Names of the colours that texts have."""
BACKGROUNDS = ("background", "surface", "panel", "panel-darken-1")
"""Names of what texts stand on, each also under a `boost`."""
READABLE = 4.5
"""The least contrast of a text that WCAG 2 takes for readable."""
_STEP = 0.04


def own_colours(theme: Theme) -> dict[str, str]:
    """Return a quiet text that can still be read, and the two ends of the diverging scale of numbers."""
    if theme.ansi:
        return {"quiet": "ansi_default", "negative": "ansi_blue", "positive": "ansi_yellow"}
    if theme.dark:
        return {"quiet": "#a5a5a5", "negative": "#6cb2eb", "positive": "#e9a86c"}
    return {"quiet": "#5c5c5c", "negative": "#155f9c", "positive": "#95490a"}


def readable_texts(variables: Mapping[str, str], dark: bool) -> dict[str, str]:
    """Return the colours of texts, each as near to the theme's as can be read.

    Args:
        variables: The colours of a theme by name.
        dark: Whether texts are lighter than what they stand on.
    """
    grounds = [Color.parse(variables[name]) for name in BACKGROUNDS]
    grounds += [ground + Color.parse(variables["boost"]) for ground in grounds]
    end = Color(255, 255, 255) if dark else Color(0, 0, 0)
    return {name: _readable(Color.parse(variables[name]), grounds, end).hex for name in TEXTS}


def _readable(colour: Color, grounds: Iterable[Color], end: Color) -> Color:
    """Move a colour towards white or black until it stands out."""
    moved, part = colour, 0.0
    while part < 1 and min(contrast(moved, ground) for ground in grounds) < READABLE:
        part += _STEP
        moved = colour.blend(end, min(part, 1))
    return moved


def contrast(first: Color, second: Color) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2)."""
    dark, light = sorted((_luminance(first), _luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
