"""However the tutor ends or is stopped, the terminal is given back as it was, and what was typed is kept."""

from __future__ import annotations

import signal
import termios
from pathlib import Path

import pytest

from tests.terminal import Terminal, terminal

pytestmark = pytest.mark.normal

PACK = Path(__file__).parent / "data" / "packs" / "valid" / "plain"
LESSON = ("learn", "one", "--pack", str(PACK))


def asked(t: Terminal) -> None:
    """Go to the first question, and type."""
    t.until("enter go on")
    t.write("\r")
    t.until("type your answer")
    t.until_cursor()
    t.write("kept")
    t.until("> kept")


def stopped(t: Terminal) -> bool:
    return "(stopped)" in Path(f"/proc/{t.process.pid}/status").read_text()


def test_a_signal_to_end_gives_the_terminal_back_and_keeps_what_is_typed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("w") as errors, terminal(*LESSON, home=tmp_path, environment={"NO_COLOR": "1"}, stderr=errors) as t:
        asked(t)
        assert not [cell for cell in t.screen.cells.values() if cell.fore or cell.back]
        t.process.terminate()
        assert t.wait() == 143
        assert t.faults() == []
        assert "Saved. Next: A title, step 2." in " ".join(t.screen.text.split())
    assert log.read_text() == ""
    with terminal(*LESSON, home=tmp_path, size=(59, 15)) as t:
        t.until("bptutor needs 60x16")
        t.write("\x10\x1bq")
        t.resize(80, 24)
        t.until("> kept")
        t.process.send_signal(signal.SIGHUP)
        assert t.wait() == 129
        assert t.faults() == []


def test_stopped_and_gone_on_with(tmp_path: Path) -> None:
    with terminal(*LESSON, home=tmp_path) as t:
        t.until("enter go on")
        raw = t.attributes
        t.write("\x1a")
        t.until_true(lambda: stopped(t))
        while t.read(0.02):
            pass
        assert t.faults() == []
        t.screen.cells.clear()
        t.process.send_signal(signal.SIGCONT)
        t.until("enter go on")
        t.process.send_signal(signal.SIGSTOP)  # cannot be caught; the shell then sets its own line
        t.until_true(lambda: stopped(t))
        t.set_attributes(t.before)
        t.screen.cells.clear()
        t.process.send_signal(signal.SIGCONT)
        t.until("enter go on")
        assert t.attributes == raw
        t.process.send_signal(signal.SIGINT)
        assert t.wait() == 130
        assert t.faults() == []


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("size", [(80, 24), (59, 15), (1, 1)])
def test_every_signal_on_every_screen(tmp_path: Path, number: signal.Signals, size: tuple[int, int]) -> None:
    with terminal(*LESSON, home=tmp_path) as t:
        asked(t)
        t.resize(*size)
        if size == (59, 15):
            t.until("needs 60x16")
        t.process.send_signal(number)
        assert t.wait() == 128 + number
        assert t.faults() == []
    with terminal(*LESSON, home=tmp_path) as t:
        t.until("> kept")


@pytest.mark.long
def test_a_terminal_that_goes_away_ends_the_tutor(tmp_path: Path) -> None:
    opened = Terminal.start(*LESSON, home=tmp_path)
    asked(opened)
    opened.hang_up()
    assert opened.process.wait(30) in {129, -signal.SIGHUP}
    with terminal(*LESSON, home=tmp_path) as t:
        t.until("> kept")


@pytest.mark.long
@pytest.mark.parametrize("term", ["xterm", "xterm-256color", "screen", "linux", "vt100", "unknown"])
@pytest.mark.parametrize("theme", [None, "textual-light", "ansi-light", "gruvbox"])
def test_without_colours_nothing_has_one_on_any_terminal(tmp_path: Path, term: str, theme: str | None) -> None:
    environment = {"NO_COLOR": "1", "TERM": term, "COLORTERM": None, "TEXTUAL_THEME": theme}
    with terminal(*LESSON, home=tmp_path, environment=environment) as t:
        asked(t)
        assert not [cell for cell in t.screen.cells.values() if cell.fore or cell.back]
        assert t.screen.cursors()
        t.write("\x11")
        assert t.wait() == 0


def test_the_helper_sees_what_is_left_on(tmp_path: Path) -> None:
    script = "printf '\\033[?1049h\\033[?1003h\\033[?25l\\033[>1u'; stty raw -echo"
    with terminal("-c", script, home=tmp_path, program=("sh",)) as t:
        assert t.wait() == 0
        assert t.faults() == ["alternate screen", "mouse moves", "cursor", "keyboard protocol", "line settings"]
        assert t.attributes[3] & termios.ECHO == 0
