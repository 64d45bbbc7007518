"""`{{ expression }}` in prose: finding it, and writing its value in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bptutor.notation.values.backends import Array

TEMPLATE = re.compile(r"\{\{(?P<expr>(?:[^{}\n]|\{[^{}\n]*\})*?)(?:\s\|\s*(?P<decimals>[0-9]{1,2})\s*)?\}\}")
DECIMALS = 3
MAX_DECIMALS = 12


@dataclass(frozen=True)
class Template:
    """One `{{ }}` of a text."""

    expr: str
    offset: int
    """0-based offset of the expression in the text."""
    decimals: int | None
    """What stands behind `|`; None when nothing does."""


def templates(text: str) -> Iterator[Template]:
    """Yield every `{{ }}` of a text."""
    for match in TEMPLATE.finditer(text):
        yield _template(match)


def _template(match: re.Match[str]) -> Template:
    written = match["expr"]
    decimals = min(int(match["decimals"]), MAX_DECIMALS) if match["decimals"] else None
    return Template(written.strip(), match.start("expr") + len(written) - len(written.lstrip()), decimals)


def fill(text: str, value: Callable[[str], Array]) -> str:
    """Replace every `{{ }}` by its value; minus signs are ASCII inside code and `−` elsewhere.

    Args:
        text: Markdown.
        value: Gives the array of an expression.
    """

    def write(match: re.Match[str]) -> str:
        template = _template(match)
        written = number_text(value(template.expr).tolist(), template.decimals)
        return written if in_code(text, match.start()) else written.replace("-", "−")

    return TEMPLATE.sub(write, text)


def in_code(text: str, offset: int) -> bool:
    """Tell whether a place of a Markdown text lies in a fenced block or a code span."""
    before = text[:offset]
    fences = re.findall(r"^ {0,3}(?:```|~~~)", before, re.MULTILINE)
    return len(fences) % 2 == 1 or before[before.rfind("\n\n") + 1 :].count("`") % 2 == 1


def number_text(value: object, decimals: int | None) -> str:
    """Write a number or nested lists: at most 3 decimals, or exactly those asked for."""
    if isinstance(value, list):
        return "[" + ", ".join(number_text(item, decimals) for item in value) + "]"
    number = float(value) if isinstance(value, int | float) else float("nan")
    text = f"{number:.{DECIMALS if decimals is None else decimals}f}"
    if decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.removeprefix("-") if not text.strip("-0.") else text
