"""Programs that were pasted with what stood around them: a Markdown fence, the prompts of an interpreter."""

from __future__ import annotations

import re

_OPENS = re.compile(r"\s*(`{3,}|~{3,})\s*[\w+-]*\s*")
_CLOSES = re.compile(r"\s*(`{3,}|~{3,})\s*")
_FIRST = re.compile(r"\s*(>>>|In \[\d*\]:)( |$)")
_PROMPT = re.compile(r"\s*(>>>|In \[\d*\]:|\.\.\.:?)( |$)")


def unwrapped(text: str) -> str:
    """Return a program without the mark, the fence and the prompts around it; each line keeps its number."""
    lines = text.removeprefix("\ufeff").split("\n")
    written = [n for n, line in enumerate(lines) if line.strip()]
    for end, fence in ((0, _OPENS), (-1, _CLOSES)):
        if written and fence.fullmatch(lines[written[end]]):
            lines[written.pop(end)] = ""
    if written and _FIRST.match(lines[written[0]]):
        lines = [_PROMPT.sub("", line, count=1) for line in lines]
    return "\n".join(lines)
