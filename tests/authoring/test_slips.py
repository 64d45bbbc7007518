"""One slip of an author gives one problem, at the line where it was made; what is only doubtful gives one note."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from bptutor.authoring.check.lesson import questions
from bptutor.authoring.check.report import Report
from bptutor.authoring.check.run import check, run
from bptutor.errors import PackError, UsageError
from bptutor.packs.library import Library
from bptutor.packs.model import Question

pytestmark = pytest.mark.normal

PACK = """\
bptutor: 1
id: springs
version: 0.1.0
title: Springs
lessons: [spring]
skills: {pull: Derive the pull of a spring}
rules: {power: Power rule, algebra: Algebra}
"""
LESSON = """\
---
id: spring
title: The pull of a spring
skills: [pull]
scene:
  sizes: {N: 3}
  given:
    u: [N]
    k: []
    t: {axes: [N], draw: {pick: [0, 1]}}
  define:
    e: u - t
    V: k/2 Σ_n e_n^2
---
The energy is $V$. Here $k$ is {{ k | 2 }}, and $u$ is {{ u }}.

```yaml derivation
id: pull
goal: ∂V/∂u_n
lines:
  - math: k e_n ∂e_n/∂u_n
    by: power
  - math: k (u_n - t_n)
    by: algebra
    ask: Put in what $e$ is.
    hints: [Look at one entry., Write a difference.]
faces:
  numpy: k * (u - t)
```

The pull grows with the stretch.

What is $V$?

```yaml question
id: energy
type: numeric
answer: V
skills: [pull]
hints:
  - Square each entry.
solution: Half of k, times the sum of squares.
```

What is the pull, in NumPy?

```yaml question
id: pull-np
type: numpy
goal: ∂V/∂u
answer: k * e
names: [k, e, u, t]
skills: [pull]
```

Which way does it pull?

