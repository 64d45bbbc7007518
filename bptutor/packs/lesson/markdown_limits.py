"""How much Markdown a paragraph may hold: what a parser would take minutes for is refused before it is parsed."""

from __future__ import annotations

import re

MAX_MARKS = 600
"""Signs such as `*`, `_`, `[`, `$` in one paragraph."""
MAX_NESTED = 20
"""Quotations or lists inside each other."""
MAX_PARAGRAPH = 20_000
"""Characters."""
MAX_TEXT = 100_000
"""Characters of one text: what stands between two headings or blocks."""
MARKS = re.compile(r"[*_~`\[\]!<&$\\|]")
OPENED = re.compile(r"(?:[ \t]{0,4}(?:>|[-+*]|\d{1,9}[.)])(?=[ \t>]|$))*")
ONE = re.compile(r">|[-+*]|\d{1,9}[.)]")
INDENT = 80
"""Spaces before a line of text."""


def too_much(text: str) -> tuple[int, str]:
    """Return the line of a Markdown text (0-based) that is too much for a parser, and why; no reason when none is."""
    if len(text) > MAX_TEXT:
        return 0, f"a text of more than {MAX_TEXT:,} characters"
    marks = characters = begin = 0
    for n, line in enumerate(text.split("\n")):
        if not line.strip():
            marks, characters, begin = 0, 0, n + 1
            continue
        marks, characters = marks + len(MARKS.findall(line)), characters + len(line)
        opened = OPENED.match(line)
        if opened and len(ONE.findall(opened[0])) > MAX_NESTED:
            return n, f"quotations or lists nested more than {MAX_NESTED} deep"
        if marks > MAX_MARKS:
            return begin, f"a paragraph with more than {MAX_MARKS} signs of Markdown"
        if characters > MAX_PARAGRAPH:
            return begin, f"a paragraph of more than {MAX_PARAGRAPH:,} characters"
    return 0, ""
