"""Sittings from the first key to the last, read from the screen."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from bptutor.errors import PackError, Problem
from bptutor.packs.library import Library
from bptutor.packs.model import Lesson, Prose
from bptutor.progress.event_log import Log
from bptutor.session import LineState, ShownDerivation, ShownQuestion
from bptutor.session.view.faces import faces_of
from tests.session.fakes import CODE, ERROR, LESSONS, DirectGrader, FakeLibrary
from tests.tui.stage import LARGE, SMALL, stage

pytestmark = pytest.mark.normal

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x36"])


@SIZES
async def test_the_first_start_opens_the_first_lesson_and_goes_to_its_end(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with stage(tmp_path, size=size) as s:
        await s.until("What does L do?")
        assert "First ten minutes" in s.rows[0] and "1/4" in s.rows[0]
        assert "is 1.540 here" in s.text
        letter = next(row.split()[0] for row in s.rows if "It falls." in row)
        await s.type(letter)
        await s.press("enter")
        await s.until("✔ right")
        await s.press("enter", "enter")
        await s.until("slope of L by z (measured)")
        assert "0.354" in s.text and "−0.786" not in s.text
        await s.press("right", "right", "right")
        await s.until("−0.786")  # p − y for z = (0.3, −0.2, 0.5), class 2: a published first example
        await s.press("enter")
        await s.type("p-y")
        await s.until("I read: p − y")
        assert "✔" not in s.text.split("────")[-1]
        await s.press("enter")
        await s.until("proved")
        await s.press("enter")
        await s.until("enter go on: The output error")
        await s.press("enter")
        await s.until("Both derivatives you know")


@SIZES
async def test_a_wrong_answer_is_named_hinted_revealed_and_left(tmp_path: Path, size: tuple[int, int]) -> None:
    async with stage(tmp_path, "output-error", size=size) as s:
        await s.until("enter go on")
        await s.press("enter", "enter")
        await s.until("Carry the derivative")
        await s.type("p_i")
        await s.press("enter")
        await s.until("✗ wrong")
        assert "Look at the nudge of the true class." in s.text
        await s.press("f4")
        await s.until("3 to go")
        await s.press("f2", "f2", "f2")
        await s.until("hint 3/3")
        assert "F4 reveals" in s.text
        await s.press("f4")
        await s.until("revealed")
        await s.press("enter")
        await s.until("Which rule makes this line")  # a reveal is not a pass
        assert "why?" in s.text and "chain rule" not in s.text.split("────")[0]
        await s.type("chain rule")
        await s.press("enter")
        await s.until("✔ right")
        await s.press("enter")
        await s.until("Insert it and cancel.")
        assert "2/" not in s.rows[0] and "3/7" in s.rows[0]


async def test_another_letter_takes_the_place_of_a_wrong_choice(tmp_path: Path) -> None:
    library = FakeLibrary()
    first = library.lessons["first-minutes"]
    library.lessons = {first.id: Lesson(first.id, first.title, (first.blocks[2],))}
    async with stage(tmp_path, "first-minutes", library=library) as s:
        await s.until("It falls.")
        right = next(row.split()[0] for row in s.rows if "It falls." in row)
        wrong = next(letter for letter in "abc" if letter != right)
        await s.type(wrong)
        await s.press("enter")
        await s.until("✗ wrong")
        await s.type(right)
        await s.press("enter")
        await s.until("✔ right")


async def test_the_next_line_of_a_blank_page_begins_with_an_empty_bar(tmp_path: Path) -> None:
    async with stage(tmp_path, "practice-from-memory", 7, library=Library.builtin(), grader=DirectGrader()) as s:
        await s.until("enter go on")
        await s.enter()
        await s.until("type your answer")
        await s.paste("Σ_s ∂L/∂z2_si a1_sj")
        await s.enter()
        await s.until("✔ right")
        assert "  2           = ?" in s.text and "> type your answer, then enter" in s.text
        await s.paste("(1/B) Σ_s (p_si - y_si) a1_sj")
        await s.enter()
        await s.until("enter go on")


async def test_f3_opens_the_faces_there_are_and_none_of_an_asked_line(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await s.until("enter go on")
        await s.press("enter", "enter")
        await s.until("Carry the derivative")
        await s.press("f3")
        await s.until("[index]")
        assert "matrix" not in s.text and "numpy" not in s.text  # they are spellings of the last line
        await s.press("f3")
        await s.until("[numbers]")
        assert "0.354" in s.text  # the numbers of what is shown are open
        await s.press("tab", "right", "right", "down")
        await s.until("p₂ = e^(−0.2)/(e^(0.3) + e^(−0.2) + e^(0.5)) = 0.214")
        await s.press("right", "right", "down")
        await s.until("∂L/∂zᵢ at i = 2 = ")
        await s.until("= −0.786")  # the line above the asked one, worked out: p − y at the true class
        await s.press("tab")
        await s.type("p")
        await s.until("> p")
        await s.press("f3")
        await s.until_true(lambda: "[numbers]" not in s.text)


def test_a_question_opens_the_faces_of_the_derivation_above_but_not_its_own_answer() -> None:
    asks = replace(CODE, answer="p - y", id="plain-code")
    other = replace(CODE, answer="np.outer(p-y, a)")
    done = ShownDerivation(ERROR, tuple((line, LineState.SHOWN) for line in ERROR.lines), finished=True)
    assert set(faces_of((done, ShownQuestion(other, None)), other).texts) == {"index", "matrix", "numpy"}
    assert set(faces_of((done, ShownQuestion(asks, None)), asks).texts) == {"index", "matrix"}
    assert faces_of((done, ShownQuestion(asks, "p-y"))).texts == {"numpy": "p-y"}
    states = (LineState.SHOWN, LineState.SKIPPED, LineState.ASKED)
    left = ShownDerivation(ERROR, tuple(zip(ERROR.lines, states, strict=False)), finished=False)
    assert faces_of((left,)).texts == {"index": ERROR.lines[0].math}


@SIZES
async def test_at_a_question_f3_says_of_what_it_opens_the_faces(tmp_path: Path, size: tuple[int, int]) -> None:
    shown = replace(ERROR, lines=tuple(replace(line, ask="") for line in ERROR.lines))
    lesson = replace(LESSONS["output-error"], blocks=(shown, Prose("In code, with a."), CODE))
    async with stage(tmp_path, "output-error", library=FakeLibrary({lesson.id: lesson}), size=size) as s:
        await s.until("enter go on")
        while "All six in one line." not in s.text:
            await s.press("enter")
        for name, face in (("index", "pᵢ − yᵢ"), ("matrix", "p − y"), ("numpy", "p - y")):
            await s.press("f3")
            await s.until(f"[{name}]")
            row = next(n for n, row in enumerate(s.rows) if f"[{name}]" in row)
            assert any("of ∂L/∂zᵢ" in one for one in s.rows[row : row + 2])
            assert any(face in below for below in s.rows[row + 1 : row + 4])
        await s.press("f3")
        await s.until("[numbers]")
        await s.press("f3")
        await s.until_true(lambda: "[numbers]" not in s.text)


@SIZES
async def test_f3_where_there_is_no_face_says_so_at_the_first_press(tmp_path: Path, size: tuple[int, int]) -> None:
    async with stage(tmp_path, "reading", size=size) as s:
        await s.until("Only prose.")
        await s.press("f3")
        await s.until("There is no other face here yet")
        assert "─ numbers" not in s.text


async def test_the_line_above_and_names_come_by_key(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await s.until("enter go on")
        await s.press("enter", "enter")
        await s.until("Carry the derivative")
        await s.press("up")
        await s.until("> -Σ_k y_k ∂(log p_k)/∂z_i")
        await s.press("down")
        await s.until("type your answer")


async def test_leaving_keeps_the_draft_and_the_map_says_where(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    async with stage(tmp_path, "output-error", log=log) as s:
        await s.until("enter go on")
        await s.press("enter", "enter")
        await s.until("Carry the derivative")
        await s.type("y_k")
        await s.press("escape")
        await s.until("continue: The output error")
    async with stage(tmp_path, seed=None, log=log) as s:
        await s.until("continue: The output error, step 2")
        assert "◐ The output error" in s.text
        await s.press("c")
        await s.until("> y_k")
    log.close()


async def test_the_map_shows_searches_and_opens(tmp_path: Path) -> None:
    async with stage(tmp_path, "reading") as s:
        await s.until("Only prose.")
        await s.press("f9")
        await s.until("continue:")
        await s.press("slash")
        await s.type("output")
        await s.until("○ The output error")
        assert not any(row.startswith("○ To read") for row in s.rows)
        await s.press("escape")
        await s.until("◐ To read")
        await s.press("slash")
        await s.type("zzz")
        await s.until("no lesson fits")
        await s.press("escape")
        await s.press("up", "enter")
        await s.until("needs: First ten minutes")
        await s.enter()
        await s.until("Both derivatives you know")


async def test_a_verdict_that_comes_too_late_is_dropped(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await s.until("enter go on")
        await s.press("enter", "enter")
        await s.until("Carry the derivative")
        s.grader.gate = asyncio.Event()
        await s.type("p_i")
        await s.press("enter")
        await s.until("grading …")
        await s.press("f6")
        await s.until("Insert it and cancel.")
        s.grader.gate.set()
        await s.press("x")
        assert "wrong" not in s.text and "Insert it and cancel." in s.text


async def test_a_report_is_the_object_that_grade_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPTUTOR_HOME", str(tmp_path))
    library = FakeLibrary()
    first = library.lessons["first-minutes"]
    library.lessons = {first.id: Lesson(first.id, first.title, (first.blocks[2],))}
    async with stage(tmp_path, "first-minutes", library=library) as s:
        await s.until("What does L do?")
        await s.press("f7")
        await s.until("no verdict")
        await s.type("a,b")
        await s.press("enter")
        await s.until("✗ wrong")
        await s.press("f7")
    (path,) = (tmp_path / "reports").iterdir()
    case = json.loads(path.read_text(encoding="utf-8"))
    assert (case["id"], case["answer"], case["seed"], case["said"]["mark"]) == ("rises", "a,b", 7, "wrong")
    assert case["question"]["type"] == "choice"


class BrokenLibrary(FakeLibrary):
    """One lesson of it cannot be read."""

    def lesson(self, id: str) -> Lesson:  # noqa: A002
        if id == "output-error":
            raise PackError(Problem("12-output-error.md", 9, 3, "`by` names no rule", "did you mean sum-rule"))
        return super().lesson(id)


async def test_a_broken_lesson_shows_its_problem_and_the_rest_works(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error", library=BrokenLibrary()) as s:
        await s.until("12-output-error.md:9:3: `by` names no rule")
        await s.press("enter", "f2", "f3", "f4", "f5", "f6", "f7", "y", "right", "pageup", "tab")
        await s.press("escape")
        await s.until("To read")
