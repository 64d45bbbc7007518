"""A verdict stands on the screen as long as its answer stands in the bar, and what matters of it is never cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bptutor.grading.grade import grade
from bptutor.grading.verdict import Finding, Mark, ProofMark, Verdict
from bptutor.packs.library import Library
from bptutor.packs.model import Lesson, Line, Prose, Question
from bptutor.packs.quiz import Quiz, QuizFront, Source
from bptutor.packs.scene.scene import Scene
from bptutor.session import LineState, ShownDerivation, ShownProse, View, Wants
from bptutor.tui.render.flow import READABLE
from bptutor.tui.render.formulas import Typesetter
from bptutor.tui.render.headings import conventions, title_row
from bptutor.tui.render.prompt import Typed, echo_rows, program_echo_rows
from bptutor.tui.render.steps import Setting, derivation_rows, step_rows
from bptutor.tui.render.verdicts import Judged
from bptutor.tui.widgets.answer_bar import AnswerBar
from bptutor.tui.widgets.dock import MOST, SAID_ROWS
from tests.session.fakes import ERROR, DirectGrader, FakeLibrary
from tests.tui.stage import SMALL, Stage, stage

pytestmark = pytest.mark.normal

WIDE = 78
"""Cells of a row of the dock at 80 columns."""


# --- a verdict belongs to what is in the bar ----------------------------------------------------------------


async def asked(s: Stage) -> None:
    await s.until("enter go on")
    await s.press("enter", "enter")
    await s.until("Carry the derivative")
    await s.until_true(lambda: isinstance(s.app.focused, AnswerBar))


@pytest.mark.parametrize(
    ("answer", "said", "key"),
    [("p_i", "✗ wrong", "backspace"), ("p_i?!", "not counted", "x"), ("maybe", "cannot decide", "up")],
)
async def test_the_first_key_takes_away_what_was_said(tmp_path: Path, answer: str, said: str, key: str) -> None:
    async with stage(tmp_path, "output-error") as s:
        await asked(s)
        await s.paste(answer)
        await s.press("enter")
        await s.until(said)
        await s.press("f2")
        await s.until("hint 1/3")
        assert said in s.text  # a hint is no new answer
        await s.press(key)
        await s.until_true(lambda: said not in s.text)
        assert "Look at the nudge" not in s.text


async def test_what_is_said_of_a_program_is_called_that_of_the_last_run(tmp_path: Path) -> None:
    code = Library.open(Path(__file__).parents[1] / "data" / "packs" / "valid" / "code")
    async with stage(tmp_path, "code", library=code, grader=DirectGrader()) as s:
        await s.until("enter go on")
        await s.press("enter")
        await s.until("F8 run it")
        await s.run_program("def output_error(p, y):\n    return p")
        await s.until("✗ wrong")
        assert "of the last run" not in s.text
        await s.type("-")
        await s.until("of the last run:  ✗ wrong")
        await s.until("when called with p (7, 2), y (7, 2)")
        await s.press("backspace")
        await s.until_true(lambda: "of the last run" not in s.text)


# --- one case, whole ----------------------------------------------------------------------------------------


def wrongs(question: Question) -> Iterator[str]:
    """Yield answers that are wrong in no way that has a name, as far as that can be written."""
    if question.kind in {"symbolic", "matrix-expression", "numpy"}:
        yield f"({question.answer})**2 + 0.3"
        yield f"exp({question.answer})" if question.kind != "numpy" else f"np.exp({question.answer})"
    elif question.code is not None:
        head, _, _ = str(question.answer).rstrip().rpartition("\n")
        last = str(question.answer).rstrip().rpartition("return ")[2]
        yield f"{head}\n    return ({last}) ** 2 + 0.3"


def judged(lesson: Lesson) -> Iterator[tuple[Question, str, Verdict]]:
    for block in lesson.blocks:
        if isinstance(block, Question):
            for text in wrongs(block):
                yield block, text, grade(block, text, lesson.scene, 7)


def entries(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield yours and asked at each entry that differs, in four digits; numbers are told apart by the screen."""
    for one in _pairs(finding.got, finding.expected):
        mine, theirs = (f"{value:.4g}".replace("-", "−") for value in one)
        if mine != theirs:
            yield mine, theirs


