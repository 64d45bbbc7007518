"""The blocks of a lesson file: where prose ends and a fenced `yaml derivation | question | show` begins.

A fence that is meant as a block and is none would show a learner the answer: it is a problem.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bptutor.errors import Problem
from bptutor.packs.model import Place
from bptutor.packs.yaml.fields import nearest
from bptutor.packs.yaml.reader import problem

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
MAX_BLOCKS = 400
HEADING = re.compile(r" {0,3}#{1,6}(\s|$)")
SECTION = re.compile(r" {0,3}##(\s|$)")


@dataclass(frozen=True)
class Chunk:
    """Some lines of the file: prose (no word), or what stands inside a fence."""

    word: str
    """`derivation`, `question`, `show`; empty for prose."""
    text: str
    line: int
    """The line of the file on which `text` begins."""
    fence: int = 0
    """The line of the opening fence."""


@dataclass(frozen=True)
class Parts:
    """A lesson file in two parts."""

    front: str
    front_line: int
    body: tuple[str, ...]
    body_line: int
    found: bool = True
    """Whether there is a front matter."""


def parts(text: str, path: str, problems: list[Problem]) -> Parts:
    """Split a file into the front matter between two `---` lines, and its body."""
    lines = text.split("\n")
    ends = [n for n, line in enumerate(lines) if line.rstrip() == "---"]
    if len(ends) > 1 and ends[0] == 0:
        return Parts("\n".join(lines[1 : ends[1]]), 2, tuple(lines[ends[1] + 1 :]), ends[1] + 2)
    what = "there is no front matter"
    help_ = "begin the file with a line `---`, keys such as `id: my-lesson`, and another line `---`"
    if ends and ends[0] == 0:
        what = "the front matter is not closed"
    elif len(ends) > 1 and not "".join(lines[: ends[0]]).strip():
        what = "an empty line stands before the front matter"
        help_ = "the first line of the file is `---`: delete what stands above it"
    problems.append(Problem(path, 1, 1, what, help_, "front-matter"))
    return Parts("", 1, tuple(lines), 1, found=False)


def chunks(body: tuple[str, ...], first_line: int, path: str, problems: list[Problem]) -> list[Chunk]:
    """Split the body of a lesson into prose and blocks; prose begins anew before every `##` heading."""
    found: list[Chunk] = []
    prose: list[str] = []
    start, n = first_line, 0

    def flush(next_line: int) -> None:
        nonlocal start
        if any(line.strip() for line in prose):
            found.append(Chunk("", "\n".join(prose), start))
        prose.clear()
        start = next_line

    while n < len(body):
        match = FENCE.match(body[n])
        place = Place(path, first_line + n, 1)
        if match is None:
            if SECTION.match(body[n]):
                flush(first_line + n)
            if kind := _stray(body[n]):
                help_ = f"write ```yaml {kind} at the start of the line"
                problems.append(problem(place, "this begins no block, and would be shown", help_, "block"))
                n = next((k for k in range(n, len(body)) if CLOSING.match(body[k])), n)
            else:
                prose.append(body[n])
            n += 1
            continue
        if sum(bool(chunk.word) for chunk in found) >= MAX_BLOCKS:
            problems.append(problem(place, f"more than {MAX_BLOCKS} blocks", "make several lessons of it", "too-long"))
            return found
        end = _closing(body, n, match["fence"])
        inner = _swallowed(body, n, end)
        if inner is not None or end == len(body):
            what = f"the block of line {place.line} is not closed"
            help_ = f"write {match['fence']} below it" + (f", above line {first_line + inner}" if inner else "")
            problems.append(problem(place, what, help_, "fence"))
            begin = next((k for k in range(n + 1, inner or end) if not body[k].strip()), inner or end)
            flush(first_line + begin)
            prose += body[begin : inner or end]  # what may be the prompt of the block below
            n = inner or end
            continue
        word = _word(match["info"], place, body[n + 1 : end], problems)
        if not word:
            prose += body[n : end + 1]
        else:
            flush(first_line + end + 1)
            found.append(Chunk(word, "\n".join(body[n + 1 : end]), first_line + n + 1, first_line + n))
        n = end + 1
    flush(0)
    return found


def _word(info: str, place: Place, content: tuple[str, ...], problems: list[Problem]) -> str:
    """Return the kind of block that a fence's info names; empty for a fence that is only code."""
    words = info.split()
    word = words[1] if len(words) > 1 and words[0].lower() in YAML else ""
    if word in BLOCKS:
        if extra := words[2:]:
            what = f"`{' '.join(extra)}` cannot stand on the fence"
            problems.append(problem(place, what, "write it as a key inside the block", "block"))
        return word
    if word:
        problems.append(problem(place, f"`{word}` is no kind of block", nearest(word, BLOCKS), "block"))
        return "unknown"
    keys = {match[1] for match in KEY.finditer("\n".join(content))}
    kind = _meant(info) or ("question" if len(keys) > 1 or keys == {"arrays"} else "")
    if kind:
        what = f"`{info.strip()}` begins no block: a learner would see it as it stands, answer and all"
        problems.append(problem(place, what, f"write ```yaml {kind} at the start of the line", "block"))
    return "unknown" if kind else ""


