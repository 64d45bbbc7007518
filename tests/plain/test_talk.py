"""Conversations: what is typed, and what is said."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bptutor.packs.model import Derivation, Lesson, Line, Nudge, Prose, Question, Show
from bptutor.packs.scene.scene import Scene
from bptutor.plain import run
from bptutor.progress.event_log import EventKind, Log
from bptutor.session import Session, Standing
from tests.session.fakes import CODE, ERROR, LESSONS, SORT, FakeGrader, FakeLibrary

pytestmark = pytest.mark.normal


def talk(home: Path, *lines: str, lesson: str | None = None, library: FakeLibrary | None = None) -> str:
    """Hold a conversation; returns all that was said."""
    out = io.StringIO()
    session = Session(library or FakeLibrary(), Log.open(home), FakeGrader())
    code = run(session, lesson, io.StringIO("".join(f"{line}\n" for line in lines)), out)
    assert code == 0
    return out.getvalue()


def stored(home: Path) -> list[tuple[EventKind, str]]:
    log = Log.open(home)
    events = [(event.kind, event.text) for event in log.events()]
    log.close()
    return events


def test_the_first_start_opens_the_first_lesson_and_reads_it_aloud(tmp_path: Path) -> None:
    said = talk(tmp_path)
    assert said.startswith("First ten minutes\nStop 1 of 4.")
    assert "L equals minus the sum over k of y k" in " ".join(said.split())
    assert "Write p-y as code." in said
    assert "**" not in said
    assert "$" not in said
    assert said.endswith("> \nSaved. Next: First ten minutes.\n\n")


def test_enter_alone_and_answers_lead_to_the_end(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    question = Session(FakeLibrary(), log, FakeGrader()).open("first-minutes").question
    log.close()
    assert question is not None
    right = "abc"[[choice.right for choice in question.choices].index(True)]
    said = talk(tmp_path, right, *[""] * 6, "p-y", "")
    assert "Nudging z 3: the slope of L is" in said
    assert "Right.\nProved." in said
    assert "That was the last layer." in said
    assert "The lesson is finished." in said


def test_hints_then_the_reveal(tmp_path: Path) -> None:
    said = talk(tmp_path, "", "reveal", "?", "?", "?", "?", "reveal", "", lesson="output-error")
    assert "Open the hints first" in said
    assert [said.count(f"Hint {n} of 3") for n in (1, 2, 3)] == [1, 1, 1]
    assert "There are no more hints." in said
    assert "Line 2 (revealed): equals" in said
    assert (EventKind.REVEALED, ERROR.lines[1].math) in stored(tmp_path)


def test_an_asked_line_is_not_read_out_before_it_is_answered(tmp_path: Path) -> None:
    said = talk(tmp_path, "", "skip", lesson="output-error")
    assert "Line 1: equals" in said
    assert "Line 2: skipped." in said
    assert "Line 2: equals" not in said
    assert "Line 3" not in said


def test_a_wrong_an_undecided_and_an_unreadable_answer(tmp_path: Path) -> None:
    said = talk(tmp_path, "", "sign", "maybe", "?!", "form", lesson="output-error")
    assert "Not right.\nYour numbers have the opposite direction." in said
    assert "I cannot decide this; it does not count as wrong." in said
    assert "I cannot read that (column 1): `?!` is no name here. Write p_i." in said
    assert "The value is right, in another form than asked." in said
    assert [text for kind, text in stored(tmp_path) if kind is EventKind.ANSWERED] == ["sign", "maybe", "form"]


def test_the_end_of_the_input_saves_and_the_next_start_goes_on(tmp_path: Path) -> None:
    talk(tmp_path, "", ERROR.lines[1].math, lesson="output-error")
    said = talk(tmp_path)
    assert "The output error\nStop 2 of 7." in said
    assert "Line 2: equals" in said
    assert "Carry the derivative" not in said


def test_the_map_and_another_lesson(tmp_path: Path) -> None:
    said = talk(tmp_path, "map", "9", "map", "2", "", "map", "")
    assert "1. First ten minutes: begun, 0 of 2." in said
    assert "2. The output error: new." in said
    assert said.count("The output error\nStop 1 of 7.") == 1


def test_all_commands_are_explained(tmp_path: Path) -> None:
    said = talk(tmp_path, "help", "again", "another", "QUIT")
    for word in ("reveal", "skip", "another", "again", "map", "quit"):
        assert f"  {word}" in said
    assert said.count("Three scores, one loss") == 3
    assert "Other numbers: seed" in said


def test_order_rule_and_fill_questions_say_how_to_answer(tmp_path: Path) -> None:
    blocks = (
        SORT,
        Question("rule", "rule", "Why?", answer="chain-rule", options=("chain-rule", "sum-rule")),
        Question("fill", "fill", "Fill it.", answer="p_i", line="? - y_i"),
        CODE,
    )
    library = FakeLibrary({**LESSONS, "kinds": Lesson("kinds", "Kinds", blocks)})
    said = talk(tmp_path, "skip", "chain-rule", "", "p_i", "", lesson="kinds", library=library)
    assert "Answer with numbers in the right order" in said
    assert ". chain rule\n" in said
    assert "Answer with a letter, or the name of the rule." in said
    assert "  gap minus y i\n  Written: ? - y_i\n" in said
    assert "All six in one line." in said


def test_two_questions_with_the_same_prompt_are_both_asked(tmp_path: Path) -> None:
    blocks = tuple(Question(name, "symbolic", "Write it.", answer="p") for name in ("one", "two"))
    library = FakeLibrary({"twice": Lesson("twice", "Twice", (Prose("Go."), *blocks))})
    assert talk(tmp_path, "p", "", library=library).count("Write it.") == 2


def test_numbers_that_come_again_are_asked_again(tmp_path: Path) -> None:
    scene = Scene.from_mapping({"given": {"a": {"draw": {"pick": [1, 2]}}}})
    block = Question("q", "numeric", "What is twice {{ a }}?", answer="2a")
    library = FakeLibrary({"twice": Lesson("twice", "Twice", (block,), scene)})
    said = talk(tmp_path, *["another"] * 5, library=library)
    assert said.count("What is twice") == 1 + said.count("Other numbers") == 6


def test_no_line_is_wider_than_80_columns_and_no_control_character_is_printed(tmp_path: Path) -> None:
    lines = (Line("p_i" + " + p_i" * 40), Line("2 p_i", ask="Shorter \x1b[31m" + "word " * 60))
    blocks = (Prose("\x1b]0;title\x07" + "word " * 60), Derivation("d", "p_i", lines))
    library = FakeLibrary({"wide": Lesson("wide", "Wide \x1b[2J", blocks, LESSONS["output-error"].scene)})
    said = talk(tmp_path, "", "\x1b[31m" + "x" * 300, "map", library=library)
    assert max(len(line) for line in said.splitlines()) <= 80
    assert not {c for c in said if ord(c) < 32 and c != "\n"}


def test_a_lesson_that_cannot_be_opened_is_an_exit_code(tmp_path: Path) -> None:
    out = io.StringIO()
    session = Session(FakeLibrary(), Log.open(tmp_path), FakeGrader())
    assert run(session, "nowhere", io.StringIO(""), out) == 1
    assert "no lesson 'nowhere'" in out.getvalue()


def test_a_second_window_says_that_it_saves_nothing(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    said = talk(tmp_path, "quit")
    assert "Note: another window is open; this one saves nothing." in said
    assert "Nothing was saved: another window is open" in said
    log.close()


DRIVER = """
import sys
from pathlib import Path
from bptutor.packs.scene.scene import Scene
from bptutor.plain import run
from bptutor.progress.event_log import Log
from bptutor.session import Session, Standing
from tests.session.fakes import FakeGrader, FakeLibrary
sys.exit(run(Session(FakeLibrary(), Log.open(Path(sys.argv[1])), FakeGrader()), None, sys.stdin, sys.stdout))
"""


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_pipe_of_any_bytes_and_any_encoding(tmp_path: Path, encoding: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(tmp_path)],
        input=b"\xff\xfe p\n\x00\n?\nanswer",
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr == b""
    assert b"Saved." in done.stdout


def questions(*names: str) -> tuple[Question, ...]:
    return tuple(Question(name, "symbolic", f"Write {name}.", answer="p") for name in names)


def three_lessons() -> FakeLibrary:
    lessons = {name: Lesson(name, f"Lesson {name}", questions(f"{name}1", f"{name}2")) for name in "abc"}
    return FakeLibrary(lessons)


def test_a_skip_does_not_end_the_course(tmp_path: Path) -> None:
    said = talk(tmp_path, "p", "", "skip", "", lesson="a", library=three_lessons())
    assert "one question is left for later, and the word again takes it up" in " ".join(said.split())
    assert "All lessons are done" not in said
    assert said.count("Lesson b\nStop 1 of 2.") == 1


def test_skips_in_several_lessons_and_in_the_last_are_never_done_and_can_be_taken_up(tmp_path: Path) -> None:
    said = talk(
        tmp_path, "skip", "skip", "", "p", "", "p", "", "", "skip", "p", "", "", lesson="a", library=three_lessons()
    )
    flat = " ".join(said.split())
    assert "2 questions are left for later, and the word again takes them up" in flat
    assert flat.count("Lesson b Stop 1") == flat.count("Lesson c Stop 1") == 1
    assert flat.count("Lesson a Stop 1") == 2, "what was left for later comes after the last"
    assert "All lessons are done" not in said
    again = talk(tmp_path, "p", "", "", "p", "", "p", "", "", lesson="c", library=three_lessons())
    flat = " ".join(again.split())
    assert "Lesson a Stop 1" in flat and "All lessons are done" not in flat
    taken = talk(tmp_path, *["p", ""] * 3, "", lesson="a", library=three_lessons())
    assert "All lessons are done." in taken


def test_the_word_again_takes_up_what_was_left_for_later(tmp_path: Path) -> None:
    said = talk(tmp_path, "p", "", "skip", "again", "p", "", "", lesson="a", library=three_lessons())
    assert said.count("Write a2.") >= 2
    assert "Lesson b\nStop 1 of 2." in said
    log = Log.open(tmp_path)
    entries = {one.id: one for one in Session(three_lessons(), log, FakeGrader()).course()}
    assert entries["a"].standing is Standing.DONE
    log.close()


def test_a_measurement_that_was_skipped_and_then_made_leaves_nothing(tmp_path: Path) -> None:
    nudge = Lesson("n", "Nudged", (Show(("z", "p"), Nudge("L", "z")),), LESSONS["first-minutes"].scene)
    library = FakeLibrary({"n": nudge, "b": Lesson("b", "Lesson b", questions("b1"))})
    talk(tmp_path, "skip", lesson="n", library=library)
    said = talk(tmp_path, *[""] * 5, lesson="n", library=library)
    assert "The lesson is finished. Enter" in said and "Lesson b\nStop 1 of 1." in said
    log = Log.open(tmp_path)
    assert Session(library, log, FakeGrader()).course()[0].standing is Standing.DONE
    log.close()


def test_the_glossary_says_in_words_what_a_symbol_is(tmp_path: Path) -> None:
    said = talk(tmp_path, "glossary", lesson="output-error")
    assert "  z: a vector of 3 entries (K)\n" in said and "  L: one number\n" in said
    assert "  sum rule: in words only, no formula\n" in said and ", over K" not in said
