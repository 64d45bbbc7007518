"""The commands as people type them: what they list, what they take for meant, what they write and what they refuse."""

from __future__ import annotations

import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from bptutor import cli, streams
from bptutor.arguments import COMMANDS
from bptutor.packs.library import Library

pytestmark = pytest.mark.normal

NETWORK = "layers: [2, 2, 2]\nactivations: [sigmoid, sigmoid]\nloss: quadratic\nx: [0.05, 0.10]\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BPTUTOR_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    try:
        code = cli.main(words)
    except SystemExit as ended:
        code = int(ended.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def given(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def epilog(name: str) -> str:
    return COMMANDS[name][1]


def first_mapping(name: str) -> str:
    """Return the first JSON object of a command's help on one line."""
    text = epilog(name)
    decoder = json.JSONDecoder()
    return json.dumps(decoder.raw_decode(text[text.index("{") :])[0])


# --- what the help says ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in {"check"}])
def test_every_example_of_the_help_runs(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (home / "mazur.yaml").write_text(NETWORK, encoding="utf-8")
    for file in ("answers.jsonl", "lines.jsonl"):
        (home / file).write_text(first_mapping(name) + "\n" if name in {"grade", "prove"} else "", encoding="utf-8")
    example = re.search(r"example: bptutor (.*)", epilog(name))
    assert example is not None
    words, _, source = example.group(1).partition(" < ")
    given(monkeypatch, (home / source).read_text() if source else "quit\n")
    if name not in {"grade", "prove", "export"}:
        code, _, err = said(capsys, *shlex.split(words))
        assert (code, err) == (0, "")
    elif name == "export":  # nothing is written yet in this record
        assert said(capsys, *shlex.split(words))[0] == 1
    else:
        code, out, _ = said(capsys, *shlex.split(words))
        assert (code, json.loads(out)["proof"]) == (0, "proved")


def test_every_further_example_line_of_the_help_is_graded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    decoder, text, lines = json.JSONDecoder(), epilog("grade"), []
    for start in [found.start() for found in re.finditer(r'^  \{"id"', text, re.MULTILINE)]:
        lines.append(json.dumps(decoder.raw_decode(text[start + 2 :])[0]))
    given(monkeypatch, "\n".join(lines))
    code, out, _ = said(capsys, "grade")
    assert code == 0
    assert [json.loads(line)["mark"] for line in out.splitlines()] == ["right"] * 2


def test_both_networks_of_the_help_are_traced(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, _, second = epilog("trace").partition("With convolution")
    for text in (first[first.index("  layers:") :], second[second.index("  layers:") :]):
        given(monkeypatch, text)
        assert said(capsys, "trace", "-")[0] == 0


# --- which lesson, which quiz ------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["output-error", "The output error", "output error", "OUTPUT ERROR"])
def test_a_lesson_is_opened_by_id_or_title(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    given(monkeypatch, "quit\n")
    code, out, _ = said(capsys, "learn", words, "--plain")
    assert code == 0
    assert out.startswith("The output error\n")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("learn", "last-laye"), "last-layer"),
        (("learn", "sofmax-derivative"), "softmax-derivative"),
        (("learn", "The otput error"), "output-error"),
        (("quiz", "se"), "quiz-see"),
        (("quiz", "quiz-cod"), "quiz-code"),
    ],
)
def test_what_was_meant_is_named_and_little_else(
    capsys: pytest.CaptureFixture[str], words: tuple[str, str], meant: str
) -> None:
    code, _, err = said(capsys, *words)
    assert code == 2
    assert re.search(rf"did you mean .*\b{meant}\b", err)
    assert len(err) < 250


def test_what_is_like_nothing_says_where_all_stand(capsys: pytest.CaptureFixture[str]) -> None:
    assert "`bptutor quiz` lists them" in said(capsys, "quiz", "zzzz")[2]
    assert "shows the map" in said(capsys, "learn", "zzzz")[2]


def test_quizzes_are_listed_in_the_order_of_the_course(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "quiz")
    rows = out.splitlines()
    library = Library.builtin()
    assert code == 0
    assert {row.split()[0] for row in rows} == {quiz.id for quiz in library.quizzes()}
    chapters = list(library.pack.chapters.values())
    places = [next(n for n, chapter in enumerate(chapters) if re.search(rf"  {chapter}  ", row)) for row in rows]
    assert places == sorted(places)
    assert all(re.search(r"[1-9]\d* questions +new$", row) for row in rows)


def test_a_learner_has_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("--learner", ""), ("learn", "--learner", " "), ("progress", "--learner", "")):
        code, _, err = said(capsys, *words)
        assert code == 2
        assert "has a name" in err


# --- the record ----------------------------------------------------------------------------------------------------


def test_progress_is_shown_without_a_word_and_exported_to_a_file(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "progress")[1] == said(capsys, "progress", "show")[1]
    given(monkeypatch, "quit\n")
    said(capsys, "learn", "--plain")
    whole = said(capsys, "progress", "export")[1]
    assert whole
    for _ in range(2):  # its own file is written over
        assert said(capsys, "progress", "export", "mine.jsonl") == (0, "", "")
        assert (home / "mine.jsonl").read_text(encoding="utf-8") == whole
    (home / "other").write_text("mine", encoding="utf-8")
    code, _, err = said(capsys, "progress", "export", "other")
    assert (code, (home / "other").read_text(encoding="utf-8")) == (2, "mine")
    assert "was not written by this command" in err
    assert said(capsys, "progress", "export", "nowhere/file")[0] == 2
    assert said(capsys, "progress", "show", "mine.jsonl")[0] == 2
    assert [file.name for file in home.iterdir() if file.name.endswith(".part")] == []


def test_progress_tells_the_skills_of_the_pack_that_is_meant(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from bptutor.progress.event import Event, EventKind
    from bptutor.progress.event_log import Log

    library = Library.builtin()
    skill, title = next(iter(library.pack.skills.items()))
    (home / "own").mkdir()
    (home / "own" / "pack.yaml").write_text(
        f"bptutor: 1\nid: own\ntitle: Own\nversion: 1.0.0\nlessons: [one]\nskills:\n  {skill}: Another thing\n",
        encoding="utf-8",
    )
    (home / "own" / "one.md").write_text(f"---\nid: one\ntitle: One\nskills: [{skill}]\n---\nRead.\n", encoding="utf-8")
    log = Log.open()
    for pack in (library.pack.id, "own"):
        log.append(Event(EventKind.ANSWERED, "one", pack, "q", mark="right", skills=(skill,)))
    log.close()
    ours, theirs = said(capsys, "progress")[1], said(capsys, "progress", "show", "--pack", "own")[1]
    assert title in ours and "Another thing" not in ours
    assert "Another thing" in theirs and title not in theirs


def test_a_file_appears_whole_or_not_at_all(home: Path) -> None:
    from bptutor.progress.atomic_write import write_whole

    def parts() -> list[str]:
        raise OSError(28, "No space left on device")

    (home / "kept").write_text("old", encoding="utf-8")
    (home / "link").symlink_to("kept")
    write_whole(home / "link", ["new"], lambda text: text == "old")
    assert (home / "kept").read_text(encoding="utf-8") == "new"
    assert (home / "link").is_symlink()
    with pytest.raises(OSError, match="No space"):
        write_whole(home / "kept", parts(), lambda text: True)
    assert (home / "kept").read_text(encoding="utf-8") == "new"
    write_whole(Path("/dev/null"), ["gone"], lambda text: False)


# --- streams ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        *(("--help",), ("--version",), ("where",), ("doctor",), ("quiz",), ("quiz", "--help"), ("progress",)),
        *(("progress", "import"), ("trace", "-"), ("grade",), ("prove",), ("learn", "--plain")),
    ],
)
def test_output_that_cannot_be_written_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    given(monkeypatch, NETWORK if words[0] == "trace" else "no JSON\n")
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        code, _, err = said(capsys, *words)
    assert code == 1
    assert err.splitlines()[-1].endswith("No space left on device")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("where >&-", 1, "standard output is closed"),
        ("learn >&-", 1, "standard output is closed"),
        ("grade <&-", 2, "standard input is closed"),
        ("learn <&-", 2, "standard input is closed"),
        ("where 2>&-", 0, ""),
        ("learn zzzz 2>&-", 2, ""),
        ("where >&- 2>&-", 1, ""),
        ("where | head -c 1 >&2", 0, "l"),
    ],
)
def test_streams_that_are_closed(line: str, code: int, says: str) -> None:
    shell = f"set -o pipefail; {shlex.quote(sys.executable)} -m bptutor {line}"
    root = Path(__file__).parents[2]
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, cwd=root, check=False)
    assert done.returncode == code
    assert says in done.stderr
    assert len(done.stderr.splitlines()) <= 2