def _meant(info: str) -> str:
    """Return the kind of block that words after a fence seem to mean, however written; empty for none."""
    words = [word.lower() for word in re.findall(r"[A-Za-z]+", info)]
    tried = words[1:] if words and words[0] in YAML else words
    close = [found for word in tried for found in difflib.get_close_matches(word, BLOCKS, 1, NEAR)]
    return close[0] if close else ""


def _stray(line: str) -> str:
    """Return the kind of block that a line outside every fence seems to begin; empty when it is a line of text."""
    found = STRAY.fullmatch(line)
    if found is None or not (QUOTE.search(line) or found["info"].split()[0].lower() in YAML):
        return ""
    return _meant(found["info"])


def _closing(body: Sequence[str], opening: int, fence: str) -> int:
    """Return the line that closes a fence; the number of lines when none does."""
    close = re.compile(rf" {{0,3}}{re.escape(fence[0])}{{{len(fence)},}}\s*$")
    return next((n for n in range(opening + 1, len(body)) if close.match(body[n])), len(body))


def _swallowed(body: Sequence[str], opening: int, end: int) -> int | None:
    """Return the line inside a fence on which another block begins: the fence was never closed. None when none does."""
    outer = FENCE.match(body[opening])
    for n in range(opening + 1, end):
        inner = FENCE.match(body[n])
        if outer is None or inner is None or not _meant(inner["info"]):
            continue
        same = inner["fence"][0] == outer["fence"][0] and len(inner["fence"]) >= len(outer["fence"])
        if same or _meant(outer["info"]):
            return n
    return None


def prompt_of(chunk: Chunk) -> tuple[Chunk | None, Chunk | None]:
    """Split the last paragraph off some prose: the prose that is left, and the prompt (None below a heading).

    Code directly above the question belongs to the prompt, with the paragraph above it.
    """
    lines = chunk.text.rstrip("\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    begin = _paragraph(lines, len(lines))
    if begin < len(lines) and FENCE.match(lines[begin]):
        begin = _paragraph(lines, begin)
    if begin < len(lines) and HEADING.match(lines[begin]):
        begin += 1
    while begin < len(lines) and not lines[begin].strip():
        begin += 1
    rest, asked = "\n".join(lines[:begin]), "\n".join(lines[begin:])
    left = Chunk("", rest, chunk.line) if rest.strip() else None
    return left, (Chunk("", asked, chunk.line + begin) if asked else None)


def _paragraph(lines: list[str], end: int) -> int:
    """Return where the paragraph, or the fenced code, that ends before line `end` begins."""
    while end > 0 and not lines[end - 1].strip():
        end -= 1
    n = 0
    while n < end:  # the fence that closes at line `end - 1`
        match = FENCE.match(lines[n])
        close = _closing(lines, n, match["fence"]) if match else n
        if match and close == end - 1:
            return n
        n = close + 1
    begin = end
    while begin > 0 and lines[begin - 1].strip() and not FENCE.match(lines[begin - 1]):
        begin -= 1
    return begin
