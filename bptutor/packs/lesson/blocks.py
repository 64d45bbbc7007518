"""The blocks of a lesson file: where prose ends and a fenced `yaml derivation | question | show` begins."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bptutor.errors import Problem
from bptutor.packs.lesson import fences
from bptutor.packs.lesson.fences import BLOCKS, FENCE, closing
from bptutor.packs.model import Place
from bptutor.packs.yaml.fields import nearest
from bptutor.packs.yaml.reader import problem

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
    if not ends or ends[0] != 0 or len(ends) < 2:
        problems.append(_no_front(lines, ends, path))
        return Parts("", 1, tuple(lines), 1, found=False)
    return Parts("\n".join(lines[1 : ends[1]]), 2, tuple(lines[ends[1] + 1 :]), ends[1] + 2)


def _no_front(lines: list[str], ends: list[int], path: str) -> Problem:
    """Say why a file has no front matter."""
    help_ = "begin the file with a line `---`, keys such as `id: my-lesson`, and another line `---`"
    if ends and ends[0] == 0:
        return Problem(path, 1, 1, "the front matter is not closed", help_, "front-matter")
    if len(ends) > 1 and not "".join(lines[: ends[0]]).strip():
        help_ = "the first line of the file is `---`: delete what stands above it"
        return Problem(path, 1, 1, "an empty line stands before the front matter", help_, "front-matter")
    return Problem(path, 1, 1, "there is no front matter", help_, "front-matter")


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
            if kind := fences.is_stray(body[n]):
                problems.append(problem(place, "this begins no block, and would be shown", _right(kind), "block"))
                n = next((k for k in range(n, len(body)) if fences.CLOSING.match(body[k])), n)
            else:
                prose.append(body[n])
            n += 1
            continue
        if sum(bool(chunk.word) for chunk in found) >= MAX_BLOCKS:
            problems.append(problem(place, f"more than {MAX_BLOCKS} blocks", "make several lessons of it", "too-long"))
            return found
        end = closing(body, n, match["fence"])
        inner = fences.swallowed(body, n, end)
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


def _right(kind: str) -> str:
    """Return the help for a block that is begun in another way."""
    return f"write ```yaml {kind} at the start of the line"


def _word(info: str, place: Place, content: tuple[str, ...], problems: list[Problem]) -> str:
    """Return the kind of block that a fence's info names; empty for a fence that is only code."""
    word = fences.block(info)
    if not word:
        kind = fences.meant(info) or ("question" if fences.written(content) else "")
        if kind:
            what = f"`{info.strip()}` begins no block: a learner would see it as it stands, answer and all"
            problems.append(problem(place, what, _right(kind), "block"))
            return "unknown"
        return ""
    if word not in BLOCKS:
        problems.append(problem(place, f"`{word}` is no kind of block", nearest(word, BLOCKS), "block"))
        return "unknown"
    if extra := info.split()[2:]:
        what = f"`{' '.join(extra)}` cannot stand on the fence"
        problems.append(problem(place, what, "write it as a key inside the block", "block"))
    return word


def prompt_of(chunk: Chunk) -> tuple[Chunk | None, Chunk | None]:
    """Split the last paragraph off some prose: the prose that is left, and the prompt (None below a heading).

    Code directly above the question belongs to the prompt, with the paragraph above it.
    """
    lines = chunk.text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    begin = _paragraph(lines, len(lines))
    if begin < len(lines) and _is_code(lines, begin):
        begin = _paragraph(lines, begin)
    prompt = lines[begin:]
    if prompt and HEADING.match(prompt[0]):
        prompt, begin = prompt[1:], begin + 1
    while prompt and not prompt[0].strip():
        prompt, begin = prompt[1:], begin + 1
    rest, asked = "\n".join(lines[:begin]), "\n".join(prompt)
    left = Chunk("", rest, chunk.line) if rest.strip() else None
    return left, (Chunk("", asked, chunk.line + begin) if asked else None)


def _paragraph(lines: list[str], end: int) -> int:
    """Return where the paragraph, or the fenced code, that ends before line `end` begins."""
    while end > 0 and not lines[end - 1].strip():
        end -= 1
    opening = _open_fence(lines, end)
    if opening is not None:
        return opening
    begin = end
    while begin > 0 and lines[begin - 1].strip() and not FENCE.match(lines[begin - 1]):
        begin -= 1
    return begin


def _open_fence(lines: list[str], end: int) -> int | None:
    """Return the opening line of the fence that closes at line `end - 1`; None when none does."""
    n = 0
    body = tuple(lines)
    while n < end:
        match = FENCE.match(lines[n])
        if match is None:
            n += 1
            continue
        close = closing(body, n, match["fence"])
        if close == end - 1:
            return n
        n = close + 1
    return None


def _is_code(lines: list[str], begin: int) -> bool:
    return FENCE.match(lines[begin]) is not None