```yaml question
id: way
type: choice
choices:
  - {text: back, right: true}
  - {text: away, say: Look at the sign.}
```
"""


class Slip(NamedTuple):
    """What is written, what the slip makes of it, the line that is reported, and what is said there."""

    name: str
    old: str
    new: str
    line: str
    said: str


ERRORS = [
    # the front matter
    Slip("colon in the title", "title: The pull", "title: Pull: the", "title: Pull", "not YAML"),
    Slip("no first line", "---\nid: spring", "id: spring", "id: spring", "no front matter"),
    Slip("blank first line", "---\nid: spring", "\n\n---\nid: spring", "", "empty line"),
    Slip("never closed", "e_n^2\n---\n", "e_n^2\n", "---", "not closed"),
    Slip("tab in the scene", "    k: []", "\tk: []", "\tk: []", "tab"),
    Slip("tab before a definition", "    e: u - t", "  \te: u - t", "  \te: u - t", "tab"),
    Slip("given as a list", "    u: [N]\n    k: []", "    - u: [N]\n    k: []", "    k: []", "a list begins above"),
    Slip(
        "given as a whole list",
        "  given:\n    u: [N]\n    k: []\n    t: {axes: [N], draw: {pick: [0, 1]}}",
        "  given:\n    - u: [N]\n    - k: []",
        "    - u: [N]",
        "`given` is a list",
    ),
    Slip(
        "a word for define",
        "  define:\n    e: u - t\n    V: k/2 Σ_n e_n^2",
        "  define: V",
        "  define: V",
        "`define` is a text",
    ),
    Slip("wide space in the scene", "    k: []", "\u3000   k: []", "\u3000   k: []", "U+3000"),
    Slip("no-break space in the scene", "    k: []", "  \u00a0 k: []", "  \u00a0 k: []", "U+00A0"),
    Slip("no-break space after the key", "id: spring", "id:\u00a0spring", "id:\u00a0spring", "U+00A0"),
    Slip("zero-width space in the scene", "    k: []", "\u200b    k: []", "\u200b    k", "U+200B"),
    Slip("open quote", "title: The pull", 'title: "The pull', "title: ", "not closed"),
    Slip("key misspelled", "skills: [pull]\nscene", "skils: [pull]\nscene", "skils", "did you mean `skills`"),
    Slip("scene misspelled", "scene:\n", "scenes:\n", "scenes:", "did you mean `scene`"),
    Slip("id misspelled", "id: spring\n", "idd: spring\n", "idd:", "did you mean `id`"),
    Slip("id with a blank", "id: spring\n", "id: my spring\n", "id: my spring", "cannot be an id"),
    Slip("key of the scene misspelled", "  define:", "  defines:", "  defines:", "did you mean `define`"),
    Slip("given misspelled", "  given:", "  givn:", "  givn:", "did you mean `given`"),
    Slip("a number for axes", "    u: [N]", "    u: 4", "    u: 4", "has no axes"),
    Slip("bad draw", "{pick: [0, 1]}", "{pick: []}", "    t:", "nothing to pick"),
    Slip("name not given", "    k: []\n", "", "    V: k/2", "k is not a name here"),
    Slip("definition left out", "    V: k/2 Σ_n e_n^2\n", "", "goal: ∂V/∂u_n", "V"),
    Slip("alias of YAML", "    k: []", "    k: *k", "    k: *k", "alias"),
    Slip("a sum without a range", "    V: k/2 Σ_n e_n^2", "    V: k/2 Σ_n e_n^2 + Σ_m 1", "    V: k/2", "runs through"),
    Slip("trace of a vector in a definition", "Σ_n e_n^2", "Σ_n e_n^2 + np.trace(u)", "    V: k/2", "trace"),
    Slip("two sizes", "{N: 3}", "{N: 0}", "  sizes", "the size of N"),
    # blocks
    Slip(
        "fence without yaml",
        "```yaml question\nid: energy",
        "```question\nid: energy",
        "```question",
        "begins no block",
    ),
    Slip(
        "fence with a colon",
        "```yaml question\nid: energy",
        "```yaml: question\nid: energy",
        "```yaml: q",
        "begins no block",
    ),
    Slip("fence with braces", "```yaml question\nid: energy", "```{question}\nid: energy", "```{q", "begins no block"),
    Slip(
        "fence of yaml alone",
        "```yaml question\nid: energy",
        "```yaml\nid: energy",
        "```yaml\nid: energy",
        "begins no block",
    ),
    Slip("plain fence", "```yaml question\nid: energy", "```\nid: energy", "```\nid: energy", "begins no block"),
    Slip(
        "block misspelled",
        "```yaml question\nid: energy",
        "```yaml qestion\nid: energy",
        "```yaml qe",
        "no kind of block",
    ),
    Slip(
        "capital",
        "```yaml question\nid: energy",
        "```yaml Question\nid: energy",
        "```yaml Q",
        "did you mean `question`",
    ),
    Slip(
        "indented fence",
        "```yaml question\nid: energy",
        "    ```yaml question\nid: energy",
        "    ```",
        "begins no block",
    ),
    Slip(
        "fence in a list", "```yaml question\nid: energy", "- ```yaml question\nid: energy", "- ```", "begins no block"
    ),
    Slip(
        "fence of quotes", "```yaml question\nid: energy", "'''yaml question\nid: energy", "'''yaml", "begins no block"
    ),
    Slip("two backticks", "```yaml question\nid: energy", "``yaml question\nid: energy", "``yaml q", "begins no block"),
    Slip("open block", "sum of squares.\n```\n", "sum of squares.\n", "```yaml question\nid: energy", "is not closed"),
    Slip(
        "open last block",
        "Look at the sign.}\n```\n",
        "Look at the sign.}\n",
        "```yaml question\nid: way",
        "is not closed",
    ),
    Slip("open code", "The pull grows", "```python\nx = 1\n\nThe pull grows", "```python", "is not closed"),
    Slip("tab in a question", "skills: [pull]\nhints:\n", "skills: [pull]\n\thints:\n", "\thints", "tab"),
    Slip("curly quotes", "  - Square each entry.", "  - “Square: each entry.”", "  - “Square", "no quote of YAML"),
    Slip("key of a question misspelled", "answer: V\n", "anwser: V\n", "anwser", "did you mean `answer`"),
    Slip("text cut by a comment", "times the sum of squares.", "times the #1 sum.", "solution:", "comment cuts"),
    Slip("names as a text", "names: [k, e, u, t]", "names: k, e, u, t", "names:", "write a list"),
    Slip("question id twice", "id: way", "id: energy", "id: energy\ntype: choice", "second time"),
    # mathematics that has no value, or is not what it should be
    Slip("trace of a vector", "answer: k * e", "answer: k * np.trace(e)", "answer: k * np", "trace"),
    Slip("reshape to another size", "answer: k * e", "answer: (k * e).reshape(2, 2)", "answer: (k", "reshaped"),
    Slip("goal without a value", "goal: ∂V/∂u\n", "goal: Σ_m 1\n", "goal: Σ_m", "m"),
    Slip("position outside", "answer: V", "answer: u[7]", "answer: u[7]", "outside"),
    Slip("unknown function", "answer: V", "answer: erf(k)", "answer: erf", "the functions here are exp"),
    Slip("wrong answer", "answer: k * e", "answer: -k * e", "answer: -k", "is not the goal"),
    # what a learner would see as it stands
    Slip("dollar not closed", "The energy is $V$.", "The energy is $V.", "The energy", "no partner"),
    Slip("dollar not opened", "The energy is $V$.", "The energy is V$.", "The energy", "no partner"),
    Slip("value of no name", "{{ k | 2 }}", "{{ kk | 2 }}", "The energy", "`kk` is not a name"),
    Slip("value of two names", "{{ u }}", "{{ uk }}", "The energy", "`uk` is not a name"),
    Slip("braces not closed", "{{ u }}.", "{{ u }.", "The energy", "not closed"),
    Slip("empty braces", "{{ u }}", "{{ }}", "The energy", "is empty"),
    Slip("missing image", "The pull grows", "![A spring](spring.png)\n\nThe pull grows", "![A", "no image"),
    Slip("comment of HTML", "The pull grows", "<!-- later -->\n\nThe pull grows", "<!--", "HTML"),
    Slip("HTML", "The pull grows", "The <b>pull</b> grows", "The <b>", "HTML"),
    Slip("break of HTML in a hint", "Square each entry.", "Square<br/>each entry.", "  - Square", "HTML"),
    Slip("footnote", "The pull grows", "The pull[^1] grows", "The pull[", "footnote"),
    Slip("task box", "The pull grows", "- [ ] read this\n\nThe pull grows", "- [ ]", "task box"),
    Slip("brackets of LaTeX", "The pull grows", "The pull \\(k e\\) grows", "The pull \\(", "not read as mathematics"),
    Slip("stars", "The pull grows", "*a " * 3000 + "\n\nThe pull grows", "*a *a", "signs of Markdown"),
    Slip("quotations", "The pull grows", ">" * 500 + " x\n\nThe pull grows", ">>>", "nested"),
]
NOTES = [
    Slip("prompt deleted", "What is $V$?\n\n", "", "The pull grows", "asks nothing"),
    Slip("constant answer", "answer: V", "answer: 0.5", "answer: 0.5", "vouches"),
    Slip("no goal", "goal: ∂V/∂u\n", "", "answer: k * e", "vouches"),
    Slip(
        "wrong choice that says nothing",
        "{text: away, say: Look at the sign.}",
        "{text: away}",
        "  - {text: away",
        "no `say`",
    ),
    Slip("amount of money", "The pull grows", "It costs $5 and $6. The pull grows", "It costs", "no partner"),
]
RIGHT = [
    Slip("as it is", "", "", "", ""),
    Slip("yml", "```yaml question\nid: energy", "```yml question\nid: energy", "", ""),
    Slip("capital true", "right: true", "right: True", "", ""),
    Slip("yes", "right: true", "right: yes", "", ""),
    Slip("on", "right: true", "right: on", "", ""),
    Slip("Windows", "\n", "\r\n", "", ""),
    Slip("code of another language", "The pull grows", "```python\n# <b>\nx = 1\n```\n\nThe pull grows", "", ""),
    Slip("HTML as code", "The pull grows", "`<b>` and $a < b$ and 1 < 2 > 0. The pull grows", "", ""),
    Slip("dollar with a backslash", "The pull grows", "It costs \\$5. The pull grows", "", ""),
    Slip("comment behind a word", "id: energy", "id: energy # first", "", ""),
    Slip("product in braces", "{{ u }}", "{{ 2 * k + u[1] }}", "", ""),
    Slip("sum in braces", "{{ u }}", "{{ Σ_n u_n | 1 }}", "", ""),
]


def checked(folder: Path, slip: Slip) -> tuple[Report, str]:
    """Write the pack with a slip, check it, and return the report and the lesson as written."""
    assert slip.old in LESSON
    text = LESSON.replace(slip.old, slip.new, -1 if slip.old == "\n" else 1) if slip.old else LESSON
    (folder / "pack.yaml").write_text(PACK, encoding="utf-8")
    (folder / "spring.md").write_bytes(text.encode())
    return check(folder, seeds=2), text


def line_of(text: str, begin: str) -> int:
    """Return the number of the line that begins so."""
    whole = "\n" + text
    return whole[: whole.index("\n" + begin) + 1].count("\n") if begin else 1


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is cached out of the learner's home."""
    monkeypatch.setenv("BPTUTOR_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize("slip", ERRORS, ids=[slip.name for slip in ERRORS])
def test_one_slip_is_one_problem_where_it_was_made(slip: Slip, tmp_path: Path) -> None:
    report, text = checked(tmp_path, slip)
    shown = "\n".join(map(str, report.found))
    assert len(report.problems) == 1, shown
    (found,) = report.problems
    assert (Path(found.path).name, found.line) == ("spring.md", line_of(text, slip.line)), shown
    assert slip.said in f"{found.what} {found.help}"
    assert found.column > 0
    assert report.code == 1


@pytest.mark.parametrize("slip", NOTES, ids=[slip.name for slip in NOTES])
def test_what_is_only_doubtful_is_one_note(slip: Slip, tmp_path: Path) -> None:
    report, text = checked(tmp_path, slip)
    shown = "\n".join(map(str, report.found))
    assert not report.problems, shown
    (found,) = report.notes
    assert (Path(found.path).name, found.line) == ("spring.md", line_of(text, slip.line)), shown
    assert slip.said in found.what
    assert (report.code, report.strictly().code) == (0, 1)


@pytest.mark.parametrize("slip", RIGHT, ids=[slip.name for slip in RIGHT])
def test_what_is_right_is_left_alone(slip: Slip, tmp_path: Path) -> None:
    report, _ = checked(tmp_path, slip)
    assert not report.found, "\n".join(map(str, report.found))


# --- the commands --------------------------------------------------------------------------------------------------


def test_json_and_sarif_tell_notes_from_problems(tmp_path: Path) -> None:
    checked(tmp_path, NOTES[1])
    text, code = run(tmp_path, style="json")
    (found,) = json.loads(text)["problems"]
    assert (found["level"], found["line"] > 0, code) == ("note", True, 0)
    (result,) = json.loads(run(tmp_path, style="sarif")[0])["runs"][0]["results"]
    assert result["level"] == "note"


def test_strict_counts_notes_as_problems(tmp_path: Path) -> None:
    checked(tmp_path, NOTES[1])
    text, code = run(tmp_path, style="json", strict=True)
    assert (json.loads(text)["problems"][0]["level"], code) == ("error", 1)


def test_one_file_of_a_pack_is_checked_alone(tmp_path: Path) -> None:
    checked(tmp_path, ERRORS[0])
    (tmp_path / "other.md").write_text("no lesson", encoding="utf-8")
    text, code = run(tmp_path / "spring.md")
    assert (code, text.count("spring.md:"), "other.md" in text) == (1, 1, False)


def test_a_file_outside_every_pack_is_no_pack(tmp_path: Path) -> None:
    (tmp_path / "alone.md").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="no lesson of a pack"):
        run(tmp_path / "alone.md")


