"""Keys do what was typed, in the order in which it was typed, however fast it comes."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input
from textual.widgets.text_area import Selection

from bptutor.packs.model import Code, Lesson, Question
from bptutor.tui.screens.course_map import MapScreen
from bptutor.tui.screens.lesson import LessonScreen
from bptutor.tui.screens.page import NeedsScreen
from bptutor.tui.screens.ready import now
from bptutor.tui.widgets.answer_bar import AnswerBar
from bptutor.tui.widgets.code_editor import CodeEditor
from bptutor.tui.widgets.face_pane import Numbers
from bptutor.tui.widgets.steps import Steps
from tests.session.fakes import FakeLibrary
from tests.tui.stage import Stage, stage
from tests.tui.terminal import graded, terminal

pytestmark = pytest.mark.normal

PACK = Path(__file__).parents[1] / "data" / "packs" / "valid" / "typed"
PROGRAM = Lesson(
    "program", "A program", (Question("write", "code", "Write it.", answer="x", code=Code("f", ())),), chapter="see"
)
PROGRAMS = FakeLibrary({PROGRAM.id: PROGRAM})


def burst(s: Stage, text: str) -> None:
    """Type a text with keys in it, `12<backspace>3<enter>`, and wait for nothing."""
    for n, part in enumerate(re.split(r"<([a-z0-9+]+)>", text)):
        for key in [part] if n % 2 else part:
            character = key if len(key) == 1 else None
            name = {"/": "slash", " ": "space"}.get(key, key)
            s.app.post_message(events.Key(name, character))


async def asked(s: Stage) -> AnswerBar:
    """Go to the first question of an output error."""
    await s.until("enter go on")
    await s.enter()
    await s.until("Carry the derivative")
    return s.app.screen.query_one(AnswerBar)


async def settled(s: Stage) -> None:
    """Wait until all that was typed has acted."""
    await s.pilot.pause(0)
    await s.until_true(lambda: not s.app._keyboard.busy, "what was typed never ended")


# --- one line ------------------------------------------------------------------------------------------


LINES = [
    ("12<backspace>3", "13"),
    ("12<left>3", "132"),
    ("12<home>3", "312"),
    ("12<home><delete>3", "32"),
    ("45<ctrl+u>123", "123"),
    ("a b<ctrl+w>c", "a c"),
    ("ab<home><ctrl+k>c", "c"),
    ("12<shift+left>3", "13"),
    ("12<home><end>3", "123"),
    ("12<f2>3", "123"),
    ("12<f3>3", "123"),
    ("12<f5>3", "123"),
    ("12<f1><escape>3", "123"),
    ("12<pageup>3", "123"),
    ("12<shift+tab>3", "123"),
    ("1<tab>2", "12"),
    ("y_<up><down>k", "y_k"),
    ("<up><backspace>i", "-Σ_k y_k ∂(log p_k)/∂z_i"),
]


async def test_the_answer_line_holds_what_was_typed(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        bar = await asked(s)
        for typed, stands in LINES:
            bar.clear()
            burst(s, typed)
            await settled(s)
            assert (typed, bar.value) == (typed, stands)


async def test_a_paste_between_keys_stands_between_them(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        bar = await asked(s)
        burst(s, "ab<backspace>")
        s.app.post_message(events.Paste("cd"))
        burst(s, "e<home>")
        s.app.post_message(events.Paste("f"))
        burst(s, "g")
        await settled(s)
        assert bar.value == "fgacde"


async def test_remapped_keys_keep_their_turn(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        s.app.set_keymap({"bar.earlier": "ctrl+b", "lesson.hint": "ctrl+t"})
        bar = await asked(s)
        burst(s, "ab<ctrl+b>c<ctrl+t>d")
        await settled(s)
        assert bar.value.endswith("cd") and "ab" not in bar.value
        assert "hint 1" in s.text or "Look at the outer function" in s.text


async def test_the_mouse_that_moves_between_keys_holds_up_none(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        bar = await asked(s)
        burst(s, "12<backspace>")
        for x in range(60):  # Textual takes the last of neighbouring movements for all of them
            s.app.post_message(events.MouseMove(None, x, 5, 1, 0, 0, False, False, False, x, 5))
            if x % 20 == 0:
                burst(s, "<left><right>")
        burst(s, "3")
        await settled(s)
        assert bar.value == "13"


# --- answers -------------------------------------------------------------------------------------------


async def test_an_answer_is_graded_as_it_was_when_enter_was_pressed(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        bar = await asked(s)
        burst(s, "12<backspace>3<enter>4<left>5<enter>")
        await s.until_true(lambda: len(s.grader.graded) == 2)
        await settled(s)
        assert [text for _, text, _ in s.grader.graded] == ["13", "1354"]
        assert bar.value == "1354"


async def test_a_wrong_choice_is_replaced_by_what_was_typed_during_the_verdict(tmp_path: Path) -> None:
    async with stage(tmp_path, "first-minutes") as s:
        await s.until("What does L do?")
        wrong = [row.split()[0] for row in s.rows if "It rises." in row or "It stays." in row]
        s.grader.gate = asyncio.Event()
        burst(s, "<enter>".join([*wrong, ""]))
        await s.until("grading …")
        s.grader.gate.set()
        await s.until_true(lambda: len(s.grader.graded) == 2)
        await settled(s)
        assert [text for _, text, _ in s.grader.graded] == wrong


async def test_what_follows_a_right_answer_in_one_burst_is_dropped(tmp_path: Path) -> None:
    async with stage(tmp_path, "first-minutes") as s:
        await s.until("What does L do?")
        right = next(row.split()[0] for row in s.rows if "It falls." in row)
        burst(s, right + "<enter>m/cqt<enter><enter>c")
        await settled(s)
        assert isinstance(s.app.screen, LessonScreen)
        assert "Now measure." not in s.text and "enter go on" in s.text


async def test_enter_shows_one_step_for_one_look(tmp_path: Path) -> None:
    """Held down, Enter goes on as fast as steps are painted; pressed twice before one is seen, once."""
    async with stage(tmp_path, "output-error") as s:
        await s.until("enter go on")
        burst(s, "<enter><enter><enter>")
        await settled(s)
        assert "Carry the derivative" in s.text and "Nothing is typed" not in s.text
        await s.enter()
        await s.until("Nothing is typed")


async def test_letters_after_enter_reach_the_question_that_enter_opens_but_no_answer_is_given(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await s.until("enter go on")
        burst(s, "<enter>m/12<backspace><enter><f6><f2>3")
        await settled(s)
        assert isinstance(s.app.screen, LessonScreen)
        assert s.app.screen.query_one(AnswerBar).value == "m/13"
        assert not s.grader.graded and "Carry the derivative" in s.text and "hint 0/3" in s.text


async def test_letters_typed_one_enter_too_early_leave_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await s.until("enter go on")
        for letter in "-sum_k y_k/p_k dp_k/dz_i":
            burst(s, letter)
            await settled(s)
        assert isinstance(s.app.screen, LessonScreen) and "Both derivatives you know" in s.text


async def test_who_sees_that_a_verdict_takes_long_may_go_on(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await asked(s)
        s.grader.gate = asyncio.Event()
        burst(s, "12<enter>")
        await s.until("grading …")
        await s.until_true(lambda: s.app.screen.waits(events.Key("f6", None)) is False)  # type: ignore[attr-defined]
        burst(s, "<f6>")
        await s.until("Insert it and cancel.")
        s.grader.gate.set()


# --- rooms ---------------------------------------------------------------------------------------------


async def test_leaving_keeps_what_was_typed_before_and_nothing_after(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await asked(s)
        burst(s, "ab<escape>/")
        await settled(s)
        assert isinstance(s.app.screen, MapScreen)
        assert s.app.screen.query_one("#search", Input).display
        burst(s, "<escape>c")
        await s.until("> ab")


async def test_keys_for_the_map_wait_until_it_is_there(tmp_path: Path) -> None:
    async with stage(tmp_path, "reading") as s:
        await s.until("Only prose.")
        burst(s, "<escape>/soft<backspace>")
        await settled(s)
        search = s.app.screen.query_one("#search", Input)
        assert search.value == "sof" and s.app.focused is search
        burst(s, "<escape><home><enter><escape>gq<f1><escape>/")  # a lesson, the map, the glossary, help, the search
        await settled(s)
        assert isinstance(s.app.screen, MapScreen) and s.app.screen.query_one("#search").display


async def test_the_search_opens_what_was_found_by_all_letters(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await s.until("enter go on")
        burst(s, "<escape>/to rex<backspace>ad<enter>")
        await s.until("Only prose.")
        await settled(s)
        assert isinstance(s.app.screen, LessonScreen)


async def test_actions_of_a_screen_that_is_not_complete_do_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path, "reading") as s:
        await s.until("Only prose.")
        s.app.show_map()
        for action in ("search", "open", "close", "go_on"):
            await s.app.run_action(action, s.app.screen)
        await s.until("continue:")
        assert isinstance(s.app.screen, MapScreen) and not s.app.screen.query_one("#search").display


async def test_the_palette_runs_what_all_letters_found(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await asked(s)
        burst(s, "ab<ctrl+p>glox<backspace>ss<enter>")
        await s.until("Rules")
        burst(s, "<escape>c")
        await settled(s)
        assert s.app.screen.query_one(AnswerBar).value == "abc"


async def test_who_quits_is_not_held_up_by_a_page_that_comes_unasked(tmp_path: Path) -> None:
    async with stage(tmp_path, seed=None, lesson="reading") as s:
        await s.until("Only prose.")
        s.app.open_lesson("output-error")
        burst(s, "g<enter>")
        await s.until_true(lambda: isinstance(s.app.screen, NeedsScreen))
        await settled(s)
        screen = s.app.screen
        assert isinstance(screen, NeedsScreen)
        screen.shown_at = now() + 1  # as if what follows had been typed before
        burst(s, "<ctrl+q>")
        await s.until_true(lambda: s.app.return_code == 0)


async def test_quitting_twice_waits_for_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        await asked(s)
        s.grader.gate = asyncio.Event()  # a verdict that never comes
        burst(s, "12<enter>3<ctrl+q><f1>")
        await s.until("grading …")
        assert s.app.return_code is None
        burst(s, "<ctrl+q>")
        await s.until_true(lambda: s.app.return_code == 0)


async def test_keys_go_on_after_what_the_palette_did(tmp_path: Path) -> None:
    """The palette keeps the terminal from being painted for a moment when it has closed."""
    async with stage(tmp_path, "output-error") as s:
        await s.until("enter go on")
        burst(s, "<ctrl+p>go on<enter>")
        await s.until("Carry the derivative")
        burst(s, "12<backspace>")
        await settled(s)
        assert s.app.screen.query_one(AnswerBar).value == "1"


async def test_what_a_lesson_needs_is_not_answered_before_it_is_read(tmp_path: Path) -> None:
    async with stage(tmp_path, seed=None, lesson="reading") as s:
        await s.until("Only prose.")
        s.app.open_lesson("output-error")
        burst(s, "g<enter><escape>g")
        await s.until_true(lambda: isinstance(s.app.screen, NeedsScreen))
        await settled(s)
        assert isinstance(s.app.screen, NeedsScreen)
        await s.enter()
        await s.until("Both derivatives you know")


# --- programs ------------------------------------------------------------------------------------------


PROGRAMS_TYPED = [
    ("ab<backspace>c", "ac"),
    ("ab<left>c", "acb"),
    ("if x:<enter>y<enter>z", "if x:\n    y\n    z"),
    ("a<enter>b<home><tab>c<up><home><tab>d", "    da\n    cb"),
    ("<tab>a<backspace><backspace>b", "   b"),
    ("ab<enter>cd<up><end>e", "abe\ncd"),
    ("ab<shift+home>c", "c"),
    ("abc<ctrl+k>d<home><ctrl+k>e", "e"),
    ("ab<escape>c", "abc"),
]


async def test_the_editor_holds_what_was_typed(tmp_path: Path) -> None:
    async with stage(tmp_path, "program", library=PROGRAMS) as s:
        editor = await programming(s)
        for typed, stands in PROGRAMS_TYPED:
            editor.take("")
            editor.focus()
            await settled(s)
            burst(s, typed)
            await settled(s)
            assert (typed, editor.text) == (typed, stands)


async def programming(s: Stage) -> CodeEditor:
    """Go to the program."""
    await s.until("Write it.")
    editor = s.app.screen.query_one(CodeEditor)
    await s.until_true(lambda: s.app.focused is editor)
    editor.take("")
    return editor


async def test_a_program_is_run_as_it_was_when_it_was_handed_in(tmp_path: Path) -> None:
    async with stage(tmp_path, "program", library=PROGRAMS) as s:
        editor = await programming(s)
        burst(s, "ab<backspace>c<f8>d")
        await s.until_true(lambda: bool(s.grader.graded))
        await settled(s)
        assert [text for _, text, _ in s.grader.graded] == ["ac"] and editor.text == "acd"


async def test_undo_takes_back_what_stood_before_it(tmp_path: Path) -> None:
    async with stage(tmp_path, "program", library=PROGRAMS) as s:
        editor = await programming(s)
        burst(s, "ab")
        s.app.post_message(events.Paste("cd"))
        burst(s, "<ctrl+z>e")
        await settled(s)
        assert editor.text == "abe"
        assert editor.selection == Selection.cursor((0, 3))


# --- letters are for the answer ------------------------------------------------------------------------


async def test_letters_go_to_the_answer_line_wherever_the_focus_is(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        bar = await asked(s)
        burst(s, "1<f3><f3><f3><f3>")
        await settled(s)
        for letter in "myct/q":
            for place in (Steps, Numbers):
                s.app.screen.set_focus(s.app.screen.query_one(place))
                burst(s, letter + "<backspace>2<backspace>")
                await settled(s)
                assert bar.value == "1" and s.app.focused is bar


async def test_letters_go_back_into_the_program(tmp_path: Path) -> None:
    async with stage(tmp_path, "program", library=PROGRAMS) as s:
        editor = await programming(s)
        burst(s, "a<escape>")
        await settled(s)
        assert s.app.focused is not editor
        burst(s, "m/")
        await settled(s)
        assert editor.text == "am/" and s.app.focused is editor


async def test_a_letter_that_the_focus_uses_is_left_to_it(tmp_path: Path) -> None:
    async with stage(tmp_path, "output-error") as s:
        s.app.set_keymap({"numbers.right": "l"})
        bar = await asked(s)
        burst(s, "<f3>")
        await s.until("[index]")
        burst(s, "<f3><tab>")
        await settled(s)
        assert isinstance(s.app.focused, Numbers)
        burst(s, "l")
        await settled(s)
        assert isinstance(s.app.focused, Numbers) and not bar.value


async def test_letters_are_keys_at_a_rest(tmp_path: Path) -> None:
    async with stage(tmp_path, "reading") as s:
        await s.until("Only prose.")
        await s.enter()
        await s.until("stop here")
        burst(s, "m")
        await s.until("continue:")


# --- the real program ----------------------------------------------------------------------------------

BURSTS = {
    "12<backspace>3<enter>": "13",
    "12<left>3<enter>": "132",
    "12<home>3<enter>": "312",
    "9<ctrl+u>123<enter>": "123",
    "12<f2>3<enter>": "123",
    "12<f1><escape>5<enter>": "125",
    "12<pageup>6<enter>": "126",
}
"""All of them wrong, so that the question stays."""
EMPTY = "<end><ctrl+u>"


def test_one_write_to_the_terminal_grades_what_it_says(tmp_path: Path) -> None:
    with terminal(tmp_path, "learn", "typed", "--seed", "7", "--pack", str(PACK)) as shown:
        shown.until("or arithmetic such as")
        shown.write("".join(EMPTY + text for text in BURSTS) + EMPTY + "7000<enter>m/<enter>q")
        shown.until("enter go on")
        shown.write("<ctrl+q>")
        assert shown.finish() == 0
    assert graded(tmp_path) == [*BURSTS.values(), "7000"]


def test_what_is_typed_while_the_machine_stands_still_grades_what_it_says(tmp_path: Path) -> None:
    with terminal(tmp_path, "learn", "typed", "--seed", "7", "--pack", str(PACK)) as shown:
        shown.until("or arithmetic such as")
        shown.stopped("".join(EMPTY + text for text in BURSTS) + EMPTY + "7000<enter>m/<enter>q", 0.25)
        shown.until("enter go on")
    assert graded(tmp_path) == [*BURSTS.values(), "7000"]
