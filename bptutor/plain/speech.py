"""Lesson text for the ear: Markdown without its signs, mathematics in words, arrays as lines."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

from bptutor.errors import BptutorError

if TYPE_CHECKING:
    from bptutor.notation.scope import Scope
    from bptutor.notation.values.backends import Array
    from bptutor.notation.values.evaluate import Values

WIDTH = 78
"""Columns of a line."""
MOST_ENTRIES = 40
"""Entries of an array of the scene that are read out unasked."""
FEW = 12
"""Entries of an array in what is said of an answer that are read out unasked."""
BEGINNING = 6
"""Entries of a larger array that are read out."""

MORE = "the word more reads all of it"

_CODE = re.compile(r"(`+)(.+?)\1(?!`)", re.DOTALL)
_DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
_INLINE = re.compile(r"(?<![\\\d$])\$(?![\s$])([^$]+?)(?<![\s\\])\$(?![\d$])")
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]*)[^)]*\)")
_STRONG = re.compile(r"(?<![\w*_])(\*{1,3}|_{1,3})(?=\S)(.+?)(?<=\S)\1(?![\w*_])", re.DOTALL)
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
_RULE = re.compile(r"\|?(\s*:?-+:?\s*\|)+(\s*:?-+:?\s*)?")
_MINUS = re.compile(r"−(?=[\d.])")
_SLOPE = re.compile(r"∂([^\W\d]\w*)/∂([^\W\d][^\s.,;:)]*)")
_RAISED = re.compile(r"([^\W\d_])([²³])")
_POWERS = {"²": "squared", "³": "cubed"}
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")

_BEGINS = re.compile(r"(^|[.?!] )the (?=derivative |sum |logarithm |quantity )")
"""Where mathematics in words begins a sentence."""


def clean(text: str) -> str:
    """Drop control and escape characters, so that no pack and no answer can steer a terminal."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})


def spoken(math: str, scope: Scope | None) -> str:
    """Return mathematics in words; a text that is no notation stays as it is written."""
    from bptutor.notation.parse import read_prose
    from bptutor.notation.printers.spoken import words
    from bptutor.notation.scope import Scope as Names

    names = scope or Names({})
    try:
        return words(read_prose(math, names), names)
    except (BptutorError, ArithmeticError, RecursionError):
        return math


def paragraphs(markdown: str, scope: Scope | None) -> list[str]:
    """Return Markdown as lines of at most 78 columns (code as it stands), an empty line between paragraphs."""
    found: list[str] = []
    for block, is_code in _blocks(clean(markdown)):
        lines = [f"    {line}" for line in block] if is_code else _wrapped(_rows(_merged(block)), scope)
        found += ["", *lines] if found and lines else lines
    return found


def _blocks(markdown: str) -> list[tuple[list[str], bool]]:
    """Split into paragraphs, each with whether it is fenced code."""
    blocks: list[tuple[list[str], bool]] = [([], False)]
    fence = ""
    for line in markdown.splitlines():
        mark = _FENCE.match(line)
        if fence and mark and mark[1].startswith(fence):
            fence = ""
            blocks.append(([], False))
        elif fence:
            blocks[-1][0].append(line)
        elif mark:
            fence = mark[1]
            blocks.append(([], True))
        elif not line.strip() or line.startswith("#"):
            blocks += [([line] if line.strip() else [], False), ([], False)]
        else:
            blocks[-1][0].append(line)
    return [(lines, is_code) for lines, is_code in blocks if lines]


def _merged(lines: list[str]) -> list[str]:
    """Join the lines of a paragraph; items and table rows keep their own line."""
    merged: list[str] = []
    for line in lines:
        if not merged or _ITEM.match(line) or line.lstrip().startswith("|"):
            merged.append(line.rstrip())
        else:
            merged[-1] += " " + line.strip()
    return merged


def _rows(lines: list[str]) -> list[str]:
    """Return the lines of a paragraph; of a table, its rows with the head of each column before what stands in it."""
    if len(lines) < 2 or not _RULE.fullmatch(lines[1].strip()):
        return lines
    head, *rows = ([cell.strip() for cell in line.strip().strip("|").split("|")] for line in (lines[0], *lines[2:]))
    return ["; ".join(f"{name}: {cell}" for name, cell in zip(head, row, strict=False)) + "." for row in rows]


def _wrapped(lines: list[str], scope: Scope | None) -> list[str]:
    return [part for line in lines for part in wrapped(sentence(line, scope), hanging=bool(_ITEM.match(line)))]


def wrapped(text: str, *, hanging: bool = False) -> list[str]:
    """Return a text as lines of at most 78 columns."""
    after = "  " if hanging else ""
    return textwrap.wrap(text, WIDTH, subsequent_indent=after, break_on_hyphens=False) or [""]