def test_a_broken_front_matter_says_nothing_of_who_needs_the_lesson(tmp_path: Path) -> None:
    checked(tmp_path, ERRORS[0])
    other = LESSON.replace("id: spring", "id: other\nneeds: [spring]")
    (tmp_path / "other.md").write_text(other, encoding="utf-8")
    (tmp_path / "pack.yaml").write_text(PACK.replace("[spring]", "[spring, other]"), encoding="utf-8")
    assert [Path(p.path).name for p in check(tmp_path, seeds=2).problems] == ["spring.md"]


def test_a_broken_pack_file_says_only_that(tmp_path: Path) -> None:
    checked(tmp_path, RIGHT[0])
    (tmp_path / "pack.yaml").write_text(PACK.replace("title: Springs", "title: Springs: one"), encoding="utf-8")
    (found,) = check(tmp_path).problems
    assert (Path(found.path).name, found.line) == ("pack.yaml", 4)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[spring]", "[sprig]", "did you mean `spring`"),
        ("lessons:", "lesson:", "did you mean `lessons`"),
        ("skills: {", "\tskills: {", "tab"),
        (PACK, "", "is empty"),
        (PACK, "- a\n", "is a list"),
    ],
)
def test_one_slip_in_the_pack_file_is_one_problem(old: str, new: str, said: str, tmp_path: Path) -> None:
    checked(tmp_path, RIGHT[0])
    (tmp_path / "pack.yaml").write_text(PACK.replace(old, new), encoding="utf-8")
    (found,) = check(tmp_path, seeds=2).problems
    assert (Path(found.path).name, said in f"{found.what} {found.help}") == ("pack.yaml", True)


