"""The Python of a pack that is not built in runs only once somebody has allowed it."""

from __future__ import annotations

import argparse
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bptutor import cli
from bptutor.arguments import COMMANDS
from bptutor.authoring.check import run as check
from bptutor.errors import PackError, UsageError
from bptutor.grading.code.sandbox.availability import may, said
from bptutor.grading.code.sandbox.channel import Program
from bptutor.grading.service.batch import grade_lines
from bptutor.packs.folder import lesson_files, quiz_files
from bptutor.packs.library import Library, builtin_root
from bptutor.packs.model import Question
from bptutor.packs.pages import read_lesson
from bptutor.packs.programs import digest, programs
from bptutor.packs.quiz import bank_files
from bptutor.progress.trust import Trust
from tests.terminal import terminal

pytestmark = pytest.mark.normal

VALID = Path(__file__).parents[1] / "data" / "packs" / "valid"
PACK = """\
bptutor: 1
id: small
version: 0.1.0
title: Small
lessons: [one]
"""
LESSON = """\
---
id: one
title: One function
scene:
  given: {v: [K]}
---
Write the double of a vector.

```yaml question
id: double
type: code
entry: double
starter: |
  def double(v):
      ...
answer: |
  def double(v):
      return 2 * v + shift
setup: |
  shift = 0
expect: 2 v
args: {v: v}
hints: [Think of twice.]
solution: Twice.
wrong:
  - answer: |
      def double(v):
          return v
    say: That is the vector itself.
```

How much is one and one?

```yaml question
id: sum
type: numeric
answer: 2
```
"""
BANK = """\
questions:
  - id: half
    type: code
    prompt: Write the half of a number.
    entry: half
    answer: "def half(b): return b / 2"
    args: {b: 3.0}
"""


class Typed(io.TextIOWrapper):
    """What is typed at a terminal, or what stands on it."""

    def __init__(self, text: str = "") -> None:
        super().__init__(io.BytesIO(text.encode("utf-8", "surrogateescape")), encoding="utf-8", write_through=True)

    def isatty(self) -> bool:
        return True

    def getvalue(self) -> str:
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode("utf-8")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BPTUTOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    root = tmp_path / "small"
    root.mkdir()
    (root / "pack.yaml").write_text(PACK, encoding="utf-8")
    (root / "one.md").write_text(LESSON, encoding="utf-8")
    return root


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Open a pack at a terminal where something is typed; returns what was shown, and leaves what `allow` raises."""

    def opened(path: Path, typed: str = "y\n", trust: Trust | None = None) -> str:
        shown, library = Typed(), Library.open(path)
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stdin", Typed(typed))
            patched.setattr(sys, "stdout", shown)
            (trust or Trust(False, lambda: "What it may.")).allow(library, path)
        if library._unpacked:
            library._unpacked.cleanup()
        return shown.getvalue()

    return opened


@pytest.fixture
def nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*words: object, **more: object) -> None:
        raise AssertionError(f"started {words}")

    monkeypatch.setattr(subprocess, "Popen", refuse)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = cli.main(words)
    return code, *capsys.readouterr()


def edit(pack: Path, old: str, new: str) -> None:
    text = (pack / "one.md").read_text(encoding="utf-8")
    assert old in text
    (pack / "one.md").write_text(text.replace(old, new), encoding="utf-8")


# --- no command forgets it ---------------------------------------------------------------------------------------


def options(name: str) -> set[str]:
    parser = argparse.ArgumentParser()
    COMMANDS[name][2](parser)
    return {action.dest for action in parser._actions}


READS_ONLY = {"export", "progress"}
"""Takes a pack and runs nothing of it: it writes the learner's own functions, and what the pack lends to them."""


def takes_pack(name: str) -> bool:
    return "pack" in options(name) and name not in READS_ONLY


