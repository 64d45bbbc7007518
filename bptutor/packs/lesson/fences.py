"""Fences of a lesson: which begin a block, which are code, and which would show a learner what was to be asked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

BLOCKS = ("derivation", "question", "show")
YAML = frozenset({"yaml", "yml"})
FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})\s*(?P<info>[^`]*)$")
NEAR = 0.75
"""How like the name of a block a word must be to be taken for it."""
STRAY = re.compile(r"[\s>*+\-\d.)]*[`'\"~´‘’]*\s*\{?(?P<info>[A-Za-z]+[\s:,{-]+[A-Za-z]+|[A-Za-z]+)\}?\s*[`'\"´‘’]*\s*")
"""A line that may be meant as the fence of a block: other quotes, indented, in a list, or with nothing before it."""
QUOTE = re.compile(r"[`'\"~´‘’]{2}")
CLOSING = re.compile(r"[\s>*+\-]*[`'\"~´‘’]{2,}\s*$")
KEY = re.compile(r"^(id|type|answer|goal|lines|choices|hints|arrays|decimals)\s*:(\s|$)", re.MULTILINE)


def block(info: str) -> str:
    """Return the kind of block that the words after a fence name, `yaml question`; empty when they name none."""
    words = info.split()
    return words[1] if len(words) > 1 and words[0].lower() in YAML else ""


def meant(info: str) -> str:
    """Return the kind of block that words after a fence seem to mean, however written; empty for none."""
    words = [word.lower() for word in re.findall(r"[A-Za-z]+", info)]
    tried = words[1:] if words and words[0] in YAML else words
    close = [found for word in tried for found in difflib.get_close_matches(word, BLOCKS, 1, NEAR)]
    return close[0] if close else ""


def is_stray(line: str) -> str:
    """Return the kind of block that a line outside every fence seems to begin; empty when it is a line of text."""
    found = STRAY.fullmatch(line)
    if found is None:
        return ""
    first = found["info"].split()[0].lower()
    return meant(found["info"]) if QUOTE.search(line) or first in YAML else ""


def written(content: Sequence[str]) -> bool:
    """Tell whether lines are the keys of a question, a derivation or a show block."""
    keys = {match[1] for match in KEY.finditer("\n".join(content))}
    return len(keys) > 1 or keys == {"arrays"}


def closing(body: Sequence[str], opening: int, fence: str) -> int:
    """Return the line that closes a fence; the number of lines when none does."""
    close = re.compile(rf" {{0,3}}{re.escape(fence[0])}{{{len(fence)},}}\s*$")
    return next((n for n in range(opening + 1, len(body)) if close.match(body[n])), len(body))


def swallowed(body: Sequence[str], opening: int, end: int) -> int | None:
    """Return the line inside a fence on which another block begins: the fence was never closed. None when none does."""
    outer = FENCE.match(body[opening])
    for n in range(opening + 1, end):
        inner = FENCE.match(body[n])
        if outer is None or inner is None or not meant(inner["info"]):
            continue
        same = inner["fence"][0] == outer["fence"][0] and len(inner["fence"]) >= len(outer["fence"])
        if same or meant(outer["info"]):
            return n
    return None
