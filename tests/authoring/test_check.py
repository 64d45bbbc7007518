"""Packs that are right pass; each broken pack is refused at the very place, for the very reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bptutor.authoring.check.report import Checked, Report, as_json, text
from bptutor.authoring.check.run import check, run
from bptutor.errors import Problem

pytestmark = pytest.mark.normal

DATA = Path(__file__).parent.parent / "data" / "packs"
INVALID = sorted(folder.name for folder in (DATA / "invalid").iterdir() if folder.is_dir())
VALID = sorted(folder.name for folder in (DATA / "valid").iterdir() if folder.is_dir())


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what is cached out of the learner's home."""
    monkeypatch.setenv("BPTUTOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def matches(problem: Problem, expected: str) -> bool:
    """Tell whether a problem has the place and all the fragments of an expected line, `place: part | part`."""
    place, _, parts = expected.partition(": ")
    found = f"{Path(problem.path).name}:{problem.line}:{problem.column}"
    said = f"{problem.what} {problem.help}"
    return found == place and all(part.strip() in said for part in parts.split("|"))


@pytest.mark.parametrize("name", INVALID)
def test_a_broken_pack_is_refused_where_it_is_broken(name: str) -> None:
    folder = DATA / "invalid" / name
    expected = (folder / "expected.txt").read_text(encoding="utf-8").splitlines()
    report = check(folder, seeds=4)
    shown = "\n".join(str(p) for p in report.problems)
    for line in expected:
        assert any(matches(p, line) for p in report.problems), f"missing {line}\nin\n{shown}"
    for problem in report.problems:
        assert any(matches(problem, line) for line in expected), f"unexpected\n{problem}"
    assert report.code == 1


@pytest.mark.parametrize("name", VALID)
def test_a_right_pack_passes(name: str) -> None:
    report = check(DATA / "valid" / name, seeds=4)
    assert not report.problems, "\n".join(str(p) for p in report.problems)
    assert report.lines + report.questions > 0
    assert report.questions > 0


def test_the_code_question_of_the_authoring_guide_passes(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "lessons" / "README.md").read_text(encoding="utf-8")
    example = guide.split("````markdown\n")[1].split("````")[0]
    lesson, _, _ = (DATA / "valid" / "code" / "code.md").read_text(encoding="utf-8").partition("Write the output error")
    (tmp_path / "code.md").write_text(lesson + example, encoding="utf-8")
    (tmp_path / "pack.yaml").write_text((DATA / "valid" / "code" / "pack.yaml").read_text(), encoding="utf-8")
    report = check(tmp_path)
    assert (report.problems, report.questions) == ((), 1)


def test_there_are_many_broken_packs() -> None:
    assert len(INVALID) >= 30


@pytest.mark.long
def test_the_built_in_pack_passes() -> None:
    report = check(None)
    assert not report.problems, "\n".join(str(p) for p in report.problems)


def test_a_second_check_finds_the_same(home: Path) -> None:
    folder = DATA / "invalid" / "wrong-sign-in-a-line"
    first = check(folder, seeds=4)
    assert list((home / "cache" / "check").glob("*.json"))
    assert check(folder, seeds=4) == first


def test_several_processes_find_the_same() -> None:
    folder = DATA / "invalid" / "cycle-in-needs"
    assert check(folder, jobs=2, seeds=4) == check(folder, seeds=4)


def test_json_holds_every_problem() -> None:
    folder = DATA / "invalid" / "wrong-sign-in-a-line"
    said, code = run(folder, style="json")
    record = json.loads(said)
    assert code == 1
    assert record["problems"][0]["line"] == 22
    assert record["problems"][0]["rule"] == "not-equal"


def test_sarif_names_the_place() -> None:
    said, _ = run(DATA / "invalid" / "face-differs", style="sarif")
    record = json.loads(said)
    assert record["version"] == "2.1.0"
    found, *notes = record["runs"][0]["results"]
    assert [one["level"] for one in (found, *notes)] == ["error", *("note" for _ in notes)]
    assert found["locations"][0]["physicalLocation"]["region"] == {"startLine": 25, "startColumn": 10}
    assert {rule["id"] for rule in record["runs"][0]["tool"]["driver"]["rules"]} == {
        one["ruleId"] for one in (found, *notes)
    }


def test_fix_writes_the_ids_that_are_missing(tmp_path: Path) -> None:
    for file in (DATA / "valid" / "plain").iterdir():
        text = file.read_text(encoding="utf-8").replace("id: q\n", "").replace("id: d\n", "")
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    assert {p.what for p in check(tmp_path, seeds=2).problems} == {"a question has no `id`", "a derivation has no `id`"}
    text, code = run(tmp_path, fix=True)
    assert code == 0, text
    assert "id: question-1\n" in (tmp_path / "one.md").read_text(encoding="utf-8")


def test_the_report_says_how_many_lines_are_proved_by_whom_and_how_many_only_probed() -> None:
    counts = Report(problems=(), pack="p", lines=6, proved={"sympy": 4})
    assert "6 lines and faces (4 proved by sympy, 2 only probed)" in text(counts)
    assert json.loads(as_json(counts))["proved"] == {"sympy": 4}
    total = Checked(lines=2, proved={"sympy": 2})
    total.add(Checked(lines=1, proved={"sympy": 1}))
    assert total.proved == {"sympy": 3}


def test_a_check_that_was_kept_says_who_proved_the_lines() -> None:
    folder = DATA / "valid" / "plain"
    first = check(folder, seeds=2)
    assert sum(first.proved.values()) > 0
    assert check(folder, seeds=2) == first


def test_a_quiz_may_ask_a_blank_page(tmp_path: Path) -> None:
    for file in (DATA / "valid" / "blank").iterdir():
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    front = "id: q\nkind: quiz\ntitle: From a blank page\nquestions: [{lesson: blank, ids: [whole], pick: PICK}]"
    for pick, said in ((1, set()), (2, {"`pick: 2`, and there are 1"})):
        (tmp_path / "q.md").write_text(f"---\n{front.replace('PICK', str(pick))}\n---\nDerive it.\n", encoding="utf-8")
        assert {p.what for p in check(tmp_path, seeds=2).problems} == said