def test_sizes_and_positions_are_handed_to_programs_as_whole_numbers(tmp_path: Path) -> None:
    checked(tmp_path, RIGHT[0])
    (tmp_path / "spring.md").write_text(LESSON + PROGRAM, encoding="utf-8")
    found = check(tmp_path, seeds=2).found
    assert not found, "\n".join(map(str, found))


PROGRAM = """
Write `rows(A, n, ids)`.

```yaml question
id: rows
type: code
entry: rows
given:
  A: {axes: [N, M], draw: one-hot}
starter: |
  def rows(A, n, ids):
      return 0
answer: |
  def rows(A, n, ids):
      return np.array([A[k, ids[k]] for k in range(n)])
expect: Σ_m A_nm
args: {A: A, n: N, ids: "argmax(A, axis=1)"}
```
"""


def test_a_lesson_that_the_pack_lists_but_cannot_be_read_says_why(tmp_path: Path) -> None:
    checked(tmp_path, ERRORS[0])
    with pytest.raises(PackError, match=r"spring\.md:3"):
        Library.open(tmp_path).lesson("spring")


def test_a_lesson_without_a_scene_says_so_once(tmp_path: Path) -> None:
    begin, end = LESSON.index("scene:"), LESSON.index("---\nThe energy")
    checked(tmp_path, RIGHT[0])
    (tmp_path / "spring.md").write_text(LESSON[:begin] + LESSON[end:], encoding="utf-8")
    (found,) = check(tmp_path, seeds=2).problems
    assert (found.line, found.what) == (6, "this lesson has no scene")


