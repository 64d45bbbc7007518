"""Every relative link of the project's own pages leads to a file, and to a heading where it names one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md"), ROOT / "lessons" / "README.md"]
)
MARKDOWN = MarkdownIt("commonmark").enable("table")


def parsed(text: str) -> list[Token]:
    """Return the tokens of a page, those inside paragraphs after their paragraph."""
    return [inner for token in MARKDOWN.parse(text) for inner in (token, *(token.children or ()))]


def targets(text: str) -> Iterator[str]:
    """Yield where the links and pictures of a page lead."""
    for token in parsed(text):
        target = token.attrGet("href") if token.type == "link_open" else token.attrGet("src")
        if target is not None:
            yield str(target)


def anchors(text: str) -> set[str]:
    """Return the anchors that a page's headings get where it is shown: lower case, hyphens, numbered when alike."""
    found: set[str] = set()
    tokens = MARKDOWN.parse(text)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            words = "".join(child.content for child in inline.children or ())
            anchor = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
            alike = sum(re.fullmatch(rf"{re.escape(anchor)}(-\d+)?", other) is not None for other in found)
            found.add(f"{anchor}-{alike}" if alike else anchor)
    return found


def leads_somewhere(page: Path, target: str) -> bool:
    """Return whether a link leads into the project, to a heading where it names one; other sites are not asked."""
    address = urlsplit(target)
    if address.scheme or address.netloc:
        return True
    place = page.parent / unquote(address.path) if address.path else page
    if not place.exists() or not place.resolve().is_relative_to(ROOT):
        return False
    return not address.fragment or unquote(address.fragment) in anchors(place.read_text(encoding="utf-8"))


def broken(page: Path) -> list[str]:
    """Return the links of a page that lead nowhere."""
    return [target for target in targets(page.read_text(encoding="utf-8")) if not leads_somewhere(page, target)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    assert broken(page) == []


def test_dead_links_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (tmp_path / "other.md").write_text("# One `word`, two\n\n## Same\n\n## Same\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](other.md) [b](other.md#one-word-two) [c](other.md#same-1) [d](#here) [e](https://example.org/x)\n\n"
        "# Here\n\n| x |\n|---|\n| [f](gone.md) |\n\n[g](other.md#gone) ![h](gone.svg) [i](../out.md) [j](#gone)\n\n"
        "`[k](code.md)`\n\n[l][ref]\n\n[ref]: nowhere.md\n"
    )
    (tmp_path.parent / "out.md").write_text("outside")
    assert broken(page) == ["gone.md", "other.md#gone", "gone.svg", "../out.md", "#gone", "nowhere.md"]


def test_a_newcomer_is_led_to_every_page() -> None:
    """From README and CONTRIBUTING, every page is reached by links."""
    seen: set[Path] = set()
    waiting = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        local = (urlsplit(target) for target in targets(page.read_text(encoding="utf-8")))
        waiting += [page.parent / unquote(at.path) for at in local if at.path and not at.scheme]
    assert {page.resolve() for page in PAGES} <= seen
