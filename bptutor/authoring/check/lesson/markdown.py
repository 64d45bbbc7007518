"""Markdown that would be shown to the learner as it stands: HTML, footnotes, task boxes, an unclosed `$`, no image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bptutor.authoring.check.report import Checked
from bptutor.errors import Problem
from bptutor.packs.model import Derivation, Lesson, Line, Place, Prose, Question
from bptutor.packs.yaml.reader import note, problem

CODE = re.compile(r"^ {0,3}(```+|~~~+).*?^ {0,3}\1|(?<!`)(`+)(?!`).+?(?<!`)\2(?!`)", re.DOTALL | re.MULTILINE)
DISPLAY = re.compile(r"\$\$.+?\$\$|\\begin\{(\w+\*?)\}.*?\\end\{\1\}", re.DOTALL)
IMAGE = re.compile(r"!\[[^\]\n]*\]\(\s*<?(?P<file>[^)\s>]*)")
REMOTE = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)
LITERAL = (
    (
        re.compile(r"<!--"),
        "a comment of HTML is shown to the learner",
        "keep it outside the pack",
        "html",
    ),
    (
        re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(\s[^<>]*)?/?>"),
        "HTML is shown as it stands",
        "write it as Markdown, or put it between backticks",
        "html",
    ),
    (re.compile(r"\[\^[^\]\s]+\]"), "a footnote is shown as it stands", "say it in the text", "footnote"),
    (
        re.compile(r"^\s*(?:[-*+]|\d+[.)]) (?=\[[ xX]\]\s)", re.MULTILINE),
        "a task box is shown as it stands",
        "write a plain list",
        "task-box",
    ),
    (re.compile(r"\\[(\[](?=.*?\\[)\]])"), "this is not read as mathematics", "write $...$ or $$...$$", "delimiter"),
)


def check_markdown(lesson: Lesson, checked: Checked) -> None:
    """Report what no screen renders, once in each text."""
    for text, place in shown_texts(lesson):
        checked.problems += literal(text, place)


def check_images(lesson: Lesson, root: Path) -> Iterator[Problem]:
    """Yield the images of a lesson that are not in the pack."""
    for text, place in shown_texts(lesson):
        for match in IMAGE.finditer(_blank(CODE, text)):
            file = match["file"]
            if not REMOTE.match(file) and not (root / file.split("#", maxsplit=1)[0]).is_file():
                at = place.within(text, match.start())
                yield problem(at, f"there is no image `{file}` in the pack", "say in words what it shows", "image")


def literal(text: str, place: Place) -> Iterator[Problem]:
    """Yield what stands in a text and is no Markdown of the tutor: the first of each kind."""
    plain = _blank(DISPLAY, _blank(CODE, text))
    outside, dollar = without_mathematics(plain)
    for pattern, what, help_, rule in LITERAL:
        if found := pattern.search(outside):
            yield problem(place.within(text, found.start()), what, help_, rule)
    if dollar is not None:
        amount = re.match(r"\$\d[\d.,]*(\s|$|[.,;:!?])", plain[dollar:])
        help_ = "write `\\$` for a dollar" if amount else "write the other one; `\\$` is a dollar"
        yield (note if amount else problem)(place.within(text, dollar), "this `$` has no partner", help_, "dollar")


def without_mathematics(text: str) -> tuple[str, int | None]:
    """Return a text with blanks for its `$...$`, and where the first `$` without a partner stands.

    As on the screen: after the first `$` and before the second stands no space, and both are in one paragraph.
    """
    out, at, lonely = list(text), 0, None
    for paragraph in re.split(r"(\n[ \t]*\n)", text):
        n = 0
        while n < len(paragraph):
            if paragraph[n] == "\\":
                n += 2
                continue
            if paragraph[n] == "$":
                close = _partner(paragraph, n)
                if close is None:
                    lonely = at + n if lonely is None else lonely
                else:
                    out[at + n : at + close + 1] = [c if c == "\n" else " " for c in paragraph[n : close + 1]]
                    n = close
            n += 1
        at += len(paragraph)
    return "".join(out), lonely


def _partner(paragraph: str, opening: int) -> int | None:
    """Return the `$` that closes the one at `opening`."""
    close = opening + 1
    while (close := paragraph.find("$", close)) > 0 and paragraph[close - 1] == "\\":
        close += 1
    if close < 0 or close == opening + 1 or paragraph[opening + 1].isspace() or paragraph[close - 1].isspace():
        return None
    return close


def shown_texts(lesson: Lesson) -> Iterator[tuple[str, Place]]:
    """Yield every Markdown text that a learner reads, with its place."""
    for block in lesson.blocks:
        if isinstance(block, Prose):
            yield block.text, block.place
        for question in (block, *block.vary) if isinstance(block, Question) else ():
            yield question.prompt, question.at("prompt")
            yield question.solution, question.at("solution")
            yield from ((hint, question.at(f"hints.{n}")) for n, hint in enumerate(question.hints))
            yield from ((say, question.at(f"wrong.{n}")) for n, (_, say) in enumerate(question.wrong))
            for n, choice in enumerate(question.choices):
                yield from ((text, question.at(f"choices.{n}")) for text in (choice.text, choice.say))
        if isinstance(block, Derivation):
            steps: tuple[Derivation | Line, ...] = (block, *block.lines)
            for step in steps:
                yield step.ask, step.at("ask")
                yield from ((hint, step.at(f"hints.{n}")) for n, hint in enumerate(step.hints))


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