def test_an_unexpected_error_is_a_problem_of_the_question_and_the_rest_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(question: Question, *_: object) -> None:
        if question.id == "energy":
            raise ZeroDivisionError("of ours")

    monkeypatch.setattr(questions, "check_finite", fails)
    report, text = checked(tmp_path, ERRORS[-1]._replace(old="names: [k, e, u, t]", new="names: [k, e, u, t]"))
    (found,) = report.problems
    assert (found.line, "could not be checked" in found.what) == (line_of(text, "answer: V"), True)
    assert report.questions > 3


def test_a_bank_allows_with_a_reason(tmp_path: Path) -> None:
    checked(tmp_path, RIGHT[0])
    (tmp_path / "banks").mkdir()
    scene = "scene: {given: {V: []}}\n"
    bank = scene + "questions:\n  - {id: none, type: numeric, prompt: What is left?, answer: V - V, skills: [pull]}\n"
    (tmp_path / "banks" / "zero.yaml").write_text(bank, encoding="utf-8")
    assert [p.rule for p in check(tmp_path, seeds=2).problems] == ["accepted-zero"]
    (tmp_path / "banks" / "zero.yaml").write_text("allow: {accepted-zero: it is 0}\n" + bank, encoding="utf-8")
    assert not check(tmp_path, seeds=2).problems
    (tmp_path / "banks" / "zero.yaml").write_text("allow: {accepted-zer: it is 0}\n" + bank, encoding="utf-8")
    assert {(p.line, p.rule) for p in check(tmp_path, seeds=2).problems} == {(1, "unknown-value"), (4, "accepted-zero")}