def _pairs(got: object, expected: object) -> Iterator[tuple[float, float]]:
    if isinstance(got, list) and isinstance(expected, list):
        for mine, theirs in zip(got, expected, strict=False):
            yield from _pairs(mine, theirs)
    elif isinstance(got, int | float) and isinstance(expected, int | float):
        yield float(got), float(expected)


def all_seen(lesson: Lesson, least: int) -> None:
    """Check that each case of a lesson is seen: yours and asked at one entry."""
    seen = 0
    for question, text, verdict in judged(lesson):
        cases = [finding for finding in verdict.said if finding.values and list(entries(finding))]
        if not cases:
            continue
        seen += 1
        typed = Typed(text, judged=Judged(verdict), judged_text=text)
        if question.code is not None:
            rows = program_echo_rows(typed, WIDE)[: SAID_ROWS[0]]
            assert "when called with" in rows[1].plain
        else:
            view = View(lesson, 7, (), Wants.ANSWER, question, (), 0, "", 1, 1, saving=True)
            rows = echo_rows(view, typed, Setting(Typesetter(None)), WIDE, 4)[: MOST[0]]
        shown = "\n".join(row.plain for row in rows)
        assert any(mine in shown and theirs in shown for mine, theirs in entries(cases[0])), f"{question.id}:\n{shown}"
        assert all(row.cell_length <= WIDE for row in rows)
    assert seen >= least


def test_yours_and_asked_are_seen_in_a_lesson() -> None:
    all_seen(Library.builtin().lesson("gradient"), 2)


@pytest.mark.long
@pytest.mark.parametrize("lesson", [entry.id for entry in Library.builtin().entries()])
def test_yours_and_asked_are_seen_in_every_lesson(lesson: str) -> None:
    all_seen(Library.builtin().lesson(lesson), 0)


WEIGHTS = Scene.from_mapping(
    {
        "sizes": {"K": "5", "J": "3"},
        "given": {
            "W": {"axes": ["K", "J"], "draw": {"from": -2, "to": 2, "step": 0.5}},
            "d": {"axes": ["K"], "draw": {"from": -1, "to": 1, "step": 0.1}},
        },
    }
)


async def test_a_case_with_a_matrix_is_whole_on_a_small_screen(tmp_path: Path) -> None:
    question = Question(
        "q",
        "matrix-expression",
        "Back through the layer?",
        answer="W.T @ d",
        source={"type": "matrix-expression", "answer": "W.T @ d"},
    )
    library = FakeLibrary({"one": Lesson("one", "One", (Prose("A layer."), question), scene=WEIGHTS)})
    text = "W.T @ (d * d) + 0.3"
    verdict = grade(question, text, WEIGHTS, 7)
    async with stage(tmp_path, "one", library=library, grader=DirectGrader(), size=SMALL) as s:
        await s.until("Back through")
        await s.paste(text)
        await s.press("enter")
        await s.until("✗ wrong")
        told = list(entries(verdict.said[0]))
        await s.until_true(lambda: any(mine in s.text and theirs in s.text for mine, theirs in told))
        await s.until_true(lambda: "W = [[" in s.text and "d = [" in s.text)


