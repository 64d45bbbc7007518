"""What a learner has written, as one file: it imports, and trains a network with the learner's own functions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bptutor.cli import main
from bptutor.packs.library import Library
from bptutor.packs.model import Question
from bptutor.progress.code_export import milestones
from bptutor.progress.event_log import Event, EventKind, Log

pytestmark = pytest.mark.normal

LIBRARY = Library.builtin()
MILESTONES = {one.name: one for one in milestones(LIBRARY)}
ENTRIES = [
    "softmax",
    "cross_entropy",
    "output_error",
    "forward",
    "backward",
    "gradient_check",
    "train",
    "conv2d",
    "conv2d_backward",
    "max_pool_backward",
]
"""What the course asks for, in its order."""


def model(name: str) -> str:
    """Return the model answer to a milestone."""
    one = MILESTONES[name]
    blocks = LIBRARY.lesson(one.lesson).blocks
    return next(str(b.answer) for b in blocks if isinstance(b, Question) and b.id == one.stop)


def answered(name: str, text: str, mark: str = "right", review: bool = False) -> Event:
    """Return the event of an answer to a milestone, in its lesson or in a review."""
    one = MILESTONES[name]
    lesson, stop = ("~review", f"3:{one.lesson}/{one.stop}") if review else (one.lesson, one.stop)
    return Event(EventKind.ANSWERED, lesson, LIBRARY.pack.id, stop, text=text, mark=mark, question="code")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BPTUTOR_HOME", str(tmp_path))
    return tmp_path


def record(*events: Event) -> None:
    log = Log.open()
    log.append(*events)
    log.close()


def run(code: str, folder: Path) -> str:
    """Run Python in a folder and return what it prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_course_asks_for_a_network_piece_by_piece() -> None:
    assert list(MILESTONES) == ENTRIES


def test_every_answer_is_in_the_file_and_the_file_trains(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(*(answered(name, model(name)) for name in reversed(ENTRIES)))
    assert main(["export", "--my-code", str(home / "mine.py")]) == 0
    assert capsys.readouterr() == ("", "")
    text = (home / "mine.py").read_text()
    places = [text.index(f"def {name}(") for name in ENTRIES]
    assert places == sorted(places)
    assert [text.count(f"def {name}(") for name in ENTRIES] == [1] * len(ENTRIES)
    before, after = map(float, run("import mine; print(*mine.demonstrate())", home).split()[-2:])
    assert after < before / 3
    assert "after 20 rounds" in run("import runpy; runpy.run_path('mine.py', run_name='__main__')", home)


def test_the_latest_right_answer_counts_wherever_it_was_given(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(
        answered("softmax", "def softmax(z):\n    return 'first'"),
        answered("softmax", "def softmax(z):\n    return 'second'", review=True),
        answered("softmax", "def softmax(z):\n    return 'wrong'", mark="wrong"),
        answered("output_error", "def output_error(p, y):\n    return p -"),
    )
    assert main(["export", "--my-code"]) == 0
    said = capsys.readouterr()
    assert "second" in said.out
    assert "first" not in said.out
    assert "wrong" not in said.out
    assert "def output_error" not in said.out
    assert "output_error (lesson output-error)" in said.err
    assert "softmax" not in said.err.replace("softmax-and-loss", "")


def test_answers_keep_their_own_helpers_and_the_course_lends_what_is_not_written(home: Path) -> None:
    record(
        answered(
            "softmax", "from __future__ import annotations\ndef h(z):\n    return 1\ndef softmax(z):\n    return h(z)\n"
        ),
        answered("cross_entropy", "def h(z):\n    return 2\ndef cross_entropy(p, y):\n    return h(p)\n"),
        answered("forward", "import numpy as np\r\ndef forward(x, w, b):\r\n    return softmax(x), sigmoid(0.0)\r\n"),
        answered("conv2d", "def sigmoid(z):\n    return 9\ndef conv2d(X, K, b):\n    return sigmoid(X)\n"),
    )
    assert main(["export", "--my-code", str(home / "mine.py")]) == 0
    shown = run(
        "import mine; print(mine.softmax(0), mine.cross_entropy(0, 0), *mine.forward(0, 0, 0), mine.conv2d(0, 0, 0))",
        home,
    )
    assert shown.split() == ["1", "2", "1", "0.5", "9"]


def test_nothing_written_is_said_and_leaves_no_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--my-code", str(home / "mine.py")]) == 1
    assert "bptutor learn softmax-and-loss" in capsys.readouterr().err
    assert not (home / "mine.py").exists()


def test_a_file_of_ones_own_is_not_written_over(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(answered("softmax", model("softmax")))
    mine = home / "mine.py"
    mine.write_text("x = 1\n")
    assert main(["export", "--my-code", str(mine)]) == 2
    assert (mine.read_text(), "name another file" in capsys.readouterr().err) == ("x = 1\n", True)
    mine.unlink()
    assert [main(["export", "--my-code", str(mine)]) for _ in range(2)] == [0, 0]


def test_export_asks_what_to_export(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["export"])
    assert (stopped.value.code, "--my-code" in capsys.readouterr().err) == (2, True)