# --- what would be too much work -----------------------------------------------------------------------------------


def many_definitions() -> str:
    """Return a scene with ten times the names that it may have."""
    return LESSON.replace("    e: u - t\n", "    e: u - t\n" + "".join(f"    q{n}: k + {n}\n" for n in range(2000)))


def long_sum() -> str:
    """Return a sum over five axes: hundreds of millions of terms."""
    names = "".join(f"    {name}: [{axis}]\n" for name, axis in zip("abcdf", "PQRST", strict=True))
    sizes = "{N: 3, P: 50, Q: 51, R: 52, S: 53, T: 54}"
    text = LESSON.replace("{N: 3}", sizes).replace("    k: []\n", "    k: []\n" + names)
    return text.replace("    e: u - t\n", "    e: u - t\n    Z: Σ_p Σ_q Σ_r Σ_s Σ_x a_p b_q c_r d_s f_x\n")


def many_questions() -> str:
    """Return thousands of questions in one lesson."""
    one = "What?\n\n```yaml question\nid: q{n}\ntype: numeric\nanswer: V\n```\n\n"
    return LESSON + "".join(one.replace("{n}", str(n)) for n in range(600))


def many_lines() -> str:
    """Return a derivation of thousands of lines."""
    return LESSON.replace("    by: power\n", "    by: power\n" + "  - k e_n ∂e_n/∂u_n\n" * 300)


def many_entries() -> str:
    """Return a list of hundreds of thousands of entries on one line."""
    return LESSON.replace("    k: []", "    k: {axes: [N], value: [" + "1," * 25_000 + "1]}")


@pytest.mark.parametrize("make", [many_definitions, long_sum, many_questions, many_lines, many_entries])
def test_too_much_work_is_refused_before_it_is_done(make: Callable[[], str], tmp_path: Path) -> None:
    checked(tmp_path, RIGHT[0])
    (tmp_path / "spring.md").write_text(make(), encoding="utf-8")
    (found,) = check(tmp_path, seeds=2).problems
    assert (Path(found.path).name, found.line > 1, "more than" in found.what or "too many" in found.what) == (
        "spring.md",
        True,
        True,
    )


def test_what_is_no_file_or_a_huge_one_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked(tmp_path, RIGHT[0])
    with (tmp_path / "sparse.md").open("wb") as file:
        file.truncate(3 << 30)
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "zero.md").symlink_to("/dev/zero")
    before = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: before(path) if path.name in KEPT else pytest.fail(path.name))
    said = {Path(p.path).name: p.what for p in check(tmp_path, seeds=2).problems}
    assert said["pipe.md"] == said["zero.md"] == "this is no plain file"
    assert "longer than" in said["sparse.md"]
    assert len(said) == 3


KEPT = frozenset({"pack.yaml", "spring.md"})


def test_the_name_of_a_file_cannot_steer_a_terminal(tmp_path: Path) -> None:
    checked(tmp_path, RIGHT[0])
    (tmp_path / "a\x1b[31m\u202e\n.md").write_text("x", encoding="utf-8")
    for style in ("text", "json", "sarif"):
        text, _ = run(tmp_path, style=style)
        shown = text if style == "text" else json.dumps(json.loads(text), ensure_ascii=False)
        assert not {"\x1b", "\u202e"} & set(shown)
        assert "\\u001b" not in shown