def sentence(line: str, scope: Scope | None) -> str:
    """Return one line of Markdown with its mathematics in words; code spans keep every character."""
    line = clean(line)
    parts: list[str] = []
    end = 0
    for code in _CODE.finditer(line):
        parts += [_said(line[end : code.start()], scope), code[2].strip()]
        end = code.end()
    whole = "".join([*parts, _said(line[end:], scope)])
    return _BEGINS.sub(lambda found: found[1] + "The ", whole)


def _said(text: str, scope: Scope | None) -> str:
    def math(found: re.Match[str]) -> str:
        return spoken(found[1].strip(), scope)

    pieces = _outside(text, math)
    return "".join(piece if is_math else _unmarked(piece) for piece, is_math in pieces)


def _outside(text: str, math: Callable[[re.Match[str]], str]) -> list[tuple[str, bool]]:
    """Split a text into words and mathematics, each with whether it is mathematics."""
    pieces: list[tuple[str, bool]] = []
    end = 0
    for found in re.finditer(f"{_DISPLAY.pattern}|{_INLINE.pattern}", text, re.DOTALL):
        inner = _DISPLAY.fullmatch(found[0]) or _INLINE.fullmatch(found[0])
        pieces.append((text[end : found.start()], False))
        pieces.append((math(inner) if inner else found[0], True))
        end = found.end()
    return [*pieces, (text[end:], False)]


def _unmarked(text: str) -> str:
    text = re.sub(r"^\s*(#+|>)\s*", "", text)
    text = _LINK.sub(lambda link: f"{link[1]} ({link[2]})" if link[2] else link[1], text)
    text = _STRONG.sub(r"\2", text)
    return _MINUS.sub("minus ", text.replace("\\$", "$"))


def heard(text: str, scope: Scope | None) -> str:
    """Return words of the tutor with the symbols among them as they are said: W²ᵢⱼ as "W 2 sub i j"."""
    from bptutor.notation.printers.scripts import LOWERED, RAISED, TYPED

    def raised(found: re.Match[str]) -> str:
        layer = scope is not None and f"{found[1]}{RAISED[found[2]]}" in scope.names
        return f"{found[1]} {RAISED[found[2]]}" if layer else f"{found[1]} {_POWERS[found[2]]}"

    said = minus(_SLOPE.sub(r"the derivative of \1 by \2", clean(text)))
    said = TYPED.sub(lambda name: " ".join([name[1], *["sub"] * name[1][-1].isdigit(), *name[2]]), said)
    said = _RAISED.sub(raised, said)
    scripts = {sign: f" {plain}" for sign, plain in {**RAISED, **LOWERED, "ᵀ": "transposed"}.items()}
    said = "".join(scripts.get(sign, sign) for sign in said)
    return re.sub(r" ?⊙ ?", " times entry by entry ", said.replace("′", " prime"))


def minus(numbers: str) -> str:
    """Return numbers as they were typed, their signs as words."""
    return re.sub(r"(?<![\w.)])[−-](?=[\d.])", "minus ", numbers)


def number(value: float) -> str:
    """Return a number with at most three decimals, its sign as a word."""
    text = f"{abs(value):.3f}".rstrip("0").rstrip(".")
    if float(text) == 0 != value:
        text = f"{abs(value):.2g}"
    return f"minus {text}" if value < 0 else text


def array(name: str, values: Values, full: bool = False) -> list[str]:
    """Return an array of the scene as lines: a scalar and a vector in one, a matrix row by row.

    Args:
        name: A name or an expression of the scene.
        values: The numbers.
        full: Whether a large one is read to its end; else its shape and its first entries are said.
    """
    numbers = _numbers(name, values)
    said = spoken(name, values.scope)
    if numbers.ndim == 0:
        return [f"{said}: {number(float(numbers))}"]
    shape = " by ".join(str(n) for n in numbers.shape)
    long = numbers.size > MOST_ENTRIES and not full
    if long or numbers.ndim == 1:
        rest = "begins with " if long else ""
        end = f"; {MORE}" if long else ""
        row = numbers.reshape(-1)[:BEGINNING] if long else numbers
        return [f"{said}, {shape} entries: {rest}{_row(row)}{end}"]
    rows = numbers.reshape(-1, numbers.shape[-1])
    return [f"{said}, {shape}:", *(f"  row {n}: {_row(row)}" for n, row in enumerate(rows, values.scope.count_from))]


def _row(numbers: Array) -> str:
    return ", ".join(number(float(value)) for value in numbers)


def _numbers(name: str, values: Values) -> Array:
    if name in values.scope.names:
        return values[name]
    from bptutor.notation.parse import read
    from bptutor.notation.values.evaluate import evaluate

    return evaluate(read(name, values.scope), values)