def test_a_name_cannot_speak_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    streams.say("bptutor: no pack at \x1b[31mred\x9b")
    assert capsys.readouterr().err == "bptutor: no pack at ?[31mred?\n"


@pytest.mark.parametrize("where", ["/".join(["d" * 200] * 30), "e" * 300, "afile", "afile/below", "/dev/null"])
@pytest.mark.parametrize("words", [("doctor",), ("where",), ("progress",), ("quiz",), ("learn", "--plain")])
def test_a_home_that_cannot_be_is_said_shortly(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], where: str, words: tuple[str, ...]
) -> None:
    (home / "afile").write_text("", encoding="utf-8")
    monkeypatch.setenv("BPTUTOR_HOME", str(home / where))
    given(monkeypatch, "quit\n")
    code, out, err = said(capsys, *words)
    assert code == (1 if words == ("doctor",) else 0)
    assert err == ""
    if words[0] == "learn":
        assert "Nothing was saved: " in " ".join(out.split()) + " "
        assert max(map(len, out.splitlines())) < 300


# --- trace -----------------------------------------------------------------------------------------------------------


def test_broken_yaml_is_one_message(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    given(monkeypatch, "layers: [2, 2\nloss: quadratic\n")
    code, _, err = said(capsys, "trace", "-")
    assert code == 1
    assert err.count("-:") == 1
    assert "not YAML" in err
