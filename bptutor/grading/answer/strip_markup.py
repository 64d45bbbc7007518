"""What people put around an answer: marks of code and mathematics, a full stop, a semicolon, a unit."""

from __future__ import annotations

import re

_FENCE = re.compile(r"\s*```[ \t]*(?:[A-Za-z]+[ \t]*\n)?(.*?)```\s*", re.DOTALL)
_PAIRS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"), ("`", "`"))
_ENDING = re.compile(r"(?<=[^\s.])\s*(?:\.|;)\s*$")
_LEADING = re.compile(r"\s*[≈~=]\s*(?=[\d.([{+−-])")
_BEFORE = re.compile(r"\s*(?:(?:return|answer|solution|result)\b\s*:?|=(?!=))\s*(?=\S)", re.IGNORECASE)
"""What stands before an answer and says nothing: `return`, `Answer:`, `=`."""
_COMMENT = re.compile(r"(?<=\S)\s+#[^\n]*$")
_BOXED = re.compile(r"\s*\\boxed\s*\{(.*)\}\s*", re.DOTALL)
_PERCENT = re.compile(r"\s*([+−-]?[\d.]+)\s*(?:%|percent)\s*")
_EULER = re.compile(r"(?<![\w.\\])e(?![\w^*(])")
_UNIT = re.compile(
    r"(?<=[\d.)])\s*(?:nats?|px|pixels?|entries|parameters?|params|weights?|rows?|columns?|classes|examples?|neurons?"
    r"|passes|steps?|numbers?|elements?|multiplications|operations|outputs?|inputs?|indices)\s*$"
)


def bare(text: str) -> str:
    r"""Return an answer without what stands around it; every column stays what it was.

    Dropped are a code fence, backticks, dollar signs, `\(...\)`, `return`, `=` or `Answer:` at the beginning, and a
    comment, a full stop or a semicolon at the end.
    """
    fence = _FENCE.fullmatch(text)
    if fence:
        text = _kept(text, fence.start(1), fence.end(1))
    text = _ENDING.sub("", _COMMENT.sub("", text))
    before = _BEFORE.match(text)
    if before:
        text = _kept(text, before.end(), len(text))
    boxed = _BOXED.fullmatch(text)
    if boxed:
        text = _kept(text, boxed.start(1), boxed.end(1))
    for opening, closing in _PAIRS:
        inner = text.strip()
        if len(inner) > len(opening) + len(closing) and inner.startswith(opening) and inner.endswith(closing):
            start, end = text.index(opening) + len(opening), text.rindex(closing)
            if opening not in text[start:end] and closing not in text[start:end]:
                return _ENDING.sub("", _kept(text, start, end))
    return text


def in_arithmetic(text: str) -> str:
    """Return a number without the sign `≈` before it and a unit behind it, with percent and e as arithmetic."""
    text = _LEADING.sub(lambda match: " " * len(match[0]), text, count=1) if _LEADING.match(text) else text
    text = _UNIT.sub("", text)
    percent = _PERCENT.fullmatch(text)
    return f"({percent[1]})/100" if percent else _EULER.sub("exp(1)", text)


def _kept(text: str, start: int, end: int) -> str:
    """Return the stretch alone, with spaces before it."""
    return re.sub(r"[^\n]", " ", text[:start]).replace("\n", " ") + text[start:end]
