"""Pages, the map and the foot row: nothing is cut that is to be read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bptutor.packs.library import Library
from bptutor.session.course import CourseEntry, Standing
from bptutor.tui.render.course import continue_row, map_row
from bptutor.tui.render.footers import ANSWER, OUT_OF_THE_EDITOR, PROGRAM
from bptutor.tui.render.headings import ALWAYS, keys_row
from bptutor.tui.screens.page import glossary_rows
from tests.tui.stage import stage

pytestmark = pytest.mark.normal

COURSE = Library.builtin()


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def left_column(rows: list[str], at: int) -> str:
    return " ".join(row[:at].strip() for row in rows)


@pytest.mark.parametrize("width", [58, 76, 98])
@pytest.mark.parametrize("lesson", ["softmax-derivative", "channels-pooling-stride"])
def test_names_of_the_glossary_are_whole(width: int, lesson: str) -> None:
    scene = COURSE.lesson(lesson).scene
    rows = [row.plain for row in glossary_rows(COURSE.pack, scene)(width)]
    assert max(map(len, rows)) <= width
    text = "\n".join(rows)
    names = squeezed("".join(row[: width * 2 // 5] for row in rows))
    for name in [*COURSE.pack.words, *(rule.title for rule in COURSE.pack.rules.values())]:
        assert squeezed(name) in names, name
    bare = next(rule for rule in COURSE.pack.rules.values() if not rule.math)
    assert "no formula" in next(row for row in rows if bare.title[:12] in row)
    assert not re.search(r"over [A-Z]", text.split("Rules")[0])


def test_a_symbol_is_said_in_words() -> None:
    scene = COURSE.lesson("last-layer").scene
    assert scene is not None
    text = "\n".join(row.plain for row in glossary_rows(COURSE.pack, scene)(98))
    assert re.search(r"W² +a matrix of 3 rows \(N2\) and 2 columns \(N1\)", text)
    assert re.search(r"p +a vector of 3 entries \(N2\)", text)
    assert re.search(r"L +one number", text)


@pytest.mark.parametrize("width", range(36, 80, 4))
@pytest.mark.parametrize("title", ["A layer", "The long way from a score to the weights of the first layer and back"])
def test_titles_of_the_map_are_whole(width: int, title: str) -> None:
    known = CourseEntry(replace(COURSE.entries()[0], title=title, minutes=12), Standing.NEW, 0, 5, 0.0)
    rows = map_row(known, width).plain.split("\n")
    assert max(map(len, rows)) <= width
    assert " ".join(" ".join(rows).replace("12 min", "").split()) == f"○ {title}"


@pytest.mark.parametrize("width", range(40, 130, 3))
@pytest.mark.parametrize("due", [0, 12])
def test_where_to_go_on_is_cut_between_words_and_says_so(width: int, due: int) -> None:
    title = "A kernel on one row, there and back"
    said = continue_row(COURSE.pack, ("x", 12, title), width, due).plain
    assert len(said) <= width
    assert ", step 12" in said and said.count("c continue: ") == 1 and ("v 12 due" in said) == bool(due)
    shown = said.partition("continue: ")[2].partition(", step 12")[0]
    assert shown == title or (shown.endswith(" …") and title.startswith(shown[:-2] + " ")) or width < 46


@pytest.mark.parametrize("width", range(58, 130))
@pytest.mark.parametrize(
    ("pairs", "always"), [(ANSWER, ALWAYS), (PROGRAM, OUT_OF_THE_EDITOR)], ids=["answer", "program"]
)
def test_the_foot_keeps_what_is_needed(
    width: int, pairs: tuple[tuple[str, str], ...], always: tuple[tuple[str, str], ...]
) -> None:
    said = keys_row(pairs, width, always).plain
    assert len(said.rstrip()) <= width
    for key in ("F2 hint", "F6 skip", "F1 help", "^p all", pairs[0][0]):
        assert key in said


@pytest.mark.parametrize("size", [(70, 24), (80, 24), (120, 36)])
async def test_a_page_says_how_it_is_closed_wherever_it_is_scrolled(tmp_path: Path, size: tuple[int, int]) -> None:
    async with stage(tmp_path, "output-error", size=size) as s:
        await s.until("Both derivatives")
        await s.press("enter", "enter")
        await s.until("Carry the derivative")
        assert "F6 skip" in s.text
        for key, heading in (("f10", "Glossary"), ("f1", "Keys")):
            await s.press(key)
            await s.until(heading)
            assert "esc closes this" in s.text
            await s.press("pagedown", "pagedown")
            assert "esc closes this" in s.text
            await s.press("escape")
            await s.until("Carry the derivative")
