"""What the pages in docs/ show is what comes: examples of Python and of commands are run, paths and limits exist."""

from __future__ import annotations

import doctest
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bptutor.grading import time_limits
from bptutor.notation.equality import tolerances
from bptutor.notation.limits import PROOF_SECONDS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
HOW = ROOT / "docs" / "how-an-answer-is-graded.md"
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?(?:::\w+)?")
ENDINGS = (".py", ".md", ".yaml", ".yml", ".tcss", ".jsonl", ".json", ".txt", ".toml", ".svg", "/")
NEW = {"yes_no.py", "06a-square-error.md", "network.yaml"}
"""Files that a recipe makes."""
STORED = {"cache/", "reports/", "learners/NAME/", "trusted.json"}
"""What is stored outside of the project."""


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in a language."""
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.normal
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_of_python_come_out_as_they_stand(page: Path) -> None:
    text = "\n".join(block for block in blocks(page, "python") if block.startswith(">>>"))
    example = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    said: list[str] = []
    assert doctest.DocTestRunner().run(example, out=said.append).failed == 0, "".join(said)


@pytest.mark.normal
def test_the_lines_of_grade_come_out_as_they_stand(tmp_path: Path) -> None:
    (given,) = blocks(HOW, "json")
    (shown,) = blocks(HOW, "console")
    (tmp_path / "answers.jsonl").write_text(given, encoding="utf-8")
    command, *wanted = shown.splitlines()
    assert command == "$ bptutor grade answers.jsonl"
    done = subprocess.run(
        [sys.executable, "-m", "bptutor", "grade", "answers.jsonl"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "BPTUTOR_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
    )
    got = [re.sub(r'"ms": [0-9.]+', '"ms": ...', line) for line in done.stdout.splitlines()]
    assert got == wanted
    assert all(json.loads(line) for line in done.stdout.splitlines())


def test_the_limits_are_those_of_the_code() -> None:
    """Each row of the table of time limits names a constant and its value."""
    rows = dict(re.findall(r"^\| [^|]+ \| `([A-Z_]+)` \| (\d+) \|$", HOW.read_text(encoding="utf-8"), re.MULTILINE))
    limits = {**vars(time_limits), "PROOF_SECONDS": PROOF_SECONDS}
    assert set(rows) == {name for name in limits if name.isupper()}
    assert rows == {name: f"{limits[name]:g}" for name in rows}


def test_the_tolerances_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| [^|]+ \| `([A-Z_]+)` \| ([^|]*e-[^|]*) \|$", HOW.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows
    for name, said in rows:
        assert float(re.findall(r"\d+e-\d+", said)[0]) == getattr(tolerances, name), name


def mentioned(page: Path) -> set[str]:
    """The paths that stand between backticks on a page."""
    prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    words = (word.rstrip(":") for code in re.findall(r"`([^`\n]+)`", prose) for word in code.split())
    paths = (word for word in words if PATH.fullmatch(word) and (word.endswith(ENDINGS) or "::" in word))
    return {path.partition("::")[0] for path in paths} - STORED


def exists(path: str) -> bool:
    """Whether a path is in the project: from its root, or from any folder of the package, its tests and lessons."""
    if Path(path).name in NEW:
        return True
    inside = (ROOT / part for part in ("bptutor", "tests", "lessons", "scripts", "benchmarks"))
    return (ROOT / path).exists() or any(any(folder.rglob(path.rstrip("/"))) for folder in inside)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_between_backticks_exist(page: Path) -> None:
    assert [path for path in sorted(mentioned(page)) if not exists(path)] == []


def test_a_path_that_is_gone_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "`bptutor/cli.py` `grading/gone.py` `gone.py` `cli.py` `gone/` `x.T` `tests/test_gone.py::test_x`\n"
    )
    assert [path for path in sorted(mentioned(page)) if not exists(path)] == [
        "gone.py",
        "gone/",
        "grading/gone.py",
        "tests/test_gone.py",
    ]


# --- the glossary --------------------------------------------------------------------------------------------------

TERMS = """
activation, affine map, curvature, dead unit, derivative, dummy index, error signal, finite difference,
flipped, free index, gradient, gradient check, hidden layer, index, initialisation, Jacobian, Kronecker delta,
linear layer, log-sum-exp, logit, neuron, numerical gradient, partial, perturbation, pre-activation,
probability, rotat, saturation, summation index, transposed, unit, unnormalised probabilit, upstream gradient,
vanishing gradient, vector-Jacobian product
"""
"""Terms of the field that the course uses; a part of a word stands for its forms."""


def entries() -> list[list[str]]:
    """The rows of the glossary: word, meaning, module."""
    rows = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").split("| --- | --- | --- |\n")[1].splitlines()
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_glossary_is_in_order_and_names_each_word_once() -> None:
    words = [word.casefold() for word, _, _ in entries()]
    assert words == sorted(set(words))


def test_the_glossary_has_the_terms_of_the_field() -> None:
    text = " ".join(f"{word} {meaning}" for word, meaning, _ in entries())
    assert [term for term in re.split(r",\s*", TERMS.strip()) if term.casefold() not in text.casefold()] == []


# --- the code's own references --------------------------------------------------------------------------------------

PACKAGES = "authoring|engine|grading|notation|packs|plain|progress|session|tui"
SPOKEN_OF = {"given.py", "mine.py", "yes_no.py", "inside.py", "gone.py", "x.py"}
"""Files of learners, of authors, and of tests."""


def leads(reference: str) -> bool:
    """Whether `package.module.name` is there: a module, and a name that stands in it."""
    parts = reference.split(".")
    for n in range(len(parts), 0, -1):
        at = (ROOT / "bptutor").joinpath(*parts[:n])
        file = at.with_suffix(".py") if at.with_suffix(".py").is_file() else at / "__init__.py"
        if file.is_file():
            return n == len(parts) or re.search(rf"\b{parts[n]}\b", file.read_text(encoding="utf-8")) is not None
    return False


def references(text: str) -> set[str]:
    """What a text names between backticks that does not exist: `package.module.name`, `module.py`."""
    dotted = set(re.findall(rf"`((?:{PACKAGES})\.[a-z_]\w*(?:\.\w+)*)`", text))
    files = set(re.findall(r"`([\w/]+\.py)`", text))
    return {one for one in dotted - files if not one.endswith((".py", ".db")) and not leads(one)} | {
        one for one in files if Path(one).name not in SPOKEN_OF and not exists(one)
    }


def test_docstrings_name_modules_that_exist() -> None:
    found = {path: references(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "bptutor").rglob("*.py"))}
    assert {str(path.relative_to(ROOT)): names for path, names in found.items() if names} == {}


def test_a_module_that_is_gone_is_seen() -> None:
    text = (
        "`grading.worker.Worker` `grading.service.worker.Worker` `fence.py` `limits.py` `packs.fading` `notation.scope`"
    )
    assert references(text) == {"grading.worker.Worker", "fence.py", "packs.fading"}