async def test_what_does_not_fit_is_scrolled_by_a_key_that_is_named(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error", grader=Wordy()) as s:
        await asked(s)
        await s.paste("p_i")
        await s.press("enter")
        await s.until("tab ↓ more")
        await s.until("yours 0.25, asked 0.5")
        assert "last word" not in s.text
        await s.press("tab", "end")
        await s.until("last word")
        await s.press("tab")
        await s.type("x")
        await s.until("> p_ix")


class Wordy(DirectGrader):
    """Says much, with a case whose numbers the message does not name."""

    async def grade(self, question, scene, text, seed, earlier=None) -> Verdict:  # type: ignore[no-untyped-def]
        case = Finding(
            "witness", "They differ. Look at p.", values={"p": [0.5] * 6}, expected=[0.0, 0.5], got=[0.0, 0.25]
        )
        much = Finding("sign", " ".join(["A long sentence without an end."] * 16) + " The last word.")
        return Verdict(Mark.WRONG, ProofMark.REFUTED, (case, much), text)


def test_the_entry_that_is_told_is_one_that_differs() -> None:
    finding = Finding("witness", "They differ.", expected=[[1.0, 2.0], [3.0, 4.0]], got=[[1.0, 2.0], [3.0, 4.00001]])
    rows = program_echo_rows(
        Typed(
            "x",
            judged=Judged(Verdict(Mark.WRONG, findings=(replace(finding, values={"A": [[1, 2]], "n": 3}),))),
            judged_text="x",
        ),
        WIDE,
    )
    assert rows[1].plain.strip() == "when called with A (1, 2), n = 3"
    assert rows[2].plain.strip() == "at [1, 1]: yours 4.00001, asked 4"


# --- wide screens -------------------------------------------------------------------------------------------


def test_prose_is_no_wider_than_can_be_read_and_a_badge_stands_near_its_line() -> None:
    setting = Setting(Typesetter(None), checked=True)
    rows = step_rows(ShownProse("word " * 200), setting, 195)
    assert max(row.cell_length for row in rows) <= READABLE
    shown = ShownDerivation(ERROR, ((ERROR.lines[0], LineState.SHOWN),), finished=False)
    (row,) = [row.plain.rstrip() for row in derivation_rows(shown, setting, 195) if "proved" in row.plain]
    assert len(row) <= READABLE
    long = replace(ERROR, lines=(Line(" + ".join(["p_i"] * 30)),))
    shown = ShownDerivation(long, ((long.lines[0], LineState.SHOWN),), finished=False)
    (row,) = [row.plain.rstrip() for row in derivation_rows(shown, setting, 195)]
    assert READABLE < len(row) <= 195
    assert row.endswith("proved")


LAYERS: dict[str, tuple[dict[str, Any], str]] = {
    "one": ({"given": {"W": ["K", "J"], "x": ["J"]}, "define": {"z": "W @ x"}}, "columns · W is (out, in)"),
    "other letters": ({"given": {"x": ["K", "J"], "W": ["J"]}, "define": {"a": "x @ W"}}, "columns · x is (out, in)"),
    "rows": (
        {"given": {"q": ["E", "J"], "m2": ["K", "J"], "c": ["K"]}, "define": {"u": "q @ m2.T + c"}},
        "batch in rows · m is (out, in)",
    ),
    "the other way": (
        {"given": {"q": ["E", "J"], "W": ["J", "K"], "c": ["K"]}, "define": {"u": "q @ W + c"}},
        "batch in rows · W is (in, out)",
    ),
    "no layer": ({"given": {"W": ["B", "J"], "x": ["J"]}}, ""),
}


@pytest.mark.parametrize("case", LAYERS)
def test_conventions_stand_where_weights_are_met(case: str) -> None:
    keys, said = LAYERS[case]
    lesson, scene = Lesson("l", "A lesson", ()), Scene.from_mapping(keys)
    before = View(lesson, 7, (ShownProse("Three scores."),), Wants.GO_ON, None, (), 0, "", 1, 1, True, scene=scene)
    after = replace(before, shown=(ShownProse("The weights $W_21$, $x_21$ and $m2_21$."),))
    for view, wanted in ((before, ""), (after, said)):
        assert conventions(view) == [part for part in wanted.split(" · ") if part]
    assert said in title_row(after, 80)[0].plain


async def test_the_introduction_of_a_quiz_is_seen_with_its_first_question(tmp_path: Path) -> None:
    """No row is kept free that it could stand in."""
    opening = Prose("Three things are asked.\n\nEach once.\n\nTake your time.")
    front = QuizFront(sources=(Source("first-minutes"),), shuffle=False)
    library = FakeLibrary(quiz_files={"q1": Quiz(Lesson("q1", "Quiz one", (opening,)), front)})
    async with stage(tmp_path, "~quiz/q1", None, library=library) as s:
        await s.until("one try")
        await s.press("f2")  # a notice; by then everything is laid out
        await s.until("A quiz has no hints")
        assert "Three things are asked." in s.text and "What does L do?" in s.text