def test_every_command_that_takes_a_pack_takes_trust() -> None:
    in_its_lines = {"grade"}
    assert {name for name in COMMANDS if takes_pack(name)} | in_its_lines == {
        name for name in COMMANDS if "trust" in options(name)
    }


@pytest.mark.usefixtures("nothing_starts")
@pytest.mark.parametrize(
    "name", ["", *(name for name in COMMANDS if "pack" in options(name) and name not in READS_ONLY)]
)
def test_every_command_refuses_where_nobody_can_be_asked(
    pack: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    words = {"check": (str(pack),), "quiz": ("any", "--pack", str(pack))}.get(name, ("--pack", str(pack)))
    code, out, err = run(capsys, *[name] * bool(name), *words)
    assert (code, out) == (2, "")
    line, help_ = err.splitlines()
    assert "Small (small)" in line
    assert str(pack) in line
    assert help_.startswith("  help: ")
    assert "--trust" in help_


@pytest.mark.usefixtures("nothing_starts")
def test_what_runs_nothing_of_a_pack_asks_nothing(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "export", "--my-code", "--pack", str(pack))
    assert (code, "nothing" in err or "no function" in err) == (1, True)  # nothing is written yet
    assert run(capsys, "quiz", "--pack", str(pack))[0] == 0


def test_check_fixes_nothing_that_it_may_not_run(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(pack, "id: sum\n", "")
    before = (pack / "one.md").read_bytes()
    assert run(capsys, "check", "--fix", str(pack))[0] == 2
    assert (pack / "one.md").read_bytes() == before


def test_trust_is_for_one_run(pack: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "check", "--jobs", "1", str(pack), "--trust")
    assert (code, err) == (0, ""), out
    assert not (home / "trusted.json").exists()
    assert run(capsys, "check", str(pack))[0] == 2


def test_a_broken_pack_is_reported_and_not_asked_for(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pack / "pack.yaml").write_text("bptutor: 1\n", encoding="utf-8")
    code, out, _ = run(capsys, "check", str(pack))
    assert code == 1
    assert "pack.yaml" in out


@pytest.mark.usefixtures("nothing_starts")
def test_a_watched_pack_is_asked_for_when_it_changes(pack: Path) -> None:
    asked = []

    def allow() -> None:
        asked.append(pack)
        raise UsageError("not allowed")

    with pytest.raises(UsageError, match="not allowed"):
        check.run(pack, watch=True, allow=allow)
    assert asked == [pack]


# --- one question, remembered ------------------------------------------------------------------------------------


def test_the_question_names_the_pack_and_what_it_may_do(pack: Path, asked: Callable[..., str]) -> None:
    shown = asked(pack)
    for part in ("Small (small)", str(pack), "What it may.", "[y/N]"):
        assert part in shown


@pytest.mark.parametrize("typed", ["\n", "n\n", "no\n", "", "yesterday\n", "\x04\n", "\udcff\n"])
def test_all_but_yes_is_no(pack: Path, home: Path, asked: Callable[..., str], typed: str) -> None:
    with pytest.raises(UsageError, match="not allowed"):
        asked(pack, typed)
    assert not home.exists()


@pytest.mark.parametrize("typed", ["y\n", "Y\n", " yes \n", "YES"])
def test_yes_is_remembered(pack: Path, asked: Callable[..., str], typed: str) -> None:
    assert asked(pack, typed)
    assert asked(pack, "") == ""


PROSE = [
    ("Write the double", "Please write the double"),
    ("Think of twice", "Add it to itself"),
    ("solution: Twice", "solution: Two times"),
    ("That is the vector", "This is the vector"),
    ("title: One", "title: The one"),
    ("answer: 2\n", "answer: 3\n"),
    ("id: double", "id: twice"),
]
CODE = [
    ("return 2 * v", "return v * 2"),
    ("      ...", "      pass"),
    ("shift = 0", "shift = 1"),
    ("return v\n", "return v + 0\n"),
    ("entry: double", "entry: main"),
    ("expect: 2 v", "expect: v + v"),
    ("args: {v: v}", 'args: {v: {python: "np.ones(3)"}}'),
    ("args: {v: v}", 'cases: [{v: {python: "np.ones(3)"}}]'),
    ("args: {v: v}", "vary: [{setup: 'shift = 2'}]"),
]


@pytest.mark.parametrize(("old", "new"), PROSE)
def test_other_prose_never_asks_again(pack: Path, asked: Callable[..., str], old: str, new: str) -> None:
    asked(pack)
    edit(pack, old, new)
    assert asked(pack, "") == ""


@pytest.mark.parametrize(("old", "new"), CODE)
def test_other_python_asks_again(pack: Path, asked: Callable[..., str], old: str, new: str) -> None:
    asked(pack)
    edit(pack, old, new)
    assert "[y/N]" in asked(pack)


def test_other_python_of_a_variant_asks_again(pack: Path, asked: Callable[..., str]) -> None:
    edit(pack, "args: {v: v}", "vary: [{prompt: Again., setup: 'shift = 0'}]")
    asked(pack)
    edit(pack, "prompt: Again.", "prompt: Once more.")
    assert asked(pack, "") == ""
    edit(pack, "setup: 'shift = 0'", "setup: 'shift = 1'")
    assert "[y/N]" in asked(pack)


def test_a_new_bank_or_quiz_asks_again(pack: Path, asked: Callable[..., str]) -> None:
    asked(pack)
    (pack / "banks").mkdir()
    (pack / "banks" / "more.yaml").write_text(BANK, encoding="utf-8")
    assert "[y/N]" in asked(pack)
    (pack / "quiz.md").write_text(LESSON.replace("id: one", "id: q\nkind: quiz").replace("2 * v", "v * 2"), "utf-8")
    assert "[y/N]" in asked(pack)
    assert asked(pack, "") == ""


def test_moving_asks_again_and_another_spelling_does_not(
    pack: Path, asked: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(pack)
    (pack.parent / "link").symlink_to(pack)
    assert asked(pack.parent / "link", "") == ""
    monkeypatch.chdir(pack.parent)
    assert asked(Path("small"), "") == ""
    pack.rename(pack.parent / "moved")
    assert "[y/N]" in asked(pack.parent / "moved")


def test_a_zip_asks_once(pack: Path, asked: Callable[..., str]) -> None:
    zipped = Path(shutil.make_archive(str(pack.parent / "small"), "zip", pack))
    assert str(zipped) in asked(zipped)
    assert asked(zipped, "") == ""


def test_several_packs_are_remembered(pack: Path, asked: Callable[..., str]) -> None:
    other = Path(shutil.copytree(pack, pack.parent / "other"))
    asked(pack)
    asked(other)
    assert [asked(pack, ""), asked(other, "")] == ["", ""]


@pytest.mark.parametrize("kept", [b"", b"[]", b"\xff", b'{"a": ', b"[" * 100_000, b'{"/": 3}'])
def test_a_damaged_memory_asks_again(pack: Path, home: Path, asked: Callable[..., str], kept: bytes) -> None:
    home.mkdir()
    (home / "trusted.json").write_bytes(kept)
    assert "[y/N]" in asked(pack)
    assert asked(pack, "") == ""


def test_a_home_that_takes_nothing_is_told_and_asks_each_time(
    pack: Path, home: Path, asked: Callable[..., str]
) -> None:
    home.write_text("a file, where the folder would be", encoding="utf-8")
    for _ in range(2):
        assert "could not be remembered" in asked(pack)
    trust = Trust(False, str)
    asked(pack, trust=trust)
    assert asked(pack, "", trust) == ""  # in one run, once is enough


def test_title_and_path_cannot_speak_for_the_tutor(
    pack: Path, asked: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    plain = len(asked(pack, trust=Trust(False, str)).splitlines())
    odd = pack.rename(pack.parent / "a\x1b[2Jb\nIt may do nothing.")
    (odd / "pack.yaml").write_text(PACK.replace("title: Small", 'title: "Small\\nIt is harmless."'), encoding="utf-8")
    assert "\n" in Library.open(odd).pack.title
    shown = asked(odd, trust=Trust(False, str))
    assert "\x1b" not in shown
    assert len(shown.splitlines()) == plain
    (odd / "one.md").write_text(LESSON.replace("2 * v", "v * 2"), encoding="utf-8")
    assert len(run(capsys, "check", str(odd))[2].splitlines()) == 2


# --- which packs ask ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(set(VALID.iterdir()) - {VALID / "code"}), ids=lambda path: path.name)
def test_a_pack_without_python_never_asks(path: Path, asked: Callable[..., str]) -> None:
    assert asked(path, "") == ""


def test_the_built_in_pack_never_asks_and_a_copy_of_it_does(tmp_path: Path, asked: Callable[..., str]) -> None:
    assert asked(builtin_root(), "") == ""
    copy = tmp_path / "copy"
    shutil.copytree(builtin_root(), copy)
    assert Library.open(copy).pack.id == Library.builtin().pack.id
    assert "[y/N]" in asked(copy)


def everything(root: Path) -> Iterator[Question]:
    """Yield the questions of a pack as a session reads them; files that ask for no code are passed over."""
    files = [file for file in (*lesson_files(root), *quiz_files(root)) if "type: code" in file.read_text("utf-8")]
    for lesson in map(read_lesson, (*files, *bank_files(root))):
        yield from (block for block in lesson.blocks if isinstance(block, Question))


@pytest.mark.parametrize("root", [builtin_root(), VALID / "code"], ids=["built-in", "code"])
def test_all_python_that_a_session_reads_is_found(root: Path) -> None:
    read = {digest(question.source) for question in everything(root) if question.code is not None}
    assert read
    assert programs(root) == read


def test_python_that_came_after_the_answer_does_not_run(
    pack: Path, asked: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(pack)
    library = Library.open(pack)
    Trust(False, str).allow(library, pack)
    edit(pack, "Think of twice", "Add it to itself")
    assert library.lesson("one").blocks
    edit(pack, "return 2 * v", "return v * 2")
    with pytest.raises(PackError, match="nobody has allowed"):
        library.lesson("one")
    Trust(True, str).allow(other := Library.open(pack), pack)
    edit(pack, "return v * 2", "return v + v")
    assert other.lesson("one").blocks


# --- what is said of it ------------------------------------------------------------------------------------------


def test_what_is_said_is_what_stands_here() -> None:
    with Program() as program:
        assert may() == said(program.fences)


@pytest.mark.parametrize("fences", [(), ("files",), ("filter",), ("files", "filter")])
def test_what_a_missing_wall_leaves_open_is_said(fences: tuple[str, ...]) -> None:
    assert max(map(len, said(fences).splitlines())) < 80
    text = " ".join(said(fences).split())
    assert ("breaks out" in text) == (len(fences) < 2)
    assert ("anything" in text) == (not fences)
    assert ("can read what you can read" in text) == (fences == ("filter",))
    assert ("network" in text) == (fences == ("files",))


# --- grade -------------------------------------------------------------------------------------------------------


def lines(pack: Path, *questions: object) -> list[str]:
    return [
        json.dumps({"id": n, "question": question, "answer": "2", **({"pack": str(pack)} if n else {})})
        for n, question in enumerate(questions)
    ]


OWN = {"type": "numeric", "answer": 2}


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_grade_serves_the_other_lines(pack: Path, capsys: pytest.CaptureFixture[str], jobs: str) -> None:
    file = pack.parent / "lines.jsonl"
    file.write_text("\n".join(lines(pack, OWN, "one/sum", OWN)), encoding="utf-8")
    code, out, _ = run(capsys, "grade", str(file), "--jobs", jobs)
    records = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [record.get("mark") for record in records] == ["right", None, "right"]
    assert set(records[1]) == {"id", "error"}
    assert "--trust" in records[1]["error"]
    code, out, _ = run(capsys, "grade", str(file), "--jobs", jobs, "--trust")
    assert [code, *(json.loads(line)["mark"] for line in out.splitlines())] == [0, "right", "right", "right"]


def test_grade_asks_once_for_a_pack(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Typed()
    monkeypatch.setattr(sys, "stdin", Typed("y\n"))
    monkeypatch.setattr(sys, "stdout", shown)
    trust = Trust(False, str)
    records = [json.loads(text) for text in grade_lines(lines(pack, OWN, "one/sum", "one/sum"), granted=trust.granted)]
    assert [record["mark"] for record in records] == ["right"] * 3
    assert shown.getvalue().count("[y/N]") == 1


def test_grade_takes_no_answer_from_its_own_lines(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Typed("y\n"))
    monkeypatch.setattr(sys, "stdout", Typed())
    with pytest.raises(UsageError, match="nobody has allowed"):
        Trust(False, str, talks=False).granted(str(pack))


def test_grade_runs_no_python_that_came_after_the_answer(pack: Path, asked: Callable[..., str]) -> None:
    asked(pack)

    def changing() -> Iterator[str]:
        _, first, second = lines(pack, OWN, "one/sum", "one/double")
        yield first
        edit(pack, "return 2 * v", "return v * 2")
        yield second

    records = [json.loads(text) for text in grade_lines(changing(), granted=Trust(False, str).granted)]
    assert records[0]["mark"] == "right"
    assert "nobody has allowed" in records[1]["error"]


@pytest.mark.parametrize("given", [{"pack": "/nowhere"}, {"pack": ""}, {"pack": 3}])
def test_a_pack_that_is_none_is_an_error_of_its_line(given: dict[str, object]) -> None:
    line = json.dumps({"id": 1, "question": "one/q", "answer": "2", **given})
    (record,) = [json.loads(text) for text in grade_lines([line], granted=Trust(False, str).granted)]
    assert set(record) == {"id", "error"}


def test_a_pack_with_a_broken_pack_file_is_an_error_of_its_line(pack: Path) -> None:
    (pack / "pack.yaml").write_text("bptutor: 1\n", encoding="utf-8")
    records = [json.loads(t) for t in grade_lines(lines(pack, OWN, "one/sum"), granted=Trust(False, str).granted)]
    assert [set(record) == {"id", "error"} for record in records] == [False, True]


# --- at a terminal -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "then"), [((), ("--plain",)), (("--plain",), ())])
def test_a_session_starts_after_yes_and_never_asks_again(
    pack: Path, home: Path, first: tuple[str, ...], then: tuple[str, ...]
) -> None:
    with terminal("learn", "one", "--pack", str(pack), *first, home=home) as shown:
        shown.until("May it run? [y/N]")
        assert "1049" not in shown.screen.modes
        shown.write("y\n")
        shown.until("Write the double of a vector")
    with terminal("learn", "one", "--pack", str(pack), *then, home=home) as shown:
        shown.until("Write the double of a vector")
        assert b"[y/N]" not in shown.bytes


@pytest.mark.parametrize("keys", ["\n", "\x04"])
def test_no_leaves_the_terminal_as_it_was(pack: Path, home: Path, keys: str) -> None:
    with terminal("learn", "one", "--plain", "--pack", str(pack), home=home) as shown:
        shown.until("May it run? [y/N]")
        shown.write(keys)
        assert shown.wait() == 2
        assert "bptutor: the Python of the pack Small (small) was not allowed" in shown.screen.text
        assert shown.faults() == []
    assert not (home / "trusted.json").exists()
